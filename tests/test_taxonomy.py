"""A themes file becomes a taxonomy, or every mistake in it is reported."""

from __future__ import annotations

import tomllib
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from extractors.taxonomy import MOST_PHRASES, ThemeError, parse_themes
from extractors.themes import SCORER
from warehouse.records import Phrase, Theme

DEFAULTS = Path(__file__).parents[1] / "flows" / "defaults" / "themes.toml"


def theme(**changes: Any) -> dict[str, Any]:
    good = {"id": "ferries", "label": "Ferries", "definition": "x", "phrases": {"en": {"strong": ["car ferry"]}}}
    return {key: value for key, value in {**good, **changes}.items() if value is not None}


def complaints(*themes: object, **others: object) -> dict[str, str]:
    with pytest.raises(ThemeError) as raised:
        parse_themes({"theme": list(themes), **others})
    return dict(raised.value.complaints)


def test_parsed_themes() -> None:
    """Statements are joined over the languages, phrases keep theirs, and strong ones come first."""
    table = tomllib.loads("""
        [[theme]]
        id = "ferries"
        label = "  Ferries  over the river"
        definition = "Boats."
        entities = ["Amur"]
        [theme.statements]
        zh = ["渡船开了。"]
        en = ["The ferry left."]
        [theme.phrases.ru]
        strong = ["паром"]
        [theme.phrases.en]
        weak = ["boat"]
        strong = ["car ferry", "(a+)+$ .. ferry"]
    """)
    taxonomy = parse_themes(table)
    assert taxonomy.scorer == SCORER
    assert taxonomy.themes == (
        Theme(
            id="ferries",
            label="Ferries over the river",
            definition="Boats.",
            statements=("The ferry left.", "渡船开了。"),
            phrases=(
                Phrase("car ferry", "en", "strong"),
                Phrase("(a+)+$ .. ferry", "en", "strong"),
                Phrase("boat", "en", "weak"),
                Phrase("паром", "ru", "strong"),
            ),
            entities=("Amur",),
            confusions=(),
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


def test_identity() -> None:
    """A phrase changes what is scored and so the taxonomy's id; a better label does not."""
    taxonomy = parse_themes({"theme": [theme()]})
    assert parse_themes({"theme": [theme(label="Boats")]}).id == taxonomy.id
    assert parse_themes({"theme": [theme(phrases={"en": {"weak": ["car ferry"]}})]}).id != taxonomy.id
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
        ({"phrases": ["x"]}, 'theme[1].phrases ("ferries")', "[theme.phrases.en]"),
        ({"phrases": {"de": {"strong": ["x"]}}}, 'theme[1].phrases.de ("ferries")', "known are en, ru, zh"),
        ({"phrases": {"en": {}}}, 'theme[1].phrases.en ("ferries")', "is empty"),
        ({"phrases": {"en": ["x"]}}, 'theme[1].phrases.en ("ferries")', "is no table"),
        ({"phrases": {"en": {"strong": []}}}, 'theme[1].phrases.en.strong ("ferries")', "is empty"),
        ({"phrases": {"en": {"strong": "x"}}}, 'theme[1].phrases.en.strong ("ferries")', "is no list"),
        ({"phrases": {"en": {"strnog": ["x"]}}}, 'theme[1].phrases.en.strnog ("ferries")', "known are strong, weak"),
        ({"phrases": {"en": {"weak": ["x", 1]}}}, 'theme[1].phrases.en.weak[2] ("ferries")', "is no text"),
        ({"phrases": {"en": {"weak": ["x" * 101]}}}, 'theme[1].phrases.en.weak[1] ("ferries")', "has 101"),
        ({"phrases": {"en": {"strong": ["x"], "weak": ["x"]}}}, 'theme[1].phrases.en ("ferries")', "more than once"),
        ({"phrases": {"en": {"strong": ["x .."]}}}, 'theme[1].phrases.en ("ferries")', "before and after .."),
        ({"statements": ["x"]}, 'theme[1].statements ("ferries")', "[theme.statements.en]"),
        ({"statements": {"en": []}}, 'theme[1].statements.en ("ferries")', "is empty"),
        ({"entities": "Amur"}, 'theme[1].entities ("ferries")', "is no list"),
    ],
)
def test_mistakes(changes: dict[str, Any], path: str, message: str) -> None:
    """A mistake is named with its path, and what would be right."""
    found = complaints(theme(**changes))
    assert list(found) == [path]
    assert message in found[path]


def test_too_many_phrases() -> None:
    """A theme of thousands of phrases is refused, over all its lists together."""
    half = MOST_PHRASES // 2 + 1
    lists = {strength: [f"{strength} {number}" for number in range(half)] for strength in ("strong", "weak")}
    assert "at most 500" in complaints(theme(phrases={"en": lists}))['theme[1].phrases ("ferries")']
    assert (
        "at most 500"
        in complaints(theme(phrases={"en": {"weak": ["x"] * 10_000}}))['theme[1].phrases.en.weak ("ferries")']
    )


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
