"""Our own articles, and what another desk makes of them."""

from __future__ import annotations

import random
import re
from collections.abc import Iterable
from pathlib import Path

from flows.demo.world import World

COPIES = Path(__file__).parent / "data" / "copies"


def texts() -> dict[str, str]:
    """Our own articles: of the demo, each once, and of the tests."""
    world = {piece.text: piece.path for piece in World.load().pieces if piece.story != "quiet-nightmare"}
    copied = {path.read_text(encoding="utf-8"): path.name for path in COPIES.glob("*.txt")}
    return {name: text for text, name in (world | copied).items()}


def in_the_script_of(text: str, others: Iterable[str]) -> list[str]:
    """Those of the others that are written in the script of a text: Chinese, Cyrillic or Latin."""
    return [other for other in others if _script(other) == _script(text)]


def _script(text: str) -> str:
    return next((script for script in ("[一-龥]", "[а-я]") if re.search(script, text)), "")


def rewritten(text: str, rng: random.Random, *, dropped: int, share: float) -> str:
    """A desk's version: some paragraphs less, in a share of the sentences every third word is another one."""
    paragraphs = _paragraphs(text)
    for _ in range(min(dropped, len(paragraphs) - 2)):
        paragraphs.pop(rng.randrange(1, len(paragraphs)))
    versions = []
    for paragraph in paragraphs:
        sentences = re.split(r"(?<=[.!?])\s+|(?<=[。！？])", paragraph)
        versions.append(" ".join(_reworded(s, rng) if rng.random() < share else s for s in sentences))
    return "\n".join(versions)


def excerpt(text: str, rng: random.Random, *, share: float) -> str:
    """A run of sentences that makes such a share of the text, from wherever it pleases."""
    sentences = _sentences(text)
    wanted, start = share * len(text), rng.randrange(len(sentences))
    taken = ""
    for sentence in [*sentences[start:], *reversed(sentences[:start])]:
        taken = f"{taken} {sentence}" if sentence in sentences[start:] else f"{sentence} {taken}"
        if len(taken) >= wanted:
            break
    return taken.strip()


def quoting(text: str, host: str, rng: random.Random, *, share: float) -> str:
    """Another article, in the middle of which an excerpt of this one stands in a paragraph of its own."""
    paragraphs = _paragraphs(host)
    middle = len(paragraphs) // 2
    return "\n".join([*paragraphs[:middle], excerpt(text, rng, share=share), *paragraphs[middle:]])


def localised(text: str, host: str, rng: random.Random, *, dropped: int, own: int) -> str:
    """A wire's report under a lede of the paper's own, with some paragraphs less and some of its own at the end."""
    paragraphs = _paragraphs(text)
    for _ in range(min(dropped, len(paragraphs) - 2)):
        paragraphs.pop(rng.randrange(1, len(paragraphs)))
    local = _paragraphs(host)
    return "\n".join([local[0], *paragraphs[1:], *local[-own:]] if own else [local[0], *paragraphs[1:]])


def _paragraphs(text: str) -> list[str]:
    return [paragraph for paragraph in text.split("\n") if paragraph.strip()]


def _sentences(text: str) -> list[str]:
    parts = (re.split(r"(?<=[.!?])\s+|(?<=[。！？])", paragraph) for paragraph in _paragraphs(text))
    return [sentence for part in parts for sentence in part if sentence.strip()]


def _reworded(sentence: str, rng: random.Random) -> str:
    pieces = sentence.split(" ") if " " in sentence else list(sentence)
    worded = [piece[::-1] + rng.choice("аoе的") if rng.random() < 1 / 3 else piece for piece in pieces]
    return (" " if " " in sentence else "").join(worded)
