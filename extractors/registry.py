"""What is known and hence no news: configured themes, earlier candidates in any state, stories of the past. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Literal

from extractors.clusters import Point, Vector, point_of
from extractors.exemplars import Exemplars


@dataclass(frozen=True, slots=True, eq=False)
class Known:
    """Something known, by where it stands; `last_at` is when it was last spoken of."""

    id: str  # a theme's, a candidate's, or any other that is not theirs
    kind: Literal["theme", "candidate", "past"]
    vector: Vector  # of length 1
    terms: Mapping[str, float]  # its heaviest, together of length 1; none of a theme
    last_at: datetime


def theme_known(learnt: Exemplars) -> tuple[Known, ...]:
    """Each theme that was learnt, where its statements stand on average."""
    return tuple(
        Known(theme, "theme", middle, {}, datetime.min.replace(tzinfo=UTC))
        for theme, middle in zip(learnt.themes, learnt.middles, strict=True)
    )


class Registry:
    """All that is known, and what of it something is nearest to."""

    def __init__(self, known: Iterable[Known]) -> None:
        self._themes: dict[str, Vector] = {}
        self._others: dict[str, Point] = {}
        for one in known:
            self.learn(one)

    def learn(self, known: Known) -> None:
        """Know this too, or know it better."""
        if known.kind == "theme":
            self._themes[known.id] = known.vector
        else:
            self._others[known.id] = point_of(known.vector, known.terms)

    def nearest(self, point: Point) -> tuple[str, float]:
        """What is nearest of all but the themes, and how alike it is; "" and 0 where nothing is known."""
        return _best((known, point.likeness(other)) for known, other in self._others.items())

    def nearest_theme(self, vector: Vector) -> tuple[str, float]:
        """The configured theme that is nearest in meaning, and the cosine; "" and 0 where there is none."""
        return _best((theme, round(float(vector @ known), 6)) for theme, known in self._themes.items())


def _best(alike: Iterable[tuple[str, float]]) -> tuple[str, float]:
    return min(alike, key=lambda pair: (-pair[1], pair[0]), default=("", 0.0))
