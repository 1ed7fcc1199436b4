"""Cuts an analyst's seed articles into the passages that themes are drafted from: sentences, and clauses of long ones.

What tells a passage is read per language: English by its tagger, Russian by its lemmas, Chinese by runs of characters
between the words that every text has.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import pairwise

from extractors import english, russian
from extractors.english import EnglishSentence
from extractors.sentences import Span, blocks, cut, sayable, trim
from extractors.theme_words import length, other_script, tells_nothing

FEWEST = {"en": 5, "ru": 5, "zh": 10}  # words of a passage, in Chinese characters: less is a heading or an aside
LONGEST = 600  # characters; longer ones are lists, which no theme is known by
_HEADING = {"en": 12, "ru": 12, "zh": 20}  # so long a heading or a byline may be: a line that ends as no sentence does
_SENTENCE_END = tuple(".!?…。！？\"”»)）」』'’;:：；,，")

# By kind: a name tells more than a noun, and a noun more than what is done. Whatever else there is tells nothing.
_WEIGHTS = {"P": 1.5, "N": 1.0, "A": 0.5, "V": 0.5}
_ENGLISH_KINDS = {"PROPN": "P", "NOUN": "N", "ADJ": "A", "VERB": "V"}
_RUSSIAN_KINDS = {"NOUN": "N", "ADJF": "A", "PRTF": "A", "VERB": "V", "INFN": "V", "PRTS": "V", "GRND": "V"}
_FINITE = frozenset({"VBZ", "VBP", "VBD", "MD"})
_NOUN_PHRASE = re.compile("[ANP]{0,2}[NP]|[NP]O[NP]|P{4}")
_WORDS_OF_A_PHRASE = 4
_EDGE = " ,;:–—，；：、"

_JOINTS = {  # where a clause ends, if both sides of it are long enough
    "ru": re.compile(r";\s+|,\s+(?=(?:а|но|зато|однако|хотя|поскольку|тогда как|в то время как|так как|потому что)\b)"),
    "zh": re.compile("[；：]|，(?=但|而|却|同时|因此|所以|虽然|尽管|不过)"),
}
_ENGLISH_MARKS = frozenset({";", ":", "–", "—"})
_AFTER_COMMA = frozenset({"and", "but", "so", "yet"})
_SUBORDINATING = frozenset({"although", "as", "because", "since", "though", "whereas", "while"})  # "that" adds nothing

_RUSSIAN_WORD = re.compile(r"[^\W\d_]+(?:-[^\W\d_]+)*")
_CHINESE_RUN = re.compile("[\u3400-\u4dbf\u4e00-\u9fff]{2,}")
# Words that hold other words together, and the two sides, which stand in the middle of everything.
_CHINESE_JOINING = re.compile(
    "俄罗斯|中国|北京|莫斯科|普京|习近平|中俄|俄中|我们|他们|一个|可能|已经|正在|没有|越来越|"
    "[的了在和与及是将为对并也而但就把被由于这那其之以所向从等着使让]"
)
_CHINESE_PHRASE = range(2, 7)  # characters


@dataclass(frozen=True, slots=True)
class NounPhrase:
    """What a passage speaks of."""

    key: str  # the same for all forms of it
    phrase: str  # as it stands in a theme
    written: str  # as the passage has it
    words: int


@dataclass(frozen=True, slots=True)
class Passage:
    """A sentence or a clause of a seed article; its places count from 0 in the article."""

    text: str
    whole: str  # the sentence that it is, or is a part of
    language: str
    article: int
    paragraph: int
    sentence: int
    terms: tuple[tuple[str, float], ...]  # lemma and weight
    phrases: tuple[NounPhrase, ...]


@dataclass(frozen=True, slots=True)
class _Word:
    written: str
    lemma: str
    kind: str  # P name, N noun, A adjective, V verb, O "of", "." what breaks a phrase, "x" any other
    span: Span


def passages(text: str, language: str, article: int) -> list[Passage]:
    """The passages of a seed in their order; `language` is "en", "ru" or "zh". Headings and bylines are left out."""
    starts = [start for start, _ in blocks(text)]
    headings = {n for n, line in enumerate(blocks(text)) if _is_heading(text[slice(*line)], language)}
    repeated = _repeated(text) if language == "zh" else frozenset()
    found = []
    for number, (span, words) in enumerate(_sentences(text, language, starts)):
        whole = _printable(text[slice(*span)])
        for start, end in _clauses(text, span, words, language):
            said = _line(text[start:end])
            paragraph = bisect_right(starts, start) - 1
            if paragraph in headings or not sayable(text, (start, end)) or not _is_passage(said, language):
                continue
            own = [word for word in words if start <= word.span[0] < end]
            terms = _chinese_terms(said) if language == "zh" else _terms(own, language)
            phrases = _chinese_phrases(said, repeated) if language == "zh" else _phrases(text, own, language)
            found.append(Passage(said, whole, language, article, paragraph, number, tuple(terms), tuple(phrases)))
    return found


def _is_passage(said: str, language: str) -> bool:
    enough = length(said, language) >= FEWEST[language]
    return enough and len(said) <= LONGEST and not other_script(said, language)


def _is_heading(line: str, language: str) -> bool:
    return not line.endswith(_SENTENCE_END) and length(line, language) < _HEADING[language]


def _line(piece: str) -> str:
    """A clause without the marks at its ends that belong to the sentence."""
    return _printable(piece).strip(_EDGE)


def _printable(piece: str) -> str:
    """One line that can be written into a file."""
    return "".join(filter(str.isprintable, " ".join(piece.split())))


# --- sentences and clauses ------------------------------------------------------------------------


def _sentences(text: str, language: str, starts: Sequence[int]) -> Iterator[tuple[Span, list[_Word]]]:
    if language == "en":
        sentences = english.cut(text)
        english.enrich(sentences)
        for sentence in sentences:
            yield sentence.span, _english_words(sentence, starts[bisect_right(starts, sentence.span[0]) - 1])
        return
    for span in cut(text, language):
        yield span, list(_russian_words(text, span)) if language == "ru" else []


def _clauses(text: str, span: Span, words: Sequence[_Word], language: str) -> list[Span]:
    """The clauses of a sentence; one that says too little by itself stays with the one before."""
    start, end = span
    joints = _english_joints(words) if language == "en" else [j.end() for j in _JOINTS[language].finditer(text, *span)]
    clauses: list[Span] = []
    for first, last in zip([start, *joints], [*joints, end], strict=True):
        both = clauses and all(_stands(text, piece, words, language) for piece in (clauses[-1], (first, last)))
        if clauses and not both:
            clauses[-1] = clauses[-1][0], last
        else:
            clauses.append((first, last))
    return [trim(text, *clause) for clause in clauses]


def _stands(text: str, piece: Span, words: Sequence[_Word], language: str) -> bool:
    """Whether a piece of a sentence says something by itself: it is long enough, and has a verb."""
    if length(text[slice(*piece)], language) <= FEWEST[language]:
        return False
    inside = [word for word in words if piece[0] <= word.span[0] < piece[1]]
    return language == "zh" or any(word.kind in "FV" for word in inside if language != "en" or word.kind == "F")


def _english_joints(words: Sequence[_Word]) -> list[int]:
    """Where clauses begin: after a semicolon, a colon or a dash, or at a conjunction."""
    found = []
    for before, word in pairwise(words):
        after_comma = before.written == "," and word.written.lower() in _AFTER_COMMA
        if before.written in _ENGLISH_MARKS or after_comma or word.kind == "S":
            found.append(word.span[0])
    return found


# --- words ----------------------------------------------------------------------------------------


def _english_words(sentence: EnglishSentence, offset: int) -> list[_Word]:
    """The words of a sentence whose paragraph begins at `offset`; what hyphens join is one word."""
    words: list[_Word] = []
    joined = False
    for token in sentence.tokens:
        if token.is_space:
            continue
        span = offset + token.idx, offset + token.idx + len(token.text)
        if words and words[-1].span[1] == span[0] and (joined or token.text == "-"):
            last = words.pop()
            kind = last.kind if token.text == "-" else _english_kind(token.pos_, token.tag_, token.text)
            words.append(_Word(last.written + token.text, last.lemma + token.lemma_, kind, (last.span[0], span[1])))
        else:
            words.append(_Word(token.text, token.lemma_, _english_kind(token.pos_, token.tag_, token.text), span))
        joined = token.text == "-"
    return words


def _english_kind(part: str, tag: str, written: str) -> str:
    if tag in _FINITE:
        return "F"
    if part == "SCONJ" and written in _SUBORDINATING:
        return "S"
    if written == "of":
        return "O"
    return "." if part == "PUNCT" else _ENGLISH_KINDS.get(part, "x")


def _russian_words(text: str, span: Span) -> Iterator[_Word]:
    for found in _RUSSIAN_WORD.finditer(text, *span):
        inside = found.start() > span[0] and found[0][0].isupper()
        kind = "P" if inside else _RUSSIAN_KINDS.get(russian.part_of_speech(found[0]), "x")
        lemma = " ".join(word.lemma for word in russian.words(found[0]))
        yield _Word(found[0], lemma, kind, found.span())


def _terms(words: Iterable[_Word], language: str) -> Iterator[tuple[str, float]]:
    weights: dict[str, float] = {}
    for word in words:
        weight = _WEIGHTS.get("V" if word.kind == "F" else word.kind, 0.0)
        lemma = word.lemma.lower()
        if weight and not _tells_nothing(word.written, language) and not _tells_nothing(lemma, language):
            weights[lemma] = max(weight, weights.get(lemma, 0.0))
    yield from weights.items()


def _phrases(text: str, words: Sequence[_Word], language: str) -> Iterator[NounPhrase]:
    """Up to three words that follow each other, the last a noun, and whole names; no word of them tells nothing."""
    for size in range(1, _WORDS_OF_A_PHRASE + 1):
        for start in range(len(words) - size + 1):
            some = words[start : start + size]
            kinds = "".join(word.kind for word in some)
            around = [*words[start - 1 : start], some[0]], [some[-1], *words[start + size : start + size + 1]]
            if not _NOUN_PHRASE.fullmatch(kinds) or any([word.kind for word in pair] == ["P", "P"] for pair in around):
                continue
            if any(text[a.span[1] : b.span[0]] != " " for a, b in pairwise(some)):
                continue
            if any(_tells_nothing(word.written, language) for word in some if word.kind != "O"):
                continue
            key = " ".join(word.lemma.lower() for word in some)
            phrase = " ".join(_in_phrases(word, language, alone=size == 1, named="P" in kinds) for word in some)
            written = " ".join(word.written for word in some)
            if start == 0 and not kinds.startswith("P") and words[0].lemma.islower():
                written = written[:1].lower() + written[1:]
            if not _tells_nothing(phrase, language):
                yield NounPhrase(key, phrase, written, size)


def _in_phrases(word: _Word, language: str, *, alone: bool, named: bool) -> str:
    """A word by its lemma; as it is written in names, and in Russian phrases, whose words agree."""
    if language == "ru" and alone and named and word.written.istitle():
        return word.lemma.capitalize()
    if named:
        return word.written
    return word.lemma.lower() if language == "en" or alone else word.written.lower()


@lru_cache(maxsize=16_384)
def _tells_nothing(phrase: str, language: str) -> bool:
    return bool(tells_nothing(phrase, language))


# --- Chinese --------------------------------------------------------------------------------------


def _chinese_runs(text: str) -> list[str]:
    return [run for part in _CHINESE_JOINING.split(text) for run in _CHINESE_RUN.findall(part)]


def _chinese_terms(text: str) -> Iterator[tuple[str, float]]:
    pairs = {run[n : n + 2] for run in _chinese_runs(text) for n in range(len(run) - 1)}
    yield from ((pair, 1.0) for pair in sorted(pairs) if not _tells_nothing(pair, "zh"))


def _chinese_phrases(text: str, repeated: frozenset[str]) -> Iterator[NounPhrase]:
    """Nothing says where a word ends: what the article repeats is taken for one, and what stands alone."""
    for run in _chinese_runs(text):
        pieces = {piece for piece in _pieces(run) if piece in repeated or piece == run}
        yield from (NounPhrase(p, p, p, len(p) // 2) for p in sorted(pieces) if not _tells_nothing(p, "zh"))


def _repeated(text: str) -> frozenset[str]:
    """What an article says more than once, without what it says only as a part of something longer."""
    counts = Counter(piece for run in _chinese_runs(text) for piece in _pieces(run))
    twice = {piece: number for piece, number in counts.items() if number > 1}
    parts = {
        part for piece, number in twice.items() for part in (piece[1:], piece[:-1]) if twice.get(part, 0) == number
    }
    return frozenset(twice.keys() - parts)


def _pieces(run: str) -> Iterator[str]:
    return (run[n : n + size] for size in _CHINESE_PHRASE for n in range(len(run) - size + 1))
