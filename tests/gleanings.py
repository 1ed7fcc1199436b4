"""Records of what no theme explains, for tests: sensible defaults, and one keyword for what a test is about."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from builders import DAY, NOW
from warehouse.records import Candidate, Passage, Residual


def make_residual(*words: str, sentence: str = "", **changes: Any) -> Residual:
    """What no theme explains of an article: one sentence, whose words count alike."""
    said = sentence or f"Nobody spoke of {' and '.join(words)}."
    vector = b"\0\0\x80?" + bytes(4 * 511)  # 1.0, and then nothing
    terms = tuple((word, 1.0) for word in words)
    return replace(Residual(vector, terms, (Passage(said, 0, len(said), in_title=False),), 1.0), **changes)


def make_candidate(candidate_id: str = "c-0a1b2c3d", **changes: Any) -> Candidate:
    """A candidate that three publishers of two blocs spoke of in five stories."""
    candidate = Candidate(
        id=candidate_id,
        label="Northern Sea Route · hull insurance · ice class",
        phrases=("Northern Sea Route", "hull insurance", "ice class"),
        cohesion=0.7,
        nearest="power-of-siberia",
        likeness=0.2,
        first_at=NOW - 3 * DAY,
        voices=5,
        publishers=("Amur Daily", "Harbin Observer", "Volga Post"),
        blocs=("china-state", "independent"),
        languages=("en", "zh"),
        confidence=0.8,
    )
    return replace(candidate, **changes)
