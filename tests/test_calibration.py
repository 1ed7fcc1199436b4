"""Thresholds that follow from verdicts: the rule itself."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from extractors.calibration import DEFAULT, FEWEST, HIGHEST, LOWEST, f1, learnt_threshold

JUDGED = st.lists(st.tuples(st.floats(0, 1), st.booleans()), max_size=40)


def test_few_verdicts_move_nothing() -> None:
    """Up to four verdicts, however they agree, leave the threshold where it is."""
    assert learnt_threshold([]) == DEFAULT
    assert learnt_threshold([(0.31, True)] * (FEWEST - 1)) == DEFAULT


def test_verdicts_that_are_content_move_nothing() -> None:
    """Where 0.5 tells right from wrong already, no other threshold is better."""
    assert learnt_threshold([(0.9, True), (0.7, True), (0.55, True), (0.45, False), (0.1, False)]) == DEFAULT


def test_the_threshold_falls_to_what_was_missed() -> None:
    """It falls as far as it has to, and no further."""
    assert learnt_threshold([(0.44, True), (0.45, True), (0.6, True), (0.3, False), (0.2, False)]) == 0.44


def test_the_threshold_rises_above_what_was_wrong() -> None:
    """It rises above what is wrong, also where nothing was right."""
    assert learnt_threshold([(0.55, False), (0.56, False), (0.8, True), (0.9, True), (0.9, True)]) == 0.57
    assert learnt_threshold([(0.55, False)] * FEWEST) == 0.56


def test_one_verdict_among_many_moves_nothing() -> None:
    """What one article in ten gains is not worth a threshold far away."""
    assert learnt_threshold([(0.31, True), *[(0.9, True)] * 9]) == DEFAULT
    assert learnt_threshold([(0.31, True)] * 9 + [(0.9, True)] * 9) == 0.31


@given(JUDGED)
def test_it_stays_in_its_bounds(judged: list[tuple[float, bool]]) -> None:
    """Whatever people say, the threshold is a hundredth from 0.30 to 0.80, and the same in whatever order."""
    learnt = learnt_threshold(judged)
    assert LOWEST <= learnt <= HIGHEST
    assert round(learnt * 100) / 100 == learnt
    assert learnt_threshold(judged[::-1]) == learnt


@given(JUDGED)
def test_it_serves_verdicts_no_worse(judged: list[tuple[float, bool]]) -> None:
    """A threshold that moved is better for those who spoke."""
    learnt = learnt_threshold(judged)
    assert learnt == DEFAULT or f1(learnt, judged) > f1(DEFAULT, judged)
