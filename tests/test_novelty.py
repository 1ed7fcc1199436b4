from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from extractors.novelty import NoveltyRules, burnt_in_at, first_seen, reaching_back
from warehouse.records import Appearance

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)
RULES = NoveltyRules()


def key(n: int) -> uuid.UUID:
    return uuid.UUID(int=n)


def appearance(
    n: int, publisher: str, *, story: int | None = None, days_ago: float = 1.0, **more: object
) -> Appearance:
    dated = NOW - timedelta(days=days_ago)
    values = {"bloc": "independent", "first_seen_at": dated, "baseline": False, "thin": False, **more}
    return Appearance("energy", key(n), key(story if story is not None else n), publisher, dated_at=dated, **values)


def found(appearances: list[Appearance], *, before=(), quiet_until: datetime = LONG_AGO):
    return first_seen(appearances, before, {"energy": quiet_until}, "t1", RULES, NOW)


def test_two_stories_from_two_publishers_are_new() -> None:
    """A theme that two publishers take up in stories of their own, after a silence, is found."""
    (finding,) = found([appearance(1, "a"), appearance(2, "b", days_ago=3, bloc="china-state")])
    assert finding.theme_id == "energy"
    assert (finding.stories, finding.publishers, finding.blocs) == (2, ("a", "b"), ("china-state", "independent"))
    assert finding.article_ids == (key(2), key(1))


@pytest.mark.parametrize(
    ("appearances", "why"),
    [
        ([appearance(1, "a")], "one story"),
        ([appearance(1, "a"), appearance(2, "a")], "one publisher"),
        ([appearance(n, f"house-{n}", story=1) for n in range(1, 11)], "ten copies of one story"),
        ([appearance(1, "a", days_ago=2), appearance(2, "b", story=1), appearance(3, "a")], "a copy is no voice"),
        ([appearance(1, "a"), appearance(2, "b"), appearance(3, "c", days_ago=30)], "seen a month ago"),
        ([appearance(1, "a"), appearance(2, "b", baseline=True)], "came with a new feed"),
        ([appearance(1, "a", thin=True), appearance(2, "b", thin=True)], "only summaries"),
        ([appearance(1, "a", days_ago=8), appearance(2, "b", days_ago=9)], "older than the window"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_what_is_not_new(appearances: list[Appearance], why: str) -> None:
    """Too few voices, copies, old acquaintances, new feeds and mere summaries raise nothing."""
    assert found(appearances) == (), why


def test_a_silence_long_enough_makes_new() -> None:
    """What was last seen before the silence is new again."""
    old = appearance(3, "c", days_ago=RULES.window_days + RULES.silence_days + 1)
    assert len(found([appearance(1, "a"), appearance(2, "b"), old])) == 1


def test_nothing_is_new_before_the_burn_in_ends() -> None:
    """Until there is history nothing is found, and what was seen by then is history afterwards."""
    voices = [appearance(1, "a"), appearance(2, "b")]
    assert found(voices, quiet_until=NOW) == ()
    assert found(voices, quiet_until=NOW - timedelta(hours=30)) != ()
    assert found(voices, quiet_until=NOW - timedelta(hours=12)) == ()


def test_a_finding_is_made_once() -> None:
    """A theme found once is not found again before a new silence could have passed."""
    voices = [appearance(1, "a"), appearance(2, "b")]
    assert found(voices, before=[("energy", NOW - timedelta(days=3))]) == ()
    assert found(voices, before=[("other", NOW - timedelta(days=3))]) != ()
    assert found(voices, before=[("energy", NOW - timedelta(days=68))]) != ()


def test_a_theme_without_a_moment_is_not_found() -> None:
    """A theme that is looked for no longer, or not yet, is not found."""
    voices = [appearance(1, "a"), appearance(2, "b")]
    assert first_seen(voices, (), {}, "t1", RULES, NOW) == ()


def test_a_wrong_clock_silences_nothing() -> None:
    """A finding dated far ahead, by a clock since put right, does not keep its theme from being found."""
    voices = [appearance(1, "a"), appearance(2, "b")]
    assert found(voices, before=[("energy", NOW + timedelta(days=4000))]) != ()


def test_a_copy_dated_by_day_is_no_voice() -> None:
    """A reprint that says only the day, which is midnight, does not come before the original of that morning."""
    day = NOW.replace(hour=0) - timedelta(days=2)
    original, own = appearance(1, "a"), appearance(3, "a")
    reprint = appearance(2, "b", story=1, bloc="china-state")
    original, reprint = (replace(a, dated_at=at) for a, at in ((original, day + timedelta(hours=9)), (reprint, day)))
    assert found([original, reprint, own]) == ()
    (finding,) = found([original, reprint, own, appearance(4, "c")])
    assert finding.publishers == ("a", "c")
    assert finding.blocs == ("independent",)


def test_burn_in_ends_by_time_or_by_number() -> None:
    """Fourteen days or two hundred relevant articles end the burn-in, whichever comes first."""
    start = NOW - timedelta(days=10)
    assert burnt_in_at(None, None, RULES) is None
    assert burnt_in_at(start, None, RULES) == start + timedelta(days=14)
    assert burnt_in_at(start, NOW, RULES) == NOW
    assert burnt_in_at(start, None, NoveltyRules(burn_in_articles=0)) == start


def test_the_window_reaches_back_over_an_outage() -> None:
    """After days without a pass the window is longer by them, and not after a day's distance of passes."""
    assert reaching_back(RULES, timedelta(hours=47)) == RULES
    assert reaching_back(RULES, timedelta(days=12, hours=3)).window_days == RULES.window_days + 12
    voices = [appearance(1, "a", days_ago=12), appearance(2, "b", days_ago=10)]
    wider = reaching_back(RULES, timedelta(days=10))
    (finding,) = first_seen(voices, (), {"energy": LONG_AGO}, "t1", wider, NOW)
    assert (found(voices), finding.window_days) == ((), 17)
