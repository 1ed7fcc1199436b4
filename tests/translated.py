"""Texts of our own in three languages: each event with a report, its translations, and others' reports of the same."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import UTC, datetime
from itertools import combinations
from pathlib import Path
from uuid import NAMESPACE_URL, UUID, uuid5

from extractors import english, exemplars, residuals
from extractors.encoder import load_encoder
from extractors.sentences import cut
from warehouse.records import Meaning

FOLDER = Path(__file__).parent / "data" / "translations"
OWN = "own"  # an article of its own; whatever else is called otherwise is a translation of the event's other such texts
# The thresholds were chosen on these, and are measured on the others; events that resemble one another stay together.
TUNED_ON = frozenset({"gas-price", "grain-corridor", "premiers-readout", "sea-drill", "students", "visit-readout"})
AT = datetime(2026, 3, 20, 12, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Text:
    """One text, by its event and what it is of it: own, or the same as others of its event, cut, or under a lede."""

    event: str
    what: str
    language: str
    title: str
    text: str

    @property
    def id(self) -> UUID:
        return uuid5(NAMESPACE_URL, f"{self.event}/{self.what}/{self.language}")


def texts(*, tuned_on: bool | None = None) -> list[Text]:
    """All of them, or those of one half."""
    files = sorted(FOLDER.glob("*.txt"))
    return [
        _text(file.stem, part)
        for file in files
        if tuned_on is None or (file.stem in TUNED_ON) == tuned_on
        for part in re.split(r"^== ", file.read_text(encoding="utf-8"), flags=re.MULTILINE)[1:]
    ]


def _text(event: str, part: str) -> Text:
    head, title, *paragraphs = part.strip().split("\n")
    what, language = head.split()
    return Text(event, what, language, title, "\n".join(paragraphs))


def in_two_languages(some: list[Text]) -> list[tuple[Text, Text, bool]]:
    """Every pair of texts in two languages, with whether they are translations of one another."""
    return [
        (one, other, one.event == other.event and OWN not in (one.what, other.what))
        for one, other in combinations(some, 2)
        if one.language != other.language
    ]


def meanings(some: list[Text], model: Path) -> dict[UUID, Meaning]:
    """What the sentences of texts mean, as judging them would keep it; all are dated the same."""
    encoder, learnt = load_encoder(), exemplars.load(model)
    if encoder is None:
        raise ValueError("no encoder is installed")
    vectors = {text.id: encoder.encode([text.title, *_sentences(text)]) for text in some}
    return {
        text.id: Meaning(
            text.id, text.language, AT, residuals.quantised(learnt.centred(vectors[text.id], text.language))
        )
        for text in some
    }


def _sentences(text: Text) -> list[str]:
    if text.language == "en":
        return [text.text[slice(*sentence.span)] for sentence in english.cut(text.text)]
    return [text.text[slice(*span)] for span in cut(text.text, text.language)]
