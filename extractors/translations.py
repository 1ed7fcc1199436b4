"""Translations: articles whose sentences mean the same, one after the other, in two languages. Pure and deterministic.

Two sentences are renderings of one another where each is the other's nearest and near enough; those that keep their
order count. Gale and Church, "A Program for Aligning Sentences in Bilingual Corpora" (Computational Linguistics 1993),
align by lengths; vectors tell more: Thompson and Koehn, "Vecalign" (EMNLP 2019). An article costs one product of its
mean vector with those of the articles in reach, and an alignment with the few that are near it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Iterable, Iterator, Sequence
from datetime import timedelta

import numpy as np
from numpy.typing import NDArray

from extractors.gate import known_language
from warehouse.records import Alike, Meaning

Rows = NDArray[np.float32]  # one per sentence, of length 1

DIM = 512
# Chosen on half of the texts written for it: there translations are 0.42 alike and more, other pairs 0.33 and less, the
# accounts that ministries give of two meetings in the same words among them. `tests/benchmarks/copies.py` has the rest.
TRANSLATED = 0.37
LIKE, FEWEST = 0.35, 3  # cosine of two renderings of one sentence, and how many of them there are at least
_NEAR = 0.45  # cosine of two articles' means; of translations it is 0.54 and more


def alike(meanings: Iterable[Meaning], new: Collection[uuid.UUID], reach: timedelta) -> tuple[Alike, ...]:
    """Which of the `new` articles mean the same as which others that are dated within `reach` of them, in any language.

    Each pair once. `meanings` are those of the new articles and of all that they may be alike.
    """
    known = sorted(meanings, key=lambda meaning: (meaning.dated_at, meaning.article_id))
    if not known:
        return ()
    rows = [_rows(meaning.vectors) for meaning in known]
    means = np.stack([_unit(sentences.mean(axis=0, keepdims=True))[0] for sentences in rows])
    return tuple(_pairs(known, rows, means, new, reach))


def _pairs(
    known: Sequence[Meaning], rows: Sequence[Rows], means: Rows, new: Collection[uuid.UUID], reach: timedelta
) -> Iterator[Alike]:
    for n, meaning in enumerate(known):
        if meaning.article_id not in new:
            continue
        for other in map(int, np.flatnonzero(means @ means[n] >= _NEAR)):
            one = known[other]
            twice = other == n or (other < n and one.article_id in new)
            if twice or abs(one.dated_at - meaning.dated_at) > reach:
                continue
            same = likeness(rows[n], rows[other])
            if same >= TRANSLATED:
                translated = known_language(one.language) != known_language(meaning.language)
                yield Alike(meaning.article_id, one.article_id, same, translated)


def likeness(one: Rows, other: Rows) -> float:
    """How much of the shorter article the other renders, in its order: the cosines of such sentences, per sentence."""
    cosines = one @ other.T
    nearest = cosines.argmax(axis=1)
    mutual = cosines.argmax(axis=0)[nearest] == np.arange(len(one))
    matches = [
        (int(nearest[n]), float(cosines[n, nearest[n]]))
        for n in map(int, np.flatnonzero(mutual))
        if cosines[n, nearest[n]] >= LIKE
    ]
    weight, count = _in_order(matches)
    return weight / min(len(one), len(other)) if count >= FEWEST else 0.0


def _in_order(matches: Sequence[tuple[int, float]]) -> tuple[float, int]:
    """Weight and number of the heaviest matches whose places in the other article rise."""
    best: list[tuple[float, int]] = []
    for n, (place, weight) in enumerate(matches):
        before = max((best[m] for m in range(n) if matches[m][0] < place), default=(0.0, 0))
        best.append((before[0] + weight, before[1] + 1))
    return max(best, default=(0.0, 0))


def _rows(vectors: bytes) -> Rows:
    return _unit(np.frombuffer(vectors, np.int8).reshape(-1, DIM).astype(np.float32))


def _unit(rows: Rows) -> Rows:
    lengths = np.linalg.norm(rows, axis=1, keepdims=True)
    unit: Rows = rows / np.maximum(lengths, np.finfo(np.float32).eps)
    return unit
