"""Sending mail, against real servers on loopback."""

from __future__ import annotations

import logging
import socket
import threading
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from alerts.hosts import is_this_machine
from alerts.mail import SmtpAccount, send
from mailservers import DRIP, DROP, HANG, HOST, MailSink, ScriptedServer, certified

BODY = b"From: amur@example.org\r\nSubject: =?utf-8?b?4oCm?=\r\n\r\nA line.\r\n.\r\n.. dots\r\n\r\n"
PASSWORD = "correct-horse-9"


def account(port: int, **changes: object) -> SmtpAccount:
    made = SmtpAccount(HOST, port, "none", "Amur <amur@example.org>", deadline=5.0)
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name the fields


def left_behind() -> list[str]:
    """Conversations that still go on."""
    return [thread.name for thread in threading.enumerate() if thread.name == "amur-deadline"]


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple]:
    return certified(tmp_path_factory.mktemp("tls"))


def test_plain() -> None:
    """The server gets the very bytes that were stored, for one recipient, from the bare address of the sender."""
    with MailSink() as sink:
        assert send(account(sink.port), "desk@example.org", BODY).result == "sent"
    (letter,) = sink.letters
    assert (letter.sender, letter.recipients, letter.body) == ("amur@example.org", ("desk@example.org",), BODY)


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
def test_encrypted_with_login(certificate: tuple, security: str, *, implicit: bool) -> None:
    """Mail travels over STARTTLS and over TLS from the start, after a login, when the certificate is vouched for."""
    tls, ca_file = certificate
    login = {"user": "amur", "password": PASSWORD, "ca_file": ca_file, "security": security}
    with MailSink(tls=tls, implicit=implicit, login=("amur", PASSWORD)) as sink:
        assert send(account(sink.port, **login), "desk@example.org", BODY).result == "sent"
    assert sink.letters[0].body == BODY


@pytest.mark.parametrize(("security", "implicit"), [("starttls", False), ("tls", True)])
def test_unknown_authority(certificate: tuple, security: str, *, implicit: bool) -> None:
    """A server that nobody vouches for gets no mail, and the message waits."""
    with MailSink(tls=certificate[0], implicit=implicit) as sink:
        result = send(account(sink.port, security=security), "desk@example.org", BODY)
    assert (result.result, result.reason, sink.letters) == ("retry", "smtp_tls", [])
    assert "ca_file" in result.detail


def test_certificate_of_another_host(tmp_path: Path) -> None:
    """A certificate for another name is no certificate."""
    tls, ca_file = certified(tmp_path, "mail.example.net")
    with MailSink(tls=tls) as sink:
        result = send(account(sink.port, security="starttls", ca_file=ca_file), "desk@example.org", BODY)
    assert (result.reason, sink.letters) == ("smtp_tls", [])


def test_unreadable_authorities(tmp_path: Path) -> None:
    """A missing file of authorities is a matter of encryption, said before anybody is dialled."""
    result = send(account(1, security="starttls", ca_file=str(tmp_path / "none.pem")), "desk@example.org", BODY)
    assert (result.result, result.reason) == ("retry", "smtp_tls")


def test_starttls_stripped() -> None:
    """Where STARTTLS is asked for and not offered, neither message nor password is sent in clear."""
    with ScriptedServer() as server:
        result = send(account(server.port, security="starttls", user="amur", password=PASSWORD), "d@example.org", BODY)
    assert (result.result, result.reason) == ("retry", "smtp_tls")
    assert [command.split()[0] for command in server.said] == ["ehlo"]


def test_plain_needs_a_word() -> None:
    """Unencrypted mail to another machine is refused unless the server is vouched for."""
    far = replace(account(25), host="mail.example.invalid")
    assert send(far, "desk@example.org", BODY).reason == "smtp_tls"
    assert send(replace(far, allow_plain=True), "desk@example.org", BODY).reason == "smtp_unreachable"


@pytest.mark.parametrize(
    ("host", "here"),
    [
        ("localhost", True),
        ("LocalHost.", True),
        ("127.0.0.1", True),
        ("127.8.9.1", True),
        ("::1", True),
        ("", False),
        ("localhost.example.org", False),
        ("192.168.0.1", False),
        ("0.0.0.0", False),
        ("127.0.0.1.example.org", False),
    ],
)
def test_this_machine(host: str, *, here: bool) -> None:
    """Only loopback is this machine: its name, and its literal addresses."""
    assert is_this_machine(host) == here


@pytest.mark.parametrize("reply", [b"535 5.7.8 no: " + PASSWORD.encode(), b"454 not now", DROP])
def test_login_refused(reply: bytes | str, caplog: pytest.LogCaptureFixture) -> None:
    """A refused login is worth a retry, says so, and shows the password nowhere, even if the server repeats it."""
    caplog.set_level(logging.DEBUG)
    with ScriptedServer(EHLO=b"250-scripted\r\n250 AUTH PLAIN", AUTH=reply) as server:
        mine = account(server.port, user="amur", password=PASSWORD)
        result = send(mine, "desk@example.org", BODY)
    assert (result.result, result.reason, server.letters) == ("retry", "smtp_auth", [])
    assert PASSWORD not in repr(mine) + repr(result) + caplog.text


def test_echoed_login() -> None:
    """A login that the server repeats in the form in which it was sent is hidden too."""
    with ScriptedServer(EHLO=b"250-s\r\n250 AUTH PLAIN", AUTH=b"535 AGFtdXIAY29ycmVjdC1ob3JzZS05 is wrong") as server:
        result = send(account(server.port, user="amur", password=PASSWORD), "desk@example.org", BODY)
    assert "AGFtdXIAY29ycmVjdC1ob3JzZS05" not in result.detail


@pytest.mark.parametrize("password", ["pässword-9", "Пароль-99"])
def test_login_beyond_ascii(password: str) -> None:
    """A password that SMTP cannot carry fails as a login does, not as a bug."""
    with ScriptedServer(EHLO=b"250-s\r\n250 AUTH PLAIN LOGIN") as server:
        result = send(account(server.port, user="amur", password=password), "desk@example.org", BODY)
    assert (result.result, result.reason) == ("retry", "smtp_auth")
    assert password not in result.detail
    assert "characters" in result.detail


def test_login_asked_for() -> None:
    """A server that wants a login first asks for settings to be changed; the message is not given up."""
    with ScriptedServer(MAIL=b"530 5.7.0 log in first") as server:
        assert send(account(server.port), "desk@example.org", BODY).reason == "smtp_auth"


@pytest.mark.parametrize("moment", ["banner", "MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("code", [b"421", b"451", b"452"])
def test_busy(moment: str, code: bytes) -> None:
    """4xx at any moment is worth a retry."""
    with ScriptedServer(**{moment: code + b" later"}) as server:
        result = send(account(server.port), "desk@example.org", BODY)
    assert (result.result, result.reason) == ("retry", "smtp_busy")
    assert "later" in result.detail


@pytest.mark.parametrize("moment", ["MAIL", "RCPT", "DATA", "end"])
@pytest.mark.parametrize("code", [b"550", b"554"])
def test_refused(moment: str, code: bytes) -> None:
    """5xx to the sender, the recipient or the message is final, and the server's words are kept."""
    with ScriptedServer(**{moment: code + b" {0} no such %s user"}) as server:
        result = send(account(server.port), "desk@example.org", BODY)
    assert (result.result, result.reason) == ("undeliverable", "smtp_refused")
    assert "{0} no such %s user" in result.detail


@pytest.mark.parametrize(
    ("reply", "result", "reason"),
    [
        (b"552 5.2.2 mailbox full", "retry", "smtp_busy"),
        (b"550-5.2.2 mailbox\r\n550 5.2.2 full", "retry", "smtp_busy"),
        (b"552 storage exceeded", "retry", "smtp_busy"),
        (b"550 4.7.1 greylisted", "retry", "smtp_busy"),
        (b"554 5.4.6 loop", "retry", "smtp_busy"),
        (b"550 5.7.26 not authenticated", "retry", "smtp_policy"),
        (b"554 5.7.1 relay access denied", "retry", "smtp_policy"),
        (b"552 5.3.4 too big", "undeliverable", "smtp_refused"),
        (b"550 5.4.1 access denied", "undeliverable", "smtp_refused"),
        (b"550 5.1.1 about 5.2.2 things", "undeliverable", "smtp_refused"),
        (b"550 5.2.1 disabled", "undeliverable", "smtp_refused"),
    ],
)
def test_what_a_refusal_is_about(reply: bytes, result: str, reason: str) -> None:
    """A 5xx reply that says that it will pass, or that our side is to mend something, is worth a retry."""
    with ScriptedServer(RCPT=reply) as server:
        answer = send(account(server.port), "desk@example.org", BODY)
    assert (answer.result, answer.reason) == (result, reason)


def test_not_allowed_after_a_login() -> None:
    """Who has logged in and is told that a message is not authorised has the last word of the server (RFC 3463)."""
    with ScriptedServer(EHLO=b"250-s\r\n250 AUTH PLAIN", AUTH=b"235 ok", RCPT=b"550 5.7.1 no") as server:
        answer = send(account(server.port, user="amur", password=PASSWORD), "desk@example.org", BODY)
    assert (answer.result, answer.reason) == ("undeliverable", "smtp_refused")


def test_turned_away_at_the_door() -> None:
    """5xx before any message is named says nothing about the message: it waits."""
    with ScriptedServer(banner=b"554 not you") as server:
        assert send(account(server.port), "desk@example.org", BODY).result == "retry"


@pytest.mark.parametrize("moment", ["banner", "EHLO", "MAIL", "RCPT", "DATA"])
def test_dropped_before_the_data(moment: str) -> None:
    """A server that hangs up before it had the message cannot have taken it."""
    with ScriptedServer(**{moment: DROP, "HELO": DROP}) as server:
        assert send(account(server.port), "desk@example.org", BODY).result == "retry"
    assert server.letters == []


@pytest.mark.parametrize("reply", [DROP, b"what?", b"2" * 9000])
def test_dropped_after_the_data(reply: bytes | str) -> None:
    """Once the server had the whole message, only a proper reply says what became of it."""
    with ScriptedServer(end=reply) as server:
        result = send(account(server.port), "desk@example.org", BODY)
    assert (result.result, result.reason) == ("unclear", "smtp_unclear")
    assert server.letters == [BODY]


@pytest.mark.parametrize("moment", ["banner", "EHLO", "RCPT"])
@pytest.mark.parametrize("fault", [HANG, DRIP])
def test_deadline(moment: str, fault: str) -> None:
    """The whole conversation has one deadline, which no dripping server moves."""
    with ScriptedServer(**{moment: fault}) as server:
        began = time.monotonic()
        result = send(account(server.port, deadline=0.4), "desk@example.org", BODY)
    assert time.monotonic() - began < 10
    assert (result.result, result.reason) == ("retry", "smtp_timeout")
    assert not left_behind()


@pytest.mark.parametrize("fault", [HANG, DRIP])
def test_deadline_after_the_data(fault: str) -> None:
    """A deadline that passes while the server holds the whole message leaves it unclear."""
    with ScriptedServer(end=fault) as server:
        result = send(account(server.port, deadline=0.4), "desk@example.org", BODY)
    assert result.result == "unclear"


@pytest.mark.parametrize("security", ["tls", "starttls"])
def test_deadline_in_the_handshake(security: str) -> None:
    """A server that falls silent in the TLS handshake is cut off as well."""
    script = {"banner": HANG} if security == "tls" else {"EHLO": b"250-s\r\n250 STARTTLS", "STAR": (b"220 go", HANG)}
    with ScriptedServer(**script) as server:
        began = time.monotonic()
        result = send(account(server.port, security=security, deadline=0.4), "desk@example.org", BODY)
    assert time.monotonic() - began < 10
    assert (result.result, result.reason) == ("retry", "smtp_timeout")
    assert not left_behind()


@pytest.mark.parametrize("reply", [DROP, b"500 what?", HANG, DRIP])
def test_goodbye_does_not_matter(reply: bytes | str) -> None:
    """A message that was accepted is sent, whatever comes of the goodbye."""
    with ScriptedServer(QUIT=reply) as server:
        assert send(account(server.port, deadline=0.5), "desk@example.org", BODY).result == "sent"


def test_nobody_listens() -> None:
    """A closed port is worth a retry, and the sentence names the server."""
    with socket.create_server((HOST, 0)) as closed:
        port = closed.getsockname()[1]
    result = send(account(port), "desk@example.org", BODY)
    assert (result.result, result.reason) == ("retry", "smtp_unreachable")
    assert f"{HOST}:{port}" in result.detail


@pytest.mark.parametrize(
    "recipient",
    ["", "desk", "a b@example.org", "дежурный@example.org", "d@e.org\r\nRCPT TO:<x@y>", "d@e.org, x@y.org"],
)
def test_bad_recipient(recipient: str) -> None:
    """An address that SMTP cannot carry is never sent to a server."""
    with ScriptedServer() as server:
        result = send(account(server.port), recipient, BODY)
    assert (result.result, result.reason, server.said) == ("undeliverable", "bad_address", [])


def test_bad_sender() -> None:
    """A wrong sender is a setting to mend; no message is given up for it."""
    assert send(account(1, sender="amur"), "desk@example.org", BODY).result == "retry"
