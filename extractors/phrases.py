"""Finds the phrases of the themes in sentences, by word and by lemma.

Pure: the words come from outside, with their lemmas. A phrase matches word for word, each either as written or by its
lemma, in whatever case; only an acronym ("UN", "G7", "U.S.", "ШОС") must stand as it is written, or every "un" of a
French name would match.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from warehouse.records import Phrase, Theme

GAP = ".."  # "a .. b": both in one sentence, in this order

# The tagger takes the words of a headline for names, and names keep their s: Pipelines, Refuses.
_HEADLINE = re.compile(r"[A-Z][a-z]{2,}[a-rt-z]s")
_ACRONYM = re.compile(r"(?=.*[A-ZА-Я0-9].*[A-ZА-Я])[A-ZА-Я0-9.&-]{2,}s?|[A-ZА-Я]\d+")


@dataclass(frozen=True, slots=True)
class Word:
    """One word of a sentence."""

    written: str
    lemma: str
    others: frozenset[str] = frozenset()  # lemmas that it may have instead; a phrase's word goes by the likeliest

    @property
    def keys(self) -> frozenset[str]:
        """What a pattern's word may be to match this one; an acronym goes by its spelling alone."""
        keys = {f"={self.written}", self.written.lower(), self.lemma.lower(), *self.others}
        if _HEADLINE.fullmatch(self.written) and self.lemma == self.written:
            keys.add(self.written.lower()[:-1])
        return frozenset(keys)


@dataclass(frozen=True, slots=True)
class Hit:
    """One phrase of one theme in one sentence."""

    theme_id: str
    phrase: Phrase
    times: int


Lemmatiser = Callable[[Sequence[str]], Iterable[Sequence[Word]]]  # many texts at once, in their order
Keys = tuple[frozenset[str], ...]  # one set per word: any of it will do


@dataclass(frozen=True, slots=True)
class _Pattern:
    theme_id: str
    phrase: Phrase
    parts: tuple[Keys, ...]


class Lexicon:
    """The phrases of all themes in one language, ready to be looked for."""

    def __init__(self, themes: Sequence[Theme], language: str, lemmatise: Lemmatiser) -> None:
        chosen = [(theme.id, phrase) for theme in themes for phrase in theme.phrases if phrase.language == language]
        parts = [phrase.text.split(f" {GAP} ") for _, phrase in chosen]
        lemmatised = iter(lemmatise([part for split in parts for part in split]))
        patterns = [
            _Pattern(theme_id, phrase, tuple(keys_of(next(lemmatised)) for _ in split))
            for (theme_id, phrase), split in zip(chosen, parts, strict=True)
        ]
        self._patterns = [pattern for pattern in patterns if all(pattern.parts)]  # a lone quote may be no word
        self._starts: Mapping[str, list[int]] = _starts(self._patterns)

    def hits(self, sentence: Sequence[Word]) -> list[Hit]:
        """The phrases in one sentence, in the order of the themes and their phrases.

        Within a theme a word serves one phrase: the longer one first, then the strong one.
        """
        keys = [word.keys for word in sentence]
        likely = sorted({index for word in keys for key in word for index in self._starts.get(key, ())})
        found = {index: list(_occurrences(self._patterns[index].parts, keys)) for index in likely}
        taken: dict[str, set[int]] = defaultdict(set)
        times: dict[int, int] = {}
        for index in sorted(found, key=self._precedence):
            used = taken[self._patterns[index].theme_id]
            free = [places for places in found[index] if not used & places]
            used.update(*free)
            times[index] = len(free)
        patterns = self._patterns
        return [Hit(patterns[index].theme_id, patterns[index].phrase, times[index]) for index in likely if times[index]]

    def _precedence(self, index: int) -> tuple[int, bool, int]:
        pattern = self._patterns[index]
        return -sum(len(part) for part in pattern.parts), pattern.phrase.strength != "strong", index


def keys_of(words: Sequence[Word]) -> Keys:
    """What each word of a phrase asks for: one of a word's own keys has to be among it."""
    return tuple(
        frozenset({f"={word.written}"})
        if _ACRONYM.fullmatch(word.written)
        else frozenset({word.written.lower(), word.lemma.lower()})
        for word in words
    )


def _starts(patterns: Sequence[_Pattern]) -> dict[str, list[int]]:
    starts: dict[str, list[int]] = defaultdict(list)
    for index, pattern in enumerate(patterns):
        for key in sorted(pattern.parts[0][0]):
            starts[key].append(index)
    return dict(starts)


def _occurrences(parts: Sequence[Keys], words: Sequence[frozenset[str]]) -> Iterator[frozenset[int]]:
    """The places of the words of each occurrence; occurrences do not overlap."""
    position = 0
    while True:
        places: set[int] = set()
        for part in parts:
            start = _find(part, words, position)
            if start is None:
                return
            position = start + len(part)
            places.update(range(start, position))
        yield frozenset(places)


def _find(part: Keys, words: Sequence[frozenset[str]], position: int) -> int | None:
    for start in range(position, len(words) - len(part) + 1):
        if all(not keys.isdisjoint(words[start + offset]) for offset, keys in enumerate(part)):
            return start
    return None


class LetterLexicon:
    """The phrases of all themes in a language without lemmas: they are looked for letter by letter, in any case."""

    def __init__(self, themes: Sequence[Theme], language: str) -> None:
        self._patterns = [
            (theme.id, phrase, phrase.text.lower().split(f" {GAP} "))
            for theme in themes
            for phrase in theme.phrases
            if phrase.language == language
        ]

    def hits(self, sentence: str) -> list[Hit]:
        """The phrases in one sentence, in the order of the themes and their phrases."""
        lowered = sentence.lower()
        found = ((theme_id, phrase, _count(parts, lowered)) for theme_id, phrase, parts in self._patterns)
        return [Hit(theme_id, phrase, times) for theme_id, phrase, times in found if times]


def _count(parts: Sequence[str], sentence: str) -> int:
    if len(parts) == 1:
        return sentence.count(parts[0])
    position = 0
    for part in parts:
        position = sentence.find(part, position)
        if position < 0:
            return 0
        position += len(part)
    return 1
