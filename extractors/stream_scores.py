"""Amur's looks at a labelled stream, with what was learnt of single items put beside the score of a cluster. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

import numpy as np

from extractors.clusters import Vector, point_of
from extractors.first_stories import Marks, Rows, gathering_scores, likelihood
from extractors.novelty_runs import Seen, Sighting
from extractors.novelty_stream import TUNED, StreamItem, positions
from extractors.registry import Registry

_DAYS = 14
# What the logarithm of the number of items that are likely of a new story counts beside words, names and voices. Chosen
# on the span TUNED, cross-validated, over five clusterings: 0.4 to 1 did hardly worse.
_GATHERS = 0.6
_FOLDS = 5


def known_span(items: Sequence[StreamItem]) -> Marks:
    """Which items are of the span that is learnt from."""
    return np.array([item.day in TUNED for item in items], bool)


def weighed(seen: Seen, items: Sequence[StreamItem], odds: Rows) -> Seen:
    """The same looks, each at what its cluster holds of the last 14 days, scored by whether that is likely new too."""
    chances, sightings = likelihood(odds), []
    for one in seen.sightings:
        voices = tuple(place for place in one.items if (items[one.item].day - items[place].day).days <= _DAYS)
        more = _GATHERS * float(np.log(chances[list(voices)].sum()))
        sightings.append(replace(one, items=voices, score=one.score + more))
    return Seen(sightings, seen.known)


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
