"""The relevance gate: is this article about China and Russia, towards one another or together?

Pure, and cheap first: a scan for surface forms settles most of the general news before anything is cut into
sentences. Then it counts who is named, sentence by sentence: an article is about the two where it keeps naming them
together, and about somebody else where it names a third state oftener than that.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain

from extractors.actors import BOTH, FORMS, LANGUAGES, Cast, Sides, cast, compares, names_both, sides

__all__ = [
    "FORMS",
    "LANGUAGES",
    "REASONS",
    "Sides",
    "Verdict",
    "first_look",
    "is_brief",
    "known_language",
    "names_both",
    "sides",
    "weigh",
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


def weigh(title: Sequence[str], text: Sequence[str], language: str) -> Verdict:
    """The verdict on an article that names both sides somewhere, given the sentences of its title and its text.

    A sentence ties the two where it names both, or where "the two countries" can only be they. Asked for are

    - two ties, and as many as make a twentieth of the text's sentences; in a brief of at most five sentences, which is
      taken as one passage with its title, it is enough that both are named;
    - one tie for every two sentences that name a third state, the one named most often; in a brief, for every three
      such states. A title that begins with a third state's name asks for one more; a pair (Sino-Russian, Xi and Putin)
      counts as one more;
    - no headline that promises a comparison which the text then makes.

    Relevance is s / (1 + s), with s how many times over what is asked for was found: 0.5 is exactly the rule.
    """
    heads, body = ([cast(sentence, language) for sentence in part] for part in (title, text))
    casts = [*heads, *body]
    about = list(_about(casts))
    ties = sum(map(_tied, casts, about))
    thirds = Counter(chain.from_iterable(named - BOTH for named in about))
    if is_brief(len(text)):
        ties = max(ties, int(names_both("\n".join([*title, *text]), language)))
        found, rivals = float(ties), len(thirds)
    else:
        found, rivals = ties / max(_LEAST, _DENSITY * len(text)), max(thirds.values(), default=0)
    against = _AGAINST_IN_BRIEF if is_brief(len(text)) else _AGAINST
    asked = against * rivals + any(head.first and head.first not in BOTH for head in heads)
    linked = any(sentence.linked for sentence in casts)
    strength = min(found, (ties + linked) / asked) if asked else found
    reason = IN_PASSING if found < 1 else THIRD if strength < 1 else ""
    if _compares(title, text, language):
        strength, reason = min(strength, _COMPARED), reason or COMPARES
    count = sum(sentence.together for sentence in body)
    return Verdict(not reason, strength / (1 + strength), reason, len(text), count)


def is_brief(sentences: int) -> bool:
    """Whether a text of so many sentences is a summary or a wire flash, to be taken as one passage."""
    return sentences <= _BRIEF


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
