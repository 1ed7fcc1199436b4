"""Draws what Amur finds of new stories at each precision: python tests/benchmarks/novelty_frontier.py STREAM FIGURE.svg

STREAM is what `amur eval novelty --stream` reads. With --tune it first says which thresholds are best on the span that
they are tuned on (F1), of each method: that takes half an hour.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from extractors.encoder import load_encoder
from extractors.evaluate_novelty import ATTACH, evaluate, see_as_amur, see_as_baseline
from extractors.novelty_runs import alerts, centred
from extractors.novelty_stream import TUNED, WARM_UPS, StreamItem, figures, judge, new_stories, read_stream

JOINS = (0.20, 0.22, 0.24, 0.25, 0.26, 0.28, 0.30)
ATTACHES = tuple(np.round(np.arange(0.30, 0.60, 0.04), 2))
SIDE, EDGE = 420, 46  # pixels
COLOURS = {"Amur": "#1f5fa8", "without registry": "#b3541e", "with registry": "#4d7c32"}


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
    ours = []
    for join in JOINS:
        seen = see_as_amur(known, vectors, join)
        scores = np.quantile([one.score for one in seen.sightings], np.linspace(0.4, 0.995, len(ATTACHES)))
        tried = [(float(s), alerts(seen, known, score=float(s), attach=ATTACH, again=True)) for s in scores]
        ours += [(worth(found), join, score) for score, found in tried]
    say("Amur", ours)


def say(name: str, tried: Sequence[tuple[float, ...]]) -> None:
    best = max(tried)
    sys.stdout.write(f"{name}: F1 {best[0]:.3f} at {', '.join(f'{value:.2f}' for value in best[1:])}\n")


def place(recall: float, precision: float) -> str:
    return f"{EDGE + recall * SIDE:.1f},{EDGE / 2 + (1 - precision) * SIDE:.1f}"


def draw(report: Mapping[str, Any]) -> str:
    """The frontier as SVG, with both baselines as points."""
    width, height = SIDE + 2 * EDGE, SIDE + 2 * EDGE
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">',
        "<style>text { font: 12px sans-serif }</style>",
        f'<rect width="{width}" height="{height}" fill="white"/>',
    ]
    for tick in np.arange(0, 1.01, 0.2):
        x, y = EDGE + tick * SIDE, EDGE / 2 + (1 - tick) * SIDE
        parts += [
            f'<path d="M{x:.0f} {EDGE / 2}v{SIDE}M{EDGE} {y:.0f}h{SIDE}" stroke="#ddd"/>',
            f'<text x="{x:.0f}" y="{EDGE / 2 + SIDE + 16}" text-anchor="middle">{tick:.1f}</text>',
            f'<text x="{EDGE - 6}" y="{y + 4:.0f}" text-anchor="end">{tick:.1f}</text>',
        ]
    points = [(one["recall"], one["strict_precision"]) for one in report["frontier"]]
    best = [(r, max(p for s, p in points if s >= r)) for r in sorted({r for r, _ in points})]
    line = " ".join(place(*one) for one in best)
    parts.append(f'<polyline points="{line}" fill="none" stroke="{COLOURS["Amur"]}" stroke-width="2"/>')
    parts.append(f'<text x="{EDGE + SIDE / 2}" y="{height - 24}" text-anchor="middle">recall of new stories</text>')
    parts.append(f'<text transform="translate(12 {SIDE / 2 + EDGE}) rotate(-90)">strict precision</text>')
    for row, (name, colour) in enumerate(COLOURS.items()):
        key = {"without registry": "baseline", "with registry": "registry_baseline"}.get(name)
        if key:
            x, y = place(report[key]["recall"], report[key]["strict_precision"]).split(",")
            parts.append(f'<circle cx="{x}" cy="{y}" r="5" fill="{colour}"/>')
        top = EDGE / 2 + 16 + 18 * row
        parts.append(f'<text x="{EDGE + SIDE - 8}" y="{top}" text-anchor="end" fill="{colour}">{name}</text>')
    return "\n".join([*parts, "</svg>", ""])


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("stream", type=Path)
    parser.add_argument("figure", type=Path)
    parser.add_argument("--tune", action="store_true")
    asked = parser.parse_args()
    items = read_stream(asked.stream.read_text(encoding="utf-8").splitlines())
    encoder = load_encoder()
    assert encoder, "there is no encoder"
    raw = encoder.encode([item.text for item in items])
    if asked.tune:
        tune(items, centred(raw, sum(item.day <= WARM_UPS[0] for item in items)))
    asked.figure.write_text(draw(evaluate(items, lambda _: raw)), encoding="utf-8")


if __name__ == "__main__":
    main()
