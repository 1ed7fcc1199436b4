"""Learns from the statements of the themes how a sentence sounds that makes a theme's point.

Kernel ridge regression (Saunders, Gammerman and Vovk 1998) over sentence vectors, one column per theme, in closed form:
the same statements give the same model. What is learnt is a weight for every statement, so each score can be traced to
the statements that a sentence is nearest to.
"""

from __future__ import annotations

import hashlib
import json
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from tempfile import NamedTemporaryFile

import numpy as np
from numpy.typing import NDArray

from extractors.encoder import Encoder, Vectors, encoder_id, load_encoder
from extractors.gate import LANGUAGES
from warehouse.records import Statement, Taxonomy, Theme

FEWEST = 15  # statements from which a theme is learnt; with fewer it is known by its phrases alone

BACKGROUND = Path(__file__).with_name("data") / "background.toml"  # sentences that make no theme's point

_METHOD = 1  # of everything here that decides what is learnt; another method, another model
_POINT, _NO_POINT = 2.0, -1.0  # what a sentence should score that makes the point, and one that does not
_PERHAPS = -0.8  # a theme's counter-statement may make another theme's point
_RIDGE = 0.4
_OWN_CENTRE = 50  # sentences in a language from which it has a centre of its own

Scores = NDArray[np.float32]


class NotLearntError(Exception):
    """There is no model of these themes where it was looked for."""


@dataclass(frozen=True, slots=True, eq=False)
class Exemplars:
    """What was learnt: one row per known sentence, one column per theme."""

    themes: tuple[str, ...]  # ids
    sentences: tuple[str, ...]
    makes_point: NDArray[np.bool_]  # of which themes each sentence is a statement
    centres: Vectors  # one row per language of `LANGUAGES`: vectors of a language share a bias
    vectors: Vectors  # centred, of length 1
    weights: NDArray[np.float32]
    base: NDArray[np.float32]  # what a sentence scores that is like none

    def scores(self, vectors: Vectors, language: str) -> Scores:
        """How much each sentence (row) makes each theme's point (column): about -1 for not at all, above 0 likely."""
        alike = self._centred(vectors, language) @ self.vectors.T
        scored: Scores = _kernel(alike) @ self.weights + self.base
        return scored

    def nearest(self, vector: Vectors, language: str, theme_id: str) -> tuple[str, float]:
        """The statement of a theme that a sentence (one row) is nearest to, and the cosine between them."""
        own = np.flatnonzero(self.makes_point[:, self.themes.index(theme_id)])
        alike = self.vectors[own] @ self._centred(vector[None], language)[0]
        best = int(alike.argmax())
        return self.sentences[own[best]], float(alike[best])

    def _centred(self, vectors: Vectors, language: str) -> Vectors:
        return _unit(vectors - self.centres[LANGUAGES.index(language)])


def learnt_themes(taxonomy: Taxonomy) -> tuple[Theme, ...]:
    """The themes with statements enough to be learnt; none where no encoder is installed."""
    return tuple(theme for theme in taxonomy.themes if len(theme.statements) >= FEWEST) if encoder_id() else ()


def learn(themes: Sequence[Theme], encoder: Encoder, others: Sequence[Statement] | None = None) -> Exemplars:
    """Learn `themes` from their statements and counter-statements, beside `others`, which make no theme's point.

    Those are the background, unless others are given.
    """
    known, targets = _targets(themes, background() if others is None else others)
    vectors = encoder.encode([sentence.text for sentence in known])
    languages = np.array([LANGUAGES.index(sentence.language) for sentence in known])
    centres = np.stack([_centre(vectors, languages == n) for n in range(len(LANGUAGES))])
    centred = _unit(vectors - centres[languages])
    base = targets.mean(axis=0)
    kernel = _kernel(centred @ centred.T).astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += _RIDGE
    weights = np.linalg.solve(kernel, targets - base)
    return Exemplars(
        themes=tuple(theme.id for theme in themes),
        sentences=tuple(sentence.text for sentence in known),
        makes_point=targets == _POINT,
        centres=centres,
        vectors=centred,
        weights=weights.astype(np.float32),
        base=base.astype(np.float32),
    )


def model_file(taxonomy: Taxonomy, folder: Path) -> Path | None:
    """Where the model of these themes is, or will be, in `folder`; None where there is nothing to learn."""
    themes = learnt_themes(taxonomy)
    if not themes:
        return None
    decisive = [str(_METHOD), encoder_id(), background_digest(), *sorted(theme.digest for theme in themes)]
    return folder / f"themes-{hashlib.sha256(' '.join(decisive).encode()).hexdigest()[:16]}.npz"


def prepare(taxonomy: Taxonomy, folder: Path) -> Path | None:
    """Learn the themes, unless that was done before; the file that `load` reads, None where there is nothing to learn.

    Takes some seconds per thousand statements. Raises OSError where `folder` cannot be written.
    """
    path, encoder = model_file(taxonomy, folder), load_encoder()
    if path is None or encoder is None or path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    # In the order of their ids: so the model is the same whatever order the file has them in.
    model = learn(sorted(learnt_themes(taxonomy), key=lambda theme: theme.id), encoder)
    names = json.dumps([model.themes, model.sentences], ensure_ascii=False).encode()
    with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        np.savez(
            part,
            names=np.frombuffer(names, np.uint8),
            makes_point=model.makes_point,
            centres=model.centres,
            vectors=model.vectors,
            weights=model.weights,
            base=model.base,
        )
    Path(part.name).replace(path)  # whole or not at all, whoever else learns it at the same time
    return path


@lru_cache(maxsize=2)
def load(path: Path) -> Exemplars:
    """The model that `prepare` left at `path`. Raises `NotLearntError` where there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as saved:
            parts = {name: saved[name] for name in saved.files}
            themes, sentences = json.loads(parts.pop("names").tobytes())
            return Exemplars(tuple(themes), tuple(sentences), **parts)
    except (OSError, ValueError, TypeError, EOFError) as error:
        raise NotLearntError(f"{path.name} cannot be read: {error}") from error


@cache
def background_digest() -> str:
    """Eight hex digits of the sentences that make no theme's point."""
    return hashlib.sha256(BACKGROUND.read_bytes()).hexdigest()[:8]


@cache
def background() -> tuple[Statement, ...]:
    """The sentences that make no theme's point: of both sides without one, of one side alone, of both in passing."""
    kinds: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(BACKGROUND.read_text(encoding="utf-8"))
    return tuple(
        Statement(text, language) for kind in kinds.values() for language, texts in kind.items() for text in texts
    )


def _targets(themes: Sequence[Theme], others: Sequence[Statement]) -> tuple[list[Statement], NDArray[np.float64]]:
    """All sentences, each once, and what each should score under each theme."""
    rows: dict[Statement, NDArray[np.float64]] = {}

    def row(sentence: Statement, otherwise: float) -> NDArray[np.float64]:
        return rows.setdefault(sentence, np.full(len(themes), otherwise))

    for sentence in others:
        row(sentence, _NO_POINT)
    for n, theme in enumerate(themes):
        for sentence in theme.statements:
            row(sentence, _NO_POINT)[n] = _POINT
    for n, theme in enumerate(themes):
        for sentence in theme.counter:
            row(sentence, _PERHAPS)[n] = _NO_POINT
    return list(rows), np.stack(list(rows.values()))


def _centre(vectors: Vectors, mine: NDArray[np.bool_]) -> Vectors:
    centre: Vectors = (vectors[mine] if mine.sum() >= _OWN_CENTRE else vectors).mean(axis=0)
    return centre


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).eps)
    return unit


def _kernel(cosines: Vectors) -> Vectors:
    """Gaussian, of unit width, over vectors of length 1."""
    kernel: Vectors = np.exp(2 * cosines - 2)
    return kernel
