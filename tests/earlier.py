"""What was spoken of in the weeks before: without it nothing is surprising, for nobody knows what is usual."""

from __future__ import annotations

from datetime import datetime

import numpy as np

from builders import DAY, key, make_article, make_judgement
from warehouse import articles, candidates, history, judgements
from warehouse.candidates import Heard
from warehouse.connect import Connection
from warehouse.history import StandIn
from warehouse.records import Article, Copy, Judgement, Residual, Taxonomy

MANY = 200

# Filed as history: it says nothing of how long was watched.
_SHELF = StandIn(key("shelf"), "Shelf", "https://shelf.example/", "Shelf", "independent")


def earlier_articles(now: datetime) -> list[Article]:
    """So many, of three weeks that ended seventeen days ago."""
    return [_article(n, now - 17 * DAY - n * 21 * DAY / MANY) for n in range(MANY)]


def usual(n: int) -> Residual:
    """Each of them is of another matter, in words of its own."""
    vector = np.random.default_rng(10_000 + n).standard_normal(512)
    terms = tuple((f"usual{n} {word}", 1.0) for word in range(6))
    return Residual((vector / np.linalg.norm(vector)).astype("<f4").tobytes(), terms, (), 1.0)


def judged_earlier(taxonomy: Taxonomy, now: datetime) -> list[Judgement]:
    """What no theme explains of each."""
    about = {"relevant": False, "mentions": (), "judged_at": now}
    return [make_judgement(a, taxonomy, (), residual=usual(n), **about) for n, a in enumerate(earlier_articles(now))]


def hear_earlier(con: Connection, taxonomy: Taxonomy, now: datetime) -> None:
    """They are judged, and were heard."""
    history.save_stand_ins(con, [_SHELF])
    read = earlier_articles(now)
    articles.save_articles(con, read)
    judgements.save_judgements(con, judged_earlier(taxonomy, now))
    judgements.save_stories(con, [Copy(one.id, one.id, one.fingerprint, one.dated_at) for one in read])
    heard = [Heard(a.id, a.dated_at, counts=False, terms=dict(usual(n).terms)) for n, a in enumerate(read)]
    candidates.save_heard(con, taxonomy.id, heard, now)
    candidates.save_frequencies(con, taxonomy.id, {("", ""): MANY, ("en", ""): MANY})


def _article(n: int, at: datetime) -> Article:
    seen = {"dated_at": at, "published_at": at, "first_seen_at": at, "read_at": at}
    return make_article(f"earlier-{n}", text=f"What was usual, number {n}.", **seen, feed_id=_SHELF.feed_id)
