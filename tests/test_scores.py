"""How the witnesses of a theme are joined into its score."""

from __future__ import annotations

import numpy as np
import pytest

from extractors import scores
from extractors.scores import Passage, Sense

LIKE = -0.16  # so much likeness, and no phrase, is not quite enough for a theme


def score_of(language: str, like: float = LIKE) -> scores.Score:
    one = Passage("Beijing and Moscow agree.", 0, 25, in_title=False, standing=scores.TOGETHER, hits=())
    sense = Sense(("gas",), np.array([[like]], np.float32))
    (score,) = scores.joined([one], sense, lambda *_: ("a statement", 0.9), language, brief=False)
    return score


def test_english_asks_less() -> None:
    """The same likeness makes a theme present in English and not in Russian, at 0.5 in each."""
    english, russian = score_of("en"), score_of("ru")
    assert english.present
    assert not russian.present
    assert score_of("zh").score == russian.score
    logits = [np.log(one.score / (1 - one.score)) for one in (english, russian)]
    assert logits[0] - logits[1] == pytest.approx(0.85)
