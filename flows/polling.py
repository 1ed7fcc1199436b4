"""Poll and parse: feeds that are due become entries."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from uuid import UUID

from extractors import polling
from extractors.feeds import parse_feed
from extractors.polling import Answer
from extractors.targets import host_of
from extractors.workers import Failed
from flows.house import House, Pass, batches
from warehouse import feeds
from warehouse.records import Feed, FeedState, Fetch, Outcome, ParsedFeed

# A batch is the size of a retry and of a transaction: big enough that a pass of thousands of feeds takes few of them,
# small enough that a kill costs little and its answers (100 KB each in the mean) fit in memory.
FEEDS_AT_ONCE = 1_000


@dataclass(frozen=True, slots=True)
class Due:
    """A feed whose turn it is, with what is remembered of it."""

    feed: Feed
    state: FeedState

    @property
    def address(self) -> str:
        return polling.asked(self.feed.fetch_url, self.state)


def due_feeds(house: House, this: Pass) -> Iterator[Sequence[Due]]:
    """Feeds whose turn it is, but for those whose host asked for a pause."""
    with house.store.transaction() as con:
        states, rests = feeds.states(con), feeds.host_rests(con, this.now)
    house.fetcher.honour(rests)
    resting = {rest.host for rest in rests if rest.until > this.now}
    rules = house.settings.poll
    known = [Due(feed, states.get(feed.id) or FeedState(feed.id)) for feed in house.settings.feeds if feed.enabled]
    turn = [one for one in known if polling.due(one.state, rules, this.now)]
    due = [one for one in turn if host_of(one.address) not in resting] if resting else turn
    this.count(feeds_due=len(due))
    house.watch.begin("poll", len(due))
    yield from batches(due, FEEDS_AT_ONCE)


def poll(house: House, this: Pass, due: Sequence[Due]) -> None:
    """Ask feeds for news and commit, per feed, its answer, state and new entries together."""
    requests = [polling.request(one.feed.fetch_url, one.state, this.now) for one in due]
    fetches = house.fetcher.fetch_all(
        requests, lambda _, fetch: house.watch.advance("poll", failed=fetch.outcome is Outcome.FAILED)
    )
    parsed = _parse(house, due, fetches, this)
    this.fetches.extend(replace(fetch, body=None) if fetch.body else fetch for fetch in fetches)
    network_down = polling.network_down(this.fetches)
    with house.store.transaction() as con:
        announced = {place: result.entries for place, result in parsed.items() if isinstance(result, ParsedFeed)}
        unknown = feeds.unknown(con, [entry for entries in announced.values() for entry in entries])
        polls = []
        for place, (one, fetch) in enumerate(zip(due, fetches, strict=True)):
            if network_down and fetch.outcome is Outcome.FAILED:
                # Our own network is down: no feed is to blame.
                after = polling.unheard(one.state, fetch, house.settings.poll, this.now)
            else:
                answer = _answer(one.feed, fetch, parsed.get(place), unknown)
                after = polling.after(one.state, answer, house.settings.poll, this.now)
            polls.append((one.feed, fetch, after, announced.get(place, ())))
        new = feeds.save_polls(con, this.id, polls)
        feeds.save_host_rests(con, house.fetcher.rests())
    if network_down:
        this.notes.append(
            f"The network seems to be down ({network_down}): check this machine's connection and name server."
        )
    this.count(entries_new=new, feeds_failed=sum(after.outcome == Outcome.FAILED for _, _, after, _ in polls))


def _answer(
    feed: Feed, fetch: Fetch, result: ParsedFeed | Failed | None, unknown: Mapping[UUID, frozenset[str]]
) -> Answer:
    if feed.fetch_url != feed.url:
        # Where it leads may hold the credentials of its address, which are never stored.
        fetch = replace(fetch, redirects_to=None)
    if isinstance(result, Failed):
        return Answer(fetch, failure=(result.reason, result.detail))
    return Answer(fetch, result, new=unknown.get(feed.id, frozenset()))


def _parse(house: House, due: Sequence[Due], fetches: Sequence[Fetch], this: Pass) -> dict[int, ParsedFeed | Failed]:
    """What the new bodies hold, by their place."""
    fresh = [place for place, fetch in enumerate(fetches) if fetch.outcome is Outcome.NEW]
    work = [
        (fetch.body, fetch.content_type, fetch.final_url, one.feed.id, this.now, one.state.succeeded_at is None)
        for one, fetch in ((due[place], fetches[place]) for place in fresh)
    ]
    if not work:
        return {}
    return dict(zip(fresh, house.workers.map(parse_feed, work, house.settings.deadlines.feed), strict=True))
