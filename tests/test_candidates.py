"""Clusters of what no theme explains, and the candidates that come of them."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.candidates import CandidateRules, Item, Joined, Live, Member, Stored, candidate_id_of
from extractors.frequencies import Frequencies, Key, frequency_keys
from extractors.registry import Known

START = datetime(2026, 3, 1, tzinfo=UTC)
TOPICS = ("lunar base", "wheat terminal", "visa centre")
RULES = CandidateRules(stories=3, publishers=2)
SEEN: dict[Key, int] = dict.fromkeys([("", ""), ("en", ""), ("ru", ""), ("zh", "")], 1000)  # before any of these


def article(n: int, topic: int = 0, day: float = 0, **changes: object) -> Item:
    vector = np.zeros(8, np.float32)
    vector[topic] = 1
    one, other = TOPICS[topic].split()
    terms = {one: 1.0, other: 1.0, TOPICS[topic]: 1.0, f"@Agency {topic}": 1.0, f"aside{n}": 1.0}
    made = Item(
        id=uuid.UUID(int=n),
        story_id=uuid.UUID(int=n),
        at=START + timedelta(days=day),
        publisher=f"paper-{n % 5}",
        bloc="West",
        language="en",
        vector=vector,
        terms=terms,
    )
    return replace(made, **changes)


def emerged(joined: Sequence[Joined]) -> list[str]:
    return [one.emerged.candidate.id for one in joined if one.emerged]


def all_at_once(items: Sequence[Item], rules: CandidateRules = RULES, known: Sequence[Known] = ()) -> list[Joined]:
    live = Live(rules, Frequencies(SEEN), known)
    return [live.add(item) for item in items]


class Kept:
    """What a warehouse keeps between two passes, and no more."""

    def __init__(self) -> None:
        self.frequencies = dict(SEEN)
        self.known: dict[str, Known] = {}
        self.clusters: dict[uuid.UUID, Stored] = {}

    def go_on(self, items: Sequence[Item]) -> list[Joined]:
        live_ones = self.live()
        touched = [m.item for one in live_ones for m in one.members] + list(items)
        keys = {key for item in touched for key in frequency_keys(item.language, item.terms)}
        frequencies = Frequencies({key: self.frequencies[key] for key in keys if key in self.frequencies})
        live = Live(RULES, frequencies, self.known.values(), live_ones)
        joined = [live.add(item) for item in items]
        for item, one in zip(items, joined, strict=True):
            before = self.clusters.get(one.cluster_id, Stored(one.cluster_id, ()))
            members = (*before.members, Member(item, one.weights, one.similarity))
            self.clusters[one.cluster_id] = Stored(one.cluster_id, members, one.candidate_id)
            self.known |= {known.id: known for known in one.learnt}
        self.frequencies |= frequencies.changed
        return joined

    def live(self) -> list[Stored]:
        last = {key: max(m.item.at for m in one.members) for key, one in self.clusters.items()}
        since = max(last.values(), default=START) - RULES.window
        return [self.clusters[key] for key in sorted(last) if last[key] >= since]


said = st.lists(
    st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=40
)  # topic, day, and whose copy it is


def stream(drawn: Sequence[tuple[int, int, int]]) -> list[Item]:
    items: list[Item] = []
    for n, (topic, day, copied) in enumerate(sorted(drawn, key=lambda one: one[1])):
        same = [item for item in items if item.vector[topic]]
        story = same[-1].story_id if copied == 3 and same else uuid.UUID(int=n)
        items.append(article(n, topic, day, story_id=story))
    return items


@settings(deadline=None, max_examples=25)
@given(said, st.lists(st.integers(1, 39), max_size=5))
def test_the_same_however_it_is_split(drawn: list[tuple[int, int, int]], cuts: list[int]) -> None:
    """A pass that ends anywhere and one that begins from what was stored do what one long pass does."""
    items = stream(drawn)
    kept, pieces = Kept(), []
    edges = [0, *sorted(cuts), len(items)]
    for start, end in pairwise(edges):
        pieces += kept.go_on(items[start:end])
    whole = all_at_once(items)
    places = [
        [(one.cluster_id, one.position, one.similarity, one.candidate_id) for one in way] for way in (whole, pieces)
    ]
    assert places[0] == places[1]
    assert [e.emerged.candidate for e in whole if e.emerged] == [e.emerged.candidate for e in pieces if e.emerged]


@settings(deadline=None, max_examples=25)
@given(said)
def test_a_cluster_emerges_once(drawn: list[tuple[int, int, int]]) -> None:
    """However much is said, a cluster becomes one candidate, and only with voices and publishers enough."""
    joined = all_at_once(stream(drawn))
    assert len(emerged(joined)) == len(set(emerged(joined)))
    for one in joined:
        if one.emerged:
            assert one.emerged.candidate.voices >= RULES.stories
            assert len(one.emerged.candidate.publishers) >= RULES.publishers
            assert 0 <= one.emerged.candidate.confidence <= 1
            assert one.emerged.candidate.id == candidate_id_of(one.cluster_id)


@given(st.integers(2, 12))
def test_copies_are_no_support(copies: int) -> None:
    """One story in many feeds is one voice, and raises nothing."""
    story = uuid.UUID(int=0)
    joined = all_at_once([article(n, story_id=story) for n in range(copies)])
    assert not emerged(joined)
    assert {one.cluster_id for one in joined} == {story}


def test_three_stories_are_a_candidate_with_a_name() -> None:
    """It is named by whom they name and what they say, and it stands in the registry."""
    (one,) = (j for j in all_at_once([article(n, day=n) for n in range(3)]) if j.emerged)
    assert one.emerged
    candidate = one.emerged.candidate
    assert candidate.phrases[:2] == ("Agency 0", "lunar base")
    assert candidate.label == " · ".join(candidate.phrases)
    assert (candidate.voices, candidate.publishers) == (3, ("paper-0", "paper-1", "paper-2"))
    assert (candidate.nearest, candidate.likeness, round(candidate.cohesion, 6)) == ("", 0.0, 1.0)
    assert [known.id for known in one.learnt] == [candidate.id]


def test_what_is_known_is_continued() -> None:
    """A cluster near something in the registry is attached to it, and so is one near a configured theme."""
    items = [article(n, day=n) for n in range(4)]
    terms = {"lunar": 0.5, "base": 0.5, "lunar base": 0.5, "@Agency 0": 0.5}
    for kind in ("candidate", "theme"):
        known = Known(
            "before", kind, items[0].vector, terms if kind == "candidate" else {}, START - timedelta(days=400)
        )
        joined = all_at_once(items, known=[known])
        assert not emerged(joined)
        assert [one.attached_to for one in joined] == ["", "", "before", "before"]


def test_the_same_theme_later_is_no_news() -> None:
    """A theme that falls silent and comes back after months is known by the candidate that it was."""
    first, later = [article(n, day=n) for n in range(3)], [article(n, day=200 + n) for n in range(10, 14)]
    joined = all_at_once([*first, *later])
    assert len(emerged(joined)) == 1
    assert joined[-1].attached_to == emerged(joined)[0]
    assert joined[-1].cluster_id != joined[0].cluster_id


def test_nothing_is_new_to_who_has_seen_little() -> None:
    """Words that nobody ever used are no news while hardly anything was read."""
    live = Live(RULES, Frequencies({}))
    joined = [live.add(article(n, day=n)) for n in range(6)]
    assert not emerged(joined)
    assert joined[-1].look


@pytest.mark.parametrize(("speaking", "held_back"), [(1, ""), (2, "orbit")])
def test_what_a_theme_explains_as_a_whole_is_that_theme(speaking: int, held_back: str) -> None:
    """Where nearly half of the voices speak of a configured theme, what is left of them is no theme of its own."""
    items = [article(n, day=n, themes=frozenset({"orbit"} if n < speaking else ())) for n in range(3)]
    joined = all_at_once(items)
    assert bool(emerged(joined)) is not bool(held_back)
    assert joined[-1].attached_to == held_back


def test_old_words_are_no_news() -> None:
    """Three stories in words in which much was said before are Tuesday's event inside an old theme."""
    before = dict.fromkeys(frequency_keys("en", article(0).terms), 400) | {("en", ""): 1000, ("", ""): 1000}
    live = Live(RULES, Frequencies(before))
    joined = [live.add(article(n, day=n)) for n in range(4)]
    assert not emerged(joined)
    look = joined[-1].look
    assert look is not None
    assert look.words < 2


def test_history_adds_no_voice() -> None:
    """Articles that a new feed brought along are put where they belong, and support nothing."""
    assert not emerged(all_at_once([article(n, day=n, counts=False) for n in range(6)]))


def test_support_is_of_the_last_days() -> None:
    """Three stories a fortnight apart from each other are no candidate."""
    assert not emerged(all_at_once([article(n, day=n * 10) for n in range(6)]))


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_languages_join(language: str) -> None:
    """Two articles of one meaning join although they have no word in common, and share a candidate."""
    words = {"ru": {"лунная": 1.0, "база": 1.0}, "zh": {"月球": 1.0, "基地": 1.0}}[language]
    others = [article(n, day=n, language=language, terms=words) for n in (1, 2)]
    joined = all_at_once([article(0), *others])
    assert {one.cluster_id for one in joined} == {uuid.UUID(int=0)}
    assert joined[1].similarity > RULES.join
    assert joined[2].emerged
    assert joined[2].emerged.candidate.languages == ("en", language)


def test_leaders_and_states_name_nothing() -> None:
    """A label never says that it is about China, Russia, their capitals or their leaders."""
    terms = {"@China": 2.0, "@Vladimir Putin": 2.0, "@Moscow": 2.0, "@CNPC": 1.0, "pipeline": 1.0}
    joined = all_at_once([article(n, day=n, terms=terms) for n in range(3)])
    (one,) = (j.emerged for j in joined if j.emerged)
    assert one.candidate.phrases == ("CNPC", "pipeline")
