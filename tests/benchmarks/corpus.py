"""Articles for benchmarks: pages as heavy as real ones, their paragraphs drawn from the demo's world."""

from __future__ import annotations

import os
import random
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from pathlib import Path
from uuid import uuid4

# Before numpy is imported: what is measured is one thread of arithmetic in each process.
os.environ.update(dict.fromkeys(("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS"), "1"))

from desk import write_settings
from extractors.urls import article_id
from flows.demo.world import World
from flows.settings import Settings, load
from warehouse import articles, feeds, judgements, passes
from warehouse.records import Entry, Feed, FeedState, Fetch, Outcome
from warehouse.store import Store

HOST = "https://steppe-review.example"
PARAGRAPHS = 20  # about 1,000 words
SCRIPTS, LINKS = 3_000, 1_000  # as heavy as real pages: 49 of them take 40 ms each in the mean, these as long


@dataclass(frozen=True, slots=True)
class Sheet:
    """One article: its entry, and its page's bytes."""

    entry: Entry
    body: bytes


def sheets(relevant: int, others: int, feed: Feed, now: datetime, seed: int = 1689) -> list[Sheet]:
    """So many relevant and other English articles, mixed; no two have the same text."""
    chance = random.Random(seed)  # noqa: S311  texts, not secrets
    pieces = [piece for piece in World.load().pieces if piece.language == "en"]
    drawn = []
    for count, is_relevant in ((relevant, True), (others, False)):
        stock = sorted({p for piece in pieces if piece.relevant is is_relevant for p in piece.paragraphs})
        drawn += [chance.sample(stock, PARAGRAPHS) for _ in range(count)]
    chance.shuffle(drawn)
    return [_sheet(number, paragraphs, feed, now) for number, paragraphs in enumerate(drawn)]


def _sheet(number: int, paragraphs: Sequence[str], feed: Feed, now: datetime) -> Sheet:
    url, at = f"{HOST}/{number}", now - timedelta(minutes=number)
    text = "".join(f"<p>{words}</p>\n" for words in paragraphs)
    script = "".join(f"window.slot{i}={{id:{i},width:300,height:250,lazy:true}};\n" for i in range(SCRIPTS))
    links = "".join(f'<li class="menu"><a href="/section/{i}">Section {i}</a></li>\n' for i in range(LINKS))
    page = f"""<!DOCTYPE html><html lang="en"><head><title>Article {number}</title>
    <meta property="article:published_time" content="{at.isoformat()}"><script>{script}</script></head><body>
    <nav><ul>{links}</ul></nav><main><article><h1>Article {number}</h1>{text}</article></main></body></html>"""
    entry = Entry(
        feed_id=feed.id,
        guid=url,
        article_id=article_id(url),
        url=url,
        link=url,
        title=f"Article {number}",
        author="",
        summary="",
        content="",
        published_raw="",
        published_at=at,
        dated_at=at,
        first_seen_at=now,
        baseline=False,
    )
    return Sheet(entry, page.encode())


def settings_in(folder: Path) -> Settings:
    """Settings with the shipped themes and no burn-in."""
    return load(write_settings(folder, "[novelty]\nburn_in_days = 0\n"), {})


def furnish(settings: Settings, drawn: Sequence[Sheet], now: datetime) -> Store:
    """A warehouse whose pages have all been fetched and none of which has been read."""
    store = Store(settings.data).open()
    feed = settings.feeds[0]
    fetched = [_fetched(sheet, store, now) for sheet in drawn]
    with store.transaction() as con:
        feeds.sync_feeds(con, settings.feeds)
        judgements.use_taxonomy(con, settings.taxonomy, now)
        this = passes.begin(con, uuid4(), now)
        polled = Fetch(now, Outcome.NEW, status=200)
        later = now + timedelta(days=30)
        states = [FeedState(f.id, next_attempt_at=later, checked_at=now, succeeded_at=now) for f in settings.feeds]
        entries = {feed: [sheet.entry for sheet in drawn]}
        polls = [(f, polled, state, entries.get(f, ())) for f, state in zip(settings.feeds, states, strict=True)]
        feeds.save_polls(con, this.pass_id, polls)
        articles.save_pages(con, this.pass_id, fetched)
        passes.finish(con, replace(this, finished_at=now, outcome="complete"))
    return store


def _fetched(sheet: Sheet, store: Store, now: datetime) -> articles.Collected:
    digest = store.pages.put(sheet.body, now)
    wanted = articles.Wanted(sheet.entry.article_id, sheet.entry.feed_id, sheet.entry.link or "", 0)
    answer = Fetch(
        now, Outcome.NEW, status=200, final_url=wanted.link, content_type="text/html; charset=utf-8", body_hash=digest
    )
    return articles.Collected(wanted, answer)
