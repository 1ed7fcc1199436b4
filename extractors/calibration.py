"""From which score a theme is present, learnt from what people said of single articles. Pure and deterministic.

Without verdicts the threshold is 0.5, where the scorer put it without any label. With them it is the one, of all
hundredths from 0.30 to 0.80, at which

    (n * F1 + k * (1 - |threshold - 0.5| / 0.3)) / (n + k)

is greatest: F1 over the `n` judged scores, and `k` imagined verdicts that are all content at 0.5, and the less so the
further away. A few verdicts move it a little, and only where they agree; of thresholds that are as good the one nearest
to 0.5 is taken, then the lower one.
"""

from __future__ import annotations

from collections.abc import Sequence

DEFAULT = 0.5
LOWEST, HIGHEST = 0.3, 0.8
FEWEST = 5  # verdicts on a theme from which its threshold moves
PRIOR = 5  # k, in verdicts

_PLACES = range(round(LOWEST * 100), round(HIGHEST * 100) + 1)  # in hundredths, which compare exactly


def learnt_threshold(judged: Sequence[tuple[float, bool]]) -> float:
    """The threshold that follows from (score, whether the article speaks of the theme); `DEFAULT` from too few."""
    if len(judged) < FEWEST:
        return DEFAULT
    # The order in which people spoke must not matter, nor the last digit of a sum.
    best = max(_PLACES, key=lambda place: (round(_worth(place / 100, judged), 9), -abs(place - 50), -place))
    return best / 100


def f1(threshold: float, judged: Sequence[tuple[float, bool]]) -> float:
    """F1 of `score >= threshold`; 1 where there is nothing to find and nothing is found."""
    found = sum(speaks for score, speaks in judged if score >= threshold)
    wrong = sum(score >= threshold for score, _ in judged) - found
    missed = sum(speaks for _, speaks in judged) - found
    return 2 * found / (2 * found + wrong + missed) if found or wrong or missed else 1.0


def _worth(threshold: float, judged: Sequence[tuple[float, bool]]) -> float:
    content = 1 - abs(threshold - DEFAULT) / (HIGHEST - DEFAULT)
    return (len(judged) * f1(threshold, judged) + PRIOR * content) / (len(judged) + PRIOR)
