"""What people say of alerts: what holds by it, what wakes after a silence, and what a retraction leaves."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import DAY, NOW, key, make_article, make_finding, make_taxonomy
from warehouse import articles, findings, judgements, ledger, verdicts
from warehouse.connect import Connection
from warehouse.records import Copy
from warehouse.store import Store
from warehouse.verdicts import Verdict, Woken
from warehouse_world import rolled_back, to_tell

GAS = make_taxonomy("gas")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        judgements.use_taxonomy(con, GAS, NOW)
        yield con


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


# --- what was found in silence --------------------------------------------------------------------


def test_what_was_found_in_silence_wakes(con: Connection) -> None:
    """A theme found while it was silenced is remembered with its first finding, until one of its findings is told."""
    quiet = [make_finding((), GAS, found_at=NOW - n * DAY) for n in (9, 5)]
    findings.save_findings(con, [(quiet[0], "snoozed"), (quiet[1], "muted")])
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {"gas": Woken(NOW - 9 * DAY, 7)}
    assert verdicts.woken(con, NOW - 60 * DAY, ["gas"]) == {}
    assert verdicts.woken(con, NOW - 2 * DAY, ()) == {}
    findings.save_findings(con, [(make_finding((), GAS, found_at=NOW - DAY), "alert")])
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {}


@pytest.mark.parametrize(
    ("log", "woken"),
    [
        ([("snooze", 90, 2)], True),
        ([("mute", 90, None), ("unmute", 2, None)], True),
        ([("snooze", 90, 40), ("snooze", 41, 2)], True),
        ([("snooze", 90, 2), ("mute", 60, 50)], True),
        ([("snooze", 90, 70)], False),
        ([("snooze", 90, 70), ("snooze", 20, 2)], False),
        ([("mute", 90, None), ("unmute", 70, None), ("unmute", 2, None)], False),
        ([("snooze", 75, 2)], False),
    ],
)
def test_a_long_silence_hides_nothing(con: Connection, log: list[tuple[str, int, int | None]], woken: bool) -> None:
    """What was found in a silence wakes when that ends, however long it was, renewed or not; not in an earlier one."""
    for what, given, end in log:
        until = None if end is None else NOW - end * DAY
        verdicts.give(con, [Verdict(what, "gas", NOW - given * DAY, until_at=until)])  # type: ignore[arg-type]  # tests name the verdict
    findings.save_findings(con, [(make_finding((), GAS, found_at=NOW - 80 * DAY), "snoozed")])
    assert ("gas" in verdicts.woken(con, NOW - 60 * DAY, ())) == woken


def test_what_silence_kept_back_goes_with_the_alert_that_told_it(con: Connection) -> None:
    """Found while snoozed, told after that, then retracted: the theme was not found before, and nothing wakes."""
    kept, told, real = (make_finding((), GAS, found_at=NOW - n * DAY) for n in (9, 5, 1))
    findings.save_findings(con, [(kept, "snoozed"), (told, "alert")])
    assert len(judgements.recent_findings(con, NOW - 60 * DAY)) == 2
    verdicts.give(con, [Verdict("retract", "gas", NOW - 4 * DAY, findings.alert_id(told))])
    assert judgements.recent_findings(con, NOW - 60 * DAY) == []
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {}
    findings.save_findings(con, [(real, "muted")])
    assert judgements.recent_findings(con, NOW - 60 * DAY) == [("gas", NOW - DAY)]
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {"gas": Woken(NOW - DAY, 7)}


def test_what_silence_kept_back_goes_with_its_stories(con: Connection) -> None:
    """What was found while snoozed counts for nothing once all of its stories were retracted, by whatever alert."""
    wrong, right = make_article("wrong"), make_article("right")
    articles.save_articles(con, [wrong, right])
    judgements.save_stories(con, [Copy(article.id, article.id, 0, NOW) for article in (wrong, right)])
    kept = make_finding([wrong], GAS, found_at=NOW - 9 * DAY)
    both = make_finding([wrong, right], GAS, found_at=NOW - 8 * DAY)
    loud = make_finding([wrong], GAS, kind="surge", found_at=NOW - 5 * DAY)
    findings.save_findings(con, [(kept, "snoozed"), (both, "snoozed"), (loud, "alert")])
    verdicts.give(con, [Verdict("retract", "gas", NOW, findings.alert_id(loud))])
    assert judgements.recent_findings(con, NOW - 60 * DAY) == [("gas", both.found_at)]
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {"gas": Woken(both.found_at, 7)}


# --- what is retracted ----------------------------------------------------------------------------


def test_a_retracted_alert_silences_nothing(con: Connection) -> None:
    """It counts neither for the cooldown nor as found before, and its stories are no evidence for its theme."""
    article = make_article("wrong")
    finding = make_finding([article], GAS)
    findings.save_findings(con, [(finding, "alert")])
    alert = findings.alert_id(finding)
    assert judgements.recent_findings(con, NOW - DAY) == [("gas", NOW)]
    assert [past.id for past in ledger.past_alerts(con, NOW - DAY)] == [alert]
    verdicts.give(con, [Verdict("retract", "gas", NOW, alert), Verdict("ack", "gas", NOW, key("other"))])
    assert judgements.recent_findings(con, NOW - DAY) == []
    assert ledger.past_alerts(con, NOW - DAY) == []
    assert to_tell(con, "email", "desk@example.org") == []
    assert verdicts.retracted(con, [alert, key("other")]) == {alert}
    assert verdicts.acknowledged(con, [alert, key("other")]) == {key("other")}
    assert con.execute("SELECT retracted_at FROM new_themes").fetchall() == [(NOW,)]
