"""What tells a single item of a new story, from a long memory of items, and how likely it makes one. Pure.

Novelty by the nearest neighbour is blind to how rare the words of an item are, to how many items like it there were,
and to what it is about: that an earthquake begins a story and one more count of the infected does not is learnt from
what an editor did with the span that all thresholds were tuned on.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.clusters import Vector
from extractors.frequencies import ENTITY, Frequencies, key_of
from extractors.novelty_stream import TUNED, StreamItem, new_stories, positions

_LATELY = 14  # days, as the nearest neighbours it is compared with
_ALIKE = 0.3  # from here on an item is like another
_MANY = 10
_LONG = 400  # days: a name that was not there for longer might never have been
_FEATURES: Final = 14
_MEANING = 10.0  # what a vector of length 1 weighs beside features of deviation 1: cross-validated on TUNED, as are:
_FIRST_RIDGE, _GATHERS_RIDGE = 30.0, 50.0
_BEGINNING = 12  # items of a new story: what comes later is told in words that are known by then
_STEPS, _CLOSE = 30, 1e-7  # of Newton's method

Rows = NDArray[np.float64]
Marks = NDArray[np.bool_]


@dataclass(slots=True)
class _Memory:
    """All items so far, by their terms, and when each name was last spoken of."""

    items: dict[str, list[int]] = field(default_factory=dict)
    weights: dict[str, list[float]] = field(default_factory=dict)
    last: dict[str, date] = field(default_factory=dict)

    def alike(self, terms: Mapping[str, float], size: int) -> Rows:
        """The cosine to each of the first `size` items."""
        found = np.zeros(size)
        for term, weight in terms.items():
            if term in self.items:
                found[self.items[term]] += weight * np.array(self.weights[term])
        return found

    def silence(self, names: Sequence[str], day: date) -> float:
        """For how long the names were not spoken of, as the mean logarithm of days; 0 for none."""
        days = [min((day - self.last[name]).days, _LONG) if name in self.last else _LONG for name in names]
        return float(np.log1p(days).mean()) if days else 0.0

    def add(self, place: int, day: date, terms: Mapping[str, float]) -> None:
        for term, weight in terms.items():
            self.items.setdefault(term, []).append(place)
            self.weights.setdefault(term, []).append(weight)
            self.last[term] = day


def story_features(items: Sequence[StreamItem], vectors: Vector, terms: Sequence[Mapping[str, float]]) -> Rows:
    """What tells an item of a new story when it comes, one row per item: likeness to what was, rarity and length."""
    memory, frequencies = _Memory(), Frequencies({})
    rows = np.zeros((len(items), _FEATURES))
    since = 0
    for place, item in enumerate(items):
        while (item.day - items[since].day).days > _LATELY:
            since += 1
        frequencies.count("en", terms[place])
        weights = frequencies.weigh("en", terms[place])
        names = [term for term in terms[place] if term.startswith(ENTITY)]
        rows[place] = (
            *_likeness(memory.alike(weights, place), since),
            *_likeness(vectors[:place] @ vectors[place], since),
            _rarity(frequencies, [term for term in terms[place] if not term.startswith(ENTITY)]),
            _rarity(frequencies, names),
            memory.silence(names, item.day),
            math.log1p(len(item.text.split())),
        )
        memory.add(place, item.day, weights)
    return rows


def first_story_scores(items: Sequence[StreamItem], features: Rows, vectors: Vector, known: Marks) -> Rows:
    """How likely each item is the first of its story, as log odds learnt from the `known` items that have one."""
    firsts = {places[0] for places in positions(items).values()}
    positive = np.array([place in firsts for place in range(len(items))])
    return learnt(features, vectors, positive, known & _headed(items), _FIRST_RIDGE)


def gathering_scores(items: Sequence[StreamItem], features: Rows, vectors: Vector, known: Marks) -> Rows:
    """How likely each item is of a new story that gathers, as log odds learnt from the `known` items."""
    found, late = np.zeros(len(items), bool), np.zeros(len(items), bool)
    of = positions(items)
    for story in new_stories(items, TUNED):
        found[of[story][:_BEGINNING]] = True
        late[of[story][_BEGINNING:]] = True
    return learnt(features, vectors, found, known & _headed(items) & ~late, _GATHERS_RIDGE)


def learnt(features: Rows, vectors: Vector, positive: Marks, known: Marks, ridge: float) -> Rows:
    """Log odds of all rows by ridge logistic regression on the `known` ones; 0 where these do not differ."""
    if known.sum() == 0 or positive[known].all() or not positive[known].any():
        return np.zeros(len(features))
    mean, deviation = features[known].mean(axis=0), features[known].std(axis=0)
    scaled = (features - mean) / np.maximum(deviation, 1e-9)
    design = np.hstack([scaled, _MEANING * vectors.astype(np.float64), np.ones((len(features), 1))])
    rows, wanted = design[known], positive[known].astype(float)
    penalty = np.append(np.full(design.shape[1] - 1, ridge), 1e-6)
    weights = np.zeros(design.shape[1])
    for _ in range(_STEPS):
        chance = likelihood(rows @ weights)
        bend = (rows * (chance * (1 - chance))[:, None]).T @ rows + np.diag(penalty)
        step = np.linalg.solve(bend, rows.T @ (chance - wanted) + penalty * weights)
        weights -= step
        if np.abs(step).max() < _CLOSE:
            break
    odds: Rows = design @ weights
    return odds


def likelihood(odds: Rows) -> Rows:
    """Log odds as chances in [0, 1]; it overflows nowhere."""
    chances: Rows = (1 + np.tanh(odds / 2)) / 2
    return chances


def average_precision(scores: Rows, positive: Marks, times: Rows | None = None) -> float:
    """The mean precision at each positive, the highest scores first; ties in their order. An item counts `times`."""
    order = np.argsort(-scores, kind="stable")
    counted = np.ones(len(order)) if times is None else times[order]
    hits = counted * positive[order]
    precision = np.cumsum(hits) / np.maximum(np.cumsum(counted), 1)
    return float((precision * hits).sum() / hits.sum()) if hits.any() else 0.0


def _likeness(alike: Rows | Vector, since: int) -> Iterable[float]:
    """Of the cosines to all earlier items: the ten nearest, the nearest before and lately, how many ever and lately."""
    yield float(np.partition(alike, -_MANY)[-_MANY:].mean()) if len(alike) > _MANY else 0.0
    yield float(alike[:since].max(initial=0.0))
    yield float(alike[since:].max(initial=0.0))
    yield math.log1p(int((alike > _ALIKE).sum()))
    yield math.log1p(int((alike[since:] > _ALIKE).sum()))


def _headed(items: Sequence[StreamItem]) -> Marks:
    return np.array([bool(item.story) for item in items], bool)


def _rarity(frequencies: Frequencies, terms: Sequence[str]) -> float:
    return sum(frequencies.rarity(key_of("en", term)) for term in terms) / len(terms) if terms else 0.0
