"""What gathers around an article, and how surprising it is."""

from __future__ import annotations

import random
import uuid
from collections.abc import Iterable
from datetime import timedelta

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.clusters import Item, Member
from extractors.gatherings import REFERENCE, Gathering, Heard, surprise
from sayings import ELSE, START, Drawn, article, said, stream, usual

NEAR = 0.33


def member(item: Item) -> Member:
    length = sum(weight * weight for weight in item.terms.values()) ** 0.5
    return Member(item, {term: weight / length for term, weight in item.terms.items()})


def heard(items: Iterable[Item]) -> Heard:
    made = Heard()
    for item in items:
        made.add(member(item))
    return made


def around(found: Heard, item: Item, day: float = 0) -> Gathering | None:
    return found.around(item.id, START + timedelta(days=day), NEAR)


def told(gathering: Gathering | None) -> object:
    return gathering and (ids(gathering), gathering.near, gathering.expected())


def surprising(gathering: Gathering) -> float:
    return surprise(len(gathering.voices), gathering.expected())


def ids(gathering: Gathering) -> list[uuid.UUID]:
    return [voice.item.id for voice in gathering.voices]


# --- who gathers ------------------------------------------------------------------------------------


@settings(deadline=None, max_examples=40)
@given(said, st.randoms(use_true_random=False), st.integers(0, 40))
def test_the_same_in_whatever_order_they_came(drawn: list[Drawn], chance: random.Random, day: int) -> None:
    """What gathers around each article hangs on which articles there are, and not on which came first."""
    items = stream(drawn)
    shuffled = list(items)
    chance.shuffle(shuffled)
    one, other = heard(items), heard(shuffled)
    for item in items:
        assert told(around(one, item, day)) == told(around(other, item, day))


@settings(deadline=None, max_examples=40)
@given(said)
def test_who_gathers_says_alike(drawn: list[Drawn]) -> None:
    """Of one story one voice speaks, of the last days and for one matter, and the article itself is among them."""
    items = stream(drawn)
    found = heard(items)
    for item in items:
        gathering = around(found, item, 20)
        if gathering:
            stories = [voice.item.story_id for voice in gathering.voices]
            assert len(stories) == len(set(stories)) >= 2
            assert item.id in set(ids(gathering)) <= set(gathering.near)
            assert {voice.item.vector.tobytes() for voice in gathering.voices} == {item.vector.tobytes()}
            assert min(voice.item.at for voice in gathering.voices) >= START + timedelta(days=20)


@given(st.integers(1, 6), st.integers(0, 3))
def test_copies_of_a_story_are_one_voice(copies: int, of: int) -> None:
    """However often a story is copied, it speaks once; the copies are near, whatever became of their words."""
    items = [article(n, day=n / 4) for n in range(4)]
    copied = [article(10 + n, 1, day=3, story_id=items[of].id) for n in range(copies)]
    alone, among = around(heard(items), items[0]), around(heard([*items, *copied]), items[0])
    assert alone
    assert among
    assert ids(among) == ids(alone)
    assert among.near == (*alone.near, *(copy.id for copy in copied))


@pytest.mark.parametrize(
    ("others", "seed"),
    [
        ((), article(0)),
        ((article(1, 1), article(2, 2)), article(0)),
        ((article(1, story_id=uuid.UUID(int=0)),), article(0)),
        ((article(1), article(2)), article(0, counts=False)),
        ((article(1), article(2)), article(0, day=-1)),
        ((article(1, counts=False), article(2, day=-1)), article(0)),
    ],
    ids=["alone", "among others", "with its copy", "does not count", "too old", "nobody else counts"],
)
def test_nothing_gathers(others: tuple[Item, ...], seed: Item) -> None:
    """Nor around an article that was never heard."""
    assert around(heard([seed, *others]), seed) is None
    assert around(heard(others), article(99)) is None


def test_what_does_not_count_is_near_and_no_voice() -> None:
    """An article that a feed brought along is named with the others, and speaks for nothing."""
    gathering = around(heard([article(0), article(1), article(2, counts=False)]), article(0))
    assert gathering
    assert (len(gathering.voices), len(gathering.near)) == (2, 3)


def test_all_that_is_near_speaks() -> None:
    """Of a matter that everybody speaks of everybody is a voice."""
    gathering = around(heard(article(n, day=n / 10) for n in range(30)), article(29))
    assert gathering
    assert len(gathering.voices) == len(gathering.near) == 30


def test_the_busy_are_surprised_too() -> None:
    """Where thousands of others speak, what many speak of and nobody did before is a surprise as well."""
    others = usual(2000, day=1)
    gathering = around(heard([*usual(300), *others, *(article(n, day=n / 20) for n in range(60))]), article(59))
    assert gathering
    assert len(gathering.voices) == 60
    assert surprising(gathering) > 10


def test_a_matter_is_found_that_no_two_tell_alike() -> None:
    """Each is far from every other, and near to the middle of the others."""
    items = [article(n, terms={f"own{n}": 1.0}, vector=_leaning(n)) for n in range(4)]
    gathering = around(heard(items), items[0])
    assert gathering
    assert ids(gathering) == [item.id for item in items]


def _leaning(n: int) -> np.ndarray:
    """A vector of length 1; any two have a cosine of 0.4."""
    vector = np.zeros(ELSE, np.float32)
    vector[0], vector[n + 1] = 0.4**0.5, 0.6**0.5
    return vector


def test_what_is_always_said_makes_none_alike() -> None:
    """Articles that share no more than all others do gather only where little else was heard."""
    late = [_of_both(n, 4, n + 10) for n in range(5)]
    before = [_of_both(100 + n, -1 - n / 20, n % 80 + 15) for n in range(200)]
    assert around(heard(late), late[-1])
    assert around(heard([*before, *late]), late[-1]) is None


def test_an_argument_is_compared_with_arguments() -> None:
    """What all articles of configured themes have in common makes no two of them alike, however few they are."""
    late = [_of_both(n, 4, n + 10, themes=frozenset({"gas"})) for n in range(5)]
    argued = [_of_both(100 + n, -1 - n / 20, n % 80 + 15, themes=frozenset({"trade"})) for n in range(200)]
    assert around(heard([*usual(800), *late]), late[-1])
    assert around(heard([*usual(800), *argued, *late]), late[-1]) is None
    matter = [_of_both(n, 4, 10, themes=frozenset({"gas"})) for n in range(5)]
    assert around(heard([*usual(800), *argued, *matter]), matter[-1])


def _of_both(n: int, day: float, matter: int, **changes: object) -> Item:
    """An article half of what is always said and half of a matter, without a word in common with any other."""
    vector = np.zeros(ELSE, np.float32)
    vector[0], vector[matter] = 0.5**0.5, 0.5**0.5
    return article(n, day=day, terms={f"own{n}": 1.0}, vector=vector, **changes)


# --- how surprising it is ---------------------------------------------------------------------------


@given(st.lists(st.integers(2, 9), min_size=1, max_size=3), st.integers(1, 4))
def test_no_surprise_where_as_many_were_before(counts: list[int], times: int) -> None:
    """Where each matter has the share of the last days that it had before them, none surprises."""
    topics = [topic for topic, many in enumerate(counts) for _ in range(many)]
    late = [article(n, topic, n / 10) for n, topic in enumerate(topics)]
    before = [article(100 + n, topic, -1 - n / 10) for n, topic in enumerate(topics * times)]
    found = heard([*late, *before])
    for item in late:
        gathering = around(found, item)
        assert gathering
        assert surprising(gathering) == 0


@given(st.integers(2, 30), st.floats(0.01, 40), st.floats(0.01, 40))
def test_surprise_is_what_was_not_expected(voices: int, one: float, other: float) -> None:
    """It is 0 where no more speak than were to be expected, and the greater the fewer were."""
    fewer, more = (surprise(voices, expected) for expected in sorted((one, other)))
    assert fewer >= more >= 0
    assert surprise(voices, voices) == 0


def test_little_heard_little_surprised() -> None:
    """The more was heard before of other things, the more it says that nobody spoke of this."""
    surprises = []
    for many in (0, 1, 10, 100):
        gathering = around(heard([*usual(many), *(article(n, day=n) for n in range(5))]), article(4))
        assert gathering
        surprises.append(surprising(gathering))
    assert surprises == sorted(surprises)
    assert surprises[0] < 1
    assert surprises[-1] > 10


# --- what is forgotten ------------------------------------------------------------------------------


@pytest.mark.parametrize("more", [0, 1, 70])
def test_the_reference_is_bounded(more: int) -> None:
    """Of what is older than the last days so many are kept, the latest; of the last days everything."""
    old = [article(10_000 + n, n % 2, -1 - n / 1000, terms={f"word{n % 9}": 1.0}) for n in range(REFERENCE + more)]
    late = [article(n, day=n / 10) for n in range(5)]
    everything, kept, latest = heard([*old, *late]), heard([*late, *old]), heard([*old[:REFERENCE], *late])
    kept.forget(START)
    assert kept.members(START - timedelta(days=99))[0].item.id == old[REFERENCE - 1].id
    assert [one.item.id for one in kept.members(START)] == [item.id for item in late]
    assert told(around(kept, late[0])) == told(around(latest, late[0]))
    one, other = around(kept, late[0]), around(everything, late[0])
    assert one
    assert other
    assert (one.near, ids(one)) == (other.near, ids(other))
