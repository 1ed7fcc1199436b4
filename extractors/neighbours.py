"""The clusters that live, and which of them an article is most like: `clusters.Point.likeness`, with all at once.

Terms are looked up in an inverted index, so the cost hangs on the clusters that live and not on how much they hold.
"""

from __future__ import annotations

from collections.abc import Mapping
from uuid import UUID

import numpy as np
from numpy.typing import NDArray

from extractors.clusters import Vector, likeness
from extractors.termbags import SCRIPTS, script_of

_FIRST = 64  # rows
_Rows = NDArray[np.float64]


class Neighbours:
    """Sums of meaning and terms, one row per cluster."""

    def __init__(self) -> None:
        self._row: dict[UUID, int] = {}
        self._free: list[int] = []
        self._meaning: _Rows = np.zeros((0, 0))
        self._length: _Rows = np.zeros(0)
        self._squares: _Rows = np.zeros((0, len(SCRIPTS)))
        self._terms: dict[str, dict[int, float]] = {}
        self._held: list[dict[str, float]] = []

    def add(self, cluster_id: UUID, vector: Vector, weights: Mapping[str, float]) -> None:
        """One more article in the cluster, which may be new."""
        row = self._row[cluster_id] if cluster_id in self._row else self._open(cluster_id, len(vector))
        self._meaning[row] += vector
        self._length[row] = np.linalg.norm(self._meaning[row]) or 1.0
        held = self._held[row]
        for term, weight in weights.items():
            before = held.get(term, 0.0)
            held[term] = after = before + weight
            self._terms.setdefault(term, {})[row] = after
            self._squares[row, SCRIPTS.index(script_of(term))] += after * after - before * before

    def drop(self, cluster_id: UUID) -> None:
        """The cluster lives no more."""
        row = self._row.pop(cluster_id)
        for term in self._held[row]:
            rows = self._terms[term]
            del rows[row]
            if not rows:
                del self._terms[term]
        self._held[row] = {}
        self._meaning[row] = self._squares[row] = 0.0
        self._free.append(row)

    def nearest(self, vector: Vector, weights: Mapping[str, float]) -> tuple[UUID | None, float]:
        """The cluster that an article is most like, the lowest id where several are; None where none lives."""
        if not self._row:
            return None, 0.0
        mine = np.zeros(len(SCRIPTS))
        dots: list[dict[int, float]] = [{} for _ in SCRIPTS]
        for term, weight in weights.items():
            script = SCRIPTS.index(script_of(term))
            mine[script] += weight * weight
            dot = dots[script]
            for row, theirs in self._terms.get(term, {}).items():
                dot[row] = dot.get(row, 0.0) + weight * theirs
        alike = self._likeness(vector, mine, dots)
        best = max(float(alike[row]) for row in self._row.values())
        return min(cluster_id for cluster_id, row in self._row.items() if alike[row] == best), best

    def _likeness(self, vector: Vector, mine: _Rows, dots: list[dict[int, float]]) -> _Rows:
        common = (self._squares > 0) & (mine > 0)
        squares = (common * self._squares).sum(axis=1) * (common * mine).sum(axis=1)
        dot = np.zeros(len(squares))
        for rows in dots:
            dot[list(rows)] += list(rows.values())
        said = np.divide(dot, np.sqrt(squares), out=np.zeros(len(dot)), where=squares > 0)
        share = (common * mine).sum(axis=1) / (mine.sum() or 1.0)
        meant = self._meaning @ vector.astype(np.float64) / self._length
        return np.asarray(likeness(meant, said, share))

    def _open(self, cluster_id: UUID, size: int) -> int:
        if not self._free:
            self._grow(size)
        row = self._row[cluster_id] = self._free.pop()
        return row

    def _grow(self, size: int) -> None:
        rows = len(self._length)
        more = max(rows, _FIRST)
        self._meaning = np.concatenate([self._meaning.reshape(rows, size), np.zeros((more, size))])
        self._length = np.concatenate([self._length, np.ones(more)])
        self._squares = np.concatenate([self._squares, np.zeros((more, len(SCRIPTS)))])
        self._held += [{} for _ in range(more)]
        self._free += range(rows + more - 1, rows - 1, -1)
