"""Dates as they are written, and which of them count."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import dates

NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
OFFSETS = st.integers(-23 * 60, 23 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))


@given(st.datetimes(timezones=OFFSETS))
def test_usable_dates_lie_between_1990_and_now(moment: datetime) -> None:
    """A date that counts is UTC and lies between 1990 and an hour from now; any other one yields to first sight."""
    counted = dates.dated(moment, NOW)
    assert counted.utcoffset() == timedelta(0)
    assert datetime(1990, 1, 1, tzinfo=UTC) <= counted <= NOW + timedelta(hours=1)
    assert dates.usable(moment, NOW) in (None, counted)


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-11-18T07:05:00+08:00", "2026-11-18T07:05:00+08:00"),
        ("2026-11-18 07:05:00 +08:00", "2026-11-18T07:05:00+08:00"),
        ("Wed, 18 Nov 2026 07:05:00 +0800", "2026-11-18T07:05:00+08:00"),
        ("18 Nov 2026 07:05 GMT", "2026-11-18T07:05:00+00:00"),
        ("Wed, 18 Nov 2026 07:05:00 -0000", "2026-11-18T07:05:00+00:00"),
        ("2026-11-18", "2026-11-18T00:00:00+00:00"),
        ("2026-11-18T07:05:00", "2026-11-18T00:00:00+00:00"),
        ("2026-11-18T00:00:00+08:00", "2026-11-18T00:00:00+00:00"),
        ("2026年11月8日 07:05", "2026-11-08T00:00:00+00:00"),
        ("18.11.2026 07:05", "2026-11-18T00:00:00+00:00"),
        ("Wed, 31 Feb 2026 07:05:00 GMT", None),
        ("soon", None),
        ("", None),
    ],
)
def test_dates_as_they_are_written(stated: str, expected: str | None) -> None:
    """A moment needs a time and an offset; without them, or at midnight sharp, it is the day as shown."""
    found = dates.parse(stated)
    assert (found.isoformat() if found else None) == expected
