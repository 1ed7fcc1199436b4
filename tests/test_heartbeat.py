"""Signs of life: the message that there is nothing to tell, and the ping after each complete pass."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta
from email import message_from_bytes, policy
from email.message import EmailMessage
from pathlib import Path

import pytest

from builders import key
from desk import complaints, write_settings
from flows.heartbeat import keep_in_touch
from flows.house import Pass
from flows.settings import load
from flows.telling import tell
from mailservers import Letter, MailSink, ScriptedServer
from servers import HttpServer, Reply
from town import DAY, MORNING, gas_day, quiet_day, settings_for, watch, watching
from warehouse import passes
from warehouse.passes import PassRecord
from warehouse.store import Store

HOUR = timedelta(hours=1)


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


def with_heartbeat(folder: Path, town: HttpServer, smtp_port: int) -> Path:
    file = settings_for(folder, town, smtp_port=smtp_port)
    file.write_text(file.read_text(encoding="utf-8") + '\n[alerts]\nheartbeat = "7d"\n', encoding="utf-8")
    return file


def read(letter: Letter) -> tuple[str, str]:
    """Subject and text."""
    message = message_from_bytes(letter.body, policy=policy.default)
    assert isinstance(message, EmailMessage)
    text = message.get_body(("plain",))
    assert text is not None
    return str(message["Subject"]), " ".join(text.get_content().split())


def tells(file: Path, now: datetime) -> PassRecord:
    """A pass of which only the telling is done."""
    with watching(file, now) as house:
        with house.store.transaction() as con:
            this = Pass(now, passes.begin(con, uuid.uuid4(), now))
        tell(house, this)
        with house.store.transaction() as con:
            passes.finish(con, replace(this.record, finished_at=now, outcome="complete"))
    return this.record


def test_what_it_says(town: HttpServer, tmp_path: Path) -> None:
    """Whoever was sent nothing for seven days hears what was done meanwhile, and which feeds fail."""
    with MailSink() as sink:
        file = with_heartbeat(tmp_path, town, sink.port)
        tells(file, MORNING - 3 * DAY)
        watch(file, MORNING)
        town.routes["/gamma.xml"] = Reply(404)
        assert watch(file, MORNING + 4 * DAY).messages_sent == 1
    subject, text = read(sink.letters[0])
    assert subject == "Amur: nothing new since 3 Apr 2026"
    assert "2 passes, 3 of 3 feeds heard, 1 article read, 0 of them about China and Russia" in text
    assert "1 feed fails: gamma. `amur status` says why." in text
    assert "no message went to you for 7 days: heartbeat under [alerts] in amur.toml" in text


def test_silence_is_broken_once_a_week(town: HttpServer, tmp_path: Path) -> None:
    """One message after seven days without any, and one after the next seven; silence because nobody was heard is
    not called a quiet week."""
    with MailSink() as sink:
        file = with_heartbeat(tmp_path, town, sink.port)
        sent = {day: tells(file, MORNING + day * DAY).messages_sent for day in (0, 6, 7, 7.1, 13, 14)}
    assert [day for day, messages in sent.items() if messages] == [7, 14]
    assert [read(letter)[0] for letter in sink.letters] == [
        "Amur: nothing heard since 6 Apr 2026",
        "Amur: nothing heard since 13 Apr 2026",
    ]
    assert len({message_from_bytes(letter.body)["Message-ID"] for letter in sink.letters}) == 2


def test_it_never_takes_the_place_of_an_alert(town: HttpServer, tmp_path: Path) -> None:
    """A pass that has an alert sends the alert alone, and the silence begins anew with it."""
    with MailSink() as sink:
        file = with_heartbeat(tmp_path, town, sink.port)
        watch(file, MORNING)
        gas_day(town)
        watch(file, MORNING + 7 * DAY)
        tells(file, MORNING + 13 * DAY)
        assert [read(letter)[0].split(" – ")[0] for letter in sink.letters] == ["Amur: new theme"]
        tells(file, MORNING + 14 * DAY)
    assert len(sink.letters) == 2


def test_what_waits_is_not_doubled(town: HttpServer, tmp_path: Path) -> None:
    """A message that cannot be sent waits alone, and then goes out as it was rendered first."""
    with ScriptedServer(MAIL=b"451 not now") as down:
        file = with_heartbeat(tmp_path, town, down.port)
        for day in (0, 7, 8, 15):
            record = tells(file, MORNING + day * DAY)
        assert record.messages_waiting == 1
    with MailSink() as sink:
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace(f"port = {down.port}", f"port = {sink.port}"), encoding="utf-8")
        tells(file, MORNING + 17 * DAY)
        tells(file, MORNING + 18 * DAY)
    (letter,) = sink.letters
    assert read(letter)[0].endswith("since 6 Apr 2026")


def test_a_mailbox_that_is_gone_is_not_flooded(town: HttpServer, tmp_path: Path) -> None:
    """A message that was given up counts as one: the next is tried after another week."""
    with ScriptedServer(RCPT=b"550 5.1.1 unknown") as server:
        file = with_heartbeat(tmp_path, town, server.port)
        for day in (0, 7, 8, 9):
            tells(file, MORNING + day * DAY)
    with Store(tmp_path / "data").transaction() as con:
        assert con.execute("SELECT state FROM messages").fetchall() == [("undeliverable",)]


def test_a_clock_that_was_ahead(town: HttpServer, tmp_path: Path) -> None:
    """A message dated by a clock ten years ahead does not silence the next ten years; an hour back repeats nothing."""
    with MailSink() as sink:
        file = with_heartbeat(tmp_path, town, sink.port)
        for day in (0, 3650, 8, 7.9):
            tells(file, MORNING + day * DAY)
        assert len(sink.letters) == 2


def test_a_pass_killed_before_it_sends(town: HttpServer, tmp_path: Path) -> None:
    """A message stored by a pass that died is sent by the next one, once."""
    with MailSink() as sink:
        file = with_heartbeat(tmp_path, town, sink.port)
        tells(file, MORNING)
        later = MORNING + 8 * DAY
        with watching(file, later) as house:
            for _ in range(2):
                keep_in_touch(house, "email", "analyst@desk.example", Pass(later, PassRecord(key("killed"), later)))
        tells(file, later + HOUR)
        tells(file, later + 2 * HOUR)
        assert len(sink.letters) == 1


def test_silence_on_slack(town: HttpServer, tmp_path: Path) -> None:
    """A channel is told as a person is; without the setting nobody is."""
    town.routes["/hook"] = Reply(body=b"ok")
    file = settings_for(tmp_path, town)
    (tmp_path / ".env").write_text(f"AMUR_SLACK_WEBHOOK={town.url('/hook')}\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    before = file.read_text(encoding="utf-8") + '\n[slack]\nname = "desk"\n'
    file.write_text(before, encoding="utf-8")
    tells(file, MORNING)
    tells(file, MORNING + 8 * DAY)
    assert town.seen("/hook") == []
    file.write_text(before + '[alerts]\nheartbeat = "7d"\n', encoding="utf-8")
    tells(file, MORNING + 9 * DAY)
    (posted,) = town.seen("/hook")
    assert b"nothing heard since 8 Apr 2026" in posted.body
    assert b"amur_heartbeat" in posted.body


# --- the watchdog --------------------------------------------------------------------------------------


def with_ping(folder: Path, town: HttpServer) -> Path:
    file = settings_for(folder, town)
    (folder / ".env").write_text(f"AMUR_PING={town.url('/ping/5e1f-s3cret')}\n", encoding="utf-8")
    (folder / ".env").chmod(0o600)
    return file


def test_a_complete_pass_pings(town: HttpServer, tmp_path: Path) -> None:
    """Each complete pass asks the watchdog's address once, whatever kind of yes it says; a pass that heard nobody
    does not."""
    town.routes["/ping/5e1f-s3cret"] = [Reply(204), Reply(body=b"OK")]
    file = with_ping(tmp_path, town)
    assert "s3cret" in load(file, {}).secrets[0]
    for hours in (0, 1):
        assert watch(file, MORNING + hours * HOUR).note == ""
    town.routes.update({f"/{paper}.xml": Reply(500) for paper in ("alpha", "beta", "gamma")})
    assert watch(file, MORNING + DAY).outcome == "no feed reached"
    assert len(town.seen("/ping/5e1f-s3cret")) == 2


def test_a_ping_that_fails_is_a_note(town: HttpServer, tmp_path: Path) -> None:
    """A watchdog that does not answer costs the pass nothing; the note that says so does not tell its address."""
    town.routes["/ping/5e1f-s3cret"] = Reply(500)
    record = watch(with_ping(tmp_path, town), MORNING)
    assert record.outcome == "complete"
    assert record.note.startswith("The watchdog could not be pinged (unavailable): ")
    assert "s3cret" not in record.note
    with Store(tmp_path / "data").transaction() as con:
        assert con.execute("SELECT note FROM passes").fetchall() == [(record.note,)]


def test_settings_of_the_signs(tmp_path: Path) -> None:
    """A heartbeat beats at most daily; what is to be pinged is an address of the web, and it stays a secret."""
    assert load(write_settings(tmp_path), {}).heartbeat is None
    (wrong,) = complaints(write_settings(tmp_path, '[alerts]\nheartbeat = "6h"\n'))
    assert (wrong.path, '"7d"' in wrong.message) == ("alerts.heartbeat", True)
    (wrong,) = complaints(write_settings(tmp_path), {"AMUR_PING": "ftp://watch.example/s3cret"})
    assert wrong.path == "alerts.ping_env"
    assert "s3cret" not in str(wrong)
    assert load(write_settings(tmp_path, '[alerts]\nping_env = "DOG"\n'), {"DOG": "https://dog.example/1"}).ping
