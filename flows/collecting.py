"""Collect and read: new entries become articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from extractors import polling
from extractors.articles import read_feed_text, read_page
from extractors.compose import article_of
from extractors.workers import Failed
from flows.house import House, Pass, batches, until_none_is_left
from warehouse import articles
from warehouse.records import Fetch, Outcome, Reading, Request

# A batch is the size of a retry and of a transaction: big enough that a pass of thousands of articles
# stays near a hundred tasks, small enough that a kill costs little and its pages fit in memory.
PAGES_AT_ONCE, ARTICLES_AT_ONCE = 50, 100


def uncollected(house: House, this: Pass) -> Iterator[Sequence[articles.Wanted]]:
    if polling.network_down(this.fetches) and not this.heard:
        return  # pages would be given up after attempts that prove nothing
    settings = house.settings
    with house.store.transaction() as con:
        wanted = articles.entries_to_collect(con, this.now, settings.pages_per_pass, settings.pages_per_host)
    house.watch.begin("collect", len(wanted))
    yield from batches(wanted, PAGES_AT_ONCE)


def collect(house: House, this: Pass, wanted: Sequence[articles.Wanted]) -> None:
    """Fetch pages into the page store; what could not be had waits for another attempt or is given up."""
    requests = [Request(w.link, "page") for w in wanted]
    answers = house.fetcher.fetch_all(requests, lambda _, fetch: house.watch.advance("collect", failed=failed(fetch)))
    collected = []
    for w, fetch in zip(wanted, answers, strict=True):
        if fetch.body is not None:
            house.store.pages.put(fetch.body, this.now)
        again_at = polling.retry_page(w.attempts + 1, fetch, this.now)
        collected.append(articles.Collected(w, fetch, again_at))
    with house.store.transaction() as con:
        articles.save_pages(con, this.id, collected)
    this.count(pages_fetched=sum(not failed(c.fetch) for c in collected))


# --- read: page bytes → articles -------------------------------------------------------------------


def unread(house: House) -> Iterator[Sequence[articles.ToRead]]:
    def ask() -> Sequence[articles.ToRead]:
        with house.store.transaction() as con:
            return articles.articles_to_read(con, ARTICLES_AT_ONCE)

    return until_none_is_left(house, "read", ask)


def read(house: House, this: Pass, unread: Sequence[articles.ToRead]) -> None:
    """Turn pages into articles; where a page has no text, the feed's own text serves."""
    pages = _read_pages(house, unread, this.now)
    texts = house.workers.map(read_feed_text, [(item.entry,) for item in unread], house.settings.deadlines.page)
    composed = [
        article_of(item.entry, item.page_hash, item.page_reason, page, text, this.now)
        for item, page, text in zip(unread, pages, texts, strict=True)
    ]
    variants = [(i.article_id, a) for i, a in zip(unread, composed, strict=True) if i.article_id != a.id]
    with house.store.transaction() as con:
        articles.fold(con, variants)
        articles.save_articles(con, composed)
    for article in composed:
        house.watch.advance("read", failed=article.reason != "")
    this.count(articles_read=len(composed))


def _read_pages(house: House, unread: Sequence[articles.ToRead], now: datetime) -> list[Reading | Failed | None]:
    """Read the pages that were had; None where there is none."""
    work = {}
    for i, item in enumerate(unread):
        body = house.store.pages.get(item.page_hash) if item.page_hash else None
        if body is not None:
            work[i] = (body, item.content_type, item.final_url, now)
    results: list[Reading | Failed | None] = [None] * len(unread)
    readings = house.workers.map(read_page, list(work.values()), house.settings.deadlines.page)
    for i, reading in zip(work, readings, strict=True):
        results[i] = reading
    return results


def failed(fetch: Fetch) -> bool:
    """Whether the attempt brought nothing."""
    return fetch.outcome is Outcome.FAILED
