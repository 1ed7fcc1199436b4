"""An alert in words, for every channel alike: what, why, how new, what to do. Not yet escaped."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from alerts import emerging, growing, newness, turning
from alerts.newness import Section
from alerts.rules import AlertRules
from alerts.todo import Command, commands
from alerts.words import DEFINITION, LABEL, NAME, STATEMENT, TITLE, clean, day, http_link, kind_name, language_name
from warehouse.records import Alert, Quote


class Teller(Protocol):
    """What a kind of alert says in words of its own. A module each: it has these names."""

    QUOTED: str  # stands above the quotes

    def when(self, alert: Alert) -> str:
        """When it was: `First seen 3 Nov 2026`."""

    def about(self, alert: Alert) -> str:
        """What it is about, "" where the label says it all."""

    def sections(self, alert: Alert) -> tuple[Section, ...]:
        """What was found, and what that rests on."""


# Whatever is not named here is told as a theme that is new.
TELLERS: Mapping[str, Teller] = {"candidate": emerging, "new_voice": turning, "turn": turning}


@dataclass(frozen=True, slots=True)
class QuoteView:
    """One quote as it is shown; `url` is "" where there is no link that may be shown."""

    sentence: str
    title: str
    source: str  # publisher, bloc, language where it is told, date
    phrase: str
    statement: str
    url: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert as it is shown: what, why, how new, what to do."""

    kind: str  # "new theme"
    label: str
    definition: str
    when: str  # First seen 3 Nov 2026
    quoted: str  # what stands above the quotes
    quotes: tuple[QuoteView, ...]
    sections: tuple[Section, ...]
    commands: tuple[Command, ...]
    chart: str  # the chart in words

    @property
    def newness(self) -> tuple[str, ...]:
        """The sentences of all sections."""
        return tuple(sentence for section in self.sections for sentence in section.sentences)


def view(alert: Alert, rules: AlertRules) -> AlertView:
    """The alert in words."""
    teller = _teller(alert)
    return AlertView(
        kind=kind_name(alert),
        label=clean(alert.label, LABEL),
        definition=clean(teller.about(alert), DEFINITION),
        when=teller.when(alert),
        quoted=teller.QUOTED,
        quotes=tuple(_quote(q, rules.quote_chars) for q in _chosen(alert.quotes, rules.quotes)),
        sections=teller.sections(alert),
        commands=commands(alert),
        chart=newness.chart(alert),
    )


def _teller(alert: Alert) -> Teller:
    if alert.again:
        return growing
    # One of a candidate that is lost must not keep all others from being told.
    lost = alert.kind == "candidate" and alert.candidate is None
    return newness if lost else TELLERS.get(alert.kind, newness)


def _chosen(quotes: Sequence[Quote], most: int) -> list[Quote]:
    """At most so many quotes, one of each publisher before the second of any."""
    heard: dict[str, int] = {}
    turns = []
    for position, quote in enumerate(quotes):
        heard[quote.publisher] = heard.get(quote.publisher, 0) + 1
        turns.append((heard[quote.publisher], position))
    return [quotes[position] for _, position in sorted(turns)[:most]]


def _quote(quote: Quote, limit: int) -> QuoteView:
    return QuoteView(
        sentence=clean(quote.sentence, limit),
        title=clean(quote.title, TITLE) or "Untitled",
        source=_source(quote),
        phrase=clean(quote.phrase, NAME),
        statement=clean(quote.statement, STATEMENT) if not quote.phrase else "",
        url=http_link(quote.url),
    )


def _source(quote: Quote) -> str:
    names = (clean(quote.publisher, NAME), clean(quote.bloc, NAME), language_name(quote.language))
    return " · ".join([*names[:2], *filter(None, names[2:]), day(quote.dated_at)])
