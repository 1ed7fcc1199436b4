"""What an alert says, in words, for every channel alike: cleaned, cut and in order, but not yet escaped."""

from __future__ import annotations

import re
import shlex
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from urllib.parse import urlsplit

from alerts.rules import AlertRules
from warehouse.records import Alert, Quote

# Longest texts, in characters; the length of quotes is the user's.
LABEL, TITLE, DEFINITION, NAME, SUBJECT, LINK = 120, 200, 600, 60, 140, 2048
NAMES = 12  # of publishers or blocs, before "and N more"

# strftime's follow the locale.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KINDS = {"first_seen": ("new theme", "new themes")}
JOINERS = "\u200c\u200d"  # the invisible characters that scripts and emoji need
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
    first_seen: str  # a date
    newness: tuple[str, ...]  # sentences
    quotes: tuple[QuoteView, ...]
    commands: tuple[Command, ...]
    chart: str  # the chart in words


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters without control, direction and other invisible characters."""
    return cut(" ".join("".join(map(_shown, text)).split()), limit)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in JOINERS else character


def cut(text: str, limit: int) -> str:
    """The text, or as much of its beginning as fits into `limit` characters together with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: max(limit - 1, 0)]
    words = head.rpartition(" ")[0]
    # Chinese has no spaces: only a word that is a small part of the whole is left out entirely.
    return (words if len(words) > 0.8 * limit else head).rstrip() + "…"


def http_link(url: str) -> str:
    """The address if it is one of the web and can stand in a link, else ""."""
    if len(url) > LINK or clean(url, LINK) != url or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        # A user name before the host is there to make a link look like another one.
        honest = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    # What would end a link, an attribute or a quotation in one of the channels, or in a shell.
    return re.sub(r"[<>\"'`|\\^{}]", lambda found: f"%{ord(found[0]):02X}", url) if honest else ""


def day(moment: date | datetime) -> str:
    """A date as people write it: 3 Nov 2026."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def count(number: int, one: str, many: str) -> str:
    """The number with its noun."""
    return f"{number} {one if number == 1 else many}"


def names(values: Iterable[str], most: int = NAMES) -> str:
    """Cleaned names with commas, the tail of a long list only counted."""
    shown = [clean(value, NAME) for value in values]
    rest = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest


def more(labels: Iterable[str]) -> str:
    """What stands in the place of the alerts that a message has no room for."""
    shown = [clean(label, LABEL) for label in labels]
    return f"+{len(shown)} more: {'; '.join(shown)}"


def subject(alerts: Sequence[Alert]) -> str:
    """The subject line, which names the themes; it may still hold what has a meaning in a header."""
    one, many = KINDS.get(alerts[0].kind, ("theme", "themes"))
    if len(alerts) > 1:
        return cut(f"Amur: {len(alerts)} {many} – " + "; ".join(clean(a.label, 50) for a in alerts), SUBJECT)
    publishers = count(len(alerts[0].publishers), "publisher", "publishers")
    return f"Amur: {one} – {clean(alerts[0].label, 80)} ({publishers})"


def view(alert: Alert, rules: AlertRules) -> AlertView:
    """The alert in words."""
    return AlertView(
        kind=KINDS.get(alert.kind, ("theme", ""))[0],
        label=clean(alert.label, LABEL),
        definition=clean(alert.definition, DEFINITION),
        first_seen=day(_first_seen(alert)),
        newness=_newness(alert),
        quotes=tuple(_quote(q, rules.quote_chars) for q in _chosen(alert.quotes, rules.quotes)),
        commands=_commands(alert),
        chart=_chart(alert),
    )


def _first_seen(alert: Alert) -> date:
    start = _window_start(alert)
    days = [d.day for d in alert.series if d.stories] + [q.dated_at.date() for q in alert.quotes]
    return min((day for day in days if day >= start), default=alert.created_at.date())


def _window_start(alert: Alert) -> date:
    """The day on which the window began, at the hour at which the alert was made."""
    return (alert.created_at - timedelta(days=alert.window_days)).date()


def _newness(alert: Alert) -> tuple[str, ...]:
    before = _window_start(alert)
    stories, articles = count(alert.stories, "story", "stories"), count(alert.articles, "article", "articles")
    publishers = count(len(alert.publishers), "publisher", "publishers")
    blocs = count(len(alert.blocs), "bloc", "blocs")
    lately = f"In the last {count(alert.window_days, 'day', 'days')}: {stories} ({articles}, copies counted once)"
    return (
        f"{lately} from {publishers}: {names(alert.publishers)}.",
        f"Speaking from {blocs}: {names(alert.blocs)}.",
        f"Baseline: the {count(alert.silence_days, 'day', 'days')} before {day(before)}, in which it was not seen.",
        *_short_watch(alert, before),
    )


def _short_watch(alert: Alert, before: date) -> tuple[str, ...]:
    """Silence that nobody listened to is no proof: say so where the warehouse is younger than the baseline."""
    since = alert.watched_since.date()
    if since <= before - timedelta(days=alert.silence_days):
        return ()
    listened = count(max((before - since).days, 0), "day", "days")
    return (
        f"Amur has watched since {day(since)}, for {listened} of them; of the time before it knows what feeds held.",
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
        url=http_link(quote.url),
    )


def _commands(alert: Alert) -> tuple[Command, ...]:
    url = next((q.url for q in alert.quotes if http_link(q.url)), "")
    explain = (Command("Why an article scored what it scored", f"amur explain {shlex.quote(url)}"),) if url else ()
    statement = SQL.format(theme=clean(alert.theme_id, LABEL).replace("'", "''"))
    return (
        Command("All articles on the theme", f"amur sql {_double_quoted(statement)}"),
        *explain,
        Command("This alert again", f"amur alerts preview {alert.id}"),
    )


def _double_quoted(text: str) -> str:
    """The text as one word for a shell; easier to read than `shlex.quote` where single quotes are inside."""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'


def _chart(alert: Alert) -> str:
    start = _window_start(alert)
    inside = sum(d.stories for d in alert.series if d.day >= start)
    before = sum(d.stories for d in alert.series if d.day < start)
    return (
        f"Stories per day over {count(len(alert.series), 'day', 'days')}:"
        f" {inside} in the last {count(alert.window_days, 'day', 'days')}, {before or 'none'} before."
    )
