"""`amur candidates promote` and `merge`: a candidate becomes a theme, or teaches one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.alert_verdicts import by_option, ledger
from flows.commands.candidate_theme import Desk, again, drop_taken, new_id, renamed, typed_in, written_in
from flows.commands.candidate_words import decided_before, in_words, one_candidate
from flows.commands.printing import count, json_option, print_json
from flows.commands.reading import as_of_now
from flows.commands.theme_editor import themes_file
from flows.commands.themes_apply import judge_anew

if TYPE_CHECKING:
    from flows.rescoring import Rescored
    from warehouse.candidate_decisions import Decision, What
    from warehouse.records import Theme

STATES = {"promote": "promoted", "merge": "merged"}

no_edit_option = click.option(
    "--no-edit", "--yes", "quoting", is_flag=True, help="Take the passages as statements, word for word, unasked."
)


@click.command()
@click.argument("candidate", metavar="ID", shell_complete=completing.open_candidates)
@click.option("--id", "theme", default="", metavar="SLUG", help="The theme's id; else made of its label.")
@click.option("--label", default="", metavar="TEXT", help="What people read; else the candidate's own label.")
@no_edit_option
@by_option
@json_option
@pass_invocation
def promote(
    invocation: Invocation, candidate: str, theme: str, label: str, quoting: bool, by: str, as_json: bool
) -> None:
    """Make a candidate one of the themes: write its block into themes.toml, and judge the archive under it.

    Your editor opens at the block, with what was said as raw material: write its point as statements of your own.
    What it has been up to now is history for the theme, and raises no alert. Stopped anywhere, the same command goes
    on from there.

    \b
    Examples:
      amur candidates promote c-1f2e3d4c
      amur candidates promote c-1f2e3d4c --id transit-fees --label "Fees for transit through Mongolia"
      amur candidates promote c-1f2e3d4c --no-edit && amur themes edit mongolia-transit-fee
    """
    desk = _open(invocation, candidate, "promote")
    decision = desk.done or _decided(desk, "promote", new_id(desk, theme, label), label, by, quoting=quoting)
    _finish(invocation, desk, decision, quoting=quoting, as_json=as_json)


@click.command()
@click.argument("candidate", metavar="ID", shell_complete=completing.open_candidates)
@click.argument("theme", shell_complete=completing.themes)
@no_edit_option
@by_option
@json_option
@pass_invocation
def merge(invocation: Invocation, candidate: str, theme: str, quoting: bool, by: str, as_json: bool) -> None:
    """Teach THEME what a candidate says, and judge the archive under it: the candidate is part of that theme.

    Your editor opens at the theme's statements, with what was said as raw material. What was seen up to now is
    history, and raises no alert. Stopped anywhere, the same command goes on from there.

    \b
    Examples:
      amur candidates merge c-1f2e3d4c energy-leverage
      amur candidates merge c-1f2e3d4c energy-leverage --no-edit
    """
    from flows.complaints import nearest

    desk = _open(invocation, candidate, "merge")
    known = [one.id for one in desk.taxonomy.themes]
    if theme not in known:
        raise Trouble(f"There is no theme {theme!r}; {nearest(theme, known)}")
    if desk.done and desk.done.theme_id != theme:
        raise Trouble(f"{in_words(desk.candidate)} was being merged into {desk.done.theme_id}: finish that first.")
    decision = desk.done or _decided(desk, "merge", theme, "", by, quoting=quoting)
    _finish(invocation, desk, decision, quoting=quoting, as_json=as_json)


def _open(invocation: Invocation, name: str, what: What) -> Desk:
    """All that it takes to decide. Raises `Trouble` where that is decided already, and nothing is left to be done."""
    from flows.editing import read_text
    from flows.promoting import begun, unfinished
    from flows.settings import read_taxonomy
    from warehouse import candidate_decisions
    from warehouse.candidate_reading import passages, terms
    from warehouse.store import Store

    taxonomy, file = read_taxonomy(invocation.config), themes_file(invocation)
    raw, text = read_text(file)
    with ledger(invocation.data()) as con:
        found = one_candidate(con, name)
        if found.state == "open":
            done = begun(con, found.candidate_id, taxonomy.themes)
        else:
            done = unfinished(con, found.candidate_id, taxonomy)
        if done and done.what != what:
            raise Trouble(f"{in_words(found)} was being changed: `{again(found, done.what, done.theme_id)}` first.")
        if done is None and found.state != "open":
            raise Trouble(decided_before(found))
        if done and found.state == "open":
            candidate_decisions.settle(con, done)
        raw_material, known = passages(con, found), terms(con, found.candidate_id)
    if done:
        click.echo(f"Going on: {done.theme_id} has it already.", err=True)
        drop_taken(file, text)
    return Desk(found, raw_material, known, taxonomy, Store(invocation.data()), file, raw, text, done)


# --- themes.toml ------------------------------------------------------------------------------------


def _decided(desk: Desk, what: What, theme_id: str, label: str, by: str, *, quoting: bool) -> Decision:
    """Change themes.toml, with the user or unasked, and the candidate's state. Raises `Trouble`, `SettingsError`."""
    from flows.promoting import carry_out, digest_of
    from flows.themefile import TYPED, parsed
    from warehouse.candidate_decisions import Decision

    now = datetime.now(UTC)
    text = written_in(desk, what, theme_id, label, now.date(), to_edit=not quoting)
    if not quoting:
        text = typed_in(desk, what, theme_id, text)
    themes = parsed(text).themes
    if what == "promote" and theme_id not in {theme.id for theme in themes}:
        theme_id = renamed(desk, themes)
    before = digest_of(desk.taxonomy.themes, theme_id)
    typed = desk.file.with_name(TYPED)
    if digest_of(themes, theme_id) == before:
        _drop(typed, quoting=quoting)
        raise Trouble(f"That teaches {theme_id} nothing: {in_words(desk.candidate)} stays open.")
    decision = Decision(desk.candidate.candidate_id, what, now, theme_id, before, given_by=by)
    if not carry_out(desk.store, desk.file, desk.raw, text, decision):
        kept = "" if quoting else f" What you typed is in {typed}."
        raise Trouble(f"themes.toml was saved by somebody else meanwhile.{kept}")
    _drop(typed, quoting=quoting)
    return decision


def _drop(typed: Path, *, quoting: bool) -> None:
    if not quoting:
        typed.unlink(missing_ok=True)


# --- the archive ------------------------------------------------------------------------------------


def _finish(invocation: Invocation, desk: Desk, decision: Decision, *, quoting: bool, as_json: bool) -> None:
    """Judge the archive under the changed themes, and say what came of it."""
    from flows.house import utc_now
    from warehouse.candidate_reading import members
    from warehouse.store import PassRunning

    settings = invocation.settings()
    try:
        done: Rescored | None = judge_anew(settings, utc_now())
    except PassRunning:
        done = None
        click.echo("A pass is at work: the next one judges the archive under the changed themes.", err=True)
    with as_of_now(settings.data) as con:
        speaking = [one.present for one in members(con, desk.candidate.candidate_id, decision.theme_id)]
    theme = next(theme for theme in settings.taxonomy.themes if theme.id == decision.theme_id)
    if as_json:
        told = {"candidate_id": desk.candidate.candidate_id, "theme_id": theme.id, "state": STATES[decision.what]}
        counted = {"statements": len(theme.statements), "articles": len(speaking), "present": sum(speaking)}
        print_json({**told, **counted, "judged": done and done.judged, "relevant": done and done.relevant})
        return
    verb = "is the theme" if decision.what == "promote" else "has taught the theme"
    click.echo(f"{in_words(desk.candidate)} {verb} {theme.id}.")
    if done:
        judged = f"{count(done.judged, 'article')} judged anew, {done.relevant:,} relevant"
        click.echo(f"{judged}; {sum(speaking)} of its {len(speaking)} speak of {theme.id} now. No alert comes of that.")
    for advice in _advice(theme, speaking, quoting=quoting):
        click.echo(advice, err=True)


def _advice(theme: Theme, speaking: Sequence[bool], *, quoting: bool) -> Iterator[str]:
    from extractors.exemplars import FEWEST

    if 2 * sum(speaking) < len(speaking):
        yield f"It does not find most of them: give it more phrases and statements: amur themes edit {theme.id}"
    if quoting:
        yield f"Its statements are quotations: put their point into words of your own: amur themes edit {theme.id}"
    if len(theme.statements) < FEWEST:
        has = count(len(theme.statements), "statement")
        yield f"It has {has}: with {FEWEST} it is known by its meaning, with fewer by its phrases alone."
