"""What people say of alerts, and what a pass makes of it."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from builders import DAY, NOW, key, make_article, make_finding, make_taxonomy
from desk import THEME, Desk, furnish
from flows.commands import Exit, amur
from flows.judging import compare_and_decide
from flows.monitor import run_pass
from processes import process
from servers import HttpServer
from town import DAY as A_DAY
from town import MORNING, feed, gas_day, quiet_day, settings_for, watch, watching
from warehouse import findings, judgements, verdicts
from warehouse.connect import Connection
from warehouse.query import ask
from warehouse.store import PassRunning, Store
from warehouse.verdicts import Verdict, Woken
from warehouse_world import rolled_back

GAS = make_taxonomy("gas")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        judgements.use_taxonomy(con, GAS, NOW)
        yield con


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


# --- what holds now -------------------------------------------------------------------------------


def said(con: Connection, *log: tuple[str, int | None]) -> dict[str, str]:
    """What holds at NOW after verdicts on gas, one after the other, each with its end in days from then."""
    log_of = [Verdict(what, "gas", NOW - DAY, until_at=None if end is None else NOW + end * DAY) for what, end in log]  # type: ignore[arg-type]  # tests name the verdict
    verdicts.give(con, log_of)
    return verdicts.silenced(con, NOW)


@pytest.mark.parametrize(
    ("log", "silence"),
    [
        ([], None),
        ([("mute", None)], "muted"),
        ([("mute", 1)], "muted"),
        ([("mute", 0)], None),
        ([("snooze", 7)], "snoozed"),
        ([("snooze", -1)], None),
        ([("snooze", 7), ("snooze", -1)], None),
        ([("snooze", 7), ("mute", None)], "muted"),
        ([("mute", None), ("snooze", 7)], "muted"),
        ([("mute", -1), ("snooze", 7)], "snoozed"),
        ([("mute", None), ("snooze", 7), ("unmute", None)], None),
        ([("mute", None), ("unmute", None), ("snooze", 7)], "snoozed"),
        ([("ack", None), ("retract", None)], None),
    ],
)
def test_what_holds_follows_from_the_log(con: Connection, log: list[tuple[str, int | None]], silence: str) -> None:
    """The last word of its kind counts until it ends; a mute goes before a snooze, and unmuting ends both."""
    assert said(con, *log) == ({"gas": silence} if silence else {})


def test_the_log_only_grows(con: Connection) -> None:
    """Verdicts are numbered in their order, across transactions; nothing is overwritten."""
    for _ in range(2):
        said(con, ("mute", None), ("unmute", None))
    rows = con.execute("SELECT number, what FROM verdicts ORDER BY number").fetchall()
    assert [what for _, what in rows] == ["mute", "unmute"] * 2
    assert len({number for number, _ in rows}) == 4


def test_what_was_found_in_silence_wakes(con: Connection) -> None:
    """A theme found while it was silenced is remembered with its first finding, until one of its findings is told."""
    quiet = [make_finding((), GAS, found_at=NOW - n * DAY) for n in (9, 5)]
    findings.save_findings(con, [(quiet[0], "snoozed"), (quiet[1], "muted")])
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {"gas": Woken(NOW - 9 * DAY, 7)}
    assert verdicts.woken(con, NOW - 60 * DAY, ["gas"]) == {}
    assert verdicts.woken(con, NOW - 2 * DAY, ()) == {}
    findings.save_findings(con, [(make_finding((), GAS, found_at=NOW - DAY), "alert")])
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {}


def test_an_alert_is_named_by_its_beginning_or_its_theme(con: Connection) -> None:
    """Six digits or more that begin an id name its alert, a theme's id its latest one."""
    older, newer = (make_finding((), GAS, found_at=NOW - n * DAY) for n in (9, 1))
    findings.save_findings(con, [(older, "alert"), (newer, "alert")])
    wanted = findings.alert_id(older)

    def found(name: str) -> list[object]:
        return [alert.alert_id for alert in verdicts.find_alerts(con, name)]

    for name in (str(wanted), str(wanted)[:6], str(wanted).upper()[:12], wanted.hex):
        assert found(name) == [wanted]
    assert found("gas") == [findings.alert_id(newer)]
    assert found(str(wanted)[:5]) == found("%") == found("") == found("grain") == []


# --- while a pass runs ----------------------------------------------------------------------------

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

    with watching(file, MORNING + A_DAY) as house:
        record = run_pass(house, MORNING + A_DAY, before_deciding(mute))
    assert [result.exit_code for result in results] == [Exit.FINE]
    assert (record.findings, record.alerts) == (1, 0)
    assert ask(file.parent / "data" / "amur.duckdb", "SELECT decision FROM new_themes").rows == (("muted",),)


def snooze(file: Path, days: int) -> None:
    """Snooze the gas theme for so many days from the first morning."""
    with Store(file.parent / "data").transaction() as con:
        verdicts.give(con, [Verdict("snooze", "energy-leverage", MORNING, until_at=MORNING + days * A_DAY)])


def test_after_a_snooze_what_goes_on_is_found_anew(town: HttpServer, file: Path) -> None:
    """A theme first seen while snoozed is alerted after it if it goes on, in the window that goes back to then."""
    snooze(file, 9)
    first, second = (watch(file, MORNING + n * A_DAY) for n in (1, 2))
    assert [(r.findings, r.alerts) for r in (first, second)] == [(1, 0), (0, 0)]
    town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=MORNING + 8 * A_DAY)
    record = watch(file, MORNING + 9 * A_DAY + timedelta(hours=1))
    assert (record.findings, record.alerts) == (1, 1)
    rows = ask(
        file.parent / "data" / "amur.duckdb", "SELECT decision, window_days, articles FROM new_themes ORDER BY found_at"
    ).rows
    assert rows == (("snoozed", 7, 2), ("alert", 16, 3))
    assert watch(file, MORNING + 10 * A_DAY).findings == 0


def test_after_a_snooze_what_is_over_is_no_news(file: Path) -> None:
    """A theme of which nobody speaks any more when its snooze ends raises nothing."""
    snooze(file, 9)
    watch(file, MORNING + A_DAY)
    assert watch(file, MORNING + 10 * A_DAY).findings == 0


def test_after_a_long_snooze_what_goes_on_is_found_anew(town: HttpServer, file: Path) -> None:
    """A snooze longer than window and silence loses nothing of what was found in it."""
    snooze(file, 75)
    watch(file, MORNING + A_DAY)
    town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=MORNING + 74 * A_DAY)
    record = watch(file, MORNING + 75 * A_DAY + timedelta(hours=1))
    assert (record.findings, record.alerts) == (1, 1)
    assert watch(file, MORNING + 76 * A_DAY).findings == 0


def test_what_an_outage_left_to_a_snooze_is_found_anew(town: HttpServer, file: Path) -> None:
    """Found in a window made wider by an outage, a theme is found anew after the snooze in a window as wide."""
    snooze(file, 24)
    first = watch(file, MORNING + 20 * A_DAY)
    assert (first.findings, first.alerts) == (1, 0)
    town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=MORNING + 23 * A_DAY)
    record = watch(file, MORNING + 24 * A_DAY + timedelta(hours=1))
    assert (record.findings, record.alerts) == (1, 1)


# --- what is retracted ----------------------------------------------------------------------------


def test_a_retracted_alert_silences_nothing(con: Connection) -> None:
    """It counts neither for the cooldown nor as found before, and its stories are no evidence for its theme."""
    article = make_article("wrong")
    finding = make_finding([article], GAS)
    findings.save_findings(con, [(finding, "alert")])
    alert = findings.alert_id(finding)
    assert judgements.recent_findings(con, NOW - DAY) == [("gas", NOW)]
    assert findings.recent_alerts(con, NOW - DAY) == [("first_seen", "gas", NOW)]
    verdicts.give(con, [Verdict("retract", "gas", NOW, alert), Verdict("ack", "gas", NOW, key("other"))])
    assert judgements.recent_findings(con, NOW - DAY) == []
    assert findings.recent_alerts(con, NOW - DAY) == []
    assert findings.alerts_to_tell(con, "email", "desk@example.org", 3) == []
    assert verdicts.retracted(con, [alert, key("other")]) == {alert}
    assert verdicts.acknowledged(con, [alert, key("other")]) == {key("other")}
    assert con.execute("SELECT retracted_at FROM new_themes").fetchall() == [(NOW,)]
