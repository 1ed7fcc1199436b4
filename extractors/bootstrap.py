"""How far a measurement on so many documents can be trusted: the percentile bootstrap (Efron 1979). Pure, and seeded.

What is drawn are documents, because labels of one document are not independent of each other.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 1000
COVERED = 0.95  # of the resamples lie within an interval
_SEED = 1  # the same documents, the same intervals
_DRAWN_AT_ONCE = 500_000  # documents: some megabytes, however many there are

Counts = NDArray[np.float64]  # whole numbers, as floats: their sums are exact, and a product with them is quick


@dataclass(frozen=True, slots=True)
class Estimate:
    """A share in [0, 1]: 0 without an interval where there is nothing to divide by."""

    value: float
    interval: tuple[float, float] | None

    def __str__(self) -> str:
        if self.interval is None:
            return f"{self.value:.2f}"
        return f"{self.value:.2f} [{self.interval[0]:.2f}, {self.interval[1]:.2f}]"


@dataclass(frozen=True, slots=True)
class Measured:
    """What was found rightly, found wrongly and missed."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    tp: int
    fp: int
    fn: int

    def as_json(self) -> dict[str, Any]:
        """Values beside counts, as they always were, and the intervals under a key of their own."""
        return {**shares_as_json(self.precision, self.recall, self.f1), "tp": self.tp, "fp": self.fp, "fn": self.fn}


def shares_as_json(precision: Estimate, recall: Estimate, f1: Estimate) -> dict[str, Any]:
    """Three values by their names, and their intervals."""
    named = {"precision": precision, "recall": recall, "f1": f1}
    return {
        **{name: estimate.value for name, estimate in named.items()},
        "intervals": {name: estimate.interval for name, estimate in named.items()},
    }


def measured(estimates: list[Estimate], counts: Counts) -> Measured:
    """From three estimates (precision, recall, F1) and three counts (right ones, false alarms, misses)."""
    precision, recall, f1 = estimates
    tp, fp, fn = (int(count) for count in counts)
    return Measured(precision, recall, f1, tp, fp, fn)


def estimate(counts: Counts, statistic: Callable[[Counts], Counts]) -> list[Estimate]:
    """Each value of `statistic`, with the interval that covers it in `COVERED` of the resamples.

    `counts` has one row per document, at least one. `statistic` turns sums over documents (last axis) into values (last
    axis), NaN where there is nothing to divide by; resamples in which that happens tell nothing and are left out.
    """
    values, drawn = statistic(counts.sum(axis=0)), statistic(_resampled(counts))
    return [_estimate(value, column) for value, column in zip(values, drawn.T, strict=True)]


def share(part: Counts, whole: Counts) -> Counts:
    """Elementwise `part` of `whole`, NaN where that is 0."""
    shares: Counts = np.divide(part, whole, out=np.full(np.shape(whole), np.nan), where=whole > 0)
    return shares


def precision_recall_f1(counts: Counts) -> Counts:
    """Precision, recall and F1 (last axis) of right ones, false alarms and misses (last axis)."""
    tp, fp, fn = np.moveaxis(counts, -1, 0)
    return share(np.stack([tp, tp, 2 * tp], -1), np.stack([tp + fp, tp + fn, 2 * tp + fp + fn], -1))


def _resampled(counts: Counts) -> Counts:
    """The sums over as many documents drawn with replacement; one row per resample."""
    rng, documents = np.random.default_rng(_SEED), len(counts)
    at_once = max(1, _DRAWN_AT_ONCE // documents)
    sums = []
    for start in range(0, RESAMPLES, at_once):
        resamples = min(at_once, RESAMPLES - start)
        drawn = rng.integers(documents, size=(resamples, documents)) + documents * np.arange(resamples)[:, None]
        # How often each document is drawn, times what it counts: many columns cost little more than one.
        times = np.bincount(drawn.ravel(), minlength=drawn.size).reshape(drawn.shape)
        sums.append(times.astype(np.float64) @ counts)
    return np.concatenate(sums)


def _estimate(value: np.float64, drawn: Counts) -> Estimate:
    if np.isnan(value):
        return Estimate(0.0, None)
    low, high = np.quantile(drawn[~np.isnan(drawn)], [(1 - COVERED) / 2, (1 + COVERED) / 2])
    return Estimate(float(value), (float(low), float(high)))
