"""`amur backup`: a copy of the warehouse, now."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.printing import count, json_option, print_json

if TYPE_CHECKING:
    from warehouse.backup import Backup


@click.command()
@click.option("--to", "folder", type=click.Path(path_type=Path), metavar="FOLDER", help="Put it there instead.")
@json_option
@pass_invocation
def backup(invocation: Invocation, folder: Path | None, as_json: bool) -> None:
    """Make a backup of the warehouse now, read it through, and say where it is.

    A pass makes one a day by itself ([keep] in amur.toml). Works while a pass runs, which waits only while the file
    is copied. A backup holds the addresses of those who are told: it is its owner's alone. Raw pages and settings
    are not in it.

    \b
    Examples:
      amur backup
      amur backup --to /mnt/usb
      amur backup --json | jq -r .path
    """
    data = invocation.data()
    from flows import amurfile
    from flows.house import utc_now
    from warehouse.backup import back_up
    from warehouse.store import Store

    if not (data / "live.duckdb").exists():
        raise Trouble(f"There is no warehouse in {data} yet: `amur run` makes one.", Exit.WAREHOUSE)
    if folder is not None and not folder.is_dir():
        raise Trouble(f"There is no folder {folder}: make it, or name another one.")
    amur, _ = amurfile.read(amurfile.find(invocation.config))
    megabytes = amur.keep.free_mb if amur else 0
    made = back_up(Store(data), utc_now(), free=megabytes * 1_000_000, folder=folder)
    if as_json:
        print_json(dataclasses.asdict(made) | {"path": str(made.path)})
    else:
        click.echo(f"{made.path}: {made.bytes / 1e6:,.1f} MB, {in_words(made)}; every row was read.")


def in_words(made: Backup) -> str:
    """What is in a backup."""
    last = f", the last of {made.last_pass:%Y-%m-%d %H:%M} UTC" if made.last_pass else ""
    held = made.counts
    passes = f"{count(held['passes'], 'pass', 'passes')}{last}"
    return f"{passes}; {count(held['articles'], 'article')}, {count(held['alerts'], 'alert')}"
