"""What answers tell besides their bodies: new addresses, how long they stay good; and bodies that nobody judges."""

from __future__ import annotations

import hashlib

import pytest

from fetching import feed, fetch_one
from servers import HttpServer, Reply
from warehouse.records import Outcome, Request

BODY = b"<rss>a feed</rss>"
HASH = hashlib.sha256(BODY).hexdigest()


@pytest.mark.parametrize(
    ("statuses", "moved"),
    [((301,), True), ((308, 301), True), ((302,), False), ((301, 302), False), ((307, 308), False)],
)
def test_only_permanent_redirects_tell_a_new_address(statuses: tuple[int, ...], moved: bool) -> None:
    """Where 301 and 308 lead is told with its query; a single 302, 303 or 307 on the way leaves the address alone."""
    hops = {f"/{n}": Reply(status, headers={"Location": f"/{n + 1}?k=v"}) for n, status in enumerate(statuses)}
    end = f"/{len(statuses)}"
    with HttpServer(hops | {end: Reply(body=BODY)}) as server:
        result = fetch_one(feed(server.url("/0")), [server])
        known = fetch_one(feed(server.url("/0"), body_hash=HASH), [server])
        server.routes[end] = Reply(404)
        lost = fetch_one(feed(server.url("/0")), [server])
    wanted = server.url(f"{end}?k=v") if moved else None
    assert (result.redirects_to, known.redirects_to, lost.redirects_to) == (wanted, wanted, None)
    assert "k=v" not in repr(result)


def test_an_address_with_credentials_stays() -> None:
    """User and password belong to the configured address: where it leads cannot take its place."""
    with HttpServer({"/": Reply(301, headers={"Location": "/h"}), "/h": Reply(body=BODY)}) as server:
        result = fetch_one(feed(server.url().replace("//", "//user:pw@")), [server])
    assert (result.body, result.redirects_to) == (BODY, None)


@pytest.mark.parametrize("status", [200, 304])
def test_how_long_an_answer_stays_good_is_told(status: int) -> None:
    """What a server says of caching comes with its answer, and with a 304 as well."""
    with HttpServer({"/": Reply(status, body=BODY, headers={"Cache-Control": "public, max-age=900"})}) as server:
        assert fetch_one(feed(server.url(), etag='"a"'), [server]).fresh_for == 900.0


@pytest.mark.parametrize(
    ("body", "content_type"), [(b"", "text/plain"), (b" \n", ""), (b"<html>", "text/html"), (b"\0\xff", "image/png")]
)
def test_any_body_is_text(body: bytes, content_type: str) -> None:
    """Of what is asked for as text nothing is judged: robots.txt may be empty, or be whatever it is."""
    with HttpServer({"/robots.txt": Reply(body=body, headers={"Content-Type": content_type})}) as server:
        result = fetch_one(Request(server.url("/robots.txt?x=y"), "text"), [server])
    assert (result.outcome, result.body, result.final_url) == (Outcome.NEW, body, server.url("/robots.txt?x=y"))


def test_text_is_short() -> None:
    """Text ends at 512 KB, whatever feeds and pages may have."""
    with HttpServer({"/": Reply(body=b"x" * 512_000), "/more": Reply(body=b"x" * 512_001)}) as server:
        assert fetch_one(Request(server.url(), "text"), [server]).outcome is Outcome.NEW
        assert fetch_one(Request(server.url("/more"), "text"), [server]).reason == "too_large"
