"""Hours of the day where people live: when nothing is sent, and when what is gathered is sent at once. Pure.

What counts is what a clock on the wall shows, also on the days on which it is put forward or back. Everything that
goes in and out is aware; what comes out is UTC.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

WEEKDAYS = ("mon", "tue", "wed", "thu", "fri", "sat", "sun")

_DAY, _MINUTE = timedelta(days=1), timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class QuietHours:
    """The hours in which nothing is sent: from `begins` up to and without `ends`, over midnight where that is less."""

    begins: time
    ends: time

    def hold(self, wall: time) -> bool:
        """Whether nothing is sent while a clock shows this."""
        if self.begins < self.ends:
            return self.begins <= wall < self.ends
        return wall >= self.begins or wall < self.ends

    def __str__(self) -> str:
        return f"{self.begins:%H:%M}-{self.ends:%H:%M}"


@dataclass(frozen=True, slots=True)
class Timetable:
    """When what was gathered is sent: each day at an hour, or on one day of the week (0 is Monday)."""

    at: time
    weekday: int | None = None

    def __str__(self) -> str:
        return f"daily {self.at:%H:%M}" if self.weekday is None else f"weekly {WEEKDAYS[self.weekday]} {self.at:%H:%M}"


def is_quiet(quiet: QuietHours | None, zone: ZoneInfo, moment: datetime) -> bool:
    """Whether `moment` lies in the quiet hours, if there are any."""
    return quiet is not None and quiet.hold(_wall(zone, moment))


def after_quiet(quiet: QuietHours | None, zone: ZoneInfo, moment: datetime) -> datetime:
    """`moment`, or the end of the quiet hours that it lies in."""
    if quiet is None or not quiet.hold(_wall(zone, moment)):
        return moment.astimezone(UTC)
    ends = (end for end in _moments(zone, moment, quiet.ends, 3) if end > moment and not is_quiet(quiet, zone, end))
    end = min(ends)
    # Where the clock is put forward over the end, it is over as soon as that is done.
    while not is_quiet(quiet, zone, end - _MINUTE):
        end -= _MINUTE
    return end


def next_time(timetable: Timetable | None, zone: ZoneInfo, moment: datetime) -> datetime:
    """The first time in the timetable at or after `moment`; without one, `moment` itself.

    An hour that a day has twice is taken the first time, one that it has not as much later as the clock was put
    forward: each day has one.
    """
    if timetable is None:
        return moment.astimezone(UTC)
    days = range(-1, 9)  # a week on, and a day for either edge
    first = moment.astimezone(zone).date()
    times = (
        datetime.combine(first + n * _DAY, timetable.at, zone).astimezone(UTC)
        for n in days
        if timetable.weekday in (None, (first + n * _DAY).weekday())
    )
    return min(time for time in times if time >= moment)


def in_zone(moment: datetime, zone: ZoneInfo) -> str:
    """A moment as people of that zone write it: Mon 2026-03-23 08:00 Europe/Berlin."""
    local = moment.astimezone(zone)
    return f"{WEEKDAYS[local.weekday()].capitalize()} {local:%Y-%m-%d %H:%M} {zone.key}"


def _wall(zone: ZoneInfo, moment: datetime) -> time:
    return moment.astimezone(zone).time()


def _moments(zone: ZoneInfo, around: datetime, wall: time, days: int) -> Iterator[datetime]:
    """When a clock shows `wall` on that day and the next ones; twice where it is put back over it."""
    first = around.astimezone(zone).date()
    for n in range(days):
        for fold in (0, 1):
            yield datetime.combine(first + n * _DAY, wall.replace(fold=fold), zone).astimezone(UTC)
