"""A candidate goes into themes.toml: in the user's editor beside what was said, or as it stands."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Trouble
from flows.commands.candidate_words import in_words
from flows.commands.theme_edit import ID, LONGEST_ID
from flows.commands.theme_editor import in_editor, require_latest

if TYPE_CHECKING:
    from warehouse.candidate_decisions import Decision, What
    from warehouse.candidate_reading import RawPassage, Standing
    from warehouse.records import Taxonomy, Theme
    from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Desk:
    """What a decision starts from: the candidate, what it says, the themes, and their file as it is."""

    candidate: Standing
    passages: list[RawPassage]
    terms: list[str]
    taxonomy: Taxonomy
    store: Store
    file: Path
    raw: bytes
    text: str
    done: Decision | None  # themes.toml has it already: an earlier run was stopped


def new_id(desk: Desk, wanted: str, label: str) -> str:
    """The id of the theme to be, made of its label unless one is wanted. Raises `Trouble` where that will not do."""
    from flows.themeblock import theme_id_of
    from flows.themefile import place_of

    found, words = desk.candidate, [label] if label else desk.candidate.phrases
    if not wanted:
        taken = {theme.id for theme in desk.taxonomy.themes}
        while place_of(desk.text, name := theme_id_of(words, found.candidate_id, taken)):
            taken.add(name)
        return name
    if not ID.fullmatch(wanted) or len(wanted) > LONGEST_ID or re.fullmatch("c-[0-9a-f]{8}", wanted):
        slug = theme_id_of(words, found.candidate_id, ())
        raise Trouble(f"{wanted!r} is no id of a theme: small letters, digits and single hyphens, such as {slug}")
    line = place_of(desk.text, wanted)
    if line:
        into = f"to teach it: amur candidates merge {found.candidate_id} {wanted}"
        raise Trouble(f"{wanted} is in themes.toml already, at line {line}; {into}")
    return wanted


def again(found: Standing, what: str, theme_id: str) -> str:
    """The command that goes on with what was begun."""
    return f"amur candidates {what} {found.candidate_id}{f' {theme_id}' if what == 'merge' else ''}"


def written_in(desk: Desk, what: What, theme_id: str, label: str, day: date, *, to_edit: bool) -> str:
    """themes.toml with the candidate in it: as raw material, or as it stands. Raises `Trouble`, `SettingsError`."""
    from flows.complaints import SettingsError
    from flows.teaching import taught, with_lines
    from flows.themeblock import block, offers, statements
    from flows.themefile import parsed

    found, newline = desk.candidate, "\r\n" if "\r\n" in desk.text else "\n"
    if what == "merge":
        if to_edit:
            return with_lines(desk.text, theme_id, offers(desk.passages, found.candidate_id))
        known = next(theme for theme in desk.taxonomy.themes if theme.id == theme_id).statements
        more = statements(desk.passages, (one.text for one in known))
        return taught(
            desk.text, theme_id, more, f"From the candidate {found.candidate_id}: quotations, to be reworded."
        )
    made = block(
        found.candidate_id,
        theme_id,
        label or found.label,
        found.phrases,
        desk.terms,
        desk.passages,
        day,
        to_edit=to_edit,
    )
    text = f"{desk.text.rstrip()}{newline * 3}{made.replace(chr(10), newline)}"
    if not to_edit:
        try:
            parsed(text)
        except SettingsError as error:
            raise Trouble(f"No theme can be made of it unasked: {error} Leave --no-edit out.") from error
    return text


def typed_in(desk: Desk, what: What, theme_id: str, offered: str) -> str:
    """What the user makes of the text. Raises `Trouble` where that is nothing."""
    from flows.editing import read_text
    from flows.teaching import place_of_statements
    from flows.themeblock import without_offers
    from flows.themefile import TYPED, place_of

    found, typed = desk.candidate, desk.file.with_name(TYPED)
    if typed.exists():
        require_latest(desk.file, typed)
        if found.candidate_id not in read_text(typed)[1]:
            raise Trouble(f"{typed.name} was left by an earlier edit: finish it with `amur themes edit`, or delete it.")
        click.echo(f"Going on with {typed.name}, which an earlier edit left; delete it to begin anew.", err=True)
    else:
        typed.write_text(offered, encoding="utf-8", newline="")
    line = place_of_statements(desk.text, theme_id) if what == "merge" else place_of(read_text(typed)[1], theme_id)
    written = in_editor(typed, line or 1, {desk.text, offered}, again(found, what, theme_id), without_offers)
    if written is None:
        raise Trouble(f"Nothing was written: {in_words(found)} stays open.", Exit.FINE)
    return written


def renamed(desk: Desk, themes: Sequence[Theme]) -> str:
    """The one theme that is new in what was typed. Raises `Trouble` unless there is one."""
    known = {theme.id for theme in desk.taxonomy.themes}
    fresh = [theme.id for theme in themes if theme.id not in known]
    if len(fresh) != 1:
        raise Trouble("What you typed holds no theme for it: keep its block, and its [[theme]] line.")
    return fresh[0]


def drop_taken(file: Path, text: str) -> None:
    """Drop what was typed where themes.toml has it: whoever was to do that was killed."""
    from flows.editing import read_text
    from flows.themeblock import without_offers
    from flows.themefile import TYPED

    typed = file.with_name(TYPED)
    if typed.exists() and without_offers(read_text(typed)[1]) == text:
        typed.unlink()
