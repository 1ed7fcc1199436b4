"""How the witnesses of a theme are joined into its score."""

from __future__ import annotations

import numpy as np
import pytest

from extractors import scores
from extractors.phrases import Hit
from extractors.scores import Passage, Sense
from warehouse.records import Phrase, Score

LIKE = -0.3  # with so much likeness and a weak phrase a theme is not quite present


def score_of(language: str, *hits: Hit) -> Score:
    one = Passage("Beijing and Moscow agree.", 0, 25, in_title=False, standing=scores.TOGETHER, hits=hits)
    sense = Sense(("gas",), np.array([[LIKE]], np.float32))
    (score,) = scores.joined([one], sense, lambda *_: ("a statement", 0.9), language, brief=False)
    return score


def test_english_asks_less_where_a_phrase_speaks() -> None:
    """The same likeness and phrase make a theme present in English alone; without a phrase all languages are alike."""
    phrase = Hit("gas", Phrase("pipeline", "en", "weak"), 1)
    english, russian = score_of("en", phrase), score_of("ru", phrase)
    assert english.present
    assert not russian.present
    assert score_of("zh", phrase).score == russian.score
    logits = [np.log(one.score / (1 - one.score)) for one in (english, russian)]
    assert logits[0] - logits[1] == pytest.approx(0.85)
    assert score_of("en").score == score_of("ru").score
