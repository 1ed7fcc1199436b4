"""How often a surge is called falsely, and how often a real one is found: python tests/benchmarks/surge.py

Gamma-Poisson counts of 19 themes, dispersion 0.3, a baseline of 28 days and a window of one; a real surge is one theme
four times as loud for that day, each in turn. Beside it the plain test on the same counts: negative binomial with each
theme's own moment estimate of the dispersion (at least 0.05), p < 0.001. Both with the floors of the product (at least
3 publishers, and twice what is expected) and without.
"""

from __future__ import annotations

import argparse
from dataclasses import dataclass

import numpy as np

from extractors.counts import discoveries, forecast
from extractors.novelty import NoveltyRules
from extractors.surge import FALSE_DISCOVERIES, FEWEST, RATIO

THEMES, DAYS, DISPERSION, FACTOR = 19, 28, 0.3, 4
MEANS = (0.3, 1.0, 3.0, 10.0)
RATE, PLAIN = NoveltyRules().surge_false_rate, 0.001


@dataclass(frozen=True)
class Result:
    """False surges per 1,000 quiet theme-days, and the share of surges found; of the plain test and of ours."""

    mean: str
    floors: bool
    plain_false: float
    plain_power: float
    our_false: float
    our_power: float


def simulate(means: np.ndarray, dispersions: np.ndarray, runs: int, seed: int, name: str) -> list[Result]:
    """One run is one pass over all themes: on a quiet day, and on days on which one of them surges, each in turn."""
    rng = np.random.default_rng(seed)
    rate = min(FALSE_DISCOVERIES, RATE * THEMES)
    plain, ours, enough = [], [], []  # each: called or not, on quiet days and on loud ones
    for _ in range(runs):
        baseline = _draw(rng, means[:, None], dispersions[:, None], DAYS)
        quiet, loud = (_draw(rng, means[:, None] * f, dispersions[:, None], 1)[:, 0] for f in (1, FACTOR))
        expected = forecast(baseline, np.ones_like(baseline), np.ones(THEMES))
        chances, loud_chances = expected.chance(quiet), expected.chance(loud)
        found = [discoveries(np.where(one, loud_chances, chances), rate)[one][0] for one in np.eye(THEMES, dtype=bool)]
        ours.append((discoveries(chances, rate), np.array(found)))
        plain.append([_plain_chance(baseline, counts) < PLAIN for counts in (quiet, loud)])
        least = np.maximum(FEWEST, RATIO * baseline.mean(1))
        enough.append([quiet >= least, loud >= least])
    results = []
    for floors in (False, True):
        told = [np.array(called) & (np.array(enough) | (not floors)) for called in (plain, ours)]
        shares = [called.mean(axis=(0, 2)) for called in told]
        results.append(Result(name, floors, 1000 * shares[0][0], shares[0][1], 1000 * shares[1][0], shares[1][1]))
    return results


def _draw(rng: np.random.Generator, means: np.ndarray, dispersions: np.ndarray, days: int) -> np.ndarray:
    rates = means * rng.gamma(1 / dispersions, dispersions, (THEMES, days))
    return rng.poisson(rates)


def _plain_chance(baseline: np.ndarray, counts: np.ndarray) -> np.ndarray:
    """Upper tail of the plain predictive negative binomial, by its recurrence."""
    mean = np.maximum(baseline.mean(1), 1e-6)
    dispersion = np.maximum((baseline.var(1, ddof=1) - mean) / mean**2, 0.05)
    each = (1 + dispersion * mean) ** (-1 / dispersion)
    below = np.zeros(len(mean))
    for k in range(int(counts.max(initial=0))):
        below = np.where(k < counts, below + each, below)
        each = each * mean / (1 + dispersion * mean) * (1 + dispersion * k) / (k + 1)
    return 1 - below


def same_means(runs: int, seed: int, means: tuple[float, ...] = MEANS) -> list[Result]:
    """All themes alike, at each mean in turn."""
    alike = np.full(THEMES, DISPERSION)
    return [
        result
        for n, mean in enumerate(means)
        for result in simulate(np.full(THEMES, mean), alike, runs, seed + n, f"{mean:g}")
    ]


def unlike(runs: int, seed: int) -> list[Result]:
    """Loud and quiet themes together, some nearly Poisson and some far from it."""
    means, dispersions = np.resize(MEANS, THEMES), np.resize([0.05, 0.1, 0.3, 0.6, 1.0], THEMES)
    return simulate(means, dispersions, runs, seed, "unlike")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--runs", type=int, default=5000, help="passes for each line; 19 theme-days each")
    parser.add_argument("--seed", type=int, default=1)
    asked = parser.parse_args()
    results = same_means(asked.runs, asked.seed) + unlike(asked.runs, asked.seed)
    _print(f"seed {asked.seed}, {asked.runs} passes of {THEMES} themes for each line; nominal rate {RATE}")
    _print("    mean floors | plain: false/1,000  power |  ours: false/1,000  power")
    for r in results:
        figures = f"{r.plain_false:18.2f} {r.plain_power:6.3f} | {r.our_false:18.2f} {r.our_power:6.3f}"
        _print(f"{r.mean:>8} {'on' if r.floors else 'off':>6} | {figures}")


def _print(line: str) -> None:
    print(line)  # noqa: T201  a program's output


if __name__ == "__main__":
    main()
