"""Learns from the statements of the themes how a sentence sounds that makes a theme's point.

Kernel ridge regression (Saunders, Gammerman and Vovk 1998) over sentence vectors, one column per theme, in closed form:
the same statements give the same model. What is learnt is a weight for every statement, so each score can be traced to
the statements that a sentence is nearest to. Beside it stands what the words say, without the encoder (`wording`).
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

from extractors import relation, wording
from extractors.encoder import Encoder, Vectors, encoder_id, load_encoder
from extractors.gate import LANGUAGES, Speech
from extractors.relation import Relation
from extractors.wording import Wording
from warehouse.records import Statement, Taxonomy, Theme

FEWEST = 15  # statements from which a theme is learnt; with fewer it is known by its phrases alone

BACKGROUND = Path(__file__).with_name("data") / "background.toml"  # sentences that make no theme's point

_METHOD = 4  # of everything here that decides what is learnt; another method, another model
_POINT, _NO_POINT = 2.0, -1.0  # what a sentence should score that makes the point, and one that does not
_PERHAPS = -0.8  # a theme's counter-statement may make another theme's point
_RIDGE = 0.4
_WORDS = np.float32(0.5)  # what the words say weighs as much as what the sentence means
_SPREAD = np.float32(1.25)  # a mean of two lies nearer to the middle than either: as far from it as meaning alone
_OWN_CENTRE = 50  # sentences in a language from which it has a centre of its own
_OF_WORDS = ("rarity", "weights", "base", "taught")  # arrays of a language's words, as they are saved

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
    wordings: Mapping[str, Wording]  # of each language with known sentences
    relation: Relation  # learnt from the same sentences
    talk: Vectors  # one row per language: what the centred sentences that speak of both without a theme have in common
    middles: Vectors  # one row per theme, of length 1: where its statements stand, apart from talk

    def scores(self, vectors: Vectors, language: str) -> Scores:
        """How much each sentence (row) makes each theme's point (column), by its meaning alone.

        About -1 is not at all; above 0 it likely does.
        """
        alike = self.centred(vectors, language) @ self.vectors.T
        scored: Scores = _kernel(alike) @ self.weights + self.base
        return scored

    def with_words(self, meant: Scores, sentences: Sequence[str], language: str) -> Scores:
        """The same by words too, where a theme has statements enough in the language; `meant` is by meaning alone."""
        words = self.wordings.get(language)
        if words is None:
            return meant
        both = meant + _WORDS * (words.scores(sentences) - meant)
        heard: Scores = np.where(words.taught, self.base + _SPREAD * (both - self.base), meant)
        return heard

    def speech(self, vectors: Vectors, language: str) -> list[Speech]:
        """How much each sentence (row) speaks of the relationship of the two sides, and makes some theme's point."""
        return self.relation.speech(self.centred(vectors, language))

    def nearest(self, vector: Vectors, language: str, theme_id: str) -> tuple[str, float]:
        """The statement of a theme that a sentence (one row) is nearest to, and the cosine between them."""
        own = np.flatnonzero(self.makes_point[:, self.themes.index(theme_id)])
        alike = self.vectors[own] @ self.centred(vector[None], language)[0]
        best = int(alike.argmax())
        return self.sentences[own[best]], float(alike[best])

    def centred(self, vectors: Vectors, language: str) -> Vectors:
        """Sentences (rows) without what all of their language have in common, of length 1."""
        return _unit(vectors - self.centres[LANGUAGES.index(language)])

    def apart(self, centred: Vectors, language: str) -> Vectors:
        """Centred sentences (rows) without what any talk of the two sides has in common either, of length 1."""
        return _unit(centred - self.talk[LANGUAGES.index(language)])


def learnt_themes(taxonomy: Taxonomy) -> tuple[Theme, ...]:
    """The themes with statements enough to be learnt; none where no encoder is installed."""
    return tuple(theme for theme in taxonomy.themes if len(theme.statements) >= FEWEST) if encoder_id() else ()


def learn(themes: Sequence[Theme], encoder: Encoder, others: Sequence[Statement] | None = None) -> Exemplars:
    """Learn `themes` from their statements and counter-statements, beside `others`, which make no theme's point.

    Those are the background, unless others are given.
    """
    others = background() if others is None else others
    known, targets = _targets(themes, others)
    vectors = encoder.encode([sentence.text for sentence in known])
    languages = np.array([LANGUAGES.index(sentence.language) for sentence in known])
    centres = np.stack([_centre(vectors, languages == n) for n in range(len(LANGUAGES))])
    centred = _unit(vectors - centres[languages])
    base = targets.mean(axis=0)
    kernel = _kernel(centred @ centred.T).astype(np.float64)
    kernel[np.diag_indices_from(kernel)] += _RIDGE
    weights = np.linalg.solve(kernel, targets - base)
    makes_point = targets == _POINT
    speaks = np.array([sentence.text not in aside() for sentence in known])
    idle = speaks & np.isin([sentence.text for sentence in known], [sentence.text for sentence in others])
    talk = np.stack([_mean(centred[idle & (languages == n)]) for n in range(len(LANGUAGES))])
    apart = _unit(centred - talk[languages])
    return Exemplars(
        themes=tuple(theme.id for theme in themes),
        sentences=tuple(sentence.text for sentence in known),
        makes_point=makes_point,
        centres=centres,
        vectors=centred,
        weights=weights.astype(np.float32),
        base=base.astype(np.float32),
        wordings={
            LANGUAGES[n]: wording.learn(
                [sentence.text for sentence in known if sentence.language == LANGUAGES[n]],
                targets[languages == n],
                targets[languages == n] == _POINT,
                LANGUAGES[n],
            )
            for n in sorted(set(languages.tolist()))
        },
        relation=relation.learn(centred, speaks, makes_point),
        talk=talk,
        middles=_unit(np.stack([_mean(apart[makes_point[:, n]]) for n in range(len(themes))])),
    )


def model_file(taxonomy: Taxonomy, folder: Path) -> Path | None:
    """Where the model of these themes is, or will be, in `folder`; None where there is nothing to learn."""
    themes = learnt_themes(taxonomy)
    if not themes:
        return None
    decisive = [str(_METHOD), encoder_id(), background_digest(), *sorted(theme.digest for theme in themes)]
    return folder / f"themes-{hashlib.sha256(' '.join(decisive).encode()).hexdigest()[:16]}.npz"


def prepare(taxonomy: Taxonomy, folder: Path, unheard: frozenset[str] = frozenset()) -> Path | None:
    """Learn the themes, unless that was done before; the file that `load` reads, None where there is nothing to learn.

    What of the background is `unheard` is left out, to be measured on: then `folder` must hold no other's models.
    Takes some seconds per thousand statements. Raises OSError where `folder` cannot be written.
    """
    path, encoder = model_file(taxonomy, folder), load_encoder()
    if path is None or encoder is None or path.exists():
        return path
    folder.mkdir(parents=True, exist_ok=True)
    # In the order of their ids: so the model is the same whatever order the file has them in.
    others = [sentence for sentence in background() if sentence.text not in unheard]
    model = learn(sorted(learnt_themes(taxonomy), key=lambda theme: theme.id), encoder, others)
    terms = {language: list(words.terms) for language, words in model.wordings.items()}
    names = json.dumps([model.themes, model.sentences, terms], ensure_ascii=False).encode()
    with NamedTemporaryFile(dir=folder, suffix=".part", delete=False) as part:
        np.savez(
            part,
            names=np.frombuffer(names, np.uint8),
            makes_point=model.makes_point,
            centres=model.centres,
            vectors=model.vectors,
            weights=model.weights,
            base=model.base,
            landmarks=model.relation.landmarks,
            relation=model.relation.weights,
            talk=model.talk,
            middles=model.middles,
            **{
                f"{language}_{part}": getattr(words, part)
                for language, words in model.wordings.items()
                for part in _OF_WORDS
            },
        )
    Path(part.name).replace(path)  # whole or not at all, whoever else learns it at the same time
    return path


@lru_cache(maxsize=2)
def load(path: Path) -> Exemplars:
    """The model that `prepare` left at `path`. Raises `NotLearntError` where there is none that can be read."""
    try:
        with np.load(path, allow_pickle=False) as saved:
            parts = {name: saved[name] for name in saved.files}
            themes, sentences, terms = json.loads(parts.pop("names").tobytes())
            wordings = {
                language: Wording(
                    language,
                    {term: n for n, term in enumerate(known)},
                    **{part: parts.pop(f"{language}_{part}") for part in _OF_WORDS},
                )
                for language, known in terms.items()
            }
            heard = Relation(parts.pop("landmarks"), parts.pop("relation"))
            return Exemplars(tuple(themes), tuple(sentences), wordings=wordings, relation=heard, **parts)
    except (OSError, ValueError, TypeError, KeyError, EOFError) as error:
        raise NotLearntError(f"{path.name} cannot be read: {error}") from error


@cache
def background_digest() -> str:
    """Eight hex digits of the sentences that make no theme's point."""
    return hashlib.sha256(BACKGROUND.read_bytes()).hexdigest()[:8]


@cache
def background() -> tuple[Statement, ...]:
    """The sentences that make no theme's point: of both sides without one, of one side alone, of both in passing."""
    return tuple(
        Statement(text, language)
        for kind in _background().values()
        for language, texts in kind.items()
        for text in texts
    )


@cache
def aside() -> frozenset[str]:
    """Those of the background that do not speak of the relationship: every kind but what only lacks a theme."""
    kinds = [kind for name, kind in _background().items() if name != "unthemed"]
    return frozenset(text for kind in kinds for texts in kind.values() for text in texts)


def _background() -> Mapping[str, Mapping[str, Sequence[str]]]:
    kinds: Mapping[str, Mapping[str, Sequence[str]]] = tomllib.loads(BACKGROUND.read_text(encoding="utf-8"))
    return kinds


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


def _mean(vectors: Vectors) -> Vectors:
    # In double precision: a sum of floats would hang on the order in which a machine adds them.
    mean: Vectors = (vectors.astype(np.float64).sum(axis=0) / max(len(vectors), 1)).astype(np.float32)
    return mean


def _unit(vectors: Vectors) -> Vectors:
    lengths = np.linalg.norm(vectors, axis=-1, keepdims=True)
    unit: Vectors = vectors / np.maximum(lengths, np.finfo(np.float32).eps)
    return unit


def _kernel(cosines: Vectors) -> Vectors:
    """Gaussian, of unit width, over vectors of length 1."""
    kernel: Vectors = np.exp(2 * cosines - 2)
    return kernel
