"""How unlikely a count is: the promise on false surges, and what must hold whatever the counts."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from benchmarks.surge import MEANS, same_means
from extractors.counts import GRID, discoveries, forecast

ALLOWED = 3.0  # false surges per 1,000 days of a theme


@pytest.mark.parametrize("mean", MEANS)
def test_surges_are_seldom_false_and_found_as_often_as_by_the_plain_test(mean: float) -> None:
    """At most 3 in 1,000 quiet theme-days are called surges, and more of the real ones than the plain test finds."""
    for result in same_means(runs=500, seed=3, means=(mean,)):
        assert result.our_false <= ALLOWED
        assert result.our_power >= result.plain_power


def test_a_chance_is_that_of_the_negative_binomial() -> None:
    """With all its days alike and known, the forecast is the textbook's: mid-p values of a negative binomial."""
    rng = np.random.default_rng(1)
    counts = rng.poisson(rng.gamma(1 / 0.3, 0.3, (200, 400)) * 5)
    expected = forecast(counts, np.ones_like(counts), np.ones(200))
    assert np.exp((expected.weights * np.log(GRID)).sum(1)).mean() == pytest.approx(0.3, rel=0.1)
    assert expected.mean.mean() == pytest.approx(5, rel=0.03)
    assert expected.deviation.mean() == pytest.approx(np.sqrt(5 + 0.3 * 25), rel=0.05)
    drawn = rng.poisson(rng.gamma(1 / 0.3, 0.3, (500, 200)) * 5)
    chances = np.array([expected.chance(row) for row in drawn])
    for level in (0.5, 0.1, 0.01):
        assert (chances < level).mean() == pytest.approx(level, rel=0.25)


def test_days_without_exposure_tell_nothing() -> None:
    """What was counted on a day that was not heard changes nothing; a day half heard counts for half."""
    counts = np.array([[1, 2, 9, 3]])
    heard = forecast(counts, np.array([[1.0, 1.0, 0.0, 1.0]]), np.ones(1))
    without = forecast(counts[:, [0, 1, 3]], np.ones((1, 3)), np.ones(1))
    assert heard.mean == pytest.approx(without.mean)
    assert heard.chance([7]) == pytest.approx(without.chance([7]))
    half = forecast(np.array([[2, 2, 2, 2]]), np.array([[1.0, 1.0, 0.5, 0.5]]), np.ones(1))
    assert half.mean[0] == pytest.approx(8.5 / 3)
    assert forecast(counts, np.ones((1, 4)), np.array([0.5])).mean[0] == pytest.approx(15.5 / 8)


@given(
    st.lists(st.lists(st.integers(0, 40), min_size=5, max_size=5), min_size=1, max_size=6),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_a_higher_count_is_never_likelier(counts: list[list[int]], one: int, other: int) -> None:
    """Chances lie between 0 and 1, and fall as counts rise."""
    expected = forecast(counts, np.ones((len(counts), 5)), np.ones(len(counts)))
    low, high = (expected.chance([n] * len(counts)) for n in sorted((one, other)))
    assert ((high > 0) & (high <= low + 1e-12) & (low <= 1)).all()
    assert expected.weights.sum(1) == pytest.approx(np.ones(len(counts)))


def test_nothing_in_a_month_is_no_proof() -> None:
    """A theme of which nobody spoke in the baseline expects a little, not nothing: one voice is no wonder."""
    expected = forecast(np.zeros((1, 28)), np.ones((1, 28)), np.ones(1))
    assert expected.mean[0] == pytest.approx(0.5 / 28)
    assert expected.chance([1])[0] > 0.005
    assert expected.chance([3])[0] < 0.002


def test_discoveries_are_those_of_benjamini_and_hochberg() -> None:
    """The largest chance below its rank's share of the level counts, and all that are smaller."""
    chances = np.array([0.2, 0.011, 0.024, 0.9, 0.034])
    assert discoveries(chances, 0.05).tolist() == [False, False, False, False, False]
    assert discoveries(chances, 0.06).tolist() == [False, True, True, False, True]
    assert discoveries(np.array([0.001, 0.5]), 0.01).tolist() == [True, False]
    assert discoveries(np.array([]), 0.05).tolist() == []
