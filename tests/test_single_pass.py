"""Single-pass clustering, by which labelled streams are run."""

from __future__ import annotations

import uuid
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.clusters import Item
from extractors.single_pass import Placed, SinglePass, SinglePassRules
from sayings import Drawn, article, said, stream, usual

RULES = SinglePassRules(0.4, stories=3, publishers=2)


def placed(items: Sequence[Item]) -> list[Placed]:
    live = SinglePass(RULES)
    return [live.add(item) for item in items]


def clusters(items: Sequence[Item]) -> list[int]:
    return [one.cluster_id.int for one in placed(items)]


@settings(deadline=None, max_examples=25)
@given(said)
def test_the_same_articles_give_the_same_clusters(drawn: list[Drawn]) -> None:
    """Each stands in the cluster that one of its topic opened, itself at the latest."""
    items = stream(drawn)
    assert clusters(items) == clusters(items)
    for item, cluster in zip(items, clusters(items), strict=True):
        assert cluster <= item.id.int
        assert items[cluster].vector.tobytes() == item.vector.tobytes()


def test_topics_stand_apart() -> None:
    """What says alike joins, and what says otherwise opens a cluster of its own."""
    assert clusters([article(n, n % 2, n) for n in range(6)]) == [0, 1, 0, 1, 0, 1]


def test_a_cluster_ends() -> None:
    """One that fell silent takes no more, and neither does one that has lived too long."""
    assert clusters([article(0), article(1, day=1), article(2, day=30)]) == [0, 0, 2]
    assert len(set(clusters([article(n, day=10 * n) for n in range(12)]))) == 2


@given(st.integers(2, 12))
def test_copies_are_no_support(copies: int) -> None:
    """One story in many feeds is one voice, and is never looked at."""
    assert not any(one.look for one in placed([article(n, story_id=uuid.UUID(int=0)) for n in range(copies)]))


def test_support_is_of_the_last_days() -> None:
    """A cluster is looked at when stories and publishers enough speak of it within a fortnight."""
    assert [bool(one.look) for one in placed([article(n, day=n) for n in range(4)])] == [False, False, True, True]
    assert not any(one.look for one in placed([article(n, day=10 * n) for n in range(6)]))
    assert not any(one.look for one in placed([article(n, day=n, publisher="one") for n in range(6)]))


@pytest.mark.parametrize("language", ["ru", "zh"])
def test_languages_join(language: str) -> None:
    """Two articles of one meaning join although they have no word in common."""
    words = {"ru": {"лунная": 1.0, "база": 1.0}, "zh": {"月球": 1.0, "基地": 1.0}}[language]
    assert clusters([article(0), article(1, day=1, language=language, terms=words)]) == [0, 0]


def test_the_look_knows_old_words() -> None:
    """Words in which much was said before are less of a novelty than those that nobody used."""
    new = placed([*usual(100), *(article(n, day=n) for n in range(3))])[-1].look
    old = placed([*usual(50), *(article(200 + n, day=-20) for n in range(50)), *(article(n, day=n) for n in range(3))])
    assert new
    assert old[-1].look
    assert new.words > 4
    assert old[-1].look.words < 1


def test_where_a_cluster_stands() -> None:
    """Its middle, its heaviest terms, when it was last spoken of, and its articles."""
    live = SinglePass(RULES)
    items = [article(n, day=n) for n in range(3)]
    (cluster,) = {live.add(item).cluster_id for item in items}
    known, members = live.standing(cluster)
    assert (known.id, known.kind, known.last_at) == (str(cluster), "past", items[-1].at)
    assert known.vector.tolist() == items[0].vector.tolist()
    assert {"lunar", "base", "@Agency 0"} <= set(known.terms)
    assert members == tuple(item.id for item in items)
