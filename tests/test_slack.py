"""Posting to a webhook, against a real server on loopback."""

from __future__ import annotations

import json
import logging
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any

import pytest

from alerts import render
from alerts.rules import AlertRules
from alerts.slack import SlackHook, send
from builders import NOW, key, make_alert

PATH = "/services/T000/B000/s3cr3tpart"
BODY = json.dumps({"text": "Новая тема – 新主题 <&>", "blocks": []}).encode()


class Webhook(ThreadingHTTPServer):
    """Answers every post with `status`, `headers` and `body`, after `delay` seconds; a status of 0 hangs up."""

    daemon_threads = True

    def __init__(self, status: int, body: str, headers: dict[str, str], delay: float) -> None:
        super().__init__(("127.0.0.1", 0), _Answer)
        self.status, self.body, self.headers, self.delay = status, body.encode(), headers, delay
        self.posts: list[tuple[str, bytes]] = []
        self.gets = 0
        self.over = threading.Event()
        self.url = f"http://127.0.0.1:{self.server_port}{PATH}"


class _Answer(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        length = int(self.headers["Content-Length"])
        self.server.posts.append((self.path, self.rfile.read(length)))
        self.server.over.wait(self.server.delay)
        if not self.server.status:
            self.connection.shutdown(socket.SHUT_RDWR)
            return
        self.send_response(self.server.status)
        for name, value in self.server.headers.items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(self.server.body)))
        self.end_headers()
        self.wfile.write(self.server.body)

    def do_GET(self) -> None:
        self.server.gets += 1
        self.send_error(404)

    def log_message(self, *_: Any) -> None:
        pass


@contextmanager
def webhook(status: int = 200, body: str = "ok", headers: dict[str, str] | None = None, delay: float = 0.0) -> Iterator:
    with Webhook(status, body, headers or {}, delay) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.over.set()
            server.shutdown()
            thread.join(5)


def hook(url: str, deadline: float = 5.0) -> SlackHook:
    return SlackHook("newsroom", url, deadline)


def test_sent() -> None:
    """The webhook gets the very bytes that were stored, once."""
    with webhook() as server:
        assert send(hook(server.url), BODY).result == "sent"
    assert server.posts == [(PATH, BODY)]


def test_rendered_bytes() -> None:
    """What the renderer stores travels unchanged."""
    envelope = render.Envelope(key("m"), "amur@example.org", "newsroom", NOW)
    body = render.slack([make_alert(label="Газ & 天然气")], envelope, AlertRules()).body
    with webhook() as server:
        assert send(hook(server.url), body).result == "sent"
    assert server.posts == [(PATH, body)]


@pytest.mark.parametrize(
    ("status", "body", "result", "reason"),
    [
        (429, "rate_limited", "retry", "slack_rate_limited"),
        (500, "rollup_error", "retry", "slack_unavailable"),
        (503, "<html>down</html>", "retry", "slack_unavailable"),
        (400, "invalid_payload", "undeliverable", "slack_refused"),
        (400, "invalid_blocks", "undeliverable", "slack_refused"),
        (400, "no_text", "undeliverable", "slack_refused"),
        (400, "too_many_attachments", "undeliverable", "slack_refused"),
        (400, "invalid_token", "retry", "slack_webhook"),
        (400, "user_not_found", "retry", "slack_webhook"),
        (401, "invalid_auth", "retry", "slack_webhook"),
        (403, "invalid_token", "retry", "slack_webhook"),
        (403, "posting_to_general_channel_denied", "retry", "slack_webhook"),
        (404, "no_service", "retry", "slack_webhook"),
        (404, "no_team", "retry", "slack_webhook"),
        (404, "channel_not_found", "retry", "slack_webhook"),
        (410, "channel_is_archived", "retry", "slack_webhook"),
        (200, "no_service", "retry", "slack_webhook"),
        (200, "<html>please log in</html>", "retry", "slack_webhook"),
    ],
)
def test_refusals(status: int, body: str, result: str, reason: str) -> None:
    """Each refusal says whether another attempt is worth it; only `ok` means that the message arrived."""
    with webhook(status, body) as server:
        answer = send(hook(server.url), BODY)
    assert (answer.result, answer.reason, len(server.posts)) == (result, reason, 1)
    assert ("<" in answer.detail, PATH in answer.detail) == (False, False)
    assert ("AMUR_SLACK_WEBHOOK" in answer.detail) == (reason == "slack_webhook")


@pytest.mark.parametrize(("asked", "wait"), [("120", 120.0), ("-5", None), ("soon", None), ("", None)])
def test_retry_after(asked: str, wait: float | None) -> None:
    """A wait that Slack asks for is passed on; junk is not."""
    with webhook(429, "rate_limited", {"Retry-After": asked}) as server:
        assert send(hook(server.url), BODY).retry_after == wait


@pytest.mark.parametrize("answer", [{"status": 0}, {"delay": 10.0}, {"headers": {"Content-Length": "99"}}])
def test_no_word(answer: dict[str, Any]) -> None:
    """Once the webhook had the message, silence leaves it unclear, within the deadline."""
    with webhook(**answer) as server:
        began = time.monotonic()
        result = send(hook(server.url, 1.0), BODY)
    assert (result.result, result.reason, len(server.posts)) == ("unclear", "slack_unclear", 1)
    assert time.monotonic() - began < 8


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_redirects_are_not_followed(status: int) -> None:
    """Wherever a webhook points, nothing is asked there: the setting is to be mended."""
    with webhook() as inside, webhook(status, "", {"Location": f"{inside.url}/metadata"}) as outside:
        answer = send(hook(outside.url), BODY)
    assert (answer.result, answer.reason) == ("retry", "slack_redirect")
    assert "AMUR_SLACK_WEBHOOK" in answer.detail
    assert (len(outside.posts), inside.posts, inside.gets) == (1, [], 0)


def test_plain_on_this_machine() -> None:
    """Any address of this machine may be posted to unencrypted."""
    assert send(hook("http://127.0.0.9:1" + PATH), BODY).reason == "slack_unreachable"


def test_nobody_listens() -> None:
    """A webhook that cannot be dialled is worth a retry."""
    with socket.create_server(("127.0.0.1", 0)) as closed:
        url = f"http://127.0.0.1:{closed.getsockname()[1]}{PATH}"
    assert (send(hook(url), BODY).result, send(hook(url), BODY).reason) == ("retry", "slack_unreachable")


@pytest.mark.parametrize(
    "url", ["", "hooks.slack.com" + PATH, "http://hooks.slack.com" + PATH, "https://[" + PATH, "https://h:x" + PATH]
)
def test_unusable_address(url: str) -> None:
    """An address that would travel in clear, or is none, is a setting to mend."""
    assert send(hook(url), BODY).reason == "slack_url"


@pytest.mark.parametrize("url", [None, "http://127.0.0.1:1" + PATH, "https://h ooks" + PATH, "https://[" + PATH])
def test_the_address_is_a_secret(url: str | None, caplog: pytest.LogCaptureFixture) -> None:
    """The webhook's address is in no log, result or repr."""
    caplog.set_level(logging.DEBUG)
    with webhook(500, "broken") as server:
        mine = hook(url or server.url)
        result = send(mine, BODY)
    assert "s3cr3tpart" not in caplog.text + repr(mine) + repr(result)
