"""The rows of ablation.py: what each takes away."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from hashlib import sha256

import numpy as np
from numpy.typing import NDArray

from extractors.encoder import Vectors
from extractors.exemplars import _RIDGE, FEWEST, Exemplars, _kernel
from extractors.gate import is_brief
from extractors.scores import TOGETHER, Passage
from warehouse.records import Statement, Theme

LEAD = 3  # sentences of the text
LINEAR_RIDGE = 1.0

Themes = Sequence[Theme]
Scorer = Callable[[Vectors, str], NDArray[np.float32]]


@dataclass(frozen=True, slots=True)
class Row:
    """One row of the table: what is done to the themes, to what an article's sentences say, and to the learning."""

    name: str
    themes: Callable[[Themes], Themes] = list
    passages: Callable[[Sequence[Passage]], list[Passage]] = list
    background: bool = True
    linear: bool = False
    vectors: bool = True  # with what the sentences mean
    words: bool = True  # with the words of the statements
    shipped: bool = False  # with the weights that come with Amur


def kept(themes: Themes, count: Callable[[int], int]) -> list[Theme]:
    """The themes with `count(n)` of their n statements in each language, and such a share of the counter-statements.

    Which ones is decided by the SHA-256 of the text; what a theme keeps stays with every theme whose point it makes.
    """
    chosen: set[Statement] = set()
    for theme in themes:
        for statements in (theme.statements, theme.counter):
            for language in sorted({s.language for s in statements}):
                own = sorted({s for s in statements if s.language == language}, key=_digest)
                known = sum(s.language == language for s in theme.statements)
                share = count(known) / known if known else 0.0
                chosen.update(own[: round(share * len(own))])
    return [
        replace(
            theme,
            statements=tuple(s for s in theme.statements if s in chosen),
            counter=tuple(s for s in theme.counter if s in chosen),
        )
        for theme in themes
    ]


def linear(model: Exemplars) -> Scorer:
    """Ridge regression without a kernel, of the same sentences and towards the same targets."""
    vectors = model.vectors.astype(np.float64)
    targets = _targets(model)
    square = vectors.T @ vectors + LINEAR_RIDGE * np.eye(vectors.shape[1])
    weights = np.linalg.solve(square, vectors.T @ (targets - model.base))
    return lambda some, language: (model.centred(some, language) @ weights + model.base).astype(np.float32)


def _targets(model: Exemplars) -> NDArray[np.float64]:
    """What each known sentence should score under each theme: what kernel ridge was solved for, put back together."""
    vectors, weights = model.vectors.astype(np.float64), model.weights.astype(np.float64)
    return _kernel(vectors @ vectors.T) @ weights + _RIDGE * weights + model.base


def without_counter(themes: Themes) -> list[Theme]:
    return [replace(theme, counter=()) for theme in themes]


def without_phrases(passages: Sequence[Passage]) -> list[Passage]:
    return [replace(passage, hits=()) for passage in passages]


def anywhere(passages: Sequence[Passage]) -> list[Passage]:
    return [replace(passage, standing=TOGETHER) for passage in passages]


def without_title(passages: Sequence[Passage]) -> list[Passage]:
    return [passage for passage in passages if not passage.in_title]


def without_lead(passages: Sequence[Passage]) -> list[Passage]:
    """A brief keeps its lead: it has nothing else."""
    text = sorted(passage.start for passage in passages if not passage.in_title)
    lead = [] if is_brief(len(text)) else text[:LEAD]
    return [passage for passage in passages if passage.in_title or passage.start not in lead]


def only_lead(passages: Sequence[Passage]) -> list[Passage]:
    lead = sorted(passage.start for passage in passages if not passage.in_title)[:LEAD]
    return [passage for passage in passages if passage.in_title or passage.start in lead]


ROWS = (
    Row("all, as it comes", shipped=True),
    Row("all"),
    Row("no phrases", passages=without_phrases),
    Row("no words of the statements", words=False),
    Row("no vectors", vectors=False),
    Row("vectors only", passages=without_phrases, words=False),
    Row("a half of the statements", themes=lambda themes: kept(themes, lambda n: -(-n // 2))),
    Row("a quarter of the statements", themes=lambda themes: kept(themes, lambda n: -(-n // 4))),
    Row(f"{FEWEST} statements per theme", themes=lambda themes: kept(themes, lambda n: min(n, FEWEST // 3))),
    Row("no counter-statements", themes=without_counter),
    Row("no background", background=False),
    Row("no discount out of context", passages=anywhere),
    Row("linear instead of kernel ridge", linear=True),
    Row("no title", passages=without_title),
    Row(f"no lead ({LEAD} sentences)", passages=without_lead),
    Row("title and lead alone", passages=only_lead),
)


def _digest(statement: Statement) -> str:
    return sha256(statement.text.encode()).hexdigest()
