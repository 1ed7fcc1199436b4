"""`amur serve`, run as its user runs it, and what a scheduled pass makes of the settings."""

from __future__ import annotations

import json
import os
import re
import signal
import sqlite3
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from click.testing import CliRunner

from desk import write_settings
from flows.commands import amur
from servers import HttpServer, free_port
from town import quiet_day, settings_for
from warehouse.query import ask

HERE = Path(__file__).parent.parent
PATIENCE = 120  # seconds; a Prefect server alone may take thirty on a busy machine


def wait_for(what: Callable[[], bool], process: subprocess.Popen[str]) -> None:
    until = time.monotonic() + PATIENCE
    while not what():
        assert process.poll() is None, process.communicate()
        assert time.monotonic() < until
        time.sleep(0.25)


def environment(**more: str) -> dict[str, str]:
    """Ours, without any Prefect of the user's."""
    return {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")} | {"PYTHONPATH": str(HERE)} | more


def deployments(db: Path) -> list[tuple[str, dict[str, object]]]:
    """Names and parameters."""
    with sqlite3.connect(f"file:{db}?mode=ro", uri=True) as con:
        return [(name, json.loads(held)) for name, held in con.execute("SELECT name, parameters FROM deployment")]


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
    with HttpServer() as town:
        quiet_day(town)
        file = settings_for(tmp_path, town)
        command = [sys.executable, "-m", "flows.commands", "--config", str(file), "serve", "--every", "30m"]
        with subprocess.Popen(  # noqa: S603  our own command
            [*command, "--port", str(free_port())],
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            env=environment(),
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
    ((name, parameters),) = deployments(db)
    assert re.fullmatch("amur-[0-9a-f]{8}", name)
    assert parameters == {"config": str(file), "every": 1800.0}


def in_a_pass(folder: Path, script: str, **more: str) -> str:
    """What `script` says in a process like that of a scheduled pass, where Prefect has set up logging."""
    said = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", script],
        env=environment(PREFECT_HOME=str(folder / "prefect"), **more),
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
    )
    assert said.returncode == 0, said.stderr
    return said.stdout + said.stderr


SCHEDULED = """
import logging
from pathlib import Path
from flows.prefect_flows import deployment_name, settings_of
from prefect.logging.configuration import setup_logging
setup_logging()
for every in (None, 600.0, 7200.0):
    settings = settings_of("amur.toml", every)
    print(settings.every, settings.poll.interval, settings.poll.longest)
names = {deployment_name(Path(config)) for config in ("amur.toml", "../b/amur.toml", Path("amur.toml").absolute())}
print(len(names))
for logger in ("prefect.flow_runs", "root"):
    logging.getLogger(logger).error("posting to %s", settings.slack.url)
"""


def test_a_scheduled_pass_in_its_process(tmp_path: Path) -> None:
    """The span of --every rules how often feeds are asked; each folder has a deployment; no log shows the webhook."""
    write_settings(tmp_path, '[slack]\nname = "desk"\n')
    said = in_a_pass(tmp_path, SCHEDULED, AMUR_SLACK_WEBHOOK="https://desk.example/hook/s3cretpart")
    assert said.splitlines()[:4] == [
        "0:30:00 0:29:00 1 day, 0:00:00",
        "0:10:00 0:09:00 1 day, 0:00:00",
        "2:00:00 1:59:00 1 day, 0:00:00",
        "2",
    ]
    assert said.count("posting to") == 2
    assert "s3cretpart" not in said


def test_a_wrong_schedule_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A span or a cron expression that is none is one clear sentence, with what would be right."""
    file = write_settings(tmp_path)
    for option, wrong, right in (("--cron", "every monday", "*/30 * * * *"), ("--every", "5x", "30m")):
        result = CliRunner().invoke(amur, ["--config", str(file), "serve", option, wrong])
        assert result.exit_code == 2
        assert right in result.stderr
    assert not (tmp_path / "data").exists()
