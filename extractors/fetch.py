"""The one guarded client: public addresses only, a total deadline, bounded bodies, few at once at each host."""

from __future__ import annotations

import asyncio
import errno
import hashlib
import socket
import ssl
from collections.abc import Callable, Iterable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from http import HTTPStatus
from types import TracebackType
from typing import Self

import aiohttp
from aiohttp.abc import AbstractResolver, ResolveResult

from extractors import answers
from extractors.addresses import Guard, Resolve, look_up
from extractors.answers import FetchError
from extractors.bodies import Body
from extractors.politeness import Politeness
from extractors.targets import Target, parsed
from extractors.trip import REDIRECTS, Trip
from warehouse.records import Fetch, HostRest, Request

CHUNK = 32_768
HEAD = 1024
TEXT_BYTES = 512_000

# Sites send policies of 10 KB in one header field; aiohttp's own limit of 8 KB would refuse them.
FIELD_BYTES = 65_536

# The first kind that fits; what fits none is a breach of the protocol.
EXPLANATIONS: tuple[tuple[type[Exception], str, str], ...] = (
    (aiohttp.ClientSSLError, "tls", "no secure connection could be agreed on"),
    (aiohttp.ClientPayloadError, "truncated", "the body ends before its announced end"),
    (aiohttp.InvalidURL, "bad_url", "the address cannot be dialled"),
    (aiohttp.ClientConnectionError, "connection_reset", "the server hung up"),
    (OSError, "connection_reset", "the server hung up"),
)

# A server that says nothing for this share of the deadline will not say anything in the rest of it.
SILENCE = 2 / 3


@dataclass(frozen=True, slots=True)
class FetchRules:
    """Limits of one pass; times in seconds, sizes in bytes (raw, and again inflated).

    `deadline` is for all of one request but its wait for a turn; `allow` holds exact "host:port" pairs
    that may be dialled though their addresses are private.
    """

    user_agent: str
    deadline: float = 30.0
    connect: float = 10.0
    feed_bytes: int = 10_000_000
    page_bytes: int = 5_000_000
    per_host: int = 2
    host_distance: float = 2.0
    concurrency: int = 20
    redirects: int = 5
    allow: tuple[str, ...] = ()


class Fetcher:
    """One client for a whole pass, used as a context manager from ordinary code; not from two threads at once.

    `clock` gives `Fetch.at`; `resolve` stands in for the system's look-up.
    """

    def __init__(self, rules: FetchRules, clock: Callable[[], datetime], *, resolve: Resolve = look_up) -> None:
        self._rules = rules
        self._limits = {"feed": rules.feed_bytes, "page": rules.page_bytes, "text": TEXT_BYTES}
        self._clock = clock
        self._guard = Guard(rules.allow, rules.concurrency, resolve)
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        with ExitStack() as stack:
            stack.enter_context(self._guard)
            self._runner = stack.enter_context(asyncio.Runner())
            self._session, self._politeness = self._runner.run(self._open())
            stack.callback(lambda: self._runner.run(self._session.close()))
            self._stack = stack.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()

    def fetch_all(
        self, requests: Sequence[Request], on_answer: Callable[[int, Fetch], None] | None = None
    ) -> list[Fetch]:
        """One answer for each request, in their order; `on_answer` is called with place and answer as they come.

        A bad answer is a `Fetch` with a reason, never an exception.
        """
        return self._runner.run(self._fetch_all(requests, on_answer))

    def honour(self, rests: Iterable[HostRest]) -> None:
        """Ask nothing of these hosts before their pause is over: what `rests` gave in an earlier pass."""
        now = self._clock()
        self._runner.run(self._politeness.resume((r.host, (r.until - now).total_seconds(), r.seconds) for r in rests))

    def rests(self) -> tuple[HostRest, ...]:
        """The pauses that hosts asked for, and those over that the next plea for one would double."""
        now = self._clock()
        kept = self._runner.run(self._politeness.pauses())
        return tuple(HostRest(host, now + timedelta(seconds=left), seconds) for host, left, seconds in kept)

    async def _open(self) -> tuple[aiohttp.ClientSession, Politeness]:
        # Every request has its own connection: what was checked for this request is what is dialled for it.
        connector = aiohttp.TCPConnector(
            resolver=_GuardedResolver(self._guard),
            use_dns_cache=False,
            force_close=True,
            limit=0,
            ssl=_trusted(ssl.get_default_verify_paths()),
        )
        rules = self._rules
        session = aiohttp.ClientSession(
            connector=connector,
            cookie_jar=aiohttp.DummyCookieJar(),
            trust_env=False,
            auto_decompress=False,
            max_field_size=FIELD_BYTES,
            timeout=aiohttp.ClientTimeout(total=None, connect=rules.connect, sock_read=rules.deadline * SILENCE),
        )
        return session, Politeness(rules.per_host, rules.host_distance, rules.concurrency)

    async def _fetch_all(
        self, requests: Sequence[Request], on_answer: Callable[[int, Fetch], None] | None
    ) -> list[Fetch]:
        async def one(place: int, request: Request) -> Fetch:
            fetch = await self._fetch(request)
            if on_answer is not None:
                on_answer(place, fetch)
            return fetch

        async with asyncio.TaskGroup() as group:
            tasks = [group.create_task(one(place, request)) for place, request in enumerate(requests)]
        return [task.result() for task in tasks]

    async def _fetch(self, request: Request) -> Fetch:
        trip = Trip(request)
        try:
            body = await self._follow(trip)
        except FetchError as error:
            return trip.failed(error, self._clock)
        if body is None:
            return trip.unchanged(request.body_hash, self._clock)
        digest = hashlib.sha256(body).hexdigest()
        if digest == request.body_hash:
            return trip.unchanged(digest, self._clock)
        return trip.new(body, digest, self._clock)

    async def _follow(self, trip: Trip) -> bytes | None:
        """The body at the end of all redirects, None for "not modified"; raises `FetchError`."""
        target, trip.authorization = parsed(trip.request.url)
        trip.origin = target.origin
        seen: set[Target] = set()
        while target not in seen and len(seen) <= self._rules.redirects:
            seen.add(target)
            async with self._politeness.turn(target.host):
                trip.at = trip.at or self._clock()
                found = await self._hop(trip, target)
            if not isinstance(found, Target):
                return found
            target = found
        raise FetchError("redirects", "the redirects lead in a circle, or too far")

    async def _hop(self, trip: Trip, target: Target) -> Target | bytes | None:
        """One request and its answer: where it leads, its body, or None for "not modified"; raises `FetchError`."""
        loop = asyncio.get_running_loop()
        started = loop.time()
        limit = asyncio.timeout(self._rules.deadline - trip.seconds)
        try:
            async with limit:
                return await self._exchange(trip, target)
        except TimeoutError as error:
            if limit.expired():
                raise FetchError("deadline", f"no whole answer within {self._rules.deadline:g} seconds") from error
            raise FetchError("timeout", "the server did not answer in time") from error
        except (aiohttp.ClientError, OSError) as error:
            raise _explained(error) from error
        finally:
            trip.seconds += loop.time() - started

    async def _exchange(self, trip: Trip, target: Target) -> Target | bytes | None:
        self._guard.check_literal(target.host, target.port)
        headers = trip.headers(self._rules.user_agent, target.origin)
        response = await self._session.get(target.url, headers=headers, allow_redirects=False)
        try:
            return await self._taken(trip, target, response)
        finally:
            response.close()  # whatever of the body was not read is not read now either

    async def _taken(self, trip: Trip, target: Target, response: aiohttp.ClientResponse) -> Target | bytes | None:
        trip.arrived(target, response.status, response.headers, self._clock())
        if response.status == HTTPStatus.TOO_MANY_REQUESTS:
            trip.retry_after = self._politeness.rest(target.host, trip.retry_after)
        else:
            self._politeness.heard(target.host)
        if response.status in REDIRECTS:
            leads_to = target.redirected(response.headers.get("Location", ""))
            trip.redirected(leads_to, response.status)
            return leads_to
        refused = answers.refusal(
            response.status,
            conditional=trip.conditional,
            challenged=response.headers.get("cf-mitigated", "").lower() == "challenge",
        )
        if refused is not None:
            raise FetchError(*refused)
        if response.status == HTTPStatus.NOT_MODIFIED:
            return None
        return await self._body(trip, response)

    async def _body(self, trip: Trip, response: aiohttp.ClientResponse) -> bytes:
        page = trip.request.kind == "page"
        if page and not answers.may_be_html(trip.content_type):
            raise FetchError("not_html", f"the page is of type {answers.media_type(trip.content_type)}")
        limit = self._limits[trip.request.kind]
        if (response.content_length or 0) > limit:
            raise FetchError("too_large", f"the body is larger than {limit} bytes")
        body = Body(",".join(response.headers.getall("Content-Encoding", ())), limit)
        unsure = page
        async for chunk in response.content.iter_chunked(CHUNK):
            trip.raw_bytes += len(chunk)
            body.add(chunk)
            if unsure and body.size >= HEAD:
                _require_html(trip.content_type, body)
                unsure = False
        whole = body.finish(may_be_empty=trip.request.kind == "text")
        if unsure:
            _require_html(trip.content_type, body)
        return whole


@cache
def _trusted(_: ssl.DefaultVerifyPaths) -> ssl.SSLContext:
    # Reading the certificates takes as long as asking a hundred feeds: once, unless others are named.
    return ssl.create_default_context()


class _GuardedResolver(AbstractResolver):
    """aiohttp's hook for looking up a name: what it gets is checked and literal, and that is what it dials."""

    def __init__(self, guard: Guard) -> None:
        self._guard = guard

    async def resolve(self, host: str, port: int = 0, family: int = 0) -> list[ResolveResult]:  # noqa: ARG002  the hook's signature
        return [
            ResolveResult(
                hostname=host,
                host=address,
                port=port,
                family=socket.AF_INET6 if ":" in address else socket.AF_INET,
                proto=0,
                flags=0,
            )
            for address in await self._guard.addresses(host, port)
        ]

    async def close(self) -> None:
        """There is nothing to close: the guard is not ours."""


def _require_html(content_type: str, body: Body) -> None:
    if not answers.is_html(content_type, body.head(HEAD)):
        raise FetchError("not_html", "the page's first bytes are not HTML")


def _explained(error: aiohttp.ClientError | OSError) -> FetchError:
    """Reason and detail of what aiohttp raised; its own words may repeat the address with its credentials."""
    if isinstance(error, aiohttp.ClientConnectorCertificateError):
        fault = getattr(error.certificate_error, "verify_message", "")
        return FetchError("tls", f"the certificate does not hold: {fault}")
    if isinstance(error, aiohttp.ClientConnectorError) and not isinstance(error, aiohttp.ClientSSLError):
        return _not_connected(error.os_error)
    for kind, reason, detail in EXPLANATIONS:
        if isinstance(error, kind):
            return FetchError(reason, detail)
    return FetchError("protocol", "the server does not speak HTTP as it should")


def _not_connected(error: OSError) -> FetchError:
    if error.errno == errno.ECONNRESET:
        return FetchError("connection_reset", "the server hung up")
    if error.errno == errno.ETIMEDOUT:
        return FetchError("timeout", "the server did not answer in time")
    return FetchError("connect_refused", "nothing answers at this address and port")
