"""The relevance gate: is this article about China and Russia, towards one another or together?

Pure, and cheap first: a scan for surface forms settles most of the general news before anything is cut into
sentences. Then it counts who is named, sentence by sentence: an article is about the two where it keeps naming them
together, and about somebody else where it names a third state oftener than that. Where an encoder can say how much each
sentence speaks of their relationship, it counts that too.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import NamedTuple

from extractors.actors import BOTH, FORMS, LANGUAGES, Cast, Sides, cast, compares, names_both, sides

__all__ = [
    "FORMS",
    "LANGUAGES",
    "REASONS",
    "Sides",
    "Speech",
    "Verdict",
    "first_look",
    "is_brief",
    "known_language",
    "names_both",
    "sides",
    "weigh",
    "witnesses",
]

NO_TEXT = "no text"
NOT_READ = "language not read"
NO_SIDE = "names no side"
ONLY_CHINA = "names only China"
ONLY_RUSSIA = "names only Russia"
IN_PASSING = "both sides only in passing"
THIRD = "about a third country"
COMPARES = "compares the two"
REASONS = (NO_TEXT, NOT_READ, NO_SIDE, ONLY_CHINA, ONLY_RUSSIA, IN_PASSING, THIRD, COMPARES)

_BRIEF = 5  # sentences; so short a text (a summary, a wire flash) need not repeat itself

# Round numbers in the middle of where they make no difference to labelled documents.
_LEAST = 2  # ties: one is chance
_DENSITY = 1 / 20  # ties asked for by a sentence
_AGAINST = 1 / 2  # ties asked for by a sentence that names the third state
_AGAINST_IN_BRIEF = 1 / 3  # and, in a brief, by each such state
_COMPARED = 1 / 2  # the strength left to an article that sets the two side by side; 1 would be relevant


# The same where sentences are heard: weights of the four `witnesses`, and what is subtracted. The logistic regression
# of the relevance of 204 documents written for it (`tests/benchmarks/gate.py`).
HEARD = (9.30, 2.19, -1.10, -3.32, 6.51)
# What the rule by names adds where it lets an article in: in the middle of where it serves the labelled documents best.
# Sentences alone miss what is written round the point, names alone let in lists.
NAMES = 0.75
_STANDS_NEAR = 1 / 2  # a sentence around which both are named, beside one that ties them
_USUAL = 0.8  # how much the sentences of an article that names both sides speak of their relationship
_USUAL_SENTENCES = 4  # as many are added to every article, or a brief would be judged by one sentence
_USUAL_RIVALS = 1 / 10  # of its sentences, how many name one third state
_OUTSIDE = 2  # and so many beside those that may name a third state
_FEW_TIES, _FEW_RIVALS = 0.1, 0.02  # added to shares whose logarithms count, or the first of all would count too much


class Speech(NamedTuple):
    """How much a sentence speaks of the relationship of the two, each in [0, 1]."""

    relation: float  # speaks of it at all
    point: float  # makes some point about it


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one article; `reason` is "" for relevant ones, else one of `REASONS`."""

    relevant: bool
    relevance: float  # in [0, 1]; relevant from 0.5
    reason: str
    sentences: int = 0  # 0 where the verdict fell before the text was cut
    co_mentions: int = 0  # sentences of the text that name both sides


def known_language(tag: str) -> str:
    """The language of a tag such as `zh-Hans`, or "" where the gate has no names for it."""
    language = re.split("[-_]", tag.strip().lower(), maxsplit=1)[0]
    return language if language in LANGUAGES else ""


def first_look(title: str, text: str, language: str) -> Verdict | None:
    """The verdict where surface forms alone settle it, without sentences; None where they do not."""
    if not title.strip() and not text.strip():
        return Verdict(False, 0.0, NO_TEXT)
    if not known_language(language):
        return Verdict(False, 0.0, NOT_READ)
    named = sides(f"{title}\n{text}", known_language(language))
    if named.both:
        return None
    reason = ONLY_CHINA if named.china else ONLY_RUSSIA if named.russia else NO_SIDE
    return Verdict(False, 0.0, reason)


def weigh(
    title: Sequence[str], text: Sequence[str], language: str, hear: Callable[[], Sequence[Speech]] | None = None
) -> Verdict:
    """The verdict on an article that names both sides somewhere, given the sentences of its title and its text.

    `hear` says how much each of them speaks of the relationship, title first; it is asked only where the answer could
    make the article relevant. Relevance is then logistic in four `witnesses` and in what the rule by names says, which
    decides alone without `hear`. A sentence ties the two where it names both, or where "the two countries" can only be
    they. That rule asks for

    - two ties, and as many as make a twentieth of the text's sentences; in a brief of at most five sentences, which is
      taken as one passage with its title, it is enough that both are named;
    - one tie for every two sentences that name a third state, the one named most often; in a brief, for every three
      such states. A title that begins with a third state's name asks for one more; a pair (Sino-Russian, Xi and Putin)
      counts as one more;
    - no headline that promises a comparison which the text then makes.

    Relevance is s / (1 + s), with s how many times over what is asked for was found: 0.5 is exactly the rule.
    """
    counted = _count(title, text, language)
    strength, reason = _by_names(counted) if hear is None else _by_speech(counted, hear)
    count = sum(sentence.together for sentence in counted.casts[len(title) :])
    return Verdict(not reason, strength / (1 + strength), reason, len(text), count)


def witnesses(
    title: Sequence[str], text: Sequence[str], language: str, speech: Sequence[Speech]
) -> tuple[float, float, float, float] | None:
    """What speaks for relevance, and against it, where each sentence, title first, was heard.

    How much the sentences speak of the relationship, on average; the logarithm of the share that ties the two, each
    tie as strong as its speech; that of the share that names the third state named most often; and 1 for an article
    that sets the two side by side, else 0. None where the two are named too rarely together for any of that to count.
    """
    counted = _count(title, text, language)
    return _witnesses(counted, speech) if _named_together(counted) >= 1 else None


def is_brief(sentences: int) -> bool:
    """Whether a text of so many sentences is a summary or a wire flash, to be taken as one passage."""
    return sentences <= _BRIEF


@dataclass(frozen=True, slots=True)
class _Counted:
    """Whom the sentences of an article name, title first."""

    casts: list[Cast]
    ties: list[bool]
    rivals: Counter[str]  # in how many sentences each third state is named
    brief: bool
    length: int  # sentences of the text
    one_passage: bool  # a brief that names both, title and text taken as one
    begins_elsewhere: bool  # a title that begins with a third state's name
    compared: bool


def _count(title: Sequence[str], text: Sequence[str], language: str) -> _Counted:
    casts = [cast(sentence, language) for sentence in (*title, *text)]
    about = list(_about(casts))
    return _Counted(
        casts=casts,
        ties=list(map(_tied, casts, about)),
        rivals=Counter(chain.from_iterable(named - BOTH for named in about)),
        brief=is_brief(len(text)),
        length=len(text),
        one_passage=is_brief(len(text)) and names_both("\n".join([*title, *text]), language),
        begins_elsewhere=any(head.first and head.first not in BOTH for head in casts[: len(title)]),
        compared=_compares(title, text, language),
    )


# --- by names -------------------------------------------------------------------------------------


def _by_names(counted: _Counted) -> tuple[float, str]:
    """How many times over what is asked for was found, and what it lacks."""
    ties = sum(counted.ties)
    if counted.brief:
        ties = max(ties, int(counted.one_passage))
        found, rivals, against = float(ties), len(counted.rivals), _AGAINST_IN_BRIEF
    else:
        found = ties / max(_LEAST, _DENSITY * counted.length)
        rivals, against = max(counted.rivals.values(), default=0), _AGAINST
    asked = against * rivals + counted.begins_elsewhere
    linked = any(sentence.linked for sentence in counted.casts)
    strength = min(found, (ties + linked) / asked) if asked else found
    reason = IN_PASSING if found < 1 else THIRD if strength < 1 else ""
    if counted.compared:
        strength, reason = min(strength, _COMPARED), reason or COMPARES
    return strength, reason


def _about(casts: Iterable[Cast]) -> Iterator[frozenset[str]]:
    """Whom each sentence is about: those it names, or the two states named last where it speaks of "both sides"."""
    pair: frozenset[str] = frozenset()
    for sentence in casts:
        named = sentence.named
        yield pair if sentence.alludes and named < pair else named
        if len(named) > 1:
            pair = named if len(named) == len(BOTH) else BOTH if sentence.linked else frozenset()


def _tied(sentence: Cast, about: frozenset[str]) -> bool:
    return sentence.together or (about == BOTH and about != sentence.named)


def _compares(title: Sequence[str], text: Sequence[str], language: str) -> bool:
    return any(compares(sentence, language) for sentence in title) and any(
        compares(sentence, language) for sentence in text
    )


# --- by what sentences say ------------------------------------------------------------------------


def _by_speech(counted: _Counted, hear: Callable[[], Sequence[Speech]]) -> tuple[float, str]:
    """The odds that an article is relevant, or how far it is from being heard, and what speaks most against it."""
    together = _named_together(counted)
    if together < 1:
        return together, IN_PASSING
    _, lacks = _by_names(counted)
    names = 0.0 if lacks else NAMES
    said = _witnesses(counted, [Speech(1, 1)] * len(counted.casts))
    if _logit(said) + names >= 0:
        said = _witnesses(counted, hear())
    else:  # whatever its sentences may say
        said = _witnesses(counted, [Speech(_USUAL, _USUAL / 2)] * len(counted.casts))
    logit = _logit(said) + names
    if logit >= 0:
        return math.exp(logit), ""
    about, ties, _, compared = said
    if compared and _logit((about, ties, said[2], 0.0)) + names >= 0:
        return math.exp(logit), COMPARES
    fewer_rivals = (about, ties, min(said[2], math.log(_USUAL_RIVALS + _FEW_RIVALS)), 0.0)
    return math.exp(logit), THIRD if _logit(fewer_rivals) + names >= 0 else IN_PASSING


def _named_together(counted: _Counted) -> float:
    """How many times over the least was found that is asked for: half a tie, and a twentieth of all sentences."""
    return sum(_standing(counted)) / max(_STANDS_NEAR, _DENSITY * len(counted.casts))


def _logit(said: tuple[float, float, float, float]) -> float:
    return sum(weight * one for weight, one in zip(HEARD, said, strict=False)) - HEARD[-1]


def _witnesses(counted: _Counted, speech: Sequence[Speech]) -> tuple[float, float, float, float]:
    sentences = len(counted.casts)
    about = (sum(one.relation for one in speech) + _USUAL_SENTENCES * _USUAL) / (sentences + _USUAL_SENTENCES)
    ties = sum(weight * (one.relation + one.point) / 2 for weight, one in zip(_standing(counted), speech, strict=True))
    rivals = max(counted.rivals.values(), default=0)
    return (
        about,
        math.log(ties / sentences + _FEW_TIES),
        math.log(rivals / (sentences + _OUTSIDE) + _FEW_RIVALS),
        float(counted.compared),
    )


def _standing(counted: _Counted) -> Iterator[float]:
    """How much each sentence can tie the two: fully where it does, half where they are named around it."""
    named = [sentence.named for sentence in counted.casts]
    for n, tied in enumerate(counted.ties):
        near = frozenset[str]().union(*named[max(n - 1, 0) : n + 2])
        yield 1.0 if tied else _STANDS_NEAR if near >= BOTH else 0.0
