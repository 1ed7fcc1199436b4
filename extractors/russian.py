"""The words of Russian sentences with their lemmas. The only file that knows pymorphy3.

Pure, and the same for phrases as for texts: what pymorphy3 mistakes, it mistakes on both sides.
"""

from __future__ import annotations

import re
from collections import defaultdict
from functools import cache, lru_cache
from typing import TYPE_CHECKING

from extractors.phrases import Word

if TYPE_CHECKING:
    from pymorphy3 import MorphAnalyzer

LONGEST_WORD = 60  # letters; pymorphy3 takes a word apart in many ways, and no word is longer

_LIKELY = 0.05  # probability of a lemma; among the less likely are "стали" as steel and "поле" as floor
_REMEMBERED = 32_768  # words; an article has some thousand, and the next one mostly the same

# A hyphen joins letters to letters alone. Dashes and quotes are left out, for they come and go: «Сила Сибири — 2»,
# "Сила Сибири-2" and Сила Сибири 2 are one name.
_WORD = re.compile(r"[^\W_]+(?:(?<=[^\W\d_])-(?=[^\W\d_])[^\W_]+)*|[^\w\s‒–—―−«»„“”\"'’‘-]|_")
_FOLDED = str.maketrans({**dict(zip("ёЁ‐‑", "еЕ--", strict=True)), **dict.fromkeys("\u0300\u0301\u00ad")})
_RUSSIAN = re.compile("[а-я]+(?:-[а-я]+)*")
_CONTENT = frozenset({"NOUN", "ADJF", "ADJS", "VERB", "INFN", "PRTF", "PRTS", "GRND"})
_EMPTY = frozenset({"был", "была", "были", "было", "быть", "будет", "будут", "есть", "может", "могут"})
_SHORTEST = 3  # letters of a word that says what a sentence is about


def words(sentence: str) -> list[Word]:
    """The words of `sentence`, and its marks other than quotes and dashes; ё is е, stress marks are gone."""
    return [_word(found[0]) for found in _WORD.finditer(sentence.translate(_FOLDED))]


def topical(sentence: str) -> list[str]:
    """The lemmas of its nouns, adjectives, verbs and foreign words, in small letters; "" for each other word."""
    return [word.lemma.lower() if _says_something(word.written) else "" for word in words(sentence)]


@lru_cache(maxsize=_REMEMBERED)
def _says_something(word: str) -> bool:
    folded = word.lower().translate(_FOLDED)
    if not _SHORTEST <= len(folded) <= LONGEST_WORD or not _RUSSIAN.fullmatch(folded):
        return len(folded) >= _SHORTEST and folded.isascii() and folded.isalpha()
    tag = _analyzer().parse(folded)[0][1]
    return tag.POS in _CONTENT and "Apro" not in tag and folded not in _EMPTY  # который is an adjective there


def _word(written: str) -> Word:
    likeliest, *others = _lemmas(written.lower())
    return Word(written, likeliest, frozenset(others))


@lru_cache(maxsize=_REMEMBERED)
def _lemmas(word: str) -> tuple[str, ...]:
    """What `word` may be a form of, likeliest first; the word itself where it is not Russian.

    One lemma would not do: pymorphy3 guesses at words it does not know, names above all, otherwise in each case.
    """
    if len(word) > LONGEST_WORD or not _RUSSIAN.fullmatch(word):
        return (word,)
    shares: dict[str, float] = defaultdict(float)
    for _, _, lemma, share, _ in _analyzer().parse(word):
        shares[lemma.translate(_FOLDED)] += share
    first, *others = sorted(shares, key=lambda lemma: -shares[lemma])
    return (first, *(lemma for lemma in others if shares[lemma] >= _LIKELY))


@lru_cache(maxsize=_REMEMBERED)
def part_of_speech(word: str) -> str:
    """The likeliest part of speech of `word` in OpenCorpora's terms (NOUN, ADJF, VERB); "" where it is not Russian."""
    folded = word.lower().translate(_FOLDED)
    if len(folded) > LONGEST_WORD or not _RUSSIAN.fullmatch(folded):
        return ""
    return _analyzer().parse(folded)[0][1].POS or ""


@cache
def _analyzer() -> MorphAnalyzer:
    import pymorphy3

    return pymorphy3.MorphAnalyzer(lang="ru", result_type=None)
