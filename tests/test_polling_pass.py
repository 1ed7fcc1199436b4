"""Polling at work: real passes over a real server, at moments of a clock that the test holds."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from flows import polling
from flows.house import Pass
from gathering import asked
from servers import HttpServer, Reply, Seen
from town import DAY, MORNING, feed, papers_toml, quiet_day, settings_for, watching
from warehouse import feeds
from warehouse.passes import PassRecord

HOUR = timedelta(hours=1)


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


@pytest.fixture
def file(town: HttpServer, tmp_path: Path) -> Path:
    return settings_for(tmp_path, town)


def poll(file: Path, *moments: datetime) -> list[PassRecord]:
    """The part of a pass that asks feeds, at each of these moments."""
    records = []
    with watching(file, moments[0]) as house:
        for now in moments:
            this = Pass(now, PassRecord(uuid.uuid4(), now))
            with house.store.transaction() as con:
                feeds.sync_feeds(con, house.settings.feeds)
            for due in polling.due_feeds(house, this):
                polling.poll(house, this, due)
            records.append(this.record)
    return records


def days(first: int, end: int) -> list[datetime]:
    return [MORNING + day * DAY for day in range(first, end)]


def health(file: Path, column: str) -> dict[str, Any]:
    return dict(asked(file, f"SELECT feed, {column} FROM feed_health"))  # noqa: S608  a column


def due_at(file: Path, paper: str) -> datetime:
    found = health(file, "next_attempt_at")[paper]
    assert isinstance(found, datetime)
    return found


def asks(town: HttpServer, paper: str) -> int:
    return len(town.seen(f"/{paper}.xml"))


def unless_known(reply: Reply) -> Any:
    """Says "not modified" to whoever has the validator, for ever; gives `reply` to others."""

    def route(request: Seen) -> Reply:
        known = request.headers.get("if-none-match") == '"v"'
        return Reply(304) if known else Reply(body=reply.body, headers={**reply.headers, "ETag": '"v"'})

    return route


def test_feeds_are_asked_at_their_own_pace(town: HttpServer, file: Path) -> None:
    """A feed with news every half hour is asked again soon, one with news of long ago after a day."""
    items = [feed(town, "market-day", at=MORNING - n * HOUR / 2).body.split(b"<item>")[1] for n in range(20)]
    numbered = [item.replace(b"market-day</guid>", b"%d</guid>" % n) for n, item in enumerate(items)]
    numbered = [item.replace(b"/market-day<", b"/market-day?n=%d<" % n) for n, item in enumerate(numbered)]
    body = b"<rss><channel><title>x</title><item>" + b"<item>".join(i.partition(b"</channel>")[0] for i in numbered)
    town.routes["/alpha.xml"] = Reply(body=body + b"</channel></rss>")
    town.routes["/beta.xml"] = feed(town, "market-day", at=MORNING - 400 * DAY)
    (record,) = poll(file, MORNING)
    assert record.entries_new == 22
    assert due_at(file, "alpha") - MORNING < HOUR / 2
    assert due_at(file, "beta") - MORNING > 20 * HOUR
    assert poll(file, MORNING + HOUR)[0].feeds_due == 1
    assert (asks(town, "alpha"), asks(town, "beta")) == (2, 1)


def test_a_host_that_asks_for_a_pause_is_left_alone_by_the_next_passes(town: HttpServer, file: Path) -> None:
    """After a 429 no feed of that host is asked before its time, in later passes too; nobody has failed."""
    poll(file, MORNING)
    town.routes["/alpha.xml"] = Reply(429, headers={"Retry-After": str(30 * 3600)})
    (record,) = poll(file, MORNING + DAY)
    assert record.feeds_due == 3
    assert health(file, "failures") == {"alpha": 0.0, "beta": 0.0, "gamma": 0.0}
    assert health(file, "standing")["alpha"] == "resting"
    ((host, until),) = asked(file, "SELECT host, until FROM host_rests")
    assert (host, until > MORNING + DAY + 23 * HOUR) == ("127.0.0.1", True)
    before = len(town.requests)
    assert poll(file, MORNING + DAY + 23 * HOUR)[0].feeds_due == 0
    assert len(town.requests) == before
    quiet_day(town)
    assert poll(file, MORNING + 3 * DAY)[0].feeds_due == 3
    assert (len(town.requests), asked(file, "SELECT host FROM host_rests")) == (before + 3, [])


def test_a_feed_out_of_service_rests_alone(town: HttpServer, file: Path) -> None:
    """A 503 puts off its feed until the time it names; the host's other feeds go on."""
    poll(file, MORNING)
    town.routes["/alpha.xml"] = Reply(503, headers={"Retry-After": str(20 * 3600)})
    poll(file, MORNING + DAY)
    assert due_at(file, "alpha") == MORNING + DAY + 20 * HOUR
    assert health(file, "failures") == {"alpha": 0.25, "beta": 0.0, "gamma": 0.0}
    assert asks(town, "beta") == 2


def test_a_feed_that_moved_is_asked_at_its_new_address(town: HttpServer, file: Path) -> None:
    """The third answer over the same permanent redirect moves the feed; a temporary one never does."""
    town.routes["/new.xml"] = town.routes["/alpha.xml"]
    town.routes["/alpha.xml"] = Reply(301, headers={"Location": "/new.xml"})
    town.routes["/elsewhere.xml"] = town.routes["/beta.xml"]
    town.routes["/beta.xml"] = Reply(302, headers={"Location": "/elsewhere.xml"})
    poll(file, *days(0, 5))
    assert (asks(town, "alpha"), asks(town, "beta"), asks(town, "new")) == (3, 5, 5)
    assert health(file, "moved_to") == {"alpha": town.url("/new.xml"), "beta": None, "gamma": None}
    assert health(file, "standing") == {"alpha": "moved", "beta": "ok", "gamma": "ok"}
    assert health(file, "in_words")["alpha"] == f"its server says that it has moved to {town.url('/new.xml')}"


def test_credentials_do_not_move(town: HttpServer, tmp_path: Path) -> None:
    """Where a feed with a key in its address leads is never stored: the key may stand there as well."""
    town.routes["/new.xml"] = town.routes["/alpha.xml"]
    town.routes["/alpha.xml"] = Reply(301, headers={"Location": "/new.xml?key=s3cret"})
    address = town.url("/alpha.xml?key=${PAPER_KEY}")
    file = settings_for(tmp_path, town, feeds_toml=papers_toml({"alpha": address}))
    (tmp_path / ".env").write_text("PAPER_KEY=s3cret\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    poll(file, *days(0, 4))
    assert asks(town, "alpha") == 4
    assert "s3cret" not in str(asked(file, "FROM feed_states"))


def test_a_feed_that_is_gone_is_named_and_asked_weekly(town: HttpServer, file: Path) -> None:
    """A 410 for a day is believed; the feed is asked once a week, and is back when it answers."""
    town.routes["/alpha.xml"] = Reply(410)
    poll(file, MORNING, MORNING + 12 * HOUR, MORNING + 25 * HOUR)
    assert health(file, "standing")["alpha"] == "gone"
    poll(file, *days(2, 8))
    assert asks(town, "alpha") == 3
    quiet_day(town)
    poll(file, MORNING + 9 * DAY)
    assert (asks(town, "alpha"), health(file, "standing")["alpha"]) == (4, "ok")


def test_a_server_that_lies_is_found_out(town: HttpServer, file: Path) -> None:
    """A feed that says "not modified" for ever though it has news is asked without validators after seven days."""
    town.routes["/alpha.xml"] = unless_known(feed(town, "market-day"))
    poll(file, MORNING)
    town.routes["/alpha.xml"] = unless_known(feed(town, "patience", "market-day"))
    assert [record.entries_new for record in poll(file, *days(1, 9))] == [0, 0, 0, 0, 0, 0, 1, 0]
    assert [request.headers.get("if-none-match") for request in town.seen("/alpha.xml")].count(None) == 2


def test_silence_and_frost_are_named(town: HttpServer, file: Path) -> None:
    """Feeds that answer in good order and bring nothing are told from those that are well."""
    town.routes["/beta.xml"] = feed(town)
    poll(file, MORNING)
    assert health(file, "standing") == {"alpha": "ok", "beta": "ok", "gamma": "ok"}
    town.routes["/gamma.xml"] = feed(town)
    poll(file, MORNING + DAY)
    assert health(file, "standing") == {"alpha": "ok", "beta": "ok", "gamma": "silent"}
    poll(file, MORNING + 100 * DAY)
    assert health(file, "standing") == {"alpha": "frozen", "beta": "silent", "gamma": "silent"}
    assert health(file, "in_words")["alpha"] == "it answers, and nothing in it is newer than 2026-04-05"
    town.routes["/gamma.xml"] = feed(town, "valves", at=MORNING + 101 * DAY)
    poll(file, MORNING + 102 * DAY)
    assert health(file, "standing")["gamma"] == "ok"


@pytest.mark.usefixtures("town")
def test_a_clock_that_was_wrong_silences_no_feed(file: Path) -> None:
    """After passes ten years ahead the feeds are asked at the right time again."""
    records = poll(file, MORNING + 3650 * DAY, MORNING, MORNING + DAY)
    assert [record.feeds_due for record in records] == [3, 3, 3]


def test_a_paused_feed_and_one_never_asked_have_their_words(town: HttpServer, tmp_path: Path) -> None:
    """A feed that is not asked says so."""
    toml = (
        papers_toml({paper: town.url(f"/{paper}.xml") for paper in ("alpha", "beta")}).rstrip() + "\nenabled = false\n"
    )
    file = settings_for(tmp_path, town, feeds_toml=toml)
    poll(file, MORNING)
    assert health(file, "standing") == {"alpha": "ok", "beta": "paused"}
