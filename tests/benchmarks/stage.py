"""Fits the weights by which likeness and phrases are joined, and prints them: stage.py [FOLDER of *.jsonl]

A logistic regression with a small ridge, on every theme of every relevant labelled document alike, shifted as little as
makes the cross-validated F1 as good as anywhere at a score of 0.5. What it prints goes into `extractors/scores.py`.

Five-fold cross-validation by document says what the weights are worth on documents that they were not fitted to.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
import uuid
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractors import exemplars, scores
from extractors.evaluate import Labelled, read_labelled
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, read
from warehouse.records import Taxonomy

ROOT = Path(__file__).parents[2]
LABELLED = ROOT / "tests" / "data" / "labelled"
FOLDS, RIDGE, STEPS = 5, 0.5, 50
AS_GOOD = 0.01  # of F1: so little tells nothing apart, and what is written is easier than what is found


def main() -> None:
    """Measure and print."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else LABELLED
    taxonomy = parse_themes(tomllib.loads((ROOT / "flows/defaults/themes.toml").read_text(encoding="utf-8")))
    documents = [
        document
        for file in sorted(folder.glob("*.jsonl"))
        for document in read_labelled(file.read_text(encoding="utf-8").splitlines())
        if document.relevant
    ]
    with tempfile.TemporaryDirectory() as models:
        heard, labels = _witnesses(documents, taxonomy, exemplars.prepare(taxonomy, Path(models)))
    n_themes = len(heard) // len(documents)
    fold = np.repeat(np.arange(len(documents)) % FOLDS, n_themes)
    said = np.zeros(len(labels))
    for n in range(FOLDS):
        said[fold == n] = logits(fit(heard[fold != n], labels[fold != n]), heard[fold == n])
    found = 2 * ((said > 0) & labels).sum() / ((said > 0).sum() + labels.sum())
    best, f1 = best_threshold(said, labels)
    sys.stdout.write(f"{len(documents)} documents, {int(labels.sum())} labels\n")
    sys.stdout.write(
        f"cross-validated: F1 {found:.3f} at 0, at best {f1:.3f}, as good from {best:.2f} on the logit scale\n"
    )
    weights = fit(heard, labels)
    weights[-1] += best
    sys.stdout.write(f"STAGE = ({', '.join(f'{weight:.2f}' for weight in weights)})\n")


def _witnesses(
    documents: Sequence[Labelled], taxonomy: Taxonomy, model: Path | None
) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    heard, labels = [], []
    for document in documents:
        article = JudgeInput(uuid.UUID(int=0), document.title, document.text, document.language)
        reading = read(article, taxonomy, model)
        assert reading.sense
        heard.append(scores.witnesses(reading.passages, reading.sense))
        labels += [theme in document.themes for theme in reading.sense.themes]
    return np.vstack(heard), np.array(labels)


def fit(heard: NDArray[np.float64], labels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of the witnesses and what is subtracted, by Newton's method."""
    x = np.column_stack([heard, -np.ones(len(heard))])
    weights = np.zeros(x.shape[1])
    ridge = np.diag([RIDGE] * heard.shape[1] + [0.0])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (labels - p) - ridge @ weights
        weights = weights + np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, slope)
    return weights


def logits(weights: NDArray[np.float64], heard: NDArray[np.float64]) -> NDArray[np.float64]:
    said: NDArray[np.float64] = heard @ weights[:-1] - weights[-1]
    return said


def best_threshold(said: NDArray[np.float64], labels: NDArray[np.bool_]) -> tuple[float, float]:
    """Nearest to 0 where F1 is as good as anywhere, and the best F1."""
    steps = np.arange(-60, 60) / 20
    found = np.array([2 * ((said > t) & labels).sum() / ((said > t).sum() + labels.sum()) for t in steps])
    good = steps[found >= found.max() - AS_GOOD]
    return float(good[np.abs(good).argmin()]), float(found.max())


if __name__ == "__main__":
    main()
