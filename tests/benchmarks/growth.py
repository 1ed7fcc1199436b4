"""How the live file grows in simulated days, and what retention and `amur compact` give back.

python tests/benchmarks/growth.py [ARTICLES_A_DAY [DAYS]], by default 500 and 90. Texts are 6 KB of words drawn from the
demo's articles by their frequency, which the engine compresses less well than prose. One article in twenty is relevant.
"""

from __future__ import annotations

import random
import sys
import tempfile
import time
import tomllib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import click

from extractors.taxonomy import parse_themes
from flows.demo.world import World
from warehouse import articles, feeds, judgements, retention, revisions
from warehouse.compact import compact
from warehouse.publish import publish
from warehouse.records import (
    Article,
    Copy,
    Entry,
    Evidence,
    Feed,
    FeedState,
    Fetch,
    Judgement,
    Outcome,
    Score,
    Taxonomy,
)
from warehouse.store import Store

START = datetime(2026, 1, 1, 6, tzinfo=UTC)
DAY = timedelta(days=1)
WORDS, RELEVANT = 950, 20  # words in a text; one relevant article in so many
FEEDS, POLLS = 80, 16  # feeds, and how often each is asked in a day
DAYS = (DAY, 3 * DAY, 14 * DAY)


@contextmanager
def timed(what: str) -> Iterator[None]:
    """Say how long it took."""
    since = time.perf_counter()
    yield
    click.echo(f"{what:<58}{time.perf_counter() - since:8.2f} s")


def sized(what: str, path: Path) -> None:
    click.echo(f"{what:<58}{path.stat().st_size / 1e6:8.1f} MB")


def day_of(number: int, count: int, feed: list[Feed], stock: list[str], chance: random.Random) -> list[Article]:
    """The articles of one day."""
    at = START + number * DAY
    return [
        _article(number * count + i, feed[i % FEEDS], " ".join(chance.choices(stock, k=WORDS)), at)
        for i in range(count)
    ]


def _article(number: int, feed: Feed, text: str, at: datetime) -> Article:
    url, key = f"https://paper{number % FEEDS}.example/2026/{number}", UUID(int=random.Random(number).getrandbits(128))  # noqa: S311  a key like any
    return Article(
        key, url, feed.id, f"Article {number}", "", at, at, at, at, False, "en", text, "page", "", key.int >> 64, None
    )


def _entry(article: Article) -> Entry:
    summary = article.text[:300]
    at = article.dated_at
    return Entry(
        article.feed_id,
        article.url,
        article.id,
        article.url,
        article.url,
        article.title,
        "",
        summary,
        "",
        "",
        at,
        at,
        at,
        False,
    )


def _judgement(number: int, article: Article, taxonomy: Taxonomy) -> Judgement:
    if number % RELEVANT:
        return Judgement(article.id, taxonomy.id, article.read_at, False, 0.0, "names neither side", 40, 0, (), ())
    sentences = [article.text[at : at + 160] for at in range(0, 800, 160)]
    evidence = tuple(Evidence(s, 0, 160, False, "pipeline gas", "strong", 1.0) for s in sentences)
    scores = tuple(Score(theme.id, 0.6, True, evidence) for theme in taxonomy.themes[:2])
    return Judgement(article.id, taxonomy.id, article.read_at, True, 0.9, "", 40, 5, scores, ())


def fill(store: Store, taxonomy: Taxonomy, count: int, days: int) -> datetime:
    """Insert so many articles a day, with all that comes with them; the moment after."""
    chance = random.Random(1689)  # noqa: S311  texts
    stock = [word for piece in World.load().pieces if piece.language == "en" for word in piece.text.split()]
    papers = [
        Feed(f"Paper {n}", f"https://paper{n}.example/feed", f"paper-{n}", "independent", "", "en", "", True, "")
        for n in range(FEEDS)
    ]
    for number in range(days):
        made, at = day_of(number, count, papers, stock, chance), START + number * DAY
        with store.transaction() as con:
            feeds.sync_feeds(con, papers)
            judgements.use_taxonomy(con, taxonomy, at)
            for hour in range(POLLS):
                fetch = Fetch(at + timedelta(hours=hour), Outcome.UNCHANGED, status=200)
                announced = [_entry(article) for article in made] if hour == 0 else []
                state = FeedState(papers[0].id, outcome="unchanged")
                polls = [(p, fetch, replace(state, feed_id=p.id), announced if p is papers[0] else []) for p in papers]
                feeds.save_polls(con, uuid4(), polls)
            articles.save_articles(con, made)
            judgements.save_judgements(con, [_judgement(n, article, taxonomy) for n, article in enumerate(made)])
            judgements.save_stories(con, [Copy(a.id, a.id, a.fingerprint, a.dated_at, 0) for a in made])
    return START + days * DAY


def main(count: int, days: int) -> None:
    """Print sizes and times."""
    themes = Path(__file__).parents[2] / "flows" / "defaults" / "themes.toml"
    taxonomy = parse_themes(tomllib.loads(themes.read_text(encoding="utf-8")))
    with tempfile.TemporaryDirectory() as folder:
        store = Store(Path(folder)).open()
        now = fill(store, taxonomy, count, days)
        click.echo(f"{count * days:,} articles in {days} days, {FEEDS * POLLS * days:,} attempts")
        with store.exclusive():
            sized("live file, everything kept", store.live)
        publish(store, now)
        sized("published file", store.published)
        _questions(store, taxonomy, now)
        compact(store)
        sized("compacted, everything kept", store.live)
        _retention(store, taxonomy, now)
        with store.exclusive():
            sized("live file, texts of all but 30 days gone", store.live)
        with timed("compact"):
            done = compact(store)
        sized(f"compacted ({done.rows:,} rows)", store.live)
        with timed("publish"):
            publish(store, now)
        sized("published file", store.published)


def _questions(store: Store, taxonomy: Taxonomy, now: datetime) -> None:
    with store.transaction() as con, timed("which pages to look at again"):
        due = revisions.due_again(con, taxonomy.id, DAYS, now, 2000, 200)
    with store.transaction() as con, timed(f"the texts of 50 of {len(due):,} of them"):
        revisions.remembered(con, [d.article_id for d in due[:50]])


def _retention(store: Store, taxonomy: Taxonomy, now: datetime) -> None:
    rules = retention.KeepRules(text_days=30)
    with store.transaction() as con, timed("thin the attempts of all but 60 days"):
        retention.thin_attempts(con, now - 60 * DAY)
    dropped = retention.TEXTS_AT_ONCE
    with timed("drop the texts of all but 30 days"):
        while dropped == retention.TEXTS_AT_ONCE:
            with store.transaction() as con:
                dropped = retention.drop_texts(con, now - 30 * DAY, rules, taxonomy.id, now)
    with store.transaction() as con, timed("look for more to drop"):
        retention.drop_texts(con, now - 30 * DAY, rules, taxonomy.id, now)


if __name__ == "__main__":
    main(*map(int, sys.argv[1:] or (500, 90)))
