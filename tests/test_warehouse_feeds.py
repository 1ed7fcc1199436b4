"""Feeds, their states, and which of their entries are new."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta

import pytest

from builders import DAY, NOW, key, make_entry, make_feed, make_fetch, make_state
from warehouse import feeds
from warehouse.connect import Connection
from warehouse.records import Entry, FeedState, HostRest, Outcome, Rhythm
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
    rhythm = Rhythm(NOW, 12.5, 20.25, 3.0, (0.5,) * 24, (1 / 3,) * 7)
    whole = make_state(
        one, standing="moved", address="https://new.example/f", moving_to="https://x.example/", moving_times=2
    )
    whole = replace(whole, body_at=NOW, stated_gap=60.0, gone_since=NOW, gone_times=1, empty_since=NOW, newest_at=NOW)
    whole = replace(whole, usual_gap=1.5, rhythm=rhythm)
    feeds.save_polls(con, PASS, [(one, make_fetch(), whole, ()), (two, make_fetch(), make_state(two), ())])
    feeds.save_polls(con, PASS, [(two, make_fetch(outcome=Outcome.FAILED), failed, ())])
    assert feeds.states(con) == {one.id: whole, two.id: failed}


def test_a_rhythm_stays_where_nothing_new_came(con: Connection) -> None:
    """An answer without a body leaves what was learned of the feed as it is, and costs no row."""
    feed = make_feed()
    rhythm = Rhythm(NOW, 12.5, 20.25)
    feeds.save_polls(con, PASS, [(feed, make_fetch(), make_state(feed, rhythm=rhythm), ())])
    feeds.save_polls(con, PASS, [(feed, make_fetch(outcome=Outcome.UNCHANGED), make_state(feed, failures=1.0), ())])
    state = feeds.states(con)[feed.id]
    assert (state.rhythm, state.failures) == (rhythm, 1.0)


def test_which_entries_are_new_is_known_before_they_are_saved(con: Connection) -> None:
    """What is called unknown is what is then saved: neither a known guid nor a known article of the same feed."""
    announce(con, make_entry("a"), make_entry("b"))
    other = make_feed("Amur Daily")
    batch = [
        make_entry("a"),
        make_entry("b", guid="renamed"),
        make_entry("c"),
        make_entry("a", other, article_id=make_entry("a").article_id),
    ]
    unknown = feeds.unknown(con, batch)
    assert unknown == {make_feed().id: {batch[2].guid}, other.id: {batch[3].guid}}
    assert announce(con, *batch[:3]) + announce(con, batch[3], name=other.name) == 2
    assert feeds.unknown(con, batch) == feeds.unknown(con, []) == {}


def test_pauses_of_hosts_are_kept_until_they_are_over(con: Connection) -> None:
    """Hosts rest until their time; an ended pause is remembered for two days, unless its host has answered."""
    rests = (
        HostRest("a.example", NOW + timedelta(hours=1), 3600.0),
        HostRest("b.example", NOW - timedelta(hours=1), 1800.0),
        HostRest("c.example", NOW - timedelta(days=3), 1800.0),
    )
    feeds.save_host_rests(con, rests)
    assert set(feeds.host_rests(con, NOW)) == set(rests[:2])
    assert feeds.resting_hosts(con, NOW) == {"a.example"}
    feeds.save_host_rests(con, rests[1:2])
    assert feeds.host_rests(con, NOW) == rests[1:2]
    feeds.save_host_rests(con, ())
    assert feeds.host_rests(con, NOW) == ()


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
