from __future__ import annotations

import gzip
import tracemalloc
import zlib
from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.answers import FetchError
from extractors.bodies import MEMBERS, Body

LIMIT = 10_000


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


PACKERS: dict[str, Callable[[bytes], bytes]] = {
    "": bytes,
    "identity": bytes,
    "gzip": gzip.compress,
    "X-Gzip": lambda data: gzip.compress(data[:7], mtime=0) + gzip.compress(data[7:], mtime=0),
    "deflate": zlib.compress,
    " Deflate": raw_deflate,
}


def taken(encoding: str, *chunks: bytes) -> bytes:
    body = Body(encoding, LIMIT)
    for chunk in chunks:
        body.add(chunk)
    return body.finish()


@given(
    st.binary(min_size=1, max_size=2000).filter(lambda data: not data.isspace()),
    st.sampled_from(sorted(PACKERS)),
    st.integers(1, 50),
)
def test_inflating_undoes_packing(data: bytes, encoding: str, step: int) -> None:
    """A body comes out as it went in, in whatever pieces it arrives."""
    packed = PACKERS[encoding](data)
    pieces = [packed[start : start + step] for start in range(0, len(packed), step)]
    assert taken(encoding, *pieces) == data


@given(st.lists(st.binary(max_size=300), max_size=8), st.sampled_from(["gzip", "deflate"]))
def test_any_bytes_are_a_body_or_a_fetch_error(chunks: list[bytes], encoding: str) -> None:
    """Bytes that claim to be compressed inflate within the limit, or are refused by name."""
    try:
        assert len(taken(encoding, *chunks)) <= LIMIT
    except FetchError as error:
        assert error.reason in {"bad_encoding", "empty_body", "too_large"}  # noqa: PT017  both ends are right


@pytest.mark.parametrize(
    ("encoding", "chunk", "reason"),
    [
        ("br", b"x", "bad_encoding"),
        ("zstd", b"x", "bad_encoding"),
        ("gzip, gzip", b"x", "bad_encoding"),
        ("utf-8", b"x", "bad_encoding"),
        ("gzip", b"<rss/>", "bad_encoding"),
        ("gzip", gzip.compress(b"text", mtime=0)[:-1], "bad_encoding"),
        ("gzip", b"\x1f", "bad_encoding"),
        ("gzip", gzip.compress(b"", mtime=0) * (MEMBERS + 1), "bad_encoding"),
        ("gzip", gzip.compress(bytes(LIMIT + 1), mtime=0), "too_large"),
        ("deflate", raw_deflate(bytes(LIMIT + 1)), "too_large"),
        ("", bytes(LIMIT + 1), "too_large"),
        ("", b"", "empty_body"),
        ("", b" \r\n", "empty_body"),
        ("gzip", b"", "empty_body"),
        ("gzip", gzip.compress(b"", mtime=0), "empty_body"),
    ],
)
def test_bad_bodies_are_named(encoding: str, chunk: bytes, reason: str) -> None:
    """What cannot be read within bounds is refused with the reason."""
    with pytest.raises(FetchError) as caught:
        taken(encoding, chunk)
    assert caught.value.reason == reason


def test_a_bomb_takes_no_memory() -> None:
    """What is beyond the limit is never inflated."""
    bomb = gzip.compress(bytes(5_000_000))
    assert len(bomb) < LIMIT
    tracemalloc.start()
    try:
        with pytest.raises(FetchError):
            taken("gzip", bomb)
        assert tracemalloc.get_traced_memory()[1] < 500_000
    finally:
        tracemalloc.stop()


def test_padding_after_the_end_is_passed_over() -> None:
    """Some servers append zeros to a gzip body; browsers read it all the same."""
    assert taken("gzip", gzip.compress(b"text", mtime=0) + b"\0" * 5, b"\0" * 5000) == b"text"
