"""Archives that can be walked: a feed's older pages, a site's sitemaps, a file of articles. One page at a time.

A walker fetches and reads one page, says which articles it lists and which pages it leads to, and remembers nothing:
that is the warehouse's. Whatever was fetched is read in a worker.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from fnmatch import fnmatchcase
from itertools import islice
from pathlib import Path
from typing import BinaryIO, Protocol
from urllib.parse import unquote, urljoin, urlsplit

from extractors import archives
from extractors.feeds import parse_feed
from extractors.listings import LONGEST, BadLine, GivenArticle, listed_entry, read_lines
from extractors.sitemaps import Place, Sitemap, read_sitemap, same_site, sitemaps_named
from extractors.workers import Failed
from flows.filing import Files, stand_in_for
from flows.house import House
from flows.secrets import names_in
from warehouse.backfills import ArchivePage, Walked
from warehouse.history import StandIn
from warehouse.records import Entry, Feed, Fetch, ParsedFeed, Request

LINES_AT_ONCE = 500
# An index may list 50,000 sitemaps of 50,000 pages each, two seconds apart: that is a day of asking. This is half an
# hour, and more than the largest papers have with a sitemap for each week.
SITEMAPS_AT_ONCE = 1_000
_INDEX_DEPTH = 3  # of sitemaps that list sitemaps; the protocol allows one
_ROBOTS, _SITEMAP = "/robots.txt", "/sitemap.xml"


@dataclass(frozen=True, slots=True)
class Span:
    """The dates that are wanted: from `since` to before `until`. What has no date is wanted."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, moment: datetime | None) -> bool:
        return moment is None or not (self.is_before(moment) or (self.until is not None and moment >= self.until))

    def is_before(self, moment: datetime | None) -> bool:
        return moment is not None and self.since is not None and moment < self.since


@dataclass(frozen=True, slots=True)
class Step:
    """One page as it was found, the feeds its articles are filed under, and what its user should know."""

    walked: Walked
    stand_ins: tuple[StandIn, ...] = ()
    remarks: tuple[str, ...] = ()


class Walker(Protocol):
    """One kind of archive."""

    @property
    def most(self) -> int | None:
        """So many pages are walked in one go; None for all there are."""

    def first(self) -> tuple[ArchivePage, ...]:
        """Where to begin."""

    def walk(self, house: House, page: ArchivePage, now: datetime) -> Step:
        """Fetch and read one page."""


# --- a feed's archive -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class FeedArchive:
    """The older pages of a configured feed: RFC 5005, or WordPress's numbers; at most `pages` of them."""

    feed: Feed
    pages: int
    span: Span

    @property
    def most(self) -> None:
        """`pages` are counted from the newest one, over all goes."""

    def first(self) -> tuple[ArchivePage, ...]:
        """The feed itself: it tells where its archive is."""
        return (ArchivePage(archives.FIRST),)

    def walk(self, house: House, page: ArchivePage, now: datetime) -> Step:
        """Fetch and read one page of the feed."""
        fetch = _fetched(house, archives.address(unmasked(page.name, self.feed), self.feed.fetch_url))
        if archives.is_past_the_end(page.name, fetch.reason):
            return Step(Walked())
        if fetch.body is None:
            return _failed(page.name, fetch.reason, fetch.detail)
        filed = stand_in_for(self.feed)
        work = (fetch.body, fetch.content_type, fetch.final_url, filed.feed_id, now, True)
        (parsed,) = house.workers.map(parse_feed, [work], house.settings.deadlines.feed)
        if isinstance(parsed, Failed):
            return _failed(page.name, parsed.reason, parsed.detail)
        walked = Walked(
            entries=tuple(entry for entry in parsed.entries if self.span.holds(entry.published_at)),
            more=self._more(parsed, page),
            listed=len(parsed.entries),
            digest=archives.digest(parsed) if parsed.entries else "",
        )
        return Step(walked, (filed,))

    def _more(self, parsed: ParsedFeed, page: ArchivePage) -> tuple[ArchivePage, ...]:
        following = archives.next_page(parsed, page.name, self.feed.fetch_url)
        too_old = bool(parsed.entries) and all(self.span.is_before(entry.published_at) for entry in parsed.entries)
        if not following or too_old or page.depth + 1 >= self.pages:
            return ()
        return (ArchivePage(masked(following, self.feed), page.depth + 1),)


def masked(address: str, feed: Feed) -> str:
    """An address that the feed gave us, with its credentials as ${NAME} again: some servers repeat them in links."""
    for name, value in _credentials(feed).items():
        for spelt in {value, unquote(value)}:
            address = address.replace(spelt, f"${{{name}}}")
    return address


def unmasked(address: str, feed: Feed) -> str:
    """What `masked` took out, put back."""
    for name, value in _credentials(feed).items():
        address = address.replace(f"${{{name}}}", value)
    return address


def _credentials(feed: Feed) -> dict[str, str]:
    """What stands in `fetch_url` where `url` has ${NAME}."""
    names = names_in(feed.url)
    pieces = re.split("|".join(re.escape(f"${{{name}}}") for name in names), feed.url) if names else [feed.url]
    found = re.fullmatch("(.+?)".join(map(re.escape, pieces)), feed.fetch_url)
    return dict(zip(names, found.groups(), strict=True)) if found else {}


# --- sitemaps -------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Sitemaps:
    """A site's sitemaps, from one of them or from the site's address; pages whose address holds `match`."""

    url: str
    match: str
    span: Span
    files: Files

    @property
    def most(self) -> int:
        """An index can list any number."""
        return SITEMAPS_AT_ONCE

    def first(self) -> tuple[ArchivePage, ...]:
        """The sitemap itself; for a site's bare address its robots.txt, which tells where they are."""
        bare = urlsplit(self.url).path in ("", "/")
        return (ArchivePage(urljoin(self.url, _ROBOTS) if bare else self.url),)

    def walk(self, house: House, page: ArchivePage, now: datetime) -> Step:
        """Fetch and read one sitemap, or robots.txt."""
        fetch = _fetched(house, page.name)
        if urlsplit(page.name).path == _ROBOTS:
            return self._told_by_robots(page, fetch)
        if fetch.body is None:
            return _failed(page.name, fetch.reason, fetch.detail)
        (read,) = house.workers.map(read_sitemap, [(fetch.body, page.name)], house.settings.deadlines.feed)
        if isinstance(read, Failed):
            return _failed(page.name, read.reason, read.detail)
        filed = self.files.for_address(page.name)
        walked = Walked(
            entries=tuple(self._entries(read.pages, filed, now)),
            more=self._more(read, page),
            listed=len(read.pages),
        )
        return Step(walked, (filed,), tuple(_oddities(page.name, read)))

    def _told_by_robots(self, page: ArchivePage, fetch: Fetch) -> Step:
        named = sitemaps_named(fetch.body, page.name) if fetch.body else ()
        ours = [url for url in named if same_site(url, page.name)]
        more = ours or [urljoin(page.name, _SITEMAP)]
        remark = () if ours else (f"{page.name} names no sitemap of the site; {more[0]} is tried instead.",)
        return Step(Walked(more=tuple(ArchivePage(url) for url in more)), (), remark)

    def _entries(self, places: Sequence[Place], filed: StandIn, now: datetime) -> Iterator[Entry]:
        for place in places:
            if not (self._matches(place.url) and self.span.holds(place.dated)):
                continue
            entry = listed_entry(
                place.url, filed.feed_id, now, title=place.title, published=place.published, dated=place.dated
            )
            if entry:
                yield entry

    def _more(self, read: Sitemap, page: ArchivePage) -> tuple[ArchivePage, ...]:
        if page.depth >= _INDEX_DEPTH:
            return ()
        # A sitemap that last changed before the wanted time lists nothing of it.
        wanted = [place for place in read.sitemaps if not self.span.is_before(place.lastmod)]
        return tuple(ArchivePage(place.url, page.depth + 1) for place in wanted)

    def _matches(self, url: str) -> bool:
        return fnmatchcase(url, f"*{self.match}*")


def _oddities(name: str, read: Sitemap) -> Iterator[str]:
    if read.elsewhere:
        yield f"{name} lists {read.elsewhere:,} addresses of other sites, which are left out."
    if "truncated" in read.warnings:
        yield f"{name} lists more than a sitemap may; the rest is left out."
    if "not_well_formed" in read.warnings:
        yield f"{name} is broken off; what stands before that is taken."


# --- a file ---------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class ArticleFile:
    """A file with one JSON object a line; a page of it is `LINES_AT_ONCE` lines, named by the first one's number."""

    path: Path
    files: Files
    fault: Callable[[str], str] = lambda _: ""  # what is wrong with an address, in words; "" where nothing is

    @property
    def most(self) -> None:
        """A file has an end."""

    def first(self) -> tuple[ArchivePage, ...]:
        """The first line."""
        return (ArchivePage("line 1"),)

    def walk(self, house: House, page: ArchivePage, now: datetime) -> Step:
        """Read some lines; bad ones are told by their number, and the rest goes on."""
        first = int(page.name.removeprefix("line "))
        lines = self._lines(first)
        (read,) = house.workers.map(read_lines, [(lines, first, now)], house.settings.deadlines.feed)
        if isinstance(read, Failed):
            return _failed(f"lines {first} to {first + len(lines) - 1}", read.reason, read.detail)
        entries, stand_ins = [], {}
        checked = [self._checked(given) for given in read]
        for given in checked:
            if not isinstance(given, BadLine):
                filed = self.files.for_names(given.feed, given.publisher, given.entry.url or "")
                stand_ins[filed.feed_id] = filed
                entries.append(replace(given.entry, feed_id=filed.feed_id))
        following = (ArchivePage(f"line {first + LINES_AT_ONCE}", page.depth + 1),)
        more = following if len(lines) == LINES_AT_ONCE else ()
        bad = tuple(f"Line {given.number} {given.why}." for given in checked if isinstance(given, BadLine))
        return Step(Walked(tuple(entries), more, listed=len(entries)), tuple(stand_ins.values()), bad)

    def _checked(self, given: GivenArticle | BadLine) -> GivenArticle | BadLine:
        why = "" if isinstance(given, BadLine) else self.fault(given.entry.link or given.entry.url or "")
        return BadLine(given.number, why) if why else given

    def _lines(self, first: int) -> list[bytes]:
        with self.path.open("rb") as file:
            return list(islice(_bounded_lines(file), first - 1, first - 1 + LINES_AT_ONCE))


def digest(file: Path) -> str:
    """What makes a file this file: another one under its name is another backfill. Raises OSError."""
    with file.open("rb") as opened:
        return hashlib.file_digest(opened, "sha256").hexdigest()[:16]


def _bounded_lines(file: BinaryIO) -> Iterator[bytes]:
    """Lines of which at most one byte too many is kept."""
    while line := file.readline(LONGEST + 2):
        end = line
        while end and not end.endswith(b"\n"):
            end = file.readline(LONGEST)
        yield line


# --- all of them ----------------------------------------------------------------------------------


def _fetched(house: House, url: str) -> Fetch:
    (fetch,) = house.fetcher.fetch_all([Request(url, "feed")])
    return fetch


def _failed(name: str, reason: str, detail: str) -> Step:
    return Step(Walked(reason=reason or "empty_body", detail=f"{name}: {detail}" if detail else name))
