"""A feed at first sight: what it is called, how much it holds, how new that is, and in which language.

Runs in a worker, like all that reads what was fetched.
"""

from __future__ import annotations

import re
import uuid
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from urllib.parse import urlsplit

from extractors.feeds import parse_feed
from extractors.language import language_of
from warehouse.records import Entry

TITLES = 3  # shown of a feed
LOOKED_AT = 10  # entries whose language is told
START = 4_096  # bytes in which the first element stands

_FORMS = (
    ("JSON Feed", re.compile(rb"\s*\{")),
    ("Atom", re.compile(rb"<(?:\w+:)?feed[\s>]")),
    ("RSS", re.compile(rb"<")),
)
_NOBODY = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class Sample:
    """A feed as it answered once."""

    title: str
    form: str  # RSS, Atom or JSON Feed
    entries: int
    newest: datetime | None  # the latest date that an entry states; None when none states any
    language: str  # of most of its newest entries; "" when it cannot be told
    titles: tuple[tuple[datetime | None, str], ...]  # of the newest entries with a title, the newest first
    host: str  # where most of its entries lead; "" when they lead nowhere
    articles: frozenset[uuid.UUID]  # what it announces: two feeds with the same are two forms of one


def sample(body: bytes, content_type: str, url: str, now: datetime) -> Sample:
    """What the answer of a feed shows. Raises FeedError as `parse_feed` does."""
    parsed = parse_feed(body, content_type, url, _NOBODY, now, baseline=True)
    # Without a date the order of the document counts; sorting keeps it.
    newest = sorted(parsed.entries, key=lambda entry: entry.dated_at, reverse=True)
    stated = [entry.published_at for entry in newest if entry.published_at]
    titles = [(entry.published_at, entry.title) for entry in newest if entry.title]
    hosts = [urlsplit(entry.url).hostname or "" for entry in newest if entry.url]
    return Sample(
        title=parsed.title,
        form=next((name for name, start in _FORMS if start.search(body[:START].lstrip(b"\xef\xbb\xbf"))), ""),
        entries=len(newest),
        newest=max(stated, default=None),
        language=_most(_language(entry) for entry in newest[:LOOKED_AT]),
        titles=tuple(titles[:TITLES]),
        host=_most(hosts),
        articles=frozenset(entry.article_id for entry in newest),
    )


def _language(entry: Entry) -> str:
    return language_of(entry.title, entry.content or entry.summary)


def _most(values: Iterable[str]) -> str:
    return next((value for value, _ in Counter(filter(None, values)).most_common(1)), "")
