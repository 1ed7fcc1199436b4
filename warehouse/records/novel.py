"""What no theme explains: of one article, and of many that say the same."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence that no theme explains: `article.text[start:end] == sentence`, or of the title with `in_title`."""

    sentence: str
    start: int
    end: int
    in_title: bool


@dataclass(frozen=True, slots=True)
class Residual:
    """What no theme explains of one relevant article: where it stands in meaning and in words, and its sentences."""

    vector: bytes  # float32, little endian, of length 1: the mean of its sentences; the title counts twice
    terms: tuple[tuple[str, float], ...]  # with weights, the heaviest first: lemmas, pairs of them, entities ("@…")
    passages: tuple[Passage, ...]  # the sentences, best first
    share: float  # of the sentences about the two sides, how many no theme explains


@dataclass(frozen=True, slots=True)
class Candidate:
    """A theme that nobody configured and several publishers speak of: what it is called, and why it is one.

    `cohesion` is how alike its articles are, `likeness` how much they are like the nearest configured theme; both are
    cosines. `expected` is how many stories there would have been, were it spoken of as much as before; None where a
    candidate was found before that was kept.
    """

    id: str  # c- and eight hex digits
    label: str
    phrases: tuple[str, ...]
    cohesion: float
    nearest: str  # a theme's id; "" where there is none
    likeness: float
    first_at: datetime
    voices: int  # stories
    publishers: tuple[str, ...]
    blocs: tuple[str, ...]
    languages: tuple[str, ...]
    confidence: float  # in [0, 1]
    expected: float | None = None
