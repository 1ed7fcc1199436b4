"""Prints of sentences: what an article and its copies, however cut and extended, have in common word for word. Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from hashlib import blake2b

from extractors.quotations import is_speech, quotations

_LONGEST = 100_000  # characters that are looked at
_LONG, _LONG_IDEOGRAPHIC = 40, 12  # letters of a sentence that nobody writes twice by chance
_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？；])|\n+")
_LINE = re.compile(r"[^\n]+")
_IDEOGRAPH = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_NOT_LETTERS = re.compile(r"[\W_]+")


def sentence_prints(text: str) -> dict[int, int]:
    """A 64-bit print of each long sentence, and its weight in letters; case and punctuation do not count.

    Sentences that are too short are taken together with the short ones that follow. What somebody is quoted with is
    left out, however long: it stands in every report of it, word for word. A character of Chinese weighs as three
    letters.
    """
    return {_print(key): weight for key in _keys(text[:_LONGEST]) if (weight := _weight(key)) >= _LONG}


def _keys(text: str) -> Iterator[str]:
    for line in _LINE.finditer(text):
        short = ""
        for sentence in _END.split(_without_speech(text, *line.span())):
            key = _NOT_LETTERS.sub("", sentence.casefold())
            if _weight(key) >= _LONG:
                yield key
                yield short
                short = ""
            else:
                short += key
        yield short


def _without_speech(text: str, start: int, end: int) -> str:
    """A paragraph with a break wherever somebody speaks."""
    said = [span for span in quotations(text, start, end) if is_speech(text, span)]
    edges = [start, *(edge for span in said for edge in span), end]
    return "\n".join(text[first:last] for first, last in zip(edges[::2], edges[1::2], strict=True))


def _weight(key: str) -> int:
    return len(key) * _LONG // _LONG_IDEOGRAPHIC if _IDEOGRAPH.search(key) else len(key)


def _print(key: str) -> int:
    return int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest())
