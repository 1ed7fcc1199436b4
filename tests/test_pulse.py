"""Whether Amur is alive, and how fast: what `amur status` says and ends with, and the view behind it."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import (
    DAY,
    NOW,
    key,
    make_article,
    make_delivery,
    make_feed,
    make_finding,
    make_judgement,
    make_message,
    make_taxonomy,
)
from desk import Desk, furnish
from flows.commands import Exit
from flows.commands.pulse import Pulse, Step, take
from flows.serving import AlreadyServed, Serving, claim, who_serves
from processes import process
from warehouse import articles, feeds, judgements, outbox, passes
from warehouse.connect import Connection
from warehouse.records import Article, MessageState
from warehouse.store import Store

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
HALF = timedelta(minutes=30)


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return furnish(tmp_path)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


def passed(store: Store, started: datetime, outcome: str = "complete", took: timedelta = MINUTE) -> None:
    with store.transaction() as con:
        finished = None if outcome == "running" else started + took
        passes.finish(con, passes.PassRecord(key(str(started)), started, finished, outcome))


def pulse(store: Store, now: datetime, serving: Serving | None = None) -> Pulse:
    with store.transaction() as con:
        return take(con, now, HALF, serving)


def test_a_pass_that_is_overdue(tmp_path: Path) -> None:
    """A pass is overdue when twice its distance has gone since the last complete one ended, or since the first began;
    neither one that heard nobody, nor one that still runs, nor one dated by a clock far ahead counts."""
    store = Store(tmp_path).open()
    assert not pulse(store, NOW).overdue
    passed(store, NOW, "no feed reached")
    assert [pulse(store, NOW + t).overdue for t in (HOUR, HOUR + MINUTE)] == [False, True]
    passed(store, NOW + HOUR)
    done = NOW + HOUR + MINUTE
    assert [pulse(store, done + t).overdue for t in (HOUR, HOUR + MINUTE)] == [False, True]
    passed(store, NOW + 2 * HOUR, "running")
    passed(store, NOW + 3650 * DAY)
    assert pulse(store, done + HOUR + MINUTE).overdue
    assert pulse(store, done + HOUR + MINUTE).completed_at == done


def test_whoever_serves_sets_the_pace(tmp_path: Path) -> None:
    """While `amur serve` is at work, its own distance of two passes counts, not that of the settings."""
    store = Store(tmp_path).open()
    passed(store, NOW)
    serving = Serving(1, NOW, "every 12 h", 12 * HOUR, "http://127.0.0.1:4200")
    assert not pulse(store, NOW + DAY, serving).overdue
    assert pulse(store, NOW + DAY + HOUR, serving).overdue


def test_status_ends_with_what_it_says(desk: Desk) -> None:
    """An overdue pass is said in a line, in JSON, and by the exit code; while all is well there is nothing of it."""
    well = desk.ask("status")
    assert (well.exit_code, "Overdue" in well.stdout) == (Exit.FINE, False)
    with Store(desk.settings.data).transaction() as con:
        con.execute(
            "UPDATE passes SET started_at = started_at - INTERVAL 1 DAY, finished_at = finished_at - INTERVAL 1 DAY"
        )
    late = desk.ask("status")
    assert late.exit_code == Exit.OVERDUE
    assert "Overdue    no complete pass for more than 2 h: the last one ended 25 h ago." in late.stdout
    as_json = desk.ask("status", "--json")
    assert as_json.exit_code == Exit.OVERDUE
    assert json.loads(as_json.stdout)["pulse"]["overdue"] is True


def test_status_says_when_it_is_behind(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """What comes from the published file is called that, with the reason; a damaged live file is no success."""
    monkeypatch.setattr("flows.commands.reading.PATIENCE", 0.1)
    assert "last publication" not in desk.ask("status").stdout
    with Store(desk.settings.data).transaction():
        held = desk.ask("status")
        assert held.exit_code == Exit.FINE
        assert "another Amur process is writing to it" in held.stdout
        assert "What follows is as of the last publication." in held.stdout
        assert "as of the last publication" in desk.ask("alerts", "list").stderr
    (desk.settings.data / "live.duckdb").write_bytes(b"\0" * 8 + b"DUCK" + b"\0" * 5000)
    damaged = desk.ask("status", "--json")
    assert damaged.exit_code == Exit.WAREHOUSE
    assert "live.duckdb" in json.loads(damaged.stdout)["behind"]


# --- who serves ------------------------------------------------------------------------------------------

SERVING = """
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path
from flows.serving import claim
with claim(Path(sys.argv[1]), "every 2 h", timedelta(hours=2), "http://127.0.0.1:4200", datetime.now(UTC)):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_one_serves(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Only one serves a data folder; status says who; a claim goes with whoever made it, however they end."""
    data = desk.settings.data
    monkeypatch.setattr("flows.serving.PATIENCE", 0.1)
    assert who_serves(data) is None
    with process(SERVING, data) as other:
        found = who_serves(data)
        assert found is not None
        assert (found.pid, found.gap) == (other.pid, 2 * HOUR)
        assert "Serving    a pass every 2 h, begun just now; http://127.0.0.1:4200" in desk.ask("status").stdout
        with pytest.raises(AlreadyServed, match=f"process {other.pid} since"), claim(data, "", HOUR, "", NOW):
            pass
        other.kill()
        other.wait()
        assert who_serves(data) is None
    with claim(data, "every 1 h", HOUR, "", NOW):
        assert who_serves(data) is not None


# --- how fast ------------------------------------------------------------------------------------------

GAS = make_taxonomy("gas")
PAPER = make_feed()
SEEN = datetime(2026, 3, 2, 12, 40, tzinfo=UTC)


def article(slug: str, published: datetime | None, **changes: object) -> Article:
    made = make_article(slug, PAPER, published_at=published, dated_at=published or SEEN, first_seen_at=SEEN)
    return replace(made, read_at=SEEN + 2 * MINUTE, **changes)  # type: ignore[arg-type]  # tests name the fields


def fill(con: Connection) -> None:
    """Four articles that say when they were published to the minute, and five that must not count."""
    precise = [article(f"precise-{n}", SEEN - n * 10 * MINUTE) for n in (1, 2, 3, 4)]
    others = [
        article("by-day", SEEN.replace(hour=0, minute=0)),
        article("undated", None),
        article("history", SEEN - 20 * DAY, baseline=True),
        article("announced-again", SEEN - 400 * DAY),
        replace(article("long-ago", SEEN - 41 * DAY), first_seen_at=SEEN - 40 * DAY),
    ]
    feeds.sync_feeds(con, [PAPER])
    articles.save_articles(con, [*precise, *others])
    judgements.use_taxonomy(con, GAS, SEEN)
    made = [make_judgement(a, GAS, judged_at=SEEN + 5 * MINUTE) for a in (*precise, *others)]
    judgements.save_judgements(con, made)
    told = make_finding([precise[0], precise[3]], GAS, found_at=SEEN + 6 * MINUTE)
    by_day = make_finding([others[0]], GAS, found_at=SEEN + 6 * MINUTE, kind="surge")
    outbox.save_findings(con, [(told, "alert"), (by_day, "alert")])
    message = make_message(outbox.read_alerts(con, [outbox.alert_id(told), outbox.alert_id(by_day)], 3))
    outbox.save_message(con, message)
    refused = make_delivery(message, "retry", at=SEEN + 7 * MINUTE)
    outbox.mark(con, refused, MessageState.PENDING, SEEN + 8 * MINUTE)
    outbox.mark(con, make_delivery(message, at=SEEN + 10 * MINUTE), MessageState.SENT)


def test_speed(store: Store) -> None:
    """Speed is counted from publication, of news of the last thirty days dated to the minute; the rest is counted."""
    with store.transaction() as con:
        fill(con)
        found = take(con, SEEN + DAY, HALF, None)
        con.execute("ROLLBACK; BEGIN")
    assert found.speed == (
        Step("seen", 4, 25 * 60.0, pytest.approx(37 * 60.0)),
        Step("judged", 4, 30 * 60.0, pytest.approx(42 * 60.0)),
        Step("alerted", 1, 20 * 60.0, 20 * 60.0),
    )
    assert (found.dated_by_day, found.undated) == (1, 1)


def test_latency_of_alerts(store: Store) -> None:
    """The view counts from the article that completed the finding to the first message accepted, step by step; from a
    day alone nothing is counted."""
    columns = "minutes_to_seen, minutes_to_read, minutes_to_judged, minutes_to_found, minutes_to_sent, minutes_in_all"
    with store.transaction() as con:
        fill(con)
        rows = con.execute(f"SELECT kind, dated_by_day, {columns} FROM latency ORDER BY kind").fetchall()  # noqa: S608  our own names
        first = con.execute("SELECT published_at, first_published_at FROM latency WHERE kind = 'first_seen'").fetchall()
        con.execute("ROLLBACK; BEGIN")
    assert rows == [
        ("first_seen", False, 10.0, 2.0, 3.0, 1.0, 4.0, 20.0),
        ("surge", True, None, 2.0, 3.0, 1.0, 4.0, None),
    ]
    assert first == [(SEEN - 10 * MINUTE, SEEN - 40 * MINUTE)]


def test_latency_of_a_text_that_changed(store: Store) -> None:
    """An article that was read and judged again since keeps the moment it was first read, and has none for judging."""
    with store.transaction() as con:
        fill(con)
        con.execute(
            "INSERT INTO visits SELECT article_id, read_at, 1, read_at, NULL, 'changed', '', NULL, NULL, NULL "
            "FROM articles"
        )
        con.execute("UPDATE articles SET read_at = read_at + INTERVAL 1 DAY")
        con.execute("UPDATE judgements SET judged_at = judged_at + INTERVAL 1 DAY")
        asked = "SELECT minutes_to_read, minutes_to_judged, minutes_to_found, minutes_in_all FROM latency"
        rows = con.execute(f"{asked} WHERE kind = 'first_seen'").fetchall()
        con.execute("ROLLBACK; BEGIN")
    assert rows == [(2.0, None, None, 20.0)]


def test_speed_is_shown(desk: Desk) -> None:
    """Status shows how long after publication articles were seen and judged, and what it could not count."""
    assert "After publication" not in desk.ask("status").stdout
    with Store(desk.settings.data).transaction() as con:
        con.execute("UPDATE articles SET published_at = first_seen_at - INTERVAL 12 MINUTE")
    shown = desk.ask("status").stdout
    assert "After publication, in the last 30 days" in shown
    seen = next(line for line in shown.splitlines() if line.startswith("seen"))
    assert seen.split() == ["seen", "2", "12", "min", "12", "min"]
