"""Laws of history: it makes no news, takes none away, holds nothing up, and comes last."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from builders import (
    NOW,
    key,
    make_article,
    make_entry,
    make_feed,
    make_fetch,
    make_judgement,
    make_state,
    make_taxonomy,
)
from extractors import surge
from extractors.novelty import NoveltyRules, burnt_in_at, first_seen
from flows.filing import Files, stand_in_for
from flows.history import backfill, files
from flows.walking import Sitemaps, Span
from servers import HttpServer, Reply
from town import DAY, MORNING, gas_day, quiet_day, settings_for, watch, watching
from warehouse import articles, beginnings, feeds, history, judgements, schema
from warehouse.backfills import Backfill
from warehouse.connect import close, connect
from warehouse.records import Appearance, Copy, Entry, FeedDay
from warehouse.store import Store

PAPER = make_feed("Steppe Review")
OTHER = make_feed("Harbin Observer")
OLD = stand_in_for(PAPER)
RULES = NoveltyRules()


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


@pytest.fixture
def store(tmp_path: Path) -> Store:
    made = Store(tmp_path / "data").open()
    with made.transaction() as con:
        feeds.sync_feeds(con, [PAPER])
        history.save_stand_ins(con, [OLD])
    return made


def listed(slug: str, **changes: Any) -> Entry:
    """An entry as a backfill files it."""
    return make_entry(slug, PAPER, feed_id=OLD.feed_id, baseline=True, **changes)


def announce(store: Store, *entries: Entry) -> None:
    """The watched feed announces entries."""
    with store.transaction() as con:
        feeds.save_polls(con, key("pass"), [(PAPER, make_fetch(), make_state(PAPER), entries)])


def fill(file: Path, town: HttpServer, *slugs: str, published: str) -> None:
    """A backfill of articles, from a sitemap."""
    stated = f"<news><publication_date>{published}</publication_date></news>"
    body = "".join(f"<url><loc>{town.url(f'/{slug}')}</loc>{stated}</url>" for slug in slugs)
    town.routes["/map.xml"] = Reply(body=f"<urlset>{body}</urlset>".encode())
    with watching(file, MORNING + DAY / 8) as house:
        walker = Sitemaps(town.url("/map.xml"), "", Span(), files(house))
        backfill(house, Backfill("sitemap", town.url("/map.xml"), ""), walker, MORNING + DAY / 8)


def test_a_backfill_alone_raises_nothing_and_does_not_hide_what_feeds_announce(
    town: HttpServer, tmp_path: Path
) -> None:
    """The articles that make a theme new make none as history, and still do when feeds announce them afterwards."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING)
    fill(file, town, "patience", "second-line", "valves", published="2026-04-06T05:00:00Z")
    record = watch(file, MORNING + DAY / 4)
    assert (record.articles_relevant, record.findings, record.alerts) == (3, 0, 0)
    gas_day(town)
    told = watch(file, MORNING + DAY)
    assert (told.pages_fetched, told.findings, told.alerts) == (0, 1, 1)
    with Store(tmp_path / "data").transaction() as con:
        shown = con.execute("SELECT publishers FROM findings").fetchall()
    assert shown == [(["alpha", "beta"],)]


@pytest.mark.parametrize(
    ("published_days_ago", "kinds"), [(30, []), (2, ["first_seen"]), (90, ["first_seen"]), (None, ["first_seen"])]
)
def test_history_speaks_for_the_time_it_was_written_in(
    store: Store, published_days_ago: int | None, kinds: list[str]
) -> None:
    """A theme of a month ago is not new; of what is in the window, or undated, and found long since, nothing is known.

    Undated history is dated by the day it was found: it would end every silence a week later.
    """
    found_at = NOW - 10 * DAY
    published = NOW - published_days_ago * DAY if published_days_ago else None
    old = make_article("old", PAPER, feed_id=OLD.feed_id, baseline=True, published_at=published)
    old = replace(old, dated_at=published or found_at, first_seen_at=found_at)
    fresh = [make_article("one", PAPER), make_article("two", OTHER)]
    taxonomy = make_taxonomy()
    with store.transaction() as con:
        feeds.sync_feeds(con, [PAPER, OTHER])
        articles.save_articles(con, [old, *fresh])
        judgements.save_judgements(con, [make_judgement(article, taxonomy) for article in (old, *fresh)])
        judgements.save_stories(con, [Copy(a.id, a.id, a.fingerprint, a.dated_at) for a in (old, *fresh)])
        spoke = judgements.appearances(con, taxonomy.id, NOW - RULES.window - RULES.silence)
    quiet = {"power-of-siberia": NOW - 200 * DAY}
    assert [found.kind for found in first_seen(spoke, [], quiet, taxonomy.id, RULES, NOW)] == kinds


def test_history_ends_no_burn_in(store: Store) -> None:
    """Neither its age nor its number: what counts is what was watched."""
    taxonomy = make_taxonomy()
    old = [make_article(f"old-{n}", PAPER, feed_id=OLD.feed_id, baseline=True) for n in range(3)]
    watched = make_article("watched", PAPER, first_seen_at=NOW + DAY)
    with store.transaction() as con:
        articles.save_articles(con, old)
        judgements.save_judgements(con, [make_judgement(article, taxonomy) for article in old])
        assert beginnings.burn_in_facts(con, 1, RULES.burn_in) == (None, None)
        articles.save_articles(con, [watched])
        judgements.save_judgements(con, [make_judgement(watched, taxonomy)])
        facts = beginnings.burn_in_facts(con, 2, RULES.burn_in)
    assert facts == (NOW + DAY, None)
    assert burnt_in_at(*facts, RULES) == NOW + DAY + timedelta(days=RULES.burn_in_days)


def test_history_that_waits_holds_nothing_up(store: Store) -> None:
    """Ten thousand pages to fetch are no reason to keep silent about what feeds announce."""
    with store.transaction() as con:
        history.save_entries(con, [listed("old", dated_at=NOW)])
        assert not beginnings.history_waits(con, NOW - DAY, NOW - DAY)
    announce(store, make_entry("brought-along", PAPER, baseline=True, dated_at=NOW))
    with store.transaction() as con:
        assert beginnings.history_waits(con, NOW - DAY, NOW - DAY)


def test_news_is_fetched_before_what_feeds_bring_along_and_history_last(store: Store) -> None:
    """However long history has waited; and of one host only so many."""
    with store.transaction() as con:
        history.save_entries(con, [listed(f"old-{n}", first_seen_at=NOW - DAY) for n in range(3)])
    announce(
        store, make_entry("brought-along", PAPER, baseline=True), make_entry("news", PAPER, first_seen_at=NOW + DAY)
    )
    with store.transaction() as con:
        wanted = articles.entries_to_collect(con, NOW + 2 * DAY, 100, 3)
        host = "steppe-review.example"
        after_days = articles.entries_to_collect(con, NOW + 9 * DAY, 100, 9, [host])
    assert [w.link.rpartition("/")[2] for w in wanted][:2] == ["news", "brought-along"]
    assert len(wanted) == 3
    # A host that pauses is waited for two days, for the sake of news; with history for as long as it takes.
    assert [w.link.rpartition("/")[2] for w in after_days] == ["news", "brought-along"]


def test_a_watched_feed_adopts_what_it_announces(store: Store) -> None:
    """From then on the article is as if there had been no backfill: its feed, its first sight, news or not."""
    read = make_article("both", PAPER, feed_id=OLD.feed_id, baseline=True, first_seen_at=NOW - 5 * DAY)
    with store.transaction() as con:
        history.save_entries(con, [listed("both", first_seen_at=NOW - 5 * DAY), listed("unread")])
        articles.save_articles(con, [read])
        history.adopt(con, NOW - DAY)
        assert articles.read_article(con, read.id) == read
    announce(store, make_entry("both", PAPER), make_entry("unread", PAPER, link=None, first_seen_at=NOW + DAY))
    with store.transaction() as con:
        con.execute("UPDATE entries SET link = NULL")
        (unread,) = articles.articles_to_read(con, 10)
        assert (unread.entry.feed_id, unread.entry.baseline) == (PAPER.id, False)
        history.adopt(con, NOW - DAY)
        assert articles.read_article(con, read.id) == replace(read, feed_id=PAPER.id, first_seen_at=NOW, baseline=False)


def test_what_is_announced_already_is_not_history(store: Store) -> None:
    """A backfill leaves alone what a feed has announced, read or not."""
    announce(store, make_entry("known", PAPER))
    with store.transaction() as con:
        assert history.save_entries(con, [listed("known"), listed("new"), listed("new")]) == 1


def test_a_stand_in_follows_its_feed(store: Store) -> None:
    """A bloc that is configured anew is that of the feed's history too."""
    moved = replace(PAPER, bloc="russia-exile", publisher="Steppe")
    with store.transaction() as con:
        feeds.sync_feeds(con, [moved])
        assert con.execute("SELECT publisher, bloc, configured FROM feeds WHERE history").fetchall() == [
            ("Steppe", "russia-exile", False)
        ]


def test_history_is_filed_under_the_site_it_comes_from() -> None:
    """By the feed's host, by what a feed's links lead to, by a host above or below, else by hand."""
    burner = make_feed("Burner", url="https://feeds.burner.example/x", fetch_url="https://feeds.burner.example/x")
    filing = Files([PAPER, burner], {"burnt.example": burner.id})

    def filed(url: str) -> str:
        return filing.for_address(url).name

    assert filed("https://www.steppe-review.example/a") == "Steppe Review (history)"
    assert filed("https://news.steppe-review.example/a") == "Steppe Review (history)"
    assert filed("https://www.burnt.example/a") == "Burner (history)"
    by_hand = filing.for_address("https://www.new-paper.example/a")
    assert (by_hand.name, by_hand.publisher, by_hand.bloc, by_hand.stands_for) == (
        "by hand: new-paper.example",
        "new-paper-example",
        "unknown",
        None,
    )
    assert OLD.feed_id != PAPER.id


def spoken(n: int, at: datetime, *, baseline: bool) -> Appearance:
    """The n-th publisher speaks of gas, in a story of its own."""
    return Appearance(
        theme_id="gas",
        article_id=key(f"{n} {at}"),
        story_id=key(f"story {n} {at}"),
        publisher=f"publisher {n}",
        bloc="independent",
        dated_at=at,
        first_seen_at=at,
        baseline=baseline,
        thin=False,
        feed_id=key(f"feed {n}"),
    )


@pytest.mark.parametrize(("baseline", "kinds"), [(False, {"first_seen", "surge"}), (True, set())])
def test_history_neither_is_new_nor_surges(baseline: bool, kinds: set[str]) -> None:
    """Twelve publishers on one day are new and a surge as news, and nothing as history."""
    rules = replace(RULES, silence_days=7)
    polls = [FeedDay(key(f"feed {n}"), (NOW - d * DAY).date(), True) for n in range(12) for d in range(60)]
    usual = [spoken(n % 3, NOW - d * DAY, baseline=False) for n, d in enumerate(range(20, 40, 3))]
    loud = [spoken(n, NOW - DAY / 4, baseline=baseline) for n in range(12)]
    quiet = {"gas": NOW - 200 * DAY}
    found = (
        *first_seen(loud, [], quiet, "taxonomy", rules, NOW),
        *surge.surges([*usual, *loud], polls, [], quiet, "taxonomy", rules, NOW),
    )
    assert {finding.kind for finding in found} == kinds


def test_a_warehouse_from_before_history_is_brought_up(tmp_path: Path) -> None:
    """Its feeds are those that are watched."""
    file = tmp_path / "live.duckdb"
    con = connect(file)
    schema.migrate(con, schema.migrations()[:1])
    con.execute("INSERT INTO feeds VALUES (uuid(), 'Old', 'https://old.example/', 'old', 'x', '', '', '', true, true)")
    close(con, file)
    with Store(tmp_path).open().transaction() as upgraded:
        feeds.sync_feeds(upgraded, [PAPER])
        assert upgraded.execute("SELECT name, history, stands_for FROM feeds ORDER BY name").fetchall() == [
            ("Old", False, None),
            ("Steppe Review", False, None),
        ]
