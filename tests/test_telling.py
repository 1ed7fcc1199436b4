"""Telling by hours, digests and routes: what is made and sent when, to whom, and what is seen of a wait."""

from __future__ import annotations

import shutil
import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, time, timedelta
from pathlib import Path
from typing import Any, cast
from zoneinfo import ZoneInfo

import pytest

from alerts.hours import QuietHours, Timetable
from alerts.routing import Channel, Route, TellRules
from builders import DAY, make_article, make_finding
from desk import write_settings
from extractors.fetch import Fetcher
from extractors.workers import Workers
from flows import telling
from flows.house import House, Pass, Unwatched
from flows.settings import Settings, load
from flows.telling import tell
from mailservers import MailSink, ScriptedServer
from town import MORNING
from warehouse import articles, feeds, findings, judgements, outbox, passes, verdicts
from warehouse.connect import Connection
from warehouse.passes import PassRecord
from warehouse.records import Message
from warehouse.store import Store

ANN, BOB = "ann@desk.example", "bob@desk.example"
HOUR = timedelta(hours=1)


class Room:
    """A warehouse with alerts, and those who are told of them."""

    def __init__(self, folder: Path, port: int) -> None:
        email = f'[email]\nhost = "127.0.0.1"\nport = {port}\nsecurity = "none"\nsender = "amur@desk.example"\n'
        file = write_settings(folder, f'{email}recipients = ["{ANN}", "{BOB}"]\n')
        self.settings: Settings = load(file, {})
        self.store = Store(self.settings.data)

    def alert(self, theme: int = 0, at: datetime = MORNING) -> None:
        taxonomy = self.settings.taxonomy
        finding = make_finding((), taxonomy, theme_id=taxonomy.themes[theme].id, found_at=at)
        with self.store.transaction() as con:
            findings.save_findings(con, [(finding, "alert")])

    def tell(self, now: datetime, rules: TellRules, **changes: object) -> PassRecord:
        """What a pass does at its end, by these rules."""
        settings = replace(self.settings, telling=rules, **changes)  # type: ignore[arg-type]  # fields of settings
        nobody = (cast("Fetcher", None), cast("Workers", None))
        house = House(settings, self.store, *nobody, Unwatched(), lambda: now)
        this = Pass(now, PassRecord(uuid.uuid4(), now))
        tell(house, this)
        return this.record

    def ask(self, question: str) -> list[tuple[object, ...]]:
        with self.store.transaction() as con:
            return cast("list[tuple[object, ...]]", con.execute(question).fetchall())


@pytest.fixture
def sink() -> Iterator[MailSink]:
    with MailSink() as sink:
        yield sink


@pytest.fixture(scope="module")
def empty(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which no alert was made yet."""
    room = Room(tmp_path_factory.mktemp("empty"), 1)
    with room.store.open().transaction() as con:
        feeds.sync_feeds(con, room.settings.feeds)
        judgements.use_taxonomy(con, room.settings.taxonomy, MORNING)
        articles.save_articles(con, [make_article(feed=room.settings.feeds[0], first_seen_at=MORNING - 90 * DAY)])
        passes.begin(con, uuid.uuid4(), MORNING - 10 * DAY)
    return room.settings.data


@pytest.fixture
def folder(tmp_path: Path, empty: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr("alerts.chart.theme_chart", lambda *_: b"a picture takes its time")
    shutil.copytree(empty, tmp_path / "data")
    return tmp_path


@pytest.fixture
def room(folder: Path, sink: MailSink) -> Room:
    return Room(folder, sink.port)


def told(sink: MailSink) -> list[str]:
    return [letter.recipients[0] for letter in sink.letters]


def test_what_comes_up_at_night_is_sent_in_the_morning(room: Room, sink: MailSink) -> None:
    """In quiet hours nothing is made or sent, the wait can be seen, and one message comes after; the zone counts."""
    # Nine in Berlin is seven here, and it is six.
    night = TellRules((Route(ANN),), QuietHours(time(22), time(9)), ZoneInfo("Europe/Berlin"))
    room.alert(0)
    for minutes, waiting in ((0, 1), (20, 2)):
        assert room.tell(MORNING + timedelta(minutes=minutes), night).messages_sent == 0
        assert room.ask("SELECT count(*) FROM messages") == [(0,)]
        rows = room.ask("SELECT DISTINCT state, later_at, later_because FROM alert_log WHERE later > 0")
        assert rows == [("later", MORNING + HOUR, "quiet hours")]
        assert room.ask("SELECT count(*) FROM alert_log WHERE state = 'later'") == [(waiting,)]
        room.alert(1, MORNING + timedelta(minutes=10))
    assert room.tell(MORNING + HOUR, night).messages_sent == 1
    assert room.ask("SELECT DISTINCT state, later FROM alert_log") == [("sent", 0)]
    assert room.tell(MORNING + 2 * HOUR, night).messages_sent == 0
    assert told(sink) == [ANN]


def test_what_was_made_before_the_night_waits_too(room: Room, sink: MailSink) -> None:
    """An alert that no pass told in time is told after the quiet hours, and its wait is seen."""
    night = TellRules(quiet=QuietHours(time(7), time(9)))
    room.alert()
    room.tell(MORNING + HOUR, night)
    assert room.ask("SELECT later, later_at FROM alert_log") == [(2, MORNING + 3 * HOUR)]
    assert room.tell(MORNING + 3 * HOUR, night).messages_sent == 2
    assert sorted(told(sink)) == [ANN, BOB]


def test_what_failed_before_the_night_is_not_tried_in_it(folder: Path) -> None:
    """A message that waits for another try waits for the morning as well, with the bytes it had."""
    night = TellRules((Route(ANN),), QuietHours(time(7), time(9)))
    with ScriptedServer(RCPT=b"452 4.2.2 mailbox full") as full:
        room = Room(folder, full.port)
        room.alert()
        tries = []
        for hours in (0, 1, 4):
            room.tell(MORNING + hours * HOUR, night)
            tries += room.ask("SELECT attempts, body FROM messages")
    assert [tried for tried, _ in tries] == [1, 1, 2]
    assert len({body for _, body in tries}) == 1


def test_a_digest_waits_for_its_hour(room: Room, sink: MailSink) -> None:
    """One recipient at once, the other with the digest at noon, in which no sign of life is needed; each once."""
    rules = TellRules((Route(BOB, when=Timetable(time(12))), Route(ANN)))
    sent = []
    for hours in (0, 1, 6, 7):
        if hours < 2:
            room.alert(hours, MORNING + hours * HOUR)
        sent.append(room.tell(MORNING + hours * HOUR, rules, heartbeat=DAY).messages_sent)
    assert sent == [1, 1, 1, 0]
    assert told(sink) == [ANN, ANN, BOB]
    assert room.ask("SELECT count(*) FROM alert_messages") == [(4,)]


def test_a_digest_that_a_machine_slept_through(room: Room, sink: MailSink) -> None:
    """Whoever waits for a digest gets it when the machine wakes, also if that is weeks later and the first one ever."""
    rules = TellRules((Route(BOB, when=Timetable(time(12), 0)), Route(ANN)))
    room.alert()
    room.tell(MORNING, rules)
    room.tell(MORNING + 30 * DAY, rules)
    assert told(sink) == [ANN, BOB]


def test_whom_an_alert_was_not_for_is_not_told_later(room: Room, sink: MailSink) -> None:
    """Once all are told whom the routes name, taking the routes out tells nobody of what is over."""
    room.alert()
    room.tell(MORNING, TellRules((Route(BOB),)))
    assert room.tell(MORNING + HOUR, TellRules()).messages_sent == 0
    assert told(sink) == [BOB]


def test_a_route_that_changes_while_something_waits(room: Room, sink: MailSink) -> None:
    """What waits follows the routes as they are: nobody who is taken out of them gets it, and it is not lost."""
    room.alert()
    room.tell(MORNING, TellRules((Route(BOB, when=Timetable(time(12))),)))
    room.tell(MORNING + HOUR, TellRules((Route(ANN),)))
    room.tell(MORNING + 8 * HOUR, TellRules((Route(BOB, when=Timetable(time(12))),)))
    assert told(sink) == [ANN]


def test_when_nobody_is_told_nothing_waits(room: Room) -> None:
    """Channels that are switched off leave no wait behind."""
    rules = TellRules((Route(when=Timetable(time(12))),))
    room.alert()
    room.tell(MORNING, rules)
    room.tell(MORNING + HOUR, rules, email=None, recipients=())
    assert room.ask("SELECT state FROM alert_log") == [("untold",)]


def test_corrections_and_retracted_alerts_keep_to_the_hours(room: Room, sink: MailSink) -> None:
    """What takes an alert back waits for the morning like any other message."""
    night = TellRules((Route(ANN),), QuietHours(time(7), time(9)))
    room.alert()
    room.tell(MORNING, night)
    with room.store.transaction() as con:
        _retract_all(con)
    assert room.tell(MORNING + HOUR, night).messages_sent == 0
    assert room.tell(MORNING + 3 * HOUR, night).messages_sent == 1
    assert told(sink) == [ANN, ANN]


def _retract_all(con: Connection) -> None:
    made = con.execute("SELECT theme_id, alert_id FROM alerts").fetchall()
    verdicts.give(con, [verdicts.Verdict("retract", theme, MORNING, alert) for theme, alert in made])
    outbox.withdraw(con)


def test_a_pass_that_dies_between_two_messages(room: Room, sink: MailSink, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was made stays as it is, what was not is made by the next pass; each is told once."""
    rules = TellRules((Route(ANN), Route(BOB)))
    made = telling.rendered

    def dies(settings: Settings, channel: Channel, recipient: str, *rest: Any) -> Message:
        if recipient == BOB:
            raise KeyboardInterrupt
        return made(settings, channel, recipient, *rest)

    room.alert()
    monkeypatch.setattr(telling, "rendered", dies)
    with pytest.raises(KeyboardInterrupt):
        room.tell(MORNING, rules)
    before = room.ask("SELECT message_id, body FROM messages")
    monkeypatch.setattr(telling, "rendered", made)
    assert room.tell(MORNING + HOUR, rules).messages_sent == 2
    assert sorted(told(sink)) == [ANN, BOB]
    assert set(before) < set(room.ask("SELECT message_id, body FROM messages"))
