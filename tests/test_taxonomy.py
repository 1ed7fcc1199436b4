"""A themes file becomes a taxonomy, or every mistake in it is reported."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractors.taxonomy import MOST_PHRASES, MOST_TEXTS, ThemeError, parse_themes
from extractors.themes import SCORER
from warehouse.records import Contrast, Phrase, Statement, Theme

DEFAULTS = Path(__file__).parents[1] / "flows" / "defaults" / "themes.toml"


def theme(**changes: Any) -> dict[str, Any]:
    good = {"id": "ferries", "label": "Ferries", "definition": "x", "phrases": {"en": {"strong": ["car ferry"]}}}
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def complaints(*themes: object, **others: object) -> dict[str, str]:
    with pytest.raises(ThemeError) as raised:
        parse_themes({"theme": list(themes), **others})
    return dict(raised.value.complaints)


def test_parsed_themes() -> None:
    """Statements and phrases keep their language, in the languages' order, and strong phrases come first."""
    table = tomllib.loads("""
        [[theme]]
        id = "ferries"
        label = "  Ferries  over the river"
        definition = "Boats."
        entities = ["Amur"]
        [theme.contrast]
        bridges = "There they walk."
        [theme.statements]
        zh = ["渡船今天开了。", "渡輪今天開了。"]
        en = ["The ferry  left."]
        [theme.counter]
        ru = ["Паромов больше нет, писал CNPC."]
        [theme.phrases.ru]
        strong = ["паром"]
        [theme.phrases.en]
        weak = ["boat"]
        strong = ["car ferry", "(a+)+$ .. ferry"]
        [[theme]]
        id = "bridges"
        label = "Bridges"
        definition = "Not boats."
        [theme.statements]
        en = ["The ferry  left."]
    """)
    taxonomy = parse_themes(table)
    assert taxonomy.scorer == SCORER
    assert taxonomy.themes[1].statements == (Statement("The ferry left.", "en"),)
    assert taxonomy.themes[:1] == (
        Theme(
            id="ferries",
            label="Ferries over the river",
            definition="Boats.",
            statements=(
                Statement("The ferry left.", "en"),
                Statement("渡船今天开了。", "zh"),
                Statement("渡輪今天開了。", "zh"),
            ),
            counter=(Statement("Паромов больше нет, писал CNPC.", "ru"),),
            phrases=(
                Phrase("car ferry", "en", "strong"),
                Phrase("(a+)+$ .. ferry", "en", "strong"),
                Phrase("boat", "en", "weak"),
                Phrase("паром", "ru", "strong"),
            ),
            entities=("Amur",),
            contrasts=(Contrast("bridges", "There they walk."),),
        ),
    )


def test_default_themes() -> None:
    """Amur comes with nineteen themes, each with a definition, statements, and strong and weak English phrases."""
    taxonomy = parse_themes(tomllib.loads(DEFAULTS.read_text(encoding="utf-8")))
    assert len(taxonomy.themes) == 19
    for one in taxonomy.themes:
        assert one.definition
        assert one.statements
        assert {phrase.strength for phrase in one.phrases if phrase.language == "en"} == {"strong", "weak"}


def test_the_example_at_the_head_of_the_default_themes() -> None:
    """The form that themes.toml teaches in its first lines is one that Amur reads, all of it."""
    text = DEFAULTS.read_text(encoding="utf-8")
    example = text[text.index("#   [[theme]]") : text.index("# What a theme is known by")]
    lines = [line.removeprefix("#").strip() for line in example.splitlines()]
    table = tomllib.loads("\n".join(lines).replace(', "…"', ""))
    taught = parse_themes({"theme": [*table["theme"], theme(id="energy-leverage")]}).themes[0]
    assert {statement.language for statement in taught.statements} == {"en", "ru", "zh"}
    for held in (taught.counter, taught.phrases, taught.entities, taught.contrasts):
        assert held


def test_identity() -> None:
    """What decides scores changes the taxonomy's id; what is for people, and the order, does not."""
    some = {"en": ["The ferry left.", "It came back."]}
    whole = theme(statements=some, contrast={"bridges": "x"})
    bridges = theme(id="bridges")

    def id_of(**changes: Any) -> str:
        return parse_themes({"theme": [{**whole, **changes}, bridges]}).id

    for change in ({"label": "Boats"}, {"definition": "y"}, {"contrast": {}}, {"statements": {"en": some["en"][::-1]}}):
        assert id_of(**change) == id_of()
    changed = [
        id_of(phrases={"en": {"weak": ["car ferry"]}}),
        id_of(statements={"en": ["The ferry left."]}),
        id_of(statements={}, counter=some),
        id_of(counter={"en": ["The bridge fell down."]}),
        id_of(entities=["Amur"]),
    ]
    assert len({id_of(), *changed}) == 1 + len(changed)
    taxonomy = parse_themes({"theme": [whole, bridges]})
    assert replace(taxonomy, scorer="another").id != taxonomy.id


@pytest.mark.parametrize(
    ("changes", "path", "message"),
    [
        ({"id": None}, "theme[1].id", "is missing"),
        ({"id": "Two Words"}, "theme[1].id", "will not do"),
        ({"id": "'); DROP TABLE x;--"}, "theme[1].id", "will not do"),
        ({"id": "../../etc"}, "theme[1].id", "will not do"),
        ({"id": "a" * 65}, 'theme[1].id ("' + "a" * 65 + '")', "has 65 characters"),
        ({"label": 7}, 'theme[1].label ("ferries")', "is no text"),
        ({"label": " "}, 'theme[1].label ("ferries")', "is no text"),
        ({"label": "😀" * 1000}, 'theme[1].label ("ferries")', "has 1000 characters"),
        ({"label": "a\x00b"}, 'theme[1].label ("ferries")', "U+0000"),
        ({"label": "a\u202eb"}, 'theme[1].label ("ferries")', "U+202E"),
        ({"colour": "red"}, 'theme[1].colour ("ferries")', "is no key"),
        ({"phrases": None}, 'theme[1].phrases ("ferries")', "is missing"),
        ({"phrases": {}}, 'theme[1].phrases ("ferries")', "is missing"),
        ({"phrases": {}, "statements": {}}, 'theme[1].phrases ("ferries")', "is missing, as is statements"),
        ({"confusions": ["bridges"]}, 'theme[1].confusions ("ferries")', "under [theme.contrast], write a line"),
        ({"phrases": ["x"]}, 'theme[1].phrases ("ferries")', "[theme.phrases.en]"),
        ({"phrases": {"de": {"strong": ["xx"]}}}, 'theme[1].phrases.de ("ferries")', "known are en, ru, zh"),
        ({"phrases": {"en": {}}}, 'theme[1].phrases.en ("ferries")', "is empty"),
        ({"phrases": {"en": ["x"]}}, 'theme[1].phrases.en ("ferries")', "is no table"),
        ({"phrases": {"en": {"strong": []}}}, 'theme[1].phrases.en.strong ("ferries")', "is empty"),
        ({"phrases": {"en": {"strong": "x"}}}, 'theme[1].phrases.en.strong ("ferries")', "is no list"),
        ({"phrases": {"en": {"strnog": ["x"]}}}, 'theme[1].phrases.en.strnog ("ferries")', "known are strong, weak"),
        ({"phrases": {"en": {"weak": ["xx", 1]}}}, 'theme[1].phrases.en.weak[2] ("ferries")', "is no text"),
        ({"phrases": {"en": {"weak": ["x" * 101]}}}, 'theme[1].phrases.en.weak[1] ("ferries")', "has 101"),
        (
            {"phrases": {"en": {"weak": ["Car ferry", "car  ferry"]}}},
            'theme[1].phrases.en ("ferries")',
            "more than once",
        ),
        (
            {"phrases": {"ru": {"strong": ["полёт"], "weak": ["полет"]}}},
            'theme[1].phrases.ru ("ferries")',
            "under strong",
        ),
        ({"phrases": {"en": {"strong": ["xx .."]}}}, 'theme[1].phrases.en ("ferries")', "before and after .."),
        ({"phrases": {"en": {"weak": ["boat", "the"]}}}, 'theme[1].phrases.en.weak[2] ("ferries")', "every text has"),
        ({"phrases": {"ru": {"strong": ["Россия и Китай"]}}}, 'theme[1].phrases.ru.strong[1] ("ferries")', "two sides"),
        ({"phrases": {"zh": {"strong": ["船"]}}}, 'theme[1].phrases.zh.strong[1] ("ferries")', "single character"),
        ({"contrast": ["bridges"]}, 'theme[1].contrast ("ferries")', 'other-id = "how to tell them apart"'),
        ({"contrast": {"ferry": "x"}}, 'theme[1].contrast.ferry ("ferries")', 'did you mean "ferries"?'),
        ({"contrast": {"zzz": "x"}}, 'theme[1].contrast.zzz ("ferries")', "names no theme of this file"),
        ({"contrast": {"ferries": "x"}}, 'theme[1].contrast.ferries ("ferries")', "is this theme itself"),
        ({"contrast": {"bridges": "x" * 301}}, 'theme[1].contrast.bridges ("ferries")', "has 301 characters"),
        ({"contrast": {"bridges": 1}}, 'theme[1].contrast.bridges ("ferries")', "is no text"),
        ({"statements": ["x"]}, 'theme[1].statements ("ferries")', "[theme.statements.en]"),
        ({"statements": {"en": []}}, 'theme[1].statements.en ("ferries")', "is empty"),
        ({"statements": {"de": ["x"]}}, 'theme[1].statements.de ("ferries")', "known are en, ru, zh"),
        ({"statements": {"en": ["Two words"]}}, 'theme[1].statements.en[1] ("ferries")', "at least 3 words"),
        ({"statements": {"zh": ["中国渡船。"]}}, 'theme[1].statements.zh[1] ("ferries")', "at least 6 characters"),
        ({"statements": {"en": ["a b c " + "x" * 600]}}, 'theme[1].statements.en[1] ("ferries")', "at most 600"),
        ({"counter": {"en": ["Паром ушёл утром."]}}, 'theme[1].counter.en[1] ("ferries")', "move it to counter.ru"),
        ({"counter": {"ru": ["渡船今天开了。"]}}, 'theme[1].counter.ru[1] ("ferries")', "move it to counter.zh"),
        (
            {"statements": {"en": ["The ferry left.", "Nobody saw it.", "the ferry LEFT"]}},
            'theme[1].statements.en[3] ("ferries")',
            "says the same as statements.en[1]: keep one",
        ),
        (
            {"statements": {"en": ["The ferry left."]}, "counter": {"en": ["The ferry left!"]}},
            'theme[1].counter.en[1] ("ferries")',
            "is statements.en[1] too",
        ),
        (
            {"counter": {"en": ["The ferry left.", "The ferry left!"]}},
            'theme[1].counter.en[2] ("ferries")',
            "says the same as counter.en[1]",
        ),
        ({"entities": "Amur"}, 'theme[1].entities ("ferries")', "is no list"),
    ],
)
def test_mistakes(changes: dict[str, Any], path: str, message: str) -> None:
    """A mistake is named with its path, and what would be right."""
    found = complaints(theme(**changes), theme(id="bridges"))
    assert list(found) == [path]
    assert message in found[path]


def test_either_phrases_or_statements() -> None:
    """A theme may be known by its statements alone."""
    alone = theme(phrases=None, statements={"en": ["The ferry left."]})
    assert parse_themes({"theme": [alone]}).themes[0].phrases == ()


def test_too_many() -> None:
    """A theme of thousands of phrases is refused, over all its lists together, and so is an endless list."""
    third = MOST_PHRASES // 3 + 1
    lists = {language: {"weak": [f"{language} {number}" for number in range(third)]} for language in ("en", "ru", "zh")}
    assert f"at most {MOST_PHRASES}" in complaints(theme(phrases=lists))['theme[1].phrases ("ferries")']
    endless = complaints(theme(statements={"en": ["x"] * 10_000}))
    assert endless == {'theme[1].statements.en ("ferries")': f"has 10000 entries: at most {MOST_TEXTS} will do"}


def test_all_at_once() -> None:
    """All mistakes of all themes are reported together, the same id twice among them."""
    found = complaints(theme(), theme(label=None, extra=1), theme(id="Ö"), themes=3)
    assert list(found) == [
        "themes",
        'theme[2].extra ("ferries")',
        'theme[2].label ("ferries")',
        "theme[3].id",
        'theme[2].id ("ferries")',
    ]
    assert found['theme[2].id ("ferries")'] == "is the id of theme[1] too: give each its own"


@pytest.mark.parametrize("tables", [[], None, "x", ["x"], {"id": "x"}])
def test_no_themes(tables: object) -> None:
    """A file without a theme is refused, and told how a theme begins."""
    with pytest.raises(ThemeError, match=r"\[\[theme\]\]"):
        parse_themes({} if tables is None else {"theme": tables})
