"""The demo's servers: what each address serves on the wire, and what the mail server and the webhook keep."""

from __future__ import annotations

import json
import smtplib
import tomllib
from collections.abc import Iterator, Mapping
from email.message import EmailMessage
from http.client import HTTPConnection, HTTPResponse
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from flows.demo.servers import DemoServers
from flows.demo.world import World
from flows.feedlist import read_feeds
from flows.secrets import Environment

WORLD = World.load()
PASSES = WORLD.script.passes


@pytest.fixture
def servers(tmp_path: Path) -> Iterator[DemoServers]:
    with DemoServers(WORLD, tmp_path) as running:
        yield running


def ask(url: str, headers: Mapping[str, str] | None = None, posted: bytes | None = None) -> tuple[HTTPResponse, bytes]:
    """The answer to a GET, or to a POST of what is posted, and its body."""
    parts = urlsplit(url)
    connection = HTTPConnection(parts.netloc, timeout=10)
    try:
        connection.request("POST" if posted else "GET", f"{parts.path}?{parts.query}", posted, headers or {})
        answer = connection.getresponse()
        return answer, answer.read()
    finally:
        connection.close()


def feed_url(servers: DemoServers, channel_id: str) -> str:
    channel = next(channel for channel in WORLD.channels if channel.id == channel_id)
    return servers.bases[channel.publisher] + channel.path


def test_publishers_have_hosts_of_their_own(servers: DemoServers) -> None:
    """Eleven publishers answer on eleven loopback addresses, and the allow-list names exactly these."""
    assert len(servers.allow) == len(set(servers.allow)) == len(WORLD.publishers) == 11
    assert {f"http://{place}" for place in servers.allow} == set(servers.bases.values())
    assert all(place.startswith("127.") for place in servers.allow)


def test_feeds_toml_is_a_feeds_file(servers: DemoServers) -> None:
    """The feeds as the servers hand them out are settings without a mistake."""
    feeds, complaints, warnings = read_feeds(tomllib.loads(servers.feeds_toml()), Environment({}), "feeds.toml")
    assert (len(feeds), complaints, warnings) == (12, [], [])
    assert len({feed.publisher for feed in feeds}) == 11


@pytest.mark.parametrize(
    ("channel", "validators"),
    [
        ("halford-review", {"ETag", "Last-Modified"}),
        ("berlaymont-notes", {"ETag"}),
        ("kestrel-wire", {"Last-Modified"}),
    ],
)
def test_an_unchanged_feed_is_not_sent_again(servers: DemoServers, channel: str, validators: set[str]) -> None:
    """Who brings the validators of the last answer gets 304 without a body, until there is something new."""
    url = feed_url(servers, channel)
    servers.set_time(PASSES[0])
    first, body = ask(url)
    assert (first.status, bool(body)) == (200, True)
    assert {name for name in ("ETag", "Last-Modified") if first.headers[name]} == validators
    known = {"If-None-Match": first.headers["ETag"], "If-Modified-Since": first.headers["Last-Modified"]}
    known = {name: value for name, value in known.items() if value}
    again, nothing = ask(url, known)
    assert (again.status, nothing) == (304, b"")
    servers.set_time(PASSES[8])
    later, news = ask(url, known)
    assert later.status == 200
    assert news != body


def test_a_feed_without_validators_sends_the_same_bytes(servers: DemoServers) -> None:
    """One feed sends neither ETag nor Last-Modified: only its bytes say that nothing is new."""
    answer, body = ask(feed_url(servers, "arbat-vestnik"))
    assert (answer.headers["ETag"], answer.headers["Last-Modified"]) == (None, None)
    assert answer.headers["Content-Type"] == "application/rss+xml; charset=windows-1251"
    assert "Волга" in body.decode("windows-1251")
    assert ask(feed_url(servers, "arbat-vestnik"))[1] == body


def test_the_faults_begin_on_their_day(servers: DemoServers) -> None:
    """A feed is cut, then a page about maintenance that never reads the same; another is gone."""
    broken, gone = feed_url(servers, "baltic-lantern"), feed_url(servers, "deccan-notes")
    seen = []
    for day in (5, 6, 8, 9):
        servers.set_time(PASSES[day])
        (first, body), (second, _) = ask(broken), ask(gone)
        kind = first.headers["Content-Type"].partition(";")[0]
        seen.append((first.status, kind, body.endswith(b"</rss>"), second.status))
    rss, html = "application/rss+xml", "text/html"
    assert seen == [(200, rss, True, 200), (200, rss, False, 200), (200, html, False, 200), (200, html, False, 410)]
    assert ask(broken)[1] != ask_on(servers, broken, 10)


def ask_on(servers: DemoServers, url: str, day: int) -> bytes:
    servers.set_time(PASSES[day])
    return ask(url)[1]


def test_pages_come_and_stay(servers: DemoServers) -> None:
    """A page is there from its publication on, whatever its links carry; one is never there. All is logged."""
    base, path = servers.bases["halford-review"], "/2026/03/island-in-the-river/"
    servers.set_time(PASSES[16])
    early, _ = ask(base + path)
    servers.set_time(PASSES[17])
    there, page = ask(f"{base}{path}?utm_source=rss")
    missing, _ = ask(f"{servers.bases['berlaymont-notes']}/p/bank-that-does-not-answer")
    assert (early.status, there.status, missing.status) == (404, 200, 404)
    assert "what Russia and China agreed not to remember" in page.decode()
    assert [(seen.at, seen.publisher, seen.path, seen.status) for seen in servers.requests[:2]] == [
        (PASSES[16], "halford-review", path, 404),
        (PASSES[17], "halford-review", path, 200),
    ]


def test_one_feed_is_slow(servers: DemoServers) -> None:
    """The slow feed takes its time, and holds up nobody else."""
    from concurrent.futures import ThreadPoolExecutor
    from time import monotonic

    start = monotonic()
    with ThreadPoolExecutor(2) as pool:
        slow = pool.submit(ask, feed_url(servers, "pacific-ledger"))
        assert ask(feed_url(servers, "kestrel-wire"))[0].status == 200
        assert not slow.done()
        assert slow.result()[0].status == 200
    assert monotonic() - start > 0.35


def test_mails_are_kept(servers: DemoServers, tmp_path: Path) -> None:
    """Each mail is kept as it came, in memory and as a file."""
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "amur@localhost", "desk@localhost", "Тема · 主题"
    message.set_content("A theme is new.\n")
    for _ in range(2):
        with smtplib.SMTP(servers.smtp_host, servers.smtp_port, timeout=10) as client:
            client.send_message(message, "amur@localhost", ["desk@localhost"])
    assert [mail.path.relative_to(tmp_path).as_posix() for mail in servers.mails] == ["mail/0001.eml", "mail/0002.eml"]
    assert servers.mails[0].recipients == ("desk@localhost",)
    assert servers.mails[0].message["Subject"] == "Тема · 主题"
    assert (tmp_path / "mail" / "0001.eml").read_bytes() == servers.mails[0].body


def test_slack_messages_are_kept(servers: DemoServers, tmp_path: Path) -> None:
    """The webhook takes what Slack would take, and refuses what Slack would refuse, in Slack's words."""

    def post(url: str, body: bytes) -> tuple[int, bytes]:
        answer, text = ask(url, {"Content-Type": "application/json"}, body)
        return answer.status, text

    url = servers.webhook_url
    assert post(url, b"{") == (400, b"invalid_payload")
    assert post(url, b'{"attachments": []}') == (400, b"no_text")
    assert post(url + "x", b'{"text": "new"}') == (404, b"no_service")
    assert post(url, '{"text": "新主题"}'.encode()) == (200, b"ok")
    assert [message.payload for message in servers.slack_messages] == [{"text": "新主题"}]
    assert json.loads((tmp_path / "slack" / "0001.json").read_text()) == {"text": "新主题"}


def test_what_fails_at_the_start_is_raised(tmp_path: Path) -> None:
    """A folder that cannot be written is the caller's error, at once."""
    (tmp_path / "mail").write_text("in the way")
    with pytest.raises(FileExistsError), DemoServers(WORLD, tmp_path):
        pass
