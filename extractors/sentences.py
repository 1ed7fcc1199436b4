"""Cuts a text into sentences that keep their place: offsets count in the text as given.

Pure. Russian and Chinese are cut by rule; English is cut by spaCy, which gets its blocks from here.
"""

from __future__ import annotations

import re
from itertools import pairwise

Span = tuple[int, int]  # start, end: text[start:end]

LONGEST_TEXT = 200_000  # characters; spaCy refuses a million, and no article has a tenth of it
LONGEST_RUN = 200  # characters without a space; to take brackets or quotes apart costs the square of their number

_LINE = re.compile(r"[^\n\r\x0b\x0c\x85\u2028\u2029]+")
_RUN = re.compile(rf"\S{{{LONGEST_RUN + 1},}}")
# One character for one character: offsets stay true.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "‑": "-", "‐": "-", "\u00a0": " "})
_SURROGATE = re.compile("[\ud800-\udfff]")

_CHINESE_END = re.compile(r"[。！？!?…]+[”’」』》）)]*")
# Possessive, and from the first mark of a row only: a page of dots must not cost its square.
_RUSSIAN_END = re.compile(
    r"(?<![.!?…])[.!?…]++[»”\"')\]]*+"
    # Before a capital, a digit or an opening quote; or stuck to the next sentence, as some sites have it.
    r"(?:\s++(?=(?:[«„“\"(\[–—-]\s?)*+[А-ЯЁA-Z0-9])|(?<=[а-яё]{3}\.)(?=[А-ЯЁ][а-яё]))"
)
_RUSSIAN_SHORT = re.compile(
    "гг?|вв?|т|д|пп?|ст?|ч|рис|им|ул|пр|пл|обл|р|руб|коп|тыс|млн|млрд|трлн|долл|см|напр|др|проф|акад|ген|гл|зам|тов|"
    "чел|кв|км|мин|сек|экз|стр|изд|ред|сост|пер|род|н|э|е",
    re.IGNORECASE,
)
_LAST_WORD = re.compile(r"(\w+)\.$")


def plain(text: str) -> str:
    """A copy of the same length that a tokenizer can read: simple quotes, no lone surrogates, no word without end."""
    text = _SURROGATE.sub("\ufffd", text.translate(_PLAIN))
    return _RUN.sub(lambda run: " " * len(run[0]), text)


def blocks(text: str) -> list[Span]:
    """The lines of the first `LONGEST_TEXT` characters that hold anything, without the space around them."""
    spans = (trim(text, line.start(), line.end()) for line in _LINE.finditer(text, 0, LONGEST_TEXT))
    return [(start, end) for start, end in spans if start < end]


def cut(text: str, language: str) -> list[Span]:
    """The sentences of a Russian or Chinese text, by their punctuation and the lines they stand in."""
    ends = _chinese_ends if language == "zh" else _russian_ends
    return [span for start, end in blocks(text) for span in _split(text, start, end, ends(text, start, end))]


def sayable(text: str, span: Span) -> bool:
    """Whether the passage can be written down: a lone surrogate has no place in UTF-8, nor in a mail."""
    return not _SURROGATE.search(text, *span)


def _split(text: str, start: int, end: int, ends: list[int]) -> list[Span]:
    edges = [start, *ends, end]
    spans = (trim(text, *pair) for pair in pairwise(edges))
    return [(first, last) for first, last in spans if first < last]


def _chinese_ends(text: str, start: int, end: int) -> list[int]:
    return [match.end() for match in _CHINESE_END.finditer(text, start, end)]


def _russian_ends(text: str, start: int, end: int) -> list[int]:
    matches = _RUSSIAN_END.finditer(text, start, end)
    return [match.end() for match in matches if not _abbreviates(text, start, match.start())]


def _abbreviates(text: str, start: int, stop: int) -> bool:
    """Whether the full stop at `stop` belongs to an initial or a shortened word."""
    word = _LAST_WORD.search(text[max(start, stop - 8) : stop + 1])
    if not word:
        return False
    return (len(word[1]) == 1 and word[1].isupper()) or bool(_RUSSIAN_SHORT.fullmatch(word[1]))


def trim(text: str, start: int, end: int) -> Span:
    while start < end and text[start].isspace():
        start += 1
    while start < end and text[end - 1].isspace():
        end -= 1
    return start, end
