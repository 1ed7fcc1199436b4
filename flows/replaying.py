"""Replay: a dated corpus goes through judge, compare and decide as if it came in today, by a clock of its own.

The same verbs as a pass, on a warehouse of its own that is thrown away: nothing is asked of the network, nothing is
told, and the real warehouse is only read.
"""

from __future__ import annotations

import tempfile
import uuid
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from extractors.corpus import Dated
from extractors.fingerprint import fingerprint
from extractors.replayed import Told
from extractors.themes import JudgeInput
from extractors.workers import Failed
from flows.house import House, Pass, batches
from flows.judging import compare_and_decide, judge_all
from flows.modelfile import learn_themes
from warehouse import articles, feeds, judgements, passes, replays
from warehouse.connect import Connection
from warehouse.passes import PassRecord
from warehouse.records import Article, Feed, FeedState, Fetch, Outcome
from warehouse.store import Store

AT_ONCE = 200  # articles judged between two glances at the clock on the wall


class NotReplayed(Exception):  # noqa: N818  a state of affairs, which the caller reports
    """The corpus could not be replayed; the message says why."""


@dataclass(frozen=True, slots=True)
class Item:
    """One article of the corpus, the feed it is filed under, and what people say it speaks of, if they do."""

    feed: Feed
    article: Article
    themes: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class Replay:
    """What came of it."""

    told: tuple[Told, ...]  # every finding with its decision, in the order in which they were made
    articles: int
    relevant: int
    failed: int  # could not be judged, and were left out
    passes: int
    first: datetime
    last: datetime


def corpus_of(dated: Iterable[Dated]) -> list[Item]:
    """The articles of a file, each under the feed of its publisher; one that is given twice is taken once."""
    items: dict[uuid.UUID, Item] = {}
    for number, one in enumerate(dated, 1):
        feed = _feed(one)
        url = one.url or f"{feed.url}/{one.id or number}"
        key = uuid.uuid5(uuid.NAMESPACE_URL, url)
        items.setdefault(key, Item(feed, _article(key, url, feed, one), one.themes))
    return list(items.values())


def replay(house: House, corpus: Sequence[Item], every: timedelta) -> Replay:
    """Run a pass every so often from the corpus's first article to its last, each over what was there by then.

    Articles are judged under the configured themes, which count as having been in use all along. Raises `NotReplayed`
    where there is nothing to replay, or the themes could not be learnt.
    """
    if not corpus:
        raise NotReplayed("There is no article to replay.")
    items = sorted(corpus, key=lambda item: (item.article.first_seen_at, item.article.id))
    first, last = items[0].article.first_seen_at, items[-1].article.first_seen_at
    this = Pass(first, PassRecord(uuid.uuid4(), first))
    if not learn_themes(house, this):
        raise NotReplayed(" ".join(this.notes))
    house.watch.begin("judge", len(items))
    with tempfile.TemporaryDirectory(prefix="amur-replay-") as folder:
        stage = _Stage(house, Path(folder), [item.feed for item in items], first)
        waiting = iter(items)
        item = next(waiting, None)
        for now in _moments(first, last, every):
            come = []
            while item is not None and item.article.first_seen_at <= now:
                come.append(item.article)
                item = next(waiting, None)
            stage.play(come, now)
        return Replay(stage.told(), len(items), stage.relevant, stage.failed, stage.passes, first, last)


def _moments(first: datetime, last: datetime, every: timedelta) -> Iterator[datetime]:
    now = first
    while now < last:
        yield now
        now += every
    yield max(now, last)


class _Stage:
    """A warehouse of its own, on which the passes are played one after the other."""

    def __init__(self, house: House, folder: Path, listed: Sequence[Feed], first: datetime) -> None:
        self._house = house
        self._feeds = list({feed.id: feed for feed in listed}.values())
        self._store = Store(folder).open()
        self._played = replace(house, store=self._store)
        self.relevant = self.failed = self.passes = 0
        with self._store.transaction() as con:
            feeds.sync_feeds(con, self._feeds)
            judgements.use_taxonomy(con, house.settings.taxonomy, first - timedelta(days=1))

    def play(self, come: Sequence[Article], now: datetime) -> None:
        """One pass over what came in since the last one."""
        for some in batches(come, AT_ONCE):
            self._judge(some, now)
        with self._store.transaction() as con:
            this = Pass(now, passes.begin(con, uuid.uuid4(), now))
            self._hear(con, this)
        compare_and_decide(self._played, this)
        with self._store.transaction() as con:
            passes.finish(con, replace(this.record, finished_at=now, outcome="complete"))
        self.passes += 1

    def told(self) -> tuple[Told, ...]:
        """Every finding so far."""
        with self._store.transaction() as con:
            return tuple(Told(*values) for values in replays.findings(con))

    def _judge(self, some: Sequence[Article], now: datetime) -> None:
        inputs = [JudgeInput(a.id, a.title, a.text, a.language) for a in some]
        results = [r for r in judge_all(self._house, inputs, now) if not isinstance(r, Failed)]
        judged = {result.article_id for result in results}
        with self._store.transaction() as con:
            articles.save_articles(con, [article for article in some if article.id in judged])
            judgements.save_judgements(con, results)
        self.relevant += sum(result.relevant for result in results)
        self.failed += len(some) - len(results)

    def _hear(self, con: Connection, this: Pass) -> None:
        """Every feed answered: whoever is silent in the corpus had nothing to say."""
        answer = Fetch(at=this.now, outcome=Outcome.UNCHANGED, status=304)
        state = FeedState(uuid.UUID(int=0), checked_at=this.now, succeeded_at=this.now, outcome="unchanged")
        feeds.save_polls(con, this.id, [(feed, answer, replace(state, feed_id=feed.id), ()) for feed in self._feeds])


def _feed(one: Dated) -> Feed:
    url = f"https://{uuid.uuid5(uuid.NAMESPACE_DNS, f'{one.publisher}/{one.bloc}').hex}.invalid"
    return Feed(
        name=one.publisher,
        url=url,
        publisher=one.publisher,
        bloc=one.bloc,
        stance="",
        language="",
        evidence="",
        enabled=True,
        fetch_url=url,
    )


def _article(key: uuid.UUID, url: str, feed: Feed, one: Dated) -> Article:
    return Article(
        id=key,
        url=url,
        feed_id=feed.id,
        title=one.title,
        author="",
        published_at=one.at,
        dated_at=one.at,
        first_seen_at=one.at,
        read_at=one.at.astimezone(UTC),
        baseline=False,
        language=one.language,
        text=one.text,
        text_source="page",
        reason="",
        fingerprint=fingerprint(one.text),
        page_hash=None,
    )
