"""What no theme explains of an article that is about the two sides: where a theme that nobody configured would show.

Pure. It is told by sentences: those about the two sides that do not clearly make any theme's point and hold no strong
phrase of any. Most sentences of a theme that is not configured are a little like some that is: only what is clearly
explained is left out, and from the rest goes what all talk of the two sides has in common.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors.encoder import Vectors
from extractors.scores import NEAR, Passage, Sense
from extractors.topical import Said, terms
from warehouse import records
from warehouse.records import Residual

SENTENCES = 60  # whose meaning is kept, to tell translations

# From here on a sentence clearly makes a theme's point. Of a theme left out, two thirds of the sentences score above
# -0.3 with some other theme, where three quarters of idle talk score below it: that is no line to draw.
_EXPLAINED = 0.8
_LITTLE = 0.35  # share of the sentences, below which nothing is left of an article whose lead a theme explains
_SHOWN = 5
_TITLE: Final = 2  # times that the title counts

Speak = Callable[[int, int], Said]  # the sentence of a passage, and how often it counts


def residual(
    passages: Sequence[Passage], sense: Sense, vectors: Vectors, speak: Speak, language: str
) -> Residual | None:
    """What no theme explains; None where that is nothing, or little of an article whose lead a theme explains.

    `vectors` are the passages', apart from talk and of length 1. The vector of what is left is their mean, of length 1,
    and the sentences nearest to it are its passages.
    """
    about = [n for n, passage in enumerate(passages) if passage.standing >= NEAR]
    best = sense.scores.max(axis=1, initial=-1.0)
    left = [n for n in about if best[n] < _EXPLAINED and not _strong(passages[n])]
    if not left:
        return None
    share = len(left) / len(about)
    if share < _LITTLE and any(best[n] >= _EXPLAINED or _strong(passages[n]) for n in _lead(passages, about)):
        return None
    times = [_TITLE if passages[n].in_title else 1 for n in left]
    mean = _mean(vectors[left], times)
    nearest = sorted(left, key=lambda n: (-round(float(vectors[n] @ mean), 6), n))
    return Residual(
        vector=mean.astype("<f4").tobytes(),
        terms=terms([speak(n, count) for n, count in zip(left, times, strict=True)], language),
        passages=tuple(_shown(passages[n]) for n in nearest[:_SHOWN]),
        share=share,
    )


def quantised(vectors: Vectors) -> bytes:
    """The first `SENTENCES` rows as signed bytes; each keeps its direction and loses its length."""
    rows = vectors[:SENTENCES]
    largest = np.abs(rows).max(axis=1, keepdims=True, initial=np.finfo(np.float32).eps)
    signed: NDArray[np.int8] = np.round(rows / largest * np.iinfo(np.int8).max).astype(np.int8)
    return signed.tobytes()


def _lead(passages: Sequence[Passage], about: Sequence[int]) -> list[int]:
    """The title and the first sentence of the text that are about the two sides."""
    first = next((n for n in about if not passages[n].in_title), None)
    return [n for n in about if passages[n].in_title or n == first]


def _strong(passage: Passage) -> bool:
    return any(hit.phrase.strength == "strong" for hit in passage.hits)


def _mean(vectors: Vectors, times: Sequence[int]) -> NDArray[np.float32]:
    # In double precision: a sum of floats would hang on the order in which a machine adds them.
    mean = np.average(vectors.astype(np.float64), axis=0, weights=times)
    length = float(np.linalg.norm(mean)) or 1.0
    return (mean / length).astype(np.float32)


def _shown(passage: Passage) -> records.Passage:
    return records.Passage(passage.sentence, passage.start, passage.end, passage.in_title)
