"""Passes, and what waits for the next one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import DAY, NOW, key, make_article, make_entry, make_fetch, make_judgement, make_message, make_taxonomy
from warehouse import articles, judgements, outbox, passes
from warehouse.articles import Collected, Wanted
from warehouse.connect import Connection
from warehouse.passes import PassRecord, Waiting
from warehouse.records import Entry, Outcome
from warehouse.rows import insert, row_of
from warehouse.store import Store
from warehouse_world import rolled_back

FAILED = make_fetch(outcome=Outcome.FAILED, reason="timeout")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        yield con


def test_a_pass_is_remembered_with_what_it_did(con: Connection) -> None:
    """The last passes come back as they were finished, the latest first."""
    records = [passes.begin(con, key(str(n)), NOW + n * DAY) for n in range(3)]
    done = [
        replace(r, finished_at=r.started_at + timedelta(minutes=1), outcome="complete", entries_new=n)
        for n, r in enumerate(records)
    ]
    for record in done:
        passes.finish(con, record)
    assert passes.last(con, 2) == [done[2], done[1]]
    assert passes.last(con) == [done[2]]


def test_a_killed_pass_is_called_so_by_the_next(con: Connection) -> None:
    """A pass that never finished is running until another one begins; then it was killed."""
    first = passes.begin(con, key("first"), NOW)
    assert first == PassRecord(key("first"), NOW)
    assert [p.outcome for p in passes.last(con)] == ["running"]
    passes.begin(con, key("second"), NOW + DAY)
    assert [(p.outcome, p.finished_at) for p in passes.last(con, 2)] == [("running", None), ("killed", None)]


def test_what_waits_is_counted_by_what_is_missing(con: Connection) -> None:
    """Each announced article waits in one place: for its page, for a retry, to be read, or to be judged."""
    gas = make_taxonomy("gas")
    slugs = ("new", "again", "later", "here", "gone", "linkless", "read", "judged")
    entries = {s: make_entry(s, link=None if s == "linkless" else f"https://a.example/{s}") for s in slugs}
    insert(con, "entries", [row_of(e) for e in entries.values()])

    def answered(entry: Entry, *, ok: bool, retry: timedelta | None = None) -> Collected:
        wanted = Wanted(entry.article_id, entry.feed_id, entry.link or "", 0)
        return Collected(wanted, make_fetch() if ok else FAILED, NOW + retry if retry is not None else None)

    pages = [
        answered(entries["again"], ok=False, retry=timedelta(0)),
        answered(entries["later"], ok=False, retry=DAY),
        answered(entries["here"], ok=True),
        answered(entries["gone"], ok=False),
    ]
    articles.save_pages(con, key("pass"), pages)
    articles.save_articles(con, [make_article(s) for s in ("read", "judged")])
    judgements.save_judgements(con, [make_judgement(make_article("judged"), gas)])
    outbox.save_message(con, make_message())
    expected = Waiting(entries=2, retries=1, pages=3, articles=1, messages=1)
    assert passes.what_waits(con, gas.id, NOW) == expected
    assert passes.what_waits(con, "another", NOW) == replace(expected, articles=2)
    assert passes.what_waits(con, gas.id, NOW + DAY) == replace(expected, entries=3, retries=0)
