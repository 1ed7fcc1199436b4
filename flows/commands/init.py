"""`amur init`: the settings files, ready to be filled in."""

from __future__ import annotations

import os
from pathlib import Path

import click

from flows.commands import Trouble

DEFAULTS = Path(__file__).parent.parent / "defaults"

# The file as it is called in the user's folder, what it is made from, and its mode.
FILES = (
    ("amur.toml", "amur.toml", 0o644),
    ("feeds.toml", "feeds.toml", 0o644),
    ("themes.toml", "themes.toml", 0o644),
    (".env", "env.example", 0o600),
    (".gitignore", "gitignore", 0o644),
)

NEXT = """
Now fill in, in {folder}:
  amur.toml    [fetch] contact: where a site can reach you
               [email] or [slack]: where alerts go, with enabled = true (both are off)
  .env         the mail password or the Slack webhook
  feeds.toml   and themes.toml work as they are: change what you like

Next: {step}amur run
"""


@click.command()
@click.argument("folder", type=click.Path(path_type=Path), default=".")
def init(folder: Path) -> None:
    """Write amur.toml, feeds.toml, themes.toml and .env into FOLDER (the current one unless you name another).

    A file that is already there is left as it is.

    \b
    Examples:
      amur init
      amur init ~/watch
    """
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name, source, mode in FILES:
            written = _write(folder / name, (DEFAULTS / source).read_bytes(), mode)
            click.echo(f"{'wrote' if written else 'kept '}  {folder / name}")
    except (FileExistsError, NotADirectoryError) as error:
        raise Trouble(f"{folder} is not a folder: name one with `amur init FOLDER`.") from error
    except OSError as error:
        raise Trouble(f"Cannot write to {folder}: {error.strerror}. Name another with `amur init FOLDER`.") from error
    here = folder.resolve() == Path.cwd()
    click.echo(NEXT.format(folder="this folder" if here else folder, step="" if here else f"cd {folder} && "), nl=False)


def _write(file: Path, content: bytes, mode: int) -> bool:
    """True when `file` is new and now holds `content`; an existing one, even a dangling link, is left alone."""
    try:
        handle = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode)
    except FileExistsError:
        return False
    with os.fdopen(handle, "wb") as out:
        out.write(content)
    return True
