from __future__ import annotations

import base64
import gzip
import hashlib
import ssl
import zlib
from collections.abc import Callable
from pathlib import Path

import pytest

from fetching import AGENT, NOW, feed, fetch_one, fetcher, page
from servers import HttpServer, Reply, Seen
from warehouse.records import Fetch, Outcome

TLS = Path(__file__).parent / "data" / "tls"
BODY = b"<rss>a feed</rss>"
HASH = hashlib.sha256(BODY).hexdigest()


def test_a_good_answer() -> None:
    """A new body comes with its hash, its validators, its type and where it came from."""
    headers = {"ETag": '"a"', "Last-Modified": "Mon, 05 May 2031 10:00:00 GMT", "Content-Type": "text/xml"}
    with HttpServer({"/feed": Reply(body=BODY, headers=headers)}) as server:
        result = fetch_one(feed(server.url("/feed")), [server])
    assert result == Fetch(
        at=NOW,
        outcome=Outcome.NEW,
        status=200,
        final_url=server.url("/feed"),
        content_type="text/xml",
        etag='"a"',
        last_modified="Mon, 05 May 2031 10:00:00 GMT",
        body_hash=HASH,
        body=BODY,
        raw_bytes=len(BODY),
        seconds=result.seconds,
    )
    assert 0 < result.seconds < 1


def test_what_is_sent() -> None:
    """The client names itself and asks for what it can inflate; it sends no cookie, no referrer, and knows no proxy."""
    replies = {
        "/": Reply(302, headers={"Location": "/feed", "Set-Cookie": "a=b; Path=/"}),
        "/feed": Reply(body=BODY, headers={"Set-Cookie": "c=d; Path=/"}),
    }
    # By a name: a cookie jar keeps nothing for a bare address anyway.
    with HttpServer(replies) as server, fetcher([server], ["host.test"]) as client:
        client.fetch_all([feed(server.url(host="host.test"))])
        client.fetch_all([feed(server.url(host="host.test"))])
    assert len(server.requests) == server.connections == 4
    for request in server.requests:
        assert request.headers["user-agent"] == AGENT
        assert request.headers["accept-encoding"] == "gzip, deflate"
        assert not {"cookie", "referer", "authorization", "if-none-match"} & request.headers.keys()


def test_the_environment_sets_no_proxy(monkeypatch: pytest.MonkeyPatch) -> None:
    """A proxy in the environment is passed over: it would dial addresses that nobody has checked."""
    with HttpServer() as proxy, HttpServer({"/": Reply(body=BODY)}) as server:
        monkeypatch.setenv("HTTP_PROXY", proxy.url())
        monkeypatch.setenv("http_proxy", proxy.url())
        assert fetch_one(feed(server.url()), [server]).body == BODY
        assert proxy.connections == 0


@pytest.mark.parametrize(("encoding", "pack"), [("gzip", gzip.compress), ("deflate", zlib.compress)])
def test_compressed_bodies(encoding: str, pack: Callable[[bytes], bytes]) -> None:
    """The hash is that of the inflated body, the bytes counted are those of the wire."""
    body = BODY * 100
    with HttpServer({"/": Reply(body=pack(body), headers={"Content-Encoding": encoding})}) as server:
        result = fetch_one(feed(server.url()), [server])
    assert (result.body, result.raw_bytes) == (body, len(pack(body)))
    assert result.body_hash == hashlib.sha256(body).hexdigest()


@pytest.mark.parametrize("etag", ['"a"', 'W/"a b"', '"é"', "bare"])
def test_validators_return_byte_for_byte(etag: str) -> None:
    """What a server gave as ETag is what it gets back, and its 304 means unchanged."""

    def route(request: Seen) -> Reply:
        known = request.headers.get("if-none-match") == sent
        return Reply(304) if known else Reply(body=BODY, headers={"ETag": sent})

    sent = etag.encode().decode("latin-1")
    with HttpServer({"/": route}) as server:
        first = fetch_one(feed(server.url()), [server])
        again = feed(server.url(), etag=first.etag, last_modified=first.last_modified, body_hash=first.body_hash)
        second = fetch_one(again, [server])
    assert (first.outcome, second.outcome) == (Outcome.NEW, Outcome.UNCHANGED)
    assert (second.status, second.body, second.body_hash) == (304, None, HASH)


@pytest.mark.parametrize("etag", [b"x" * 1025, '"日"'.encode(), b'"\xc2\x80"', b'"\x80"', b'"\xff\xfe"'])
def test_unusable_validators_are_not_kept(etag: bytes) -> None:
    """An ETag that is huge or that could not be sent back byte for byte is forgotten."""
    with HttpServer({"/": Reply(body=BODY, headers={"ETag": etag.decode("latin-1")})}) as server:
        result = fetch_one(feed(server.url()), [server])
    assert (result.outcome, result.etag) == (Outcome.NEW, None)


@pytest.mark.parametrize("etag", ["x" * 1025, "日", "a\r\nX: y", "\udcff", ""])
def test_unusable_validators_are_not_sent(etag: str) -> None:
    """What should never have been remembered makes the request unconditional, no more."""
    with HttpServer({"/": Reply(body=BODY)}) as server:
        assert fetch_one(feed(server.url(), etag=etag), [server]).body == BODY
    assert not {"if-none-match", "x"} & server.requests[0].headers.keys()


def test_the_same_body_is_unchanged_whatever_its_etag() -> None:
    """Servers that know no 304 are recognised by the hash of the body."""
    with HttpServer({"/": Reply(body=BODY, headers={"ETag": '"b"'})}) as server:
        result = fetch_one(feed(server.url(), etag='"a"', body_hash=HASH), [server])
    assert (result.outcome, result.reason, result.body) == (Outcome.UNCHANGED, "", None)


@pytest.mark.parametrize(
    ("status", "reason"),
    [
        (204, "empty_body"),
        (205, "empty_body"),
        (206, "unexpected_status"),
        (226, "unexpected_status"),
        (299, "unexpected_status"),
        (300, "unexpected_status"),
        (304, "unexpected_304"),
        (400, "unexpected_status"),
        (401, "unauthorized"),
        (403, "forbidden"),
        (404, "not_found"),
        (410, "gone"),
        (429, "rate_limited"),
        (500, "unavailable"),
        (503, "unavailable"),
        (999, "unexpected_status"),
    ],
)
def test_every_status_has_its_reason(status: int, reason: str) -> None:
    """Only 200, and 304 to a conditional request, are answers; all else is a failure with its reason."""
    with HttpServer({"/": Reply(status, body=BODY)}) as server:
        result = fetch_one(feed(server.url()), [server])
    assert (result.outcome, result.reason, result.status, result.body) == (Outcome.FAILED, reason, status, None)


def test_an_empty_answer_is_a_failure() -> None:
    """A 200 without a body never counts as "no new items"."""
    with HttpServer({"/": Reply(body=b"")}) as server:
        assert fetch_one(feed(server.url()), [server]).reason == "empty_body"


@pytest.mark.parametrize("status", [403, 429, 503])
def test_a_challenge_for_browsers_is_named(status: int) -> None:
    """Cloudflare's challenge is told from an ordinary refusal."""
    with HttpServer({"/": Reply(status, headers={"cf-mitigated": "challenge"})}) as server:
        assert fetch_one(feed(server.url()), [server]).reason == "bot_challenge"


def test_retry_after_is_handed_on() -> None:
    """The wait that a server asks for is in the answer."""
    with HttpServer({"/": Reply(503, headers={"Retry-After": "120"})}) as server:
        assert fetch_one(feed(server.url()), [server]).retry_after == 120.0


@pytest.mark.parametrize("location", ["/loop", "", None])
def test_redirects_that_lead_nowhere(location: str | None) -> None:
    """A circle and a redirect without a target are given up."""
    headers = {} if location is None else {"Location": location}
    with HttpServer({"/loop": Reply(301, headers=headers)}) as server:
        assert fetch_one(feed(server.url("/loop")), [server]).reason == "redirects"
    assert len(server.requests) == 1


def test_redirects_end_after_five() -> None:
    """Five redirects are followed, with relative targets and queries; a sixth is not."""
    routes = {f"/{n}": Reply(307, headers={"Location": f"{n + 1}?k=v#part"}) for n in range(6)} | {
        "/6": Reply(body=BODY, headers={"Content-Type": "text/html"})
    }
    with HttpServer(routes) as server:
        assert fetch_one(feed(server.url("/0")), [server]).reason == "redirects"
        assert len(server.requests) == 6
        result = fetch_one(feed(server.url("/1")), [server])
        last = fetch_one(page(server.url("/5")), [server])
    assert (result.body, result.final_url, last.final_url) == (BODY, server.url("/6"), server.url("/6?k=v"))


def test_the_deadline_is_for_all_redirects_together() -> None:
    """A chain of slow redirects ends when one slow answer would."""
    routes = {f"/{n}": Reply(302, headers={"Location": f"/{n + 1}"}, delay=0.2) for n in range(5)}
    with HttpServer(routes) as server:
        assert fetch_one(feed(server.url("/0")), [server], deadline=0.5).reason == "deadline"


@pytest.mark.parametrize(
    "target", ["file:///etc/hosts", "ftp://a/", "gopher://a/", "data:text/html,x", "javascript:alert(1)"]
)
def test_only_http_is_dialled(target: str) -> None:
    """Neither a feed nor a redirect opens anything but http and https."""
    with HttpServer({"/": Reply(302, headers={"Location": target})}) as server:
        assert fetch_one(feed(server.url()), [server]).reason == "bad_scheme"
    assert fetch_one(page(target)).reason == "bad_scheme"


@pytest.mark.parametrize(
    "url", ["", "feed", "//host/", "http://", "http:///x", "http://h:99999/", "http://[::1/", "http://\ud800/"]
)
def test_addresses_that_are_none(url: str) -> None:
    """What cannot be understood as an address is a failure like any other."""
    assert fetch_one(feed(url)).reason == "bad_url"


def test_credentials_go_to_their_own_server_alone() -> None:
    """User and password of a feed's address are sent to its origin, and appear in no record; nor does its query."""
    with HttpServer() as server, HttpServer({"/h": Reply(body=BODY)}) as other:
        server.routes["/f"] = Reply(302, headers={"Location": "/g?key=s3cret"})
        server.routes["/g"] = Reply(302, headers={"Location": other.url("/h?key=s3cret")})
        url = server.url("/f?key=s3cret").replace("//", "//user:s3cret%20й@")
        result = fetch_one(feed(url), [server, other])
        failed = fetch_one(feed(url), [server], redirects=0)
    wanted = "Basic " + base64.b64encode("user:s3cret й".encode()).decode()
    assert [request.headers.get("authorization") for request in server.requests] == [wanted] * 3
    assert "authorization" not in other.requests[0].headers
    assert result.body == BODY
    assert result.final_url == other.url("/h")
    assert "s3cret" not in repr(result) + repr(failed)


@pytest.mark.parametrize("content_type", ["application/pdf", "image/png", "text/plain", "video/mp4"])
def test_only_html_is_a_page(content_type: str) -> None:
    """Other documents are refused by their type as pages; for feeds the type does not matter."""
    with HttpServer({"/": Reply(body=b"<html>", headers={"Content-Type": content_type})}) as server:
        assert fetch_one(page(server.url()), [server]).reason == "not_html"
        assert fetch_one(feed(server.url()), [server]).outcome is Outcome.NEW


def test_a_long_policy_header_is_no_fault() -> None:
    """Real sites send single header fields of 20 KB."""
    with HttpServer({"/": Reply(body=BODY, headers={"Content-Security-Policy": "x" * 20_000})}) as server:
        assert fetch_one(feed(server.url()), [server]).body == BODY


@pytest.mark.parametrize(
    ("certificate", "trusted", "host", "reason"),
    [
        ("good.pem", True, "good.test", ""),
        ("good.pem", True, "other.test", "tls"),
        ("expired.pem", True, "good.test", "tls"),
        ("good.pem", False, "good.test", "tls"),
    ],
)
def test_certificates(monkeypatch: pytest.MonkeyPatch, certificate: str, trusted: bool, host: str, reason: str) -> None:
    """A certificate must be valid, of a trusted authority and for this name; there is no second try without."""
    if trusted:
        monkeypatch.setenv("SSL_CERT_FILE", str(TLS / "authority.pem"))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(TLS / certificate)
    with HttpServer({"/": Reply(body=BODY)}, tls=context) as server:
        result = fetch_one(feed(server.url(host=host)), [server], [host])
    assert (result.reason, server.connections) == (reason, 1)
    assert len(server.requests) == (0 if reason else 1)


def test_plain_http_on_a_tls_address() -> None:
    """A server that does not speak TLS where it should is a TLS failure."""
    with HttpServer() as server:
        url = server.url().replace("http:", "https:")
        assert fetch_one(feed(url), [server]).reason == "tls"
