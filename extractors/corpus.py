"""Dated articles to be replayed, one JSON object a line: values, or a sentence on what is wrong with it. Pure."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from extractors import labels
from extractors.labels import LabelError
from extractors.language import language_of

UNKNOWN = "unknown"  # the bloc of a publisher of whom nothing is said
_EXPECTED = "date, publisher and text"


@dataclass(frozen=True, slots=True)
class Dated:
    """One article of a corpus. `themes` are those that people say it speaks of; None where nobody said."""

    id: str  # as given; "" for none
    at: datetime  # aware, UTC
    publisher: str
    bloc: str
    language: str
    title: str
    text: str
    url: str
    themes: frozenset[str] | None


def read_corpus(lines: Iterable[str]) -> list[Dated]:
    """The articles of a JSONL file by date, those of one moment in their order. Raises LabelError for a bad line.

    Asked for are `date` (ISO 8601; without a zone it is UTC), `publisher` and `text`; `title`, `bloc`, `language`
    (told from the text where it is missing), `url`, `id` and `themes` may be there.
    """
    articles = [_dated(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return sorted(articles, key=lambda article: article.at)


def _dated(number: int, line: str) -> Dated:
    row = labels.row(number, line, _EXPECTED)
    title, text = labels.text(number, row, "title", needed=False), labels.text(number, row, "text")
    return Dated(
        id=labels.text(number, row, "id", needed=False),
        at=_moment(number, row),
        publisher=_named(number, row, "publisher"),
        bloc=labels.text(number, row, "bloc", needed=False) or UNKNOWN,
        language=labels.text(number, row, "language", needed=False) or language_of(title, text),
        title=title,
        text=text,
        url=labels.text(number, row, "url", needed=False),
        themes=_themes(number, row),
    )


def _moment(number: int, row: dict[str, Any]) -> datetime:
    try:
        moment = datetime.fromisoformat(labels.text(number, row, "date"))
        return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, OverflowError):
        given = labels.instead(row, "date")
        raise LabelError(
            number, f'"date" {given}: give a date such as "2026-03-02" or "2026-03-02T10:00:00Z"'
        ) from None


def _named(number: int, row: dict[str, Any], key: str) -> str:
    name = labels.text(number, row, key).strip()
    if not name:
        raise LabelError(number, f'"{key}" is empty: give a name')
    return name


def _themes(number: int, row: dict[str, Any]) -> frozenset[str] | None:
    given = row.get("themes")
    if given is None:
        return None
    if isinstance(given, list) and all(isinstance(theme, str) for theme in given):
        return frozenset(given)
    shown = json.dumps(given, ensure_ascii=False)[:40]
    raise LabelError(
        number, f'"themes" is {shown}: give a list of theme ids, such as ["energy-leverage"], or leave it out'
    )
