"""The chart of a theme."""

from __future__ import annotations

import struct

import pytest

from alerts.chart import theme_chart
from builders import make_series


@pytest.mark.filterwarnings("error")
@pytest.mark.parametrize("label", ["Oil and gas", "中俄天然气 $x^2$ \\frac{", "M" * 300, ""])
@pytest.mark.parametrize("counts", [(), (0,), (1, 0, 2), (900,) * 60])
def test_chart(label: str, counts: tuple[int, ...]) -> None:
    """Any label and any counts make a picture of the promised size, the same one each time, without a warning."""
    png = theme_chart(label, make_series(*counts) if counts else (), 7)
    assert struct.unpack(">II", png[16:24]) == (1120, 480)
    assert png == theme_chart(label, make_series(*counts) if counts else (), 7)
    assert b"tIME" not in png
