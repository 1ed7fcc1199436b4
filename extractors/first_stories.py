"""How likely a single item is the first of its story, from a long memory of items. Pure.

Novelty by the nearest neighbour is blind to how rare the words of an item are, and to how many items like it there
were. Logistic in both, and in the nearest ones of the past 14 days.
"""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.clusters import Vector
from extractors.frequencies import ENTITY, Frequencies, key_of
from extractors.novelty_stream import StreamItem

_ALIKE = 0.25  # from here on an item is like another
_MANY = 10

# Likeness in terms of the ten nearest ever, of the nearest lately in terms and in meaning; the logarithm of how many
# items are alike in terms and in meaning; rarity of words and of names; length. Logistic regression on the span that
# all thresholds were tuned on, per standard deviation there: docs/novelty.md.
_WEIGHTS: Final = (-0.42, -0.37, -0.48, -0.18, -0.15, 0.54, 0.34, 0.2)


@dataclass(slots=True)
class _Memory:
    """All items so far, by their terms."""

    items: dict[str, list[int]] = field(default_factory=dict)
    weights: dict[str, list[float]] = field(default_factory=dict)

    def alike(self, terms: Mapping[str, float], size: int) -> NDArray[np.float64]:
        """The cosine to each of the first `size` items."""
        found = np.zeros(size)
        for term, weight in terms.items():
            if term in self.items:
                found[self.items[term]] += weight * np.array(self.weights[term])
        return found

    def add(self, place: int, terms: Mapping[str, float]) -> None:
        for term, weight in terms.items():
            self.items.setdefault(term, []).append(place)
            self.weights.setdefault(term, []).append(weight)


def first_story_features(
    items: Sequence[StreamItem], vectors: Vector, terms: Sequence[Mapping[str, float]]
) -> NDArray[np.float64]:
    """What tells the first item of a story, one row per item."""
    memory, frequencies = _Memory(), Frequencies({})
    rows = np.zeros((len(items), len(_WEIGHTS)))
    since = 0
    for place, item in enumerate(items):
        while (item.day - items[since].day).days > 14:  # noqa: PLR2004  as the nearest neighbours it is compared with
            since += 1
        frequencies.count("en", terms[place])
        weights = frequencies.weigh("en", terms[place])
        said, meant = memory.alike(weights, place), vectors[:place] @ vectors[place]
        rows[place] = (
            float(np.sort(said)[-_MANY:].mean()) if place else 0.0,
            float(said[since:].max(initial=0.0)),
            float(meant[since:].max(initial=0.0)),
            math.log1p(int((said > _ALIKE).sum())),
            math.log1p(int((meant > _ALIKE).sum())),
            _rarity(frequencies, [term for term in terms[place] if not term.startswith(ENTITY)]),
            _rarity(frequencies, [term for term in terms[place] if term.startswith(ENTITY)]),
            math.log1p(len(item.text.split())),
        )
        memory.add(place, weights)
    return rows


def first_story_scores(features: NDArray[np.float64], known: slice) -> NDArray[np.float64]:
    """How likely each item is the first of its story; `known` are the items by which features are put on one scale."""
    mean, deviation = features[known].mean(axis=0), features[known].std(axis=0)
    scores: NDArray[np.float64] = (features - mean) / np.maximum(deviation, 1e-9) @ np.array(_WEIGHTS)
    return scores


def average_precision(scores: NDArray[np.float64], positive: NDArray[np.bool_]) -> float:
    """The mean precision at each positive, the highest scores first; ties in their order."""
    hits = positive[np.argsort(-scores, kind="stable")]
    precision = np.cumsum(hits) / np.arange(1, len(hits) + 1)
    return float(precision[hits].mean()) if hits.any() else 0.0


def _rarity(frequencies: Frequencies, terms: Sequence[str]) -> float:
    return sum(frequencies.rarity(key_of("en", term)) for term in terms) / len(terms) if terms else 0.0
