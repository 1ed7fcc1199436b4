"""Moments as people type them: a date, or how long ago or ahead."""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, time, timedelta

import click

WANTED = 'a date such as 2026-03-18, or a span such as "7d" or "12h"'
_UNITS = {"h": timedelta(hours=1), "d": timedelta(days=1), "w": timedelta(weeks=1)}
_LONGEST = timedelta(days=36_500)


def span(text: str) -> timedelta | None:
    """The span of "12h", "7d" or "2w"; None for anything else."""
    found = re.fullmatch(r"(\d{1,5})\s*([hdw])", text.strip().lower())
    long = int(found[1]) * _UNITS[found[2]] if found else timedelta(0)
    return long if timedelta(0) < long <= _LONGEST else None


def day(text: str) -> date | None:
    """The day of "2026-03-18"; None for anything else."""
    try:
        return date.fromisoformat(text.strip())
    except ValueError:
        return None


def midnight(of: date) -> datetime:
    """When that UTC day begins."""
    return datetime.combine(of, time(), UTC)


def _too_long(text: str) -> str:
    """A sentence, where `text` is a span longer than any that is meant."""
    if not re.fullmatch(r"0*[1-9]\d*\s*[hdw]", text.strip().lower()):
        return ""
    return f"{text!r} is longer than a hundred years: give at most {_LONGEST.days}d"


# --- as options: callbacks for click ----------------------------------------------------------------------


def as_span(_: click.Context, __: click.Parameter, value: str) -> timedelta:
    """A span of time."""
    found = span(value)
    if not found:
        raise click.BadParameter(
            _too_long(value) or f'{value!r} is no span of time: give one such as "7d", "12h" or "2w"'
        )
    return found


def as_since(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """The beginning of a day, or so long before now."""
    return _moment(value, timedelta(0))


def as_until(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """The end of a day, or so long before now."""
    return _moment(value, timedelta(days=1))


def as_day(_: click.Context, __: click.Parameter, value: str | None) -> date | None:
    """A day."""
    found = day(value) if value else None
    if value and not found:
        raise click.BadParameter(f"{value!r} is no date: give one such as 2026-03-18")
    return found


def as_ahead(_: click.Context, __: click.Parameter, value: str | None) -> datetime | None:
    """The beginning of a day to come."""
    found = day(value) if value else None
    if value and not found:
        raise click.BadParameter(f"{value!r} is no date: give one such as 2026-12-01")
    if found and midnight(found) <= datetime.now(UTC):
        raise click.BadParameter(f"{value!r} is over: give a day to come")
    return midnight(found) if found else None


def _moment(value: str | None, into_the_day: timedelta) -> datetime | None:
    if value is None:
        return None
    if ago := span(value):
        return datetime.now(UTC) - ago
    found = day(value)
    if not found:
        raise click.BadParameter(_too_long(value) or f"{value!r} is no moment: give {WANTED}")
    return midnight(found) + into_the_day
