"""What gathers: the articles of the last days that are near to one, and how many would be if it were always spoken of.

Pure and deterministic, in whatever order the same articles came. A gathering is found by mean shift (Fukunaga and
Hostetler 1975): from an article to the middle of the nearest, and on from there, some steps. Meaning is compared apart
from what is said on average, in articles of a configured theme and in those of none (after Yang et al. 2002, who tell
what is new within each topic): what a stream always speaks of, and how an argument always sounds, makes no two articles
alike. How surprising a gathering is says Kulldorff's likelihood ratio (1997): so many as near in the last days, against
as many as were before.
"""

from __future__ import annotations

import bisect
import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from extractors.clusters import Member, Vector, likeness
from extractors.termbags import SCRIPTS, script_of

REFERENCE = 1_000  # articles before the last days, by which is told what is always spoken of

# More than in a stream of single sentences: what several languages say alike is alike in meaning alone.
_MEANING = 0.8
_SHIFTS = 4  # steps at most: a bound on the cost; more were not tried
# One article alone is a rough middle: the few nearest to it that are not far say better where to look. Of 0, 0.06 and
# 0.1 the last brought back most themes in two generated years, as they then were.
_FIRST, _LOOSER = 4, 0.1
_MOST = 12  # articles whose middle is taken: the nearest tell what a gathering is of
_SMOOTH = 2.0  # stories more may have been near before than were: who has read little expects much
_FEW = 50  # articles more of no meaning are in the average of what is said: who has read little knows none
_EXACT = 2.0**30  # vectors are summed in whole numbers: the same in whatever order they come and go

_Numbers = NDArray[np.float64]
_Places = NDArray[np.int64]


@dataclass(frozen=True, slots=True, eq=False)
class Gathering:
    """Voices that say alike, by date, and how many were to be expected. It holds what was before: not to be kept."""

    voices: tuple[Member, ...]  # of each story the first
    near: tuple[UUID, ...]  # every article of the last days that is as near to their middle, or tells their stories
    meaning: Vector  # of their middle, apart from what is usual, of length 1
    expected: Callable[[], float]  # how many such voices there would be, were it always spoken of; reckoned when asked


def surprise(many: int, expected: float) -> float:
    """Kulldorff's log-likelihood ratio of so many against those expected; 0 where they are no more."""
    return many * math.log(many / expected) - (many - expected) if many > expected else 0.0


def expectation(many: int, before: int, reference: int) -> float:
    """How many of so many are to be expected near, when so many of a `reference` before them were."""
    return many * (before + _SMOOTH) / max(reference, 1)


class Heard:
    """The articles of the last days, and the last `REFERENCE` before them."""

    def __init__(self) -> None:
        self._rows: list[_Row] = []  # by date
        self._columns: dict[str, int] = {}  # of terms
        self._scripts: list[int] = []  # of columns
        self._sums = np.zeros((2, 0), np.int64)  # of vectors: of articles without a configured theme, and with one
        self._counts = np.zeros(2, np.int64)

    def add(self, member: Member) -> None:
        """One more article."""
        for term in member.weights:
            if term not in self._columns:
                self._columns[term] = len(self._columns)
                self._scripts.append(SCRIPTS.index(script_of(term)))
        held = np.array([self._columns[term] for term in member.weights], np.int64)
        weights = np.array(list(member.weights.values()), np.float64)
        scripts = np.array([self._scripts[column] for column in held], np.int64)
        row = _Row(member, held, scripts, weights, _squares(scripts, weights))
        bisect.insort(self._rows, row, key=_order)
        self._count(row, 1)

    def forget(self, before: datetime) -> bool:
        """Of what is dated before that moment keep no more than tells what is always spoken of; whether any went."""
        old = bisect.bisect_left(self._rows, before, key=_date)
        gone = max(old - REFERENCE, 0)
        for row in self._rows[:gone]:
            self._count(row, -1)
        del self._rows[:gone]
        return gone > 0

    def members(self, since: datetime | None = None) -> list[Member]:
        """All of them, or those that are dated from `since` on, by date."""
        first = bisect.bisect_left(self._rows, since, key=_date) if since else 0
        return [row.member for row in self._rows[first:]]

    def around(self, article_id: UUID, since: datetime, near: float) -> Gathering | None:
        """What gathers around one of the articles dated from `since` on; None where it stands alone, or is no voice.

        `near` is how alike an article has to be to the middle of the others.
        """
        first = bisect.bisect_left(self._rows, since, key=_date)
        voices = _firsts(row for row in self._rows[first:] if row.member.item.counts)
        seed = next((row for row in voices if row.member.item.id == article_id), None)
        search = _Search(self._usual(), len(self._columns), near)
        core = search.shifted(seed, voices) if seed else []
        if len(core) < 2 or seed not in core:  # noqa: PLR2004  one stands alone
            return None
        late, middle, past = search.table(self._rows[first:]), search.middle(core), self._rows[:first]
        stories = {row.member.item.story_id for row in core}
        together = [
            row.member
            for row, alike in zip(late.rows, late.likeness(middle), strict=True)
            if alike >= near or row.member.item.story_id in stories
        ]
        said = {row.member.item.id for row in voices}

        def expected() -> float:
            told = search.table(_firsts(past))
            return expectation(len(voices), int((told.likeness(middle) >= near).sum()), len(told.rows))

        return Gathering(
            voices=tuple(member for member in together if member.item.id in said),
            near=tuple(member.item.id for member in together),
            meaning=middle.meaning.astype(np.float32),
            expected=expected,
        )

    def _usual(self) -> _Numbers:
        """What is said on average: in articles without a configured theme, and in those with one."""
        return np.asarray(self._sums / _EXACT / (self._counts + _FEW)[:, None])

    def _count(self, row: _Row, sign: int) -> None:
        vector = np.rint(row.member.item.vector * _EXACT).astype(np.int64)
        if not self._sums.size:
            self._sums = np.zeros((2, len(vector)), np.int64)
        self._sums[row.argues] += sign * vector
        self._counts[row.argues] += sign


@dataclass(frozen=True, slots=True, eq=False)
class _Search:
    """Looks around: for what is near, apart from what is usual."""

    usual: _Numbers  # without a configured theme, and with one
    columns: int  # of terms
    near: float

    def table(self, rows: Sequence[_Row]) -> _Table:
        return _Table(rows, self.usual)

    def shifted(self, seed: _Row, voices: Sequence[_Row]) -> list[_Row]:
        """The first and what is nearest to the middle that is come to from it, without what of them is far from the
        others."""
        table = self.table(voices)
        chosen = self._nearest(table, seed, [seed], self.near - _LOOSER, _FIRST)
        for _ in range(_SHIFTS):
            found = self._nearest(table, seed, chosen, self.near, _MOST)
            if found == chosen:
                break
            chosen = found
        if len(chosen) < 2:  # noqa: PLR2004  one has no others
            return []
        others = {n: [row for row in chosen if row is not one] for n, one in enumerate(chosen)}
        return [
            one for n, one in enumerate(chosen) if self.table([one]).likeness(self.middle(others[n]))[0] >= self.near
        ]

    def _nearest(self, table: _Table, seed: _Row, chosen: Sequence[_Row], near: float, most: int) -> list[_Row]:
        """The first, and so many of those nearest to the middle of some."""
        alike = table.likeness(self.middle(chosen))
        nearest = {n for n in np.argsort(-alike, kind="stable")[:most].tolist() if alike[n] >= near}
        return [row for n, row in enumerate(table.rows) if row is seed or n in nearest]

    def middle(self, rows: Sequence[_Row]) -> _Middle:
        terms = np.zeros(self.columns)
        for row in rows:
            terms[row.held] += row.weights
        held, where = np.unique(np.concatenate([row.held for row in rows]), return_index=True)
        scripts = np.concatenate([row.scripts for row in rows])[where]
        meaning = _apart(rows, self.usual).sum(axis=0)
        unit = np.asarray(meaning / (np.linalg.norm(meaning) or 1.0))
        return _Middle(unit, terms, _squares(scripts, terms[held]))


@dataclass(frozen=True, slots=True, eq=False)
class _Row:
    """An article with its terms: columns, scripts, weights, and the sum of the squares of these in each script."""

    member: Member
    held: _Places
    scripts: _Places
    weights: _Numbers
    squares: _Numbers

    @property
    def argues(self) -> int:
        """1 where it speaks of a configured theme or leans to one, else 0."""
        return int(bool(self.member.item.themes))


@dataclass(frozen=True, slots=True, eq=False)
class _Middle:
    """The middle of some articles."""

    meaning: _Numbers  # of length 1
    terms: _Numbers
    squares: _Numbers


class _Table:
    """Articles, to be compared with one middle after the other."""

    def __init__(self, rows: Sequence[_Row], usual: _Numbers) -> None:
        self.rows = rows
        if rows:
            self._meaning = _apart(rows, usual)
            self._held = np.concatenate([row.held for row in rows])
            self._weights = np.concatenate([row.weights for row in rows])
            self._owners = np.repeat(np.arange(len(rows)), [len(row.held) for row in rows])
            self._squares = np.stack([row.squares for row in rows])

    def likeness(self, middle: _Middle) -> _Numbers:
        """How alike each is to a middle."""
        if not self.rows:
            return np.zeros(0)
        common = (self._squares > 0) & (middle.squares > 0)
        squares = (common * self._squares).sum(axis=1) * (common * middle.squares).sum(axis=1)
        dot = np.bincount(self._owners, self._weights * middle.terms[self._held], len(self.rows))
        said = np.divide(dot, np.sqrt(squares), out=np.zeros(len(dot)), where=squares > 0)
        share = (common * self._squares).sum(axis=1) / np.maximum(self._squares.sum(axis=1), np.finfo(float).eps)
        return np.asarray(likeness(self._meaning @ middle.meaning, said, share, _MEANING))


def _apart(rows: Sequence[_Row], usual: _Numbers) -> _Numbers:
    """The meaning of each without what is usual, of length 1."""
    if not usual.size:
        usual = np.zeros((2, 1))
    apart = np.stack([row.member.item.vector for row in rows]) - usual[[row.argues for row in rows]]
    return np.asarray(apart / np.maximum(np.linalg.norm(apart, axis=1, keepdims=True), np.finfo(float).eps))


def _squares(scripts: _Places, weights: _Numbers) -> _Numbers:
    """The sum of the squares of weights in each script."""
    return np.asarray(np.bincount(scripts, weights * weights, len(SCRIPTS)), np.float64)


def _firsts(rows: Iterable[_Row]) -> list[_Row]:
    """Of each story the first."""
    firsts: dict[UUID, _Row] = {}
    for row in rows:
        firsts.setdefault(row.member.item.story_id, row)
    return list(firsts.values())


def _order(row: _Row) -> tuple[datetime, UUID]:
    return row.member.item.at, row.member.item.id


def _date(row: _Row) -> datetime:
    return row.member.item.at
