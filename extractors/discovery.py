"""Where a site may keep its feeds: what its page links, and the usual places. Pure; the page is read in a worker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from html.parser import HTMLParser
from urllib.parse import urlsplit, urlunsplit

from extractors import urls
from extractors.text import TITLE, CharsetError, clean, decode

MOST_LINKS = 20
MOST_ANCHORS = 10
READ = 2_000_000  # bytes; links to feeds stand near the beginning

_TYPES = ("application/rss+xml", "application/atom+xml", "application/rdf+xml", "application/feed+json")
_VAGUE = ("application/json", "application/xml", "text/xml")  # of many other things as well
_FEEDLIKE = re.compile(r"(?:^|[/._-])(?:feeds?|rss|atom)(?:$|[/._0-9-])|/index\.xml$", re.IGNORECASE)
_COMMENTS = re.compile(r"/comments?(?:/|$)|comments?[._-](?:feed|rss)|\bcomments (?:on|for)\b", re.IGNORECASE)
_CHARSET = re.compile(rb"charset\s*=\s*[\"']?\s*([\w:-]{1,40})", re.IGNORECASE)
_ASIDE = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)  # html.parser is quadratic in those, or raises

WORDPRESS, SUBSTACK, GHOST = "WordPress", "Substack", "Ghost"
_OWN_PLACES = {WORDPRESS: ("feed/",), SUBSTACK: ("feed",), GHOST: ("rss/",)}
_USUAL = ("feed", "rss.xml", "atom.xml", "feed.xml", "index.xml")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An address at which a feed may be, and how it was come by."""

    url: str
    how: str  # link | anchor | WordPress | Substack | Ghost | usual place | address
    title: str = ""  # as the page calls it


@dataclass(frozen=True, slots=True)
class Page:
    """What a page says of feeds; `platform` is what it was made with, as far as that is known."""

    candidates: tuple[Candidate, ...]
    platform: str


def read_page(body: bytes, content_type: str, url: str) -> Page:
    """The feeds that a page links, in its order, those of comments last; its anchors only where it links none."""
    declared = _CHARSET.search(content_type.encode()), _CHARSET.search(body[:2_048])
    try:
        document = decode(body[:READ], [found[1].decode("ascii", "replace") for found in declared if found])
    except CharsetError:  # addresses are ASCII, whatever the rest is
        document = body[:READ].decode("latin-1")
    parser = _Links()
    parser.feed(_ASIDE.sub(" ", document))
    base = urls.absolute(parser.base, url) or url
    found: dict[str, Candidate] = {}
    for how, links in (("link", parser.links), ("anchor", parser.anchors)):
        for href, title in [] if found else links:
            # A page must not be able to name our secrets: ${NAME} in the list of feeds is filled in when it is asked.
            address = (urls.absolute(href, base) or "").replace("${", "$%7B")
            if address:
                found.setdefault(address, Candidate(address, how, clean(title, TITLE)))
    return Page(tuple(sorted(found.values(), key=is_comments)), _platform(parser.generator, document, url))


def own_places(url: str, platform: str) -> tuple[Candidate, ...]:
    """Where the platform of a page keeps the feed of the site."""
    return tuple(Candidate(place, platform) for path in _OWN_PLACES.get(platform, ()) for place in _places(url, path))


def usual_places(url: str) -> tuple[Candidate, ...]:
    """Where feeds usually are: at the root of the site, and the first of them below the page."""
    below = _places(url, _USUAL[0])[:1]
    root = [_joined(url, "", path) for path in _USUAL]
    return tuple(Candidate(place, "usual place") for place in dict.fromkeys((*below, *root)))


def is_comments(candidate: Candidate) -> bool:
    """Whether this is the feed of what readers say."""
    return bool(_COMMENTS.search(urlsplit(candidate.url).path) or _COMMENTS.search(candidate.title))


def _places(url: str, path: str) -> tuple[str, ...]:
    """`path` below the page, and at the root of its site."""
    folder = urlsplit(url).path
    if not folder.endswith("/"):
        folder = folder if "." not in folder.rpartition("/")[2] else folder.rpartition("/")[0]
    return tuple(dict.fromkeys((_joined(url, folder, path), _joined(url, "", path))))


def _joined(url: str, folder: str, path: str) -> str:
    parts = urlsplit(url)
    return urlunsplit((parts.scheme, parts.netloc, f"{folder.rstrip('/')}/{path}", "", ""))


def _platform(generator: str, document: str, url: str) -> str:
    host = urlsplit(url).hostname or ""
    if host.endswith(".substack.com") or "substackcdn.com" in document:
        return SUBSTACK
    if generator.startswith("wordpress") or "/wp-content/" in document:
        return WORDPRESS
    return GHOST if generator.startswith("ghost") else ""


class _Links(HTMLParser):
    """Collects base, generator, links and anchors that speak of feeds, each as (href, title)."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.base = ""
        self.generator = ""
        self.links: list[tuple[str, str]] = []
        self.anchors: list[tuple[str, str]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        known = {name: value or "" for name, value in reversed(attrs)}  # the first of two counts, as in a browser
        if tag == "base":
            self.base = self.base or known.get("href", "")
        elif tag == "meta" and known.get("name", "").lower() == "generator":
            self.generator = self.generator or known.get("content", "").strip().lower()
        elif tag == "link" and _is_feed(known) and len(self.links) < MOST_LINKS:
            self.links.append((known["href"], known.get("title", "")))
        elif tag == "a" and _may_be_feed(known) and len(self.anchors) < MOST_ANCHORS:
            self.anchors.append((known["href"], known.get("title", "")))


def _is_feed(link: dict[str, str]) -> bool:
    relations = link.get("rel", "").lower().split()
    kind = link.get("type", "").partition(";")[0].strip().lower()
    href = link.get("href", "")
    if not href or not {"alternate", "feed", "service.feed"}.intersection(relations):
        return False
    return kind in _TYPES or "feed" in relations or (kind in _VAGUE and bool(_FEEDLIKE.search(href)))


def _may_be_feed(anchor: dict[str, str]) -> bool:
    href = anchor.get("href", "")
    kind = anchor.get("type", "").partition(";")[0].strip().lower()
    return bool(href) and (kind in _TYPES or bool(_FEEDLIKE.search(href.partition("?")[0])))
