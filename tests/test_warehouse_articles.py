"""What is to be fetched, read and judged next."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from builders import DAY, NOW, key, make_article, make_entry, make_feed, make_fetch, make_judgement, make_taxonomy
from warehouse import articles, feeds, judgements
from warehouse.articles import Collected, Wanted
from warehouse.connect import Connection
from warehouse.records import Entry, Fetch, Outcome
from warehouse.rows import insert, row_of
from warehouse.store import Store
from warehouse_world import rolled_back

PASS = key("pass")
ONE, TWO = make_feed("Amur Daily"), make_feed("Steppe Review")
FAILED = make_fetch(outcome=Outcome.FAILED, reason="timeout", status=None, body_hash=None)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        feeds.sync_feeds(con, [ONE, TWO])
        yield con


def announce(con: Connection, *entries: Entry) -> None:
    insert(con, "entries", [row_of(e) for e in entries])


def wanted(con: Connection, now: datetime = NOW, limit: int = 100, per_host: int = 100) -> Sequence[Wanted]:
    return articles.entries_to_collect(con, now, limit, per_host)


def collect(con: Connection, fetch: Fetch, retry_at: datetime | None = None, now: datetime = NOW) -> None:
    """Answer everything that is wanted at `now` alike."""
    articles.save_pages(con, PASS, [Collected(w, fetch, retry_at) for w in wanted(con, now)])


# --- collect --------------------------------------------------------------------------------------


def test_an_article_is_wanted_once_from_whom_it_came_first(con: Connection) -> None:
    """Of the entries of one article the first seen is fetched; at the same moment, the first feed by name."""
    first = make_entry("a", TWO)
    announce(con, replace(first, feed_id=ONE.id, link="https://b.example/a", first_seen_at=NOW + DAY), first)
    announce(con, make_entry("b", TWO), replace(make_entry("b", TWO), feed_id=ONE.id))
    found = {w.article_id: w.feed_id for w in wanted(con)}
    assert found == {first.article_id: TWO.id, make_entry("b", TWO).article_id: ONE.id}


def test_an_entry_without_a_link_is_not_wanted(con: Connection) -> None:
    """What has no link is not fetched; another feed's entry of the same article that has one is."""
    entry = make_entry("a", ONE)
    announce(con, replace(entry, link=None))
    assert wanted(con) == []
    announce(con, replace(entry, feed_id=TWO.id, first_seen_at=NOW + DAY))
    assert [w.feed_id for w in wanted(con)] == [TWO.id]


def test_the_oldest_come_first_and_hosts_take_turns(con: Connection) -> None:
    """At most so many of one host at once, whatever the case, port or user in its links; oldest first."""
    hosts = ("a.example", "A.example:8080", "u:p@a.example", "b.example", "a.example")
    announce(
        con,
        *(make_entry(str(n), link=f"https://{host}/{n}", first_seen_at=NOW - n * DAY) for n, host in enumerate(hosts)),
    )
    assert [w.link.rpartition("/")[2] for w in wanted(con, per_host=2)] == ["4", "3", "2"]
    assert [w.link.rpartition("/")[2] for w in wanted(con, per_host=2, limit=1)] == ["4"]


def test_a_page_that_failed_is_wanted_again_when_it_is_due(con: Connection) -> None:
    """A waiting page is asked for again at its time, with its attempts counted, and not after the last."""
    later = NOW + timedelta(hours=1)
    announce(con, make_entry("a"))
    collect(con, FAILED, later)
    assert wanted(con) == []
    assert [w.attempts for w in wanted(con, later)] == [1]
    collect(con, FAILED, None, later)
    assert wanted(con, later + 9 * DAY) == []
    assert con.execute("SELECT state, attempts, reason FROM pages").fetchall() == [("failed", 2, "timeout")]
    assert con.execute("SELECT count(*) FROM fetches WHERE kind = 'page'").fetchall() == [(2,)]


def test_a_fetched_page_and_a_read_article_are_not_wanted(con: Connection) -> None:
    """Nothing is fetched twice."""
    announce(con, make_entry("a"), make_entry("b"))
    articles.save_articles(con, [make_article("b")])
    assert [w.article_id for w in wanted(con)] == [make_entry("a").article_id]
    collect(con, make_fetch())
    assert wanted(con, NOW + 9 * DAY) == []


def test_pages_of_a_resting_host_are_left_for_a_while(con: Connection) -> None:
    """A host that asked for a pause is left alone, whatever the case of its links; after two days patience is over."""
    announce(con, make_entry("a", link="https://A.example/1"), make_entry("b", link="https://b.example/1"))

    def of(now: datetime) -> list[str]:
        return sorted(w.link for w in articles.entries_to_collect(con, now, 9, 9, {"a.example"}))

    assert of(NOW) == of(NOW + 1.9 * DAY) == ["https://b.example/1"]
    assert of(NOW + 2 * DAY) == ["https://A.example/1", "https://b.example/1"]


def test_a_page_that_could_not_be_read_is_not_read_again_at_once(con: Connection) -> None:
    """What failed in a worker is counted, and comes again after its time."""
    entry = make_entry("a")
    announce(con, entry)
    collect(con, make_fetch())
    again_at = NOW + timedelta(minutes=5)
    failed = [(entry.article_id, "deadline")]
    assert articles.save_misreadings(con, failed, again_at) == {entry.article_id: 1}
    assert articles.articles_to_read(con, 9, NOW) == []
    assert [item.article_id for item in articles.articles_to_read(con, 9, again_at)] == [entry.article_id]
    assert articles.save_misreadings(con, failed, again_at + DAY) == {entry.article_id: 2}


# --- read -----------------------------------------------------------------------------------------


def test_what_is_fetched_is_to_be_read(con: Connection) -> None:
    """A fetched page comes with its entry, hash, type and final address."""
    entry = make_entry("a")
    announce(con, entry)
    assert articles.articles_to_read(con, 9) == []
    collect(con, make_fetch(final_url="https://steppe-review.example/a/", content_type="text/html; charset=utf-8"))
    (to_read,) = articles.articles_to_read(con, 9)
    assert (to_read.article_id, to_read.entry) == (entry.article_id, entry)
    assert to_read.page_hash == "0" * 64
    assert (to_read.content_type, to_read.final_url) == ("text/html; charset=utf-8", "https://steppe-review.example/a/")


def test_what_cannot_be_fetched_is_read_from_its_entry(con: Connection) -> None:
    """A page given up for good, or an entry without a link, is read without a page and with the reason."""
    announce(con, make_entry("a"), make_entry("b", link=None), make_entry("c"))
    articles.save_pages(
        con, PASS, [Collected(w, FAILED, None if w.link.endswith("/a") else NOW + DAY) for w in wanted(con)]
    )
    found = {r.entry.title: (r.page_hash, r.page_reason) for r in articles.articles_to_read(con, 9)}
    assert found == {"A": (None, "timeout"), "B": (None, "")}
    assert articles.count_unread(con) == 2


def test_the_first_sighting_speaks_with_the_best_text(con: Connection) -> None:
    """The first entry of an article counts, with a later one's content and summary where it has none itself."""
    first = make_entry("a", TWO, summary="", link=None)
    later = replace(first, feed_id=ONE.id, content="Full text.", summary="In short.", first_seen_at=NOW + DAY)
    announce(con, later, first)
    (to_read,) = articles.articles_to_read(con, 9)
    assert to_read.entry == replace(first, content="Full text.", summary="In short.")


def test_reading_is_asked_for_oldest_first_and_once(con: Connection) -> None:
    """The limit takes the oldest, and what was read is not to be read again."""
    announce(con, *(make_entry(s, link=None, first_seen_at=NOW + n * DAY) for n, s in enumerate("cab")))
    assert [r.entry.title for r in articles.articles_to_read(con, 2)] == ["C", "A"]
    assert articles.save_articles(con, [make_article("c")]) == 1
    assert [r.entry.title for r in articles.articles_to_read(con, 2)] == ["A", "B"]


def test_an_article_is_read_once(con: Connection) -> None:
    """The first reading of an article stands."""
    articles.save_articles(con, [make_article("a")])
    assert articles.save_articles(con, [make_article("a", text="Another text.")]) == 0
    assert articles.read_article(con, make_article("a").id) == make_article("a")


# --- judge ----------------------------------------------------------------------------------------


def test_articles_are_judged_once_under_each_taxonomy(con: Connection) -> None:
    """An article is to be judged until it has a judgement under these very themes, oldest first."""
    old, new = make_taxonomy("gas"), make_taxonomy("gas", "grain")
    both = [make_article(s, first_seen_at=NOW - n * DAY) for n, s in enumerate("ab")]
    articles.save_articles(con, both)
    judgements.save_judgements(con, [make_judgement(both[0], old)])
    assert [j.id for j in articles.articles_to_judge(con, old.id, NOW, 9)] == [both[1].id]
    assert [j.id for j in articles.articles_to_judge(con, new.id, NOW, 9)] == [both[1].id, both[0].id]
    (first,) = articles.articles_to_judge(con, new.id, NOW, 1)
    assert first == (both[1].id, both[1].title, both[1].text, both[1].language)
