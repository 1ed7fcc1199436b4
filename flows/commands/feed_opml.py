"""`amur feeds import` and `amur feeds export`: lists of feeds as other readers have them."""

from __future__ import annotations

import contextlib
import os
import tempfile
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.feed_choice import all_feeds, feeds_file, record
from flows.commands.printing import count, json_option, print_json, print_table, shown

if TYPE_CHECKING:
    from extractors.opml import Outline
    from flows.feedfile import Change, Row
    from flows.newfeeds import Arrivals
    from flows.secrets import Redaction

STDIN = "<stdin>"


@click.command("import", short_help="Add the feeds of an OPML file.")
@click.argument("file", type=click.File("rb"))
@click.option("--bloc", default="", help="Whose voice feeds are of which the list does not say it; else unknown.")
@click.option("--dry-run", is_flag=True, help="Show what would be added, and change nothing.")
@click.option("--with-keys", is_flag=True, help="Take addresses that ask for a key of yours, as ${NAME}, too.")
@json_option
@pass_invocation
def import_opml(
    invocation: Invocation, file: BinaryIO, bloc: str, dry_run: bool, with_keys: bool, as_json: bool
) -> None:
    """Add the feeds of an OPML FILE ("-" is standard input) to the list; none is asked for.

    Feeds that are in the list already are skipped, whatever they are called. A folder with the name of a bloc says
    whose voice its feeds are; any other folder, or a category, becomes their stance. A line that will not do is named
    and left out: one without an address, with a key in plain sight, or in a private network that [fetch] allow does
    not name. `amur feeds verify` then tells which feeds live.

    \b
    Examples:
      amur feeds import feeds.opml --dry-run
      amur feeds import feeds.opml --bloc independent
      curl -s https://example.org/blogroll.opml | amur feeds import -
    """
    from flows import amurfile
    from flows.feedfile import Change, edit, read_rows
    from flows.house import utc_now
    from flows.newfeeds import arrivals

    outlines = _outlines(file)
    amur, _ = amurfile.read(amurfile.find(invocation.config))
    allow = amur.fetch.allow if amur else ()
    where = feeds_file(invocation)

    def coming(rows: Sequence[Row]) -> Arrivals:
        return arrivals(outlines, rows, where.environment, allow, bloc, with_keys=with_keys)

    def change(rows: Sequence[Row]) -> Change:
        return Change(add=coming(rows).rows)

    before = read_rows(where.path) if dry_run else edit(where.path, where.environment, change, utc_now().date())
    invocation.redaction.hide(where.environment.secrets)
    _say(coming(before), invocation.redaction, dry_run=dry_run, as_json=as_json)


@click.command("export", short_help="Write the list as OPML.")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False), required=False)
@pass_invocation
def export_opml(invocation: Invocation, file: Path | None) -> None:
    """Write the list as OPML 2.0, to standard output or to FILE: for other readers, or for another Amur.

    There is a folder per bloc; publisher, stance and what is paused go along in attributes of Amur's own, so that an
    import brings the same list back. Keys stay ${NAME}; `amur feeds import --with-keys` takes them in again.

    \b
    Examples:
      amur feeds export > feeds.opml
      amur feeds export feeds.opml
    """
    from extractors.opml import write_opml
    from flows.house import utc_now

    opml = write_opml(all_feeds(feeds_file(invocation)), "Feeds that Amur watches", utc_now())
    if file is None:
        click.echo(opml, nl=False)
        return
    try:
        _write(file, opml)
    except OSError as error:
        raise Trouble(f"Cannot write {file}: {error.strerror}.") from error
    click.echo(f"Wrote {file}", err=True)


def _outlines(file: BinaryIO) -> tuple[Outline, ...]:
    from extractors.opml import BYTES, OpmlError, read_opml

    name = getattr(file, "name", STDIN)
    name = "Standard input" if name == STDIN else name
    try:
        outlines = read_opml(file.read(BYTES + 1))
    except OpmlError as error:
        raise Trouble(f"{name} cannot be imported. {error}") from error
    if not outlines:
        raise Trouble(f"{name} lists no feed: none of its outlines has an xmlUrl.")
    return outlines


def _say(arrived: Arrivals, redaction: Redaction, *, dry_run: bool, as_json: bool) -> None:
    for message in arrived.bad:
        click.echo(shown(redaction.clean(message)), err=True)  # some name a feed by its address
    if as_json:
        print_json([record(row, "would be added" if dry_run else "added") for row in arrived.rows])
    elif dry_run and arrived.rows:
        columns = ("name", "publisher", "bloc", "language", "url")
        print_table(columns, [[row.get(key) for key in columns] for row in arrived.rows])
    facts = (
        f"{'Would add' if dry_run else 'Added'} {count(len(arrived.rows), 'feed')}",
        f"{arrived.known:,} in the list already" if arrived.known else "",
        f"{count(len(arrived.bad), 'line')} left out" if arrived.bad else "",
    )
    click.echo(f"{', '.join(filter(None, facts))}.", err=dry_run or as_json)
    if arrived.bad and not arrived.rows and not arrived.known:
        raise Trouble("No line of the list will do.", Exit.WRONG)


def _write(file: Path, text: str) -> None:
    """All or nothing: another reader may be looking at the file."""
    handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
    try:
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(name).chmod(0o644)
        Path(name).replace(file)
    finally:
        with contextlib.suppress(FileNotFoundError):
            Path(name).unlink()
