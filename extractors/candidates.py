"""Candidates: themes that nobody configured, found where what no theme explains gathers from many sides.

Pure, deterministic and without a clock. Around each new voice is looked for what else was said like it in the last
days; where that is many voices, far more than before, and nothing known, it is a candidate, found once. The same
articles in the same order give the same candidates, at one go or in pieces, each begun with what was stored.
"""

from __future__ import annotations

import math
import uuid
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from extractors import candidate_labels
from extractors.candidate_labels import Meaning
from extractors.clusters import Item, Member, cohesion, distinct, middle_of
from extractors.emergence import Recent
from extractors.frequencies import Frequencies
from extractors.gatherings import Gathering, Heard, surprise
from extractors.registry import Known, Registry
from warehouse.records import Candidate

# The chance that a gathering so surprising is of a new theme: a logistic curve through two generated years with one of
# eight themes left out at a time (tests/benchmarks/year.py), in which 2 of 5 were from a ratio of 3 on, 1 of 3 from 4,
# 6 of 8 from 5, 2 of 6 from 6 and all 4 from 8.
_SLOPE, _MIDDLE = 0.34, 4.7

# Score from which an article leans to a configured theme. In a generated year eight of ten articles on a known theme
# reach the 0.5 from which it is present, nine of ten this, and one in seventy on none: without it nearly all false
# candidates were the first wave of a theme that is known.
LEANING = 0.25

_LONG_AGO = datetime.min.replace(tzinfo=UTC)

__all__ = ["CandidateRules", "Emerged", "Item", "Joined", "Live", "Member", "Stored", "candidate_id_of"]


@dataclass(frozen=True, slots=True)
class CandidateRules:
    """When a gathering is a candidate.

    So many `stories` of so many `publishers` within `days`, each as `near` to the middle of the others, and a
    `surprise` so great. `attach` and `attach_theme` are how alike something known is that it only continues (likeness
    of `clusters.Point`, cosine of meaning). Where more than a share `explained` of its voices speak of one configured
    theme, or lean to it, it is that theme's, and where a share `joins` of them speak of one candidate it is that
    candidate's.
    """

    stories: int = 4
    publishers: int = 3
    days: int = 14
    near: float = 0.34
    surprise: float = 3.0
    attach: float = 0.55
    attach_theme: float = 0.74
    explained: float = 0.5
    joins: float = 0.34

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.days)


@dataclass(frozen=True, slots=True, eq=False)
class Stored:
    """An article that was heard before, as it is kept, and the candidate that it speaks of; "" for none."""

    member: Member
    candidate_id: str = ""


@dataclass(frozen=True, slots=True, eq=False)
class Emerged:
    """A candidate, and the articles that made it one."""

    candidate: Candidate
    article_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Joined:
    """What came of an article."""

    weights: Mapping[str, float]  # its terms as they were weighed, to be kept with it
    candidate_id: str = ""  # the candidate that it speaks of, whether it made it or came to it
    emerged: Emerged | None = None
    learnt: tuple[Known, ...] = ()  # to be kept in the registry, each in place of what has its id
    attached_to: str = ""  # what is known that its gathering continues, where that alone keeps it from being new
    gathered: int = 0  # voices around it


def candidate_id_of(article_id: UUID) -> str:
    """The id of the candidate that an article made."""
    return f"c-{uuid.uuid5(uuid.NAMESPACE_OID, f'candidate/{article_id}/0').hex[:8]}"


class Live:
    """What was said of late, what is known, and in how many articles each term stood.

    `meaning` is of phrases, in the space of the articles; it is asked when a candidate is found.
    """

    def __init__(
        self,
        rules: CandidateRules,
        frequencies: Frequencies,
        known: Iterable[Known] = (),
        stored: Iterable[Stored] = (),
        meaning: Meaning | None = None,
    ) -> None:
        self._rules = rules
        self._frequencies = frequencies
        self._meaning = meaning
        self._registry = Registry(known)
        self._recent = Recent()
        self._heard = Heard()
        self._spoken: dict[UUID, str] = {}  # article or story → the candidate that it speaks of
        self._newest = _LONG_AGO + rules.window
        for one in stored:
            self._hear(one.member)
            self._speaks(one.member.item, one.candidate_id)
        self._forget()

    @property
    def _since(self) -> datetime:
        return self._newest - self._rules.window

    def add(self, item: Item, candidate_id: str = "") -> Joined:
        """Hear the article, and find what gathers around it. By date and id, where several come at once.

        `candidate_id` is the candidate that it was found to speak of under other themes.
        """
        self._frequencies.count(item.language, item.terms)
        weights = self._frequencies.weigh(item.language, item.terms)
        self._hear(Member(item, weights))
        self._speaks(item, candidate_id)
        self._forget()
        if item.story_id in self._spoken:
            return self._continue(item, weights, self._spoken[item.story_id], None)
        found = self._heard.around(item.id, self._since, self._rules.near)
        if found is None:
            return Joined(weights)
        candidate_id = self._spoken_of(found)
        if candidate_id:
            return self._continue(item, weights, candidate_id, found)
        attached_to, emerged = self._judge(item, found)
        if emerged is None:
            return Joined(weights, attached_to=attached_to, gathered=len(found.voices))
        return self._begin(weights, emerged, found)

    def _hear(self, member: Member) -> None:
        self._newest = max(self._newest, member.item.at)
        self._heard.add(member)
        self._recent.add(member.item.at, member.item.language, member.weights)

    def _forget(self) -> None:
        if self._heard.forget(self._since):
            speaking = [m.item for m in self._heard.members() if m.item.id in self._spoken]
            self._spoken = {key: self._spoken[item.id] for item in speaking for key in (item.id, item.story_id)}
        self._recent.forget(self._since)

    def _speaks(self, item: Item, candidate_id: str) -> None:
        if candidate_id:
            self._spoken[item.id] = self._spoken[item.story_id] = candidate_id

    def _spoken_of(self, found: Gathering) -> str:
        """The candidate that enough of the voices speak of; "" for none."""
        spoken = Counter(self._spoken.get(voice.item.story_id, "") for voice in found.voices)
        del spoken[""]
        one = min(spoken, key=lambda one: (-spoken[one], one), default="")
        return one if spoken[one] >= self._rules.joins * len(found.voices) else ""

    def _judge(self, item: Item, found: Gathering) -> tuple[str, Emerged | None]:
        """What a gathering continues, and what it became."""
        rules, voices = self._rules, found.voices
        publishers = distinct(voice.item.publisher for voice in voices)
        supported = len(voices) >= rules.stories and len(publishers) >= rules.publishers
        expected = found.expected() if supported else math.inf
        surprised = surprise(len(voices), expected)
        if surprised < rules.surprise or not supported:
            return "", None
        spoken, share = _theme_of(voices)
        if share > rules.explained:
            return spoken, None
        middle = middle_of(voices)
        theme, likeness = self._registry.nearest_theme(middle.vector())
        if likeness >= rules.attach_theme:
            return theme, None
        known, alike = self._registry.nearest(middle)
        if known and alike >= rules.attach:
            return known, None
        phrases = candidate_labels.key_phrases(voices, found.meaning, self._frequencies, self._recent, self._meaning)
        if not phrases:  # nobody could be told what it is
            return "", None
        candidate = Candidate(
            id=candidate_id_of(item.id),
            label=candidate_labels.label(phrases),
            phrases=phrases,
            cohesion=cohesion(voices),
            nearest=theme,
            likeness=max(0.0, likeness),
            first_at=min(voice.item.at for voice in voices),
            voices=len(voices),
            publishers=publishers,
            blocs=distinct(voice.item.bloc for voice in voices),
            languages=distinct(voice.item.language for voice in voices),
            confidence=_confidence(surprised),
            expected=round(expected, 6),
        )
        return "", Emerged(candidate, self._unspoken(found))

    def _unspoken(self, found: Gathering) -> tuple[UUID, ...]:
        """What is near, but for what a candidate's story tells."""
        items = {member.item.id: member.item for member in self._heard.members(self._since)}
        return tuple(one for one in found.near if not {one, items[one].story_id} & self._spoken.keys())

    def _begin(self, weights: Mapping[str, float], emerged: Emerged, found: Gathering) -> Joined:
        made = set(emerged.article_ids)
        for member in self._heard.members(self._since):
            if member.item.id in made:
                self._speaks(member.item, emerged.candidate.id)
        learnt = self._learn(emerged.candidate.id)
        return Joined(weights, emerged.candidate.id, emerged, learnt, gathered=len(found.voices))

    def _continue(self, item: Item, weights: Mapping[str, float], candidate_id: str, found: Gathering | None) -> Joined:
        self._speaks(item, candidate_id)
        gathered = len(found.voices) if found else 0
        return Joined(weights, candidate_id, learnt=self._learn(candidate_id), gathered=gathered)

    def _learn(self, candidate_id: str) -> tuple[Known, ...]:
        """The candidate as it now stands: what grows on is not found again beside itself."""
        speaking = [m for m in self._heard.members(self._since) if self._spoken.get(m.item.id) == candidate_id]
        if not speaking:  # a copy that came late of what nobody speaks of any more
            return ()
        middle = middle_of(speaking)
        last_at = max(member.item.at for member in speaking)
        known = Known(candidate_id, "candidate", middle.vector(), middle.terms.heaviest(), last_at)
        self._registry.learn(known)
        return (known,)


def _theme_of(voices: Sequence[Member]) -> tuple[str, float]:
    """The configured theme that most of the voices speak of, and their share; "" and 0 where they speak of none."""
    spoken = Counter(theme for member in voices for theme in member.item.themes)
    theme = min(spoken, key=lambda theme: (-spoken[theme], theme), default="")
    return theme, spoken[theme] / len(voices)


def _confidence(surprise: float) -> float:
    """How sure one may be that it is one theme and a new one, in [0, 1]."""
    return 1 / (1 + math.exp(-_SLOPE * (surprise - _MIDDLE)))
