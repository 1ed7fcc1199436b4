"""Draws what Amur finds of new stories at each precision: python tests/benchmarks/novelty_frontier.py STREAM FIGURE.svg

STREAM is what `amur eval novelty --stream` reads. With --tune it first says which thresholds are best on the span that
they are tuned on (F1), of each method: that takes half an hour. Amur learns from that span, so what it finds there is
found by what it learnt from the rest of it.
"""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from extractors.encoder import load_encoder
from extractors.evaluate_novelty import evaluate, frontier, see_as_amur, see_as_baseline
from extractors.first_stories import story_features
from extractors.novelty_runs import alerts, centred, named_terms
from extractors.novelty_stream import TUNED, WARM_UPS, StreamItem, figures, judge, new_stories, read_stream
from extractors.stream_scores import cross_fitted

JOINS = (0.20, 0.22, 0.24, 0.25, 0.26, 0.28, 0.30)
ATTACHES = tuple(np.round(np.arange(0.30, 0.60, 0.04), 2))
SIDE, EDGE = 340, 52  # pixels
MOST = {"recall": 0.5, "precision": 0.6}  # where the axes end; what lies beyond is not drawn
COLOURS = {"Amur": "#1f5fa8", "baseline": "#b3541e", "registry_baseline": "#4d7c32"}
NAMES = {"Amur": "Amur, from each score on", "baseline": "clusters", "registry_baseline": "clusters with a registry"}


def f1(found: Mapping[str, Any]) -> float:
    p, r = found["strict_precision"], found["recall"]
    return 2 * p * r / (p + r) if p + r else 0.0


def tune(items: Sequence[StreamItem], vectors: np.ndarray) -> None:
    """Print the best of each method on the span that is for tuning, whatever comes after it."""
    known = [item for item in items if item.day <= TUNED.last]
    new = new_stories(known, TUNED)

    def worth(found: Sequence[Any]) -> float:
        return f1(figures(judge(found, known, TUNED), new))

    plain = {join: see_as_baseline(known, vectors, join) for join in JOINS}
    say("without registry", [(worth(alerts(seen, known)), join) for join, seen in plain.items()])
    both = [(join, attach) for join in JOINS for attach in ATTACHES]
    say("with registry", [(worth(alerts(plain[j], known, attach=a)), j, a) for j, a in both])
    features = story_features(known, vectors, [named_terms(item.text) for item in known])
    odds = cross_fitted(known, features, vectors[: len(known)])
    ours = []
    for join in JOINS:
        points = frontier(see_as_amur(known, vectors, odds, join), known, TUNED)
        ours += [(f1(point.figures), join, point.score) for point in points]
    say("Amur", ours)


def say(name: str, tried: Sequence[tuple[float, ...]]) -> None:
    best = max(tried)
    sys.stdout.write(f"{name}: F1 {best[0]:.3f} at {', '.join(f'{value:.2f}' for value in best[1:])}\n")


def place(recall: float, precision: float) -> tuple[float, float]:
    """Where a point of the plane is drawn."""
    return EDGE + recall / MOST["recall"] * SIDE, EDGE / 2 + (1 - precision / MOST["precision"]) * SIDE


def best(report: Mapping[str, Any]) -> list[tuple[float, float]]:
    """The highest precision at each recall or more, as far as the axes reach."""
    points = [(one["recall"], one["strict_precision"]) for one in report["frontier"]]
    highest = [(r, max(p for s, p in points if s >= r)) for r in sorted({r for r, _ in points if r})]
    return [(r, p) for r, p in highest if r <= MOST["recall"] and p <= MOST["precision"]]


def grid() -> Iterator[str]:
    """The axes with their ticks and names."""
    left, foot = EDGE, EDGE / 2 + SIDE
    for tick in np.arange(0, MOST["recall"] + 0.01, 0.1):
        x, _ = place(tick, 0)
        yield f'<path d="M{x:.0f} {EDGE / 2}v{SIDE}" stroke="#e3e3e3"/>'
        yield f'<text x="{x:.0f}" y="{foot + 17}" text-anchor="middle">{tick:.1f}</text>'
    for tick in np.arange(0, MOST["precision"] + 0.01, 0.1):
        _, y = place(0, tick)
        yield f'<path d="M{left} {y:.0f}h{SIDE}" stroke="#e3e3e3"/>'
        yield f'<text x="{left - 7}" y="{y + 4:.0f}" text-anchor="end">{tick:.1f}</text>'
    yield f'<text x="{left + SIDE / 2}" y="{foot + 36}" text-anchor="middle">recall of new stories</text>'
    middle = EDGE / 2 + SIDE / 2
    yield f'<text transform="translate(15 {middle}) rotate(-90)" text-anchor="middle">strict precision</text>'


def draw(report: Mapping[str, Any]) -> str:
    """The frontier as SVG, with both baselines as points."""
    width, height = SIDE + EDGE + 20, SIDE + EDGE + 16
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}" width="{width}" height="{height}">',
        "<title>New stories of a labelled stream: precision at each recall</title>",
        "<style>text { font: 12px sans-serif; fill: #333 }</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
        *grid(),
    ]
    line = " ".join(f"{x:.1f},{y:.1f}" for x, y in (place(*point) for point in best(report)))
    parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS["Amur"]}" stroke-width="2"/>')
    for row, (key, colour) in enumerate(COLOURS.items()):
        top = EDGE / 2 + 18 + 18 * row
        text = f'x="{EDGE + SIDE - 10}" y="{top}" text-anchor="end" style="fill: {colour}"'
        parts.append(f"<text {text}>{NAMES[key]}</text>")
        if key in report:
            x, y = place(report[key]["recall"], report[key]["strict_precision"])
            parts.append(f'<circle cx="{x:.1f}" cy="{y:.1f}" r="5" fill="{colour}"/>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stream", type=Path)
    parser.add_argument("figure", type=Path)
    parser.add_argument("--report", type=Path, help="what amur eval novelty --stream FILE --json printed, if it did")
    parser.add_argument("--tune", action="store_true")
    asked = parser.parse_args()
    if asked.report and not asked.tune:
        report = json.loads(asked.report.read_text(encoding="utf-8"))
    else:
        items = read_stream(asked.stream.read_text(encoding="utf-8").splitlines())
        encoder = load_encoder()
        assert encoder, "there is no encoder"
        raw = encoder.encode([item.text for item in items])
        if asked.tune:
            tune(items, centred(raw, sum(item.day <= WARM_UPS[0] for item in items)))
        report = evaluate(items, lambda _: raw)
    asked.figure.write_text(draw(report), encoding="utf-8")


if __name__ == "__main__":
    main()
