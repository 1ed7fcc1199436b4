"""How well new stories of a labelled stream are found: by Amur, and by what it is measured against. Pure."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from extractors.bootstrap import COVERED, RESAMPLES, Counts, estimate, share
from extractors.clusters import Vector
from extractors.first_stories import Rows, average_precision, first_story_scores, gathering_scores, story_features
from extractors.novelty_baselines import fixed_support, nearest_before, plain_terms
from extractors.novelty_runs import Seen, alerts, centred, named_terms, see
from extractors.novelty_stream import (
    MEASURED,
    WARM_UPS,
    Judged,
    Span,
    StreamItem,
    figures,
    judge,
    new_stories,
    positions,
)
from extractors.single_pass import SinglePassRules
from extractors.stream_scores import known_span, unknown, weighed

# Chosen by F1 on the span TUNED; tests/benchmarks/novelty_frontier.py --tune does it again.
BASELINE_JOIN, BASELINE_ATTACH = 0.22, 0.30
JOIN, ATTACH, SCORE = 0.25, 0.55, 10.9
_POINTS = 100  # of the frontier
_WEEK = 7
_SEED = 1  # the same weeks, the same intervals


@dataclass(frozen=True, slots=True, eq=False)
class Point:
    """One point of a frontier: what is found from a score on."""

    score: float
    judged: list[Judged]
    figures: dict[str, Any]


def looser_rules(join: float) -> SinglePassRules:
    """Rules where a second look decides, and no support is asked for but what a look needs."""
    return SinglePassRules(join, stories=3, publishers=2)


def see_as_amur(items: Sequence[StreamItem], vectors: Vector, odds: Rows, join: float = JOIN) -> Seen:
    """Amur's looks, with how many gather and what was learnt of items: `odds` is how likely each is of a new story."""
    seen = see(items, vectors, named_terms, looser_rules(join))
    return unknown(weighed(seen, items, vectors, odds), items, ATTACH)


def see_as_baseline(items: Sequence[StreamItem], vectors: Vector, join: float = BASELINE_JOIN) -> Seen:
    return see(items, vectors, plain_terms, fixed_support(join))


def frontier(seen: Seen, items: Sequence[StreamItem], span: Span) -> list[Point]:
    """What Amur finds from each of some scores on, the lowest first."""
    new = new_stories(items, span)
    scores = [one.score for one in seen.sightings if items[one.item].day in span]
    points = []
    for score in np.unique(np.quantile(scores, np.linspace(0.4, 0.999, _POINTS))) if scores else []:
        judged = judge(alerts(seen, items, score=float(score)), items, span)
        points.append(Point(float(score), judged, figures(judged, new)))
    return points


def evaluate(items: Sequence[StreamItem], encode: Callable[[Sequence[str]], Vector]) -> dict[str, Any]:
    """Everything that `amur eval novelty --stream` prints; Amur's own figures at the baseline's recall."""
    warm = sum(item.day <= WARM_UPS[0] for item in items)
    vectors = centred(encode([item.text for item in items]), warm)
    features = story_features(items, vectors, [named_terms(item.text) for item in items])
    odds = gathering_scores(items, features, vectors, known_span(items))
    new = new_stories(items, MEASURED)
    plain = see_as_baseline(items, vectors)
    baseline = judge(alerts(plain, items), items, MEASURED)
    registry = judge(alerts(plain, items, attach=BASELINE_ATTACH), items, MEASURED)
    points = frontier(see_as_amur(items, vectors, odds), items, MEASURED)
    of_baseline, of_registry = figures(baseline, new), figures(registry, new)
    same_recall = _best(points, "recall", of_baseline["recall"], "strict_precision")
    same_precision = _best(points, "strict_precision", of_registry["strict_precision"], "recall")
    chosen = min(points, key=lambda point: abs(point.score - SCORE), default=None)
    first, nearest, gain = _first_stories(items, first_story_scores(items, features, vectors, known_span(items)))
    return {
        **(same_recall.figures if same_recall else figures([], new)),
        "first_story_ap": first,
        "baseline": {**of_baseline, "first_story_ap": nearest},
        "registry_baseline": {**of_registry, "first_story_ap": nearest},
        "at_registry_precision": same_precision.figures if same_precision else figures([], new),
        "at_chosen_score": {"score": chosen.score, **chosen.figures} if chosen else figures([], new),
        "new_stories": len(new),
        "intervals": {
            "resamples": RESAMPLES,
            "covered": COVERED,
            "at_baseline_recall": paired(same_recall.judged if same_recall else [], baseline, items),
            "at_registry_precision": paired(same_precision.judged if same_precision else [], registry, items),
            "first_story_ap": {"difference": gain},
        },
        "frontier": [{"score": point.score, **point.figures} for point in points],
    }


def paired(one: Sequence[Judged], other: Sequence[Judged], items: Sequence[StreamItem]) -> dict[str, Any]:
    """Amur's figures over another method's, with intervals: whole weeks are drawn, the same ones for both."""
    new, of = new_stories(items, MEASURED), positions(items)
    weeks = ((MEASURED.last - MEASURED.first).days) // _WEEK + 1
    counts = np.zeros((weeks, 5))
    for column, judged in ((0, one), (2, other)):
        for each in judged:
            if each.true is not None:
                # What is found counts in the week in which its story began, as the story itself does.
                place = of[each.story][0] if each.true else each.alert.item
                counts[_week(items[place]), column + (not each.true)] += 1
    for day in new.values():
        counts[(day - MEASURED.first).days // _WEEK, 4] += 1
    names = ("strict_precision", "recall", "other_precision", "other_recall")
    found = dict(zip(names, estimate(counts, _shares), strict=True))
    ratios = dict(zip(("precision_ratio", "recall_ratio"), estimate(counts, _ratios), strict=True))
    return {name: {"value": e.value, "interval": e.interval} for name, e in (found | ratios).items()}


def _week(item: StreamItem) -> int:
    return (item.day - MEASURED.first).days // _WEEK


def _shares(sums: Counts) -> Counts:
    true, false, others_true, others_false, new = np.moveaxis(sums, -1, 0)
    parts = np.stack([true, true, others_true, others_true], -1)
    return share(parts, np.stack([true + false, new, others_true + others_false, new], -1))


def _ratios(sums: Counts) -> Counts:
    shares = _shares(sums)
    return share(shares[..., :2], np.nan_to_num(shares[..., 2:]))


def _best(points: Sequence[Point], at_least: str, value: float, most: str) -> Point | None:
    enough = [point for point in points if point.figures[at_least] >= value]
    return max(enough, key=lambda point: (point.figures[most], point.score), default=None)


def _first_stories(items: Sequence[StreamItem], odds: Rows) -> tuple[float, float, dict[str, Any]]:
    """Average precision of Amur and of the nearest neighbour over the span's items that have a story; what is gained.

    Whole weeks are drawn for the interval, the same ones for both.
    """
    firsts = {places[0] for places in positions(items).values()}
    asked = [place for place, item in enumerate(items) if item.story and item.day in MEASURED]
    positive: NDArray[np.bool_] = np.array([place in firsts for place in asked], bool)
    ours, theirs = odds[asked], nearest_before(items)[asked]
    values = average_precision(ours, positive), average_precision(theirs, positive)
    weeks = np.array([_week(items[place]) for place in asked], int)
    rng, drawn = np.random.default_rng(_SEED), []
    for _ in range(RESAMPLES if asked else 0):
        count = int(weeks.max()) + 1
        times = np.bincount(rng.integers(count, size=count), minlength=count)[weeks].astype(float)
        drawn.append(average_precision(ours, positive, times) - average_precision(theirs, positive, times))
    edges = np.quantile(drawn, [(1 - COVERED) / 2, (1 + COVERED) / 2]) if drawn else None
    interval = None if edges is None else (float(edges[0]), float(edges[1]))
    return *values, {"value": values[0] - values[1], "interval": interval}
