"""Poll and parse: feeds that are due become entries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime

from extractors import polling
from extractors.feeds import parse_feed
from extractors.workers import Failed
from flows.house import House, Pass, batches
from warehouse import feeds
from warehouse.records import Feed, FeedState, Fetch, Outcome, ParsedFeed, Request

# A batch is the size of a retry and of a transaction: big enough that a pass of thousands of feeds stays far below a
# hundred tasks, small enough that a kill costs little.
FEEDS_AT_ONCE = 50


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
    answers = house.fetcher.fetch_all(
        requests, lambda _, fetch: house.watch.advance("poll", failed=fetch.outcome is Outcome.FAILED)
    )
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
