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
from datetime import timedelta
from pathlib import Path

from click.testing import CliRunner

from desk import write_settings
from flows.commands import Exit, amur
from flows.commands.serve import _longest_gap
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
    """`amur serve` brings its own Prefect server, runs a pass, has the next ones scheduled, and ends on Ctrl-C.

    Meanwhile no other one serves the same data. Its passes know their settings from the environment, and neither
    settings nor password stand where the server or other users of the machine show them.
    """
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
                command_lines = "".join(f.read_text(errors="replace") for f in Path("/proc").glob("[0-9]*/cmdline"))
                login = (db.parent / "login").read_text().strip()
                refused = CliRunner().invoke(amur, ["--config", str(file), "serve"])
                os.killpg(process.pid, signal.SIGINT)  # as a terminal does it
                said, _ = process.communicate(timeout=60)
            finally:
                if process.poll() is None:
                    os.killpg(process.pid, signal.SIGKILL)
    assert process.returncode == 0, said
    assert "Traceback" not in said
    assert login.startswith("amur:")
    assert login not in said
    assert login not in command_lines
    assert refused.exit_code == Exit.FAILED
    assert f"process {process.pid} since" in refused.stderr
    log = [line.split("] ")[1] for line in (tmp_path / "data" / "amur.log").read_text().splitlines()]
    assert log[0] == "serving a pass every 30 min"
    assert log[1].startswith("pass complete in")
    assert log[2] == "serving no longer"
    assert ask(tmp_path / "data" / "amur.duckdb", "SELECT outcome FROM passes").rows == (("complete",),)
    ((name, parameters),) = deployments(db)
    assert re.fullmatch("amur-[0-9a-f]{8}", name)
    assert parameters == {}


def in_a_pass(folder: Path, script: str, *words: str, **more: str) -> str:
    """What `script` says in a process like that of a scheduled pass, where Prefect has set up logging."""
    said = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", script, *words],
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
from flows.secrets import Redaction
from prefect.logging.configuration import setup_logging
setup_logging()
settings = settings_of(Redaction())
names = {deployment_name(Path(config)) for config in ("amur.toml", "../b/amur.toml", Path("amur.toml").absolute())}
print(len(names))
for logger in ("prefect.flow_runs", "root"):
    logging.getLogger(logger).error("posting to %s", settings.slack.url)
"""


def test_a_scheduled_pass_in_its_process(tmp_path: Path) -> None:
    """Each folder has a deployment of its own; no log shows the webhook."""
    write_settings(tmp_path, '[slack]\nname = "desk"\n')
    said = in_a_pass(tmp_path, SCHEDULED, AMUR_SLACK_WEBHOOK="https://desk.example/hook/s3cretpart")
    assert said.splitlines()[0] == "2"
    assert said.count("posting to") == 2
    assert "s3cretpart" not in said


BROKEN = """
import sys
from pathlib import Path
from flows.prefect_server import own_server
with own_server(Path("prefect"), int(sys.argv[1])):
    from flows import prefect_flows as flows
    from flows.house import open_house, utc_now
    from flows.settings import load
    def tell():
        raise RuntimeError("no way to https://user:pw@feeds.example nor " + load().slack.url)
    flows.tell, flows.run_pass = tell, lambda house, now, step, send: step(tell)
    with open_house(load()) as house:
        try:
            flows.pass_as_flow(house, utc_now())
        except RuntimeError as error:
            print("raised", "s3cretpart" in str(error))
    print(flows.scheduled_pass(return_state=True).message)
    flows.settle()
"""


def test_what_prefect_keeps_of_a_bug(tmp_path: Path) -> None:
    """The words of an exception reach Prefect without secrets, wherever in a pass it was raised; the log has the
    traceback, and whoever called the pass the exception itself."""
    write_settings(tmp_path, '[slack]\nname = "desk"\n')
    hook = "https://desk.example/hook/s3cretpart"
    said = in_a_pass(tmp_path, BROKEN, str(free_port()), AMUR_SLACK_WEBHOOK=hook)
    told = "RuntimeError: no way to https://***@feeds.example nor ***"
    assert "raised True" in said
    assert told in said
    with sqlite3.connect(tmp_path / "prefect" / "prefect.db") as con:
        kept = "\n".join(con.iterdump())
    assert kept.count(told) >= 4  # of the tasks and of the flow runs, each in its run and in its state
    logged = (tmp_path / "data" / "amur.log").read_text()
    assert "Traceback" in logged
    for text in (said, kept, logged):
        assert "s3cretpart" not in text
        assert "user:pw" not in text


def test_a_wrong_schedule_is_refused_before_anything_starts(tmp_path: Path) -> None:
    """A span or a cron expression that is none is one clear sentence, with what would be right."""
    file = write_settings(tmp_path)
    mistakes = (("--cron", "every monday", "*/30 * * * *"), ("--cron", "0 0 31 2 *", "*/30"), ("--every", "5x", "30m"))
    for option, wrong, right in mistakes:
        result = CliRunner().invoke(amur, ["--config", str(file), "serve", option, wrong])
        assert result.exit_code == 2
        assert right in result.stderr
    assert not (tmp_path / "data").exists()


def test_the_gaps_of_a_cron_expression() -> None:
    """A pass is late by the measure of the longest time between two."""
    assert _longest_gap("*/20 * * * *") == timedelta(minutes=20)
    assert _longest_gap("0 6,18 * * *") == timedelta(hours=12)
    assert _longest_gap("0 9 * * 1-5") == timedelta(days=3)
