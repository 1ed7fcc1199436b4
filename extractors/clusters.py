"""Clusters of articles that say alike, each with a centroid of their meaning and one of their terms. Pure.

Likeness is half the cosine of meaning and half that of TF-IDF (Miranda et al. 2018 mix such features in a stream).
Where two texts share no language they share no vocabulary: then the second half is taken to be what it usually is
beside such a meaning, and is not held against them.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from extractors.termbags import Bag

_MEANING = 0.5  # weight of meaning beside that of terms
# The TF-IDF cosine of two items of one story beside the cosine of their meaning, by least squares over 7,617 pairs of
# the labelled stream that the thresholds were tuned on (docs/novelty.md).
_TERMS_BESIDE_MEANING = 0.34

Vector = NDArray[np.float32]
Sums = NDArray[np.float64]
Cosines = Sums | np.float64


@dataclass(frozen=True, slots=True, eq=False)
class Item:
    """What no theme explains of one article; `at` is its date, never later than now."""

    id: UUID
    story_id: UUID
    at: datetime
    publisher: str
    bloc: str
    language: str
    vector: Vector  # centred by its language, of length 1
    terms: Mapping[str, float]  # with weights; entities as "@…"
    counts: bool = True  # whether it can be a voice: history that a new feed brought along cannot
    themes: frozenset[str] = frozenset()  # the configured themes that the whole article speaks of, or leans to


@dataclass(frozen=True, slots=True, eq=False)
class Member:
    """An article with its terms as they were weighed when it came."""

    item: Item
    weights: Mapping[str, float]


def likeness(meant: Cosines, said: Cosines, share: Cosines, meaning: float = _MEANING) -> Cosines:
    """How alike two are, to nine digits: machines differ beyond.

    `meant` and `said` are the cosines of meaning and of terms, `share` is how much of the first one's terms can be the
    other's, `meaning` the weight of meaning beside that of terms.
    """
    likely = np.maximum(meant, 0.0) * _TERMS_BESIDE_MEANING
    alike: Cosines = np.round(meaning * meant + (1 - meaning) * (share * said + (1 - share) * likely), 9)
    return alike


class Point:
    """A place in meaning and in terms: an article's, a cluster's or that of something known."""

    def __init__(self, meaning: Sums, terms: Bag) -> None:
        self.meaning = meaning
        self.terms = terms
        self.length = float(np.linalg.norm(meaning)) or 1.0

    def likeness(self, other: Point) -> float:
        """How alike they are, in [-1, 1]."""
        meant = float(self.meaning @ other.meaning) / (self.length * other.length)
        said, share = self.terms.likeness(other.terms)
        return float(likeness(np.float64(meant), np.float64(said), np.float64(share)))

    def vector(self) -> Vector:
        """Its meaning, of length 1."""
        return (self.meaning / self.length).astype(np.float32)


class Cluster:
    """Articles that say alike, in the order in which they came."""

    def __init__(self, cluster_id: UUID) -> None:
        self.id = cluster_id
        self.members: list[Member] = []
        self.stories: set[UUID] = set()
        self.opened_at = datetime.max.replace(tzinfo=UTC)
        self.last_at = datetime.min.replace(tzinfo=UTC)
        self.point = Point(np.zeros(0), Bag())

    def add(self, member: Member) -> None:
        """Take the article in, at the end."""
        meaning, terms = member.item.vector.astype(np.float64), Bag(member.weights)
        if self.members:
            self.point.terms.add(terms)
            self.point = Point(self.point.meaning + meaning, self.point.terms)
        else:
            self.point = Point(meaning, terms)
        self.members.append(member)
        self.stories.add(member.item.story_id)
        self.opened_at = min(self.opened_at, member.item.at)
        self.last_at = max(self.last_at, member.item.at)

    def voices(self, since: datetime) -> list[Member]:
        """Of each story the first article that counts, of those dated from `since` on."""
        first: dict[UUID, Member] = {}
        for member in self.members:
            if member.item.counts and member.item.at >= since:
                first.setdefault(member.item.story_id, member)
        return list(first.values())


def cohesion(members: Sequence[Member]) -> float:
    """The mean cosine of articles to their centroid."""
    total = sum((member.item.vector.astype(np.float64) for member in members), np.zeros(len(members[0].item.vector)))
    return float(np.linalg.norm(total)) / len(members)


def point_of(vector: Vector, terms: Mapping[str, float]) -> Point:
    """The place of one article, or of something known."""
    return Point(vector.astype(np.float64), Bag(terms))


def middle_of(members: Sequence[Member]) -> Point:
    """The place of articles together."""
    terms = Bag()
    for member in members:
        terms.add(Bag(member.weights))
    return Point(np.sum([member.item.vector for member in members], axis=0, dtype=np.float64), terms)


def distinct(values: Iterable[str]) -> tuple[str, ...]:
    """Each once, sorted."""
    return tuple(sorted(set(values)))
