"""What Amur is measured against on a stream: clustering with fixed support, and nearest neighbours. Pure.

Single-pass clustering of plain words and meaning, an alert at four items of three outlets within 14 days, with and
without a registry of what is known; and for single items the nearest of the past 14 days by TF-IDF.
"""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence

import numpy as np
from numpy.typing import NDArray

from extractors.frequencies import Frequencies
from extractors.novelty_stream import StreamItem
from extractors.single_pass import SinglePassRules

_DAYS = 14
_FOR_EVER = 100_000  # days
_WORD = re.compile(r"[^\W_]+(?:['’.-][^\W_]+)*")


def words(text: str) -> Iterator[str]:
    """The words of a text in small letters."""
    return (word.lower() for word in _WORD.findall(text))


def plain_terms(text: str) -> Mapping[str, float]:
    """Every word, 1 + ln(how often)."""
    return {word: 1 + float(np.log(times)) for word, times in Counter(words(text)).items()}


def fixed_support(join: float) -> SinglePassRules:
    """The baseline's rules: the first look is the alert, whatever it finds."""
    return SinglePassRules(join, stories=4, publishers=3, days=_DAYS, life_days=_FOR_EVER)


def nearest_before(items: Sequence[StreamItem]) -> NDArray[np.float64]:
    """Of each item: 1 - the TF-IDF cosine of the nearest item of the past 14 days (nearest-neighbour novelty)."""
    frequencies, novelty = Frequencies({}), np.ones(len(items))
    held: list[tuple[int, dict[str, float]]] = []
    index: dict[str, dict[int, float]] = defaultdict(dict)
    for place, item in enumerate(items):
        while held and (item.day - items[held[0][0]].day).days > _DAYS:
            gone, weights = held.pop(0)
            for term in weights:
                del index[term][gone]
        terms = plain_terms(item.text)
        frequencies.count("en", terms)
        weights = frequencies.weigh("en", terms)
        alike: dict[int, float] = defaultdict(float)
        for term, weight in weights.items():
            for other, theirs in index[term].items():
                alike[other] += weight * theirs
            index[term][place] = weight
        novelty[place] -= max(alike.values(), default=0.0)
        held.append((place, weights))
    return novelty
