"""Turns what was found in an article's sentences into scores, each with the sentences that earned it. Pure.

Two witnesses are heard: the phrases of a theme, and the likeness of sentences, in meaning and in words, to its
statements. A theme without statements enough to be learnt is judged by its phrases alone.
"""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from extractors import gate
from extractors.phrases import Hit
from warehouse.records import Evidence, Phrase, Score

STRENGTHS: Final = {"strong": 1.0, "weak": 0.4}
ENOUGH = 1.5  # weight from which phrases alone make a theme present: more than one strong phrase of both sides
ENOUGH_IN_BRIEF = 0.8  # a summary says a thing once: one strong phrase, or two weak ones
SHOWN = 8  # sentences of evidence per theme

# Where a sentence stands: what its phrases are worth there.
TOGETHER, NEAR, ELSEWHERE = 1.0, 0.6, 0.2  # names both sides; they are named around it; they are not
_DISCOUNT: Final = {TOGETHER: 0.0, NEAR: 0.2, ELSEWHERE: 0.6}  # and how much less its likeness says
_ELSEWHERE_BY_PHRASES = 0.5  # as above, for themes known by their phrases alone

_BEST = 5  # sentences that decide how much an article is like a theme's statements
_SHARPNESS = 4.0  # of their mean: towards the best of them
_REPEATED = 2  # times that a phrase counts in one sentence
_LIKE = 0.0  # from here on a sentence is evidence by its likeness
_WORTH_KEEPING = 0.15  # a score below it, without a phrase, is not kept

# Weights of likeness, ln(1 + strong phrases), ln(1 + weak ones), and what is subtracted: the logistic regression of the
# labels of 114 relevant documents, written for it, on these three (`tests/benchmarks/stage.py`), shifted so that F1 is
# as good as anywhere at a score of 0.5; for all themes alike.
STAGE = (7.17, 2.20, 0.99, -0.82)

# Subtracted less where a phrase speaks for the theme, or in English one is missed more often than wrongly found: of 197
# labels of four sets of labelled documents 69 were missed and 26 wrongly found without it, 51 and 45 with it.
EASED: Final = {"en": 0.85}


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of the title or the text, where it stands, and the phrases in it."""

    sentence: str
    start: int
    end: int
    in_title: bool
    standing: float  # TOGETHER, NEAR or ELSEWHERE
    hits: tuple[Hit, ...]


@dataclass(frozen=True, slots=True, eq=False)
class Sense:
    """How much each passage (row) makes the point of each theme (column) that was learnt."""

    themes: tuple[str, ...]  # ids
    scores: NDArray[np.float32]


Nearest = Callable[[str, Evidence], tuple[str, float]]


def standings(sentences: Sequence[str], language: str) -> list[float]:
    """Where each sentence of an article stands, given the sentences before and behind it."""
    named = [gate.sides(sentence, language) for sentence in sentences]
    around = [named[max(n - 1, 0) : n + 2] for n in range(len(named))]
    return [
        TOGETHER
        if gate.names_both(sentence, language)
        else NEAR
        if any(side.china for side in near) and any(side.russia for side in near)
        else ELSEWHERE
        for sentence, near in zip(sentences, around, strict=True)
    ]


def by_phrases(passages: Sequence[Passage], *, brief: bool, besides: Sequence[str] = ()) -> tuple[Score, ...]:
    """The score of each theme with any phrase in the article, by the themes' ids; of those in `besides` none.

    A phrase weighs 1.0 (strong) or 0.4 (weak), half of it where no sentence with it names both sides, times
    1 + ln(how often). With `w` the sum over a theme's phrases and `e` what is enough for it to be present, the score is
    w / (w + e): it grows with every phrase, never reaches 1, and is 0.5 exactly where the theme becomes present.
    """
    themes = sorted({hit.theme_id for passage in passages for hit in passage.hits} - set(besides))
    return tuple(_by_phrases(theme, passages, ENOUGH_IN_BRIEF if brief else ENOUGH) for theme in themes)


def joined(
    passages: Sequence[Passage], sense: Sense, nearest: Nearest, language: str, *, brief: bool
) -> tuple[Score, ...]:
    """The scores of all themes that have any evidence, by the themes' ids; those not in `sense` by their phrases.

    The score is logistic in three things: the likeness of the article's best sentences, as a mean that leans to the
    best of them, less where they do not stand between both sides; and the logarithms of its strong and weak phrases.
    Where any phrase speaks for a theme, less may do in some languages. It is 0.5 exactly where the theme becomes
    present. `nearest` names the statement behind an evidence.
    """
    likeness = _likeness(passages, sense)
    heard = witnesses(passages, sense)
    eased = EASED.get(language, 0.0)
    found = (_joined(theme, passages, likeness[:, n], heard[n], nearest, eased) for n, theme in enumerate(sense.themes))
    scored = [score for score in found if score]
    return tuple(sorted([*scored, *by_phrases(passages, brief=brief, besides=sense.themes)], key=_theme_of))


def witnesses(passages: Sequence[Passage], sense: Sense) -> NDArray[np.float64]:
    """What speaks for each theme (row): how alike the best sentences are, ln(1 + strong phrases), ln(1 + weak)."""
    row = {theme: n for n, theme in enumerate(sense.themes)}
    said = np.zeros((len(sense.themes), len(STRENGTHS)))
    for passage in passages:
        times: dict[tuple[int, str], int] = defaultdict(int)
        for hit in passage.hits:
            if hit.theme_id in row:
                times[row[hit.theme_id], hit.phrase.strength] += hit.times
        for (n, strength), count in times.items():
            said[n, tuple(STRENGTHS).index(strength)] += min(count, _REPEATED) * passage.standing
    likeness = _likeness(passages, sense)
    semantic = [_soft_best(likeness[:, n]) for n in range(len(sense.themes))]
    return np.column_stack([semantic, np.log1p(said)])


def _theme_of(score: Score) -> str:
    return score.theme_id


def _likeness(passages: Sequence[Passage], sense: Sense) -> NDArray[np.float32]:
    discounts = np.array([_DISCOUNT[passage.standing] for passage in passages], np.float32)
    likeness: NDArray[np.float32] = sense.scores - discounts[:, None]
    return likeness


def _joined(
    theme_id: str,
    passages: Sequence[Passage],
    likeness: NDArray[np.float32],
    heard: NDArray[np.float64],
    nearest: Nearest,
    eased: float,
) -> Score | None:
    semantic = float(heard[0])
    lexical = STAGE[1] * float(heard[1]) + STAGE[2] * float(heard[2])
    against = STAGE[3] - (eased if lexical else 0.0)
    score = 1 / (1 + math.exp(against - STAGE[0] * semantic - lexical))
    evidence = _evidence_of(theme_id, passages, likeness, nearest, at_least_one=score >= _WORTH_KEEPING)
    if not evidence:
        return None
    return Score(theme_id, score, score >= 0.5, evidence, lexical, semantic)  # noqa: PLR2004  where it is made to be


def _soft_best(likeness: NDArray[np.float32]) -> float:
    """The logarithmic mean of the best sentences: between their mean and the best of them."""
    best = np.sort(likeness)[::-1][:_BEST].astype(np.float64)
    return float(np.log(np.exp(_SHARPNESS * best).mean()) / _SHARPNESS) if best.size else -1.0


def _evidence_of(
    theme_id: str, passages: Sequence[Passage], likeness: NDArray[np.float32], nearest: Nearest, *, at_least_one: bool
) -> tuple[Evidence, ...]:
    evidence = []
    best = int(likeness.argmax()) if at_least_one and len(passages) else -1
    for n, passage in enumerate(passages):
        earned = _earned(theme_id, passage, passage.standing)
        like = float(likeness[n])
        if earned or like > _LIKE or n == best:
            one = _evidence(passage, earned)
            evidence.append(replace(one, weight=one.weight + max(like - _LIKE, 0.0)))
    evidence.sort(key=lambda e: (-e.weight, not e.in_title, e.start))
    shown = evidence[:SHOWN]
    likely = {(p.in_title, p.start) for p, like in zip(passages, likeness, strict=True) if like > _LIKE}
    return tuple(
        _with_statement(e, *nearest(theme_id, e)) if not e.phrase or (e.in_title, e.start) in likely else e
        for e in shown
    )


def _with_statement(evidence: Evidence, statement: str, cosine: float) -> Evidence:
    return replace(evidence, statement=statement, likeness=cosine)


def _by_phrases(theme_id: str, passages: Sequence[Passage], enough: float) -> Score:
    weights: dict[Phrase, float] = defaultdict(float)
    times: dict[Phrase, int] = defaultdict(int)
    evidence = []
    for passage in passages:
        standing = 1.0 if passage.in_title or passage.standing == TOGETHER else _ELSEWHERE_BY_PHRASES
        earned = _earned(theme_id, passage, standing)
        for hit in passage.hits:
            if hit.theme_id == theme_id:
                times[hit.phrase] += hit.times
                weights[hit.phrase] = max(weights[hit.phrase], earned[hit.phrase])
        if earned:
            evidence.append(_evidence(passage, earned))
    total = sum(best * (1 + math.log(times[phrase])) for phrase, best in weights.items())
    evidence.sort(key=lambda e: (-e.weight, not e.in_title, e.start))
    return Score(theme_id, total / (total + enough), total >= enough, tuple(evidence[:SHOWN]), total)


def _earned(theme_id: str, passage: Passage, standing: float) -> dict[Phrase, float]:
    """What each phrase of the theme is worth in this sentence."""
    return {hit.phrase: STRENGTHS[hit.phrase.strength] * standing for hit in passage.hits if hit.theme_id == theme_id}


def _evidence(passage: Passage, earned: Mapping[Phrase, float]) -> Evidence:
    """The sentence under its strongest phrase, if any, with all that its phrases weigh together."""
    # The first in the theme's own order, where they tie.
    phrase = max(earned, key=lambda phrase: earned[phrase]) if earned else None
    return Evidence(
        sentence=passage.sentence,
        start=passage.start,
        end=passage.end,
        in_title=passage.in_title,
        phrase=phrase.text if phrase else "",
        strength=phrase.strength if phrase else "",
        weight=sum(earned.values()),
    )
