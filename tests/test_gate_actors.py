"""Who is named in a sentence: other states, pairs, and what speaks of both."""

from __future__ import annotations

import time
import tomllib
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.actors import BOTH, FORMS, LANGUAGES, cast, compares, names_both, sides


@pytest.mark.parametrize(
    ("language", "sentence", "named", "first"),
    [
        ("en", "Orbán flew from Moscow to Beijing.", {"Hungary", "Russia", "China"}, "Hungary"),
        ("en", "KAZAKHSTAN AND CHINA SIGN", {"Kazakhstan", "China"}, "Kazakhstan"),
        ("en", "It made us turkey and china.", set(), ""),
        ("en", "U.S. banks wait", {"United States"}, "United States"),
        ("ru", "Фицо прилетел в Пекин", {"Slovakia", "China"}, "Slovakia"),
        ("ru", "индийские и американские товары", {"India", "United States"}, "India"),
        ("ru", "Индивидуальный подход: Газета о модификации", set(), ""),
        ("zh", "普京同莫迪会谈", {"Russia", "India"}, "Russia"),
        ("zh", "俄美总统通话", {"Russia", "United States"}, "Russia"),
        ("zh", "白俄罗斯总统访华", {"Belarus", "China"}, "Belarus"),
        ("zh", "中國與俄羅斯", {"China", "Russia"}, "China"),
    ],
)
def test_actors(language: str, sentence: str, named: set[str], first: str) -> None:
    """States are named by their adjectives, capitals and leaders; the first is who the sentence is mostly about."""
    found = cast(sentence, language)
    assert (set(found.named), found.first) == (named, first)


@pytest.mark.parametrize(
    ("language", "passage", "china", "russia"),
    [
        ("en", "the bridge from Heihe to Blagoveshchensk", True, True),
        ("en", "the Amur falcon", False, False),
        ("en", "two Tu-95 and two H-6K", True, True),
        ("ru", "из Хуньчуня в Приморье", True, True),
        ("ru", "приморский бульвар Одессы", False, False),
        ("ru", "Над Амуром", False, False),
        ("zh", "从满洲里到后贝加尔斯克", True, True),
    ],
)
def test_the_border(language: str, passage: str, china: bool, russia: bool) -> None:
    """Towns and provinces along the common border stand for their side; the river between them for neither."""
    named = sides(passage, language)
    assert (named.china, named.russia) == (china, russia)


@pytest.mark.parametrize(
    ("language", "sentence", "linked"),
    [
        ("en", "Sino-Russian trade grew.", True),
        ("en", "Xi and Putin dined.", True),
        ("en", "Russia's and China's navies met.", True),
        ("en", "China sells what Russia needs.", False),
        ("en", "Growth in Brazil, Russia, India and China slowed.", False),
        ("en", "Russia, China and Iran abstained.", False),
        ("ru", "российско-китайская граница", True),
        ("ru", "КНР и РФ", True),
        ("ru", "Китай покупает нефть у России", False),
        ("zh", "中俄关系", True),
        ("zh", "俄罗斯和中国", True),
        ("zh", "中国企业离开俄罗斯", False),
    ],
)
def test_pairs(language: str, sentence: str, linked: bool) -> None:
    """A pair is two names side by side, not two names in one sentence, nor in a list."""
    assert cast(sentence, language).linked is linked


@pytest.mark.parametrize(
    ("language", "sentence", "alludes"),
    [
        ("en", "Both sides agreed.", True),
        ("en", "The two neighbours agreed.", True),
        ("en", "The two of them, both sideways, agreed.", False),
        ("ru", "Лидеры двух стран говорили о двусторонних делах.", True),
        ("ru", "Две страницы", True),  # a stem too short to know better; it counts only where two states were named
        ("ru", "Страна говорила.", False),
        ("zh", "双方同意", True),
        ("zh", "对方同意", False),
    ],
)
def test_allusions(language: str, sentence: str, alludes: bool) -> None:
    """Two states that were named before are spoken of as both sides, the two countries, their leaders."""
    assert cast(sentence, language).alludes is alludes


def test_comparisons() -> None:
    """A comparison is no comparison with last year."""
    assert compares("China and Russia compared", "en")
    assert not compares("Exports up compared to May", "en")
    assert not compares("Рост по сравнению с маем", "ru")


def test_every_state_is_whole() -> None:
    """Each form stands for one state, and none is one of the two sides: it would be its own rival."""
    others = tomllib.loads(FORMS.read_text(encoding="utf-8"))["others"]
    for language in LANGUAGES:
        forms = {
            name: {*state.get(language, ()), *(state.get("stems", ()) if language == "ru" else ())}
            for name, state in others.items()
        }
        for one, other in combinations(forms, 2):
            assert not forms[one] & forms[other]
        for name, written in forms.items():
            for form in written:
                assert name in cast(form, language).named
                assert not names_both(form, language)


@given(st.text(), st.sampled_from(LANGUAGES))
def test_any_sentence_has_a_cast(sentence: str, language: str) -> None:
    """Any text has a cast, in which a pair is both and both are named."""
    found = cast(sentence, language)
    assert found.together or not found.linked
    assert not found.together or found.named >= BOTH
    assert bool(found.first) is bool(found.named)


@pytest.mark.parametrize(
    "words", ["A", "中", "中俄", "the two ", "наши ", "Sino-", "U.S.", "Russia and China, ", "compar"]
)
def test_hostile_sentences_take_linear_time(words: str) -> None:
    """A text of one word repeated costs what its length does."""
    start = time.process_time()
    for language in LANGUAGES:
        cast("Russia and China. Россия и Китай. 中国和俄罗斯。" + words * (200_000 // len(words)), language)
        compares(words * (200_000 // len(words)), language)
    assert time.process_time() - start < 20
