"""How new a theme is, or how much louder than usual, in sentences: against which baseline, and who speaks."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, timedelta

from alerts.words import count, day, names
from warehouse.records import Alert, Surge

ALL = 0.95  # of a theme's usual voices: who hears so many misses nothing worth a sentence
LONGEST_ODDS = 1_000_000
QUOTED = "Why"


@dataclass(frozen=True, slots=True)
class Section:
    """Some sentences of an alert under a heading."""

    heading: str
    sentences: tuple[str, ...]


def when(alert: Alert) -> str:
    """When it was: `First seen 3 Nov 2026`, `On 3 Nov 2026, until 14:30 UTC`."""
    return _when_loud(alert, alert.surge) if alert.surge else f"First seen {day(_first_seen(alert))}"


def about(alert: Alert) -> str:
    """What the theme is, as configured."""
    return alert.definition


def sections(alert: Alert) -> tuple[Section, ...]:
    """What was counted, against what, and who speaks: sentence by sentence."""
    if alert.surge:
        return (Section("How much louder", _loudness(alert, alert.surge)),)
    return (Section("How new", _newness(alert)),)


def chart(alert: Alert) -> str:
    """What the chart shows, for those who do not see it."""
    start = _window_start(alert)
    inside = sum(d.stories for d in alert.series if d.day >= start)
    before = sum(d.stories for d in alert.series if d.day < start)
    lately = "on the last day" if alert.window_days == 1 else f"in the last {alert.window_days} days"
    return (
        f"Stories per day over {count(len(alert.series), 'day', 'days')}: {inside} {lately}, {before or 'none'} before."
    )


def _window_start(alert: Alert) -> date:
    """The day on which the window began, at the hour at which the alert was made; a surge's consists of whole days."""
    if alert.surge:
        return alert.surge.last_day - timedelta(days=alert.window_days - 1)
    return (alert.created_at - timedelta(days=alert.window_days)).date()


# --- a theme that is new ----------------------------------------------------------------------------


def _first_seen(alert: Alert) -> date:
    start = _window_start(alert)
    days = [d.day for d in alert.series if d.stories] + [q.dated_at.date() for q in alert.quotes]
    return min((day for day in days if day >= start), default=alert.created_at.date())


def _newness(alert: Alert) -> tuple[str, ...]:
    before = _window_start(alert)
    stories, articles = count(alert.stories, "story", "stories"), count(alert.articles, "article", "articles")
    publishers = count(len(alert.publishers), "publisher", "publishers")
    lately = f"In the last {count(alert.window_days, 'day', 'days')}: {stories} ({articles}, copies counted once)"
    return (
        f"{lately} from {publishers}: {names(alert.publishers)}.",
        speaking_from(alert),
        f"Baseline: the {count(alert.silence_days, 'day', 'days')} before {day(before)}, in which it was not seen.",
        *_short_watch(alert, before),
    )


def speaking_from(alert: Alert) -> str:
    """From which blocs they speak."""
    return f"Speaking from {count(len(alert.blocs), 'bloc', 'blocs')}: {names(alert.blocs)}."


def _short_watch(alert: Alert, before: date) -> tuple[str, ...]:
    """Silence that nobody listened to is no proof: say so where the warehouse is younger than the baseline."""
    since = alert.watched_since.date()
    if since <= before - timedelta(days=alert.silence_days):
        return ()
    listened = count(max((before - since).days, 0), "day", "days")
    return (
        f"Amur has watched since {day(since)}, for {listened} of them; of the time before it knows what feeds held.",
    )


# --- a theme that surges ----------------------------------------------------------------------------


def _when_loud(alert: Alert, surge: Surge) -> str:
    start = _window_start(alert)
    days = f"On {day(start)}" if start == surge.last_day else f"From {day(start)} to {day(surge.last_day)}"
    going_on = surge.last_day == alert.created_at.date()
    return f"{days}, until {alert.created_at:%H:%M} UTC" if going_on else days


def _loudness(alert: Alert, surge: Surge) -> tuple[str, ...]:
    stories, articles = count(alert.stories, "story", "stories"), count(alert.articles, "article", "articles")
    observed = count(surge.observed, "publisher", "publishers")
    expected = f"{_few(surge.expected)} were expected from the {count(surge.baseline_days, 'day', 'days')} before"
    return (
        f"{_when_loud(alert, surge)}: {observed}, where {expected}.",
        f"Chance of so many without a change: {odds(surge.p_value)}.",
        f"They are {names(alert.publishers)}, with {stories} ({articles}, copies counted once).",
        speaking_from(alert),
        *_half_heard(surge),
    )


def _few(expected: float) -> str:
    return f"{expected:.1f}" if round(expected, 1) else "fewer than 0.1"


def odds(chance: float) -> str:
    """A small chance in words: 1 in 4,100."""
    if chance * LONGEST_ODDS < 1:
        return "less than 1 in a million"
    return f"1 in {int(float(f'{1 / chance:.2g}')):,}"


def _half_heard(surge: Surge) -> tuple[str, ...]:
    if surge.exposure >= ALL:
        return ()
    return (f"Only {surge.exposure:.0%} of its usual voices could be heard; the rest is left out on both sides.",)
