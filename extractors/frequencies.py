"""In how many articles each term stood so far, and how rare that makes it. Only the terms that are asked for are held.

Each language is counted for itself. Entities ("@…") are the same in all of them and are counted over all.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Mapping

ENTITY = "@"  # what the names of entities begin with
_ALL = ""  # the language of entities; and the term that counts articles

Key = tuple[str, str]  # language and term


def key_of(language: str, term: str) -> Key:
    """Under which a term of an article in `language` is counted."""
    return (_ALL if term.startswith(ENTITY) else language, term)


def every_of(key: Key) -> Key:
    """Under which the articles are counted that might have had the term."""
    return (key[0], _ALL)


def frequency_keys(language: str, terms: Iterable[str]) -> Iterator[Key]:
    """What has to be known to weigh the terms of an article."""
    yield _ALL, _ALL
    yield language, _ALL
    for term in terms:
        yield key_of(language, term)


class Frequencies:
    """Running document frequencies; a term that is not given was never seen."""

    def __init__(self, articles: Mapping[Key, int]) -> None:
        self._articles = dict(articles)
        self._changed: set[Key] = set()

    @property
    def changed(self) -> Mapping[Key, int]:
        """What was counted since, as it now stands."""
        return {key: self._articles[key] for key in sorted(self._changed)}

    def count(self, language: str, terms: Iterable[str]) -> None:
        """One more article."""
        for key in set(frequency_keys(language, terms)):
            self._articles[key] = self._articles.get(key, 0) + 1
            self._changed.add(key)

    def articles(self, key: Key) -> int:
        """How many articles had the term."""
        return self._articles.get(key, 0)

    def weigh(self, language: str, terms: Mapping[str, float]) -> dict[str, float]:
        """The terms of an article that was counted, each times its rarity (Salton's TF-IDF), together of length 1."""
        weighed = {
            term: weight * self.rarity(key_of(language, term)) for term, weight in sorted(terms.items()) if weight > 0
        }
        length = math.sqrt(sum(weight * weight for weight in weighed.values())) or 1.0
        return {term: weight / length for term, weight in weighed.items()}

    def rarity(self, key: Key) -> float:
        """ln(all articles / those with the term), smoothed, above 0."""
        every = self.articles(every_of(key))
        return math.log((every + 1) / (self.articles(key) + 0.5))
