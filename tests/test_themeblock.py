"""A candidate in themes.toml: a block of its own, or lines in a theme's lists."""

from __future__ import annotations

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW
from desk import DEFAULTS, THEME
from flows.complaints import SettingsError
from flows.teaching import place_of_statements, taught, with_lines
from flows.themeblock import block, offers, statements, theme_id_of, without_offers
from flows.themefile import parsed
from gathered import ID, SAID
from test_theme_edit import TWO
from warehouse.candidate_reading import RawPassage

DAY = date(2026, 3, 2)
SHIPPED = (DEFAULTS / "themes.toml").read_text(encoding="utf-8")
SMALL = f"""{TWO}[theme.statements]
en = [
  "China buys grain from Russia.",
]
zh = [
  "中国从俄罗斯购买粮食。",
]
"""
MORE = {"en": ["Gas goes by pipe now."], "zh": ["天然气现在通过管道输送到中国。"]}


def passage(sentence: str, language: str, *, telling: bool = True) -> RawPassage:
    return RawPassage(sentence, language, "Steppe Review", NOW, telling)


TERMS = ("транзитный сбор", "@Mongolia", "coal", "сбор", "монгольский таможенник", "过境", "煤炭过境费")
PASSAGES = [passage(*said) for said in SAID]


@pytest.mark.parametrize(
    ("phrases", "taken", "name"),
    [
        (("Mongolia", "transit fee"), (), "mongolia-transit-fee"),
        (("Mongolia", "transit fee"), ("mongolia-transit-fee",), "mongolia-transit-fee-2"),
        (("蒙古", "транзит"), (), "theme-1f2e3d4c"),
        (("a very long phrase indeed", "and another very long one"), (), "a-very-long-phrase-indeed-and-another"),
        (("x" * 60,), (), "x" * 40),
    ],
)
def test_an_id_is_made_of_phrases(phrases: tuple[str, ...], taken: tuple[str, ...], name: str) -> None:
    """Small letters, digits and hyphens, no longer than one can type, and nobody else's."""
    assert theme_id_of(phrases, ID, taken) == name


def test_a_block_as_it_stands() -> None:
    """Statements are the passages in their languages, phrases the label's words: what carries a theme is strong.

    Where the label has no phrase in a language, the pairs of words that tell most do.
    """
    phrases = ("Mongolia", "Northern Sea Route", "fee", "蒙古过境", "the China")
    text = block(ID, "border", "The “border”", phrases, TERMS, PASSAGES, DAY, to_edit=False)
    (theme,) = parsed(text).themes
    assert (theme.id, theme.label, theme.entities) == ("border", "The “border”", ("Mongolia", "Northern Sea Route"))
    assert {(one.text, one.language) for one in theme.statements} == set(SAID)
    assert [(one.text, one.language, one.strength) for one in theme.phrases] == [
        ("Northern Sea Route", "en", "strong"),
        ("Mongolia", "en", "weak"),
        ("fee", "en", "weak"),
        ("транзитный сбор", "ru", "strong"),
        ("монгольский таможенник", "ru", "strong"),
        ("蒙古过境", "zh", "strong"),
    ]


def test_a_block_to_edit() -> None:
    """It is no theme before a statement is written, and what was said is left out of it."""
    text = block(ID, "border", "Border", ("Mongolia",), (), PASSAGES, DAY, to_edit=True)
    with pytest.raises(SettingsError, match="is no text"):
        parsed(text)
    assert f"\n#: {SAID[2][0]} (Steppe Review, 2026-03-02)\n" in text
    left = without_offers(text)
    assert "#:" not in left
    assert left.startswith(f"# From the candidate {ID}, promoted on 2026-03-02.\n[[theme]]\n")


def test_statements_are_chosen() -> None:
    """No sentence twice, none that is known, none in other letters, too short, too long, or beside the point."""
    some = [
        *PASSAGES,
        passage(SAID[0][0].upper(), "en"),
        passage("Too short.", "en"),
        passage("long " * 200, "en"),
        passage(SAID[1][0], "en"),
        passage("Das liest hier niemand, und das ist gut so.", "de"),
        passage("This is beside the point of it all.", "en", telling=False),
    ]
    assert statements(some, [SAID[2][0]]) == {"en": [SAID[0][0]], "ru": [SAID[1][0]]}


@given(st.text(), st.lists(st.text(), max_size=4), st.lists(st.tuples(st.text(), st.sampled_from(["en", "ru", "zh"]))))
def test_whatever_was_said_it_is_a_theme(label: str, phrases: list[str], said: list[tuple[str, str]]) -> None:
    """Nothing in a label, a phrase or a sentence breaks the file, or adds to it."""
    passages = [passage(*one) for one in [*said, SAID[0]]]
    (theme,) = parsed(block(ID, "border", label, phrases, phrases[::-1], passages, DAY, to_edit=False)).themes
    assert theme.id == "border"
    assert {one.text for one in theme.statements} <= {" ".join(one.sentence.split()) for one in passages}


@pytest.mark.parametrize(("text", "theme"), [(SHIPPED, THEME), (SMALL.replace("\n", "\r\n"), "grain")])
def test_a_theme_is_taught(text: str, theme: str) -> None:
    """New statements stand at the head of their lists, and all other lines are as they were."""
    after = taught(text, theme, MORE, "From a candidate.")
    added = [
        line for line in after.splitlines() if line.strip() in {f'"{t}",' for texts in MORE.values() for t in texts}
    ]
    assert len(added) == 2
    newline = "\r\n" if "\r\n" in text else "\n"
    rest = [line for line in after.split(newline) if line not in added and "From a candidate." not in line]
    assert rest == text.split(newline)
    assert text.split(newline)[place_of_statements(text, theme) - 1] == "[theme.statements]"


def test_lists_that_are_not_there() -> None:
    """A theme without statements gets its table, one on a single line stays whole."""
    assert {one.text for one in parsed(taught(TWO, "gas", MORE, "New.")).themes[0].statements} == {
        text for texts in MORE.values() for text in texts
    }
    one_line = f'{TWO}[theme.statements]\n"en" = ["One two three.", "Four five six."] # so\n'
    after = taught(one_line, "grain", MORE, "New.")
    assert len(parsed(after).themes[1].statements) == 4
    assert '  "One two three.", "Four five six."] # so\n' in after
    assert with_lines(TWO, "gas", {}) == TWO


def test_what_no_command_teaches() -> None:
    """A file that is written otherwise is left to its author."""
    otherwise = TWO.replace("[theme.phrases.en]\n", 'statements = { en = ["One two three."] }\n[theme.phrases.en]\n', 1)
    for text in (otherwise.replace('[theme.contrast]\ngrain = "There what is eaten."\n', "", 1), otherwise):
        with pytest.raises(SettingsError):
            taught(text, "gas", MORE, "New.")


def test_offers_are_left_out_again() -> None:
    """What is offered at the head of a theme's lists is gone when the file is saved."""
    offered = with_lines(TWO, "gas", offers(PASSAGES, ID))
    assert offered.count("\n#: ") == 6
    assert without_offers(with_lines(SHIPPED, THEME, offers(PASSAGES, ID))) == SHIPPED
