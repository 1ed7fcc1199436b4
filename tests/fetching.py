"""One way for all tests to fetch from the loopback servers: short deadlines, no distance, unless that is tested."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from typing import Any

from extractors.addresses import look_up
from extractors.fetch import Fetcher, FetchRules
from servers import HttpServer, RawServer
from warehouse.records import Fetch, Request

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
AGENT = "AmurTest/1.0 (+https://amur.test/about)"

Servers = Iterable[HttpServer | RawServer]


def fetcher(allowed: Servers = (), names: Sequence[str] = (), **changes: Any) -> Fetcher:
    """A fetcher that may dial these servers; `names` are other names for 127.0.0.1, allowed with the servers' ports."""
    allowed = tuple(allowed)
    allow = [server.netloc for server in allowed]
    allow += [f"{name}:{server.port}" for name in names for server in allowed]
    resolve = changes.pop("resolve", lambda host, port: ["127.0.0.1"] if host in names else look_up(host, port))
    rules: dict[str, Any] = {"deadline": 1.0, "host_distance": 0.0, "per_host": 8, "allow": tuple(allow)} | changes
    return Fetcher(FetchRules(AGENT, **rules), lambda: NOW, resolve=resolve)


def fetch_one(request: Request, allowed: Servers = (), names: Sequence[str] = (), **changes: Any) -> Fetch:
    """One request with a fetcher of its own."""
    with fetcher(allowed, names, **changes) as client:
        return client.fetch_all([request])[0]


def feed(url: str, **fields: Any) -> Request:
    """A request for a feed."""
    return Request(url, "feed", **fields)


def page(url: str) -> Request:
    """A request for a page."""
    return Request(url, "page")
