from __future__ import annotations

import os
import signal
import socket
import struct
import threading
import time
import zlib
from collections.abc import Callable, Iterable
from itertools import repeat

import pytest

from fetching import feed, fetch_one, fetcher, page
from servers import HttpServer, RawServer, Reply, free_port, read_request
from warehouse.records import Outcome

OK = b"HTTP/1.1 200 OK\r\n"
CHUNKED = OK + b"Transfer-Encoding: chunked\r\n\r\n"
LIMIT = 2_000_000

Handler = Callable[[socket.socket], None]


def says(*pieces: bytes, forever: Iterable[bytes] = (), every: float = 0.0) -> Handler:
    """A server that reads the request, sends `pieces`, and then what is in `forever`, `every` so many seconds."""

    def handler(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(b"".join(pieces))
        for piece in forever:
            time.sleep(every)
            connection.sendall(piece)

    return handler


def silent(connection: socket.socket) -> None:
    while connection.recv(65_536):
        pass


def resets(connection: socket.socket) -> None:
    read_request(connection)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))


def zeros(mib: int) -> bytes:
    packer = zlib.compressobj(9, wbits=31)
    return b"".join(packer.compress(bytes(1 << 20)) for _ in range(mib)) + packer.flush()


FAULTS: dict[str, tuple[Handler, str]] = {
    "never answers": (silent, "timeout"),
    "header drips": (says(OK, b"X: ", forever=repeat(b"x"), every=0.05), "deadline"),
    "body drips": (says(OK, b"Content-Length: 999\r\n\r\n", forever=repeat(b"x"), every=0.05), "deadline"),
    "endless 100": (says(forever=repeat(b"HTTP/1.1 100 Continue\r\n\r\n"), every=0.001), "deadline"),
    "endless 103": (says(forever=repeat(b"HTTP/1.1 103 Early Hints\r\n\r\n"), every=0.001), "deadline"),
    "endless body": (says(CHUNKED, forever=repeat(b"10000\r\n" + bytes(65_536) + b"\r\n")), "too_large"),
    "endless tiny chunks": (says(CHUNKED, forever=repeat(b"1\r\nx\r\n"), every=0.001), "deadline"),
    "endless chunk extension": (says(CHUNKED, b"5;", forever=repeat(b"x" * 999), every=0.001), "deadline"),
    "announces too much": (says(OK, b"Content-Length: 1000000000000\r\n\r\n"), "too_large"),
    "announces nonsense": (says(OK, b"Content-Length: 99999999999999999999999\r\n\r\n"), "protocol"),
    "endless header": (says(OK, b"X: ", forever=repeat(b"x" * 65_536)), "protocol"),
    "endless headers": (says(OK, forever=repeat(b"X: y\r\n" * 999)), "protocol"),
    "cut short": (says(OK, b"Content-Length: 1000\r\n\r\n", b"x" * 500), "truncated"),
    "cut chunk": (says(CHUNKED, b"400\r\nxxx"), "truncated"),
    "cut between chunks": (says(CHUNKED, b"3\r\nxxx\r\n"), "truncated"),
    "two lengths": (says(OK, b"Content-Length: 5\r\nContent-Length: 7\r\n\r\nhello"), "protocol"),
    "another protocol": (says(b"SSH-2.0-OpenSSH_9.2\r\n"), "protocol"),
    "hangs up": (says(), "connection_reset"),
    "resets": (resets, "connection_reset"),
    "gzip bomb": (says(OK, b"Content-Encoding: gzip\r\n\r\n", zeros(64)), "too_large"),
    "brotli": (says(OK, b"Content-Encoding: br\r\nContent-Length: 4\r\n\r\nxxxx"), "bad_encoding"),
    "gzip twice": (says(OK, b"Content-Encoding: gzip\r\nContent-Encoding: gzip\r\n\r\n", zeros(1)), "bad_encoding"),
    "cut gzip": (says(OK, b"Content-Encoding: gzip\r\n\r\n", zeros(1)[:-9]), "bad_encoding"),
    "not gzip": (says(OK, b"Content-Encoding: gzip\r\n\r\n", b"<rss/>"), "bad_encoding"),
    "switches protocols": (
        says(b"HTTP/1.1 101 Switching\r\nUpgrade: x\r\nConnection: upgrade\r\n\r\n"),
        "unexpected_status",
    ),
}


@pytest.mark.parametrize("name", FAULTS)
def test_a_faulty_server_costs_only_itself(name: str) -> None:
    """Each fault ends in its own reason within the deadline, and the good feeds beside it are fetched."""
    handler, reason = FAULTS[name]
    good = HttpServer({"/": Reply(body=b"feed")})
    with good, RawServer(handler) as bad, fetcher([good, bad], deadline=0.6, feed_bytes=LIMIT) as client:
        started = time.monotonic()
        before, result, behind = client.fetch_all([feed(good.url()), feed(bad.url()), feed(good.url())])
        assert time.monotonic() - started < 5
    assert (before.body, behind.body) == (b"feed", b"feed")
    assert (result.outcome, result.reason) == (Outcome.FAILED, reason)
    assert (result.body, result.body_hash, result.etag, result.last_modified) == (None, None, None, None)
    assert result.raw_bytes <= LIMIT + 65_536
    assert result.detail
    assert result.detail.isprintable()


def test_nothing_listens() -> None:
    """A closed port is a refused connection."""
    port = free_port()
    result = fetch_one(feed(f"http://127.0.0.1:{port}/"), allow=(f"127.0.0.1:{port}",))
    assert (result.outcome, result.reason, result.status) == (Outcome.FAILED, "connect_refused", None)


def test_a_body_without_length_is_taken_as_it_comes() -> None:
    """HTTP/1.0 without a length cannot tell a cut body: whether it is whole is for the parser to see."""
    with RawServer(says(b"HTTP/1.0 200 OK\r\n\r\n<rss>")) as server:
        assert fetch_one(feed(server.url()), [server]).body == b"<rss>"


def test_what_is_no_page_is_hardly_read() -> None:
    """Films are refused by their type unread; what only claims to be HTML by its first bytes."""
    film = says(OK, b"Content-Type: video/mp4\r\nContent-Length: 2000000000\r\n\r\n", forever=repeat(bytes(9999)))
    false = says(OK, b"Content-Type: text/html\r\n\r\n%PDF-1.7", forever=repeat(bytes(9999)))
    for handler in (film, false):
        with RawServer(handler) as server:
            result = fetch_one(page(server.url()), [server])
            assert result.reason == "not_html"
            assert result.raw_bytes <= 65_536


def test_the_body_of_a_redirect_is_never_read() -> None:
    """A redirect with an endless body is followed at once."""
    with HttpServer({"/": Reply(body=b"feed")}) as good:
        head = f"HTTP/1.1 302 Found\r\nLocation: {good.url()}\r\n\r\n".encode()
        with RawServer(says(head, forever=repeat(bytes(65_536)))) as server:
            result = fetch_one(feed(server.url()), [good, server])
    assert result.body == b"feed"
    assert result.seconds < 5


def test_an_interrupt_ends_the_fetching_and_leaves_nothing_open() -> None:
    """Ctrl-C during a fetch is a KeyboardInterrupt, and the client can be closed in the ordinary way."""
    with RawServer(silent) as server, fetcher([server], deadline=20.0) as client:
        timer = threading.Timer(0.2, os.kill, (os.getpid(), signal.SIGINT))
        timer.start()
        started = time.monotonic()
        with pytest.raises(KeyboardInterrupt):
            client.fetch_all([feed(server.url())] * 5)
        assert time.monotonic() - started < 10
    timer.join()
