"""Copies are folded into stories, and every story has one voice.

A copy is told in four ways: by the address it gives for its original; by a fingerprint a few bits away; by long
sentences it shares word for word, which survive where an editor has cut and reworded too much for the fingerprint, or
put them into an article of his own; and, in another language, by what its sentences mean. Pure and deterministic. An
article costs one pass over the fingerprints of the days that are looked back on (0.1 ms for 100,000 of them), whatever
the size of the archive.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta
from typing import Literal

import numpy as np
import numpy.typing as npt

from warehouse.records import Alike, Appearance, Copy, Shared

# Copies share so many long sentences, and so much of those that the shorter of them has: of their number or letters.
SENTENCES, SHARE = 2, 0.3
# An excerpt of one or two sentences shares all it has, and with so many letters that nobody writes them twice.
WHOLE = 100
# What joins a story by way of an excerpt has so many of the excerpt's sentences: the story's may be the others.
_THROUGH = 0.5


def assign_stories(
    new: Iterable[Copy],
    remembered: Iterable[Copy],
    reach: timedelta,
    bits: int,
    shared: Iterable[Shared] = (),
    alike: Iterable[Alike] = (),
    meant: Collection[uuid.UUID] = (),
) -> tuple[Copy, ...]:
    """Give each new article the story of its original, else of its nearest copy, or make it a story of its own.

    A copy is dated within `reach` of the article, and differs in at most `bits` bits of the fingerprint or shares
    enough sentences (`shared`, of new articles with any others). An article without a fingerprint (too little text)
    is told by the other ways alone. One that is no copy in its own language joins the story of the article that it
    translates (`alike`, of new articles with any others), if it means the same as all of that story's articles of
    which is known what they mean (`meant`): reports that resemble one another by turns are no chain. An article joins
    one story at most, and stories are never joined. The order of `new` does not matter.
    """
    arrivals = sorted(new, key=_reading_order)
    memory = _Memory(list(remembered), len(arrivals))
    ties = _ties(shared, alike, meant)
    placed = []
    for article in arrivals:
        copy = _copy(article, memory, ties, reach, bits) or _translation(article, memory, ties, reach) or article
        placed.append(copy)
        memory.add(copy)
    return tuple(placed)


@dataclass(frozen=True, slots=True)
class _Ties:
    """What is known of pairs of articles, both ways round."""

    shared: Mapping[uuid.UUID, Mapping[uuid.UUID, float]]  # what share of the other's sentences an article has
    alike: Mapping[uuid.UUID, Mapping[uuid.UUID, Alike]]
    meant: Collection[uuid.UUID]


def _ties(shared: Iterable[Shared], alike: Iterable[Alike], meant: Collection[uuid.UUID]) -> _Ties:
    by_sentences: dict[uuid.UUID, dict[uuid.UUID, float]] = defaultdict(dict)
    by_meaning: dict[uuid.UUID, dict[uuid.UUID, Alike]] = defaultdict(dict)
    for pair in shared:
        if _enough(pair):
            by_sentences[pair.article_id][pair.other_id] = pair.sentences / pair.of_other
            by_sentences[pair.other_id][pair.article_id] = pair.sentences / pair.of
    for same in alike:
        by_meaning[same.article_id][same.other_id] = by_meaning[same.other_id][same.article_id] = same
    return _Ties(by_sentences, by_meaning, meant)


def _enough(pair: Shared) -> bool:
    fewer = min(pair.of, pair.of_other)
    if pair.sentences == fewer and pair.letters >= WHOLE:
        return True
    much = pair.sentences >= SHARE * fewer or (pair.of_letters and pair.letters >= SHARE * pair.of_letters)
    return pair.sentences >= SENTENCES and bool(much)


class _Memory:
    """The articles known so far, and three ways to find the copies of another among them; by position."""

    def __init__(self, known: list[Copy], more: int) -> None:
        self.known: list[Copy] = []
        self._prints: npt.NDArray[np.uint64] = np.zeros(len(known) + more, dtype=np.uint64)
        self._position: dict[uuid.UUID, int] = {}
        self._of_original: dict[uuid.UUID, set[int]] = defaultdict(set)
        self._of_story: dict[uuid.UUID, list[int]] = defaultdict(list)
        for copy in known:
            self.add(copy)

    def add(self, copy: Copy) -> None:
        position = len(self.known)
        self.known.append(copy)
        self._prints[position] = copy.fingerprint
        self._position[copy.article_id] = position
        self._of_story[copy.story_id].append(position)
        for original in (copy.article_id, copy.original_id):
            if original:
                self._of_original[original].add(position)

    def kin(self, article: Copy) -> set[int]:
        """Its original, what names the same original, and what names it as the original."""
        named = self._of_original.get(article.original_id, set()) if article.original_id else set()
        return named | self._of_original.get(article.article_id, set())

    def near(self, fingerprint: int, bits: int) -> set[int]:
        """Those whose fingerprints differ in so few bits."""
        if not fingerprint:
            return set()
        prints = self._prints[: len(self.known)]
        close = np.bitwise_count(prints ^ np.uint64(fingerprint)) <= bits
        return set(map(int, np.flatnonzero(close & (prints != 0))))

    def positions(self, articles: Iterable[uuid.UUID]) -> set[int]:
        """Those of the articles that are known."""
        return {self._position[article] for article in articles if article in self._position}

    def story(self, story_id: uuid.UUID) -> list[Copy]:
        """What belongs to a story so far."""
        return [self.known[position] for position in self._of_story[story_id]]


def _copy(article: Copy, memory: _Memory, ties: _Ties, reach: timedelta, bits: int) -> Copy | None:
    """The article in the story of its original, else of its nearest copy, the earliest where several are as near."""
    kin, near = memory.kin(article), memory.near(article.fingerprint, bits)
    shares = ties.shared.get(article.article_id, {})
    sharing = {
        position
        for position in memory.positions(shares)
        if not _is_loose(memory.known[position]) or shares[memory.known[position].article_id] >= _THROUGH
    }
    found = [
        (position not in kin, (copy.fingerprint ^ article.fingerprint).bit_count(), *_reading_order(copy), position)
        for position in kin | near | sharing
        for copy in (memory.known[position],)
        if abs(copy.dated_at - article.dated_at) <= reach
    ]
    if not found:
        return None
    _, distance, *_, position = min(found)
    told_by: Literal["original", "fingerprint", "sentences"] = (
        "original" if position in kin else "fingerprint" if position in near else "sentences"
    )
    return replace(article, story_id=memory.known[position].story_id, distance=distance, told_by=told_by)


def _is_loose(copy: Copy) -> bool:
    """Whether a copy may hold more than its story: it joined it by some of its sentences, or by what they mean."""
    return copy.told_by in ("sentences", "translation")


def _translation(article: Copy, memory: _Memory, ties: _Ties, reach: timedelta) -> Copy | None:
    """The article in the story of what it translates, or is translated by: of the one that it is most alike."""
    alike = ties.alike.get(article.article_id, {})
    found = [
        (-alike[copy.article_id].likeness, *_reading_order(copy), position)
        for position in memory.positions(alike)
        for copy in (memory.known[position],)
        if alike[copy.article_id].translated and abs(copy.dated_at - article.dated_at) <= reach
    ]
    if not found:
        return None
    *_, position = min(found)
    original = memory.known[position]
    others = [copy for copy in memory.story(original.story_id) if copy.article_id in ties.meant]
    if any(abs(o.dated_at - article.dated_at) <= reach and o.article_id not in alike for o in others):
        return None
    distance = (original.fingerprint ^ article.fingerprint).bit_count()
    return replace(article, story_id=original.story_id, distance=distance, told_by="translation")


def _reading_order(copy: Copy) -> tuple[datetime, uuid.UUID]:
    return copy.dated_at, copy.article_id


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
