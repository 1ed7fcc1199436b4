"""Alerts that were wrong are taken back, and messages that were given up get another try."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from click.testing import CliRunner

from alerts import render
from alerts.letter import RenderError, check_headers
from builders import NOW, key
from flows.commands import Exit, amur
from flows.house import Pass
from flows.telling import tell
from mailservers import MailSink, ScriptedServer
from servers import HttpServer, Reply
from town import DAY, MORNING, TEXTS, feed, gas_day, page, quiet_day, settings_for, watch, watching
from warehouse import outbox, verdicts
from warehouse.connect import Connection
from warehouse.passes import PassRecord
from warehouse.query import ask
from warehouse.records import Message, TakenBack
from warehouse.store import Store
from warehouse.verdicts import Verdict

WRONG = TakenBack(key("alert"), "gas", "Gas & <b>power</b>", NOW, "The source\r\nBcc: x@evil.example had it wrong.")
NEW_TEXTS = {
    "tariffs": """Chinese importers of Russian pipeline gas pay a price that nobody has published. Moscow calls the gas
    contract a triumph and keeps its figures to itself. Beijing says that the talks about discounted gas go on.""",
    "meters": """The gas meters at the border tell Russia what China takes through the pipeline, hour by hour. In
    Beijing an engineer reads the same figures and draws another conclusion about the discounted gas from Moscow.""",
}


@pytest.fixture(scope="module")
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


@pytest.fixture(scope="module")
def alerted(town: HttpServer, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with an alert of which nobody was told yet."""
    file = settings_for(tmp_path_factory.mktemp("alerted"), town)
    watch(file, MORNING)
    gas_day(town)
    assert watch(file, MORNING + DAY).alerts == 1
    return file.parent / "data"


@pytest.fixture
def data(alerted: Path, tmp_path: Path) -> Path:
    return Path(shutil.copytree(alerted, tmp_path / "data"))


def tell_on(file: Path, days: int) -> Pass:
    """The telling of a pass so many days after the first morning."""
    now = MORNING + days * DAY
    with watching(file, now) as house:
        this = Pass(now, PassRecord(key("pass"), now))
        tell(house, this)
    return this


def command(file: Path, *words: str) -> str:
    """What a command says that ends well."""
    result = CliRunner().invoke(amur, ["--config", str(file), *words])
    assert result.exit_code == Exit.FINE, result.output
    return result.output


def the_alert(file: Path) -> str:
    ((alert,),) = asked(file, "SELECT alert_id FROM alerts")
    return str(alert)


def asked(file: Path, sql: str) -> list[tuple[object, ...]]:
    with Store(file.parent / "data").transaction() as con:
        return con.execute(sql).fetchall()


def parsed(body: bytes) -> EmailMessage:
    return message_from_bytes(body, policy=default)  # type: ignore[return-value]  # the policy makes it one


def use_port(file: Path, old: int, new: int) -> None:
    file.write_text(file.read_text(encoding="utf-8").replace(str(old), str(new)), encoding="utf-8")


# --- retracted ------------------------------------------------------------------------------------


@pytest.mark.usefixtures("data")
def test_whoever_was_told_is_told_that_it_was_wrong(town: HttpServer, tmp_path: Path) -> None:
    """A retracted alert brings one short correction in the same conversation, and its articles no second alert."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        assert tell_on(file, 1).record.messages_sent == 1
        said = command(file, "alerts", "retract", the_alert(file)[:6], "--because", "It was about helium.")
        assert "1 correction to be sent" in said
        record = watch(file, MORNING + 2 * DAY)
        assert (record.alerts, record.messages_sent) == (0, 1)
        assert tell_on(file, 3).record.messages_sent == 0
    alert, correction = (parsed(letter.body) for letter in sink.letters)
    assert correction["In-Reply-To"] == correction["References"] == alert["Message-ID"] != correction["Message-ID"]
    assert correction["Subject"].startswith("Amur: taken back – ")
    for kind in ("plain", "html"):
        part = correction.get_body((kind,))
        assert part is not None
        assert "Why: It was about helium." in part.get_content()
    log = "SELECT state, verdict, because, messages FROM alert_log"
    assert ask(tmp_path / "data" / "amur.duckdb", log).rows == (("sent", "retracted", "It was about helium.", 1),)


@pytest.mark.usefixtures("data")
def test_a_retracted_alert_does_not_silence_the_true_one(
    town: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """When others take the theme up after a retraction, they are news, within the cooldown too."""
    file = settings_for(tmp_path, town)
    command(file, "alerts", "retract", the_alert(file))
    for paper, slug in {"beta": "tariffs", "gamma": "meters"}.items():
        monkeypatch.setitem(TEXTS, slug, NEW_TEXTS[slug])
        monkeypatch.setitem(town.routes, f"/{slug}", page(slug))
        monkeypatch.setitem(town.routes, f"/{paper}.xml", feed(town, slug, "market-day", at=MORNING + 2 * DAY))
    record = watch(file, MORNING + 2 * DAY + DAY / 2)
    assert (record.findings, record.alerts) == (1, 1)


@pytest.mark.usefixtures("data")
def test_what_was_not_sent_yet_is_withdrawn(town: HttpServer, tmp_path: Path) -> None:
    """A message that tells of a retracted alert alone, and waits, is not sent; nobody is corrected."""
    with ScriptedServer(RCPT=b"452 4.2.2 full") as busy, MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=busy.port)
        assert tell_on(file, 1).record.messages_waiting == 1
        assert "1 message withdrawn" in command(file, "alerts", "retract", the_alert(file))
        use_port(file, busy.port, sink.port)
        record = tell_on(file, 2).record
    assert (record.messages_sent, record.messages_waiting, sink.letters) == (0, 0, [])
    assert asked(file, "SELECT state FROM messages") == [("withdrawn",)]
    assert asked(file, "SELECT state, withdrawn FROM alert_log") == [("withdrawn", 1)]
    again = CliRunner().invoke(amur, ["--config", str(file), "alerts", "resend", the_alert(file)])
    assert (again.exit_code, "was retracted" in again.output) == (Exit.WRONG, True)


@pytest.mark.usefixtures("data")
def test_what_is_rendered_while_it_is_retracted_is_not_sent(
    town: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A retraction between rendering and sending comes in time."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        save = outbox.save_message

        def save_and_retract(con: Connection, message: Message) -> None:
            save(con, message)
            ((alert, theme),) = con.execute("SELECT alert_id, theme_id FROM alerts").fetchall()
            verdicts.give(con, [Verdict("retract", theme, MORNING, alert)])

        monkeypatch.setattr("warehouse.outbox.save_message", save_and_retract)
        assert tell_on(file, 1).record.messages_sent == 0
    assert sink.letters == []


@pytest.mark.usefixtures("data")
def test_a_retraction_reaches_slack(town: HttpServer, tmp_path: Path) -> None:
    """A channel that was told gets a short correction of its own."""
    with HttpServer({"/hook": Reply(200, b"ok")}) as slack:
        file = settings_for(tmp_path, town)
        file.write_text(f'{file.read_text(encoding="utf-8")}\n[slack]\nname = "desk"\n', encoding="utf-8")
        (tmp_path / ".env").write_text(f"AMUR_SLACK_WEBHOOK={slack.url('/hook')}\n", encoding="utf-8")
        (tmp_path / ".env").chmod(0o600)
        tell_on(file, 1)
        command(file, "alerts", "retract", the_alert(file), "--because", "Helium & <air>.")
        tell_on(file, 2)
        told, correction = (json.loads(seen.body) for seen in slack.seen("/hook"))
    assert told["metadata"]["event_type"] == "amur_alert"
    assert correction["metadata"]["event_type"] == "amur_correction"
    assert "Why: Helium &amp; &lt;air&gt;." in json.dumps(correction)


def test_nothing_in_a_correction_is_obeyed() -> None:
    """Words of others stay words: no header is added, no tag is a tag."""
    envelope = render.Envelope(key("m"), "Amur <amur@example.org>", "desk@example.org", NOW)
    made = render.correction_email([WRONG], envelope, "<1@amur.example.org>")
    letter = parsed(made.body)
    assert letter["In-Reply-To"] == "<1@amur.example.org>"
    assert letter["Bcc"] is None
    page_of = letter.get_body(("html",))
    assert page_of is not None
    assert "&lt;b&gt;power" in page_of.get_content()
    with pytest.raises(RenderError):
        check_headers(made.body)
    assert made == render.correction_email([WRONG], envelope, "<1@amur.example.org>")


# --- another try ----------------------------------------------------------------------------------


@pytest.mark.usefixtures("data")
def test_a_message_given_up_can_be_sent_after_all(town: HttpServer, tmp_path: Path) -> None:
    """Resending gives the stored bytes a fresh try, with the same Message-ID."""
    with ScriptedServer(RCPT=b"550 5.1.1 no such user") as refusing, MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=refusing.port)
        refused = tell_on(file, 1)
        assert refused.record.messages_given_up == 1
        assert "`amur alerts resend` tries again" in " ".join(refused.notes)
        assert "given up" in command(file, "alerts", "list")
        use_port(file, refusing.port, sink.port)
        ((message,),) = asked(file, "SELECT message_key FROM messages")
        resent = json.loads(command(file, "alerts", "resend", "--given-up", "--json"))
        assert resent == [{"message_key": str(message), "alert_id": None, "done": "to be sent again"}]
        assert tell_on(file, 2).record.messages_sent == 1
    (letter,) = sink.letters
    assert [(letter.body,)] == asked(file, "SELECT body FROM messages")
    tries = asked(file, "SELECT result, repeat FROM deliveries ORDER BY tried_at")
    assert tries == [("undeliverable", False), ("sent", False)]


@pytest.mark.usefixtures("data")
def test_an_alert_can_be_sent_once_more(town: HttpServer, tmp_path: Path) -> None:
    """What everybody has is sent again only when that is asked for, and is marked as a repeat."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        tell_on(file, 1)
        alert = the_alert(file)[:8]
        refused = CliRunner().invoke(amur, ["--config", str(file), "alerts", "resend", alert])
        assert (refused.exit_code, "--again" in refused.output) == (Exit.WRONG, True)
        assert "1 message to be sent" in command(file, "alerts", "resend", alert, "--again")
        (resent,) = json.loads(command(file, "alerts", "resend", alert, "--json"))
        assert resent["alert_id"] == the_alert(file)
        tell_on(file, 2)
    first, second = sink.letters
    assert first.body == second.body
    assert asked(file, "SELECT repeat FROM deliveries ORDER BY tried_at") == [(False,), (True,)]
