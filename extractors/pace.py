"""How often a feed is worth asking: its rhythm, learned from when its entries came, and the next moment that follows.

The pace is a decayed rate of new entries, spread over the hours of the day and the days of the week as they came before
(an inhomogeneous Poisson process whose profile is smoothed towards an even one). Polls are as dense as a power of that
rate: in proportion to it they would be fewest for the entries of the busiest feeds, by its square root they would be
fewest for the mean delay of all (Cho and Garcia-Molina, "Effective page refresh policies for web crawlers", 2003).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from math import log

from warehouse.records import Rhythm

DAY = timedelta(days=1)

POWER = 0.7
# So much of the powered rate, in days, lies between two polls: 5 hours at one entry a day, 11 minutes at a hundred.
SHARE = 0.2

HALF_LIFE = 21.0  # days, of the rate
PROFILE_HALF_LIFE = 31.5  # days, of the hours and weekdays: they change more slowly
# What is believed of a feed that nothing is known of: three entries a day, for want of a longer look.
PRIOR_ENTRIES, PRIOR_DAYS = 0.3, 0.1
# Bursts that an even day, and an even week, weigh beside those that were seen.
EVEN_DAY, EVEN_WEEK = 4.0, 2.0


@dataclass(frozen=True, slots=True)
class PollRules:
    """The bounds of a feed's own interval."""

    shortest: timedelta = timedelta(minutes=10)
    longest: timedelta = timedelta(days=1)


def first_look(dates: Sequence[datetime], now: datetime) -> Rhythm:
    """The rhythm of a feed's first answer, from the dates of its entries as far as they state any."""
    past = sorted(date for date in dates if date <= now)
    nothing = Rhythm(now)
    if not past:
        return nothing
    span = _days(now - past[0])
    # The oldest date only says how far the answer reaches back.
    entries = sum(_fading(_days(now - date), HALF_LIFE) for date in past[1:])
    return Rhythm(now, entries, _watched(span), *_profile(nothing, past, now))


def later_look(rhythm: Rhythm, dates: Sequence[datetime | None], since: datetime, now: datetime) -> Rhythm:
    """The rhythm after an answer with new entries, by the dates they state; all came after `since`, the last answer.

    Raises nothing for dates that cannot be: such an entry came in the middle of the time.
    """
    middle = since + (now - since) / 2 if since < now else now
    moments = sorted(date if date and since < date <= now else middle for date in dates)
    entries, days = _amount(rhythm, now)
    return Rhythm(now, entries + len(moments), days, *_profile(rhythm, moments, now))


def rate(rhythm: Rhythm | None, now: datetime) -> float:
    """Entries a day, as far as is known."""
    entries, days = _amount(rhythm, now) if rhythm else (0.0, 0.0)
    return (entries + PRIOR_ENTRIES) / (days + PRIOR_DAYS)


def interval(rhythm: Rhythm | None, rules: PollRules, now: datetime) -> timedelta:
    """How long to wait from `now` until enough can be expected, within the rules' bounds."""
    days, left = 0.0, SHARE
    for lasts, density in _ahead(rhythm, rules.longest, now):
        if density * lasts >= left:
            days += left / density
            break
        left -= density * lasts
        days += lasts
    return min(max(DAY * days, rules.shortest), rules.longest)


def _ahead(rhythm: Rhythm | None, span: timedelta, now: datetime) -> Iterator[tuple[float, float]]:
    """The hours of `span` from now on: how long each lasts, in days, and how dense polls should be in it, per day."""
    level = rate(rhythm, now)
    if rhythm is None:
        yield _days(span), level**POWER
        return
    fade = _fading(_days(now - rhythm.learned_at), PROFILE_HALF_LIFE)
    hours = _shares(rhythm.hours, fade, EVEN_DAY * _burst(rhythm))
    weekdays = _shares(rhythm.weekdays, fade, EVEN_WEEK * _burst(rhythm))
    # Numbers rather than moments: every feed that answers goes through up to 25 hours.
    hour, weekday, left = now.hour, now.weekday(), _days(span)
    lasts = (3600 - now.minute * 60 - now.second) / 86400
    while left > 0:
        lasts = min(lasts, left)
        yield lasts, (level * hours[hour] * weekdays[weekday]) ** POWER
        left, lasts, hour = left - lasts, 1 / 24, hour + 1
        if hour == len(hours):
            hour, weekday = 0, (weekday + 1) % len(weekdays)


def _shares(counts: Sequence[float], fade: float, even: float) -> list[float]:
    """How much each bin has of its even share, drawn towards 1 by `even` counts."""
    whole = sum(counts) * fade + even
    return [(count * fade * len(counts) + even) / whole for count in counts]


def _burst(rhythm: Rhythm) -> float:
    """Entries that come together, on average: ten within one hour say as much of the hour as one."""
    return max(sum(rhythm.hours) / rhythm.bursts, 1.0) if rhythm.bursts else 1.0


def _amount(rhythm: Rhythm, now: datetime) -> tuple[float, float]:
    """Entries and days as they have faded since."""
    since = _days(now - rhythm.learned_at)
    fade = _fading(since, HALF_LIFE)
    return rhythm.entries * fade, rhythm.days * fade + _watched(since)


def _profile(
    rhythm: Rhythm, moments: Sequence[datetime], now: datetime
) -> tuple[float, tuple[float, ...], tuple[float, ...]]:
    """Bursts, hours and weekdays with these moments added."""
    fade = _fading(_days(now - rhythm.learned_at), PROFILE_HALF_LIFE)
    bursts, last = rhythm.bursts * fade, None
    hours, weekdays = [n * fade for n in rhythm.hours], [n * fade for n in rhythm.weekdays]
    for moment in moments:
        weight = _fading(_days(now - moment), PROFILE_HALF_LIFE)
        hours[moment.hour] += weight
        weekdays[moment.weekday()] += weight
        hour = moment.replace(minute=0, second=0, microsecond=0)
        bursts += weight if hour != last else 0.0
        last = hour
    return bursts, tuple(hours), tuple(weekdays)


def _watched(days: float) -> float:
    """What `days` of watching weigh now, the latest of them most."""
    return HALF_LIFE / log(2) * (1 - _fading(days, HALF_LIFE))


def _fading(days: float, half_life: float) -> float:
    return float(2 ** (-max(days, 0.0) / half_life))


def _days(span: timedelta) -> float:
    return span / DAY
