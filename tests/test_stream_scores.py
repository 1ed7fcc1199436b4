"""What is learnt of single items of a labelled stream, and how clusters are scored with it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from uuid import UUID

import numpy as np
import pytest

from extractors.first_stories import (
    average_precision,
    first_story_scores,
    gathering_scores,
    learnt,
    likelihood,
    story_features,
)
from extractors.novelty_runs import Seen, Sighting, named_terms
from extractors.novelty_stream import TUNED, StreamItem
from extractors.registry import Known
from extractors.stream_scores import cross_fitted, known_span, unknown, weighed

DAY = timedelta(days=1)
FIRST = TUNED.first


def item(n: int, day: date, story: str, text: str = "A dam bursts in Derna.") -> StreamItem:
    return StreamItem(f"i{n:03}", day, text, story, f"outlet-{n % 4}")


def described(items: Sequence[StreamItem]) -> tuple[np.ndarray, np.ndarray]:
    vectors = np.tile(np.array([[1.0, 0.0]], np.float32), (len(items), 1))
    return story_features(items, vectors, [named_terms(one.text) for one in items]), vectors


def known(vector: Sequence[float]) -> Known:
    return Known("one", "past", np.array(vector, np.float32), {}, datetime(2020, 6, 1, tzinfo=UTC))


def sighting(place: int, places: tuple[int, ...], vector: Sequence[float] = (1.0, 0.0)) -> Sighting:
    return Sighting(place, UUID(int=1), places, 9.0, known(vector))


def test_features_know_only_what_was() -> None:
    """An item's features are the same whatever comes after it, and finite for the very first."""
    items = [item(n, FIRST + n * DAY, "Flood") for n in range(4)]
    whole, _ = described(items)
    part, _ = described(items[:2])
    assert np.array_equal(whole[:2], part)
    assert np.isfinite(whole).all()


def test_likeness_of_late_and_of_old() -> None:
    """The nearest of the last fourteen days and the nearest before are told apart."""
    rows, _ = described([item(0, FIRST, "Flood"), item(1, FIRST + 20 * DAY, "Flood")])
    _, before, lately, ever, late = rows[1][:5]
    assert (before > 0.9, lately, ever > 0, late) == (True, 0.0, True, 0.0)


def test_learnt_odds() -> None:
    """What told the positive ones tells it of items that were not learnt from; where nothing differs, nothing does."""
    features = np.array([[0.0], [1.0]] * 20)
    positive, spanned = features[:, 0] > 0, np.arange(40) < 30
    odds = learnt(features, np.zeros((40, 1), np.float32), positive, spanned, 1.0)
    assert odds[31] > 0 > odds[30]
    assert not learnt(features, np.zeros((40, 1), np.float32), positive, spanned & positive, 1.0).any()


def test_chances() -> None:
    """Log odds of 0 are even, and no odds are too long."""
    assert likelihood(np.array([-1e6, 0.0, 1e6])) == pytest.approx([0, 0.5, 1])


def test_learnt_from_the_known_span_alone() -> None:
    """Headings after the span that is learnt from change no score."""
    texts = ("A dam bursts", "Rain in Derna goes on")
    items = [item(n, FIRST + n // 2 * DAY, f"Story {n // 6}", texts[n % 2]) for n in range(36)]
    late = [item(50 + n, TUNED.last + (n + 1) * DAY, "Late") for n in range(3)]
    renamed = [item(50 + n, TUNED.last + (n + 1) * DAY, f"Other {n}") for n in range(3)]
    for scores in (first_story_scores, gathering_scores):
        one, other = (
            scores(every, *described(every), known_span(every)) for every in ([*items, *late], [*items, *renamed])
        )
        assert np.array_equal(one, other)


def test_no_item_is_scored_by_its_own_story() -> None:
    """In the span that is learnt from, the heading of an item has no say in its own score."""
    items = [item(n, FIRST + n * DAY, f"Story {n // 6}", f"Rain {n % 3} in Derna") for n in range(60)]
    renamed = [*items[:-6], *(item(n, FIRST + n * DAY, f"Lone {n}", f"Rain {n % 3} in Derna") for n in range(54, 60))]
    one, other = (cross_fitted(every, *described(every)) for every in (items, renamed))
    assert np.array_equal(one[-6:], other[-6:])
    assert not np.array_equal(one[:12], other[:12])


def test_a_cluster_is_what_it_holds_lately() -> None:
    """Items of the last fourteen days count, and the likelier ones the more."""
    items = [item(0, FIRST, ""), item(1, FIRST + 20 * DAY, ""), item(2, FIRST + 21 * DAY, "")]
    seen = Seen([sighting(2, (0, 1, 2))], [])
    _, vectors = described(items)
    unlikely, likely = (weighed(seen, items, vectors, np.full(3, odds)).sightings[0] for odds in (-2.0, 2.0))
    assert likely.items == (1, 2)
    assert likely.score > unlikely.score


def test_what_was_as_often_before_surprises_nobody() -> None:
    """Of two clusters of as many items, the one that nothing was like before scores higher."""
    before = [item(n, FIRST + n * DAY, "") for n in range(40)]
    late = [item(40 + n, FIRST + 60 * DAY, "") for n in range(8)]
    items, seen = [*before, *late], Seen([sighting(47, (44, 45, 46, 47))], [])
    old, new = np.array([1.0, 0.0], np.float32), np.array([0.0, 1.0], np.float32)
    again, first = (
        weighed(seen, items, np.stack([was] * 44 + [new] * 4), np.zeros(48)).sightings[0].score for was in (new, old)
    )
    assert first > again


def test_what_was_known_is_no_news() -> None:
    """A look at what is like a story known at a warm-up's end is left out, from the day after on."""
    items = [item(0, FIRST - DAY, ""), item(1, FIRST, ""), item(2, FIRST, "")]
    alike, else_ = (1.0, 0.0), (0.0, 1.0)
    looks = [sighting(0, (0,), alike), sighting(1, (1,), alike), sighting(2, (2,), else_)]
    seen = Seen(looks, [(FIRST - DAY, known(alike))])
    assert unknown(seen, items, 0.4).sightings == [looks[0], looks[2]]


def test_an_item_counts_as_often_as_it_was_drawn() -> None:
    """Average precision of items with times is that of the items repeated."""
    scores, positive = np.array([0.9, 0.8, 0.7]), np.array([True, False, True])
    drawn = average_precision(scores, positive, np.array([1.0, 2.0, 0.0]))
    assert drawn == average_precision(scores[[0, 1, 1]], positive[[0, 1, 1]]) == 1
