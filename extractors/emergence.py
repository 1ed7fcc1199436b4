"""The second look at the clusters of a stream: is it new, or Tuesday's event inside something old? Pure.

What is new is spoken of in words that were rare before, and by more and more voices. An old one gathers as many, in
the words in which it has always been spoken of.
"""

from __future__ import annotations

import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime

from extractors.clusters import Member
from extractors.frequencies import ENTITY, Frequencies, Key, every_of, frequency_keys, key_of

_SHARED = 0.4  # of the voices in a language have a term, and at least two: it is what they speak of
_FEWEST = 2

# The score is the novelty of words, that of names by a quarter, and the logarithm of the voices, of which more than
# eight are no better than eight. Chosen by hand on the span that all thresholds were tuned on: docs/novelty.md.
_NAMES, _VOICES, _ENOUGH = 0.25, 1.75, 8


@dataclass(frozen=True, slots=True)
class Look:
    """What a second look at a cluster finds."""

    words: float  # mean novelty of the words that its voices share: -ln(share of the articles before that had one)
    names: float  # the same for whom and what they name; 0 where they share none
    voices: int

    @property
    def novelty(self) -> float:
        """How rare what its voices share was before them. With few articles behind it, nothing can have been rare."""
        return self.words + _NAMES * self.names

    @property
    def score(self) -> float:
        """Novelty and voices together, by which a stream's clusters are ranked."""
        return self.novelty + _VOICES * math.log(min(max(self.voices, 1), _ENOUGH))


class Recent:
    """The terms of the last days: what a term was before them is what it was before they spoke."""

    def __init__(self) -> None:
        self._articles: list[tuple[datetime, int, tuple[Key, ...]]] = []
        self._counts: Counter[Key] = Counter()
        self._added = 0

    def add(self, at: datetime, language: str, terms: Iterable[str]) -> None:
        """One more article."""
        keys = tuple(set(frequency_keys(language, terms)))
        heapq.heappush(self._articles, (at, self._added, keys))
        self._counts.update(keys)
        self._added += 1

    def forget(self, before: datetime) -> None:
        """Leave out what is dated before that moment."""
        while self._articles and self._articles[0][0] < before:
            self._counts.subtract(heapq.heappop(self._articles)[2])

    def articles(self, key: Key) -> int:
        """How many of them had the term."""
        return self._counts[key]


def look(voices: Sequence[Member], frequencies: Frequencies, recent: Recent) -> Look:
    """Look at the articles that speak for a cluster."""
    words: list[tuple[int, float]] = []
    names: list[tuple[int, float]] = []
    for key, times in shared(voices):
        before = frequencies.articles(key) - recent.articles(key)
        every = every_of(key)
        total = frequencies.articles(every) - recent.articles(every)
        novelty = -math.log((max(before, 0) + 0.5) / max(total, 1))
        (names if key[1].startswith(ENTITY) else words).append((times, novelty))
    return Look(_mean(words), _mean(names), len(voices))


def shared(voices: Sequence[Member]) -> Iterator[tuple[Key, int]]:
    """The terms that enough of the voices in a language have, pairs of words left out, and how many of them."""
    speaking = Counter(member.item.language for member in voices)
    terms = Counter(key_of(member.item.language, term) for member in voices for term in member.weights)
    for key in sorted(terms):
        of = speaking[key[0]] or len(voices)
        pair = " " in key[1] and not key[1].startswith(ENTITY)
        if terms[key] >= max(_FEWEST, _SHARED * of) and not pair:
            yield key, terms[key]


def _mean(weighed: Sequence[tuple[int, float]]) -> float:
    times = sum(n for n, _ in weighed)
    return sum(n * value for n, value in weighed) / times if times else 0.0
