"""Rows in, records out."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta, timezone

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import DAY, NOW, key, make_article, make_entry, make_message
from warehouse import articles, outbox
from warehouse.connect import Connection
from warehouse.records import Article, MessageState
from warehouse.rows import insert, row_of
from warehouse.store import Store
from warehouse_world import rolled_back

# What the door lets in: any text without surrogates and NUL.
texts = st.text(st.characters(exclude_categories=["Cs"], exclude_characters="\x00"))
zones = st.integers(-14 * 60, 14 * 60).map(lambda minutes: timezone(timedelta(minutes=minutes)))
moments = st.datetimes(datetime(1990, 1, 1), datetime(2100, 1, 1), timezones=zones)  # noqa: DTZ001  the zone is drawn
law = settings(max_examples=40, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        yield con


@law
@given(
    st.builds(
        replace,
        st.just(make_article()),
        id=st.uuids(),
        title=texts,
        text=texts,
        published_at=st.none() | moments,
        dated_at=moments,
        fingerprint=st.integers(0, 2**64 - 1),
        page_hash=st.none() | texts,
    )
)
def test_an_article_comes_back_equal(con: Connection, article: Article) -> None:
    """What is stored comes back equal, whatever its letters, numbers and time zones; times come back in UTC."""
    con.execute("DELETE FROM articles")
    articles.save_articles(con, [article])
    read = articles.read_article(con, article.id)
    assert read == article
    assert read.dated_at.utcoffset() == timedelta(0)


@law
@given(body=st.binary(), recipient=texts, number=st.uuids())
def test_a_message_comes_back_byte_for_byte(con: Connection, body: bytes, recipient: str, number: uuid.UUID) -> None:
    """A message's bytes are the same when it is claimed as when it was stored."""
    con.execute("DELETE FROM messages")
    message = make_message(id=number, body=body, recipient=recipient)
    outbox.save_message(con, message)
    assert outbox.next_message(con, NOW) == replace(message, state=MessageState.SENDING)


@law
@given(st.lists(texts))
def test_a_list_of_names_comes_back_equal(con: Connection, names: list[str]) -> None:
    """Lists of text keep their order and their members."""
    con.execute("DELETE FROM findings")
    row = {
        "finding_id": key("finding"),
        "kind": "first_seen",
        "theme_id": "t",
        "taxonomy_id": "x",
        "found_at": NOW,
        "window_days": 7,
        "silence_days": 60,
        "stories": 2,
        "publishers": names,
        "blocs": [],
        "decision": "alert",
    }
    insert(con, "findings", [row])
    assert con.execute("SELECT publishers, blocs FROM findings").fetchall() == [(names, [])]


@law
@given(st.lists(st.integers(0, 9)))
def test_keys_are_stored_once(con: Connection, numbers: list[int]) -> None:
    """However often a key stands in a batch, it is stored once, and a second time not at all."""
    con.execute("DELETE FROM articles")
    batch = [make_article(str(n)) for n in numbers]
    assert articles.save_articles(con, batch) == len(set(numbers))
    assert articles.save_articles(con, batch) == 0


def test_first_stands_or_last_replaces(con: Connection) -> None:
    """Of equal keys in one batch the first stands, or where rows are replaced, the last."""
    rows = [{"what": "all", "done_until": at} for at in (NOW, NOW - DAY)]
    assert insert(con, "upkeep", rows) == 1
    assert con.execute("SELECT done_until FROM upkeep").fetchall() == [(NOW,)]
    assert insert(con, "upkeep", rows, "replace") == 1
    assert con.execute("SELECT done_until FROM upkeep").fetchall() == [(NOW - DAY,)]


def test_more_rows_than_one_chunk(con: Connection) -> None:
    """Batches beyond one chunk arrive whole."""
    rows = [{"what": str(n), "done_until": NOW} for n in range(10_001)]
    assert insert(con, "upkeep", rows) == 10_001
    assert insert(con, "upkeep", rows) == 0


def test_a_time_without_a_zone_is_refused(con: Connection) -> None:
    """A naive datetime is a mistake and is not stored."""
    with pytest.raises(ValueError, match="time zone"):
        insert(con, "entries", [row_of(make_entry(first_seen_at=NOW.replace(tzinfo=None)))])
