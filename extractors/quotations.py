"""Where a paragraph quotes: the pairs of its quotation marks, and which of them hold speech. Pure, in linear time.

“English” and ‘British’ marks, «Russian» and „German“ ones, 「Chinese」 ones, and "typewriter's". 《》 hold titles.
"""

from __future__ import annotations

import re
from collections.abc import Iterable

from extractors.sentences import Span

FEWEST_WORDS = 5  # of speech; fewer are a term that is held at arm's length, or the name of a firm
FEWEST_HAN = 12  # characters of Chinese; fewer will do with a comma or a full stop among them
_FEWEST_STOPPED = 4

_CLOSES = {"“": "”", "«": "»", "「": "」", "『": "』", "‘": "’"}
_OPENS = {closing: opening for opening, closing in _CLOSES.items()}
_MARK = re.compile(r"[“”«»「」『』„\"]|(?<!\w)‘(?=\w)|(?<=[^\s])’(?!\w)")
_WORD = re.compile(r"[^\W_]+")
_STOPPED = re.compile(r"[，。！？]")
_HAN = re.compile(r"[\u3400-\u9fff]")


def quotations(text: str, start: int, end: int) -> list[Span]:
    """The outermost quotations of the paragraph `text[start:end]`, marks included, in their order.

    One that is never closed counts where its end cannot be seen or need not stand: it begins the paragraph, or the
    next paragraph begins with a mark again, as English has it.
    """
    stack: list[tuple[str, int]] = []
    found: list[Span] = []
    for match in _MARK.finditer(text, start, end):
        opening = _opening(match[0], stack)
        if not opening:
            stack.append((match[0], match.start()))
            continue
        depth = next((d for d in range(len(stack) - 1, -1, -1) if stack[d][0] == opening), None)
        if depth is not None:
            found.append((stack[depth][1], match.end()))
            del stack[depth:]
    found += [(place, end) for mark, place in stack[:1] if _runs_on(text, mark, place, start, end)]
    return _outermost(found)


def is_speech(text: str, span: Span) -> bool:
    """Whether a quotation is long enough to be what somebody said."""
    words = sum(1 for _ in _WORD.finditer(text, *span))
    fewest = _FEWEST_STOPPED if _STOPPED.search(text, *span) else FEWEST_HAN
    return words >= FEWEST_WORDS or sum(1 for _ in _HAN.finditer(text, *span)) >= fewest


def without(text: str, spans: Iterable[Span], base: int = 0) -> str:
    """`text`, of the same length, with NUL for all within the marks; `spans` count from `base` before it."""
    parts, last = [], 0
    for start, end in spans:
        first, stop = max(start - base + 1, last), min(end - base - 1, len(text))
        if first < stop:
            parts += [text[last:first], "\0" * (stop - first)]
            last = stop
    return "".join(parts) + text[last:]


def _opening(mark: str, stack: list[tuple[str, int]]) -> str:
    """The mark that `mark` closes; "" if it opens."""
    opened = [one for one, _ in stack[-3:]]
    if mark == '"':
        return '"' if '"' in opened else ""
    if mark == "“":
        return "„" if "„" in opened else ""
    if mark == "”" and "“" not in opened and "„" in opened:
        return "„"
    return _OPENS.get(mark, "")


def _runs_on(text: str, mark: str, place: int, start: int, end: int) -> bool:
    after = text[end : end + 20].lstrip()
    return mark != "‘" and (place == start or after.startswith(mark))


def _outermost(spans: list[Span]) -> list[Span]:
    outer: list[Span] = []
    for span in sorted(spans, key=lambda span: (span[0], -span[1])):
        if not outer or span[0] >= outer[-1][1]:
            outer.append(span)
    return outer
