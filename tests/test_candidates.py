"""Candidates: what comes of articles that gather, at one go and in pieces."""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import timedelta
from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors import gatherings
from extractors.candidates import CandidateRules, Item, Joined, Live, Member, Stored, candidate_id_of
from extractors.clusters import Vector
from extractors.frequencies import Frequencies, Key, frequency_keys
from extractors.registry import Known
from sayings import ELSE, START, Drawn, article, said, stream, usual

RULES = CandidateRules(stories=3, publishers=2)
SEEN: dict[Key, int] = dict.fromkeys([("", ""), ("en", ""), ("ru", ""), ("zh", "")], 1000)  # before any of these


BEFORE = usual(80)


def emerged(joined: Sequence[Joined]) -> list[str]:
    return [one.emerged.candidate.id for one in joined if one.emerged]


def stored(item: Item, candidate_id: str = "") -> Stored:
    """The article as it is kept, its terms weighed as they are when nobody used them before."""
    return Stored(Member(item, Frequencies(SEEN).weigh(item.language, item.terms)), candidate_id)


def all_at_once(
    items: Sequence[Item], known: Sequence[Known] = (), before: Sequence[Item] = BEFORE, rules: CandidateRules = RULES
) -> list[Joined]:
    live = Live(rules, Frequencies(SEEN), known, map(stored, before))
    return [live.add(item) for item in items]


class Kept:
    """What a warehouse keeps between two passes, and no more."""

    def __init__(self, before: Iterable[Item]) -> None:
        self.frequencies = dict(SEEN)
        self.known: dict[str, Known] = {}
        self.heard = {item.id: stored(item) for item in before}

    def go_on(self, items: Sequence[Item]) -> list[Joined]:
        restored = self.restored()
        touched = [*(one.member.item for one in restored), *items]
        keys = {key for item in touched for key in frequency_keys(item.language, item.terms)}
        frequencies = Frequencies({key: self.frequencies[key] for key in keys if key in self.frequencies})
        live = Live(RULES, frequencies, self.known.values(), restored)
        joined = [live.add(item) for item in items]
        for item, one in zip(items, joined, strict=True):
            self.heard[item.id] = Stored(Member(item, one.weights), one.candidate_id)
            for made in one.emerged.article_ids if one.emerged else ():
                self.heard[made] = Stored(self.heard[made].member, one.candidate_id)
            self.known |= {known.id: known for known in one.learnt}
        self.frequencies |= frequencies.changed
        return joined

    def restored(self) -> list[Stored]:
        """What was heard in the last days, and the last of what was heard before."""
        in_order = sorted(self.heard.values(), key=lambda one: (one.member.item.at, one.member.item.id))
        since = max((one.member.item.at for one in in_order), default=START) - RULES.window
        old = sum(one.member.item.at < since for one in in_order)
        return in_order[max(old - gatherings.REFERENCE, 0) :]


def told(joined: Sequence[Joined]) -> list[tuple[str, Mapping[str, float], object]]:
    return [(one.candidate_id, one.weights, one.emerged and one.emerged.candidate) for one in joined]


@settings(deadline=None, max_examples=40)
@given(said, st.lists(st.integers(1, 39), max_size=5), st.sampled_from([0, 10, 30]))
def test_the_same_however_it_is_split(drawn: list[Drawn], cuts: list[int], before: int) -> None:
    """A pass that ends anywhere and one that begins from what was stored do what one long pass does."""
    items = stream(drawn)
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(gatherings, "REFERENCE", 20)
        kept, pieces = Kept(BEFORE[:before]), []
        for start, end in pairwise([0, *sorted(cuts), len(items)]):
            pieces += kept.go_on(items[start:end])
        assert told(pieces) == told(all_at_once(items, before=BEFORE[:before]))


@settings(deadline=None, max_examples=25)
@given(said)
def test_a_theme_emerges_once(drawn: list[Drawn]) -> None:
    """However much is said, no candidate is found twice, nor any without voices and publishers enough."""
    joined = all_at_once(stream(drawn))
    assert len(emerged(joined)) == len(set(emerged(joined)))
    for n, one in enumerate(joined):
        if one.emerged:
            assert one.emerged.candidate.voices >= RULES.stories
            assert len(one.emerged.candidate.publishers) >= RULES.publishers
            assert 0 <= one.emerged.candidate.confidence <= 1
            assert one.candidate_id == one.emerged.candidate.id == candidate_id_of(uuid.UUID(int=n))


@given(st.integers(2, 12))
def test_copies_are_no_support(copies: int) -> None:
    """One story in many feeds is one voice, and raises nothing."""
    joined = all_at_once([article(n, story_id=uuid.UUID(int=0)) for n in range(copies)])
    assert not emerged(joined)
    assert {one.gathered for one in joined} == {0}


def test_three_stories_are_a_candidate_with_a_name() -> None:
    """It is named by whom they name and what they say, and it stands in the registry."""
    (one,) = (j for j in all_at_once([article(n, day=n) for n in range(3)]) if j.emerged)
    assert one.emerged
    candidate = one.emerged.candidate
    assert candidate.phrases[:2] == ("Agency 0", "lunar base")
    assert candidate.label == " · ".join(candidate.phrases)
    assert candidate.expected is not None
    assert 0 < candidate.expected < 0.1
    assert (candidate.voices, candidate.publishers) == (3, ("paper-0", "paper-1", "paper-2"))
    assert (candidate.nearest, candidate.likeness, round(candidate.cohesion, 6)) == ("", 0.0, 1.0)
    assert one.emerged.article_ids == tuple(uuid.UUID(int=n) for n in range(3))
    assert [known.id for known in one.learnt] == [candidate.id]


def test_what_gathers_later_joins_in_silence() -> None:
    """An article of a candidate's gathering is that candidate's, and so is a copy of one of its stories."""
    copy = article(9, 1, 5, story_id=uuid.UUID(int=1))
    joined = all_at_once([*(article(n, day=n) for n in range(5)), copy, article(10, 1, 5)])
    (found,) = emerged(joined)
    assert [one.candidate_id for one in joined] == ["", "", found, found, found, found, ""]
    assert [bool(one.learnt) for one in joined] == [False, False, True, True, True, True, False]


def test_a_late_copy_of_what_is_spoken_of_no_more() -> None:
    """A copy older than the last days joins its story's candidate, and teaches nothing where nobody else speaks."""
    late = article(20, day=3, story_id=uuid.UUID(int=1))
    joined = all_at_once([*(article(n, day=n) for n in range(3)), article(10, 1, 40), late])
    assert joined[-1].candidate_id == emerged(joined)[0]
    assert joined[-1].learnt == ()


def test_what_is_known_is_continued() -> None:
    """What gathers near something in the registry is attached to it, and so is what is near a configured theme."""
    items = [article(n, day=n) for n in range(4)]
    terms = {"lunar": 0.5, "base": 0.5, "lunar base": 0.5, "@Agency 0": 0.5}
    for kind in ("candidate", "theme"):
        known = Known(
            "before", kind, items[0].vector, terms if kind == "candidate" else {}, START - timedelta(days=400)
        )
        joined = all_at_once(items, [known])
        assert not emerged(joined)
        assert [one.attached_to for one in joined] == ["", "", "before", "before"]


def test_the_same_theme_later_is_no_news() -> None:
    """A theme that falls silent and comes back after months is known by the candidate that it was."""
    first, later = [article(n, day=n) for n in range(3)], [article(n, day=200 + n) for n in range(10, 14)]
    joined = all_at_once([*first, *usual(80, 170), *later])
    assert len(emerged(joined)) == 1
    assert joined[-1].attached_to == emerged(joined)[0]


@pytest.mark.parametrize("before", [0, 1])
def test_nothing_is_new_to_who_has_heard_little(before: int) -> None:
    """Where hardly anything was heard before the last days, nobody knows what is usual."""
    joined = all_at_once([article(n, day=n) for n in range(8)], before=BEFORE[:before])
    assert not emerged(joined)
    assert joined[-1].gathered


@pytest.mark.parametrize(("times", "new"), [(0, True), (80, False)])
def test_a_theme_spoken_of_as_often_before_is_no_news(times: int, *, new: bool) -> None:
    """Four stories where half of all was of the same for weeks are Tuesday's event inside an old theme."""
    before = [*BEFORE, *(article(500 + n, day=-16 - n % 20) for n in range(times))]
    joined = all_at_once([article(n, n % 2, n / 2) for n in range(8)], before=before)
    of_it = [one for n, one in enumerate(joined) if n % 2 == 0]
    assert bool(emerged(of_it)) is new


@pytest.mark.parametrize(("speaking", "held_back"), [(2, ""), (3, "orbit")])
def test_what_a_theme_explains_as_a_whole_is_that_theme(speaking: int, held_back: str) -> None:
    """Where more than half of the voices speak of a configured theme, what is left of them is no theme of its own."""
    items = [article(n, day=n, themes=frozenset({"orbit"} if n < speaking else ())) for n in range(4)]
    joined = all_at_once(items, rules=replace(RULES, stories=4))
    assert bool(emerged(joined)) is not bool(held_back)
    assert joined[-1].attached_to == held_back


def test_history_adds_no_voice() -> None:
    """Articles that a new feed brought along support nothing; of what becomes a candidate they are part."""
    history = [article(n, day=n, counts=False) for n in range(6)]
    assert not emerged(all_at_once(history))
    joined = all_at_once([*history, *(article(n, day=6) for n in range(10, 13))])
    (one,) = (j.emerged for j in joined if j.emerged)
    assert (one.candidate.voices, len(one.article_ids)) == (3, 9)


def test_support_is_of_the_last_days() -> None:
    """Three stories a fortnight apart from each other are no candidate."""
    assert not emerged(all_at_once([article(n, day=n * 10) for n in range(6)]))


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_languages_gather(language: str) -> None:
    """Articles of one meaning gather although they have no word in common, and share a candidate."""
    words = {"ru": {"лунная": 1.0, "база": 1.0}, "zh": {"月球": 1.0, "基地": 1.0}}[language]
    joined = all_at_once([article(0), *(article(n, day=n, language=language, terms=words) for n in (1, 2))])
    assert joined[2].emerged
    assert joined[2].emerged.candidate.languages == ("en", language)


def test_what_nothing_names_is_none() -> None:
    """A gathering that shares its meaning and no word has no name, and is not told."""
    assert not emerged(all_at_once([article(n, day=n, terms={"@China": 1.0}) for n in range(4)]))


def test_phrases_mean_what_the_articles_mean() -> None:
    """Of phrases that are as new the one comes first that is nearest to what gathered; one voice may say it."""
    texts = [{"crater": 1.0, "lunch": 1.0}, {"crater": 1.0, "lunch": 1.0, "rover": 1.0}, {"crater": 1.0, "lunch": 1.0}]
    items = [article(n, day=n, terms=terms) for n, terms in enumerate(texts)]
    axes = {"crater": 0.9, "rover": 1.0, "lunch": 0.1}

    def meaning(phrases: Sequence[str], language: str) -> Vector:
        assert language == "en"
        rows = np.zeros((len(phrases), len(items[0].vector)), np.float32)
        rows[:, 0] = [axes[phrase] for phrase in phrases]
        return rows

    live = Live(RULES, Frequencies(SEEN), stored=map(stored, BEFORE), meaning=meaning)
    (one,) = (found for found in (live.add(item).emerged for item in items) if found)
    assert one.candidate.phrases[0] == "crater"
    assert "rover" in one.candidate.phrases


def test_whom_one_article_quotes_names_nothing() -> None:
    """An expert whom one article alone quotes is left out of the label; what several name is not, nor a known firm."""
    quoted = [{"crater": 1.0, "@Institute of Ice": 1.0, f"@Expert {n}": 1.0} for n in range(3)]
    quoted[0]["@Gazprom"] = 1.0

    def meaning(phrases: Sequence[str], _language: str) -> Vector:
        return np.ones((len(phrases), ELSE), np.float32)

    live = Live(RULES, Frequencies(SEEN), stored=map(stored, BEFORE), meaning=meaning)
    joined = [live.add(article(n, day=n, terms=terms)) for n, terms in enumerate(quoted)]
    (one,) = (j.emerged for j in joined if j.emerged)
    assert set(one.candidate.phrases) == {"Institute of Ice", "Gazprom", "crater"}


def test_leaders_and_states_name_nothing() -> None:
    """A label never says that it is about China, Russia, their capitals or their leaders."""
    terms = {"@China": 2.0, "@Vladimir Putin": 2.0, "@Moscow": 2.0, "@CNPC": 1.0, "pipeline": 1.0}
    joined = all_at_once([article(n, day=n, terms=terms) for n in range(3)])
    (one,) = (j.emerged for j in joined if j.emerged)
    assert one.candidate.phrases == ("CNPC", "pipeline")
