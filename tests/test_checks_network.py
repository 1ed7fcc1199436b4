"""What the doctor says of the network and of the channels."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from casework import NOW, SLACK, case_of, found
from desk import write_settings
from flows.checks import Level, network
from flows.checks.all import take_in
from mailservers import MailSink, certified
from servers import HttpServer, free_port

EMAIL = """
[email]
enabled = true
host = "127.0.0.1"
port = {port}
security = "{security}"
sender = "amur@example.org"
recipients = ["a@example.org"]
"""
LOGIN = 'username = "me"\nca_file = "{ca}"\n'


def test_feeds_that_can_be_reached(tmp_path: Path) -> None:
    """Hosts are looked up and dialled through the guard, and no request is sent."""
    with HttpServer() as server:
        feed = f'[[feed]]\nname = "One"\nurl = "{server.url("/feed")}"\npublisher = "one"\nbloc = "independent"\n'
        write_settings(tmp_path, f'[fetch]\nallow = ["{server.netloc}"]', feed)
        case = take_in(tmp_path, NOW, offline=False, environment={})
        level, said = found(network.feeds, case)
        assert (level, "can be reached" in said) == (Level.OK, True)
        assert server.seen("/feed") == []
        assert found(network.feeds, replace(case, offline=True))[0] is Level.LEFT_OUT


@pytest.mark.parametrize(("allowed", "says"), [(True, "Check firewall and router"), (False, "add it to allow")])
def test_feeds_that_cannot_be_reached(tmp_path: Path, allowed: bool, says: str) -> None:
    """A closed port, and an address that is not public, are told apart."""
    place = f"127.0.0.1:{free_port()}"
    feed = f'[[feed]]\nname = "One"\nurl = "http://{place}/"\npublisher = "one"\nbloc = "independent"\n'
    write_settings(tmp_path, f'[fetch]\nallow = ["{place}"]' if allowed else "", feed)
    level, said = found(network.feeds, take_in(tmp_path, NOW, offline=False, environment={}))
    assert level is (Level.TROUBLE if allowed else Level.WARNING)
    assert says in said


@pytest.mark.parametrize(
    ("hosts", "says"),
    [(1, "1 host of a feed has a public address"), (2, "2 hosts of feeds have public addresses")],
)
def test_one_host_is_no_plural(tmp_path: Path, hosts: int, says: str) -> None:
    """What is said of the hosts is a sentence, however many there are."""
    places = [f"127.0.0.{n + 1}:{free_port()}" for n in range(hosts)]
    feeds = "".join(
        f'[[feed]]\nname = "{place}"\nurl = "http://{place}/"\npublisher = "one"\nbloc = "independent"\n'
        for place in places
    )
    write_settings(tmp_path, f"[fetch]\nallow = {places}", feeds)
    assert says in found(network.feeds, take_in(tmp_path, NOW, offline=False, environment={}))[1]


def test_a_name_server_that_is_away(tmp_path: Path) -> None:
    """When next to no name has an address, it is this machine's own network."""
    feeds = "".join(
        f'[[feed]]\nname = "{n}"\nurl = "https://{n}.invalid/"\npublisher = "one"\nbloc = "independent"\n'
        for n in ("one", "two")
    )
    write_settings(tmp_path, "", feeds)
    level, said = found(network.feeds, take_in(tmp_path, NOW, offline=False, environment={}))
    assert (level, "resolv.conf" in said) == (Level.TROUBLE, True)


@pytest.mark.parametrize(("password", "level"), [("right", Level.OK), ("hunter2hunter2", Level.TROUBLE)])
def test_a_mail_server_is_logged_in_to(tmp_path: Path, password: str, level: Level) -> None:
    """STARTTLS and the login are tried, no mail is sent, and the password is not told."""
    context, ca = certified(tmp_path)
    with MailSink(tls=context, login=("me", "right")) as sink:
        amur = EMAIL.format(port=sink.port, security="starttls") + LOGIN.format(ca=ca)
        case = case_of(tmp_path / "w", amur, env=f"AMUR_SMTP_PASSWORD={password}\n")
        got, said = found(network.email, case)
        assert (got, sink.letters) == (level, [])
        assert password not in said
        assert found(network.email, replace(case, offline=True)) == (Level.LEFT_OUT, "left out with --offline ")


def test_a_mail_server_that_is_away(tmp_path: Path) -> None:
    """A mail server that does not answer is trouble, and says where to look."""
    level, said = found(network.email, case_of(tmp_path, EMAIL.format(port=free_port(), security="none")))
    assert (level, "[email] in amur.toml" in said) == (Level.TROUBLE, True)


def test_a_webhook_is_looked_at_and_not_used(tmp_path: Path) -> None:
    """The host's name is looked up, nothing is posted, and the webhook itself is not told."""
    with HttpServer() as server:
        env = f"AMUR_SLACK_WEBHOOK={server.url('/services/T0/B0/s3cret')}\n"
        level, said = found(network.slack, case_of(tmp_path, SLACK, env=env))
        assert (level, "s3cret" in said, server.seen("/services/T0/B0/s3cret")) == (Level.OK, False, [])
    gone = case_of(tmp_path / "b", SLACK, env="AMUR_SLACK_WEBHOOK=https://hooks.invalid/services/T0/B0/s3cret\n")
    level, said = found(network.slack, gone)
    assert (level, "s3cret" in said) == (Level.TROUBLE, False)
