"""What an edit changes, theme by theme."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import make_theme
from extractors.theme_changes import Part, changes
from warehouse.records import Contrast, Phrase, Statement, Theme
from warehouse.theme_versions import UsedTheme, as_block, as_theme

GAS = replace(make_theme("gas"), entities=("Gazprom",), contrasts=(Contrast("grain", "Here it burns."),))
GRAIN = make_theme("grain")


def used(*themes: Theme, known: bool = True) -> dict[str, UsedTheme]:
    return {t.id: UsedTheme(t.id, t.digest, t.label, t.definition, t if known else None) for t in themes}


def test_nothing_changed() -> None:
    """The same themes in another order are no change."""
    assert changes(used(GAS, GRAIN), [GRAIN, GAS]) == ()
    assert changes(used(GAS, GRAIN, known=False), [GAS, GRAIN]) == ()


def test_added_and_retired() -> None:
    """A theme that is new moves scores, and so does one that is gone."""
    added, retired = changes(used(GAS), [GRAIN])
    assert (added.theme, added.kind, added.scores) == ("grain", "added", True)
    assert {part.what for part in added.put_in} == {"statement", "phrase"}
    assert (retired.theme, retired.kind, retired.scores, retired.label) == ("gas", "retired", True, GAS.label)
    assert Part("entity", "", "Gazprom") in retired.taken_out


def test_what_decides_scores() -> None:
    """Texts that were put in and taken out are told one by one, a strength that changed as both."""
    edited = replace(
        GAS,
        statements=(*GAS.statements, Statement("China dictates the price of gas.", "en")),
        counter=(Statement("Qatar ships gas to Germany.", "en"),),
        phrases=(replace(GAS.phrases[0], strength="weak"), Phrase("газ", "ru", "weak")),
        entities=(),
    )
    (change,) = changes(used(GAS), [edited])
    assert (change.kind, change.scores, change.words) == ("changed", True, ())
    assert change.taken_out == (Part("entity", "", "Gazprom"), Part("phrase", "en", "pipeline gas", "strong"))
    assert change.put_in == (
        Part("counter", "en", "Qatar ships gas to Germany."),
        Part("phrase", "en", "pipeline gas", "weak"),
        Part("phrase", "ru", "газ", "weak"),
        Part("statement", "en", "China dictates the price of gas."),
    )


@pytest.mark.parametrize(
    ("edit", "words"),
    [
        ({"label": "Pipelines"}, ("label",)),
        ({"definition": "Gas and who pays."}, ("definition",)),
        ({"contrasts": ()}, ("contrast",)),
        ({"label": "Pipelines", "contrasts": ()}, ("label", "contrast")),
    ],
)
def test_words_for_people(edit: dict[str, object], words: tuple[str, ...]) -> None:
    """Label, definition and contrasts change no score."""
    (change,) = changes(used(GAS), [replace(GAS, **edit)])  # type: ignore[arg-type]  # as parametrised
    assert (change.kind, change.scores, change.words) == ("words", False, words)


def test_a_theme_of_which_only_the_digest_is_known() -> None:
    """That a theme changed is said also where it is not known any more what it was."""
    (change,) = changes(used(GAS, known=False), [replace(GAS, entities=(), label="Pipelines")])
    assert (change.kind, change.scores, change.told, change.words) == ("changed", True, False, ("label",))


def test_a_theme_is_kept_whole() -> None:
    """What is stored of a theme is the theme."""
    assert as_theme(as_block(GAS)) == GAS
