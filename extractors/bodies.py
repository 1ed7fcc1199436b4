"""Bodies within bounds: gzip and deflate are inflated as they arrive, never past the limit."""

from __future__ import annotations

import zlib
from typing import Protocol

from extractors.answers import FetchError

GZIP, ZLIB, RAW_DEFLATE = 31, 15, -15
DEFLATE_METHOD = 8
GZIP_START = b"\x1f\x8b"

# Each gzip member costs an inflater and a copy of what follows it, and an empty one is 20 bytes long.
MEMBERS = 100

PLAIN = frozenset({"", "identity"})
COMPRESSED = frozenset({"gzip", "x-gzip", "deflate"})


class Inflater(Protocol):
    """What `zlib.decompressobj` returns."""

    @property
    def eof(self) -> bool: ...
    @property
    def unused_data(self) -> bytes: ...
    def decompress(self, data: bytes, max_length: int, /) -> bytes: ...


class Body:
    """Collects one body of at most `limit` bytes, raw and inflated.

    `raw_bytes` counts what came over the wire, `size` what it holds.
    """

    def __init__(self, encoding: str, limit: int) -> None:
        """`encoding` is the whole Content-Encoding; raises `FetchError` (bad_encoding) for one never asked for."""
        self._encoding = encoding.strip().lower()
        if self._encoding not in PLAIN | COMPRESSED:
            raise FetchError("bad_encoding", "the body is encoded in a way that was not asked for")
        self._limit = limit
        self._chunks: list[bytes] = []
        self._inflater: Inflater | None = None
        self._members = 0
        self._held = b""
        self._ended = False
        self.size = 0
        self.raw_bytes = 0

    def add(self, chunk: bytes) -> None:
        """Takes the next bytes off the wire; raises `FetchError` (too_large, bad_encoding)."""
        self.raw_bytes += len(chunk)
        if self.raw_bytes > self._limit:
            raise FetchError("too_large", f"the body is larger than {self._limit} bytes")
        if self._encoding in PLAIN:
            self._keep(chunk)
            return
        try:
            self._inflate(self._held + chunk)
        except zlib.error as error:
            raise FetchError("bad_encoding", "the body cannot be inflated") from error

    def head(self, size: int) -> bytes:
        """The first bytes, at most `size`, as far as they have come."""
        return b"".join(self._chunks)[:size]

    def finish(self, *, may_be_empty: bool = False) -> bytes:
        """The whole body; raises `FetchError` (bad_encoding, empty_body)."""
        whole = self._encoding in PLAIN or (self._inflater is not None and self._inflater.eof)
        if self.raw_bytes and not whole:
            raise FetchError("bad_encoding", "the compressed body ends too early")
        body = b"".join(self._chunks)
        if not may_be_empty and (not body or body.isspace()):
            raise FetchError("empty_body", "the body is empty")
        return body

    def _keep(self, data: bytes) -> None:
        self.size += len(data)
        if self.size > self._limit:
            raise FetchError("too_large", f"the inflated body is larger than {self._limit} bytes")
        self._chunks.append(data)

    def _inflate(self, data: bytes) -> None:
        self._held = b""
        while data and not self._ended:
            if self._inflater is None or self._inflater.eof:
                if len(data) < len(GZIP_START):
                    self._held = data  # the kind of a member shows in its first two bytes
                    return
                if self._is_padding(data):
                    self._ended = True
                    return
                self._inflater = self._next_member(data)
            self._keep(self._inflater.decompress(data, self._limit + 1 - self.size))
            data = self._inflater.unused_data

    def _is_padding(self, data: bytes) -> bool:
        """Whether this is what some servers append after the end, and browsers pass over."""
        return self._members > 0 and (self._encoding == "deflate" or not data.startswith(GZIP_START))

    def _next_member(self, data: bytes) -> Inflater:
        self._members += 1
        if self._members > MEMBERS:
            raise FetchError("bad_encoding", f"the body is made of more than {MEMBERS} compressed parts")
        if self._encoding != "deflate":
            return zlib.decompressobj(GZIP)
        return zlib.decompressobj(ZLIB if has_zlib_header(data) else RAW_DEFLATE)


def has_zlib_header(data: bytes) -> bool:
    """Whether "deflate" is the zlib format here (RFC 1950, 2.2), or raw deflate, as some servers send it."""
    return data[0] & 0x0F == DEFLATE_METHOD and int.from_bytes(data[:2], "big") % 31 == 0
