"""Turns the phrases found in an article into scores, each with the sentences that earned it. Pure."""

from __future__ import annotations

import math
from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from extractors.phrases import Hit
from warehouse.records import Evidence, Phrase, Score

STRENGTHS: Final = {"strong": 1.0, "weak": 0.4}
ELSEWHERE = 0.5  # what a phrase is worth in a sentence that does not name both sides
ENOUGH = 1.5  # weight from which a theme is present: more than one strong phrase of both sides, said once
ENOUGH_IN_BRIEF = 0.8  # a summary says a thing once: one strong phrase, or two weak ones
SHOWN = 8  # sentences of evidence per theme


@dataclass(frozen=True, slots=True)
class Passage:
    """One sentence of the title or the text, and what was found in it."""

    sentence: str
    start: int
    end: int
    in_title: bool
    on_both: bool  # names China and Russia
    hits: tuple[Hit, ...]


def scores(passages: Sequence[Passage], *, brief: bool) -> tuple[Score, ...]:
    """The score of each theme with any evidence, by the themes' ids.

    A phrase weighs 1.0 (strong) or 0.4 (weak), half of it where no sentence with it names both sides, times
    1 + ln(how often). With `w` the sum over a theme's phrases and `e` what is enough for it to be present, the score is
    w / (w + e): it grows with every phrase, never reaches 1, and is 0.5 exactly where the theme becomes present.
    """
    themes = sorted({hit.theme_id for passage in passages for hit in passage.hits})
    return tuple(_score(theme, passages, ENOUGH_IN_BRIEF if brief else ENOUGH) for theme in themes)


def _score(theme_id: str, passages: Sequence[Passage], enough: float) -> Score:
    weights: dict[Phrase, float] = defaultdict(float)
    times: dict[Phrase, int] = defaultdict(int)
    evidence = []
    for passage in passages:
        earned = {hit.phrase: weight(hit.phrase, passage) for hit in passage.hits if hit.theme_id == theme_id}
        for hit in passage.hits:
            if hit.theme_id == theme_id:
                times[hit.phrase] += hit.times
                weights[hit.phrase] = max(weights[hit.phrase], earned[hit.phrase])
        if earned:
            evidence.append(_evidence(passage, earned))
    total = sum(best * (1 + math.log(times[phrase])) for phrase, best in weights.items())
    evidence.sort(key=lambda e: (-e.weight, not e.in_title, e.start))
    return Score(theme_id, total / (total + enough), total >= enough, tuple(evidence[:SHOWN]))


def weight(phrase: Phrase, passage: Passage) -> float:
    """What one phrase is worth in one sentence."""
    return STRENGTHS[phrase.strength] * (1.0 if passage.on_both else ELSEWHERE)


def _evidence(passage: Passage, earned: Mapping[Phrase, float]) -> Evidence:
    """The sentence under its strongest phrase, with all that its phrases weigh together."""
    phrase = max(earned, key=lambda phrase: earned[phrase])  # the first in the theme's own order, where they tie
    return Evidence(
        sentence=passage.sentence,
        start=passage.start,
        end=passage.end,
        in_title=passage.in_title,
        phrase=phrase.text,
        strength=phrase.strength,
        weight=sum(earned.values()),
    )
