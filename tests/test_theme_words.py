"""What phrases and statements have to be, for a theme to be known by them."""

from __future__ import annotations

import tomllib

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import gate
from extractors.theme_words import length, other_script, phrase_spelling, spelling, tells_nothing

SIDES = {
    "en": ["China", "Russia", "Beijing", "Moscow", "the Kremlin", "Xi Jinping", "Vladimir Putin"],
    "ru": ["Китай", "Россия", "КНР", "РФ", "Пекин", "Москва", "Поднебесная", "Си Цзиньпин", "Путин"],
    "zh": ["中国", "中國", "俄罗斯", "俄羅斯", "俄方", "北京", "莫斯科", "习近平", "普京"],
}
AND = {"en": " and ", "ru": " и ", "zh": "和"}


@pytest.mark.parametrize(
    ("phrase", "language", "reason"),
    [
        ("X", "en", "is a single letter"),
        ("и", "ru", "is a single letter"),
        ("俄", "zh", "is a single character"),
        ("…!", "en", "has no letter"),
        ("the", "en", "has only words that every text has"),
        ("The .. of", "en", "has only words that every text has"),
        ("этот", "ru", "has only words that every text has"),
        ("我们", "zh", "has only words that every text has"),
        ("China", "en", "names only the two sides"),
        ("CHINA", "en", "names only the two sides"),
        ("Putin 's", "en", "names only the two sides"),
        ("Sino-Russian", "en", "names only the two sides"),
        ("China .. Russia", "en", "names only the two sides"),
        ("Россия и Китай", "ru", "names only the two sides"),
        ("российско-китайский", "ru", "names only the two sides"),
        ("Российская Федерация", "ru", "names only the two sides"),
        ("中俄", "zh", "names only the two sides"),
        ("中俄两国", "zh", "names only the two sides"),
        ("俄罗斯与中国", "zh", "names only the two sides"),
    ],
)
def test_phrases_that_tell_nothing(phrase: str, language: str, reason: str) -> None:
    """A phrase that nearly every text holds is told why it will not do."""
    assert tells_nothing(phrase, language).startswith(reason)


@pytest.mark.parametrize(
    ("phrase", "language"),
    [
        ("Gazprom", "en"),
        ("after Putin", "en"),
        ("visit to China", "en"),
        ("Putin 's visit", "en"),
        ("Sino-Soviet", "en"),
        ("South China Sea", "en"),
        ("UN", "en"),
        ("IT", "en"),
        ("G7", "en"),
        ("5G", "en"),
        ("NATO .. Asia", "en"),
        ("Газпром", "ru"),
        ("вассал Китая", "ru"),
        ("Русь", "ru"),
        ("访华", "zh"),
        ("大国", "zh"),
        ("国会", "zh"),
        ("俄气", "zh"),
        ("中石油", "zh"),
        ("中蒙俄", "zh"),
        ("不对称", "zh"),
    ],
)
def test_phrases_that_tell_something(phrase: str, language: str) -> None:
    """Firms, acronyms, and whatever stands beside the names of the sides tell a theme."""
    assert tells_nothing(phrase, language) == ""


@given(st.data(), st.sampled_from(gate.LANGUAGES))
def test_names_of_the_sides_tell_nothing_together(data: st.DataObject, language: str) -> None:
    """However many names of the two sides are joined, they tell nothing; with a theme's word beside them they do."""
    names = AND[language].join(data.draw(st.lists(st.sampled_from(SIDES[language]), min_size=1, max_size=6)))
    assert tells_nothing(names, language).startswith("names only the two sides")
    word = {"en": "pipeline", "ru": "газопровод", "zh": "天然气管道"}[language]
    assert tells_nothing(f"{names}{AND[language]}{word}", language) == ""


@given(st.text(max_size=100), st.sampled_from(gate.LANGUAGES))
def test_any_text_has_an_answer(text: str, language: str) -> None:
    """Nothing that somebody may write in a themes file breaks the rules."""
    assert isinstance(tells_nothing(text, language), str)
    assert other_script(text, language) in {"", *gate.LANGUAGES} - {language}
    assert length(text, language) >= 0
    assert spelling(spelling(text)) == spelling(text)
    assert phrase_spelling(phrase_spelling(text)) == phrase_spelling(text)


def test_every_list_is_whole() -> None:
    """Each word stands once in its list, and what is said to tell a theme is one of the gate's names."""
    from extractors import theme_words

    lists = tomllib.loads(theme_words._WORDS.read_text(encoding="utf-8"))
    forms = tomllib.loads(gate.FORMS.read_text(encoding="utf-8"))
    assert tuple(lists) == gate.LANGUAGES
    for language, words in lists.items():
        known = {
            name for side in forms[language].values() for kind in ("names", "stems") for name in side.get(kind, ())
        }
        assert set(words["telling"]) <= known
        for listed in words.values():
            assert len(set(listed)) == len(listed)


@pytest.mark.parametrize(
    ("statement", "language", "other"),
    [
        ("Паром ушёл рано утром.", "en", "ru"),
        ("The ferry left at dawn.", "ru", "en"),
        ("The ferry left at dawn.", "zh", "en"),
        ("渡船今天开了。", "en", "zh"),
        ("渡船今天开了。", "ru", "zh"),
        ("渡輪今天開往對岸。", "zh", ""),
        ("Huawei, CNPC и Sinopec уходят.", "ru", ""),
        ("LNG和BRICS都在议程上", "zh", ""),
        ("The word сила means power.", "en", ""),
        ("1969 — 2026", "en", ""),
    ],
)
def test_scripts(statement: str, language: str, other: str) -> None:
    """A statement is taken for the language of its letters; names in Latin letters, and traditional signs, are fine."""
    assert other_script(statement, language) == other


def test_spellings() -> None:
    """Case, space, punctuation and ё make no other statement; the case of an acronym makes another phrase."""
    assert spelling("«Всё решено», — сказал он.") == spelling("Все решено -- СКАЗАЛ он")
    assert spelling("The ferry left.") != spelling("The ferry leaves.")
    assert phrase_spelling("Gas  Pipeline") == phrase_spelling("gas pipeline")
    assert phrase_spelling("UN reform") != phrase_spelling("un reform")
