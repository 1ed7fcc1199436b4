"""The chart of a theme: stories per day. The only file that uses matplotlib.

https://matplotlib.org/stable/gallery/user_interfaces/web_application_server_sgskip.html is why there is no pyplot.
"""

from __future__ import annotations

import io
from collections.abc import Sequence
from datetime import date

import matplotlib as mpl
from matplotlib.axes import Axes
from matplotlib.backends.backend_agg import FigureCanvasAgg
from matplotlib.figure import Figure
from matplotlib.font_manager import findfont, get_font
from matplotlib.ticker import MaxNLocator

from alerts.words import MONTHS, cut
from warehouse.records import DayCount

# Shown at half its pixels, so that it is sharp on dense screens.
WIDTH, HEIGHT = 560, 240  # CSS pixels
PIXELS_PER_INCH = 100
BAR, NEW, BAND, INK, GRID = "#8a97a6", "#b3402a", "#f6ece8", "#3c4650", "#e3e7eb"
FORTNIGHT = 14
LONGEST_LABEL = 60

# matplotlib brings DejaVu Sans along: the same bytes on every machine, whatever fonts and settings it has.
STYLE = {**mpl.rcParamsDefault, "font.family": ["DejaVu Sans"], "font.size": 11.0, "text.parse_math": False}
STYLE.pop("backend")


def theme_chart(label: str, series: Sequence[DayCount], window_days: int) -> bytes:
    """A PNG of 1120 x 480 pixels: a bar per day of `series` (oldest first), the days of the window highlighted.

    Equal arguments give equal bytes. What the chart's font cannot draw is left out of the label.
    """
    with mpl.rc_context(STYLE):
        figure = Figure(figsize=(WIDTH / PIXELS_PER_INCH, HEIGHT / PIXELS_PER_INCH), dpi=2 * PIXELS_PER_INCH)
        FigureCanvasAgg(figure)
        axes = figure.add_axes((0.045, 0.13, 0.91, 0.65))
        figure.text(0.0, 0.96, _drawable(label), va="top", fontweight="bold", color=INK)
        lately = "one" if window_days == 1 else window_days
        caption = f"Stories per day over {len(series)} days, the last {lately} in red"
        figure.text(0.0, 0.87, caption, va="top", fontsize=10.5, color=INK)
        if series:
            _draw(axes, series, window_days)
        png = io.BytesIO()
        figure.savefig(png, format="png", metadata={"Software": None})
    return png.getvalue()


def _draw(axes: Axes, series: Sequence[DayCount], window_days: int) -> None:
    last = len(series) - 1
    first = max(0, last - window_days)
    stories = [d.stories for d in series]
    colours = [NEW if i >= first else BAR for i in range(len(series))]
    axes.axvspan(first - 0.5, last + 0.5, color=BAND, zorder=0, linewidth=0)
    axes.bar(range(len(series)), stories, width=0.8, color=colours, zorder=2)
    axes.set_xlim(-0.5, last + 0.5)
    axes.set_ylim(0, max(1, *stories) * 1.12)
    axes.yaxis.set_major_locator(MaxNLocator(nbins=4, integer=True, min_n_ticks=1))
    # Weekly, counted back from the last day; a short series shows every day.
    step = 7 if last >= FORTNIGHT else 1
    ticks = range(last % step, last + 1, step)
    axes.set_xticks(ticks, [_day(series[i].day) for i in ticks])
    axes.tick_params(length=0, colors=INK, labelsize=10.5)
    axes.grid(axis="y", color=GRID, linewidth=0.8, zorder=1)
    for side in ("top", "right", "left"):
        axes.spines[side].set_visible(False)
    axes.spines["bottom"].set_color(INK)


def _day(day: date) -> str:
    return f"{day.day} {MONTHS[day.month - 1]}"


def _drawable(label: str) -> str:
    glyphs = get_font(findfont("DejaVu Sans")).get_charmap()
    kept = "".join(c if ord(c) in glyphs and c.isprintable() else " " for c in label)
    return cut(" ".join(kept.split()), LONGEST_LABEL)
