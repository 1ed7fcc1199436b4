"""Quotations: which marks are a pair, and which pairs hold speech."""

from __future__ import annotations

import pytest

from extractors.quotations import is_speech, quotations


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("He said “so it is” and left", ["“so it is”"]),
        ("Он сказал «ПАО «Газпром» растёт» и ушёл", ["«ПАО «Газпром» растёт»"]),
        ("«НК «Роснефть» сократила добычу", ["«НК «Роснефть» сократила добычу"]),
        ("Завод «НК «Роснефть» сократил добычу", ["«Роснефть»"]),
        ("er sagte „so ist es“ und ging", ["„so ist es“"]),
        ("他说「今日『明日』」。", ["「今日『明日』」"]),
        ('a "b" c "d" e', ['"b"', '"d"']),
        ("It isn’t ‘so’, the minister’s aide says", ["‘so’"]),
        ("《环球时报》社评", []),
        ("a ” b", []),
        ("no “ end", []),
        ("“no end", ["“no end"]),
    ],
)
def test_quotations(text: str, expected: list[str]) -> None:
    """Pairs of marks, the outermost; one that is never closed only where it begins the paragraph."""
    assert [text[start:end] for start, end in quotations(text, 0, len(text))] == expected


def test_a_quotation_may_run_on() -> None:
    """A quotation of several paragraphs is closed in its last one only, and each begins with a mark."""
    text = "He said: “We wait and wait and wait.\n“We wait again and again.”"
    end = text.index("\n")
    assert quotations(text, 0, end) == [(text.index("“"), end)]


@pytest.mark.parametrize(
    ("text", "speech"),
    [
        ("“no limits”", False),
        ("“Power of Siberia 2”", False),
        ("“we will not be lectured”", True),
        ("“西伯利亚力量-2号”", False),
        ("“边境很平静。”", True),
    ],
)
def test_terms_are_no_speech(text: str, speech: bool) -> None:
    """A few words in quotation marks are a term or a name."""
    assert is_speech(text, (0, len(text))) == speech
