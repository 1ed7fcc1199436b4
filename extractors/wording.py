"""Learns from the statements of the themes in which words their points are made, language by language. Pure.

The encoder hears what a sentence means on the whole, and passes over single words that give a theme away, the more so
where a sentence says several things. So its answer is averaged with one that hears nothing but words: ridge regression
(Hoerl and Kennard 1970) on stems, pairs of stems and Chinese characters, each weighted by how rare it is among the
known sentences (Spärck Jones 1972). The same sentences give the same model.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, pairwise

import numpy as np
from numpy.typing import NDArray

FEWEST = 5  # statements of a theme in a language, from which its words there say something

_RIDGE = 2.0
_STEM = 6  # letters: what is left of most words of the same root, in English as in Russian
_LONGEST = 3  # characters of a Chinese term
_OFTEN = 2  # sentences that a term occurs in; one found in a single sentence is chance

_WORD = re.compile(r"[^\W_]+")

Scores = NDArray[np.float32]


@dataclass(frozen=True, slots=True, eq=False)
class Wording:
    """What was learnt of the words of one language."""

    language: str
    terms: Mapping[str, int]  # their rows
    rarity: NDArray[np.float32]  # of each term
    weights: NDArray[np.float32]  # a row per term, a column per theme
    base: NDArray[np.float32]  # what a sentence scores without any of the terms
    taught: NDArray[np.bool_]  # which themes have statements enough in this language; of others it knows nothing

    def scores(self, sentences: Sequence[str]) -> Scores:
        """How much each sentence (row) makes each theme's point (column), on the scale of `Exemplars.scores`."""
        scored = np.tile(self.base, (len(sentences), 1))
        for n, sentence in enumerate(sentences):
            rows, values = _weighed(sentence, self.language, self.terms, self.rarity)
            scored[n] += values @ self.weights[rows]
        return scored


def learn(
    sentences: Sequence[str], targets: NDArray[np.float64], makes_point: NDArray[np.bool_], language: str
) -> Wording:
    """Learn from sentences of one language, one at least, what each should score under each theme."""
    sentences_with = Counter(chain.from_iterable(sorted(set(_terms(sentence, language))) for sentence in sentences))
    known = sorted(term for term, count in sentences_with.items() if count >= _OFTEN)
    terms = {term: n for n, term in enumerate(known)}
    total = 1 + len(sentences)
    rarity = np.array([1 + math.log(total / (1 + sentences_with[term])) for term in known], np.float32)
    found = np.zeros((len(sentences), len(known)), np.float32)
    for n, sentence in enumerate(sentences):
        rows, values = _weighed(sentence, language, terms, rarity)
        found[n, rows] = values
    base = targets.mean(axis=0)
    alike = (found @ found.T).astype(np.float64)
    alike[np.diag_indices_from(alike)] += _RIDGE
    weights = found.T @ np.linalg.solve(alike, targets - base).astype(np.float32)
    return Wording(language, terms, rarity, weights, base.astype(np.float32), makes_point.sum(axis=0) >= FEWEST)


def _weighed(
    sentence: str, language: str, terms: Mapping[str, int], rarity: NDArray[np.float32]
) -> tuple[list[int], NDArray[np.float32]]:
    """The known terms of a sentence by their rows, and their weights: together of length 1."""
    counted = {terms[term]: count for term, count in Counter(_terms(sentence, language)).items() if term in terms}
    rows = list(counted)
    values: NDArray[np.float32] = np.array([1 + math.log(n) for n in counted.values()], np.float32) * rarity[rows]
    length = np.float32(np.linalg.norm(values))
    return rows, values / length if rows else values


def _terms(sentence: str, language: str) -> list[str]:
    """Stems and pairs of neighbours; where words are not set apart, runs of one to three characters."""
    words = _WORD.findall(sentence.lower().replace("ё", "е"))
    if language == "zh":
        return [
            word[start : start + length]
            for word in words
            for length in range(1, _LONGEST + 1)
            for start in range(len(word) - length + 1)
        ]
    stems = [word[:_STEM] for word in words]
    return [*stems, *(" ".join(pair) for pair in pairwise(stems))]
