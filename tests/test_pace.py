"""The rhythm of a feed, and when it is asked next."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.pace import PollRules, first_look, interval, later_look, rate
from month_of_feeds import match, month, oracle, world
from warehouse.records import Rhythm

NOW = datetime(2026, 6, 1, 12, 0, tzinfo=UTC)  # a Monday
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
RULES = PollRules()
SEED, FEEDS, DAYS = 3, 50, 30


def every(gap: timedelta, count: int, last: datetime = NOW) -> list[datetime]:
    return [last - n * gap for n in range(count)]


def waits(rhythm: Rhythm | None, now: datetime = NOW) -> float:
    """Minutes to the next visit."""
    return interval(rhythm, RULES, now) / MINUTE


def lived(rhythm: Rhythm, dates: list[datetime]) -> Rhythm:
    """The rhythm after each of these entries was found half an hour after it came."""
    for date in dates:
        rhythm = later_look(rhythm, [date], date - HOUR, date + HOUR / 2)
    return rhythm


@pytest.mark.parametrize(
    ("gap", "count", "per_day"), [(HOUR, 50, 24.0), (DAY, 30, 1.0), (7 * DAY, 20, 1 / 7), (5 * MINUTE, 100, 288.0)]
)
def test_the_dates_of_the_first_answer_tell_the_pace(gap: timedelta, count: int, per_day: float) -> None:
    """A feed's first answer shows how often it has news, before anybody has watched it."""
    assert rate(first_look(every(gap, count), NOW), NOW) == pytest.approx(per_day, rel=0.25)


def test_a_feed_that_ended_long_ago_is_slow() -> None:
    """The dates of an archive are no promise: what counts is how long ago they are."""
    assert waits(first_look(every(HOUR, 50, NOW - 365 * DAY), NOW)) == 24 * 60


def test_an_unknown_feed_is_asked_several_times_a_day_at_first() -> None:
    """Without dates nothing is known: a feed is watched closely at first, and ever less while nothing comes."""
    unknown = first_look([], NOW)
    assert 60 < waits(unknown) < 6 * 60
    assert waits(None) == pytest.approx(waits(unknown))
    assert waits(unknown, NOW + DAY) > 3 * waits(unknown)
    assert waits(unknown, NOW + 30 * DAY) == 24 * 60


def test_a_busier_feed_is_asked_sooner() -> None:
    """The interval falls as the rate rises, from a day to ten minutes."""
    even = [
        waits(Rhythm(NOW, 20.0 * n, 20.0, 20.0 * n, (n * 20 / 24,) * 24, (n * 20 / 7,) * 7)) for n in (1, 10, 100, 500)
    ]
    assert even == sorted(even, reverse=True)
    assert even[0] == pytest.approx(288, rel=0.1)
    assert even[-1] == 10


def test_a_change_of_pace_is_noticed() -> None:
    """A feed that wakes up is asked more often, and one that falls asleep less often."""
    weekly = first_look(every(7 * DAY, 10), NOW)
    awake = lived(weekly, [NOW + n * HOUR for n in range(1, 25)])
    assert waits(awake, NOW + DAY) < waits(weekly, NOW + 2 * DAY) / 4
    assert waits(awake, NOW + 60 * DAY) > 4 * waits(awake, NOW + DAY)


def test_the_hour_of_the_day_is_learned() -> None:
    """A feed that speaks at six in the morning is asked often about then, and left alone for the rest of the day."""
    daily = first_look(every(DAY, 30, NOW.replace(hour=6, minute=5)), NOW)
    before, about, behind = (waits(daily, NOW.replace(hour=hour) + DAY) for hour in (1, 6, 8))
    assert about < 40
    assert before > 4 * about
    assert behind > 10 * about
    assert timedelta(minutes=before) + NOW.replace(hour=1) < NOW.replace(hour=6, minute=40)


def test_the_day_of_the_week_is_learned() -> None:
    """A feed that speaks on Mondays is asked more often on Mondays."""
    weekly = first_look(every(7 * DAY, 20), NOW)
    assert waits(weekly, NOW.replace(hour=11) + 7 * DAY) < waits(weekly, NOW.replace(hour=11) + 10 * DAY) / 2


def test_ten_entries_at_once_say_as_much_of_the_hour_as_one() -> None:
    """Entries that come together are one sign of when a feed speaks, not ten."""
    together = first_look([date for date in every(DAY, 5) for _ in range(10)], NOW)
    assert together.bursts == pytest.approx(5, rel=0.1)
    apart = replace(together, bursts=50.0)
    assert waits(together, NOW + 2 * HOUR) < waits(apart, NOW + 2 * HOUR) / 2


def test_dates_that_cannot_be_count_for_the_middle() -> None:
    """An entry without a date, or with one from before the last answer, came some time since then."""
    rhythm = first_look([], NOW)
    odd = later_look(rhythm, [None, NOW - 90 * DAY, NOW + DAY], NOW, NOW + 2 * HOUR)
    assert odd == later_look(rhythm, [NOW + HOUR] * 3, NOW, NOW + 2 * HOUR)
    assert odd.hours[13] == pytest.approx(3, rel=0.01)


def test_a_clock_that_went_back_harms_nothing() -> None:
    """A rhythm learned "in the future" still gives an interval within the bounds."""
    ahead = replace(first_look(every(DAY, 9), NOW), learned_at=NOW + 3650 * DAY)
    assert 10 <= waits(ahead) <= 24 * 60
    assert later_look(ahead, [None], NOW + DAY, NOW).entries > 0


moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001  it has one


@given(st.lists(moments, max_size=30), st.lists(st.none() | moments, max_size=5), moments, moments, moments)
def test_the_interval_keeps_its_bounds(
    dates: list[datetime], later: list[datetime | None], first: datetime, since: datetime, now: datetime
) -> None:
    """Whatever dates a feed states, and whatever the clock does, the interval is between ten minutes and a day."""
    rhythm = later_look(first_look(dates, first), later, since, now)
    assert 10 <= waits(rhythm, now) <= 24 * 60
    assert min(rhythm.entries, rhythm.days, rhythm.bursts, *rhythm.hours, *rhythm.weekdays) >= 0


def test_a_month_costs_little_more_than_an_oracle_would_ask() -> None:
    """Requests stay below 1.3 × those of constant intervals by the true rates, at the same median delay.

    Two hundred feeds, habit by habit: tests/benchmarks/polling.py.
    """
    feeds = world(SEED, FEEDS, DAYS)
    ours = month(feeds, DAYS)
    theirs = oracle(feeds, DAYS, match(feeds, DAYS, ours.median))
    assert len(ours.delays) >= 0.995 * len(theirs.delays)  # a feed may show fewer entries than come in ten minutes
    assert ours.median == pytest.approx(theirs.median, rel=0.02)
    assert ours.requests <= 1.3 * theirs.requests
    # A constant interval is what a feed without habits deserves: on all others the rhythm gains.
    for habit in ("daily at 06:00", "weekdays only", "three times a day", "newsroom, day and night"):
        assert ours.of(habit).median < theirs.of(habit).median
