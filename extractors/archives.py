"""A feed's archive, page by page: which page comes after this one, and where it is. Pure.

Pages have names that can be stored: `feed` is the feed itself, `paged=2` the second page of a WordPress feed, and
anything else an address that the feed named as that of its older entries (RFC 5005).
"""

from __future__ import annotations

import hashlib
import re
from urllib.parse import SplitResult, parse_qsl, urlencode, urlsplit, urlunsplit

from extractors.urls import absolute
from warehouse.records import ParsedFeed

FIRST = "feed"
_PAGED = re.compile(r"paged=(\d{1,6})")
_WORDPRESS_PATH = re.compile(r"/feed/?$|/feed/(rss2?|atom)/?$", re.IGNORECASE)


def next_page(parsed: ParsedFeed, page: str, url: str) -> str:
    """The name of the page with the entries before those of `page`; "" where the feed tells of none.

    `url` is the feed's address. A WordPress feed names no archive, and gives it page by page all the same: it is
    known by its generator or by the end of its path. That a server ignores the number shows in `digest`.
    """
    if parsed.older:
        return parsed.older
    number = 1 if page == FIRST else _number(page)
    if not parsed.entries or not number:
        return ""
    paged = "wordpress" in parsed.generator.lower() or _is_wordpress_address(url)
    return f"paged={number + 1}" if paged else ""


def address(page: str, fetch_url: str) -> str:
    """Where a page is to be had; `fetch_url` is the feed's own address, with credentials where it needs them.

    They go along to pages of the same origin, and nowhere else.
    """
    if page == FIRST:
        return fetch_url
    parts = urlsplit(fetch_url)
    if number := _number(page):
        kept = [(name, value) for name, value in parse_qsl(parts.query, keep_blank_values=True) if name != "paged"]
        return urlunsplit(parts._replace(query=urlencode([*kept, ("paged", str(number))])))
    older = urlsplit(absolute(page, fetch_url) or "")
    userinfo, at, _ = parts.netloc.rpartition("@")
    same_origin = (older.scheme, _place(older)) == (parts.scheme, _place(parts))
    return urlunsplit(older._replace(netloc=f"{userinfo}{at}{older.netloc}") if same_origin else older)


def is_past_the_end(page: str, reason: str) -> bool:
    """Whether a failure says that there are no more pages: WordPress answers so behind the last one."""
    return bool(_number(page)) and reason in ("not_found", "gone")


def digest(parsed: ParsedFeed) -> str:
    """The same for two pages with the same entries."""
    return hashlib.sha256("\n".join(sorted(entry.guid for entry in parsed.entries)).encode()).hexdigest()[:32]


def _number(page: str) -> int:
    found = _PAGED.fullmatch(page)
    return int(found[1]) if found else 0


def _is_wordpress_address(url: str) -> bool:
    parts = urlsplit(url)
    return bool(_WORDPRESS_PATH.search(parts.path)) or "feed" in dict(parse_qsl(parts.query))


def _place(parts: SplitResult) -> str:
    return parts.netloc.rpartition("@")[2].lower()
