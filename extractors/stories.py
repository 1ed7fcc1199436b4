"""Copies are folded into stories, and every story has one voice.

A copy is told in three ways: by the address it gives for its original; by a fingerprint a few bits away; by long
sentences it shares word for word, which survive where an editor has cut and reworded too much for the fingerprint.
Pure and deterministic. An article costs one pass over the fingerprints of the days that are looked back on (0.1 ms
for 100,000 of them), whatever the size of the archive.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, time, timedelta
from hashlib import blake2b

import numpy as np
import numpy.typing as npt

from warehouse.records import Appearance, Copy, Shared

# Copies share so many long sentences, and so many of those that the shorter of them has.
SENTENCES, SHARE = 2, 0.3
_LONGEST = 100_000  # characters that are looked at
_LONG, _LONG_IDEOGRAPHIC = 40, 12  # letters of a sentence that nobody writes twice by chance
_END = re.compile(r"(?<=[.!?…])\s+|(?<=[。！？；])|\n+")
# What others said stands in every report of it, word for word.
_QUOTED = re.compile('["“”„«»「」『』]')
_IDEOGRAPH = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")


def sentence_prints(text: str) -> tuple[int, ...]:
    """A 64-bit print of each long sentence without quotation marks; letters and digits count, case does not."""
    found = {
        key
        for sentence in _END.split(text[:_LONGEST])
        if not _QUOTED.search(sentence) and _is_long(key := re.sub(r"[\W_]+", "", sentence.casefold()))
    }
    return tuple(
        sorted(int.from_bytes(blake2b(key.encode("utf-8", "replace"), digest_size=8).digest()) for key in found)
    )


def _is_long(key: str) -> bool:
    return len(key) >= (_LONG_IDEOGRAPHIC if _IDEOGRAPH.search(key) else _LONG)


def assign_stories(
    new: Iterable[Copy],
    remembered: Iterable[Copy],
    reach: timedelta,
    bits: int,
    shared: Iterable[Shared] = (),
) -> tuple[Copy, ...]:
    """Give each new article the story of its original, else of its nearest copy, or make it a story of its own.

    A copy is dated within `reach` of the article, and differs in at most `bits` bits of the fingerprint or shares
    enough sentences (`shared`, of new articles with any others). An article without a fingerprint (too little text)
    is told by the other ways alone. The order of `new` does not matter.
    """
    arrivals = sorted(new, key=_reading_order)
    memory = _Memory(list(remembered), len(arrivals))
    alike = _alike(shared)
    placed = []
    for article in arrivals:
        kin = memory.kin(article)
        copies = kin | memory.near(article.fingerprint, bits) | memory.positions(alike[article.article_id])
        copy = _placed(article, [(i not in kin, memory.known[i]) for i in copies], reach)
        placed.append(copy)
        memory.add(copy)
    return tuple(placed)


class _Memory:
    """The articles known so far, and three ways to find the copies of another among them; by position."""

    def __init__(self, known: list[Copy], more: int) -> None:
        self.known: list[Copy] = []
        self._prints: npt.NDArray[np.uint64] = np.zeros(len(known) + more, dtype=np.uint64)
        self._position: dict[uuid.UUID, int] = {}
        self._of_original: dict[uuid.UUID, set[int]] = defaultdict(set)
        for copy in known:
            self.add(copy)

    def add(self, copy: Copy) -> None:
        position = len(self.known)
        self.known.append(copy)
        self._prints[position] = copy.fingerprint
        self._position[copy.article_id] = position
        for original in (copy.article_id, copy.original_id):
            if original:
                self._of_original[original].add(position)

    def kin(self, article: Copy) -> set[int]:
        """Its original, what names the same original, and what names it as the original."""
        named = self._of_original.get(article.original_id, set()) if article.original_id else set()
        return named | self._of_original.get(article.article_id, set())

    def near(self, fingerprint: int, bits: int) -> set[int]:
        if not fingerprint:
            return set()
        prints = self._prints[: len(self.known)]
        close = np.bitwise_count(prints ^ np.uint64(fingerprint)) <= bits
        return set(map(int, np.flatnonzero(close & (prints != 0))))

    def positions(self, articles: Iterable[uuid.UUID]) -> set[int]:
        return {self._position[article] for article in articles if article in self._position}


def _placed(article: Copy, copies: Sequence[tuple[bool, Copy]], reach: timedelta) -> Copy:
    """The article in its story; `copies` each with whether it is no kin. The earliest where several are as near."""
    near = [
        (stranger, (copy.fingerprint ^ article.fingerprint).bit_count(), *_reading_order(copy), copy.story_id)
        for stranger, copy in copies
        if abs(copy.dated_at - article.dated_at) <= reach
    ]
    if not near:
        return replace(article, story_id=article.article_id, distance=0)
    _, distance, _, _, story = min(near)
    return replace(article, story_id=story, distance=distance)


def _reading_order(copy: Copy) -> tuple[datetime, uuid.UUID]:
    return copy.dated_at, copy.article_id


def _alike(shared: Iterable[Shared]) -> Mapping[uuid.UUID, set[uuid.UUID]]:
    """Which articles share enough sentences, both ways round."""
    found: dict[uuid.UUID, set[uuid.UUID]] = defaultdict(set)
    for pair in shared:
        if pair.sentences >= SENTENCES and pair.sentences >= SHARE * pair.of:
            found[pair.article_id].add(pair.other_id)
            found[pair.other_id].add(pair.article_id)
    return found


def voices(appearances: Iterable[Appearance]) -> tuple[Appearance, ...]:
    """Each story's voice: its original's publisher where that is among them, else its earliest copy.

    Who copies does not speak.
    """
    stories: dict[uuid.UUID, list[Appearance]] = defaultdict(list)
    for appearance in sorted(appearances, key=appearance_order):
        stories[appearance.story_id].append(appearance)
    return tuple(_voice(copies) for copies in stories.values())


def _voice(copies: Sequence[Appearance]) -> Appearance:
    originals = {copy.original for copy in copies if copy.original and copy.original != copy.publisher}
    return next((copy for copy in copies if copy.publisher in originals), copies[0])


def appearance_order(appearance: Appearance) -> tuple[datetime, datetime, uuid.UUID]:
    """By date; one that is dated by day alone, which is midnight, comes at the end of its day: it may be the copy."""
    dated = appearance.dated_at
    if dated.time() == time.min:
        dated += timedelta(days=1)
    return dated, appearance.first_seen_at, appearance.article_id
