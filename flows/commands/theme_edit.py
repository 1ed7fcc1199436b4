"""`amur themes new`, `edit` and `retire`: themes.toml, changed with the user."""

from __future__ import annotations

import os
import re
import shlex
import shutil
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, completing, pass_invocation
from flows.commands.printing import count, json_option, print_json

if TYPE_CHECKING:
    from flows.complaints import SettingsError

ID = re.compile(r"[a-z0-9]+(?:-[a-z0-9]+)*")
LONGEST_ID = 64  # characters
# What opens at a line, and how that is said to it.
AT_PLUS = {"vi", "vim", "nvim", "nano", "pico", "emacs", "emacsclient", "micro", "kak", "joe", "ne", "mg", "jed"}
GOTO = {"code", "code-insiders", "codium"}
USUAL = ("sensible-editor", "editor", "nano", "vi")


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
    from flows.themefile import begin, place_of

    if not ID.fullmatch(theme) or len(theme) > LONGEST_ID:
        slug = re.sub(r"[^a-z0-9]+", "-", theme.lower()).strip("-")[:LONGEST_ID] or "arctic-shipping"
        raise Trouble(f"{theme!r} is no id of a theme: small letters, digits and single hyphens, such as {slug}")
    file = _file(invocation)
    line = place_of(read_text(file)[1], theme)
    if line:
        raise Trouble(f"{theme} is in themes.toml already, at line {line}: amur themes edit {theme}")
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
    from flows.complaints import SettingsError
    from flows.editing import read_text
    from flows.themefile import TYPED, parsed, place_of, replace_text

    file = _file(invocation).resolve()
    typed, (raw, text) = file.with_name(TYPED), read_text(file)
    line = place_of(text, theme) if theme else 1
    if line is None:
        raise Trouble(f"There is no theme {theme!r} in themes.toml; begin it: amur themes new {theme}")
    goes_on = _set_out(file, typed)
    if goes_on and theme:
        line = place_of(read_text(typed)[1], theme) or 1
    while True:
        try:
            _open_editor(typed, line)
        finally:
            written = read_text(typed)[1]
            if written == text:
                typed.unlink()
        if written == text:
            click.echo("Nothing was changed.")
            return
        try:
            parsed(written)
            break
        except SettingsError as error:
            _offer_again(error, typed)
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
    done = retired(_file(invocation), theme, datetime.now(UTC).date())
    if as_json:
        print_json({"theme": theme, "file": RETIRED, "contrasts": list(done.contrasts)})
        return
    named = count(len(done.contrasts), "other theme")
    told = f" {named} had told it apart, and no longer {'does' if len(done.contrasts) == 1 else 'do'}."
    click.echo(f"Retired {theme}: its block is in {RETIRED}.{told if done.contrasts else ''}")
    click.echo("The next pass judges the archive anew without it; what that changes: amur themes preview", err=True)


def _file(invocation: Invocation) -> Path:
    from flows.amurfile import find
    from flows.themefile import NAME

    return find(invocation.config).parent / NAME


# --- the editor -----------------------------------------------------------------------------------


def _set_out(file: Path, typed: Path) -> bool:
    """Have a copy to edit; whether it is one that was left with mistakes. Raises `Trouble` where that is overtaken."""
    if not typed.exists():
        shutil.copyfile(file, typed)
        return False
    if typed.stat().st_mtime < file.stat().st_mtime:
        raise Trouble(f"themes.toml was changed after {typed.name}, which an earlier edit left: keep one of the two.")
    click.echo(f"Going on with {typed.name}, which an earlier edit left; delete it to begin anew.", err=True)
    return True


def _open_editor(file: Path, line: int) -> None:
    """Let the user edit `file`. Raises `Trouble` where there is no editor, or it fails."""
    editor = os.environ.get("VISUAL") or os.environ.get("EDITOR") or next(filter(shutil.which, USUAL), "")
    try:
        words = shlex.split(editor)
    except ValueError:
        words = []
    if not words:
        raise Trouble("No editor was found: name one in $EDITOR.")
    try:
        ended = subprocess.run([*words, *_at(Path(words[0]).name, file, line)], check=False)  # noqa: S603  the user's own
    except OSError as error:
        raise Trouble(f"The editor {words[0]!r} does not start: {error.strerror}. Name another in $EDITOR.") from error
    if ended.returncode:
        raise Trouble(f"The editor ended with {ended.returncode}. themes.toml is as it was.", Exit.FAILED)


def _at(editor: str, file: Path, line: int) -> list[str]:
    if editor in GOTO:
        return ["--wait", "--goto", f"{file}:{line}"]
    return [f"+{line}", str(file)] if editor in AT_PLUS else [str(file)]


def _offer_again(error: SettingsError, typed: Path) -> None:
    """Name the mistakes, and ask whether to correct them now. Raises `Trouble` where nobody is there, or wants to."""
    kept = f"themes.toml is as it was; what you typed is in {typed.name}: `amur themes edit` goes on with it."
    mistakes = "\n".join(f"  {complaint}" for complaint in error.complaints)
    if not sys.stdin.isatty():
        raise Trouble(f"{count(len(error.complaints), 'mistake')}:\n{mistakes}\n{kept}") from error
    click.echo(f"{count(len(error.complaints), 'mistake')}:\n{mistakes}", err=True)
    if not click.confirm("Correct that now?", default=True, err=True):
        raise Trouble(kept) from error
