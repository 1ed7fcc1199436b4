"""Copies lie near one another, other texts far apart, in three languages."""

from __future__ import annotations

import re
import time
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.fingerprint import distance, fingerprint

NEAR, FAR = 12, 16  # bits: copies lie within the first, articles on one subject beyond the second

FOLDER = Path(__file__).parent / "data" / "copies"
LANGUAGES = ("en", "ru", "zh")
AGENCY = {
    "en": "Riverside Daily, our own correspondent reports.",
    "ru": "Газета «Набережная», от нашего корреспондента.",
    "zh": "江岸日报记者报道",
}
EDITS = ("set anew", "without the agency", "with another agency", "without a paragraph", "without the end")


def read(name: str) -> str:
    return (FOLDER / f"{name}.txt").read_text(encoding="utf-8")


def edited(language: str) -> dict[str, str]:
    """What editors do to a wire report. Its agency's line ends with a dash, a bracket or a wide space."""
    paragraphs = read(language).strip().split("\n\n")
    lead = re.split(r" - |\)\. |\u3000", paragraphs[0], maxsplit=1)[1]
    versions = (
        [" ".join(paragraph.upper().split()) for paragraph in paragraphs],
        [lead, *paragraphs[1:]],
        [f"{AGENCY[language]} {lead}", *paragraphs[1:]],
        paragraphs[:3] + paragraphs[4:],
        paragraphs[:-1],
    )
    return dict(zip(EDITS, map("\n".join, versions), strict=True))


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("edit", EDITS)
def test_copies_lie_near(language: str, edit: str) -> None:
    """A copy with another agency's line, without a paragraph or without its end is a few bits away."""
    assert distance(fingerprint(read(language)), fingerprint(edited(language)[edit])) <= NEAR


@pytest.mark.parametrize("language", LANGUAGES)
def test_articles_on_one_subject_lie_apart(language: str) -> None:
    """Another report of the same event is no copy."""
    assert distance(fingerprint(read(language)), fingerprint(read(f"{language}_other"))) >= FAR


def test_an_exact_copy_is_the_same() -> None:
    """Case, punctuation and line breaks are no difference."""
    text = read("en")
    assert fingerprint(text) == fingerprint(text.upper().replace("\n", " ").replace(",", " ;"))


@pytest.mark.parametrize("text", ["", "!?", "Too short to tell.", "短短一句话说明不了什么"])
def test_too_little_text_has_none(text: str) -> None:
    """A few words are no text to compare."""
    assert fingerprint(text) == 0


@given(st.text(st.characters(exclude_categories=()), max_size=400))
def test_it_is_a_number_of_64_bits(text: str) -> None:
    """Whatever the text, the fingerprint fits its column and is the same each time."""
    assert 0 <= fingerprint(text) < 2**64
    assert fingerprint(text) == fingerprint(text)


@given(st.integers(0, 2**64 - 1), st.integers(0, 2**64 - 1))
def test_distance(a: int, b: int) -> None:
    """The distance counts differing bits: none to itself, the same both ways, at most 64."""
    assert distance(a, a) == 0
    assert distance(a, b) == distance(b, a) <= 64


def test_long_texts_take_no_time() -> None:
    """The longest text that is kept takes well under a second."""
    start = time.process_time()
    assert fingerprint(" ".join(f"word{n}" for n in range(40_000)))
    assert time.process_time() - start < 10


def test_fingerprints_stay() -> None:
    """The fingerprint is stored and compared with later ones: it must not change from release to release."""
    assert fingerprint(read("en")) == 13531737247008569590
