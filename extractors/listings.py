"""Articles that a list names: a file with one JSON object a line, a sitemap, or addresses typed in. Pure.

Files are read in a worker: they may come from anywhere.
"""

from __future__ import annotations

import json
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from extractors import dates, urls
from extractors.text import AUTHOR, TEXT, TITLE, clean, clean_text
from warehouse.records import Entry

KEYS = ("url", "title", "text", "published", "author", "language", "publisher", "feed")
LONGEST = 2_000_000  # bytes of one line
_NAME = 200  # characters
_RAW_DATE = 100
_NO_FEED = uuid.UUID(int=0)


@dataclass(frozen=True, slots=True)
class GivenArticle:
    """One article of a file. `entry.feed_id` is nil: under which feed it is filed is decided elsewhere."""

    number: int
    entry: Entry
    feed: str  # the name of a feed, "" where the line gives none
    publisher: str  # same


@dataclass(frozen=True, slots=True)
class BadLine:
    """A line that is no article, and why."""

    number: int
    why: str


def listed_entry(
    url: str,
    feed_id: uuid.UUID,
    now: datetime,
    *,
    title: str = "",
    author: str = "",
    text: str = "",
    published: datetime | None = None,
    published_raw: str = "",
    dated: datetime | None = None,
    baseline: bool = True,
) -> Entry | None:
    """The entry for an article of which a list knows the address and little else; None if it cannot be fetched.

    `published` is believed before the page's own date, `dated` is what counts where neither is known. With a `text`
    the page is not asked for.
    """
    canonical, link = urls.canonical(url), urls.absolute(url)
    if canonical is None or link is None:
        return None
    usable, content = dates.usable(published, now), clean_text(text, TEXT)
    return Entry(
        feed_id=feed_id,
        guid=canonical,
        article_id=urls.article_id(canonical),
        url=canonical,
        link=None if content else link,
        title=clean(title, TITLE),
        author=clean(author, AUTHOR),
        summary="",
        content=content,
        published_raw=clean(published_raw, _RAW_DATE),
        published_at=usable,
        dated_at=usable or dates.dated(dated, now),
        first_seen_at=now,
        baseline=baseline,
    )


def read_lines(lines: Sequence[bytes], first: int, now: datetime) -> tuple[GivenArticle | BadLine, ...]:
    """Read lines, of which the first one has the number `first`; empty ones are passed over.

    Keys: url, and as far as known title, text, published, author, publisher or feed. A line with a text is not
    fetched. A language may be given and is not needed: it is told from the text.
    """
    return tuple(
        _read(line, number, now) for number, line in enumerate(lines, first) if line.strip(b"\xef\xbb\xbf \t\r\n")
    )


def _read(line: bytes, number: int, now: datetime) -> GivenArticle | BadLine:
    if len(line) > LONGEST:
        return BadLine(number, f"is longer than {LONGEST:,} bytes")
    try:
        given = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError:
        return BadLine(number, "is not UTF-8")
    except RecursionError:
        return BadLine(number, "is nested too deeply")
    except ValueError as error:
        return BadLine(number, f"is no JSON ({clean(str(error), 100)})")
    if not isinstance(given, dict):
        return BadLine(number, 'is no object: give {"url": …, "title": …}')
    why = _fault(given)
    return BadLine(number, why) if why else _article(given, number, now)


def _fault(given: dict[str, Any]) -> str:
    wrong = [key for key in KEYS if not isinstance(given.get(key, ""), str | None)]
    if wrong:
        return f"has a {wrong[0]} that is no text"
    if not given.get("url"):
        return "has no url"
    if not urls.canonical(given["url"]):
        return f"has a url that cannot be fetched: {clean(given['url'], _RAW_DATE)}"
    stated = given.get("published")
    if stated and not dates.parse(stated):
        return f"has a date that cannot be read: {clean(stated, _RAW_DATE)}"
    return ""


def _article(given: dict[str, Any], number: int, now: datetime) -> GivenArticle:
    stated = given.get("published") or ""
    entry = listed_entry(
        given["url"],
        _NO_FEED,
        now,
        title=given.get("title") or "",
        author=given.get("author") or "",
        text=given.get("text") or "",
        published=dates.parse(stated),
        published_raw=stated,
    )
    assert entry is not None  # noqa: S101  `_fault` has seen its address
    feed, publisher = (clean(given.get(key) or "", _NAME) for key in ("feed", "publisher"))
    return GivenArticle(number, entry, feed, publisher)
