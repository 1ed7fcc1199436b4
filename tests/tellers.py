"""Six papers that tell of what no theme explains, and a warehouse that has watched them: for tests of what gathers."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np

from builders import DAY, NOW, make_article, make_feed, make_judgement, make_taxonomy
from earlier import hear_earlier
from warehouse import articles, feeds, judgements
from warehouse.connect import Connection
from warehouse.records import Article, Copy, Judgement, Passage, Residual, Taxonomy
from warehouse.store import Store

START = NOW - 20 * DAY  # of watching: burn-in is over
THEMES, EDITED = make_taxonomy("gas"), make_taxonomy("gas", "grain")
PAPERS = tuple(make_feed(f"Paper {n}", bloc="independent" if n % 2 else "russia-state") for n in range(6))
WORDS = (("ice", "hull", "insurance"), ("soil", "bean", "seed"), ("cable", "sea", "server"))
TOPICS = np.random.default_rng(7).standard_normal((len(WORDS), 512))


@dataclass(frozen=True, slots=True)
class Told:
    """One article of a paper about a topic, so many hours before now."""

    topic: int
    paper: int
    hours: int

    def article(self, n: int, **changes: Any) -> Article:
        at = NOW - timedelta(hours=self.hours)
        seen = {"dated_at": at, "published_at": at, "first_seen_at": at}
        return make_article(f"piece-{n}", PAPERS[self.paper], **(seen | changes))


def residual_of(told: Told, n: int) -> Residual:
    """A residual near its topic's middle."""
    vector = TOPICS[told.topic] + 0.6 * np.random.default_rng(n).standard_normal(512)
    words = WORDS[told.topic]
    terms = (*((word, 2.0) for word in words), (f"word{n}", 1.0))
    passage = Passage(f"Of {words[0]} and {words[1]}, piece {n}.", 0, 30, in_title=False)
    return Residual((vector / np.linalg.norm(vector)).astype("<f4").tobytes(), terms, (passage,), 0.8)


@cache
def watched() -> tempfile.TemporaryDirectory[str]:
    """A warehouse that has watched six papers for twenty days, and heard of other things before; made once for all."""
    folder = tempfile.TemporaryDirectory()
    with Store(Path(folder.name)).open().transaction() as con:
        feeds.sync_feeds(con, PAPERS)
        judgements.use_taxonomy(con, THEMES, START)
        articles.save_articles(con, [make_article("first", PAPERS[0], dated_at=START, first_seen_at=START)])
        hear_earlier(con, THEMES, NOW)
    return folder


@contextmanager
def warehouse() -> Iterator[Store]:
    """A copy of it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(watched().name, folder, dirs_exist_ok=True)
        yield Store(Path(folder))


def judge(con: Connection, told: Sequence[tuple[int, Told]], taxonomy: Taxonomy = THEMES, **changes: Any) -> None:
    """Articles are read, judged and compared; none is a copy."""
    read = [one.article(n, **changes) for n, one in told]
    articles.save_articles(con, read)
    judgements.save_judgements(con, [judged(a, n, one, taxonomy) for a, (n, one) in zip(read, told, strict=True)])
    judgements.save_stories(con, [Copy(a.id, a.id, 0, a.dated_at) for a in read])


def explain(con: Connection, told: Sequence[tuple[int, Told]]) -> None:
    """The same, and nothing is left of them that no theme explains."""
    read = [one.article(n) for n, one in told]
    articles.save_articles(con, read)
    judgements.save_judgements(con, [make_judgement(article, THEMES) for article in read])
    judgements.save_stories(con, [Copy(a.id, a.id, 0, a.dated_at) for a in read])


def judged(article: Article, n: int, told: Told, taxonomy: Taxonomy) -> Judgement:
    return make_judgement(article, taxonomy, [], residual=residual_of(told, n))


def five_stories(topic: int = 0, first: int = 0) -> list[tuple[int, Told]]:
    """A story a day on one topic, of three papers."""
    return [(first + n, Told(topic, n % 3, 100 - 20 * n)) for n in range(5)]
