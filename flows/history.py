"""Backfill: an archive is walked page by page, and what it lists is fetched, read and judged by ordinary passes.

Every page is committed with what it leads to, so that a walk broken off anywhere goes on from there. What it finds is
history (`baseline`): it is never news, and it never keeps anything else from being news.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from extractors import polling
from flows.filing import Files
from flows.house import House
from flows.monitor import run_pass
from flows.walking import Step, Walker
from warehouse import backfills, feeds, history
from warehouse.backfills import ArchivePage, Backfill, Progress
from warehouse.records import Feed

REMARKS = 50  # told one by one


@dataclass(slots=True)
class Walk:
    """What a walk came to, since it was begun or gone on with."""

    goes_on: bool = False  # it was broken off before
    enough: bool = False  # it stopped where enough were walked in one go, and there are more
    pages: int = 0
    listed: int = 0  # articles, whether wanted or not
    wanted: int = 0  # those within the dates, and of the pattern, that were asked for
    found: int = 0  # of these, what nobody had announced
    first: datetime | None = None  # the dates of what was found
    last: datetime | None = None
    troubles: list[str] = field(default_factory=list)  # pages that could not be had
    remarks: list[str] = field(default_factory=list)

    def count(self, step: Step, found: int) -> None:
        """Add one page."""
        walked = step.walked
        self.pages += 1
        self.listed += walked.listed
        self.wanted += len(walked.entries)
        self.found += found
        dates = [entry.dated_at for entry in walked.entries if entry.dated_at < entry.first_seen_at]
        self.first = min([*dates, *([self.first] if self.first else [])], default=None)
        self.last = max([*dates, *([self.last] if self.last else [])], default=None)
        self.remarks += step.remarks
        if walked.reason:
            self.troubles.append(f"{walked.detail} ({walked.reason.replace('_', ' ')})")


class Ledger(Protocol):
    """Who keeps account of the pages of a walk."""

    def next(self) -> ArchivePage | None:
        """The page whose turn it is."""

    def save(self, page: ArchivePage, step: Step) -> int:
        """Keep what was found on it; how many of its articles nobody had announced."""


def files(house: House) -> Files:
    """What decides under which feed history is filed."""
    with house.store.transaction() as con:
        return Files(house.settings.feeds, history.announced_hosts(con))


def where_it_is(house: House, feed: Feed) -> Feed:
    """The feed at the address where it is asked: where it moved for good, if it did."""
    with house.store.transaction() as con:
        state = feeds.states(con).get(feed.id)
    return replace(feed, fetch_url=polling.asked(feed.fetch_url, state)) if state else feed


def backfill(house: House, asked: Backfill, walker: Walker, now: datetime, *, again: bool = False) -> Walk:
    """Walk an archive from where it was left, or `again` from its beginning; commits page by page."""
    with house.store.transaction() as con:
        goes_on = backfills.begin(con, asked, walker.first(), now, again=again)
    walk = _walk(house, walker, _Kept(house, asked), now)
    walk.goes_on = goes_on
    with house.store.transaction() as con:
        backfills.finish(con, asked.id, now)
    return walk


def rehearse(house: House, walker: Walker, now: datetime) -> Walk:
    """Walk an archive and count, without keeping anything."""
    return _walk(house, walker, _Rehearsed(house, walker.first()), now)


def catch_up(house: House, asked: Backfill) -> Progress:
    """Run passes until everything that was found is read, or only waits for another attempt at its page.

    Whole passes: so feeds are polled and alerts told as ever, however long this takes. Raises PassRunning.
    """
    standing = standing_of(house, asked)
    while standing.waiting:
        before = standing.waiting
        run_pass(house, house.clock())
        standing = standing_of(house, asked)
        if standing.waiting >= before:
            break  # no network, or a host that asked for a pause: the passes to come will see to it
    return standing


def standing_of(house: House, asked: Backfill) -> Progress:
    """How far a backfill is."""
    with house.store.transaction() as con:
        return next(p for p in backfills.progress(con, house.clock()) if p.backfill_id == asked.id)


def _walk(house: House, walker: Walker, ledger: Ledger, now: datetime) -> Walk:
    walk = Walk()
    while page := ledger.next():
        if walk.pages == walker.most:
            walk.enough = True
            break
        house.watch.begin("walk", 1)
        step = walker.walk(house, page, now)
        walk.count(step, ledger.save(page, step))
        house.watch.advance("walk", failed=bool(step.walked.reason))
    return walk


@dataclass(frozen=True, slots=True)
class _Kept:
    """Pages and articles go into the warehouse, page by page."""

    house: House
    asked: Backfill

    def next(self) -> ArchivePage | None:
        with self.house.store.transaction() as con:
            return backfills.next_page(con, self.asked.id)

    def save(self, page: ArchivePage, step: Step) -> int:
        with self.house.store.transaction() as con:
            history.save_stand_ins(con, step.stand_ins)
            return backfills.save_walked(con, self.asked.id, page, step.walked)


class _Rehearsed:
    """Nothing is kept."""

    def __init__(self, house: House, first: Sequence[ArchivePage]) -> None:
        self._house = house
        self._waiting = deque(first)
        self._pages = {page.name for page in first}
        self._digests: set[str] = set()
        self._articles: set[object] = set()

    def next(self) -> ArchivePage | None:
        return self._waiting.popleft() if self._waiting else None

    def save(self, page: ArchivePage, step: Step) -> int:
        del page
        walked = step.walked
        if not (walked.digest and walked.digest in self._digests):
            self._waiting.extend(more for more in walked.more if more.name not in self._pages)
            self._pages.update(more.name for more in walked.more)
        self._digests.add(walked.digest)
        fresh = {entry.article_id for entry in walked.entries} - self._articles
        self._articles |= fresh
        with self._house.store.transaction() as con:
            return len(history.unknown(con, fresh))
