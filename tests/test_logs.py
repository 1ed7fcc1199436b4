"""The log that `amur run` and `amur serve` keep."""

from __future__ import annotations

import logging
import re
import stat
from dataclasses import replace
from datetime import timedelta
from multiprocessing import get_context
from pathlib import Path

import pytest
from click.testing import CliRunner

from builders import NOW, key
from desk import write_settings
from flows.commands import Exit, amur
from flows.logs import LogRules, keeping
from flows.secrets import Redaction
from flows.settings import load
from servers import HttpServer
from town import open_quickly, quiet_day, settings_for
from warehouse.passes import PassRecord
from warehouse.store import PassRunning, Store

LINE = re.compile(r"^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ (INFO|WARNING|ERROR) [\w.]+\[\d+\] .+$")
MADE = PassRecord(key("pass"), NOW, NOW + timedelta(seconds=12), "complete", feeds_due=3, articles_read=2)


@pytest.fixture
def rules(tmp_path: Path) -> LogRules:
    return LogRules(tmp_path / "logs" / "amur.log", 1_000_000, 3)


def lines(rules: LogRules) -> list[str]:
    assert rules.file
    return rules.file.read_text(encoding="utf-8").splitlines()


def test_a_pass_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`amur run` leaves one line for its pass in a private file, dated in UTC; what only asks leaves none."""
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    with HttpServer() as town:
        quiet_day(town)
        file = settings_for(tmp_path, town)
        assert CliRunner().invoke(amur, ["--config", str(file), "run"]).exit_code == Exit.FINE
        assert CliRunner().invoke(amur, ["--config", str(file), "status"]).exit_code == Exit.FINE
    log = tmp_path / "data" / "amur.log"
    (line,) = log.read_text(encoding="utf-8").splitlines()
    assert LINE.fullmatch(line)
    assert "pass complete in" in line
    assert "3 feeds asked" in line
    assert stat.S_IMODE(log.stat().st_mode) == 0o600


def test_warnings_of_all_and_news_of_ours(rules: LogRules) -> None:
    """Whatever any library warns of is logged, what it merely tells is not; nothing is logged once the log is shut."""
    with keeping(rules, Redaction()) as log:
        log.passed(replace(MADE, note="A message by e-mail waits."))
        logging.getLogger("aiohttp.client").warning("slow")
        logging.getLogger("aiohttp.client").info("chatter")
    logging.getLogger("aiohttp.client").warning("afterwards")
    assert [line.split("Z ")[1].split("[")[0] for line in lines(rules)] == [
        "INFO amur",
        "WARNING amur",
        "WARNING aiohttp.client",
    ]
    assert lines(rules)[0].endswith("pass complete in 12 s: 3 feeds asked, 2 articles read")
    assert all(map(LINE.fullmatch, lines(rules)))


def test_no_secret_is_logged(rules: LogRules) -> None:
    """Secrets and credentials in addresses are taken out of messages and of tracebacks alike."""
    redaction = Redaction()
    redaction.hide(["tr0ub4dor"])
    with keeping(rules, redaction):
        logging.getLogger("slack_sdk").error("posting to https://hooks.slack.com/services/T0/B0/xyz with tr0ub4dor")
    with pytest.raises(RuntimeError), keeping(rules, redaction):
        raise RuntimeError("https://user:pw@feeds.example/?api_key=tr0ub4dor")
    logged = "\n".join(lines(rules))
    assert "RuntimeError: https://***@feeds.example/?api_key=***" in logged
    for secret in ("tr0ub4dor", "xyz", "user:pw"):
        assert secret not in logged


def test_nobody_writes_lines_of_their_own(rules: LogRules) -> None:
    """A line break or an escape in what a server said makes no line; a traceback is indented below its line."""
    with keeping(rules, Redaction()) as log:
        log.say("said \x1b[2J\n2026-01-01T00:00:00Z INFO amur[1] pass complete")
    with pytest.raises(ValueError, match="first"), keeping(rules, Redaction()):
        raise ValueError("first\n2026-01-01T00:00:00Z INFO amur[1] pass complete")
    starting = [line for line in lines(rules) if not line.startswith("    ")]
    assert len(starting) == 2
    assert all(map(LINE.fullmatch, starting))
    assert "\x1b" not in starting[0]
    assert starting[1].endswith("broken off")


def test_what_a_user_can_mend_has_no_traceback(rules: LogRules) -> None:
    """Another pass that is running is news, a stop is noted, and neither is a bug."""
    with pytest.raises(PassRunning), keeping(rules, Redaction()):
        raise PassRunning(NOW, 4711)
    with pytest.raises(KeyboardInterrupt), keeping(rules, Redaction()):
        raise KeyboardInterrupt
    first, second = lines(rules)
    assert "INFO" in first
    assert "Another pass is running" in first
    assert second.endswith("stopped")


def test_it_stays_small(tmp_path: Path) -> None:
    """A log that has grown is put aside, so many are kept, and all are private."""
    rules = LogRules(tmp_path / "amur.log", 2_000, 2)
    with keeping(rules, Redaction()) as log:
        for number in range(200):
            log.say(f"line {number}")
    assert sorted(path.name for path in tmp_path.iterdir()) == ["amur.log", "amur.log.1", "amur.log.2"]
    assert {stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()} == {0o600}
    assert all(path.stat().st_size <= 2_000 for path in tmp_path.iterdir())
    assert lines(rules)[-1].endswith("line 199")


def _say(file: Path, who: int) -> None:
    with keeping(LogRules(file, 1_000_000, 1), Redaction()) as log:
        for number in range(100):
            log.say(f"{who} says {number}")


def test_several_processes_may_log(tmp_path: Path) -> None:
    """Lines of two processes stand side by side, each whole; a file moved away is made anew."""
    file = tmp_path / "amur.log"
    processes = [get_context("fork").Process(target=_say, args=(file, who)) for who in (1, 2)]
    for process in processes:
        process.start()
    for process in processes:
        process.join()
    said = file.read_text(encoding="utf-8").splitlines()
    assert len(said) == 200
    assert all(map(LINE.fullmatch, said))
    with keeping(LogRules(file, 1_000_000, 1), Redaction()) as log:
        log.say("before")
        file.rename(tmp_path / "moved.log")
        log.say("after")
    assert file.read_text(encoding="utf-8").endswith("after\n")


def test_a_log_that_cannot_be_written_stops_nothing(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Where the log cannot be written that is said once, and the work goes on."""
    (tmp_path / "logs").write_text("a file where the folder should be")
    with keeping(LogRules(tmp_path / "logs" / "amur.log", 1_000, 1), Redaction()) as log:
        log.say("one")
        log.say("two")
    assert capsys.readouterr().err.count("cannot be written") == 1


def test_settings_of_the_log(tmp_path: Path) -> None:
    """The log lies in the data folder, or where its file says; it can be switched off."""
    assert load(write_settings(tmp_path), {}).log == LogRules(tmp_path / "data" / "amur.log", 5_000_000, 5)
    chosen = write_settings(tmp_path, '[log]\nfile = "logs/a.log"\nmegabytes = 1\nfiles = 2\n')
    assert load(chosen, {}).log == LogRules(tmp_path / "logs" / "a.log", 1_000_000, 2)
    assert load(write_settings(tmp_path, "[log]\nenabled = false\n"), {}).log.file is None
    with keeping(LogRules(None, 1, 1), Redaction()) as log:
        log.say("to nobody")
    assert not Store(tmp_path / "data").folder.exists()
