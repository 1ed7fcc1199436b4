"""themes.toml, edited in place: a command changes the lines of its theme, and all others stay byte for byte.

What an edit makes is read again and compared with what was meant before it takes the file's place.
"""

from __future__ import annotations

import re
import tomllib
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path

from extractors.taxonomy import ThemeError, parse_themes
from flows.complaints import Complaint, SettingsError
from flows.editing import put, read_text, turn
from warehouse.records import Taxonomy

NAME = "themes.toml"
RETIRED = "retired-themes.toml"  # what was taken out of use, for whoever wants it back; nothing reads it
TYPED = "themes.typed.toml"  # what somebody typed and has to correct

BY_HAND = "is written in a way that no command edits: change it by hand"

_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # not splitlines: only line feeds end a line of TOML
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*(?:theme|\"theme\"|'theme')[ \t]*\]\][ \t]*(?:#.*)?\s*")
_TABLE = re.compile(r"[ \t]*\[[ \t]*theme[ \t]*\.[ \t]*(\w+)")
# Commented out only as `begin` writes it: the file's first lines explain themselves by the example of a theme.
_NAMED = re.compile(r"(?:[ \t]*|# )id[ \t]*=[ \t]*([\"'])([^\"'\n]*)\1")
_ASIDE = "# Retired on {day}. To have it again, put the block back into themes.toml.\n"
_RETIRED_HEAD = (
    "# Themes that are out of use. Amur does not read this file; what was found of them stays in the warehouse.\n"
)

# Commented out, so that a pass that comes by before it is filled in finds nothing wrong.
_NEW = """\
# A theme to be filled in: take the "# " away from its lines, and the lines out that you leave empty.
# [[theme]]
# id = "{id}"
# label = "{label}"
# definition = "One sentence that says what belongs here."
# entities = []  # names that often go with it
#
# [theme.contrast]  # other-id = "how to tell them apart"
#
# [theme.statements]  # whole sentences that make its point, fifteen or more in each language
# en = [
#   "",
# ]
# ru = [
#   "",
# ]
# zh = [
#   "",
# ]
#
# [theme.counter]  # sentences that sound like it, and are not it
# en = [
#   "",
# ]
#
# [theme.phrases.en]
# strong = [""]
# weak = [""]
"""


@dataclass(frozen=True, slots=True)
class Retirement:
    """What taking a theme out of use did; `contrasts` are themes that named it."""

    theme: str
    contrasts: tuple[str, ...]


def parsed(text: str, name: str = NAME) -> Taxonomy:
    """The themes in a text. Raises `SettingsError` with every mistake in it."""
    try:
        return parse_themes(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([Complaint(name, "", f"is not TOML: {error}")]) from error
    except ThemeError as error:
        raise SettingsError(Complaint(name, path, message) for path, message in error.complaints) from error


def begin(file: Path, theme_id: str, label: str) -> int:
    """Append a block for a new theme, to be filled in; the number of the line with its id. Raises `SettingsError`."""
    file = file.resolve()  # what a link leads to is edited, and the link stays
    with turn(file):
        raw, text = read_text(file)
        newline = "\r\n" if "\r\n" in text else "\n"
        before = text if not text or text.endswith("\n") else text + newline
        block = _NEW.format(id=theme_id, label=label).replace("\n", newline)
        after = f"{before}{newline}{newline}{block}"
        _put(file, raw, after)
    return place_of(after, theme_id) or after.count("\n")


def place_of(text: str, theme_id: str) -> int | None:
    """The number of the line that gives a theme's id, also where it is commented out; None where there is none."""
    return dict(reversed(_named(text))).get(theme_id)


def ids(text: str) -> list[str]:
    """The ids of all themes in a text, whatever mistakes it has, and of those that are commented out."""
    return [theme_id for theme_id, _ in _named(text)]


def is_retired(file: Path, theme_id: str) -> bool:
    """Whether the file of those that are out of use, beside `file`, holds a theme's block."""
    beside = file.with_name(RETIRED)
    return beside.exists() and theme_id in ids(read_text(beside)[1])


def retire(file: Path, theme_id: str, day: date) -> Retirement:
    """Move a theme's block to the file of those that are out of use, and take it out of the contrasts of others.

    Raises `SettingsError`, with themes.toml as it was, when it cannot be read, written, or used after the change.
    """
    file = file.resolve()
    with turn(file):
        raw, text = read_text(file)
        before = parsed(text, file.name)
        parts = blocks(text)
        if len(parts) != len(before.themes) + 1:
            raise SettingsError([Complaint(file.name, "theme", "cannot be edited: begin each with a line [[theme]]")])
        at = next(n for n, theme in enumerate(before.themes, 1) if theme.id == theme_id)
        core, below = _core(parts[at])
        parts[at] = below
        rest = [_without_contrast(part, theme_id) for part in parts]
        after = "".join(rest).rstrip("\r\n") + ("\r\n" if "\r\n" in text else "\n")
        _require(after, before, theme_id, file)
        _keep(file.with_name(RETIRED), core, day)  # first: killed in between, it is in both and not in neither
        _put(file, raw, after)
    named = tuple(t.id for t in before.themes if theme_id in {c.theme_id for c in t.contrasts})
    return Retirement(theme_id, named)


def replace_text(file: Path, before: bytes, text: str) -> bool:
    """Put `text` in the file's place; False when it is not `before` any more that is there. Raises `SettingsError`."""
    file = file.resolve()
    with turn(file):
        return put(file, before, text)


def blocks(text: str) -> list[str]:
    """What stands before the first theme, then each theme, with the comment right above it."""
    parts = [""]
    aside = ""  # comment lines that may belong to the theme below
    for line in _LINE.findall(text):
        if _HEADER.fullmatch(line):
            parts.append(aside + line)
            aside = ""
        elif line.lstrip().startswith("#"):
            aside += line
        else:
            parts[-1] += aside + line
            aside = ""
    parts[-1] += aside
    return parts


def _named(text: str) -> list[tuple[str, int]]:
    """Each line that gives a theme's id, as (id, number of the line)."""
    numbered = ((_NAMED.match(line), n) for n, line in enumerate(_LINE.findall(text), 1))
    return [(match[2], n) for match, n in numbered if match]


def _core(block: str) -> tuple[str, str]:
    """A theme up to its last line, and the comments below it, which are about something else."""
    lines = _LINE.findall(block)
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    below = "".join(lines[end:])
    return "".join(lines[:end]), below if below.strip() else ""


def _without_contrast(block: str, theme_id: str) -> str:
    kept, table = [], ""
    names_it = re.compile(rf"[ \t]*([\"']?){re.escape(theme_id)}\1[ \t]*=")
    for line in _LINE.findall(block):
        header = _TABLE.match(line)
        table = header[1] if header else table
        if table != "contrast" or not names_it.match(line):
            kept.append(line)
    return "".join(kept)


def _require(text: str, before: Taxonomy, gone: str, file: Path) -> None:
    """Raises `SettingsError` unless `text` says what `before` says, but for one theme."""
    try:
        after = parse_themes(tomllib.loads(text))
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([Complaint(file.name, "", BY_HAND)]) from error
    except ThemeError as error:
        mistakes = [
            Complaint(file.name, path, f"{message} (nothing was changed)") for path, message in error.complaints
        ]
        raise SettingsError(mistakes) from error
    meant = tuple(
        replace(theme, contrasts=tuple(contrast for contrast in theme.contrasts if contrast.theme_id != gone))
        for theme in before.themes
        if theme.id != gone
    )
    if after.themes != meant:
        raise SettingsError([Complaint(file.name, "", BY_HAND)])


def _keep(file: Path, block: str, day: date) -> None:
    try:
        if not file.exists():
            file.write_text(_RETIRED_HEAD, encoding="utf-8")
        raw, text = read_text(file)
    except OSError as error:
        raise SettingsError([Complaint(file.name, "", f"cannot be written: {error.strerror}")]) from error
    if block.strip() not in text:
        _put(file, raw, f"{text.rstrip()}\n\n\n{_ASIDE.format(day=day.isoformat())}{block.strip()}\n")


def _put(file: Path, before: bytes, text: str) -> None:
    if not put(file, before, text):
        raise SettingsError([Complaint(file.name, "", "was saved by somebody else at the same moment: try again")])
