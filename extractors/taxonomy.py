"""A themes file, already read, becomes the themes that are scored. Pure; every mistake is reported at once."""

from __future__ import annotations

import difflib
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from extractors.gate import LANGUAGES
from extractors.phrases import GAP
from extractors.theme_words import FEWEST, length, name_of, other_script, phrase_spelling, spelling, tells_nothing
from extractors.themes import SCORER
from warehouse.records import Contrast, Phrase, Statement, Taxonomy, Theme

MOST_THEMES = 200
MOST_PHRASES = 1_500  # per theme, all languages together
MOST_TEXTS = 1_000  # in one list

_LONGEST = {
    "id": 64,
    "label": 100,
    "definition": 500,
    "statement": 600,
    "phrase": 100,
    "entity": 100,
    "contrast": 300,
}  # characters
_ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
_KEYS = ("id", "label", "definition", "entities", "contrast", "statements", "counter", "phrases")
_GONE = {"confusions": 'is gone: under [theme.contrast], write a line other-id = "how to tell them apart" for each'}
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
    for reader, theme in zip(readers, themes, strict=True):
        _check_contrasts(reader, theme, [other.id for other in themes if other.id])
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
            reader.wrong(key, _GONE.get(key) or _unknown(_KEYS))
    if not reader.table.get("phrases") and not reader.table.get("statements"):
        reader.wrong("phrases", "is missing, as is statements: a theme is known by either; give [theme.phrases.en]")
    statements, counter = _statements(reader, "statements"), _statements(reader, "counter")
    _check_repeated(reader, statements, counter)
    return Theme(
        id=_id(reader),
        label=reader.text("label", reader.table.get("label"), "label"),
        definition=reader.text("definition", reader.table.get("definition"), "definition"),
        statements=tuple(statements.values()),
        counter=tuple(counter.values()),
        phrases=_phrases(reader),
        entities=reader.texts("entities", reader.table["entities"], "entity") if "entities" in reader.table else (),
        contrasts=_contrasts(reader),
    )


def _id(reader: _Reader) -> str:
    name = reader.text("id", reader.table.get("id"), "id")
    if name and not _ID.fullmatch(name):
        reader.wrong("id", 'will not do: use small letters, digits and single hyphens, such as "arctic-shipping"')
    return name


# --- statements -----------------------------------------------------------------------------------


def _statements(reader: _Reader, key: str) -> dict[str, Statement]:
    """The statements under `key`, each by its path."""
    found = {
        f"{key}.{language}[{number}]": Statement(text, language)
        for language, values in reader.tables(key).items()
        for number, text in enumerate(reader.texts(f"{key}.{language}", values, "statement"), 1)
        if text
    }
    for path, statement in found.items():
        written = other_script(statement.text, statement.language)
        if written:
            belongs = f"written in {name_of(written)}: move it to {key}.{written}"
            reader.wrong(path, f"is not {name_of(statement.language)}, but {belongs}")
        elif length(statement.text, statement.language) < FEWEST[statement.language]:
            unit = "characters" if statement.language == "zh" else "words"
            reader.wrong(path, f"is no sentence: write one of at least {FEWEST[statement.language]} {unit}")
    return found


def _check_repeated(reader: _Reader, statements: Mapping[str, Statement], counter: Mapping[str, Statement]) -> None:
    first: dict[str, str] = {}
    for path, statement in [*statements.items(), *counter.items()]:
        said = spelling(statement.text)
        earlier = first.setdefault(said, path) if said else path
        if earlier == path:
            continue
        if path in counter and earlier in statements:
            reader.wrong(path, f"is {earlier} too: it makes the theme's point or only sounds like it; keep one")
        else:
            reader.wrong(path, f"says the same as {earlier}: keep one")


# --- phrases --------------------------------------------------------------------------------------


def _phrases(reader: _Reader) -> tuple[Phrase, ...]:
    phrases = [
        phrase
        for language, lists in reader.tables("phrases").items()
        for phrase in _phrases_of(reader, language, lists)
    ]
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
    found = {
        f"{path}.{strength}[{number}]": Phrase(text, language, strength)
        for strength in _STRENGTHS
        if strength in lists
        for number, text in enumerate(reader.texts(f"{path}.{strength}", lists[strength], "phrase"), 1)
        if text
    }
    _check_phrases(reader, path, found)
    return list(found.values())


def _check_phrases(reader: _Reader, path: str, phrases: Mapping[str, Phrase]) -> None:
    first: dict[str, Phrase] = {}
    for at, phrase in phrases.items():
        text = phrase.text
        known = first.setdefault(phrase_spelling(text), phrase)
        if known.strength != phrase.strength:
            reader.wrong(path, f'has "{text}" under strong and under weak: keep one')
        elif known is not phrase:
            reader.wrong(path, f'has "{text}" more than once: keep one')
        if GAP in text.split() and not all(part.strip() for part in f" {text} ".split(f" {GAP} ")):
            reader.wrong(path, f'has "{text}": write words before and after {GAP}')
        elif reason := tells_nothing(text, phrase.language):
            reader.wrong(at, f'"{text}" would match nearly everything, for it {reason}: say more, or take it out')


# --- contrasts ------------------------------------------------------------------------------------


def _contrasts(reader: _Reader) -> tuple[Contrast, ...]:
    table = reader.table.get("contrast", {})
    if not isinstance(table, dict):
        reader.wrong("contrast", 'is no table: under [theme.contrast], write other-id = "how to tell them apart"')
        return ()
    return tuple(Contrast(other, reader.text(f"contrast.{other}", how, "contrast")) for other, how in table.items())


def _check_contrasts(reader: _Reader, theme: Theme, known: Sequence[str]) -> None:
    for contrast in theme.contrasts:
        if contrast.theme_id not in known:
            close = difflib.get_close_matches(contrast.theme_id, known, n=1)
            instead = f'did you mean "{close[0]}"?' if close else "take the line out, or correct the id"
            reader.wrong(f"contrast.{contrast.theme_id}", f"names no theme of this file: {instead}")
        elif contrast.theme_id == theme.id:
            reader.wrong(f"contrast.{contrast.theme_id}", "is this theme itself: name another, or take the line out")


def _repeated(themes: Sequence[Theme]) -> list[tuple[str, str]]:
    first: dict[str, int] = {}
    return [
        (f'theme[{number}].id ("{theme.id}")', f"is the id of theme[{first[theme.id]}] too: give each its own")
        for number, theme in enumerate(themes, 1)
        if theme.id and first.setdefault(theme.id, number) != number
    ]


def _unknown(known: Sequence[str]) -> str:
    return f"is no key that Amur knows; known are {', '.join(known)}"
