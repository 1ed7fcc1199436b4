"""themes.toml in the user's editor: what was typed is taken once it has no mistake, and kept until then."""

from __future__ import annotations

import os
import shlex
import shutil
import subprocess
import sys
from collections.abc import Callable, Collection
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble
from flows.commands.printing import count

if TYPE_CHECKING:
    from flows.complaints import SettingsError

# What opens at a line, and how that is said to it.
AT_PLUS = {"vi", "vim", "nvim", "nano", "pico", "emacs", "emacsclient", "micro", "kak", "joe", "ne", "mg", "jed"}
GOTO = {"code", "code-insiders", "codium"}
USUAL = ("sensible-editor", "editor", "nano", "vi")


def themes_file(invocation: Invocation) -> Path:
    """Where themes.toml is; what a link leads to is edited, and the link stays. Raises `SettingsError`."""
    from flows.amurfile import find
    from flows.themefile import NAME

    return (find(invocation.config).parent / NAME).resolve()


def set_out(file: Path, typed: Path) -> bool:
    """Have a copy to edit; whether it is one that was left with mistakes. Raises `Trouble` where that is overtaken."""
    if not typed.exists():
        shutil.copyfile(file, typed)
        return False
    require_latest(file, typed)
    click.echo(f"Going on with {typed.name}, which an earlier edit left; delete it to begin anew.", err=True)
    return True


def require_latest(file: Path, typed: Path) -> None:
    """Raises `Trouble` where the file was changed after what an earlier edit left."""
    if typed.stat().st_mtime < file.stat().st_mtime:
        raise Trouble(f"themes.toml was changed after {typed.name}, which an earlier edit left: keep one of the two.")


def in_editor(
    typed: Path,
    line: int,
    unchanged: Collection[str],
    again: str = "amur themes edit",
    kept: Callable[[str], str] = str,
) -> str | None:
    """What `kept` leaves of what the user makes of `typed`, once it has no mistake.

    None where it is one of those that say that nothing was changed: then the file is gone. What has mistakes stays
    there; `again` is the command that goes on with it. Raises `Trouble`.
    """
    from flows.complaints import SettingsError
    from flows.editing import read_text
    from flows.themefile import parsed

    while True:
        try:
            _open_editor(typed, line)
        finally:
            if not typed.exists():
                raise Trouble("The editor left no file. themes.toml is as it was.", Exit.FAILED)
            written = read_text(typed)[1]
            same = written in unchanged or kept(written) in unchanged
            if same:
                typed.unlink()
        if same:
            return None
        try:
            parsed(kept(written))
        except SettingsError as error:
            _offer_again(error, typed, again)
        else:
            return kept(written)


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


def _offer_again(error: SettingsError, typed: Path, again: str) -> None:
    """Name the mistakes, and ask whether to correct them now. Raises `Trouble` where nobody is there, or wants to."""
    kept = f"themes.toml is as it was; what you typed is in {typed.name}: `{again}` goes on with it."
    mistakes = "\n".join(f"  {complaint}" for complaint in error.complaints)
    if not sys.stdin.isatty():
        raise Trouble(f"{count(len(error.complaints), 'mistake')}:\n{mistakes}\n{kept}") from error
    click.echo(f"{count(len(error.complaints), 'mistake')}:\n{mistakes}", err=True)
    if not click.confirm("Correct that now?", default=True, err=True):
        raise Trouble(kept) from error
