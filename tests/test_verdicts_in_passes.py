"""What people say of alerts while passes run, and what the next passes make of it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders import NOW
from desk import THEME, Desk, furnish
from flows.commands import Exit, amur
from flows.judging import compare_and_decide
from flows.monitor import run_pass
from processes import process
from servers import HttpServer
from town import DAY, MORNING, feed, gas_day, quiet_day, settings_for, watch, watching
from warehouse import verdicts
from warehouse.query import ask
from warehouse.store import PassRunning, Store
from warehouse.verdicts import Verdict


@pytest.fixture(scope="module")
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        yield server


@pytest.fixture(scope="module")
def quiet(town: HttpServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder after a quiet morning."""
    quiet_day(town)
    file = settings_for(tmp_path_factory.mktemp("quiet"), town)
    watch(file, MORNING)
    return file.parent / "data"


@pytest.fixture
def file(quiet: Path, town: HttpServer, tmp_path: Path) -> Path:
    """Settings for a town in which two papers take up the gas pipeline, after that morning."""
    shutil.copytree(quiet, tmp_path / "data")
    quiet_day(town)
    gas_day(town)
    return settings_for(tmp_path, town)


PASS = """
import sys, threading
from pathlib import Path
from builders import NOW
from warehouse.store import Store
store = Store(Path(sys.argv[1]))
over = threading.Event()
threading.Thread(target=lambda: (sys.stdin.read(), over.set()), daemon=True).start()
with store.pass_lock(NOW):
    print("ready", flush=True)
    while not over.is_set():
        with store.transaction() as con:
            con.execute("UPDATE passes SET feeds_due = feeds_due + 1")
        over.wait(0.01)
"""


def _worked(desk: Desk) -> bool:
    with Store(desk.settings.data).transaction() as con:
        return con.execute("SELECT feeds_due > 2 FROM passes").fetchall() == [(True,)]


def test_verdicts_commit_while_another_process_runs_a_pass(tmp_path: Path) -> None:
    """Acknowledging, snoozing and muting wait for no pass, only for its short transactions."""
    desk = furnish(tmp_path)
    with process(PASS, desk.settings.data):
        for words in (["ack", str(desk.alert)[:8]], ["snooze", THEME, "--for", "7d"], ["mute", THEME]):
            assert desk.ask("alerts", *words).exit_code == Exit.FINE
        with pytest.raises(PassRunning), Store(desk.settings.data).pass_lock(NOW):
            pass
        while not _worked(desk):  # the pass goes on meanwhile
            time.sleep(0.05)
        with Store(desk.settings.data).transaction() as con:
            given = con.execute("SELECT what, theme_id FROM verdicts ORDER BY number").fetchall()
    assert given == [("ack", THEME), ("snooze", THEME), ("mute", THEME)]


def command(file: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(file), *words])


def before_deciding(act: Callable[[], object]) -> Callable[..., None]:
    """Carries a pass out, and `act` in another thread when all but its decisions is done."""

    def step(verb: Callable[..., None], *args: object) -> None:
        if verb is compare_and_decide:
            other = threading.Thread(target=act)
            other.start()
            other.join()
        verb(*args)

    return step


def test_a_pass_goes_by_the_verdicts_at_its_decision(file: Path) -> None:
    """A theme muted while the pass runs is not alerted by it; the finding is kept."""
    results: list[Result] = []

    def mute() -> None:
        results.append(command(file, "alerts", "mute", "energy-leverage"))

    with watching(file, MORNING + DAY) as house:
        record = run_pass(house, MORNING + DAY, before_deciding(mute))
    assert [result.exit_code for result in results] == [Exit.FINE]
    assert (record.findings, record.alerts) == (1, 0)
    assert ask(file.parent / "data" / "amur.duckdb", "SELECT decision FROM new_themes").rows == (("muted",),)


def snooze(file: Path, days: int) -> None:
    """Snooze the gas theme for so many days from the first morning."""
    with Store(file.parent / "data").transaction() as con:
        verdicts.give(con, [Verdict("snooze", "energy-leverage", MORNING, until_at=MORNING + days * DAY)])


def test_after_a_snooze_what_goes_on_is_found_anew(town: HttpServer, file: Path) -> None:
    """A theme first seen while snoozed is alerted after it if it goes on, in the window that goes back to then."""
    snooze(file, 9)
    first, second = (watch(file, MORNING + n * DAY) for n in (1, 2))
    assert [(r.findings, r.alerts) for r in (first, second)] == [(1, 0), (0, 0)]
    town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=MORNING + 8 * DAY)
    record = watch(file, MORNING + 9 * DAY + timedelta(hours=1))
    assert (record.findings, record.alerts) == (1, 1)
    rows = ask(
        file.parent / "data" / "amur.duckdb", "SELECT decision, window_days, articles FROM new_themes ORDER BY found_at"
    ).rows
    assert rows == (("snoozed", 7, 2), ("alert", 16, 3))
    assert watch(file, MORNING + 10 * DAY).findings == 0


def test_after_a_snooze_what_is_over_is_no_news(file: Path) -> None:
    """A theme of which nobody speaks any more when its snooze ends raises nothing."""
    snooze(file, 9)
    watch(file, MORNING + DAY)
    assert watch(file, MORNING + 10 * DAY).findings == 0


def test_after_a_long_snooze_what_goes_on_is_found_anew(town: HttpServer, file: Path) -> None:
    """A snooze longer than window and silence loses nothing of what was found in it."""
    snooze(file, 75)
    watch(file, MORNING + DAY)
    town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=MORNING + 74 * DAY)
    record = watch(file, MORNING + 75 * DAY + timedelta(hours=1))
    assert (record.findings, record.alerts) == (1, 1)
    assert watch(file, MORNING + 76 * DAY).findings == 0


def test_what_an_outage_left_to_a_snooze_is_found_anew(town: HttpServer, file: Path) -> None:
    """Found in a window made wider by an outage, a theme is found anew after the snooze in a window as wide."""
    snooze(file, 24)
    first = watch(file, MORNING + 20 * DAY)
    assert (first.findings, first.alerts) == (1, 0)
    town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=MORNING + 23 * DAY)
    record = watch(file, MORNING + 24 * DAY + timedelta(hours=1))
    assert (record.findings, record.alerts) == (1, 1)
