"""Terms with weights, and how alike two bags of them are, even where they are in different languages. Pure.

The script tells the language of a term, as far as that matters: terms in different scripts cannot be the same.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Mapping
from functools import lru_cache

from extractors.frequencies import ENTITY

_LETTERS = (("ru", re.compile("[\u0400-\u052f]")), ("zh", re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")))
SCRIPTS = ("en", "ru", "zh", ENTITY)
_MOST = 40  # terms by which something is remembered


@lru_cache(maxsize=100_000)
def script_of(term: str) -> str:
    """ "@" for an entity, "ru", "zh", or "en" for all else."""
    if term.startswith(ENTITY):
        return ENTITY
    return next((script for script, letters in _LETTERS if letters.search(term)), "en")


class Bag:
    """Terms with weights, apart by script."""

    def __init__(self, terms: Mapping[str, float] | None = None) -> None:
        self._weights: dict[str, dict[str, float]] = {}
        self._squares: dict[str, float] = {}
        if terms:
            for term, weight in terms.items():
                self._weights.setdefault(script_of(term), {})[term] = weight
            self._squares = {s: sum(w * w for w in terms.values()) for s, terms in self._weights.items()}

    def add(self, other: Bag) -> None:
        """Add the weights of `other`."""
        for script, terms in other._weights.items():
            mine = self._weights.setdefault(script, {})
            twice = 2 * self._dot(other, script) + other._squares[script]
            for term, weight in terms.items():
                mine[term] = mine.get(term, 0.0) + weight
            self._squares[script] = self._squares.get(script, 0.0) + twice

    def likeness(self, other: Bag) -> tuple[float, float]:
        """The cosine over what can be the same, and the share of this bag that can be the same; 0 and 0 where none."""
        common = [script for script in self._squares if script in other._squares]
        mine = sum(self._squares[script] for script in common)
        theirs = sum(other._squares[script] for script in common)
        if mine <= 0 or theirs <= 0:
            return 0.0, 0.0
        dot = sum(self._dot(other, script) for script in common)
        return dot / math.sqrt(mine * theirs), mine / sum(self._squares.values())

    def heaviest(self) -> dict[str, float]:
        """What it is remembered by: its heaviest terms, together of length 1."""
        terms = sorted(self.items(), key=lambda pair: (-pair[1], pair[0]))[:_MOST]
        length = math.sqrt(sum(weight * weight for _, weight in terms)) or 1.0
        return {term: weight / length for term, weight in terms}

    def items(self) -> Iterator[tuple[str, float]]:
        """All terms with their weights."""
        for script in sorted(self._weights):
            yield from self._weights[script].items()

    def _dot(self, other: Bag, script: str) -> float:
        mine, theirs = self._weights.get(script, {}), other._weights[script]
        if len(mine) < len(theirs):
            mine, theirs = theirs, mine
        return sum(weight * mine[term] for term, weight in theirs.items() if term in mine)
