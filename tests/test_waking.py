"""What was found in silence: when it wakes, and when it counts for nothing."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import DAY, NOW, make_article, make_finding, make_taxonomy
from warehouse import findings, judgements, verdicts
from warehouse.connect import Connection
from warehouse.records import Copy
from warehouse.store import Store
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
    judgements.save_stories(con, [Copy(article.id, article.id, 0, NOW) for article in (wrong, right)])
    kept = make_finding([wrong], GAS, found_at=NOW - 9 * DAY)
    both = make_finding([wrong, right], GAS, found_at=NOW - 8 * DAY)
    loud = make_finding([wrong], GAS, kind="surge", found_at=NOW - 5 * DAY)
    findings.save_findings(con, [(kept, "snoozed"), (both, "snoozed"), (loud, "alert")])
    verdicts.give(con, [Verdict("retract", "gas", NOW, findings.alert_id(loud))])
    assert judgements.recent_findings(con, NOW - 60 * DAY) == [("gas", both.found_at)]
    assert verdicts.woken(con, NOW - 60 * DAY, ()) == {"gas": Woken(both.found_at, 7)}
