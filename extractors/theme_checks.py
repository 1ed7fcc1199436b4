"""Advice on themes that are no mistakes: which are thin, which are hard to tell apart, which phrases find nothing or
find other themes. Pure; the same themes get the same advice, in the order of the themes.
"""

from __future__ import annotations

import math
import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise
from typing import Final, Literal

from extractors.gate import LANGUAGES
from extractors.phrases import Hit, Lemmatiser, LetterLexicon, Lexicon
from extractors.theme_words import name_of, phrase_spelling
from warehouse.records import Phrase, Statement, Taxonomy, Theme

ENOUGH: Final = 15  # statements of a theme in a language
ALIKE: Final = 0.2  # share of its phrases or statements that a theme has in common with another
SAME_WORDS: Final = 0.6  # of the pairs of words of two statements together: one word in seven may differ
NO_CHANCE: Final = 2  # statements of other themes; one may hold any phrase

Kind = Literal["thin", "no_phrases", "alike", "silent", "elsewhere"]
KINDS: tuple[Kind, ...] = ("thin", "no_phrases", "alike", "silent", "elsewhere")
Passages = Sequence[tuple[str, Statement]]  # each with the id of the theme that it speaks of

_WORD = re.compile(r"\w+")


@dataclass(frozen=True, slots=True)
class Advice:
    """One thing about a theme that could be better; what does not belong to its kind is empty."""

    kind: Kind
    theme: str  # id
    says: str  # for people; the phrases follow it
    language: str = ""
    other: str = ""  # id of the theme that it is too much like, or that the phrase finds instead
    phrases: tuple[str, ...] = ()
    numbers: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Archive:
    """What the phrases found in articles: each sentence is stored under its strongest phrase, and may hold others."""

    led: Mapping[tuple[str, str], int]  # theme id and phrase → sentences under it
    sentences: Passages  # the latest ones


@dataclass(slots=True)
class _Found:
    """Where one phrase of one theme was found: in how many statements of each theme, and in the archive."""

    by_theme: Counter[str] = field(default_factory=Counter)
    archived: int = 0


def passages(taxonomy: Taxonomy) -> list[tuple[str, Statement]]:
    """All statements with the ids of their themes, in the order of the themes."""
    return [(theme.id, statement) for theme in taxonomy.themes for statement in theme.statements]


def advise(
    taxonomy: Taxonomy,
    lemmatisers: Mapping[str, Lemmatiser],
    archive: Archive | None = None,
) -> list[Advice]:
    """All advice on the themes. Languages without a lemmatiser are searched letter by letter."""
    said = passages(taxonomy)
    near = _near_by_words(said)
    found = _found(taxonomy, said, lemmatisers, archive)
    advice = [
        *_thin(taxonomy),
        *_alike(taxonomy, said, near),
        *_silent(taxonomy, found, with_archive=archive is not None),
        *_elsewhere(taxonomy, found),
    ]
    place = {theme.id: number for number, theme in enumerate(taxonomy.themes)}
    return sorted(advice, key=lambda one: (place[one.theme], KINDS.index(one.kind)))


# --- thin -----------------------------------------------------------------------------------------


def _thin(taxonomy: Taxonomy) -> Iterable[Advice]:
    """A language that one theme speaks is read for all of them."""
    said = {statement.language for theme in taxonomy.themes for statement in theme.statements}
    spoken = said | {phrase.language for theme in taxonomy.themes for phrase in theme.phrases}
    for theme in taxonomy.themes:
        for language in (language for language in LANGUAGES if language in spoken):
            count = sum(statement.language == language for statement in theme.statements)
            if count < ENOUGH:
                has = f"has {count or 'no'} {name_of(language)} statement{'' if count == 1 else 's'}"
                advice = f"{has}: give at least {ENOUGH}"
                yield Advice("thin", theme.id, advice, language, numbers={"statements": count})
            if not any(phrase.language == language for phrase in theme.phrases):
                yield Advice("no_phrases", theme.id, f"has no {name_of(language)} phrases: give some", language)


# --- hard to tell apart ---------------------------------------------------------------------------


def _alike(taxonomy: Taxonomy, said: Passages, near: Iterable[tuple[int, int]]) -> Iterable[Advice]:
    themes = taxonomy.themes
    with_one_in: dict[tuple[str, str], set[int]] = defaultdict(set)  # statements of the one, near one of the other
    for a, b in near:
        with_one_in[said[a][0], said[b][0]].add(a)
        with_one_in[said[b][0], said[a][0]].add(b)
    for at, one in enumerate(themes):
        for other in themes[at + 1 :]:
            there = {_key(phrase) for phrase in other.phrases}
            shared = tuple(phrase.text for phrase in one.phrases if _key(phrase) in there)
            words = _share(len(shared), min(len(one.phrases), len(other.phrases)))
            sense = max(
                _share(len(with_one_in[one.id, other.id]), len(one.statements)),
                _share(len(with_one_in[other.id, one.id]), len(other.statements)),
            )
            if max(words, sense) >= ALIKE:
                advice = _likeness_in_words(other, words, sense)
                numbers = {"shared_phrases": round(words, 2), "near_statements": round(sense, 2)}
                yield Advice("alike", one.id, advice, other=other.id, phrases=shared, numbers=numbers)


def _likeness_in_words(other: Theme, words: float, sense: float) -> str:
    shares = [f"{share:.0%} of the {what}" for share, what in ((words, "phrases"), (sense, "statements")) if share]
    return f"is hard to tell from {other.id}, which has {' and '.join(shares)} too: keep what belongs to one of them"


def _near_by_words(said: Passages) -> list[tuple[int, int]]:
    """Pairs of statements of two themes whose words nearly agree (Jaccard, found by the prefix filter of Chaudhuri,
    Ganti and Kaushik 2006: two sets that agree so much share one of the rarest members of each).
    """
    sets = [_shingles(statement) for _, statement in said]
    common = Counter(shingle for shingles in sets for shingle in shingles)
    at: dict[str, list[int]] = defaultdict(list)
    pairs = []
    for number, shingles in enumerate(sets):
        rarest = sorted(shingles, key=lambda shingle: (common[shingle], shingle))
        rarest = rarest[: len(rarest) - math.ceil(SAME_WORDS * len(rarest)) + 1]
        for other in sorted({other for shingle in rarest for other in at[shingle]}):
            together = _share(len(shingles & sets[other]), len(shingles | sets[other]))
            if together >= SAME_WORDS and said[other][0] != said[number][0]:
                pairs.append((other, number))
        for shingle in rarest:
            at[shingle].append(number)
    return pairs


def _shingles(statement: Statement) -> frozenset[str]:
    """Pairs of neighbouring words, in Chinese of characters: who sells to whom is in the order."""
    text = statement.text.casefold()
    words = [letter for letter in text if letter.isalnum()] if statement.language == "zh" else _WORD.findall(text)
    return frozenset(f"{one} {after}" for one, after in pairwise(["", *words, ""]))


# --- phrases --------------------------------------------------------------------------------------


def _silent(taxonomy: Taxonomy, found: Mapping[tuple[str, Phrase], _Found], *, with_archive: bool) -> Iterable[Advice]:
    nowhere = "none of its statements" + (", nor in an article so far" if with_archive else "")
    for theme in taxonomy.themes:
        for language in LANGUAGES:
            if not with_archive and all(statement.language != language for statement in theme.statements):
                continue  # there was nothing to find them in
            never = tuple(
                phrase.text
                for phrase in theme.phrases
                if phrase.language == language and _is_silent(theme, phrase, found[theme.id, phrase])
            )
            if never:
                many = f"{len(never)} {name_of(language)} phrase{' is' if len(never) == 1 else 's are'}"
                advice = f"{many} found in {nowhere}: correct them, or write a statement that needs them"
                yield Advice("silent", theme.id, advice, language, phrases=never)


def _is_silent(theme: Theme, phrase: Phrase, found: _Found) -> bool:
    return not found.by_theme[theme.id] and not found.archived and not _is_of_others(theme, phrase, found)


def _is_of_others(theme: Theme, phrase: Phrase, found: _Found) -> bool:
    """A strong phrase carries its theme: all others together must not have it more. A weak one adds up: no other."""
    others = [count for name, count in found.by_theme.items() if name != theme.id]
    more = sum(others) if phrase.strength == "strong" else max(others, default=0)
    return more > found.by_theme[theme.id] and more >= NO_CHANCE


def _elsewhere(taxonomy: Taxonomy, found: Mapping[tuple[str, Phrase], _Found]) -> Iterable[Advice]:
    for theme in taxonomy.themes:
        for phrase in theme.phrases:
            place = found[theme.id, phrase]
            if not _is_of_others(theme, phrase, place):
                continue
            own, others = place.by_theme[theme.id], place.by_theme.total() - place.by_theme[theme.id]
            most = max((one.id for one in taxonomy.themes if one is not theme), key=lambda name: place.by_theme[name])
            advice = (
                f"a {phrase.strength} phrase is found in {own} of its statements and in {others} of other themes, "
                f"{place.by_theme[most]} of them in {most}: make it narrower or weaker, or leave it to them"
            )
            numbers = {"own": own, "others": others}
            yield Advice("elsewhere", theme.id, advice, phrase.language, most, (phrase.text,), numbers)


def _found(
    taxonomy: Taxonomy, said: Passages, lemmatisers: Mapping[str, Lemmatiser], archive: Archive | None
) -> Mapping[tuple[str, Phrase], _Found]:
    found: dict[tuple[str, Phrase], _Found] = defaultdict(_Found)
    for theme, owner, phrase in _hits(taxonomy, said, lemmatisers):
        found[owner, phrase].by_theme[theme] += 1
    if archive is None:
        return found
    for theme, owner, phrase in _hits(taxonomy, archive.sentences, lemmatisers):
        found[owner, phrase].archived += owner == theme
    for one in taxonomy.themes:
        for phrase in one.phrases:
            found[one.id, phrase].archived += archive.led.get((one.id, phrase.text), 0)
    return found


def _hits(
    taxonomy: Taxonomy, said: Passages, lemmatisers: Mapping[str, Lemmatiser]
) -> Iterable[tuple[str, str, Phrase]]:
    """The theme of a passage, and each phrase that is in it, with the theme that has the phrase."""
    # Each phrase for itself: within a theme a longer one would take the words of a shorter one.
    pairs = [(theme, phrase) for theme in taxonomy.themes for phrase in theme.phrases]
    owners = {f"{theme.id} {number}": theme.id for number, (theme, _) in enumerate(pairs)}
    alone = [replace(theme, id=name, phrases=(phrase,)) for name, (theme, phrase) in zip(owners, pairs, strict=True)]
    for language in LANGUAGES:
        chosen = [passage for passage in said if passage[1].language == language]
        for (theme_id, _), hits in zip(chosen, _searched(alone, language, chosen, lemmatisers), strict=True):
            yield from ((theme_id, owners[hit.theme_id], hit.phrase) for hit in hits)


def _searched(
    themes: Sequence[Theme], language: str, said: Passages, lemmatisers: Mapping[str, Lemmatiser]
) -> Iterable[list[Hit]]:
    texts = [statement.text for _, statement in said]
    lemmatise = lemmatisers.get(language)
    if lemmatise is None:
        return map(LetterLexicon(themes, language).hits, texts)
    return map(Lexicon(themes, language, lemmatise).hits, lemmatise(texts))


def _key(phrase: Phrase) -> tuple[str, str]:
    return phrase.language, phrase_spelling(phrase.text)


def _share(part: int, whole: int) -> float:
    return part / whole if whole else 0.0
