"""What each part of the scorer is worth: python tests/benchmarks/ablation.py FOLDER [--half B] [--markdown | --json]

FOLDER holds the labelled articles gold-dev.jsonl and probe.jsonl. "all, as it comes" is what `amur eval themes`
measures. The rows below it take a part away, learn again, and fit the weights again to tests/data/labelled, as stage.py
does: they show what is lost where the rest makes the best of it. Measured end to end, on half A unless told otherwise;
in brackets is where 95 % of 1,000 resamples of the articles lie. Some minutes: every sentence is encoded once.
"""

from __future__ import annotations

import argparse
import json
import sys
import tomllib
import uuid
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

sys.path.insert(0, str(Path(__file__).parents[1]))  # run by its path, it finds its neighbours

from benchmarks.ablation_rows import ROWS, Row, Scorer, linear
from benchmarks.stage import best_threshold, fit, logits
from extractors import gate, scores
from extractors.encoder import Encoder, Vectors, load_encoder
from extractors.evaluate import Found, Labelled, Report, half, measure, read_labelled
from extractors.exemplars import Exemplars, learn, learnt_themes
from extractors.scores import Passage, Sense
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, read
from warehouse.records import Taxonomy

ROOT = Path(__file__).parents[2]
SETS = ("gold-dev", "probe")


@dataclass(frozen=True, slots=True)
class Document:
    """A labelled article, read once: its sentences with their phrases, and what phrases alone make of it."""

    labelled: Labelled
    passages: Sequence[Passage]
    by_phrases: Found  # its gate is everybody's


@dataclass(slots=True)
class Remembering:
    """An encoder that encodes each text once, whoever asks: most rows learn the same sentences."""

    encoder: Encoder
    id: str = ""
    dim: int = 0
    _known: dict[str, Vectors] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.id, self.dim = self.encoder.id, self.encoder.dim

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in their order, of length 1."""
        new = [text for text in dict.fromkeys(texts) if text not in self._known]
        self._known.update(zip(new, self.encoder.encode(new), strict=True))
        return np.stack([self._known[text] for text in texts]) if texts else np.zeros((0, self.dim), np.float32)


# --- measuring ------------------------------------------------------------------------------------


def documents_of(
    labelled: Iterable[Labelled], taxonomy: Taxonomy, encoder: Encoder, whole: Exemplars
) -> list[Document]:
    """The articles, read; the gate hears them with the whole model, whatever is taken away from the themes."""
    documents = []
    for one in labelled:
        passages = read(JudgeInput(uuid.UUID(int=0), one.title, one.text, one.language), taxonomy).passages
        brief = gate.is_brief(sum(not passage.in_title for passage in passages))
        present = {score.theme_id for score in scores.by_phrases(passages, brief=brief) if score.present}
        documents.append(Document(one, passages, Found(_relevant(one, passages, encoder, whole), frozenset(present))))
    return documents


def _relevant(article: Labelled, passages: Sequence[Passage], encoder: Encoder, whole: Exemplars) -> bool:
    """What the gate says of the article in a pass."""
    verdict = gate.first_look(article.title, article.text, article.language)
    if verdict:
        return verdict.relevant
    title, text = ([passage.sentence for passage in passages if passage.in_title == where] for where in (True, False))
    hear = partial(whole.speech, encoder.encode([*title, *text]), article.language)
    return gate.weigh(title, text, article.language, hear).relevant


def measured(
    row: Row, model: Exemplars, written: Sequence[Document], sets: Mapping[str, Sequence[Document]], encoder: Encoder
) -> dict[str, dict[str, Report]]:
    """The reports of a row, per set and language; `model` is what was learnt for it."""
    scorer = linear(model) if row.linear else model.scores if row.vectors else _nothing_meant(model)
    weights = np.array(scores.STAGE)
    if not row.shipped:
        relevant = [document for document in written if document.labelled.relevant]
        heard = np.vstack([_heard(document, row, model, scorer, encoder) for document in relevant])
        labels = np.array([theme in document.labelled.themes for document in relevant for theme in model.themes])
        weights = fit(heard, labels)
        weights[-1] += best_threshold(logits(weights, heard), labels)[0]
    reports = {}
    for name, documents in sets.items():
        found = [
            _found(document, _heard(document, row, model, scorer, encoder), model, weights) for document in documents
        ]
        reports[name] = measure([document.labelled for document in documents], found)
    return reports


def _heard(document: Document, row: Row, model: Exemplars, scorer: Scorer, encoder: Encoder) -> NDArray[np.float64]:
    passages = row.passages(document.passages)
    if not passages:  # the title alone got it past the gate
        return np.tile([-1.0, 0.0, 0.0], (len(model.themes), 1))
    said, language = [passage.sentence for passage in passages], document.labelled.language
    meant = scorer(encoder.encode(said), language)
    heard = model.with_words(meant, said, language) if row.words else meant
    return scores.witnesses(passages, Sense(model.themes, heard))


def _nothing_meant(model: Exemplars) -> Scorer:
    return lambda vectors, _: np.tile(model.base, (len(vectors), 1))


def _found(document: Document, heard: NDArray[np.float64], model: Exemplars, weights: NDArray[np.float64]) -> Found:
    """What is found by likeness; themes that were not learnt are known by their phrases, as in a pass."""
    eased = scores.EASED.get(document.labelled.language, 0.0)
    said = logits(weights, heard) + eased * (heard[:, 1:].sum(axis=1) > 0)
    likely = {theme for theme, much in zip(model.themes, said, strict=True) if much >= 0}
    return replace(document.by_phrases, themes=frozenset(likely | (document.by_phrases.themes - set(model.themes))))


def table(
    taxonomy: Taxonomy, written: Iterable[Labelled], sets: Mapping[str, Iterable[Labelled]], encoder: Encoder
) -> dict[str, dict[str, dict[str, Report]]]:
    """The reports by row, set and language."""
    encoder = Remembering(encoder)
    whole = learn(learnt_themes(taxonomy), encoder)
    read_sets = {name: documents_of(labelled, taxonomy, encoder, whole) for name, labelled in sets.items()}
    read_written = documents_of(written, taxonomy, encoder, whole)
    rows = {
        "phrases only": {
            name: measure([one.labelled for one in documents], [one.by_phrases for one in documents])
            for name, documents in read_sets.items()
        }
    }
    models: dict[object, Exemplars] = {(list, True): whole}  # most rows learn the same
    for row in ROWS:
        print(f"{row.name} …", file=sys.stderr)  # noqa: T201  minutes pass
        key = row.themes, row.background
        if key not in models:
            models[key] = learn(row.themes(learnt_themes(taxonomy)), encoder, None if row.background else ())
        rows[row.name] = measured(row, models[key], read_written, read_sets, encoder)
    return rows


# --- printing -------------------------------------------------------------------------------------


def as_json(rows: Mapping[str, Mapping[str, Mapping[str, Report]]]) -> dict[str, object]:
    """Micro-averages with their intervals and counts, by row, set and language."""
    return {
        name: {of: {language: r.micro.as_json() for language, r in reports.items()} for of, reports in sets.items()}
        for name, sets in rows.items()
    }


def lines(rows: Mapping[str, Mapping[str, Mapping[str, Report]]], *, markdown: bool) -> Iterable[str]:
    """The table: micro-F1 per set and language, with its interval."""
    cells = [
        [name, *(str(r.micro.f1) for reports in sets.values() for r in reports.values())] for name, sets in rows.items()
    ]
    first = next(iter(rows.values()))
    head = ["micro-F1", *(f"{of} {language}" for of, reports in first.items() for language in reports)]
    widths = [max(len(line[n]) for line in (head, *cells)) for n in range(len(head))]
    for line in (head, *([["-" * width for width in widths]] if markdown else []), *cells):
        padded = [cell.ljust(width) for cell, width in zip(line, widths, strict=True)]
        yield f"| {' | '.join(padded)} |" if markdown else "  ".join(padded).rstrip()


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("folder", type=Path)
    parser.add_argument("--half", choices=("A", "B", "both"), default="A")
    parser.add_argument("--themes", type=Path, default=ROOT / "flows/defaults/themes.toml")
    parser.add_argument("--written", type=Path, default=ROOT / "tests/data/labelled", help="what weights are fitted to")
    parser.add_argument("--markdown", action="store_true")
    parser.add_argument("--json", action="store_true")
    asked = parser.parse_args()
    encoder = load_encoder()
    if encoder is None:
        parser.error("no encoder is installed: there is nothing to compare phrases with")
    sets = {name: _read(asked.folder / f"{name}.jsonl") for name in SETS if (asked.folder / f"{name}.jsonl").exists()}
    if not sets:
        parser.error(f"{asked.folder} holds neither gold-dev.jsonl nor probe.jsonl")
    if asked.half != "both":
        sets = {name: half(labelled, asked.half) for name, labelled in sets.items()}
    written = [one for file in sorted(asked.written.glob("*.jsonl")) for one in _read(file)]
    rows = table(parse_themes(tomllib.loads(asked.themes.read_text(encoding="utf-8"))), written, sets, encoder)
    if asked.json:
        print(json.dumps({"half": asked.half, "rows": as_json(rows)}, indent=2))  # noqa: T201
    else:
        print("\n".join(lines(rows, markdown=asked.markdown)))  # noqa: T201


def _read(file: Path) -> list[Labelled]:
    return read_labelled(file.read_text(encoding="utf-8").splitlines())


if __name__ == "__main__":
    main()
