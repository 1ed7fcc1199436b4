"""How much of a bloc was heard on a day, by which the analysts' counts are corrected."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from builders import DAY, NOW, key, make_feed, make_fetch, make_state
from warehouse import feeds
from warehouse.connect import Connection
from warehouse.store import Store
from warehouse_world import fill, rolled_back

Tries = dict[int, str]  # outcomes of attempts, by how many days ago
STEADY = dict.fromkeys(range(50, -1, -1), "unchanged")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("warehouse")).open()
    with store.transaction() as con:
        fill(con)
    return store


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        yield con


def exposure(con: Connection, days_ago: int, tries: dict[str, Tries], left: dict[str, Tries] | None = None) -> object:
    """The exposure that many days ago of a bloc of these feeds, those that `left` no longer configured."""
    voices = {make_feed(name, bloc="choir"): of for name, of in (tries | (left or {})).items()}
    con.execute("DELETE FROM fetches")
    feeds.sync_feeds(con, [*voices])
    feeds.sync_feeds(con, [feed for feed in voices if feed.name in tries])
    polls = [
        (feed, make_fetch(at=NOW - ago * DAY), make_state(feed, outcome=outcome), ())
        for feed, outcomes in voices.items()
        for ago, outcome in outcomes.items()
    ]
    feeds.save_polls(con, key("pass"), polls)
    speaker = next(iter(voices))
    con.execute("UPDATE articles SET dated_at = ?, feed_id = ?", [NOW - days_ago * DAY, speaker.id])
    told = con.execute("SELECT DISTINCT exposure, corrected_stories * exposure = stories FROM theme_days").fetchall()
    ((share, corrected),) = told
    assert corrected is (True if share else None)
    return share


@pytest.mark.parametrize(
    ("tries", "days_ago", "share"),
    [
        pytest.param({3: "new", 1: "unchanged"}, 2, 1.0, id="no attempt that day, an answer at the next"),
        pytest.param({3: "new", 1: "failed", 0: "new"}, 2, 0.0, id="no attempt that day, a failure at the next"),
        pytest.param({3: "new", 2: "failed", 1: "new"}, 2, 1.0, id="a failure that day, an answer at the next"),
        pytest.param({3: "new", 2: "failed"}, 2, 0.0, id="a failure, and no attempt since"),
        pytest.param({50: "new", 0: "new"}, 10, 1.0, id="forty days without a pass, all of them fetched after"),
        pytest.param({2: "failed"}, 2, 0.0, id="never an answer yet"),
        pytest.param({2: "new"}, 3, None, id="before the first attempt"),
    ],
)
def test_a_day_is_heard_when_what_it_brought_could_arrive(
    con: Connection, tries: Tries, days_ago: int, share: float | None
) -> None:
    """A feed is heard on a day if it answered on it, or at the next attempt after it."""
    assert exposure(con, days_ago, {"Alto": tries}) == share


def test_feeds_added_later_change_no_earlier_day(con: Connection) -> None:
    """A feed counts from the day of its first attempt, and not before it."""
    half = {"Alto": STEADY, "Bass": {40: "new", 20: "failed", 19: "failed"}}
    added = {name: {0: "new"} for name in ("Tenor", "Treble", "Soprano")}
    assert exposure(con, 20, half) == exposure(con, 20, half | added) == 0.5
    assert exposure(con, 0, {"Alto": STEADY | {0: "failed"}} | added) == 0.75


def test_a_dead_feed_is_not_missed_for_ever(con: Connection) -> None:
    """A feed counts as missing for thirty days after its last answer; then it is no voice of the bloc."""
    dead = {"Alto": STEADY, "Bass": dict.fromkeys(range(40, -1, -1), "failed") | {45: "new"}}
    assert [exposure(con, 45 - n, dead) for n in (0, 1, 30, 31)] == [1.0, 0.5, 0.5, 1.0]


def test_a_feed_that_left_counts_while_it_was_asked(con: Connection) -> None:
    """A feed that is no longer configured counts up to its last attempt."""
    gone = {"Bass": {30: "new", 20: "failed", 15: "failed", 10: "failed"}}
    assert [exposure(con, n, {"Alto": STEADY}, gone) for n in (30, 20, 10, 9)] == [1.0, 0.5, 0.5, 1.0]
