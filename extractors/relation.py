"""How much a sentence speaks of the relationship between China and Russia, by its vector. Pure.

Learnt beside the themes, from the same sentences, and much smaller: ridge regression on the vector and on its likeness
to 128 landmarks, which loses little beside the kernel over all sentences (Williams and Seeger 2001). What names both
sides in passing, one of them, or both and a third is in the background; everything else speaks of the relationship.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from extractors.encoder import Vectors
from extractors.gate import Speech

LANDMARKS = 128
_ROUNDS, _RIDGE = 20, 0.03
_STEEPNESS, _EVEN = (5.0, 4.0), (0.5, 0.0)  # of the logits of relation and points, and where they are 0
_POINT, _NO_POINT = 2.0, -1.0


@dataclass(frozen=True, slots=True, eq=False)
class Relation:
    """What was learnt: a row of weights per landmark, per dimension, and one more for what is added to every sentence.

    The first column tells what speaks of the relationship from what does not; each of the others tells one theme's
    point from everything else. Their sums are logits.
    """

    landmarks: Vectors  # centred, of length 1
    weights: NDArray[np.float32]

    def speech(self, centred: Vectors) -> list[Speech]:
        """How much each sentence (row) speaks of the relationship, and makes whichever point it makes most."""
        said = _features(centred, self.landmarks) @ self.weights
        likely = 1 / (1 + np.exp(-np.column_stack([said[:, 0], said[:, 1:].max(axis=1)]).astype(np.float64)))
        return [Speech(float(relation), float(point)) for relation, point in likely]


def learn(centred: Vectors, speaks: NDArray[np.bool_], makes_point: NDArray[np.bool_]) -> Relation:
    """Learn from sentences (rows) whether each `speaks` of the relationship, and makes which theme's point (column).

    The same sentences in the same order give the same model.
    """
    landmarks = _landmarks(centred)
    x = _features(centred, landmarks).astype(np.float64)
    points = np.where(makes_point, _POINT, _NO_POINT)
    targets = np.column_stack([_STEEPNESS[0] * np.where(speaks, 1.0, -1.0), _STEEPNESS[1] * points])
    weights = np.linalg.solve(x.T @ x + _RIDGE * np.eye(x.shape[1]), x.T @ targets)
    weights[-1] -= [_STEEPNESS[0] * _EVEN[0], *[_STEEPNESS[1] * _EVEN[1]] * points.shape[1]]
    return Relation(landmarks, weights.astype(np.float32))


def _features(centred: Vectors, landmarks: Vectors) -> NDArray[np.float32]:
    """What the weights stand beside, one row per sentence."""
    features: NDArray[np.float32] = np.column_stack(
        [np.exp(2 * (centred @ landmarks.T) - 2), centred, np.ones(len(centred), np.float32)]
    )
    return features


def _landmarks(vectors: Vectors) -> Vectors:
    """Centres of spherical k-means, begun at evenly spaced sentences."""
    landmarks: Vectors = vectors[np.linspace(0, len(vectors) - 1, LANDMARKS).astype(int)]
    for _ in range(_ROUNDS):
        nearest = (vectors @ landmarks.T).argmax(axis=1)
        means = [vectors[nearest == n].mean(axis=0) if (nearest == n).any() else landmarks[n] for n in range(LANDMARKS)]
        landmarks = np.stack(means)
        landmarks /= np.maximum(np.linalg.norm(landmarks, axis=1, keepdims=True), np.finfo(np.float32).eps)
    return landmarks
