"""Our own articles, and what another desk makes of them."""

from __future__ import annotations

import random
import re
from pathlib import Path

from flows.demo.world import World

COPIES = Path(__file__).parent / "data" / "copies"


def texts() -> dict[str, str]:
    """Our own articles: of the demo, each once, and of the tests."""
    world = {piece.text: piece.path for piece in World.load().pieces if piece.story != "quiet-nightmare"}
    copied = {path.read_text(encoding="utf-8"): path.name for path in COPIES.glob("*.txt")}
    return {name: text for text, name in (world | copied).items()}


def rewritten(text: str, rng: random.Random, *, dropped: int, share: float) -> str:
    """A desk's version: some paragraphs less, in a share of the sentences every third word is another one."""
    paragraphs = [p for p in text.split("\n") if p.strip()]
    for _ in range(min(dropped, len(paragraphs) - 2)):
        paragraphs.pop(rng.randrange(1, len(paragraphs)))
    versions = []
    for paragraph in paragraphs:
        sentences = re.split(r"(?<=[.!?])\s+|(?<=[。！？])", paragraph)
        versions.append(" ".join(_reworded(s, rng) if rng.random() < share else s for s in sentences))
    return "\n".join(versions)


def _reworded(sentence: str, rng: random.Random) -> str:
    pieces = sentence.split(" ") if " " in sentence else list(sentence)
    worded = [piece[::-1] + rng.choice("аoе的") if rng.random() < 1 / 3 else piece for piece in pieces]
    return (" " if " " in sentence else "").join(worded)
