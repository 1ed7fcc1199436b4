"""How well genres are told on articles of which people said what they are. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from extractors.compose import genre_facts
from extractors.genre import GENRES, tell
from extractors.institutions import AuthorFacts, affiliation_of
from extractors.labels import LabelError, instead, row, text

ALL = "all"  # the languages together


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


def confusion(told: Iterable[ToldGenre]) -> dict[str, dict[str, int]]:
    """How many articles of each genre were told to be of each; a row per genre that people gave."""
    pairs = Counter((one.article.genre, one.genre) for one in told)
    given = [genre for genre in GENRES if any(pairs[genre, other] for other in GENRES)]
    return {genre: {other: pairs[genre, other] for other in GENRES} for genre in given}


def _accuracy(told: Sequence[ToldGenre]) -> dict[str, Any]:
    right = sum(one.right for one in told)
    commonest = max(Counter(one.article.genre for one in told).values())
    return {
        "articles": len(told),
        "right": right,
        "accuracy": right / len(told),
        "commonest": commonest / len(told),
    }


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
