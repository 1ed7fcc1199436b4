"""Runs a stream through single-pass clusters: what each cluster looked like whenever it grew, and what was alerted.

Pure. Looks are taken once; alerts at another score or against another registry are told from the same looks.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from functools import cache
from uuid import UUID

import numpy as np

from extractors.clusters import Item, Vector, point_of
from extractors.frequencies import ENTITY
from extractors.novelty_baselines import plain_terms
from extractors.novelty_stream import WARM_UPS, Alert, StreamItem, known_stories
from extractors.registry import Known, Registry
from extractors.single_pass import SinglePass, SinglePassRules
from extractors.termbags import Bag
from extractors.theme_words import tells_nothing

Terms = Callable[[str], Mapping[str, float]]

_PART = r"(?:(?:[A-Z]\.)+|[A-Z0-9][\w’'-]*)"
_NAME = re.compile(rf"(?=[A-Z]){_PART}(?:\s+(?:of |the |de |al |el |bin |and )?{_PART})*")
_ENDS = ".:;"


@dataclass(frozen=True, slots=True, eq=False)
class Sighting:
    """A cluster that has support, at the moment when an item joined it."""

    item: int  # the position of that item
    cluster: UUID
    items: tuple[int, ...]
    score: float
    stands: Known


@dataclass(frozen=True, slots=True, eq=False)
class Seen:
    """All sightings of a stream, and what is known when each warm-up ends."""

    sightings: list[Sighting]
    known: list[tuple[date, Known]]


def named_terms(text: str) -> Mapping[str, float]:
    """Every word that says something, and the names: what begins with capitals, but for a sentence's first word."""
    found = {word: weight for word, weight in plain_terms(text).items() if not _small(word)}
    names = [f"{ENTITY}{name.lower()}" for name in _names(text)]
    return found | {name: 1 + float(np.log(names.count(name))) for name in names}


def see(items: Sequence[StreamItem], vectors: Vector, terms: Terms, rules: SinglePassRules) -> Seen:
    """Put the items into clusters, in their order."""
    live = SinglePass(rules)
    weights, sightings = [], []
    for place, item in enumerate(items):
        name = UUID(int=place)
        at = datetime.combine(item.day, time(), UTC)
        placed = live.add(Item(name, name, at, item.outlet, "", "en", vectors[place], terms(item.text)))
        weights.append(placed.weights)
        if placed.look:
            stands, members = live.standing(placed.cluster_id)
            of = tuple(member.int for member in members)
            sightings.append(Sighting(place, placed.cluster_id, of, placed.look.score, stands))
    known = [(until, _story(places, vectors, weights)) for until in WARM_UPS for places in known_stories(items, until)]
    return Seen(sightings, known)


def alerts(seen: Seen, items: Sequence[StreamItem], *, score: float = -np.inf, attach: float = np.inf) -> list[Alert]:
    """What is alerted: clusters with such a score, unless something known or alerted is so much alike by then."""
    registry, waiting, done = Registry(()), sorted(seen.known, key=lambda pair: pair[0]), set[UUID]()
    told, found = set[UUID](), []
    for one in seen.sightings:
        if attach <= 1:  # without a registry nothing needs to be learnt
            while waiting and waiting[0][0] < items[one.item].day:
                registry.learn(waiting.pop(0)[1])
            if one.cluster in told:
                registry.learn(_as_candidate(one))
        if one.cluster in done or one.score < score:
            continue
        done.add(one.cluster)
        if attach <= 1 and registry.nearest(point_of(one.stands.vector, one.stands.terms))[1] >= attach:
            continue
        told.add(one.cluster)
        if attach <= 1:
            registry.learn(_as_candidate(one))
        found.append(Alert(one.item, one.items))
    return found


def centred(vectors: Vector, first: int) -> Vector:
    """Vectors without what the first ones have in common, of length 1."""
    moved = vectors - vectors[: max(first, 1)].mean(axis=0)
    unit: Vector = moved / np.maximum(np.linalg.norm(moved, axis=1, keepdims=True), np.finfo(np.float32).eps)
    return unit


def _as_candidate(one: Sighting) -> Known:
    return Known(one.stands.id, "candidate", one.stands.vector, one.stands.terms, one.stands.last_at)


def _story(places: Sequence[int], vectors: Vector, weights: Sequence[Mapping[str, float]]) -> Known:
    total, bag = vectors[list(places)].astype(np.float64).sum(axis=0), Bag()
    for place in places:
        bag.add(Bag(weights[place]))
    unit = (total / (np.linalg.norm(total) or 1.0)).astype(np.float32)
    return Known(f"story {places[0]}", "past", unit, bag.heaviest(), datetime.max.replace(tzinfo=UTC))


def _names(text: str) -> Iterable[str]:
    for match in _NAME.finditer(text):
        said = match.group().split()
        begins = not match.start() or text[max(match.start() - 2, 0)] in _ENDS
        if begins and (len(said) == 1 or _small(said[0].lower())):
            said = said[1:]
        if said:
            yield " ".join(said)


@cache
def _small(word: str) -> bool:
    return bool(tells_nothing(word, "en")) and not any(map(str.isdigit, word))
