"""Poll, parse, collect and read: feeds that are due become articles."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from extractors import polling
from extractors.articles import read_feed_text, read_page
from extractors.compose import article_of
from extractors.feeds import parse_feed
from extractors.workers import Failed
from flows.house import House, Pass, batches, until_none_is_left
from warehouse import articles, feeds
from warehouse.records import Feed, FeedState, Fetch, Outcome, ParsedFeed, Reading, Request

# A batch is the size of a retry and of a transaction: big enough that a pass of thousands of articles
# stays near a hundred tasks, small enough that a kill costs little and its pages fit in memory.
FEEDS_AT_ONCE, PAGES_AT_ONCE, ARTICLES_AT_ONCE = 50, 50, 100


def due_feeds(house: House, this: Pass) -> Iterator[Sequence[Feed]]:
    with house.store.transaction() as con:
        states = feeds.states(con)
    due = [f for f in house.settings.feeds if f.enabled and polling.due(states.get(f.id), this.now)]
    this.count(feeds_due=len(due))
    house.watch.begin("poll", len(due))
    yield from batches(due, FEEDS_AT_ONCE)


def poll(house: House, this: Pass, due: Sequence[Feed]) -> None:
    """Ask feeds for news and commit, per feed, its answer, state and new entries together."""
    with house.store.transaction() as con:
        states = feeds.states(con)
    before = [states.get(feed.id) or FeedState(feed.id) for feed in due]
    requests = [
        Request(feed.fetch_url, "feed", state.etag, state.last_modified, state.body_hash)
        for feed, state in zip(due, before, strict=True)
    ]
    answers = house.fetcher.fetch_all(requests, lambda _, fetch: house.watch.advance("poll", failed=failed(fetch)))
    parsed = _parse(house, due, before, answers, this.now)
    this.fetches.extend(replace(fetch, body=None) for fetch in answers)
    network_down = polling.network_down(this.fetches)
    polls = []
    for feed, state, fetch, result in zip(due, before, answers, parsed, strict=True):
        after = _after(house, state, fetch, result, this.now)
        if network_down:
            # Our own network is down: no feed is to blame, so no feed's failures are counted.
            after = replace(after, failures=state.failures, next_attempt_at=this.now + house.settings.poll.interval)
        polls.append((feed, fetch, after, result.entries if isinstance(result, ParsedFeed) else ()))
    with house.store.transaction() as con:
        new = feeds.save_polls(con, this.id, polls)
    if network_down:
        this.notes.append(
            f"The network seems to be down ({network_down}): check this machine's connection and name server."
        )
    this.count(entries_new=new, feeds_failed=sum(after.outcome == Outcome.FAILED for _, _, after, _ in polls))


def _after(
    house: House, state: FeedState, fetch: Fetch, result: ParsedFeed | Failed | None, now: datetime
) -> FeedState:
    failure = (result.reason, result.detail) if isinstance(result, Failed) else None
    if not (isinstance(result, ParsedFeed) and "truncated_xml" in result.warnings):
        return polling.after(state, fetch, failure, house.settings.poll, now)
    # What was cut off must be asked for again: no validators for half a feed. And the other half of a first answer
    # is history like the first half, unless the feed turns out to be cut always.
    unvalidated = replace(fetch, etag=None, last_modified=None, body_hash=None)
    half = polling.after(state, unvalidated, None, house.settings.poll, now)
    first_answer = state.succeeded_at is None and state.outcome != Outcome.NEW
    return replace(half, succeeded_at=None) if first_answer else half


def _parse(
    house: House, due: Sequence[Feed], before: Sequence[FeedState], answers: Sequence[Fetch], now: datetime
) -> list[ParsedFeed | Failed | None]:
    """Parse the bodies that are new; None where there is none."""
    fresh = [i for i, fetch in enumerate(answers) if fetch.outcome is Outcome.NEW]
    work = [
        (answers[i].body, answers[i].content_type, answers[i].final_url, due[i].id, now, before[i].succeeded_at is None)
        for i in fresh
    ]
    results: list[ParsedFeed | Failed | None] = [None] * len(answers)
    for i, result in zip(fresh, house.workers.map(parse_feed, work, house.settings.deadlines.feed), strict=True):
        results[i] = result
    return results


# --- collect: new entries → page bytes -------------------------------------------------------------


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
