"""Which dates count. Pure; every moment that leaves is aware and UTC."""

from __future__ import annotations

import re
from datetime import UTC, datetime, time, timedelta
from email.utils import parsedate_to_datetime

_EARLIEST = datetime(1990, 1, 1, tzinfo=UTC)  # nothing was published in feeds or on pages before
_SLACK = timedelta(hours=1)  # clocks differ
_LONGEST = 100  # characters
_YEAR_FIRST = re.compile(r"(\d{4})[-/.年](\d{1,2})[-/.月](\d{1,2})(?!\d)")
_DAY_FIRST = re.compile(r"(\d{1,2})\.(\d{1,2})\.(\d{4})(?!\d)")


def usable(moment: datetime | None, now: datetime) -> datetime | None:
    """The moment in UTC if it lies between 1990 and an hour from now, else None."""
    if moment is None:
        return None
    try:
        moment = moment.astimezone(UTC)
    except OverflowError:  # the last day of the year 9999, west of Greenwich
        return None
    return moment if _EARLIEST <= moment <= now + _SLACK else None


def dated(published: datetime | None, first_seen_at: datetime) -> datetime:
    """The date that counts: the published one if it is usable, else the moment we first saw it."""
    return usable(published, first_seen_at) or first_seen_at


def parse(stated: str) -> datetime | None:
    """Read a date as feeds and pages write it (ISO 8601, RFC 822, numbers in plain order); None if it is none.

    What has no offset, or is midnight sharp at home, is a day and no moment: it becomes midnight UTC of that day,
    so that it stays the day that is shown.
    """
    stated = stated.strip()[:_LONGEST].replace(":60", ":59")  # a leap second
    for reader in (_iso, _rfc, _plain):
        try:
            moment = reader(stated)
        except (ValueError, TypeError, IndexError, OverflowError):  # the standard library's ways of saying no
            continue
        if moment and (moment.tzinfo is None or moment.time() == time.min):
            return datetime.combine(moment.date(), time.min, UTC)
        if moment:
            return moment
    return None


def _iso(stated: str) -> datetime:
    day, _, rest = stated.replace(" ", "T", 1).partition("T")
    return datetime.fromisoformat(f"{day}T{rest}".replace(" ", "").rstrip("T"))


def _rfc(stated: str) -> datetime:
    # "-0000" says UTC as well, though in RFC 2822 it also says that home is elsewhere.
    return parsedate_to_datetime(re.sub(r"-0000$", "+0000", stated))


def _plain(stated: str) -> datetime | None:
    if match := _YEAR_FIRST.match(stated):
        return datetime(int(match[1]), int(match[2]), int(match[3]), tzinfo=UTC)
    if match := _DAY_FIRST.match(stated):
        return datetime(int(match[3]), int(match[2]), int(match[1]), tzinfo=UTC)
    return None
