"""Candidates: themes that nobody configured, found where what no theme explains gathers from many sides.

Pure, deterministic and without a clock. Single-pass clustering over the last days, a second look at each cluster that
has support enough, a look into the registry of what is known, and one emergence per cluster. The same articles in the
same order give the same clusters and emergences, whether at one go or in pieces, each begun with what was stored.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from extractors import candidate_labels
from extractors.clusters import Cluster, Item, Member, Stored, Vector, cohesion, distinct, point_of
from extractors.emergence import Look, Recent, look
from extractors.frequencies import Frequencies
from extractors.neighbours import Neighbours
from extractors.registry import Known, Registry
from warehouse.records import Candidate

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

__all__ = ["CandidateRules", "Emerged", "Item", "Joined", "Live", "Member", "Stored", "candidate_id_of"]


@dataclass(frozen=True, slots=True)
class CandidateRules:
    """When a cluster is a candidate. Likenesses are those of `clusters.Point`, or cosines of meaning for themes.

    `join` is how alike an article is to the cluster that it joins, `novelty` what the second look must find, `attach`
    and `attach_theme` how alike something known is that the cluster only continues; and a share `explained` of its
    voices that speak of one configured theme makes it that theme's. After `life_days` a cluster takes no more: what is
    spoken of for ever shall not grow for ever.
    """

    stories: int = 4
    publishers: int = 3
    days: int = 14
    join: float = 0.22
    novelty: float = 4.5
    attach: float = 0.55
    attach_theme: float = 0.74
    explained: float = 0.4
    life_days: int = 90

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.days)

    @property
    def life(self) -> timedelta:
        return timedelta(days=self.life_days)


@dataclass(frozen=True, slots=True, eq=False)
class Emerged:
    """A candidate, where it stands, and the articles that made it one."""

    candidate: Candidate
    cluster_id: UUID
    vector: Vector
    terms: Mapping[str, float]
    article_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """Where an article was put, and what came of it."""

    cluster_id: UUID  # the id of the article that opened it
    opened: bool
    position: int
    similarity: float  # 1 where it opened the cluster
    weights: Mapping[str, float]  # its terms as they were weighed, to be kept with it
    emerged: Emerged | None
    candidate_id: str  # that the cluster is, now or since earlier; "" while it is none
    learnt: tuple[Known, ...]  # to be kept in the registry, each in place of what has its id
    attached_to: str  # what is known that the cluster continues, where that alone keeps it from being a candidate
    look: Look | None  # the second look, where there was support enough for one


def candidate_id_of(cluster_id: UUID, episode: int = 0) -> str:
    """The id of the candidate that a cluster becomes."""
    return f"c-{uuid.uuid5(uuid.NAMESPACE_OID, f'candidate/{cluster_id}/{episode}').hex[:8]}"


class Live:
    """The clusters of the last days, what is known, and in how many articles each term stood."""

    def __init__(
        self,
        rules: CandidateRules,
        frequencies: Frequencies,
        known: Iterable[Known] = (),
        stored: Iterable[Stored] = (),
    ) -> None:
        self._rules = rules
        self._frequencies = frequencies
        self._registry = Registry(known)
        self._recent = Recent()
        self._clusters: dict[UUID, Cluster] = {}
        self._neighbours = Neighbours()
        self._told: dict[UUID, UUID] = {}  # story → its cluster
        kept = [(one, [member.item.at for member in one.members]) for one in stored if one.members]
        self._newest = max((max(at) for _, at in kept), default=_LONG_AGO + rules.life)
        for one, at in kept:
            self._restore(one, lives=max(at) >= self._since and min(at) >= self._newest - rules.life)
        self._forget()

    @property
    def _since(self) -> datetime:
        return self._newest - self._rules.window

    def add(self, item: Item) -> Joined:
        """Put the article where it belongs. In the order of date and id, as far as they come at once."""
        self._newest = max(self._newest, item.at)
        self._forget()
        self._frequencies.count(item.language, item.terms)
        weights = self._frequencies.weigh(item.language, item.terms)
        cluster, similarity = self._place(item, weights)
        opened = not cluster.members
        tells = item.counts and item.story_id not in cluster.stories
        self._take(cluster, Member(item, weights, similarity))
        self._recent.add(item.at, item.language, weights)
        found, attached_to, emerged = self._judge(cluster) if tells and not cluster.candidate_id else (None, "", None)
        return Joined(
            cluster_id=cluster.id,
            opened=opened,
            position=len(cluster.members) - 1,
            similarity=similarity,
            weights=weights,
            emerged=emerged,
            candidate_id=cluster.candidate_id,
            learnt=self._learn(cluster) if cluster.candidate_id else (),
            attached_to=attached_to,
            look=found,
        )

    def know(self, known: Known) -> None:
        """From now on this is no news."""
        self._registry.learn(known)

    def standing(self, cluster_id: UUID) -> tuple[Known, tuple[UUID, ...]]:
        """Where a cluster that lives stands now, and its articles."""
        cluster = self._clusters[cluster_id]
        terms = cluster.point.terms.heaviest()
        known = Known(str(cluster_id), "past", cluster.vector(), terms, cluster.last_at)
        return known, tuple(member.item.id for member in cluster.members)

    def _restore(self, stored: Stored, *, lives: bool) -> None:
        cluster = Cluster(stored.id, stored.candidate_id)
        for member in stored.members:
            if lives:
                self._take(cluster, member)
            self._recent.add(member.item.at, member.item.language, member.weights)

    def _take(self, cluster: Cluster, member: Member) -> None:
        cluster.add(member)
        self._clusters[cluster.id] = cluster
        self._neighbours.add(cluster.id, member.item.vector, member.weights)
        self._told[member.item.story_id] = cluster.id

    def _forget(self) -> None:
        born = self._newest - self._rules.life
        for one in [c for c in self._clusters.values() if c.last_at < self._since or c.opened_at < born]:
            del self._clusters[one.id]
            self._neighbours.drop(one.id)
            for story in one.stories:
                if self._told.get(story) == one.id:
                    del self._told[story]
        self._recent.forget(self._since)

    def _place(self, item: Item, weights: Mapping[str, float]) -> tuple[Cluster, float]:
        """The cluster of the article's story, or else the one that it is most like, or else a new one."""
        if item.story_id in self._told:
            own = self._clusters[self._told[item.story_id]]
            return own, point_of(item.vector, weights).likeness(own.point)
        nearest, similarity = self._neighbours.nearest(item.vector, weights)
        if nearest and similarity >= self._rules.join:
            return self._clusters[nearest], similarity
        return Cluster(item.id), 1.0

    def _judge(self, cluster: Cluster) -> tuple[Look | None, str, Emerged | None]:
        """The second look at a cluster that grew by a voice, what it continues, and what it became."""
        rules, voices = self._rules, cluster.voices(self._since)
        publishers = distinct(member.item.publisher for member in voices)
        if len(voices) < rules.stories or len(publishers) < rules.publishers:
            return None, "", None
        found = look(voices, self._frequencies, self._recent)
        if found.novelty < rules.novelty:
            return found, "", None
        spoken, share = _spoken(voices)
        if share >= rules.explained:
            return found, spoken, None
        theme, likeness = self._registry.nearest_theme(cluster.vector())
        if likeness >= rules.attach_theme:
            return found, theme, None
        known, alike = self._registry.nearest(cluster.point)
        if known and alike >= rules.attach:
            return found, known, None
        cluster.candidate_id = candidate_id_of(cluster.id)
        candidate = self._candidate(cluster, voices, found, (theme, max(0.0, likeness)))
        return (
            found,
            "",
            Emerged(
                candidate=candidate,
                cluster_id=cluster.id,
                vector=cluster.vector(),
                terms=cluster.point.terms.heaviest(),
                article_ids=tuple(member.item.id for member in cluster.members),
            ),
        )

    def _candidate(
        self, cluster: Cluster, voices: Sequence[Member], found: Look, nearest: tuple[str, float]
    ) -> Candidate:
        phrases = candidate_labels.key_phrases(voices, self._frequencies)
        return Candidate(
            id=cluster.candidate_id,
            label=candidate_labels.label(phrases),
            phrases=phrases,
            cohesion=cohesion(voices),
            nearest=nearest[0],
            likeness=nearest[1],
            first_at=min(member.item.at for member in cluster.members),
            voices=len(voices),
            publishers=distinct(member.item.publisher for member in voices),
            blocs=distinct(member.item.bloc for member in voices),
            languages=distinct(member.item.language for member in voices),
            confidence=found.confidence,
        )

    def _learn(self, cluster: Cluster) -> tuple[Known, ...]:
        """The candidate as it now stands: what grows on is not found again beside itself."""
        terms = cluster.point.terms.heaviest()
        known = Known(cluster.candidate_id, "candidate", cluster.vector(), terms, cluster.last_at)
        self._registry.learn(known)
        return (known,)


def _spoken(voices: Sequence[Member]) -> tuple[str, float]:
    """The configured theme that most of the voices speak of, and their share; "" and 0 where they speak of none."""
    spoken = Counter(theme for member in voices for theme in member.item.themes)
    theme = min(spoken, key=lambda theme: (-spoken[theme], theme), default="")
    return theme, spoken[theme] / len(voices)
