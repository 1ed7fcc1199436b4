"""Advice on themes: what is thin, what is alike, what finds nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Literal

from hypothesis import given
from hypothesis import strategies as st

from builders import make_theme
from extractors.phrases import Word
from extractors.theme_checks import ENOUGH, SAME_WORDS, Advice, Archive, _near_by_words, _shingles, advise
from warehouse.records import Phrase, Statement, Taxonomy, Theme

WORDS = ("gas", "oil", "sold", "bought", "cheaply", "pipe", "rail", "bank", "loan", "visit")


def lemmas(texts: Sequence[str]) -> Iterable[list[Word]]:
    """Words as they stand, without a plural's s."""
    return [[Word(word, word.removesuffix("s")) for word in text.lower().strip(".").split()] for text in texts]


def theme(
    name: str, *statements: str, strong: tuple[str, ...] = (), weak: tuple[str, ...] = (), language: str = "en"
) -> Theme:
    strengths: list[tuple[Literal["strong", "weak"], tuple[str, ...]]] = [("strong", strong), ("weak", weak)]
    return make_theme(
        name,
        statements=tuple(Statement(text, language) for text in statements),
        phrases=tuple(Phrase(text, language, strength) for strength, texts in strengths for text in texts),
    )


def advice(*themes: Theme, archive: Archive | None = None) -> list[Advice]:
    return advise(Taxonomy(themes, "test"), {"en": lemmas}, archive)


def of_kind(kind: str, found: list[Advice]) -> list[Advice]:
    return [one for one in found if one.kind == kind]


# --- thin -----------------------------------------------------------------------------------------


def test_thin() -> None:
    """Fifteen statements and some phrases are wanted in each language that any theme has."""
    rich = theme("rich", *(f"Ferry number {n} left." for n in range(ENOUGH)), strong=("ferry",))
    poor = theme("poor", *(f"Мост номер {n} закрыт." for n in range(ENOUGH - 1)), strong=("мост",), language="ru")
    found = advice(rich, poor)
    assert [(one.theme, one.language, one.says) for one in of_kind("thin", found)] == [
        ("rich", "ru", "has no Russian statements: give at least 15"),
        ("poor", "en", "has no English statements: give at least 15"),
        ("poor", "ru", "has 14 Russian statements: give at least 15"),
    ]
    assert [(one.theme, one.language) for one in of_kind("no_phrases", found)] == [("rich", "ru"), ("poor", "en")]
    assert advice(rich) == []


# --- hard to tell apart ---------------------------------------------------------------------------


def test_shared_phrases() -> None:
    """Two themes that share a fifth of the phrases of either are named, with these, once."""
    one = theme("one", strong=("Gas pipeline", "tanker"), weak=("coal", "oil", "SCO"))
    two = theme("two", strong=("gas  pipeline",), weak=("sco", "rail", "bank", "loan", "port"))
    (found,) = of_kind("alike", advice(one, two))
    assert (found.theme, found.other, found.phrases) == ("one", "two", ("Gas pipeline",))
    assert found.numbers == {"shared_phrases": 0.2, "near_statements": 0.0}
    assert "which has 20% of the phrases too" in found.says
    other = theme("two", strong=("gas pipeline",), weak=("sco", "rail", "bank", "loan", "port"))
    six = theme("one", strong=("gas pipeline", "tanker"), weak=("coal", "oil", "SCO", "barrel"))
    assert of_kind("alike", advice(six, other)) == []


def test_near_statements() -> None:
    """So are two whose statements nearly agree, seen from the one that has fewer."""
    one = theme("one", "China buys all the cheap gas that Russia has left to sell.")
    two = theme(
        "two",
        "China buys all the cheap oil that Russia has left to sell!",
        "Russia buys nothing that China has.",
        "The bridge is closed.",
    )
    (found,) = of_kind("alike", advice(one, two))
    assert found.numbers == {"shared_phrases": 0.0, "near_statements": 1.0}
    assert found.phrases == ()


def test_who_sells_to_whom() -> None:
    """The same words in another order say another thing."""
    one, two = theme("one", "China sells cheap gas to Russia."), theme("two", "Russia sells cheap gas to China.")
    assert of_kind("alike", advice(one, two)) == []


@given(st.lists(st.tuples(st.sampled_from("ab"), st.lists(st.sampled_from(WORDS), min_size=1, max_size=8)), max_size=9))
def test_no_near_pair_is_missed(said: list[tuple[str, list[str]]]) -> None:
    """The short way to the pairs finds those that a comparison of all with all finds."""
    rows = [(name, Statement(" ".join(words), "en")) for name, words in said]
    sets = [_shingles(statement) for _, statement in rows]
    every = [
        (a, b)
        for b in range(len(rows))
        for a in range(b)
        if rows[a][0] != rows[b][0] and len(sets[a] & sets[b]) / len(sets[a] | sets[b]) >= SAME_WORDS
    ]
    assert _near_by_words(rows) == every


# --- phrases --------------------------------------------------------------------------------------


def test_silent_phrases() -> None:
    """A phrase that no statement of its theme holds, in any form, is named; a longer one around it hides it not."""
    one = theme("one", "The gas pipelines leak.", strong=("gas pipeline", "leak", "tanker"), weak=("pipeline", "oil"))
    (found,) = of_kind("silent", advice(one))
    assert found.phrases == ("tanker", "oil")
    assert found.says.startswith("2 English phrases are found in none of its statements:")


def test_silence_without_statements() -> None:
    """Where there is nothing to find phrases in, their silence says nothing."""
    assert of_kind("silent", advice(theme("one", strong=("tanker",)))) == []


def test_silent_phrases_in_the_archive() -> None:
    """What articles hold is not silent: as the phrase a sentence is stored under, or beside it."""
    one = theme("one", "Nothing of it here.", strong=("tanker", "gas deal", "pipeline"), weak=("oil", "coal"))
    sentences = [("one", Statement("Two tankers carry oil.", "en")), ("two", Statement("Coal burns well.", "en"))]
    archive = Archive({("one", "gas deal"): 3, ("two", "pipeline"): 1}, sentences)
    (found,) = of_kind("silent", advice(one, archive=archive))
    assert found.phrases == ("pipeline", "coal")
    assert "nor in an article so far" in found.says


def test_phrases_by_letters() -> None:
    """A language without lemmas is searched letter by letter."""
    one = theme("one", "天然气管道今天开通了。", strong=("天然气管道", "输油管道"), language="zh")
    (found,) = of_kind("silent", advice(one))
    assert found.phrases == ("输油管道",)


def test_phrases_that_find_other_themes() -> None:
    """A strong phrase must not be in more statements of all others together, a weak one in more of any other."""
    one = theme("one", "Gas is cheap.", "Oil is cheap too.", strong=("gas",), weak=("oil",))
    two, three = theme("two", "Gas flows.", "Oil flows."), theme("three", "Gas burns.", "Oil burns.")
    (found,) = of_kind("elsewhere", advice(one, two, three))
    assert (found.phrases, found.other, found.numbers) == (("gas",), "two", {"own": 1, "others": 2})
    more = theme("three", "Gas burns.", "Oil burns.", "Oil is spilt.")
    both = of_kind("elsewhere", advice(one, two, more))
    assert [(one.phrases, one.other) for one in both] == [(("gas",), "two"), (("oil",), "three")]


def test_one_statement_elsewhere_is_chance() -> None:
    """A phrase that one statement of another theme holds, and none of its own, is silent, and no more."""
    found = advice(theme("one", "Gas is cheap.", strong=("gas", "oil")), theme("two", "Oil flows."))
    assert of_kind("elsewhere", found) == []
    assert [one.phrases for one in of_kind("silent", found)] == [("oil",)]


# --- all ------------------------------------------------------------------------------------------


@given(
    st.lists(
        st.tuples(
            st.lists(st.lists(st.sampled_from(WORDS), min_size=1, max_size=4).map(" ".join), max_size=4, unique=True),
            st.lists(st.sampled_from(WORDS), max_size=4, unique=True),
        ),
        min_size=1,
        max_size=4,
    )
)
def test_advice_is_the_same_twice(stated: list[tuple[list[str], list[str]]]) -> None:
    """The same themes get the same advice, theme by theme in their order."""
    themes = [theme(f"theme-{n}", *texts, strong=tuple(phrases)) for n, (texts, phrases) in enumerate(stated)]
    found = advice(*themes)
    assert found == advice(*themes)
    assert [one.theme for one in found] == sorted(one.theme for one in found)
    assert all(one.phrases for one in found if one.kind in ("silent", "elsewhere"))
