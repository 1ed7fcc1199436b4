"""A theme that nobody has named: what gathered, who says so, how sure Amur is and on what that rests, and how new."""

from __future__ import annotations

from alerts.newness import Section, speaking_from
from alerts.words import LABEL, NAME, clean, count, day, language_name, names, span
from warehouse.records import Alert, Candidate

QUOTED = "Who says so"
LEAST = 0.1  # stories to be expected that are worth a number
LITTLE = 200  # articles: with fewer there is not much to be new against

# How sure, in words, from which confidence on.
SURENESS = ((0.8, "Very sure"), (0.6, "Fairly sure"), (0.4, "Not very sure"), (0.0, "Unsure"))


def when(alert: Alert) -> str:
    """When the first article of it was dated."""
    return f"First seen {day(_of(alert).first_at)}"


def about(alert: Alert) -> str:
    """What this is, for somebody who has never heard of candidates."""
    covers = f"none of your {alert.base.themes} themes covers" if alert.base else "none of your themes covers"
    publishers = count(len(alert.publishers), "publisher", "publishers")
    return (
        f"Something new in what is written about China and Russia, which {covers}: {publishers} have begun to write"
        " about it. Amur noticed it by itself and named it after its most telling words. It is a candidate: nobody has"
        " decided yet what it is."
    )


def sections(alert: Alert) -> tuple[Section, ...]:
    """How sure Amur is, and how new it is."""
    return (
        Section("How sure Amur is", _sureness(alert, _of(alert))),
        Section("How new", _newness(alert, _of(alert))),
    )


def _of(alert: Alert) -> Candidate:
    if alert.candidate is None:
        raise ValueError(f"the alert {alert.id} is of a candidate, and has none")
    return alert.candidate


def _sureness(alert: Alert, candidate: Candidate) -> tuple[str, ...]:
    sure = next(words for least, words in SURENESS if candidate.confidence >= least or not least)
    stories, articles = count(alert.stories, "story", "stories"), count(alert.articles, "article", "articles")
    publishers = count(len(alert.publishers), "publisher", "publishers")
    gathered = f"{stories} ({articles}, copies counted once) from {publishers}"
    days = span((alert.created_at - candidate.first_at).days + 1)
    return (
        f"{sure} that it is one theme, and a new one: {candidate.confidence:.2f}, where 1 would be certain.",
        f"That rests on {gathered} within {days}, which gather around the same thing: {names(alert.publishers)}.",
        f"{speaking_from(alert)[:-1]}; in {names(filter(None, map(language_name, candidate.languages)))}.",
        _unexplained(alert, candidate),
        "It may still be one event inside a theme that you have, or beside the point: its sentences tell.",
    )


def _unexplained(alert: Alert, candidate: Candidate) -> str:
    themes = count(alert.base.themes, "theme", "themes") if alert.base else "themes"
    nothing = f"None of your {themes} explains these passages"
    if not candidate.nearest:
        return f"{nothing}, and none is near."
    label = clean(alert.base.nearest, LABEL) if alert.base else ""
    named = f"“{label}” ({clean(candidate.nearest, NAME)})" if label else clean(candidate.nearest, NAME)
    return f"{nothing}. The nearest is {named}: likeness {candidate.likeness:.2f}, where 1 would be the same."


def _newness(alert: Alert, candidate: Candidate) -> tuple[str, ...]:
    first, told = candidate.first_at.date(), alert.created_at.date()
    seen = f"First seen on {day(first)}"
    stories = count(alert.stories, "story had", "stories had")
    later = f"{seen}; {stories} it {span((told - first).days)} later." if told > first else f"{seen}."
    if alert.base is None:
        return (later,)
    read = count(alert.base.relevant, "other relevant article", "other relevant articles")
    since = f"{read} that Amur has read since {day(alert.watched_since)}"
    little = (f"{LITTLE} or more would tell better.",) if alert.base.relevant < LITTLE else ()
    return (later, f"Base: {since}. {_unheard_of(candidate)}", *little)


def _unheard_of(candidate: Candidate) -> str:
    if candidate.expected is None:
        return "Nothing like it had gathered among them before."
    many = f"{candidate.expected:.1f}" if candidate.expected >= LEAST else f"fewer than {LEAST}"
    usual = f"Were this spoken of no more than before, {many} stories would have been expected in these days"
    return f"{usual}; there were {candidate.voices}."
