"""`amur themes new`, `edit` and `retire`: themes.toml, changed with the user."""

from __future__ import annotations

import difflib
import re
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.printing import count, json_option, print_json
from flows.commands.theme_editor import in_editor, set_out, themes_file

if TYPE_CHECKING:
    from pathlib import Path

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID = 64  # characters


@click.command()
@click.argument("theme", metavar="ID")
@click.option("--label", default="", metavar="TEXT", help="What people read; else made of the id.")
@json_option
@pass_invocation
def new(invocation: Invocation, theme: str, label: str, as_json: bool) -> None:
    """Begin a theme: append a block for it to themes.toml, to be filled in.

    It is commented out, and is no theme before you take the "# " away: passes go on meanwhile. ID is small letters,
    digits and single hyphens; alerts and history hang on it.

    \b
    Examples:
      amur themes new arctic-shipping
      amur themes new arctic-shipping --label "Shipping through the Arctic" && amur themes edit arctic-shipping
    """
    from flows.editing import read_text
    from flows.themefile import RETIRED, begin, is_retired, place_of

    if not ID.fullmatch(theme) or len(theme) > LONGEST_ID:
        slug = re.sub(r"[^a-z0-9]+", "-", theme.lower()).strip("-")[:LONGEST_ID] or "arctic-shipping"
        raise Trouble(f"{theme!r} is no id of a theme: small letters, digits and single hyphens, such as {slug}")
    file = themes_file(invocation)
    line = place_of(read_text(file)[1], theme)
    if line:
        raise Trouble(f"{theme} is in themes.toml already, at line {line}: amur themes edit {theme}")
    if is_retired(file, theme):
        raise Trouble(f"{theme} is out of use: `{RETIRED}` holds its block. Put that back, or choose another id.")
    shown = " ".join(label.split()) or theme.replace("-", " ").capitalize()
    if '"' in shown or "\\" in shown or not shown.isprintable():
        raise Trouble("A label here is without quotes and backslashes: put them in by hand.")
    line = begin(file, theme, shown)
    if as_json:
        print_json({"theme": theme, "file": str(file), "line": line})
        return
    click.echo(f"Begun at line {line} of {file}. Fill it in: amur themes edit {theme}")


@click.command()
@click.argument("theme", required=False, metavar="[ID]", shell_complete=completing.themes)
@pass_invocation
def edit(invocation: Invocation, theme: str | None) -> None:
    """Open themes.toml in your editor, at a theme if you name one, and take what you typed once it has no mistake.

    The editor is $VISUAL, else $EDITOR. What has mistakes is kept beside themes.toml as themes.typed.toml, while
    themes.toml stays as it was: the next `amur themes edit` goes on with it.

    \b
    Examples:
      amur themes edit
      EDITOR=nano amur themes edit energy-leverage
    """
    from flows.editing import read_text
    from flows.themefile import TYPED, place_of, replace_text

    file = themes_file(invocation)
    typed, (raw, text) = file.with_name(TYPED), read_text(file)
    line = place_of(text, theme) if theme else 1
    if line is None:
        raise Trouble(f"There is no theme {theme!r} in themes.toml; {_instead(file, text, theme or '')}")
    goes_on = set_out(file, typed)
    if goes_on and theme:
        line = place_of(read_text(typed)[1], theme) or 1
    written = in_editor(typed, line, {text})
    if written is None:
        click.echo("Nothing was changed.")
        return
    if not replace_text(file, raw, written):
        raise Trouble(f"themes.toml was saved by somebody else meanwhile. What you typed is in {typed}.")
    typed.unlink()
    click.echo("Saved. What that changes: amur themes diff")


@click.command()
@click.argument("theme", metavar="ID", shell_complete=completing.themes)
@json_option
@pass_invocation
def retire(invocation: Invocation, theme: str, as_json: bool) -> None:
    """Take a theme out of use: its block moves to retired-themes.toml, and out of the contrasts of other themes.

    What was found of it stays in the warehouse under its label (the view theme_versions), and so do its alerts. To
    have it again, put the block back.

    \b
    Examples:
      amur themes retire energy-leverage
      amur themes retire energy-leverage --json | jq .contrasts
    """
    from flows.complaints import nearest
    from flows.settings import read_taxonomy
    from flows.themefile import RETIRED
    from flows.themefile import retire as retired

    known = [one.id for one in read_taxonomy(invocation.config).themes]
    if theme not in known:
        raise Trouble(f"There is no theme {theme!r}; {nearest(theme, known)}")
    done = retired(themes_file(invocation), theme, datetime.now(UTC).date())
    if as_json:
        print_json({"theme": theme, "file": RETIRED, "contrasts": list(done.contrasts)})
        return
    named = count(len(done.contrasts), "other theme")
    told = f" {named} had told it apart, and no longer {'does' if len(done.contrasts) == 1 else 'do'}."
    click.echo(f"Retired {theme}: its block is in {RETIRED}.{told if done.contrasts else ''}")
    click.echo("The next pass judges the archive anew without it; what that changes: amur themes preview", err=True)


def _instead(file: Path, text: str, theme: str) -> str:
    """What to do where themes.toml, which need not be free of mistakes, does not have a theme."""
    from flows.themefile import RETIRED, ids, is_retired

    close = difflib.get_close_matches(theme, ids(text), n=1)
    if is_retired(file, theme):
        return f"`{RETIRED}` holds its block: to have it again, put that back."
    return f"did you mean {close[0]!r}?" if close else f"begin it: amur themes new {theme}"
