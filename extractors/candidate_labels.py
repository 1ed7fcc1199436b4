"""What a candidate is called: phrases of its articles that were hardly said before, and mean what they mean. Pure.

Each weighs by how much more it is said than before and by how near it is to the middle of what gathered (Grootendorst
2020). The two names that tell most of those that many name come first. The others follow by weight, each as far as it
says what the ones before it do not (maximal marginal relevance: Carbonell and Goldstein 1998).
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from functools import cache

from extractors import names
from extractors.clusters import Member, Vector
from extractors.emergence import Recent
from extractors.frequencies import ENTITY, Frequencies, Key, every_of, key_of
from extractors.gate import sides

FEWEST, MOST = 3, 6  # phrases
JOINT = " · "

_SEVERAL = 2  # articles
_SHARED = 0.4  # of the voices, and at least two, name an entity: it may stand first
_LEADING = 2  # entities at most that stand first
_NAME, _PAIR = 1.5, 1.3  # times that a name, or words side by side, tell more than a word
_NEAR = 2.0  # what nearness in meaning, a cosine, weighs beside being said more than before, of which the most is 1
_RELEVANCE = 0.6  # of a phrase, beside what it has in common with those before it
_READ = "en"  # the language of labels, where any of the articles are in it
_STATES = frozenset({"China", "Russia", "Beijing", "Moscow", "Kremlin"})
_LETTERS = 3  # of a Chinese term that is likely a word: two may be halves of two

Meaning = Callable[[Sequence[str], str], Vector]  # phrases of a language → what they mean, a row each, of length 1


def label(phrases: Iterable[str]) -> str:
    """Phrases as one label."""
    return JOINT.join(phrases)


def key_phrases(
    voices: Sequence[Member],
    middle: Vector,
    frequencies: Frequencies,
    recent: Recent,
    meaning: Meaning | None = None,
) -> tuple[str, ...]:
    """At most six phrases that tell these articles from what was said before; names first, where many name one.

    `middle` is what they mean, apart from what is usual; `frequencies` are of all articles, `recent` of those of the
    last days. Without `meaning` only what several say is named.
    """
    weights = _weights(voices, frequencies, recent, 1 if meaning else _SEVERAL)
    spoken = Counter(member.item.language for member in voices)
    first = _READ if spoken[_READ] else min(spoken, key=lambda language: (-spoken[language], language))
    ours = {key: weight for key, weight in weights.items() if key[0] in ("", first)}
    if meaning and ours:
        ours = _meant(ours, meaning([key[1].removeprefix(ENTITY) for key in ours], first) @ middle)
    chosen = _chosen(ours, _leading(voices, ours))
    if len(chosen) < FEWEST:
        chosen = _chosen(weights, _leading(voices, weights))
    return tuple(key[1].removeprefix(ENTITY) for key in chosen)


def _weights(voices: Sequence[Member], frequencies: Frequencies, recent: Recent, fewest: int) -> dict[Key, float]:
    """How much each term tells that stands in `fewest` articles or more: by how many, and how many more than before."""
    spoken = Counter(member.item.language for member in voices)
    terms = Counter(key_of(member.item.language, term) for member in voices for term in member.weights)
    shared = [key for key, n in terms.items() if n >= min(fewest, len(voices)) and (n > 1 or _is_known(key[1]))]
    return {
        key: terms[key]
        * math.log1p(terms[key] / _expected(key, spoken[key[0]] or len(voices), frequencies, recent))
        * _telling(key[1])
        for key in sorted(shared or terms)
        if not is_side(key[1])
    }


def _meant(weights: Mapping[Key, float], near: Vector) -> dict[Key, float]:
    """The same weights, the most being 1, and beside them how near each is in meaning, a cosine."""
    heaviest = max(weights.values())
    return {
        key: weight / heaviest + _NEAR * round(float(cosine), 6)
        for (key, weight), cosine in zip(weights.items(), near, strict=True)
    }


def _expected(key: Key, articles: int, frequencies: Frequencies, recent: Recent) -> float:
    """In how many of so many articles the term would stand, were it said as often as before the last days."""
    every = every_of(key)
    before = max(frequencies.articles(key) - recent.articles(key), 0)
    return articles * (before + 0.5) / max(frequencies.articles(every) - recent.articles(every), 1)


def _telling(term: str) -> float:
    if term.startswith(ENTITY):
        return _NAME
    pair = len(term) >= _LETTERS if any(map(_is_han, term)) else " " in term
    return _PAIR if pair else 1.0


def _is_han(letter: str) -> bool:
    return "\u3400" <= letter <= "\u9fff"


def _leading(voices: Sequence[Member], weights: dict[Key, float]) -> list[Key]:
    """The entities that tell most, of those that many name."""
    named = Counter(term for member in voices for term in member.weights if term.startswith(ENTITY))
    enough = min(max(2.0, _SHARED * len(voices)), len(voices))
    many = [key for key in weights if key[1].startswith(ENTITY) and named[key[1]] >= enough]
    return sorted(many, key=lambda key: (-weights[key], key))[:_LEADING]


def _chosen(weights: dict[Key, float], leading: Sequence[Key]) -> list[Key]:
    chosen = list(leading)
    heaviest = max(weights.values(), default=1.0) or 1.0
    left = [key for key in weights if key not in chosen]
    while left and len(chosen) < MOST:
        worth = {key: _worth(key, weights[key] / heaviest, chosen) for key in left}
        best = min(left, key=lambda key: (-worth[key], key))
        if any(_repeats(best, key) for key in chosen):
            left.remove(best)
            continue
        chosen.append(best)
        left.remove(best)
    return chosen


def _worth(key: Key, weight: float, chosen: Sequence[Key]) -> float:
    return _RELEVANCE * weight - (1 - _RELEVANCE) * max((_overlap(key, other) for other in chosen), default=0.0)


def _overlap(one: Key, other: Key) -> float:
    mine, theirs = set(_parts(one)), set(_parts(other))
    return len(mine & theirs) / max(len(mine | theirs), 1)


def _repeats(one: Key, other: Key) -> bool:
    mine, theirs = set(_parts(one)), set(_parts(other))
    return mine <= theirs or theirs <= mine


def _parts(key: Key) -> Iterator[str]:
    """Its words, in Chinese its letters."""
    for word in key[1].removeprefix(ENTITY).casefold().split():
        yield from word if any(map(_is_han, word)) else (word,)


@cache
def is_side(term: str) -> bool:
    """Whether it is one of the two states, their capitals or one of their leaders; their firms and towns are not."""
    if not term.startswith(ENTITY):
        return False
    name = term.removeprefix(ENTITY)
    named = sides(name, "en")
    return name in _STATES or (bool(named.china or named.russia) and _labels().get(name) == "PERSON")


def _is_known(term: str) -> bool:
    """False of a name that is none of those that matter here: whom one article alone quotes, it is not about."""
    return not term.startswith(ENTITY) or term.removeprefix(ENTITY) in _labels()


@cache
def _labels() -> dict[str, str]:
    return {entity.name: entity.label for entity in names.entities()}
