"""A month of feeds with habits, polled by the rules and by an oracle: pure, from a seed."""

from __future__ import annotations

import math
import random
import statistics
import uuid
from bisect import bisect_right
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from functools import cached_property

from extractors import polling
from extractors.polling import Answer, PollRules
from warehouse.records import Entry, FeedState, Fetch, Outcome, ParsedFeed

START = datetime(2026, 6, 1, tzinfo=UTC)  # a Monday
DAY = timedelta(days=1)
PASS = timedelta(minutes=10)
PAST = 90.0  # days of entries before the first poll: its answer shows the last of them
RULES = PollRules()
NO_ARTICLE = uuid.UUID(int=0)

Times = list[float]  # days since START; before it they are negative


@dataclass(frozen=True)
class SimulatedFeed:
    """When its entries come, in days, and how many of them it shows at a time."""

    habit: str
    times: Times
    shows: int


@dataclass
class Tally:
    """What polling cost and brought; delays are in minutes."""

    requests: int = 0
    delays: list[float] = field(default_factory=list)
    by_habit: dict[str, Tally] = field(default_factory=dict)

    @cached_property
    def median(self) -> float:
        return statistics.median(self.delays) if self.delays else 0.0

    def of(self, habit: str) -> Tally:
        return self.by_habit.setdefault(habit, Tally())

    def add(self, habit: str, requests: int, delays: Sequence[float]) -> None:
        for tally in (self, self.of(habit)):
            tally.requests += requests
            tally.delays += delays


# --- habits ---------------------------------------------------------------------------------------


def _at_random(chance: random.Random, rate: float, end: float, start: float = -PAST) -> Times:
    times, at = [], start + chance.expovariate(rate)
    while at < end:
        times.append(at)
        at += chance.expovariate(rate)
    return times


def _several(chance: random.Random, mean: float) -> int:
    return len(_at_random(chance, mean, 1.0, 0.0))


def _by_day(chance: random.Random, rate: float, end: float, opens: int, weekend: float) -> Times:
    """At random, but 85 % of a day within the twelve hours after `opens`, and fewer at weekends."""

    def kept(at: float) -> bool:
        awake = (at % 1 * 24 - opens) % 24 < 12
        return chance.random() < (0.85 if awake else 0.15) * (weekend if at % 7 >= 5 else 1.0)

    return [at for at in _at_random(chance, 2 * rate, end) if kept(at)]


def _wire(chance: random.Random, end: float) -> Times:
    steady = _by_day(chance, chance.uniform(40, 110), end, chance.choice((4, 6, 8)), 0.6)
    bursts = [at for start in _at_random(chance, 1.0, end) for at in _burst(chance, start, 1 / 12, (10, 40))]
    return steady + bursts


def _burst(chance: random.Random, at: float, lasts: float, sizes: tuple[int, int]) -> Times:
    return [at + chance.random() ** 2 * lasts for _ in range(chance.randint(*sizes))]


def _newsroom(chance: random.Random, end: float) -> Times:
    return _by_day(chance, chance.uniform(8, 40), end, chance.randrange(24), 0.4)


def _three_times_a_day(chance: random.Random, end: float) -> Times:
    hours = [chance.uniform(0, 24) for _ in range(3)]
    days = [day for day in range(-int(PAST), math.ceil(end)) if day % 7 < 6]
    return [
        day + (hour + chance.gauss(0, 0.1)) / 24 for day in days for hour in hours for _ in range(_several(chance, 2))
    ]


def _daily(chance: random.Random, end: float) -> Times:
    each = chance.randint(1, 4)
    days = [day for day in range(-int(PAST), math.ceil(end)) if chance.random() < 0.97]
    return [day + (6 + abs(chance.gauss(0, 0.1))) / 24 + n * 0.001 for day in days for n in range(each)]


def _weekdays(chance: random.Random, end: float) -> Times:
    opens, each = chance.uniform(0, 16), chance.uniform(0.6, 3)
    days = [day for day in range(-int(PAST), math.ceil(end)) if day % 7 < 5]
    return [day + (opens + chance.uniform(0, 8)) / 24 for day in days for _ in range(_several(chance, each))]


def _weekly(chance: random.Random, end: float) -> Times:
    weekday, hour, jitter = chance.randrange(7), chance.uniform(0, 24), chance.uniform(0.2, 6)
    weeks = [week for week in range(-13, math.ceil(end / 7)) if chance.random() < 0.93]
    return [7 * week + weekday + (hour + chance.gauss(0, jitter)) / 24 for week in weeks]


def _bursty(chance: random.Random, end: float) -> Times:
    rate, lasts = chance.uniform(0.15, 0.7), chance.uniform(0.01, 0.1)
    return [at for start in _at_random(chance, rate, end) for at in _burst(chance, start, lasts, (3, 12))]


def _blog(chance: random.Random, end: float) -> Times:
    return _at_random(chance, chance.uniform(0.1, 0.7), end)


def _steady(chance: random.Random, end: float) -> Times:
    return _at_random(chance, chance.choice((1, 2, 4, 8, 20)), end)


def _dead(chance: random.Random, _end: float) -> Times:
    return _at_random(chance, 0.2, -PAST + 20, -PAST - 200)


def _comes_alive(chance: random.Random, end: float) -> Times:
    return _at_random(chance, 0.02, 10.0) + _at_random(chance, chance.uniform(2, 10), end, 10.0)


HABITS: dict[str, tuple[Callable[[random.Random, float], Times], int]] = {  # and how many of 200 have it
    "wire with bursts": (_wire, 12),
    "newsroom, day and night": (_newsroom, 34),
    "three times a day": (_three_times_a_day, 14),
    "daily at 06:00": (_daily, 24),
    "weekdays only": (_weekdays, 34),
    "weekly": (_weekly, 24),
    "bursty": (_bursty, 16),
    "irregular blog": (_blog, 14),
    "steady": (_steady, 12),
    "comes alive": (_comes_alive, 4),
    "dead": (_dead, 12),
}


def world(seed: int, feeds: int = 200, days: int = 30) -> tuple[SimulatedFeed, ...]:
    """Feeds of all habits, in the proportions above."""
    chance = random.Random(seed)  # noqa: S311  for a world, not for secrets
    made = []
    for habit, (times, share) in HABITS.items():
        for _ in range(max(round(share * feeds / 200), 1)):
            came = sorted(at for at in times(chance, days) if at < days)
            made.append(SimulatedFeed(habit, came, chance.choice((10, 20, 30, 50, 100))))
    return tuple(made)


# --- Amur -----------------------------------------------------------------------------------------


def month(feeds: Sequence[SimulatedFeed], days: int) -> Tally:
    """All feeds polled by the rules, in passes ten minutes apart."""
    tally = Tally()
    for number, feed in enumerate(feeds):
        polls = list(_polls(feed, days, number))
        delays = [1440 * (at - came) for at, new in polls for came in new if came >= 0]
        tally.add(feed.habit, sum(at <= days for at, _ in polls), delays)
    return tally


def _polls(feed: SimulatedFeed, days: int, number: int) -> Iterator[tuple[float, Times]]:
    """When the feed is polled, and what is new then; until all of the month is found."""
    state, seen, at = FeedState(uuid.UUID(int=number)), 0, 0.0
    while at <= days + 1:
        there = bisect_right(feed.times, at)
        new = feed.times[max(seen, there - feed.shows) : there]
        yield at, new
        state = polling.after(state, _answer(feed, there, len(new)), RULES, START + at * DAY)
        seen = there
        assert state.next_attempt_at is not None
        # The first pass at which it is due.
        at = max(math.ceil((state.next_attempt_at - START) / PASS - 1e-9), round(at * DAY / PASS) + 1) * PASS / DAY
    assert seen == len(feed.times)


def _answer(feed: SimulatedFeed, there: int, new: int) -> Answer:
    if there and not new:
        return UNCHANGED
    window = range(max(there - feed.shows, 0), there)
    entries = tuple(_entry(number, feed.times[number]) for number in window)
    return Answer(CHANGED, ParsedFeed("", entries), new=frozenset(e.guid for e in entries[len(entries) - new :]))


def _entry(number: int, at: float) -> Entry:
    date = START + at * DAY
    return Entry(NO_ARTICLE, str(number), NO_ARTICLE, None, None, "", "", "", "", "", date, date, date, False)


UNCHANGED = Answer(Fetch(START, Outcome.UNCHANGED, status=304))
CHANGED = Answer(Fetch(START, Outcome.NEW, status=200, etag='"a"')).fetch


# --- the oracle -----------------------------------------------------------------------------------


def oracle(feeds: Sequence[SimulatedFeed], days: int, c: float) -> Tally:
    """All feeds polled at constant intervals, `c` ÷ their true mean rates within the bounds; phases are spread."""
    tally = Tally()
    for number, feed in enumerate(feeds):
        came = [at for at in feed.times if at >= 0]
        shortest, longest = RULES.shortest / DAY, RULES.longest / DAY
        gap = min(max(c * days / len(came), shortest), longest) if came else longest
        phase = gap * (number * 0.618034 % 1)
        delays = [1440 * (phase + math.ceil((at - phase) / gap) * gap - at) for at in came]
        tally.add(feed.habit, int((days - phase) / gap) + 1, delays)
    return tally


def match(feeds: Sequence[SimulatedFeed], days: int, median: float) -> float:
    """The `c` at which the oracle's median delay over all entries is `median`, in minutes."""
    low, high = 1e-3, 1e2
    for _ in range(30):
        middle = math.sqrt(low * high)
        low, high = (middle, high) if oracle(feeds, days, middle).median < median else (low, middle)
    return math.sqrt(low * high)
