"""The demo's far sides on loopback: the world's hosts, a mail server and a webhook, in one thread.

The only file that uses aiosmtpd, and the only one with a web server. Everything listens on loopback alone.
"""

from __future__ import annotations

import asyncio
import contextlib
import json
import socket
import threading
from collections.abc import Awaitable, Callable
from concurrent.futures import Future
from dataclasses import dataclass
from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from email.utils import format_datetime, parsedate_to_datetime
from functools import partial
from http import HTTPStatus
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from aiohttp import web
from aiosmtpd.smtp import SMTP, Envelope, Session

from flows.demo.pieces import Publisher
from flows.demo.world import Answer, World

LOOPBACK = "127.0.0.1"
WEBHOOK = "/services/T0DEMO/B0DEMO/loopback"
_TRIES = 5  # tries to find a port that is free on every host

Handler = Callable[[web.BaseRequest], Awaitable[web.StreamResponse]]


@dataclass(frozen=True, slots=True)
class Seen:
    """One request that came to a publisher."""

    at: datetime  # in the play
    publisher: str
    path: str
    status: int


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail that was accepted, and the file that keeps it."""

    path: Path
    recipients: tuple[str, ...]
    body: bytes

    @property
    def message(self) -> EmailMessage:
        return message_from_bytes(self.body, policy=policy.default)


@dataclass(frozen=True, slots=True)
class SlackMessage:
    """One message that came to the webhook, and the file that keeps it."""

    path: Path
    payload: dict[str, Any]


class DemoServers:
    """The world at a moment of the play; keeps what it is sent in memory and below `folder`.

    A context manager. Each publisher has a loopback address of its own, as far as the system lets it.
    """

    def __init__(self, world: World, folder: Path) -> None:
        self.requests: list[Seen] = []
        self.mails: list[Mail] = []
        self.slack_messages: list[SlackMessage] = []
        self.bases: dict[str, str] = {}  # publisher → http://host:port
        self.allow: tuple[str, ...] = ()  # "host:port" of all publishers
        self.smtp_host = LOOPBACK
        self.smtp_port = 0
        self.webhook_url = ""
        self._world = world
        self._mail = folder / "mail"
        self._slack = folder / "slack"
        self._now = world.script.start
        self._ready: Future[None] = Future()
        self._stop = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._thread = threading.Thread(target=self._run, name="demo-servers", daemon=True)

    def __enter__(self) -> Self:
        for folder in (self._mail, self._slack):
            folder.mkdir(parents=True, exist_ok=True)
        self._thread.start()
        self._ready.result()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._loop:
            self._loop.call_soon_threadsafe(self._stop.set)
        self._thread.join()

    def set_time(self, now: datetime) -> None:
        """From now on, serve what the world serves at this moment."""
        self._now = now

    def feeds_toml(self) -> str:
        """The world's feeds as the text of a feeds.toml."""
        rows = self._world.feeds(self.bases)
        return "\n".join(
            "[[feed]]\n" + "".join(f"{key} = {_toml(value)}\n" for key, value in row.items()) for row in rows
        )

    def _run(self) -> None:
        try:
            asyncio.run(self._serve())
        except Exception as error:
            if self._ready.done():
                raise
            self._ready.set_exception(error)

    async def _serve(self) -> None:
        self._loop = asyncio.get_running_loop()
        async with contextlib.AsyncExitStack() as stack:
            for publisher, listener in _listeners(self._world.publishers).items():
                await _open(stack, partial(self._answer, publisher), listener)
                self.bases[publisher] = _address(listener)
            hook = socket.create_server((LOOPBACK, 0))
            await _open(stack, self._take_slack, hook)
            mail = await self._loop.create_server(self._smtp, LOOPBACK, 0)
            stack.callback(mail.close)
            self.allow = tuple(base.removeprefix("http://") for base in self.bases.values())
            self.webhook_url = _address(hook) + WEBHOOK
            self.smtp_port = mail.sockets[0].getsockname()[1]
            self._ready.set_result(None)
            await self._stop.wait()

    async def _answer(self, publisher: str, request: web.BaseRequest) -> web.Response:
        now = self._now
        answer = self._world.answer(publisher, request.path, now, self.bases[publisher])
        await asyncio.sleep(answer.delay)
        response = _response(answer, request)
        self.requests.append(Seen(now, publisher, request.path, response.status))
        return response

    async def _take_slack(self, request: web.BaseRequest) -> web.Response:
        """Answers as https://docs.slack.dev/messaging/sending-messages-using-incoming-webhooks says."""
        if request.path != WEBHOOK:
            return web.Response(status=404, text="no_service")
        try:
            payload = json.loads(await request.read())
        except ValueError:
            return web.Response(status=400, text="invalid_payload")
        if not isinstance(payload, dict) or not (payload.get("text") or payload.get("blocks")):
            return web.Response(status=400, text="no_text")
        self._keep_slack(payload)
        return web.Response(text="ok")

    def _keep_slack(self, payload: dict[str, Any]) -> None:
        path = self._slack / f"{len(self.slack_messages) + 1:04}.json"
        path.write_text(json.dumps(payload, ensure_ascii=False, indent=2), encoding="utf-8")
        self.slack_messages.append(SlackMessage(path, payload))

    def _keep_mail(self, recipients: tuple[str, ...], body: bytes) -> None:
        path = self._mail / f"{len(self.mails) + 1:04}.eml"
        path.write_bytes(body)
        self.mails.append(Mail(path, recipients, body))

    def _smtp(self) -> SMTP:
        return SMTP(_Postman(self._keep_mail), hostname="localhost", ident="Amur demo", enable_SMTPUTF8=True)


class _Postman:
    """aiosmtpd's handler: takes every mail."""

    def __init__(self, keep: Callable[[tuple[str, ...], bytes], None]) -> None:
        self._keep = keep

    async def handle_DATA(  # noqa: N802  aiosmtpd's name
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        self._keep(tuple(envelope.rcpt_tos), envelope.original_content or b"")
        return "250 Message accepted"


def _response(answer: Answer, request: web.BaseRequest) -> web.Response:
    headers = {"Content-Type": answer.content_type}
    if answer.etag:
        headers["ETag"] = answer.etag
    if answer.last_modified:
        headers["Last-Modified"] = format_datetime(answer.last_modified.astimezone(UTC), usegmt=True)
    if _unchanged(answer, request):
        return web.Response(status=304, headers={name: headers[name] for name in headers if name != "Content-Type"})
    response = web.Response(status=answer.status, body=answer.body, headers=headers)
    if answer.content_type.startswith("text/html"):
        response.enable_compression()
    return response


def _unchanged(answer: Answer, request: web.BaseRequest) -> bool:
    """Whether the client has it already; an ETag, where both sides know one, decides alone (RFC 9110, 13.2.2)."""
    if answer.status != HTTPStatus.OK:
        return False
    tags = request.headers.get("If-None-Match")
    if tags and answer.etag:
        return answer.etag in {tag.strip().removeprefix("W/") for tag in tags.split(",")}
    since = request.headers.get("If-Modified-Since")
    if not since or not answer.last_modified:
        return False
    try:
        return answer.last_modified <= parsedate_to_datetime(since)
    except ValueError:
        return False


async def _open(stack: contextlib.AsyncExitStack, handler: Handler, listener: socket.socket) -> None:
    runner = web.ServerRunner(web.Server(handler))
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener).start()


def _listeners(publishers: tuple[Publisher, ...]) -> dict[str, socket.socket]:
    """A listening socket for each publisher: hosts of their own on one port, or else ports of their own on one host."""
    names = [publisher.id for publisher in publishers]
    for _ in range(_TRIES):
        with contextlib.suppress(OSError):
            return dict(zip(names, _same_port([f"127.0.1.{n}" for n in range(1, len(names) + 1)]), strict=True))
    return {name: socket.create_server((LOOPBACK, 0)) for name in names}


def _same_port(hosts: list[str]) -> list[socket.socket]:
    with contextlib.ExitStack() as stack:
        sockets = [stack.enter_context(socket.create_server((hosts[0], 0)))]
        port = sockets[0].getsockname()[1]
        sockets += [stack.enter_context(socket.create_server((host, port))) for host in hosts[1:]]
        stack.pop_all()
        return sockets


def _address(listener: socket.socket) -> str:
    host, port = listener.getsockname()
    return f"http://{host}:{port}"


def _toml(value: str | bool) -> str:
    return json.dumps(value, ensure_ascii=False)
