"""A themes file, already read, becomes the themes that are scored. Pure; every mistake is reported at once."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from extractors.gate import LANGUAGES
from extractors.phrases import GAP
from extractors.themes import SCORER
from warehouse.records import Phrase, Taxonomy, Theme

MOST_THEMES = 200
MOST_PHRASES = 500  # per theme, all languages together
MOST_TEXTS = 500  # statements, entities or confusions of a theme

_LONGEST = {
    "id": 64,
    "label": 100,
    "definition": 500,
    "statement": 1000,
    "phrase": 100,
    "entity": 100,
    "confusion": 200,
}  # characters
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = ("id", "label", "definition", "entities", "confusions", "statements", "phrases")
_STRENGTHS: tuple[Literal["strong", "weak"], ...] = ("strong", "weak")


class ThemeError(Exception):
    """The themes cannot be used as they are; `complaints` holds (path, what would be right) for every mistake."""

    def __init__(self, complaints: Iterable[tuple[str, str]]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(f"{path}: {message}" if path else message for path, message in self.complaints))


def parse_themes(mapping: Mapping[str, Any]) -> Taxonomy:
    """The taxonomy of a themes file that TOML has read. Raises `ThemeError` with every mistake in it."""
    complaints = [(key, _unknown(["theme"])) for key in mapping if key != "theme"]
    tables = mapping.get("theme", [])
    if not isinstance(tables, list) or not all(isinstance(table, dict) for table in tables):
        raise ThemeError([*complaints, ("theme", "will not do: begin every theme with a line [[theme]]")])
    if not 1 <= len(tables) <= MOST_THEMES:
        complaints.append(("", f"has {len(tables)} themes: give at least one [[theme]] and at most {MOST_THEMES}"))
    readers = [_Reader(table, f"theme[{number}]") for number, table in enumerate(tables, 1)]
    themes = tuple(_theme(reader) for reader in readers)
    complaints += [complaint for reader in readers for complaint in reader.complaints]
    complaints += _repeated(themes)
    if complaints:
        raise ThemeError(complaints)
    return Taxonomy(themes, SCORER)


@dataclass
class _Reader:
    """One [[theme]], and what is wrong with it."""

    table: Mapping[str, Any]
    place: str
    complaints: list[tuple[str, str]] = field(default_factory=list)

    def wrong(self, path: str, message: str) -> None:
        name = self.table.get("id")
        called = f' ("{name}")' if isinstance(name, str) and _ID.fullmatch(name) else ""
        self.complaints.append((f"{self.place}.{path}{called}", message))

    def text(self, key: str, value: object, kind: str) -> str:
        """`value` as a line of text, "" where it is none."""
        if not isinstance(value, str) or not value.strip():
            self.wrong(key, "is missing: give a text in quotes" if value is None else "is no text: write it in quotes")
            return ""
        unseen = sorted({letter for letter in value if not letter.isprintable()})
        if unseen:
            self.wrong(key, f"holds what cannot be seen (U+{ord(unseen[0]):04X}): take it out")
        if len(value) > _LONGEST[kind]:
            self.wrong(key, f"has {len(value)} characters: at most {_LONGEST[kind]} will do")
        return " ".join(value.split())

    def texts(self, key: str, values: object, kind: str) -> tuple[str, ...]:
        """`values` as a list of texts, () where it is none."""
        if not isinstance(values, list):
            self.wrong(key, f'is no list: write ["…", "…"], one {kind} in quotes each')
            return ()
        if not values:
            self.wrong(key, f"is empty: give at least one {kind}, or take the line out")
        if len(values) > MOST_TEXTS:
            self.wrong(key, f"has {len(values)} entries: at most {MOST_TEXTS} will do")
            return ()
        return tuple(self.text(f"{key}[{number}]", value, kind) for number, value in enumerate(values, 1))

    def tables(self, key: str) -> Mapping[str, Any]:
        """What stands under `key` per language."""
        tables = self.table.get(key, {})
        if not isinstance(tables, dict):
            self.wrong(key, f"belongs to a language: write [theme.{key}.en], [theme.{key}.ru] or [theme.{key}.zh]")
            return {}
        for language in tables:
            if language not in LANGUAGES:
                self.wrong(f"{key}.{language}", _unknown(LANGUAGES))
        return {language: tables[language] for language in LANGUAGES if language in tables}


def _theme(reader: _Reader) -> Theme:
    for key in reader.table:
        if key not in _KEYS:
            reader.wrong(key, _unknown(_KEYS))
    return Theme(
        id=_id(reader),
        label=reader.text("label", reader.table.get("label"), "label"),
        definition=reader.text("definition", reader.table.get("definition"), "definition"),
        statements=_statements(reader),
        phrases=_phrases(reader),
        entities=reader.texts("entities", reader.table["entities"], "entity") if "entities" in reader.table else (),
        confusions=(
            reader.texts("confusions", reader.table["confusions"], "confusion") if "confusions" in reader.table else ()
        ),
    )


def _id(reader: _Reader) -> str:
    name = reader.text("id", reader.table.get("id"), "id")
    if name and not _ID.fullmatch(name):
        reader.wrong("id", 'will not do: use small letters, digits and single hyphens, such as "arctic-shipping"')
    return name


def _statements(reader: _Reader) -> tuple[str, ...]:
    return tuple(
        statement
        for language, values in reader.tables("statements").items()
        for statement in reader.texts(f"statements.{language}", values, "statement")
    )


def _phrases(reader: _Reader) -> tuple[Phrase, ...]:
    phrases = [
        phrase
        for language, lists in reader.tables("phrases").items()
        for phrase in _phrases_of(reader, language, lists)
    ]
    if "phrases" not in reader.table or reader.table["phrases"] == {}:
        reader.wrong("phrases", "is missing: a theme is found by its phrases; give them under [theme.phrases.en]")
    if len(phrases) > MOST_PHRASES:
        reader.wrong("phrases", f"has {len(phrases)} phrases: at most {MOST_PHRASES} will do")
    return tuple(phrases)


def _phrases_of(reader: _Reader, language: str, lists: object) -> list[Phrase]:
    path = f"phrases.{language}"
    if not isinstance(lists, dict):
        reader.wrong(path, "is no table: write strong = [...] and weak = [...] under it")
        return []
    for key in lists:
        if key not in _STRENGTHS:
            reader.wrong(f"{path}.{key}", _unknown(_STRENGTHS))
    if not lists:
        reader.wrong(path, 'is empty: give strong = ["…"] or weak = ["…"], or take it out')
    phrases: list[Phrase] = []
    for strength in _STRENGTHS:
        if strength in lists:
            texts = reader.texts(f"{path}.{strength}", lists[strength], "phrase")
            phrases += [Phrase(text, language, strength) for text in texts]
    _check_phrases(reader, path, [phrase.text for phrase in phrases])
    return phrases


def _check_phrases(reader: _Reader, path: str, texts: Sequence[str]) -> None:
    for text in sorted({text for text in texts if text and texts.count(text) > 1}):
        reader.wrong(path, f'has "{text}" more than once: keep one')
    for text in texts:
        if GAP in text.split() and not all(part.strip() for part in f" {text} ".split(f" {GAP} ")):
            reader.wrong(path, f'has "{text}": write words before and after {GAP}')


def _repeated(themes: Sequence[Theme]) -> list[tuple[str, str]]:
    first: dict[str, int] = {}
    return [
        (f'theme[{number}].id ("{theme.id}")', f"is the id of theme[{first[theme.id]}] too: give each its own")
        for number, theme in enumerate(themes, 1)
        if theme.id and first.setdefault(theme.id, number) != number
    ]


def _unknown(known: Sequence[str]) -> str:
    return f"is no key that Amur knows; known are {', '.join(known)}"
