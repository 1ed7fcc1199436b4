"""JSON Feed 1.0 and 1.1, <https://www.jsonfeed.org/version/1.1/>."""

from __future__ import annotations

import json
from typing import Any

from extractors.dates import parse
from extractors.entries import Announced

_VERSION = "jsonfeed.org/version/1"


def read_json(document: str) -> tuple[str, list[Announced], str] | None:
    """Title, items and `next_url` of a JSON Feed; None if it is something else.

    Raises RecursionError for nested nonsense.
    """
    try:
        feed = json.loads(document, strict=False)
    except ValueError:
        return None
    if not isinstance(feed, dict) or _VERSION not in _string(feed.get("version")):
        return None
    items = feed.get("items")
    listed = items if isinstance(items, list) else []
    announced = [_announced(item) for item in listed if isinstance(item, dict)]
    return _escaped(_string(feed.get("title"))), announced, _string(feed.get("next_url"))


def _announced(item: dict[str, Any]) -> Announced:
    stated = _string(item.get("date_published")) or _string(item.get("date_modified"))
    return Announced(
        guid=_string(item.get("id")),
        link=_string(item.get("url")) or _string(item.get("external_url")),
        title=_escaped(_string(item.get("title"))),
        author=_authors(item),
        summary=_escaped(_string(item.get("summary"))),
        content=_string(item.get("content_html")) or _escaped(_string(item.get("content_text"))),
        published_raw=stated,
        published=parse(stated),
    )


def _authors(item: dict[str, Any]) -> str:
    """The names of all authors; 1.0 has one `author`, 1.1 a list of `authors`."""
    authors = item.get("authors")
    people = authors if isinstance(authors, list) else [item.get("author")]
    names = (_string(person.get("name")) for person in people if isinstance(person, dict))
    return ", ".join(name for name in names if name)


def _string(value: object) -> str:
    if isinstance(value, str):
        return value
    # The specification wants strings and tells readers to take numbers for ids.
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else ""


def _escaped(text: str) -> str:
    """Plain text as HTML, for what reads all texts as HTML."""
    return text.replace("&", "&amp;").replace("<", "&lt;")
