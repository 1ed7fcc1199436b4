"""Quiet hours and timetables: what a clock on the wall shows, also on the days on which it is changed."""

from __future__ import annotations

from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.hours import QuietHours, Timetable, after_quiet, in_zone, is_quiet, next_time

BERLIN = ZoneInfo("Europe/Berlin")
NIGHT = QuietHours(time(22), time(7))
MINUTE = timedelta(minutes=1)

# Its clocks go forward on 29 March 2026 at 2:00 and back on 25 October at 3:00.
ZONES = ("Europe/Berlin", "UTC", "America/New_York", "Australia/Lord_Howe", "Asia/Kathmandu", "Pacific/Apia")

clocks = st.times().map(lambda at: at.replace(second=0, microsecond=0, tzinfo=None))
zones = st.sampled_from(ZONES).map(ZoneInfo)
moments = st.integers(0, 2 * 365 * 24 * 60).map(lambda n: datetime(2026, 1, 1, tzinfo=UTC) + timedelta(minutes=n))
nights = st.tuples(clocks, clocks).filter(lambda both: both[0] != both[1]).map(lambda both: QuietHours(*both))
timetables = st.builds(Timetable, clocks, st.none() | st.integers(0, 6))


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("moment", "end"),
    [
        ("2026-03-10 20:59", "2026-03-10 20:59"),  # 21:59
        ("2026-03-10 21:00", "2026-03-11 06:00"),  # 22:00
        ("2026-03-11 05:59", "2026-03-11 06:00"),
        ("2026-03-11 06:00", "2026-03-11 06:00"),
        ("2026-03-28 22:00", "2026-03-29 05:00"),  # the night is an hour shorter
        ("2026-10-24 21:00", "2026-10-25 06:00"),  # and longer
    ],
)
def test_over_midnight(moment: str, end: str) -> None:
    """From 22:00 up to 7:00 where people live nothing is sent, whatever their distance from UTC just then."""
    assert after_quiet(NIGHT, BERLIN, utc(moment)) == utc(end)
    assert is_quiet(NIGHT, BERLIN, utc(moment)) is (moment != end)


@pytest.mark.parametrize(
    ("ends", "moment", "end"),
    [
        ("02:30", "2026-03-29 00:30", "2026-03-29 01:00"),  # it is never 2:30: quiet is over when it is 3:00
        ("02:30", "2026-10-24 23:00", "2026-10-25 00:30"),  # the first 2:30
        ("02:30", "2026-10-25 01:10", "2026-10-25 01:30"),  # it is 2:10 once more
    ],
)
def test_an_end_in_the_hour_that_is_changed(ends: str, moment: str, end: str) -> None:
    """An hour that is left out ends with the change, one that comes twice is quiet twice."""
    assert after_quiet(QuietHours(time(22), time.fromisoformat(ends)), BERLIN, utc(moment)) == utc(end)


@given(nights, zones, moments)
def test_after_quiet_is_the_first_moment_that_is_not(quiet: QuietHours, zone: ZoneInfo, moment: datetime) -> None:
    """It is not quiet then, it is quiet all the time up to then, and it is never longer than two days and a change."""
    end = after_quiet(quiet, zone, moment)
    assert moment <= end < moment + timedelta(hours=50)
    assert not is_quiet(quiet, zone, end)
    step = max((end - moment) / 40, MINUTE)
    between = [moment + n * step for n in range(40) if moment + n * step < end]
    assert all(is_quiet(quiet, zone, at) for at in between)


def test_without_quiet_hours() -> None:
    """It is never quiet."""
    assert after_quiet(None, BERLIN, utc("2026-03-10 23:00")) == utc("2026-03-10 23:00")
    assert not is_quiet(None, BERLIN, utc("2026-03-10 23:00"))


@pytest.mark.parametrize(
    ("timetable", "moment", "due"),
    [
        (None, "2026-03-10 12:34", "2026-03-10 12:34"),
        (Timetable(time(8)), "2026-03-10 07:00", "2026-03-10 07:00"),  # 8:00
        (Timetable(time(8)), "2026-03-10 07:01", "2026-03-11 07:00"),
        (Timetable(time(8), 0), "2026-03-10 07:01", "2026-03-16 07:00"),  # a Tuesday; the next Monday
        (Timetable(time(8), 1), "2026-03-10 06:59", "2026-03-10 07:00"),
        (Timetable(time(8)), "2026-03-28 12:00", "2026-03-29 06:00"),  # summer time
        (Timetable(time(2, 30)), "2026-03-28 12:00", "2026-03-29 01:30"),  # there is no 2:30: 3:30
        (Timetable(time(2, 30)), "2026-10-24 12:00", "2026-10-25 00:30"),  # the first of two
        (Timetable(time(2, 30)), "2026-10-25 00:31", "2026-10-26 01:30"),  # not the second
    ],
)
def test_timetables(timetable: Timetable | None, moment: str, due: str) -> None:
    """What is gathered goes out at the next time of the timetable, by the clock on the wall."""
    assert next_time(timetable, BERLIN, utc(moment)) == utc(due)


@given(timetables, zones, moments)
def test_each_time_comes_once(timetable: Timetable, zone: ZoneInfo, moment: datetime) -> None:
    """The next time is within a week and a change of the clock, stays when it is asked for, and is a day or week on."""
    due = next_time(timetable, zone, moment)
    assert moment <= due <= moment + timedelta(days=8 if timetable.weekday is not None else 1, hours=2)
    assert next_time(timetable, zone, due) == due
    after = next_time(timetable, zone, due + MINUTE)
    apart = timedelta(days=7 if timetable.weekday is not None else 1)
    assert abs(after - due - apart) <= timedelta(hours=2)


def test_in_words() -> None:
    """Hours are written as amur.toml has them, moments with their zone."""
    assert [str(NIGHT), str(Timetable(time(8))), str(Timetable(time(8, 5), 6))] == [
        "22:00-07:00",
        "daily 08:00",
        "weekly sun 08:05",
    ]
    assert in_zone(utc("2026-03-29 06:00"), BERLIN) == "Sun 2026-03-29 08:00 Europe/Berlin"
