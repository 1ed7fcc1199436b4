"""A theme that is told once more while it cools down: what was told before, and what has changed since."""

from __future__ import annotations

from alerts import newness
from alerts.newness import Section, speaking_from
from alerts.words import count, day, names, short, span
from warehouse.records import Again, Alert

QUOTED = newness.QUOTED


def when(alert: Alert) -> str:
    """When it was told before."""
    return f"Told before, on {day(_of(alert).at)}"


def about(alert: Alert) -> str:
    """What the theme is, as configured."""
    return newness.about(alert)


def sections(alert: Alert) -> tuple[Section, ...]:
    """Why it is told once more, and how it stands."""
    again = _of(alert)
    stands = newness.sections(alert) if alert.surge else (Section("How it stands", _stands(alert)),)
    return (Section("Why once more", (*_reasons(alert, again), _then(again))), *stands)


def _of(alert: Alert) -> Again:
    if alert.again is None:
        raise ValueError(f"the alert {alert.id} is told for the first time")
    return alert.again


def _reasons(alert: Alert, again: Again) -> tuple[str, ...]:
    publishers = count(len(alert.publishers), "publisher", "publishers")
    before = count(again.publishers, "publisher", "publishers")
    lately = f"In the last {span(alert.window_days)}"
    more = (f"{lately} {publishers} spoke of it, where {before} had when you were told.",)
    if not again.new_blocs:
        return more
    blocs = count(len(again.new_blocs), "bloc", "blocs")
    joined = f"{blocs} that had not spoken of it before {'does' if len(again.new_blocs) == 1 else 'do'} now: "
    return (joined + f"{names(again.new_blocs)}.", *more)


def _then(again: Again) -> str:
    return (
        f"It is told once, though the theme cools down. The alert before: amur alerts preview {short(again.alert_id)}"
    )


def _stands(alert: Alert) -> tuple[str, ...]:
    stories, articles = count(alert.stories, "story", "stories"), count(alert.articles, "article", "articles")
    publishers = count(len(alert.publishers), "publisher", "publishers")
    lately = f"In the last {span(alert.window_days)}: {stories} ({articles}, copies counted once)"
    return (f"{lately} from {publishers}: {names(alert.publishers)}.", speaking_from(alert))
