"""Single-pass clustering with a second look, by which labelled streams of single sentences are run. Pure.

Each article joins the cluster it is most like, or opens one; a cluster with support enough is looked at whenever it
grows by a voice. The same articles in the same order give the same clusters.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from extractors.clusters import Cluster, Item, Member, distinct
from extractors.emergence import Look, Recent, look
from extractors.frequencies import Frequencies
from extractors.neighbours import Neighbours
from extractors.registry import Known


@dataclass(frozen=True, slots=True)
class SinglePassRules:
    """How alike an article is to the cluster that it joins, and from which support on a cluster is looked at.

    After `life_days` a cluster takes no more: what is spoken of for ever shall not grow for ever.
    """

    join: float
    stories: int
    publishers: int
    days: int = 14
    life_days: int = 90

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.days)

    @property
    def life(self) -> timedelta:
        return timedelta(days=self.life_days)


@dataclass(frozen=True, slots=True, eq=False)
class Placed:
    """Where an article was put."""

    cluster_id: UUID  # the id of the article that opened it
    weights: Mapping[str, float]  # its terms as they were weighed
    look: Look | None  # the second look, where there was support enough for one


class SinglePass:
    """The clusters of the last days, and in how many articles each term stood."""

    def __init__(self, rules: SinglePassRules) -> None:
        self._rules = rules
        self._frequencies = Frequencies({})
        self._recent = Recent()
        self._clusters: dict[UUID, Cluster] = {}
        self._neighbours = Neighbours()
        self._newest = datetime.min.replace(tzinfo=UTC) + rules.life

    @property
    def _since(self) -> datetime:
        return self._newest - self._rules.window

    def add(self, item: Item) -> Placed:
        """Put the article where it belongs; in the order of date and id."""
        self._newest = max(self._newest, item.at)
        self._forget()
        self._frequencies.count(item.language, item.terms)
        weights = self._frequencies.weigh(item.language, item.terms)
        nearest, alike = self._neighbours.nearest(item.vector, weights)
        cluster = self._clusters[nearest] if nearest and alike >= self._rules.join else Cluster(item.id)
        tells = item.story_id not in cluster.stories
        cluster.add(Member(item, weights))
        self._clusters[cluster.id] = cluster
        self._neighbours.add(cluster.id, item.vector, weights)
        self._recent.add(item.at, item.language, weights)
        return Placed(cluster.id, weights, self._looked(cluster) if tells else None)

    def standing(self, cluster_id: UUID) -> tuple[Known, tuple[UUID, ...]]:
        """Where a cluster that lives stands now, and its articles."""
        cluster = self._clusters[cluster_id]
        terms = cluster.point.terms.heaviest()
        known = Known(str(cluster_id), "past", cluster.point.vector(), terms, cluster.last_at)
        return known, tuple(member.item.id for member in cluster.members)

    def _forget(self) -> None:
        born = self._newest - self._rules.life
        for one in [c for c in self._clusters.values() if c.last_at < self._since or c.opened_at < born]:
            del self._clusters[one.id]
            self._neighbours.drop(one.id)
        self._recent.forget(self._since)

    def _looked(self, cluster: Cluster) -> Look | None:
        voices = cluster.voices(self._since)
        publishers = distinct(member.item.publisher for member in voices)
        if len(voices) < self._rules.stories or len(publishers) < self._rules.publishers:
            return None
        return look(voices, self._frequencies, self._recent)
