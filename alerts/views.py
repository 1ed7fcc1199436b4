"""An alert in words, for every channel alike: what, why, how new, what to do. Not yet escaped."""

from __future__ import annotations

import re
import shlex
from collections.abc import Sequence
from dataclasses import dataclass

from alerts import newness
from alerts.rules import AlertRules
from alerts.words import DEFINITION, KINDS, LABEL, NAME, STATEMENT, TITLE, clean, day, http_link, short
from warehouse.records import Alert, Quote

SQL = (
    "SELECT dated_at, publisher, bloc, score, title, url FROM article_themes"
    " WHERE theme_id = '{theme}' ORDER BY dated_at DESC LIMIT 20"
)


@dataclass(frozen=True, slots=True)
class QuoteView:
    """One quote as it is shown; `url` is "" where there is no link that may be shown."""

    sentence: str
    title: str
    source: str  # publisher, bloc, date
    phrase: str
    statement: str
    url: str


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do about an alert: what for, and the line to type."""

    purpose: str
    line: str


@dataclass(frozen=True, slots=True)
class AlertView:
    """One alert as it is shown: what, why, how new, what to do."""

    kind: str  # "new theme"
    label: str
    definition: str
    when: str  # First seen 3 Nov 2026
    newness: tuple[str, ...]  # sentences
    quotes: tuple[QuoteView, ...]
    commands: tuple[Command, ...]
    chart: str  # the chart in words


def view(alert: Alert, rules: AlertRules) -> AlertView:
    """The alert in words."""
    return AlertView(
        kind=KINDS.get(alert.kind, ("theme", ""))[0],
        label=clean(alert.label, LABEL),
        definition=clean(alert.definition, DEFINITION),
        when=newness.when(alert),
        newness=newness.newness(alert),
        quotes=tuple(_quote(q, rules.quote_chars) for q in _chosen(alert.quotes, rules.quotes)),
        commands=_commands(alert),
        chart=newness.chart(alert),
    )


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
        source=f"{clean(quote.publisher, NAME)} · {clean(quote.bloc, NAME)} · {day(quote.dated_at)}",
        phrase=clean(quote.phrase, NAME),
        statement=clean(quote.statement, STATEMENT) if not quote.phrase else "",
        url=http_link(quote.url),
    )


def _commands(alert: Alert) -> tuple[Command, ...]:
    url = next((q.url for q in alert.quotes if http_link(q.url)), "")
    explain = (Command("Why an article scored what it scored", f"amur explain {shlex.quote(url)}"),) if url else ()
    statement = SQL.format(theme=clean(alert.theme_id, LABEL).replace("'", "''"))
    return (
        Command("All articles on the theme", f"amur sql {_double_quoted(statement)}"),
        *explain,
        Command("This alert again", f"amur alerts preview {short(alert.id)}"),
        Command("Seen to it", f"amur alerts ack {short(alert.id)}"),
        Command("No more alerts on the theme", f"amur alerts mute {short(alert.id)}"),
        Command("The alert is wrong: take it back", f"amur alerts retract {short(alert.id)}"),
    )


def _double_quoted(text: str) -> str:
    """The text as one word for a shell; easier to read than `shlex.quote` where single quotes are inside."""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'
