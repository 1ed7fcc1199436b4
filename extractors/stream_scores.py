"""Amur's looks at a labelled stream: what was learnt of items, and how many gather, beside a cluster's score. Pure."""

from __future__ import annotations

import math
from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import replace
from datetime import date, timedelta

import numpy as np

from extractors.clusters import Vector, point_of
from extractors.first_stories import Marks, Rows, gathering_scores, likelihood
from extractors.gatherings import REFERENCE, expectation, surprise
from extractors.novelty_runs import Seen, Sighting
from extractors.novelty_stream import TUNED, StreamItem, positions
from extractors.registry import Registry

_DAYS = 14
# What the logarithm of the number of items that are likely of a new story counts beside words, names and voices. Chosen
# on the span TUNED, cross-validated, over five clusterings: 0.4 to 1 did hardly worse.
_GATHERS = 0.6
# What the logarithm of the surprise counts, and from which cosine to a cluster's middle on an item is near it. Chosen
# on the span TUNED, cross-validated, among weights of 0.3 and 0.8 and cosines of 0.35, 0.45 and 0.55.
_SURPRISES, _NEAR = 0.8, 0.45
_FOLDS = 5


def known_span(items: Sequence[StreamItem]) -> Marks:
    """Which items are of the span that is learnt from."""
    return np.array([item.day in TUNED for item in items], bool)


def weighed(seen: Seen, items: Sequence[StreamItem], vectors: Vector, odds: Rows) -> Seen:
    """The same looks, each at what its cluster holds of the last 14 days, scored by whether that is likely new too.

    Two things tell: how likely each of its items is of a new story, and how much more of the last days is near the
    middle of them than of the items before (the surprise of a gathering).
    """
    chances, days, sightings = likelihood(odds), [item.day for item in items], []
    for one in seen.sightings:
        late = bisect_left(days, days[one.item] - timedelta(days=_DAYS))
        voices = [place for place in one.items if place >= late]
        span = slice(max(late - REFERENCE, 0), one.item + 1)
        near = vectors[span] @ _middle(vectors[voices]) >= _NEAR
        many, before = late - span.start, int(near[: late - span.start].sum())
        expected = expectation(one.item + 1 - late, before, many)
        surprised = surprise(int(near[many:].sum()), expected)
        more = _GATHERS * float(np.log(chances[voices].sum())) + _SURPRISES * math.log1p(surprised)
        sightings.append(replace(one, items=tuple(voices), score=one.score + more))
    return Seen(sightings, seen.known)


def _middle(vectors: Vector) -> Vector:
    total = vectors.sum(axis=0)
    middle: Vector = total / (np.linalg.norm(total) or 1.0)
    return middle


def unknown(seen: Seen, items: Sequence[StreamItem], attach: float) -> Seen:
    """Without the looks at what is so much like a story that was known when a warm-up ended."""
    registry, waiting = Registry(()), sorted(seen.known, key=lambda pair: pair[0])
    kept: list[Sighting] = []
    for one in seen.sightings:
        while waiting and waiting[0][0] < items[one.item].day:
            registry.learn(waiting.pop(0)[1])
        if registry.nearest(point_of(one.stands.vector, one.stands.terms))[1] < attach:
            kept.append(one)
    return Seen(kept, seen.known)


def cross_fitted(items: Sequence[StreamItem], features: Rows, vectors: Vector) -> Rows:
    """`gathering_scores` for the span TUNED itself: each fifth from the others, without the stories that it shares.

    Stories that began before the span are known by then, as they are when another span is measured.
    """
    spanned, odds = known_span(items), gathering_scores(items, features, vectors, known_span(items))
    places: list[int] = np.flatnonzero(spanned).tolist()
    began = {story: items[of[0]].day for story, of in positions(items).items()}
    for fold in _fifths([items[place].day for place in places]):
        asked = np.zeros(len(items), bool)
        asked[np.array(places, int)[fold]] = True
        told = {items[place].story for place, inside in zip(places, fold, strict=True) if inside}
        young = {story for story in told if story and began[story] >= TUNED.first}
        others = spanned & ~asked & np.array([item.story not in young for item in items])
        odds[asked] = gathering_scores(items, features, vectors, others)[asked]
    return odds


def _fifths(days: Sequence[date]) -> list[Marks]:
    """Days in their order cut into parts of about as many items; a day is never cut."""
    numbers = np.array([day.toordinal() for day in days])
    edges = np.quantile(numbers, np.linspace(0, 1, _FOLDS + 1)[1:-1]) if len(days) else np.zeros(0)
    return [np.searchsorted(edges, numbers, side="right") == fold for fold in range(_FOLDS)]
