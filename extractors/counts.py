"""How unlikely a count is, given the counts before it: overdispersed, exposed unequally, few.

Counts are taken as gamma-Poisson (negative binomial, variance m + d m²). The dispersion d of one series is hardly known
from 28 days, so it is learned from all series together and kept apart for each as far as its own days demand: an
empirical Bayes version of Robinson and Smyth, "Moderated statistical tests for assessing differences in tag abundance"
(Bioinformatics 2007), with the adjusted profile likelihood of Cox and Reid (JRSS B 1987). The mean's own uncertainty
widens the prediction. Only numpy; factorials and gamma functions by their recurrences.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[np.float64]

# Dispersions that are thought possible; the smallest is the floor: no series is quite Poisson.
GRID: Array = np.array([0.05, 0.075, 0.1, 0.15, 0.2, 0.3, 0.4, 0.55, 0.75, 1.0, 1.5, 2.5])
# How far, in logarithms, the dispersions of different series may lie apart: hardly, somewhat, widely.
_SPREADS = (0.2, 0.6, 1.2)
_SMALLEST = 1e-12  # chances below this are not told apart
# Half a count more, as Jeffreys' prior has it: nothing in a month does not prove that there never is anything.
_PRIOR = 0.5


@dataclass(frozen=True, slots=True)
class Forecast:
    """What to expect of each of n series at its next exposure."""

    mean: Array  # n
    weights: Array  # n × dispersions, each row adds up to 1
    dispersion: Array  # n × dispersions, widened by the uncertainty of the mean

    @property
    def deviation(self) -> Array:
        """One standard deviation of the next count."""
        variance = self.mean[:, None] + self.dispersion * self.mean[:, None] ** 2
        root: Array = np.sqrt((self.weights * variance).sum(1))
        return root

    def chance(self, counts: npt.ArrayLike) -> Array:
        """Mid-p value of each count: the chance of a higher one, and half that of the same."""
        observed = np.asarray(counts, dtype=np.int64)
        k = np.arange(int(observed.max(initial=0)) + 1)
        d, m = self.dispersion[..., None], self.mean[:, None, None]
        log_each = _rising(d, k) + k * np.log(m) - (k + 1 / d) * np.log1p(d * m) - _log_factorials(k)
        each = np.einsum("ng,ngk->nk", self.weights, np.exp(log_each))
        below = np.where(k <= observed[:, None], each, 0.0).sum(1)
        same = np.take_along_axis(each, observed[:, None], 1)[:, 0]
        chance: Array = np.maximum(1.0 - below + same / 2, _SMALLEST)
        return chance


def forecast(counts: npt.ArrayLike, exposures: npt.ArrayLike, exposure: npt.ArrayLike) -> Forecast:
    """What n series of past `counts` (n × days) at `exposures` (n × days) foretell at `exposure` (n).

    A day without exposure tells nothing, whatever was counted; every series needs a day with some.
    """
    y, x = np.asarray(counts, dtype=np.int64), np.asarray(exposures, dtype=np.float64)
    y = np.where(x > 0, y, 0)
    rate = (y.sum(1) + _PRIOR) / x.sum(1)
    expected = (rate[:, None] * x)[:, None, :]  # n × 1 × days
    d = GRID[None, :, None]
    counted = y[:, None, :]
    log_expected = np.log(np.where(expected > 0, expected, 1.0))
    rises = _rising(d, np.arange(int(y.max(initial=0)) + 1))[0]  # dispersions × counts
    each = rises[:, y].transpose(1, 0, 2) + counted * log_expected - (counted + 1 / d) * np.log1p(d * expected)
    information = (expected / (1 + d * expected)).sum(2)  # on the logarithm of the rate
    weights = _shrunk(each.sum(2) - np.log(information) / 2)
    widened = GRID + 1 / information
    return Forecast(np.maximum(rate * np.asarray(exposure, dtype=np.float64), _SMALLEST), weights, widened)


def discoveries(chances: Array, rate: float) -> npt.NDArray[np.bool_]:
    """Which chances are too small for chance: Benjamini and Hochberg's procedure (JRSS B 1995) at level `rate`."""
    order = np.sort(chances)
    passing = np.flatnonzero(order <= rate * np.arange(1, len(order) + 1) / max(len(order), 1))
    limit = order[passing[-1]] if len(passing) else -1.0
    found: npt.NDArray[np.bool_] = chances <= limit
    return found


def _shrunk(likelihoods: Array) -> Array:
    """Weights of dispersions (n × dispersions) from their log likelihoods, each series beside all others."""
    likelihood = np.exp(likelihoods - likelihoods.max(1, keepdims=True))
    centres, grid = np.log(GRID)[None, :], np.log(GRID)[:, None]
    priors = np.concatenate([np.exp(-(((grid - centres) / spread) ** 2) / 2) for spread in _SPREADS], axis=1)
    priors /= priors.sum(0)
    evidence = np.log(likelihood @ priors).sum(0)
    prior = priors @ np.exp(evidence - evidence.max())
    weights = likelihood * prior
    shrunk: Array = weights / weights.sum(1, keepdims=True)
    return shrunk


def _rising(dispersion: Array, k: npt.NDArray[np.int64]) -> Array:
    """The sum of log(1 + d j) over all j below each k; along the last axis."""
    steps = np.log1p(dispersion * k)
    sums: Array = np.cumsum(steps, axis=-1) - steps
    return sums


def _log_factorials(k: npt.NDArray[np.int64]) -> Array:
    sums: Array = np.cumsum(np.log(np.maximum(k, 1)))
    return sums
