"""How well genres are told on articles of which people said what they are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np

from extractors.bootstrap import Measured, estimate, measured, precision_recall_f1, share
from extractors.compose import genre_facts
from extractors.genre import GENRES, tell
from extractors.institutions import AuthorFacts, affiliation_of
from extractors.labels import ALL, LabelError, instead, row, text


@dataclass(frozen=True, slots=True)
class LabelledGenre:
    """One article and the genre that people say it is of; what is not given stays ""."""

    id: str
    language: str
    title: str
    text: str
    genre: str
    url: str = ""
    section: str = ""
    author: str = ""


@dataclass(frozen=True, slots=True)
class ToldGenre:
    """What was told of one article, and by which cue."""

    article: LabelledGenre
    genre: str
    cue: str

    @property
    def right(self) -> bool:
        return self.genre == self.article.genre


def read_labelled_genres(lines: Iterable[str]) -> list[LabelledGenre]:
    """Articles from JSON lines with `language`, `text` and `genre`; `title`, `url`, `section`, `author`, `id` if any.

    Lines whose genre is null or missing are left out, as are empty ones. Raises `LabelError` for the first line that
    will not do.
    """
    read = (_labelled(number, line) for number, line in enumerate(lines, 1) if line.strip())
    return [article for article in read if article]


def tell_all(labelled: Iterable[LabelledGenre]) -> list[ToldGenre]:
    """The genre of each article, told as in a pass, as far as the file says what a pass would know."""
    return [ToldGenre(article, *_tell(article)) for article in labelled]


def accuracies(told: Sequence[ToldGenre]) -> dict[str, dict[str, Any]]:
    """Per language, and for `all`: articles, those told rightly, accuracy, and that of always giving the commonest."""
    languages = sorted({one.article.language for one in told})
    return {
        language: _accuracy([o for o in told if language in (ALL, o.article.language)])
        for language in (*languages, ALL)
    }


def genres(told: Sequence[ToldGenre]) -> dict[str, Measured]:
    """How well each genre that people gave, or that was told, is found; over all languages."""
    seen = [genre for genre in GENRES if any(genre in (one.genre, one.article.genre) for one in told)]
    return {genre: _genre(genre, told) for genre in seen}


def confusion(told: Iterable[ToldGenre]) -> dict[str, dict[str, int]]:
    """How many articles of each genre were told to be of each; a row per genre that people gave."""
    pairs = Counter((one.article.genre, one.genre) for one in told)
    given = [genre for genre in GENRES if any(pairs[genre, other] for other in GENRES)]
    return {genre: {other: pairs[genre, other] for other in GENRES} for genre in given}


def _accuracy(told: Sequence[ToldGenre]) -> dict[str, Any]:
    rights = np.array([[one.right, 1] for one in told], np.float64)  # one and all, article by article
    (accuracy,) = estimate(rights, lambda sums: share(sums[..., :1], sums[..., 1:]))
    commonest = max(Counter(one.article.genre for one in told).values())
    return {
        "articles": len(told),
        "right": sum(one.right for one in told),
        "accuracy": accuracy.value,
        "interval": accuracy.interval,
        "commonest": commonest / len(told),
    }


def _genre(genre: str, told: Sequence[ToldGenre]) -> Measured:
    pairs = [(one.article.genre == genre, one.genre == genre) for one in told]
    hits = np.array([[a and b, b and not a, a and not b] for a, b in pairs], np.float64)
    return measured(estimate(hits, precision_recall_f1), hits.sum(axis=0))


def _tell(article: LabelledGenre) -> tuple[str, str]:
    house = affiliation_of(AuthorFacts(article.author, "", article.text, article.url, ""))
    told = genre_facts(
        article.title, article.text, article.language, article.url, article.section, article.author, "", house
    )
    return tell(told)


def _labelled(number: int, line: str) -> LabelledGenre | None:
    stated = row(number, line, "language, text and genre")
    genre = stated.get("genre")
    if genre is None:
        return None
    if genre not in GENRES:
        raise LabelError(number, f'"genre" {instead(stated, "genre")}: give {", ".join(GENRES)}, or null for none')
    given = {key: text(number, stated, key, needed=False) for key in ("id", "title", "url", "section", "author")}
    return LabelledGenre(
        language=text(number, stated, "language"), text=text(number, stated, "text"), genre=genre, **given
    )
