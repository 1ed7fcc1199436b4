"""Which days of which feeds we know, so that what was not heard is not taken for silence. Pure."""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from extractors.counts import Array
from warehouse.records import FeedDay

# A feed counts, on both sides, once it was heard for so much of the baseline.
_HEARD = 0.75
_DAY = timedelta(days=1)

Heard = Mapping[uuid.UUID, frozenset[date]]


def heard_days(polls: Iterable[FeedDay]) -> dict[uuid.UUID, frozenset[date]]:
    """The UTC days of which we know what each feed published, and with which nothing older came along.

    A day is known when the feed answered on it; so is a single day without an attempt between two answers. The first
    known day after a gap brings what the gap held back, and is left out.
    """
    by_feed: dict[uuid.UUID, dict[date, bool]] = defaultdict(dict)
    for poll in polls:
        by_feed[poll.feed_id][poll.day] = poll.answered
    return {feed: _heard(days) for feed, days in by_feed.items()}


def _heard(tried: Mapping[date, bool]) -> frozenset[date]:
    answered = {day for day, well in tried.items() if well}
    between = {day + _DAY for day in answered if day + 2 * _DAY in answered and day + _DAY not in tried}
    known = answered | between
    return frozenset(day for day in known if day - _DAY in known)


@dataclass(frozen=True, slots=True)
class Window:
    """`days` UTC days up to `last_day`, and before them a baseline of `periods` periods of the same length."""

    last_day: date
    days: int
    periods: int

    @property
    def opens(self) -> datetime:
        """The moment at which the window begins."""
        return datetime.combine(self.last_day - (self.days - 1) * _DAY, time(), UTC)

    @property
    def first_day(self) -> date:
        """The day on which the baseline begins."""
        return self.last_day - ((self.periods + 1) * self.days - 1) * _DAY

    def period(self, day: date) -> int:
        """In which period a day lies: the window is the last one, number `periods`; -1 for days outside of all."""
        return (day - self.first_day).days // self.days if self.first_day <= day <= self.last_day else -1

    def shares(self, days: Iterable[date]) -> Array:
        """Which share of each period's days is among `days`."""
        periods = [self.period(day) for day in days]
        counted: Array = np.bincount([p for p in periods if p >= 0], minlength=self.periods + 1) / self.days
        return counted


class Listening:
    """The feeds that have a baseline, and how much of each period they were heard."""

    def __init__(self, heard: Heard, window: Window) -> None:
        shares = {feed: window.shares(days) for feed, days in heard.items()}
        known = [feed for feed, share in shares.items() if share[:-1].mean() >= _HEARD]
        self._days = {feed: heard[feed] for feed in known}
        self._shares = np.array([shares[feed] for feed in known]).reshape(len(known), window.periods + 1)
        self._position = {feed: i for i, feed in enumerate(known)}
        # A feed that is not heard in the window is left out of the baseline as well.
        self._open = self._shares[:, -1] > 0

    def has_baseline(self, feed: uuid.UUID | None) -> bool:
        return feed in self._position

    def counts(self, feed: uuid.UUID | None, day: date) -> bool:
        """Whether what a feed said on a day is counted."""
        return feed in self._position and bool(self._open[self._position[feed]]) and day in self._days[feed]

    def exposures(self, speakers: Sequence[uuid.UUID]) -> tuple[Array, float]:
        """How much of a theme's usual voices was heard in each period, and how much of them in the window.

        `speakers` are the feeds with a baseline, once for each time they spoke of it in the baseline: who speaks more
        weighs more. The first is of the feeds heard in the window (all zero if there are none), the second of all.
        """
        if not self._open.any():
            return np.zeros(self._shares.shape[1]), 0.0
        spoken = np.bincount([self._position[feed] for feed in speakers], minlength=len(self._position))
        # Who never spoke of it may: together they weigh as much as one time.
        rates = (spoken + 1 / len(spoken)) / self._shares[:, :-1].sum(1)
        heard = rates * self._open
        return heard @ self._shares / heard.sum(), float(heard.sum() / rates.sum())
