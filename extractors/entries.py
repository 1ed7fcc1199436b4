"""From what a document announces to the entries that are kept: identity, links, dates, plain text. Pure."""

from __future__ import annotations

import hashlib
import re
import uuid
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors import dates, urls
from extractors.text import AUTHOR, SUMMARY, TEXT, TITLE, clean, plain_text
from warehouse.records import Entry

NEWEST = 2_000  # entries kept of one document
_GUID, _RAW_DATE = 1_000, 100  # characters
_USERINFO = re.compile(r"([a-z][a-z0-9+.-]{0,20}://)[^\s/?#]*@", re.IGNORECASE)
# A description this long, where the feed carries no content of its own, is the article, whatever it is called.
_FULL_TEXT = 1_500


@dataclass(frozen=True, slots=True)
class Announced:
    """One item as its document has it, still untrusted: texts are HTML, links relative, anything may be missing."""

    guid: str = ""
    link: str = ""
    title: str = ""
    author: str = ""
    summary: str = ""
    content: str = ""
    published_raw: str = ""
    published: datetime | None = None
    source_name: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class Occasion:
    """When and where the document was read."""

    feed_id: uuid.UUID
    base: str  # what relative links are resolved against
    now: datetime
    baseline: bool


def entries_of(items: Sequence[Announced], occasion: Occasion) -> tuple[tuple[Entry, ...], tuple[str, ...]]:
    """The entries of one document, in its order, each with a guid and an article of its own; and what was odd."""
    warnings = []
    if len(items) > NEWEST:
        items = _newest(items, occasion.now)
        warnings.append("truncated_items")
    repeated = {guid for guid, count in Counter(_guid(item) for item in items).items() if guid and count > 1}
    if repeated:
        warnings.append("repeated_guid")
    if any(item.link.strip() and not _address(item, occasion) for item in items):
        warnings.append("bad_link")
    found: dict[str, Entry] = {}
    for entry in _entries(items, repeated, occasion):
        found.setdefault(entry.guid, entry)
    return tuple(found.values()), tuple(warnings)


def _newest(items: Sequence[Announced], now: datetime) -> Sequence[Announced]:
    """The newest items in the document's order; those without a usable date count as new."""
    by_date = sorted(range(len(items)), key=lambda i: dates.usable(items[i].published, now) or now, reverse=True)
    return [items[i] for i in sorted(by_date[:NEWEST])]


def _entries(items: Sequence[Announced], repeated: set[str], occasion: Occasion) -> Iterator[Entry]:
    for item in items:
        link = _address(item, occasion)
        url = urls.canonical(link) if link else None
        title, summary, content = _texts(item)
        own = _guid(item)
        guid = own or url or _digest(title, summary)
        if own in repeated:
            # Not only the later ones: which one is first changes with every new item, and a new item would then
            # come under a guid that is already known.
            guid = f"{own} {url or _digest(title, summary)}"
        published = dates.usable(item.published, occasion.now)
        yield Entry(
            feed_id=occasion.feed_id,
            guid=guid,
            article_id=urls.article_id(url) if url else uuid.uuid5(occasion.feed_id, guid),
            url=url,
            link=link if url else None,
            title=title,
            author=clean(plain_text(item.author, AUTHOR), AUTHOR),
            summary=summary,
            content=content,
            published_raw=clean(item.published_raw, _RAW_DATE),
            published_at=published,
            dated_at=dates.dated(published, occasion.now),
            first_seen_at=occasion.now,
            baseline=occasion.baseline,
            source_name=clean(plain_text(item.source_name, AUTHOR), AUTHOR),
            source_url=urls.absolute(item.source_url) or "",
        )


def _address(item: Announced, occasion: Occasion) -> str | None:
    link = urls.absolute(item.link, occasion.base)
    return link if link and urls.canonical(link) else None


def _texts(item: Announced) -> tuple[str, str, str]:
    """Title, summary and content as plain text."""
    title = clean(plain_text(item.title, TITLE), TITLE)
    summary, content = plain_text(item.summary, TEXT), plain_text(item.content, TEXT)
    if not content and len(summary) >= _FULL_TEXT:
        content = summary
    return title, summary[:SUMMARY].rstrip(), content


def _guid(item: Announced) -> str:
    # Servers that ask for a password repeat it in the addresses they make guids of; links lose it as well.
    guid = _USERINFO.sub(r"\1", clean(item.guid, 10 * _GUID))
    return guid if len(guid) <= _GUID else _digest(guid)


def _digest(*parts: str) -> str:
    return "sha256:" + hashlib.sha256("\n".join(parts).encode()).hexdigest()
