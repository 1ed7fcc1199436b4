"""Fits the weights by which the gate hears sentences, and prints them and their worth: gate.py [FILES]

The weights are a logistic regression on the documents written for Amur; what it prints goes into `extractors/gate.py`.
Their worth is measured by ten-fold cross-validation, and on other labelled files, if given.
"""

from __future__ import annotations

import sys
import tempfile
import tomllib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from extractors import exemplars, gate
from extractors.evaluate import Labelled, read_labelled
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, read
from warehouse.records import Taxonomy

ROOT = Path(__file__).parents[2]
LABELLED = ROOT / "tests" / "data" / "labelled"
FOLDS, PENALTY, STEPS, TINY = 10, 5.0, 50, 1e-6


@dataclass(frozen=True)
class Heard:
    """One document: whether it is relevant, whether its names say so, and what its sentences say."""

    language: str
    relevant: bool
    by_names: bool
    said: tuple[float, ...] | None  # None where it names no two sides, or hardly ever together


def main() -> None:
    """Learn, if asked to, measure and print."""
    taxonomy = parse_themes(tomllib.loads((ROOT / "flows/defaults/themes.toml").read_text(encoding="utf-8")))
    files = [Path(name) for name in sys.argv[1:]]
    with tempfile.TemporaryDirectory() as folder:
        model = exemplars.prepare(taxonomy, Path(folder))
        assert model
        written = [one for file in sorted(LABELLED.glob("*.jsonl")) for one in _heard(file, taxonomy, model)]
        others = {file.name: _heard(file, taxonomy, model) for file in files}
    said, labels = _rows(written)
    fold = np.random.default_rng(0).permutation(len(labels)) % FOLDS
    unseen = np.zeros(len(labels))
    for n in range(FOLDS):
        unseen[fold == n] = logits(fit(said[fold != n], labels[fold != n]), said[fold == n])
    weights = fit(said, labels)
    _print("written, unseen", written, unseen)
    for name, documents in others.items():
        _print(name, documents, logits(weights, _rows(documents)[0]))
    sys.stdout.write(f"HEARD = ({', '.join(f'{weight:.2f}' for weight in weights)})\n")


# --- what an article's sentences say --------------------------------------------------------------


def _heard(file: Path, taxonomy: Taxonomy, model: Path) -> list[Heard]:
    documents = read_labelled(file.read_text(encoding="utf-8").splitlines())
    return [_document(one, taxonomy, model) for one in documents if one.relevant is not None]


def _document(document: Labelled, taxonomy: Taxonomy, model: Path) -> Heard:
    relevant = document.relevant is True
    language = gate.known_language(document.language)
    if gate.first_look(document.title, document.text, document.language):
        return Heard(language, relevant, by_names=False, said=None)
    article = JudgeInput(uuid.UUID(int=0), document.title, document.text, document.language)
    reading = read(article, taxonomy, model)
    title, text = (
        [passage.sentence for passage in reading.passages if passage.in_title is where] for where in (True, False)
    )
    speech = exemplars.load(model).speech(reading.vectors, language)
    names = gate.weigh(title, text, language).relevant
    return Heard(language, relevant, names, gate.witnesses(title, text, language, speech))


def _rows(documents: Sequence[Heard]) -> tuple[NDArray[np.float64], NDArray[np.bool_]]:
    rows = [document for document in documents if document.said]
    return np.array([document.said for document in rows]), np.array([document.relevant for document in rows])


# --- weights --------------------------------------------------------------------------------------


def fit(said: NDArray[np.float64], labels: NDArray[np.bool_]) -> NDArray[np.float64]:
    """Weights of the witnesses and what is subtracted, by Newton's method; the penalty is on standardised ones."""
    mean, spread = said.mean(axis=0), np.maximum(said.std(axis=0), TINY)
    x = np.column_stack([(said - mean) / spread, -np.ones(len(said))])
    weights = np.zeros(x.shape[1])
    ridge = np.diag([PENALTY] * said.shape[1] + [0.0])
    for _ in range(STEPS):
        p = 1 / (1 + np.exp(-x @ weights))
        slope = x.T @ (labels - p) - ridge @ weights
        weights = weights + np.linalg.solve((x * (p * (1 - p))[:, None]).T @ x + ridge, slope)
    plain = weights[:-1] / spread
    return np.append(plain, weights[-1] + plain @ mean)


def logits(weights: NDArray[np.float64], said: NDArray[np.float64]) -> NDArray[np.float64]:
    found: NDArray[np.float64] = said @ weights[:-1] - weights[-1]
    return found


# --- figures --------------------------------------------------------------------------------------


def _print(name: str, documents: Sequence[Heard], found: NDArray[np.float64]) -> None:
    answers = iter(found)
    heard = [
        document.said is not None and next(answers) + gate.NAMES * document.by_names >= 0 for document in documents
    ]
    for language in (*gate.LANGUAGES, "all"):
        some = [n for n, document in enumerate(documents) if language in (document.language, "all")]
        if some:
            right = [documents[n].relevant for n in some]
            by_names = _f1(right, [documents[n].by_names for n in some])
            by_speech = _f1(right, [heard[n] for n in some])
            sys.stdout.write(f"{name}, {language}: by names {by_names}, by both {by_speech}\n")


def _f1(right: Sequence[bool], found: Sequence[bool]) -> str:
    hits = sum(one and other for one, other in zip(right, found, strict=True))
    alarms, misses = sum(found) - hits, sum(right) - hits
    return f"F1 {2 * hits / max(1, 2 * hits + alarms + misses):.3f} ({hits} right, {alarms} false, {misses} missed)"


if __name__ == "__main__":
    main()
