from __future__ import annotations

import os
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from servers import HttpServer, free_port
from town import quiet_day, settings_for
from warehouse.query import ask

PATIENCE = 120  # seconds; a Prefect server alone may take thirty on a busy machine


def wait_for(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.25)


def flow_runs(db: Path) -> dict[str, int]:
    """Flow runs by the state they are in."""
    if not db.exists():
        return {}
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as con:
        try:
            return dict(con.execute("SELECT state_type, count(*) FROM flow_run GROUP BY 1").fetchall())
        except sqlite3.OperationalError:  # the server is still making its tables
            return {}


def test_it_runs_a_pass_at_once_and_schedules_the_next(tmp_path: Path) -> None:
    """`amur serve` brings its own Prefect server, runs a pass, has the next ones scheduled, and ends on Ctrl-C."""
    here = Path(__file__).parent.parent
    environment = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {"PYTHONPATH": str(here)}
    with HttpServer() as town:
        quiet_day(town)
        file = settings_for(tmp_path, town)
        command = [sys.executable, "-m", "flows.commands", "--config", str(file), "serve", "--every", "30m"]
        with subprocess.Popen(  # noqa: S603  our own command
            [*command, "--port", str(free_port())],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment,
            start_new_session=True,
        ) as process:
            try:
                db = tmp_path / "data" / "prefect" / "prefect.db"
                wait_for(lambda: flow_runs(db).get("COMPLETED", 0) == 1, process)
                wait_for(lambda: flow_runs(db).get("SCHEDULED", 0) > 0, process)
                process.send_signal(signal.SIGINT)
                said, _ = process.communicate(timeout=60)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert ask(tmp_path / "data" / "amur.duckdb", "SELECT outcome FROM passes").rows == (("complete",),)
