"""Translations join the story that they translate; articles on the same event do not."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import UUID

import numpy as np
import pytest

from extractors.novelty import NoveltyRules
from extractors.stories import assign_stories
from extractors.translations import DIM, TRANSLATED, alike, likeness
from translated import AT, OWN, Text, in_two_languages, meanings, texts
from warehouse.records import Alike, Copy, Meaning

DAY = timedelta(days=1)
REACH = NoveltyRules().reach
HELD_BACK = texts(tuned_on=False)


@pytest.fixture(scope="module")
def meant(model: Path) -> dict[UUID, Meaning]:
    return meanings(HELD_BACK, model)


def key(n: int) -> UUID:
    return UUID(int=n)


def copy(n: int, hour: int) -> Copy:
    return Copy(key(n), key(n), 0, AT + timedelta(hours=hour))


def same(one: int, other: int, likeness: float = 0.6, *, translated: bool = True) -> Alike:
    return Alike(key(one), key(other), likeness, translated)


def assign(copies: list[Copy], pairs: list[Alike]) -> dict[int, int]:
    meant = {end for pair in pairs for end in (pair.article_id, pair.other_id)}
    placed = assign_stories(copies, [], REACH, 12, (), pairs, meant)
    return {one.article_id.int: one.story_id.int for one in placed}


def test_translations_are_told_from_reports_of_the_same(meant: dict[UUID, Meaning]) -> None:
    """Of the texts on which no threshold was chosen every translation is known, cut ones and local ledes included."""
    found = {frozenset((p.article_id, p.other_id)) for p in alike(meant.values(), meant, REACH) if p.translated}
    pairs = in_two_languages(HELD_BACK)
    assert sum(is_one for *_, is_one in pairs) >= 10
    assert sum(one.event == other.event and not is_one for one, other, is_one in pairs) >= 20
    wrong = [_named(one, other) for one, other, is_one in pairs if (frozenset((one.id, other.id)) in found) != is_one]
    assert wrong == []


def _named(one: Text, other: Text) -> str:
    return f"{one.event} {one.what} {one.language} / {other.event} {other.what} {other.language}"


def test_translations_are_one_story(meant: dict[UUID, Meaning]) -> None:
    """Every report in three languages is one story, and every article of its own is another."""
    pairs = alike(meant.values(), meant, REACH)
    articles = [Copy(text.id, text.id, 0, AT + timedelta(minutes=n)) for n, text in enumerate(HELD_BACK)]
    placed = {c.article_id: c for c in assign_stories(articles, [], REACH, 12, (), pairs, meant)}
    first = {(text.event, text.what == OWN): text.id for text in reversed(HELD_BACK)}
    for text in HELD_BACK:
        own = text.what == OWN or first[text.event, False] == text.id
        assert placed[text.id].story_id == (text.id if own else first[text.event, False])
        assert placed[text.id].told_by == ("" if own else "translation")


def test_only_articles_within_reach_are_compared(meant: dict[UUID, Meaning]) -> None:
    """A text that comes back in another language after the window of days is a story again; each pair is named once."""
    one, other = (t for t in HELD_BACK if t.event == "rail-queue")
    early, late = meant[one.id], replace(meant[other.id], dated_at=AT + REACH)
    (pair,) = alike([late, early], [early.article_id, late.article_id], REACH)
    assert (pair.likeness > TRANSLATED, pair.translated) == (True, True)
    assert alike([early, late], [late.article_id], REACH)[0].other_id == early.article_id
    assert alike([early, late], [], REACH) == ()
    assert alike([early, replace(late, dated_at=AT + REACH + DAY)], [late.article_id], REACH) == ()


def test_the_order_of_sentences_counts() -> None:
    """The same sentences the other way round are no rendering: only one of them keeps its place."""
    rows = np.eye(8, DIM, dtype=np.float32)
    assert likeness(rows, rows) == 1.0
    assert likeness(rows, rows[::-1]) == 0.0
    assert likeness(rows, rows[[0, 1, 2, 3, 5, 4, 6, 7]]) == pytest.approx(7 / 8)
    assert likeness(rows, rows[:3]) == 1.0
    assert likeness(rows, rows[:2]) == 0.0


# --- which story ----------------------------------------------------------------------------------


def test_a_translation_joins_what_it_is_most_alike() -> None:
    """Of two stories the nearer one; and articles of one language are told by their words."""
    copies = [copy(1, 0), copy(2, 1), copy(3, 2)]
    assert assign(copies, [same(3, 1, 0.5), same(3, 2, 0.7)]) == {1: 1, 2: 2, 3: 2}
    assert assign(copies[:2], [same(1, 2, translated=False)]) == {1: 1, 2: 2}


def test_likeness_by_turns_is_no_chain() -> None:
    """What resembles one article of a story, and not the others whose meaning is known, stays a story of its own."""
    copies = [copy(1, 0), copy(2, 1), copy(3, 2)]
    assert assign(copies, [same(2, 1), same(3, 2)]) == {1: 1, 2: 1, 3: 3}
    assert assign(copies, [same(2, 1), same(3, 2), same(3, 1, translated=False)]) == {1: 1, 2: 1, 3: 1}


def test_a_translation_joins_no_two_stories() -> None:
    """An article between two stories joins one of them, and these stay two."""
    copies = [copy(1, 0), copy(2, 1), copy(3, 2), copy(4, 3)]
    pairs = [same(3, 1, 0.6), same(3, 2, 0.5), same(4, 2, 0.6)]
    assert assign(copies, pairs) == {1: 1, 2: 2, 3: 1, 4: 2}
