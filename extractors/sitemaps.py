"""Sitemaps: a site's own list of its pages, <https://www.sitemaps.org/protocol.html>, and where robots.txt names it.

Runs in a worker. Entities are refused, so that a small document cannot become a large one; everything is counted.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from datetime import UTC, datetime
from urllib.parse import urlsplit
from xml.parsers import expat

from extractors import dates, urls
from extractors.bodies import GZIP_START, Body
from extractors.text import TITLE, clean

PLACES = 50_000  # in one sitemap; the protocol allows no more
BYTES = 50_000_000  # inflated; same
_DEPTH = 16
_CHARS = 4_096  # of one element's text
_STATED = {"loc": "url", "lastmod": "lastmod", "publication_date": "published", "title": "title"}
_WITHIN = {"loc": ("url", "sitemap"), "lastmod": ("url", "sitemap"), "publication_date": ("news",), "title": ("news",)}
_ROOTS = ("urlset", "sitemapindex")
_FEEDS = ("rss", "feed", "rdf")
_BARE_AMPERSAND = re.compile(rb"&(?!#?\w{1,10};)")
_SITEMAP_LINE = re.compile(r"^\s*sitemap\s*:\s*(\S+)", re.IGNORECASE | re.MULTILINE)
_DAY_IN_PATH = re.compile(r"/((?:19|20)\d\d)[/-]?(0[1-9]|1[0-2])(?:[/-]?(0[1-9]|[12]\d|3[01]))?(?=[/-])")


class SitemapError(Exception):
    """The body is no sitemap that can be read; `reason` is one word of a fixed list, `detail` a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


@dataclass(frozen=True, slots=True)
class Place:
    """One address that a sitemap lists, and what it says of it."""

    url: str
    lastmod: datetime | None = None
    published: datetime | None = None  # only sitemaps made for news say it
    title: str = ""

    @property
    def dated(self) -> datetime | None:
        """The best guess at its date: what is stated, else what stands in the address, else the last change."""
        return self.published or _in_path(self.url) or self.lastmod


@dataclass(frozen=True, slots=True)
class Sitemap:
    """What one sitemap lists: pages, or other sitemaps. `elsewhere` counts addresses of other sites, left out."""

    pages: tuple[Place, ...] = ()
    sitemaps: tuple[Place, ...] = ()
    elsewhere: int = 0
    warnings: tuple[str, ...] = ()


def read_sitemap(body: bytes, url: str) -> Sitemap:
    """Read one sitemap: XML, plain lines of addresses, either of them gzipped.

    Only addresses of the site of `url` count: a sitemap may speak for no other. Raises SitemapError (refused,
    not_a_sitemap, a_feed, not_well_formed) and FetchError (too_large, bad_encoding). Warnings: truncated,
    not_well_formed, bad_addresses.
    """
    if body.startswith(GZIP_START):
        inflated = Body("gzip", BYTES)
        inflated.add(body)
        body = inflated.finish()
    body = body.lstrip(b"\xef\xbb\xbf \t\r\n")
    reader = _Reader()
    if body.startswith(b"<"):
        reader.read(body)
    else:
        reader.read_lines(body)
    kept, elsewhere, bad = _ours(reader.found, url)
    warnings = [*reader.warnings, *(["bad_addresses"] if bad else [])]
    return Sitemap(
        pages=() if reader.is_index else kept,
        sitemaps=kept if reader.is_index else (),
        elsewhere=elsewhere,
        warnings=tuple(warnings),
    )


def sitemaps_named(robots: bytes, url: str) -> tuple[str, ...]:
    """The sitemaps that a robots.txt names, each once, in its order (RFC 9309 leaves the line to sitemaps.org)."""
    lines = _SITEMAP_LINE.findall(robots.decode("utf-8-sig", "replace"))
    return tuple(dict.fromkeys(found for line in lines if (found := urls.absolute(line, url))))


def same_site(url: str, site: str) -> bool:
    """Whether two addresses belong to one site: the same host, or one of them below the other; `www.` aside."""
    one, other = _host(url), _host(site)
    return bool(one and other) and (one == other or one.endswith(f".{other}") or other.endswith(f".{one}"))


@dataclass(slots=True)
class _Reader:
    """Collects what a document lists while expat runs."""

    found: list[dict[str, str]] = field(default_factory=list)
    is_index: bool = False
    warnings: list[str] = field(default_factory=list)
    _path: list[str] = field(default_factory=list)
    _text: list[str] = field(default_factory=list)
    _chars: int = 0

    def read(self, body: bytes) -> None:
        parser = expat.ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = _refuse_entities
        try:
            parser.Parse(_BARE_AMPERSAND.sub(b"&amp;", body), True)
        except expat.ExpatError as error:
            if not any(self.found):
                raise SitemapError("not_well_formed", f"It cannot be read: {clean(str(error), 100)}.") from error
            self.warnings.append("not_well_formed")

    def read_lines(self, body: bytes) -> None:
        """One address a line: the protocol's other form."""
        lines = body.decode("utf-8", "replace").splitlines()[: PLACES + 1]
        stated = [line.strip() for line in lines if line.strip()]
        if not stated or not stated[0].lower().startswith(("http://", "https://")):
            raise SitemapError("not_a_sitemap", "It is neither XML nor a list of addresses.")
        self.found = [{"url": line[:_CHARS]} for line in stated[:PLACES]]
        if len(lines) > PLACES:
            self.warnings.append("truncated")

    def _start(self, name: str, _attributes: dict[str, str]) -> None:
        local = name.rpartition(" ")[2].lower()
        if not self._path:
            self._begin(local)
        if len(self._path) >= _DEPTH:
            raise SitemapError("refused", f"Elements are nested more than {_DEPTH} deep.")
        self._path.append(local)
        self._text, self._chars = [], 0
        if len(self._path) == 2 and local in ("url", "sitemap"):  # noqa: PLR2004  the root's children
            if len(self.found) < PLACES:
                self.found.append({})
            elif "truncated" not in self.warnings:
                self.warnings.append("truncated")

    def _begin(self, root: str) -> None:
        if root in _FEEDS:
            raise SitemapError("a_feed", "It is a feed, and no sitemap.")
        if root not in _ROOTS:
            hint = " Give the site's address alone: its robots.txt may name one." if root == "html" else ""
            raise SitemapError("not_a_sitemap", f"It is no sitemap: it begins with <{clean(root, 40)}>.{hint}")
        self.is_index = root == "sitemapindex"

    def _characters(self, text: str) -> None:
        if self._chars < _CHARS:
            self._text.append(text[: _CHARS - self._chars])
            self._chars += len(text)

    def _end(self, _name: str) -> None:
        local = self._path.pop()
        within = self._path[-1] if self._path else ""
        # Images and videos have a loc and a title of their own.
        if local in _STATED and within in _WITHIN[local] and self.found and "truncated" not in self.warnings:
            self.found[-1].setdefault(_STATED[local], "".join(self._text).strip())


def _refuse_entities(*_: object) -> None:
    raise SitemapError("refused", "It declares entities, which no sitemap needs.")


def _ours(found: list[dict[str, str]], url: str) -> tuple[tuple[Place, ...], int, int]:
    """The places of this site, each once; how many are another's, and how many are no addresses at all."""
    kept: dict[str, Place] = {}
    elsewhere = bad = 0
    for stated in found:
        place = urls.absolute(stated.get("url", ""), url)
        if place is None:
            bad += 1
        elif not same_site(place, url):
            elsewhere += 1
        else:
            kept.setdefault(place, _place(place, stated))
    return tuple(kept.values()), elsewhere, bad


def _place(url: str, stated: dict[str, str]) -> Place:
    return Place(
        url=url,
        lastmod=dates.parse(stated.get("lastmod", "")),
        published=dates.parse(stated.get("published", "")),
        title=clean(stated.get("title", ""), TITLE),
    )


def _in_path(url: str) -> datetime | None:
    """The day, or the month's first day, that many sites write into their addresses."""
    found = _DAY_IN_PATH.search(urlsplit(url).path)
    if not found:
        return None
    try:
        return datetime(int(found[1]), int(found[2]), int(found[3] or 1), tzinfo=UTC)
    except ValueError:  # 30 February
        return None


def _host(url: str) -> str:
    try:
        return (urlsplit(url).hostname or "").lower().removeprefix("www.").rstrip(".")
    except ValueError:
        return ""
