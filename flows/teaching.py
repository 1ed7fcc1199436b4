"""A theme of themes.toml is taught: lines go into its lists of statements, and all others stay byte for byte."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace

from extractors.theme_words import FEWEST
from flows.complaints import Complaint, SettingsError
from flows.themeblock import quoted
from flows.themefile import BY_HAND, NAME, blocks, parsed
from warehouse.records import Statement

_LINE = re.compile(r"[^\n]*\n|[^\n]+")
_TABLE = re.compile(r"[ \t]*\[+[ \t]*theme[ \t]*(?:\.[ \t]*(\w+))?")
_LIST = re.compile(r"([ \t]*[\"']?(\w+)[\"']?[ \t]*=[ \t]*\[)[ \t]*(.*)", re.DOTALL)


def with_lines(text: str, theme_id: str, lines: Mapping[str, Sequence[str]]) -> str:
    """The text of a themes file with `lines`, by language, at the head of a theme's lists of statements.

    A list that is not there is made of them. Raises `SettingsError` for a file that is written otherwise.
    """
    parts, taxonomy = blocks(text), parsed(text)
    at = next(n for n, theme in enumerate(taxonomy.themes, 1) if theme.id == theme_id)
    if len(parts) != len(taxonomy.themes) + 1:
        raise SettingsError([Complaint(NAME, theme_id, BY_HAND)])
    newline = "\r\n" if "\r\n" in text else "\n"
    parts[at] = _with_lines(parts[at], {key: [f"{line}{newline}" for line in lines[key]] for key in lines}, newline)
    return "".join(parts)


def taught(text: str, theme_id: str, statements: Mapping[str, Sequence[str]], aside: str) -> str:
    """The text with more statements in a theme, under a comment. Raises `SettingsError` where that fails."""
    lines = {key: [f"  # {aside}", *(f"  {quoted(said)}," for said in statements[key])] for key in statements}
    before, after = parsed(text), with_lines(text, theme_id, lines)
    try:
        found = parsed(after)
    except SettingsError as error:
        raise SettingsError([Complaint(NAME, theme_id, BY_HAND)]) from error
    more = [Statement(said, language) for language in FEWEST for said in statements.get(language, ())]
    for was, now in zip(before.themes, found.themes, strict=True):
        wanted = {*was.statements, *more} if was.id == theme_id else set(was.statements)
        if set(now.statements) != wanted or replace(now, statements=was.statements) != was:
            raise SettingsError([Complaint(NAME, theme_id, BY_HAND)])
    return after


def place_of_statements(text: str, theme_id: str) -> int:
    """The number of the line where a theme's statements begin; of its first line where it has none."""
    parts, ids = blocks(text), [theme.id for theme in parsed(text).themes]
    at = ids.index(theme_id) + 1
    above = sum(part.count("\n") for part in parts[:at])
    lines = _LINE.findall(parts[at])
    begins = (n for n, line in enumerate(lines) if (found := _TABLE.match(line)) and found[1] == "statements")
    return above + next(begins, 0) + 1


def _with_lines(block: str, lines: dict[str, list[str]], newline: str) -> str:
    rest, made, table, header = dict(lines), list[str](), "", None
    for line in _LINE.findall(block):
        found = _TABLE.match(line)
        table = (found[1] or "") if found else table
        opened = None if found or table != "statements" else _LIST.fullmatch(line)
        if opened and opened[2] in rest:
            after = [f"  {opened[3]}"] if opened[3].strip() else []
            made += [f"{opened[1]}{newline}", *rest.pop(opened[2]), *after]
            continue
        made.append(line)
        if found and table == "statements":
            header = len(made)
    fresh = [part for language, own in rest.items() for part in (f"{language} = [{newline}", *own, f"]{newline}")]
    if not fresh:
        return "".join(made)
    if header is not None:
        return "".join([*made[:header], *fresh, *made[header:]])
    return "".join([*made[: _end(made)], f"[theme.statements]{newline}", *fresh, *made[_end(made) :]])


def _end(lines: Sequence[str]) -> int:
    """Where the theme ends, and what stands below it is about something else."""
    end = len(lines)
    while end and (not lines[end - 1].strip() or lines[end - 1].lstrip().startswith("#")):
        end -= 1
    return end
