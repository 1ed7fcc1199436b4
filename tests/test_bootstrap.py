"""The bootstrap: intervals over documents."""

from __future__ import annotations

import numpy as np
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.bootstrap import Counts, Estimate, estimate, precision_recall_f1, share


def right_share(sums: Counts) -> Counts:
    return share(sums[..., :1], sums[..., 1:])


def of(rights: list[bool]) -> Estimate:
    (found,) = estimate(np.array([[right, 1] for right in rights], np.float64), right_share)
    return found


def test_an_interval_is_as_wide_as_theory_says() -> None:
    """Of 400 documents half of which are right, the interval is the binomial's: 0.5 ± 1.96 × 0.025."""
    found = of([True, False] * 200)
    assert found.value == 0.5
    assert found.interval is not None
    assert np.allclose(found.interval, (0.451, 0.549), atol=0.006)


def test_more_documents_narrower_interval() -> None:
    """Four times the documents halve the interval."""
    few, many = (of([True, True, False] * n).interval for n in (20, 80))
    assert few is not None
    assert many is not None
    assert 1.7 < (few[1] - few[0]) / (many[1] - many[0]) < 2.3


def test_labels_of_one_document_go_together() -> None:
    """What is drawn are documents: ten labels in each of four documents tell no more than four labels do."""
    apart = np.array([[1, 0, 0], [0, 1, 0]] * 20, np.float64)
    together = np.array([[10, 0, 0], [0, 10, 0]] * 2, np.float64)
    widths = []
    for counts in (apart, together):
        interval = estimate(counts, precision_recall_f1)[0].interval
        assert interval is not None
        widths.append(interval[1] - interval[0])
    assert widths[1] > 2 * widths[0]


def test_nothing_to_divide_by() -> None:
    """Where there is nothing to divide by the value is 0 and there is no interval; such resamples are left out."""
    nothing, none, f1 = estimate(np.array([[0, 0, 1]] * 3, np.float64), precision_recall_f1)
    assert nothing == Estimate(0.0, None)
    assert none == f1 == Estimate(0.0, (0.0, 0.0))
    # One label in ten documents: in a third of the resamples it is not drawn, and in none is it wrong.
    rare = estimate(np.array([[1, 0, 0], *[[0, 0, 0]] * 9], np.float64), precision_recall_f1)
    assert rare == [Estimate(1.0, (1.0, 1.0))] * 3


def test_shown() -> None:
    """An estimate is shown with its interval, in brackets, where it has one."""
    assert str(Estimate(0.5, (0.251, 0.75))) == "0.50 [0.25, 0.75]"
    assert str(Estimate(0.0, None)) == "0.00"


@settings(max_examples=30, deadline=None)
@given(st.lists(st.booleans(), min_size=1, max_size=50))
def test_an_interval_holds_its_share(rights: list[bool]) -> None:
    """The interval of a share lies in [0, 1] around it, and is the same whenever it is asked for."""
    found = of(rights)
    assert found.interval is not None
    assert 0 <= found.interval[0] <= found.value <= found.interval[1] <= 1
    assert of(rights) == found
