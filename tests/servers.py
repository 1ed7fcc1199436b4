"""Real servers on loopback, for all tests: a scriptable HTTP server, and raw sockets for what HTTP forbids."""

from __future__ import annotations

import contextlib
import socket
import ssl
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Self


@dataclass(frozen=True, slots=True)
class Seen:
    """One request as it arrived; header names are in lower case, `at` is on the monotonic clock."""

    method: str
    path: str  # with its query
    headers: Mapping[str, str]
    body: bytes
    at: float


@dataclass(frozen=True, slots=True)
class Reply:
    """What the server answers, after `delay` seconds."""

    status: int = 200
    body: bytes = b""
    headers: Mapping[str, str] = field(default_factory=dict)
    delay: float = 0.0


Route = Reply | Callable[[Seen], Reply] | list[Reply]
"""A fixed answer, a function of the request, or answers given one after the other, the last one again and again."""


class HttpServer:
    """An HTTP/1.1 server in threads. `routes` maps paths without query to answers and may change at any time."""

    def __init__(
        self, routes: Mapping[str, Route] | None = None, host: str = "127.0.0.1", tls: ssl.SSLContext | None = None
    ) -> None:
        self.routes: dict[str, Route] = dict(routes or {})
        self.requests: list[Seen] = []
        self.connections = 0
        self.most_at_once = 0
        self._at_once = 0
        self._lock = threading.Lock()
        self._scheme = "https" if tls else "http"
        self._host = host
        self._server = _Server((host, 0), _handler(self), tls, self._connected)
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return int(self._server.server_address[1])

    @property
    def netloc(self) -> str:
        """Host and port, as an allow-list names them."""
        return f"{self._host}:{self.port}"

    def url(self, path: str = "/", host: str | None = None) -> str:
        """The address of a path, by this host's name or another one."""
        return f"{self._scheme}://{host or self._host}:{self.port}{path}"

    def seen(self, path: str) -> list[Seen]:
        """The requests for one path, without regard to queries."""
        return [request for request in self.requests if bare(request.path) == path]

    def answer(self, request: Seen) -> Reply:
        """Logs a request and finds its answer."""
        with self._lock:
            self.requests.append(request)
            self._at_once += 1
            self.most_at_once = max(self.most_at_once, self._at_once)
            route = self.routes.get(bare(request.path), Reply(404))
            if isinstance(route, list):
                route = route.pop(0) if len(route) > 1 else route[0]
        try:
            reply = route if isinstance(route, Reply) else route(request)
            time.sleep(reply.delay)
            return reply
        finally:
            with self._lock:
                self._at_once -= 1

    def _connected(self) -> None:
        with self._lock:
            self.connections += 1


class RawServer:
    """Accepts connections and hands each to `handler` in a thread of its own; closes it when that returns."""

    def __init__(self, handler: Callable[[socket.socket], None], host: str = "127.0.0.1") -> None:
        self.connections = 0
        self._handler = handler
        self._host = host
        self._listener = socket.create_server((host, 0), backlog=128)
        self._open: set[socket.socket] = set()
        self._thread = threading.Thread(target=self._accept, daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        # Closing alone does not wake a thread that waits in accept().
        self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()
        self._thread.join()
        for connection in tuple(self._open):
            with contextlib.suppress(OSError):
                connection.shutdown(socket.SHUT_RDWR)

    @property
    def port(self) -> int:
        """The port that the system chose."""
        return int(self._listener.getsockname()[1])

    @property
    def netloc(self) -> str:
        """Host and port, as an allow-list names them."""
        return f"{self._host}:{self.port}"

    def url(self, path: str = "/") -> str:
        """An http address of this server."""
        return f"http://{self.netloc}{path}"

    def _accept(self) -> None:
        with contextlib.suppress(OSError):  # the listener was closed
            while True:
                connection, _ = self._listener.accept()
                self.connections += 1
                self._open.add(connection)
                threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection: socket.socket) -> None:
        with connection, contextlib.suppress(OSError):  # the client hung up, which is what many faults end in
            self._handler(connection)
        self._open.discard(connection)


def read_request(connection: socket.socket) -> bytes:
    """The head of one HTTP request, as far as it comes."""
    head = b""
    while b"\r\n\r\n" not in head:
        more = connection.recv(65_536)
        if not more:
            break
        head += more
    return head


def free_port() -> int:
    """A port of loopback on which nothing listens."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        return int(listener.getsockname()[1])


def bare(path: str) -> str:
    """A path without its query."""
    return path.partition("?")[0]


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    block_on_close = False
    request_queue_size = 128

    def __init__(
        self,
        address: tuple[str, int],
        handler: type[BaseHTTPRequestHandler],
        tls: ssl.SSLContext | None,
        connected: Callable[[], None],
    ) -> None:
        super().__init__(address, handler)
        self._tls = tls
        self._connected = connected

    def get_request(self) -> tuple[socket.socket, Any]:
        connection, peer = super().get_request()
        self._connected()
        if self._tls is not None:
            # The handshake belongs to the connection's own thread: here it would hold up all others.
            connection = self._tls.wrap_socket(connection, server_side=True, do_handshake_on_connect=False)
        return connection, peer

    def handle_error(self, request: object, client_address: object) -> None:
        """A client that hangs up is no fault of a test."""


def _handler(owner: HttpServer) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        disable_nagle_algorithm = True

        def _serve(self) -> None:
            at = time.monotonic()
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            headers = {name.lower(): value for name, value in self.headers.items()}
            reply = owner.answer(Seen(self.command, self.path, headers, body, at))
            self.send_response(reply.status)
            for name, value in reply.headers.items():
                self.send_header(name, value)
            bodiless = reply.status in (204, 304)
            if not bodiless and "Content-Length" not in reply.headers:
                self.send_header("Content-Length", str(len(reply.body)))
            self.end_headers()
            if not bodiless and self.command != "HEAD":
                self.wfile.write(reply.body)

        do_GET = do_HEAD = do_POST = do_PUT = _serve  # noqa: N815  http.server's names

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    return Handler
