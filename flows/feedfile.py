"""feeds.toml, edited in place: a command changes the lines of its feeds, and all others stay byte for byte.

The only file that knows tomlkit. What an edit makes is read again and compared with what was meant before it takes the
file's place: no command leaves a list behind that Amur cannot read.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import Any

import tomlkit
from tomlkit.exceptions import TOMLKitError

from flows.complaints import Complaint, SettingsError
from flows.editing import put, read_text, turn
from flows.feedlist import read_feeds
from flows.secrets import Environment

Row = Mapping[str, Any]
"""One [[feed]] as it stands, unchecked."""

KEYS = ("name", "url", "publisher", "bloc", "stance", "language", "evidence", "enabled")

BY_HAND = "is written in a way that no command edits: change it by hand"

_TRIES = 3  # whoever saves the file at the same moment is waited for
_LINE = re.compile(r"[^\n]*\n|[^\n]+")  # not splitlines: only line feeds end a line of TOML
_HEADER = re.compile(r"[ \t]*\[\[[ \t]*(?:feed|\"feed\"|'feed')[ \t]*\]\][ \t]*(?:#.*)?\s*")
_ASIDE = re.compile(r"\s*(?:#.*)?\s*")  # says nothing to a machine
_END = re.compile(r"\r?\n\Z")
# A feed without the key gets it with the day of its pause, and loses it again when it is resumed.
_PAUSED = re.compile(r"\r?\n[ \t]*enabled = false  # paused \d{4}-\d\d-\d\d(?=\r?\n|\Z)")


@dataclass(frozen=True, slots=True)
class Change:
    """What to do to a list; feeds that are in it are named by their place, counted from 0."""

    add: tuple[Row, ...] = ()
    remove: frozenset[int] = frozenset()
    pause: frozenset[int] = frozenset()
    resume: frozenset[int] = frozenset()


def read_rows(file: Path) -> tuple[Row, ...]:
    """The feeds as they stand in `file`. Raises `SettingsError` when it cannot be read."""
    return _rows(read_text(file)[1], file)


def edit(file: Path, environment: Environment, change: Callable[[Sequence[Row]], Change], day: date) -> tuple[Row, ...]:
    """Change `file`, and return the feeds that it held before.

    `change` is given these, and asked again when somebody else saved in between; `day` is noted beside a pause.
    Raises `SettingsError`, with the file as it was, when it cannot be read, written, or used after the change.
    """
    file = file.resolve()  # what a link leads to is edited, and the link stays
    with turn(file):
        for _ in range(_TRIES):
            raw, text = read_text(file)
            rows = _rows(text, file)
            wanted = change(rows)
            after = _edited(text, wanted, day, file)
            if after == text:
                return rows
            _require(after, expected(rows, wanted), environment, file)
            if put(file, raw, after):
                return rows
    raise SettingsError([Complaint(file.name, "", "is saved by somebody else again and again: try it later")])


def edited(text: str, change: Change, day: date) -> str:
    """The text of a list after a change; all other feeds, and the comments around them, stay as they are."""
    gaps, cores = _parted(text)
    pieces, gap = [], gaps[0]
    for place, (core, following) in enumerate(zip(cores, gaps[1:], strict=True)):
        if place in change.remove:
            gap = _closed(gap, following, last=place == len(cores) - 1)
            continue
        pieces += [gap, _switched(core, place, change, day)]
        gap = following
    return _appended("".join((*pieces, gap)), change.add)


def expected(rows: Sequence[Row], change: Change) -> list[Row]:
    """What a list says after a change."""
    switched = change.pause | change.resume
    kept = [
        {**row, "enabled": place in change.resume} if place in switched else row
        for place, row in enumerate(rows)
        if place not in change.remove
    ]
    return [*kept, *change.add]


# --- text -----------------------------------------------------------------------------------------


def _parted(text: str) -> tuple[list[str], list[str]]:
    """What stands around the feeds, and each feed from its header to its last key: gap, feed, gap, …, feed, gap."""
    gaps, cores = [""], list[str]()
    for line in _LINE.findall(text):
        if _HEADER.fullmatch(line):
            cores.append(line)
            gaps.append("")
        elif not cores or _ASIDE.fullmatch(line):
            gaps[-1] += line
        else:
            cores[-1] += gaps[-1] + line
            gaps[-1] = ""
    return gaps, cores


def _closed(before: str, after: str, *, last: bool) -> str:
    """The one gap that two become when the feed between them goes.

    A comment right above the feed goes with it, unless it may be about what is above.
    """
    lines = _LINE.findall(before)
    own = len(lines)
    while own and lines[own - 1].strip():
        own -= 1
    if own:
        before = "".join(lines[:own])
    if last and not after.strip():
        return _without_blank_end(before)
    begun = not before or before.endswith(("\n\n", "\n\r\n")) or not before.strip()
    return before + (_without_blank_start(after) if begun else after)


def _without_blank_end(gap: str) -> str:
    lines = _LINE.findall(gap)
    while lines and not lines[-1].strip():
        lines.pop()
    return "".join(lines)


def _without_blank_start(gap: str) -> str:
    lines = _LINE.findall(gap)
    while lines and not lines[0].strip():
        lines.pop(0)
    return "".join(lines)


def _switched(core: str, place: int, change: Change, day: date) -> str:
    if place in change.pause:
        return _paused(core, day)
    return _resumed(core) if place in change.resume else core


def _paused(core: str, day: date) -> str:
    feed = tomlkit.parse(core)
    if "enabled" in feed["feed"][0]:
        return _set(core, enabled=False)
    end = _END.search(core)
    newline = "\r\n" if "\r\n" in core else "\n"
    indent = re.match(r"[ \t]*", _LINE.findall(core)[-1])
    line = f"{indent[0] if indent else ''}enabled = false  # paused {day.isoformat()}"
    return f"{core[: end.start()] if end else core}{newline}{line}{end[0] if end else ''}"


def _resumed(core: str) -> str:
    return _PAUSED.sub("", core, count=1) if _PAUSED.search(core) else _set(core, enabled=True)


def _set(core: str, *, enabled: bool) -> str:
    document = tomlkit.parse(core)
    document["feed"][0]["enabled"] = enabled
    return tomlkit.dumps(document)


def _appended(text: str, rows: Sequence[Row]) -> str:
    newline = "\r\n" if "\r\n" in text else "\n"
    added = [_rendered(row).replace("\n", newline) for row in rows]
    if not added or not text:
        return text + newline.join(added)
    ended = text.endswith("\n")
    apart = text.endswith(("\n\n", "\n\r\n"))
    return text + ("" if ended else newline) + ("" if apart else newline) + newline.join(added)


def _rendered(row: Row) -> str:
    table = tomlkit.table()
    for key in KEYS:
        if key in row:
            table.add(key, row[key])
    return f"[[feed]]\n{tomlkit.dumps(table)}"


def _edited(text: str, change: Change, day: date, file: Path) -> str:
    try:
        return edited(text, change, day)
    except TOMLKitError as error:  # it is stricter in places than the reader of the settings
        raise SettingsError([Complaint(file.name, "", BY_HAND)]) from error


# --- the file -------------------------------------------------------------------------------------


def _rows(text: str, file: Path) -> tuple[Row, ...]:
    try:
        rows = tomllib.loads(text).get("feed", [])
    except tomllib.TOMLDecodeError as error:
        raise SettingsError([Complaint(file.name, "", f"is not TOML: {error}")]) from error
    if not isinstance(rows, list) or len(_parted(text)[1]) != len(rows):
        raise SettingsError([Complaint(file.name, "feed", "cannot be edited: begin every feed with a line [[feed]]")])
    return tuple(rows)


def _require(text: str, rows: Sequence[Row], environment: Environment, file: Path) -> None:
    """Raises `SettingsError` unless `text` says `rows`, and can be used."""
    table = tomllib.loads(text)
    if [{"enabled": True, **row} for row in table.get("feed", [])] != [{"enabled": True, **row} for row in rows]:
        raise SettingsError([Complaint(file.name, "", BY_HAND)])
    _, complaints, _ = read_feeds(table, environment, file.name)
    if complaints:
        *others, last = complaints
        raise SettingsError([*others, replace(last, message=f"{last.message} (nothing was changed)")])
