"""How large Prefect's database gets, and how large it stays: `prefect_history.py [runs] [tasks]`.

As many flow runs as asked for, spread over the last thirty days after the fact; then a server start that forgets what
is older than `[keep] flow_runs_days`, and another one that gives the room back.
"""

from __future__ import annotations

import os
import sqlite3
import sys
import tempfile
import time
from contextlib import closing
from pathlib import Path

from flows.prefect_server import keep_to, own_server
from servers import free_port

DAYS = 30
_BACKDATE = f"""
CREATE TEMP TABLE run AS
    SELECT id, {DAYS} * 86400.0 * (row_number() OVER (ORDER BY end_time DESC) - 1) / count(*) OVER () AS age
    FROM flow_run;
UPDATE flow_run SET end_time = strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (
    SELECT run.age FROM run WHERE run.id = flow_run.id
) || ' seconds');
CREATE TEMP TABLE event AS
    SELECT id, {DAYS} * 86400.0 * (row_number() OVER (ORDER BY occurred DESC) - 1) / count(*) OVER () AS age
    FROM events;
UPDATE events SET occurred = strftime('%Y-%m-%d %H:%M:%f', 'now', '-' || (
    SELECT event.age FROM event WHERE event.id = events.id
) || ' seconds');
UPDATE event_resources SET occurred = (SELECT events.occurred FROM events WHERE events.id = event_resources.event_id);
"""  # noqa: S608  our own numbers


def _run(runs: int, tasks: int) -> None:
    from prefect import flow, task

    from flows.prefect_flows import settle

    @task(persist_result=False)
    def batch() -> None:
        pass

    @flow(persist_result=False)
    def tiny() -> None:
        for _ in range(tasks):
            batch()

    for _ in range(runs):
        tiny()
    settle()


def _counts(db: Path) -> dict[str, int]:
    tables = ("flow_run", "task_run", "log", "events")
    with closing(sqlite3.connect(db, timeout=30)) as con:
        return {table: con.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in tables}  # noqa: S608  our own names


def _size(db: Path) -> str:
    with closing(sqlite3.connect(db, timeout=30)) as con:
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return f"{db.stat().st_size / 1e6:.1f} MB"


def _wait(db: Path, seconds: float) -> None:
    """Until nothing has gone from the database for some seconds."""
    last, since = _counts(db), time.monotonic()
    while time.monotonic() - since < seconds:
        time.sleep(1)
        if (now := _counts(db)) != last:
            last, since = now, time.monotonic()


def main() -> None:
    runs, tasks = (int(word) for word in (*sys.argv[1:], "200", "20")[:2])
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder) / "prefect"
        db = home / "prefect.db"
        keep_to(home)
        os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"
        with own_server(home, free_port()):
            empty = _size(db)
            _run(runs, tasks)
            _wait(db, 5)
        sys.stdout.write(f"empty {empty}; after {runs} runs of {tasks} tasks {_size(db)}, {_counts(db)}\n")
        with closing(sqlite3.connect(db)) as con:
            con.executescript(_BACKDATE)
        with own_server(home, free_port()):
            _wait(db, 15)
        sys.stdout.write(f"over {DAYS} days, what is old forgotten: {_size(db)}, {_counts(db)}\n")
        with own_server(home, free_port()):
            pass
        sys.stdout.write(f"after the next start: {_size(db)}\n")


if __name__ == "__main__":
    main()
