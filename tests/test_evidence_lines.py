"""Evidence as people read it: what it weighs and why, with the phrase set off, and whose words it is."""

from __future__ import annotations

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.commands.evidence_lines import highlighted, marks, spans
from warehouse.records import Evidence


def test_evidence_is_shown_with_its_marks() -> None:
    """Weight, reason and place; the sentence with the phrase set off; dimly, whose words and how they are meant."""
    sentence = "Wang Yi denied that pipeline gas may run out."
    found = Evidence(
        sentence,
        1200,
        1245,
        False,
        "pipeline gas",
        "strong",
        1.0,
        quoted=True,
        speaker="Wang Yi",
        negated=True,
        hedged=True,
    )
    assert click.unstyle(marks(found)).splitlines() == [
        '      1.00  strong "pipeline gas", at 1,200',
        f"            {sentence}",
        "            quoted: Wang Yi, denied, hedged",
    ]
    assert click.style("pipeline", fg="yellow", bold=True) in marks(found)
    assert click.style("quoted: Wang Yi, denied, hedged", dim=True) in marks(found)


def test_evidence_without_phrase_or_marks() -> None:
    """Where no phrase matched, the nearest statement stands; who speaks for himself has no third line."""
    found = Evidence("Gas flows.", 0, 10, True, "", "", 0.73, statement="Russia sells gas.", likeness=0.812)
    assert click.unstyle(marks(found)).splitlines() == [
        "      0.73  like “Russia sells gas.” (0.81), title",
        "            Gas flows.",
    ]


@pytest.mark.parametrize(
    ("sentence", "phrase", "marked"),
    [
        ("Moscow is the junior partner now.", "junior partner", ["junior", "partner"]),
        ("Casualties mount as soldiers die.", "casualty", ["Casualties"]),
        ("Russia signs, China delays.", "sign .. delay", ["signs", "delays"]),
        ("中俄天然气管道谈判。", "天然气", ["天然气"]),
        ("Кремль стал вассалом Пекина.", "вассал", ["вассалом"]),
        ("Nothing here.", "pipeline", []),
        ("Odd (letters.", "(letters", ["(letters"]),
    ],
)
def test_what_is_set_off(sentence: str, phrase: str, marked: list[str]) -> None:
    """The words of a phrase are found in their forms, in all three languages."""
    assert [sentence[start:end] for start, end in spans(sentence, phrase)] == marked


@given(st.text(), st.text())
def test_setting_off_loses_nothing(sentence: str, phrase: str) -> None:
    """Whatever matches, the places lie in order inside the sentence and do not overlap."""
    places = [place for span in spans(sentence, phrase) for place in span]
    assert places == sorted(places)
    assert all(0 <= place <= len(sentence) for place in places)
    assert isinstance(highlighted(sentence, phrase), str)
