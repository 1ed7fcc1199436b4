"""Collect and read: new entries become articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from extractors import boilerplate, polling
from extractors.articles import read_feed_text, read_page
from extractors.compose import article_of
from extractors.page_kinds import size
from extractors.urls import article_id
from extractors.workers import Failed
from flows.filing import by_any_key
from flows.house import House, Pass, batches, until_none_is_left
from flows.permission import fetch_pages, is_final, was_left
from warehouse import articles, feeds, texts
from warehouse.records import Fetch, Outcome, Reading, Request

# A batch is the size of a retry and of a transaction: big enough that a pass of thousands of articles
# stays near a hundred tasks, small enough that a kill costs little and its pages fit in memory.
PAGES_AT_ONCE, ARTICLES_AT_ONCE = 50, 100
Page = Reading | Failed | None  # what a page held, why it could not be read, or that there is none
ATTEMPTS = 3  # to read a page, each in another pass
AGAIN = timedelta(minutes=5)  # so that the pass in which a page could not be read does not try again


def uncollected(house: House, this: Pass) -> Iterator[Sequence[articles.Wanted]]:
    if polling.network_down(this.fetches) and not this.heard:
        return  # pages would be given up after attempts that prove nothing
    settings = house.settings
    with house.store.transaction() as con:
        resting = feeds.resting_hosts(con, this.now)
        wanted = articles.entries_to_collect(con, this.now, settings.pages_per_pass, settings.pages_per_host, resting)
    house.watch.begin("collect", len(wanted))
    yield from batches(wanted, PAGES_AT_ONCE)


def collect(house: House, this: Pass, wanted: Sequence[articles.Wanted]) -> None:
    """Fetch pages into the page store; what could not be had waits for another attempt or is given up."""
    requests = [Request(w.link, "page") for w in wanted]
    answers = fetch_pages(house, requests, this.now, lambda f: house.watch.advance("collect", failed=failed(f)))
    collected = []
    for w, fetch in zip(wanted, answers, strict=True):
        if fetch.body is not None:
            house.store.pages.put(fetch.body, this.now)
        if was_left(fetch, patient=w.seen_at is None or w.seen_at > this.now - articles.PATIENCE):
            continue
        again_at = None if is_final(fetch) else polling.retry_page(w.attempts + 1, fetch, this.now)
        collected.append(articles.Collected(w, fetch, again_at))
    with house.store.transaction() as con:
        articles.save_pages(con, this.id, collected)
    this.count(pages_fetched=sum(not failed(c.fetch) for c in collected))


# --- read: page bytes → articles -------------------------------------------------------------------


def unread(house: House) -> Iterator[Sequence[articles.ToRead]]:
    def ask() -> Sequence[articles.ToRead]:
        with house.store.transaction() as con:
            return articles.articles_to_read(con, ARTICLES_AT_ONCE, house.clock())

    return until_none_is_left(house, "read", ask)


def read(house: House, this: Pass, unread: Sequence[articles.ToRead]) -> None:
    """Turn pages into articles; where a page has no text, the feed's own text serves."""
    unread, pages = _less_those_to_try_again(house, unread, _read_pages(house, unread, this.now))
    pages = _without_boilerplate(house, unread, pages, this.now)
    own = house.workers.map(read_feed_text, [(item.entry,) for item in unread], house.settings.deadlines.page)
    feeds = by_any_key(house.settings.feeds)
    composed = [
        article_of(item.entry, item.page_hash, item.page_reason, page, text, this.now, feeds.get(item.entry.feed_id))
        for item, page, text in zip(unread, pages, own, strict=True)
    ]
    variants = [(i.article_id, a) for i, a in zip(unread, composed, strict=True) if i.article_id != a.id]
    with house.store.transaction() as con:
        articles.fold(con, variants)
        articles.save_articles(con, composed)
    for article in composed:
        house.watch.advance("read", failed=article.reason != "")
    this.count(articles_read=len(composed))


def _read_pages(house: House, unread: Sequence[articles.ToRead], now: datetime) -> list[Page]:
    """Read the pages that were had; None where there is none."""
    work = {}
    for i, item in enumerate(unread):
        body = house.store.pages.get(item.page_hash) if item.page_hash else None
        if body is not None:
            work[i] = (body, item.content_type, item.final_url, now, item.entry.link or "")
    results: list[Page] = [None] * len(unread)
    readings = house.workers.map(read_page, list(work.values()), house.settings.deadlines.page)
    for i, reading in zip(work, readings, strict=True):
        results[i] = reading
    return results


def _less_those_to_try_again(
    house: House, unread: Sequence[articles.ToRead], pages: Sequence[Page]
) -> tuple[list[articles.ToRead], list[Page]]:
    """What can be stored: a page that a worker could not read is tried again in later passes before it is given up."""
    unreadable = [
        (i.article_id, page.reason) for i, page in zip(unread, pages, strict=True) if isinstance(page, Failed)
    ]
    attempts: dict[UUID, int] = {}
    if unreadable:
        with house.store.transaction() as con:
            attempts = articles.save_misreadings(con, unreadable, house.clock() + AGAIN)
    done = [n for n, item in enumerate(unread) if attempts.get(item.article_id, ATTEMPTS) >= ATTEMPTS]
    return [unread[n] for n in done], [pages[n] for n in done]


def _without_boilerplate(
    house: House, unread: Sequence[articles.ToRead], pages: Sequence[Page], now: datetime
) -> list[Page]:
    """The pages, less the texts that their host shows at other addresses as well; the feed's own text serves there."""
    shown = {n: _page_text(unread[n], page) for n, page in enumerate(pages) if isinstance(page, Reading) and page.text}
    if not shown:
        return list(pages)
    with house.store.transaction() as con:
        everywhere = texts.boilerplate_among(con, list(shown.values()), now)
    nobodys = {n for n, text in shown.items() if text.text_key in everywhere}
    return [Failed("boilerplate", "") if n in nobodys else page for n, page in enumerate(pages)]


def _page_text(item: articles.ToRead, page: Reading) -> texts.PageText:
    host = boilerplate.bare_host(item.final_url)
    belongs_to = article_id(page.variant_of) if page.variant_of else item.article_id
    title = boilerplate.title_key(item.entry.title or page.title)
    return texts.PageText(belongs_to, boilerplate.text_key(host, page.text), title, host, size(page.text))


def failed(fetch: Fetch) -> bool:
    """Whether the attempt brought nothing."""
    return fetch.outcome is Outcome.FAILED
