"""Feeds, their states, and which of their entries are new."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta

import pytest

from builders import DAY, NOW, key, make_entry, make_feed, make_fetch, make_state
from warehouse import feeds
from warehouse.connect import Connection
from warehouse.records import Entry, FeedState, Outcome
from warehouse.store import Store
from warehouse_world import rolled_back

PASS = key("pass")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        feeds.sync_feeds(con, [make_feed(), make_feed("Amur Daily")])
        yield con


def announce(con: Connection, *entries: Entry, name: str = "Steppe Review") -> int:
    feed = make_feed(name)
    return feeds.save_polls(con, PASS, [(feed, make_fetch(), make_state(feed), entries)])


def titles(con: Connection) -> list[str]:
    return [title for (title,) in con.execute("SELECT title FROM entries ORDER BY title").fetchall()]


def test_a_feed_that_left_stays_as_not_configured(con: Connection) -> None:
    """A feed that is configured no more is kept, and its return is the return of the same feed."""
    feeds.sync_feeds(con, [make_feed("Amur Daily", bloc="russia-exile")])
    asked = "SELECT name, configured, bloc FROM feeds ORDER BY name"
    assert con.execute(asked).fetchall() == [
        ("Amur Daily", True, "russia-exile"),
        ("Steppe Review", False, "independent"),
    ]
    feeds.sync_feeds(con, [make_feed(), make_feed("Amur Daily")])
    assert con.execute("SELECT count(*) FROM feeds WHERE configured").fetchall() == [(2,)]


def test_credentials_are_not_stored(con: Connection) -> None:
    """The address with its credentials filled in is nowhere in the table."""
    feeds.sync_feeds(con, [make_feed(url="https://x.example/${TOKEN}", fetch_url="https://x.example/s3cret")])
    assert "s3cret" not in str(con.execute("SELECT * FROM feeds").fetchall())


def test_states_come_back_equal(con: Connection) -> None:
    """A feed's state is what was last saved of it, to the microsecond."""
    one, two = make_feed(), make_feed("Amur Daily")
    failed = FeedState(
        two.id,
        failures=1.25,
        next_attempt_at=NOW + timedelta(microseconds=1),
        checked_at=NOW,
        outcome="failed",
        reason="timeout",
        detail="No answer within 10 s.",
    )
    feeds.save_polls(con, PASS, [(one, make_fetch(), make_state(one), ()), (two, make_fetch(), make_state(two), ())])
    feeds.save_polls(con, PASS, [(two, make_fetch(outcome=Outcome.FAILED), failed, ())])
    assert feeds.states(con) == {one.id: make_state(one), two.id: failed}


def test_a_second_identical_save_adds_nothing(con: Connection) -> None:
    """Entries that are known are not new."""
    batch = (make_entry("a"), make_entry("b"))
    assert announce(con, *batch) == 2
    assert announce(con, *batch) == 0
    assert titles(con) == ["A", "B"]


def test_a_feed_that_changes_its_guids_announces_nothing_new(con: Connection) -> None:
    """An entry under another guid, but of an article that its feed announced before, is not new."""
    announce(con, make_entry("a"))
    assert announce(con, make_entry("a", guid="https://new-cms.example/?p=1")) == 0


def test_a_guid_that_comes_again_announces_nothing_new(con: Connection) -> None:
    """An entry with a known guid is not new, whatever its address: the first one stands."""
    announce(con, make_entry("a", guid="1"))
    assert announce(con, make_entry("b", guid="1")) == 0
    assert titles(con) == ["A"]


def test_one_answer_may_repeat_itself(con: Connection) -> None:
    """Of entries with one guid or one article in the same answer the first is stored."""
    batch = (make_entry("a", guid="1"), make_entry("b", guid="1"), make_entry("a", guid="2"), make_entry("c"))
    assert announce(con, *batch) == 2
    assert titles(con) == ["A", "C"]


def test_two_feeds_may_announce_one_article(con: Connection) -> None:
    """Each feed's sighting of an article is kept."""
    entry = make_entry("a")
    announce(con, entry)
    other = make_feed("Amur Daily")
    again = make_entry("a", other, article_id=entry.article_id, first_seen_at=NOW + DAY)
    assert announce(con, again, name=other.name) == 1


def test_an_answer_that_is_no_feed_is_a_failed_attempt(con: Connection) -> None:
    """The attempts of a feed say what came of the answer, not only that one came."""
    feed = make_feed()
    state = make_state(feed, outcome="failed", reason="html_not_feed", detail="A page named Log in.")
    feeds.save_polls(con, PASS, [(feed, make_fetch(), state, ())])
    attempts = con.execute("SELECT kind, outcome, reason, detail, status, raw_bytes FROM fetches").fetchall()
    assert attempts == [("feed", "failed", "html_not_feed", "A page named Log in.", 200, 900)]
