"""What phrases and statements have to be, for a theme to be known by them. Pure.

The words that tell nothing are those of every text (`data/theme_words.toml`) and the names by which the gate knows the
two sides: whatever it lets through holds both.
"""

from __future__ import annotations

import re
import tomllib
import unicodedata
from collections.abc import Mapping, Sequence
from functools import cache
from pathlib import Path

from extractors import gate

FEWEST = {"en": 3, "ru": 3, "zh": 6}  # words of a statement, in Chinese characters; headlines are statements too

_WORDS = Path(__file__).with_name("data") / "theme_words.toml"

_NAMES = {"en": "English", "ru": "Russian", "zh": "Chinese"}
_LETTERS = {
    "en": re.compile("[A-Za-z\u00c0-\u024f]"),
    "ru": re.compile("[\u0400-\u052f]"),
    "zh": re.compile("[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff]"),
}
_LETTERS_OF_A_WORD = {"en": 1, "ru": 1, "zh": 3}  # one character of Chinese says as much as three letters
# Russian and Chinese texts are full of firms in Latin letters; English ones hold hardly a letter of another script.
_SHARE = {"en": 0.5, "ru": 0.2, "zh": 0.2}

_WORD = re.compile(r"\w+")
_ACRONYM = re.compile("[A-ZА-ЯЁ]{2,}")


def tells_nothing(phrase: str, language: str) -> str:
    """Why nearly every text would hold `phrase`, as the end of "it …"; "" where it tells something."""
    letters = [letter for letter in phrase if letter.isalnum()]
    if len(letters) < 2:  # noqa: PLR2004  one is no word
        alone = "character" if language == "zh" else "letter"
        return f"is a single {alone}" if letters else "has no letter"
    without_names = _names(language).sub(" ", phrase)
    named = without_names != phrase
    if any(map(str.isalnum, _without(without_names, "joining" if named else "stop", language))):
        return ""
    return "names only the two sides, as every text does" if named else "has only words that every text has"


def other_script(statement: str, language: str) -> str:
    """The language in whose letters `statement` is written, where these are not those of `language`; else ""."""
    weights = {
        known: len(letters.findall(statement)) * _LETTERS_OF_A_WORD[known] for known, letters in _LETTERS.items()
    }
    total = sum(weights.values())
    if not total or weights[language] >= _SHARE[language] * total:
        return ""
    return max(weights, key=lambda known: weights[known])


def length(statement: str, language: str) -> int:
    """How many words a statement has; in Chinese, how many characters."""
    if language == "zh":
        return sum(map(str.isalnum, statement))
    return len(_WORD.findall(statement))


def spelling(text: str) -> str:
    """What is the same for texts that differ in case, space, punctuation or ё alone."""
    folded = unicodedata.normalize("NFKC", text).casefold().replace("ё", "е")
    return "".join(letter for letter in folded if letter.isalnum())


def phrase_spelling(phrase: str) -> str:
    """What is the same for phrases that find the same; an acronym is found only as it is written."""
    return " ".join(word if sum(map(str.isupper, word)) > 1 else word.casefold() for word in phrase.split()).replace(
        "ё", "е"
    )


def name_of(language: str) -> str:
    """The English name of one of the gate's languages."""
    return _NAMES[language]


def _without(text: str, kind: str, language: str) -> str:
    """`text` without the words of one list; IT and US are no pronouns."""
    return _common(kind, language).sub(lambda found: found[0] if _ACRONYM.fullmatch(found[0]) else " ", text)


@cache
def _names(language: str) -> re.Pattern[str]:
    """The names of the two sides, other than those that tell a theme."""
    forms, words = _forms()[language], _lists()[language]
    telling = set(words["telling"])
    names = {*words["sides"], *(name for side in forms.values() for name in side["names"])} - telling
    stems = {stem for side in forms.values() for stem in side.get("stems", ())} - telling
    return _pattern(language, [*map(re.escape, names), *(rf"{re.escape(stem)}\w*" for stem in stems)])


@cache
def _common(kind: str, language: str) -> re.Pattern[str]:
    words = [re.escape(word) for word in _lists()[language][kind]]
    return _pattern(language, words if language == "zh" else [*words, r"\w"])  # the s of a possessive is a word


def _pattern(language: str, pieces: Sequence[str]) -> re.Pattern[str]:
    start, end = ("", "") if language == "zh" else (r"(?<!\w)", r"(?!\w)")
    longest_first = sorted(pieces, key=lambda piece: (-len(piece), piece))
    return re.compile(f"{start}(?:{'|'.join(longest_first)}){end}", re.IGNORECASE)


@cache
def _lists() -> Mapping[str, Mapping[str, Sequence[str]]]:
    return tomllib.loads(_WORDS.read_text(encoding="utf-8"))


@cache
def _forms() -> Mapping[str, Mapping[str, Mapping[str, Sequence[str]]]]:
    return tomllib.loads(gate.FORMS.read_text(encoding="utf-8"))
