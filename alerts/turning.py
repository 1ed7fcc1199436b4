"""A theme in a new voice, or a voice that turns: a bloc takes up what others spoke of, or denies what it affirmed."""

from __future__ import annotations

from datetime import timedelta

from alerts.newness import Section, odds
from alerts.words import NAME, clean, count, day, names, span
from warehouse.records import Alert, NewVoice, Turn

QUOTED = "Why"


def when(alert: Alert) -> str:
    """In whose voice, and in which days."""
    days = f"{span(alert.window_days)} to {day(alert.created_at)}"
    if alert.turn:
        return f"Denied by {clean(alert.turn.bloc, NAME)} in the {days}"
    return f"First in the voice of {clean(_voice(alert).bloc, NAME)}, in the {days}"


def about(alert: Alert) -> str:
    """What the theme is, as configured."""
    return alert.definition


def sections(alert: Alert) -> tuple[Section, ...]:
    """What the bloc says now, and what it said before."""
    if alert.turn:
        return (Section("What has turned", _turned(alert, alert.turn)),)
    return (Section("How new", _joined(alert, _voice(alert))),)


def _voice(alert: Alert) -> NewVoice:
    if alert.voice is None:
        raise ValueError(f"the alert {alert.id} is of a new voice, and names none")
    return alert.voice


def _joined(alert: Alert, voice: NewVoice) -> tuple[str, ...]:
    bloc = clean(voice.bloc, NAME)
    told = count(voice.told, "story", "stories")
    silence = f"{bloc} told {told} about China and Russia and none on this theme"
    return (
        _lately(alert, bloc),
        f"Baseline: the {span(alert.silence_days)} before {_opened(alert)}, in which {silence}.",
        f"Others spoke of it in {voice.share:.0%} of theirs.",
        f"Chance of that silence, had {bloc} spoken of it as often as they did: {odds(voice.p_value)}.",
    )


def _turned(alert: Alert, turn: Turn) -> tuple[str, ...]:
    bloc = clean(turn.bloc, NAME)
    before = f"{turn.denied_before or 'none'} of {turn.stories_before}"
    return (
        _lately(alert, bloc),
        f"Of {count(turn.stories, 'story', 'stories')}, {turn.denied} deny the point of the theme.",
        f"Baseline: the {span(alert.silence_days)} before {_opened(alert)}, in which {before} did.",
        f"Chance of so many without a change: {odds(turn.p_value)}.",
        "Whether a sentence denies is told by its words: read the quotes before you rely on it.",
    )


def _lately(alert: Alert, bloc: str) -> str:
    stories, articles = count(alert.stories, "story", "stories"), count(alert.articles, "article", "articles")
    publishers = count(len(alert.publishers), "publisher", "publishers")
    return (
        f"In the last {span(alert.window_days)}: {stories} ({articles}, copies counted once) in {bloc},"
        f" from {publishers}: {names(alert.publishers)}."
    )


def _opened(alert: Alert) -> str:
    return day(alert.created_at - timedelta(days=alert.window_days))
