"""A public stream of dated items under an editor's headings, and what an alert on it is worth. Pure.

The protocol: until each warm-up ends nothing is measured, and the stories with eight items by then are known. A true
new story is first seen in the span that is measured and has five items within 14 days.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import median
from typing import Any

from extractors.labels import LabelError, instead, row, text

WARM_UPS = (date(2020, 6, 15), date(2022, 1, 31))  # their last days
_KNOWN = 8  # items of a story that is known when a warm-up ends
_ITEMS, _DAYS = 5, 14


@dataclass(frozen=True, slots=True)
class Span:
    """Days from the first to the last."""

    first: date
    last: date

    def __contains__(self, day: date) -> bool:
        return self.first <= day <= self.last


TUNED = Span(date(2020, 6, 16), date(2021, 9, 19))
MEASURED = Span(date(2022, 2, 1), date(2022, 10, 30))


@dataclass(frozen=True, slots=True)
class StreamItem:
    """One item; `story` is its first heading, "" where it has none."""

    id: str
    day: date
    text: str
    story: str
    outlet: str


@dataclass(frozen=True, slots=True)
class Alert:
    """What was alerted, by positions in the stream: the item that raised it, and all items that it is of."""

    item: int
    items: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class Judged:
    """An alert, the story it belongs to ("" for none), and whether it is true; None where it counts neither way."""

    alert: Alert
    story: str
    true: bool | None
    delay: int = 0  # items of a new story up to the one that raised the alert


def read_stream(lines: Iterable[str]) -> list[StreamItem]:
    """Items from JSON lines with `date`, `text`, `headings` and `outlet`, in order of day. Raises `LabelError`."""
    items = [_item(number, line) for number, line in enumerate(lines, 1) if line.strip()]
    return sorted(items, key=lambda item: (item.day, item.id))


def positions(items: Sequence[StreamItem]) -> dict[str, list[int]]:
    """Where the items of each story are."""
    found: dict[str, list[int]] = {}
    for place, item in enumerate(items):
        if item.story:
            found.setdefault(item.story, []).append(place)
    return found


def new_stories(items: Sequence[StreamItem], span: Span) -> dict[str, date]:
    """The true new stories of a span, and when each is first seen."""
    found = {}
    for story, places in positions(items).items():
        days = [items[place].day for place in places]
        gathers = any((b - a).days < _DAYS for a, b in zip(days, days[_ITEMS - 1 :], strict=False))
        if days[0] in span and gathers:
            found[story] = days[0]
    return found


def known_stories(items: Sequence[StreamItem], until: date) -> list[list[int]]:
    """Per story that is known when a warm-up ends on `until`: where its items up to then are."""
    before = ([place for place in places if items[place].day <= until] for places in positions(items).values())
    return [places for places in before if len(places) >= _KNOWN]


def judge(alerts: Sequence[Alert], items: Sequence[StreamItem], span: Span) -> list[Judged]:
    """Each alert of the span; an alert belongs to the story of at least half of its items."""
    new, of, told = new_stories(items, span), positions(items), set[str]()
    judged = []
    for alert in alerts:
        counted = Counter(items[place].story for place in alert.items)
        story, times = min(counted.items(), key=lambda pair: (-pair[1], pair[0]))
        if story and 2 * times < len(alert.items):
            story = ""
            true: bool | None = False
        else:
            true = (story in new and story not in told) if story else None
        delay = sum(place <= alert.item for place in of[story]) if true else 0
        told.add(story)
        if items[alert.item].day in span:
            judged.append(Judged(alert, story, true, delay))
    return judged


def figures(judged: Sequence[Judged], new: Mapping[str, date]) -> dict[str, Any]:
    """Strict precision, recall, the median delay in items (None where nothing is found), and alerts that count."""
    true = [one for one in judged if one.true]
    counted = [one for one in judged if one.true is not None]
    return {
        "strict_precision": len(true) / len(counted) if counted else 0.0,
        "recall": len(true) / len(new) if new else 0.0,
        "median_delay_items": median(one.delay for one in true) if true else None,
        "alerts": len(counted),
        "apart": len(judged) - len(counted),
    }


def _item(number: int, line: str) -> StreamItem:
    stated = row(number, line, "date, text, headings and outlet")
    headings = stated.get("headings")
    if not isinstance(headings, list) or not all(isinstance(one, str) for one in headings):
        raise LabelError(number, f'"headings" {instead(stated, "headings")}: give a list of texts, [] for none')
    try:
        day = date.fromisoformat(text(number, stated, "date"))
    except ValueError as error:
        raise LabelError(number, f'"date" {instead(stated, "date")}: give a day, as 2022-02-24') from error
    return StreamItem(
        id=text(number, stated, "id", needed=False) or f"{number:08}",
        day=day,
        text=text(number, stated, "text"),
        story=headings[0] if headings else "",
        outlet=text(number, stated, "outlet"),
    )
