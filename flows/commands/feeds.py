"""`amur feeds`: the list of what is watched."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.feed_add import add
from flows.commands.feed_choice import chosen, feeds_file, named
from flows.commands.feed_discover import discover
from flows.commands.feed_list import listing
from flows.commands.feed_opml import export_opml, import_opml
from flows.commands.feed_verify import verify

if TYPE_CHECKING:
    from flows.feedfile import Change, Row

NONE_LEFT = "That would leave no feed switched on, and Amur nothing to watch: add or resume another one first."


@click.group()
def feeds() -> None:
    """List, add, find and check the feeds that are watched.

    All of these read and edit feeds.toml, and keep its comments.
    """


@feeds.command(short_help="Take feeds out of the list.")
@click.argument("feed", nargs=-1, required=True, shell_complete=completing.feeds)
@click.option("--yes", is_flag=True, help="Do not ask.")
@pass_invocation
def remove(invocation: Invocation, feed: tuple[str, ...], yes: bool) -> None:
    """Take FEED out of the list, by its name or address.

    What it brought stays in the warehouse. To leave a feed alone for a while, pause it.

    \b
    Examples:
      amur feeds remove "Steppe Review"
      amur feeds remove --yes https://steppe-review.example/feed.xml
    """
    from flows.feedfile import Change, read_rows

    if not yes:
        rows = read_rows(feeds_file(invocation).path)
        _confirm([f"{named(rows[place])} ({rows[place]['url']})" for place in chosen(rows, feed)])

    def change(rows: Sequence[Row]) -> Change:
        gone = frozenset(chosen(rows, feed))
        _require_one_left(rows, without=gone)
        return Change(remove=gone)

    rows = _edit(invocation, change)
    for place in chosen(rows, feed):
        click.echo(f"Removed {named(rows[place])}.")


@feeds.command(short_help="Leave feeds alone for a while.")
@click.argument("feed", nargs=-1, required=True, shell_complete=completing.feeds)
@pass_invocation
def pause(invocation: Invocation, feed: tuple[str, ...]) -> None:
    """Leave FEED alone from now on: it keeps its place in the list, with enabled = false.

    FEED is a name or an address; name as many as you like.

    \b
    Examples:
      amur feeds pause "Steppe Review"
      amur feeds pause "Steppe Review" https://harbin-observer.example/feed.xml
    """
    from flows.feedfile import Change

    def change(rows: Sequence[Row]) -> Change:
        places = frozenset(chosen(rows, feed))
        _require_one_left(rows, without=places)
        return Change(pause=frozenset(place for place in places if _on(rows[place])))

    rows = _edit(invocation, change)
    for place in chosen(rows, feed):
        click.echo(f"Paused {named(rows[place])}." if _on(rows[place]) else f"{named(rows[place])} is paused already.")


@feeds.command(short_help="Have paused feeds asked again.")
@click.argument("feed", nargs=-1, required=True, shell_complete=completing.paused_feeds)
@pass_invocation
def resume(invocation: Invocation, feed: tuple[str, ...]) -> None:
    """Ask FEED again from the next pass on.

    FEED is a name or an address; name as many as you like.

    \b
    Examples:
      amur feeds resume "Steppe Review"
      amur feeds list --paused
    """
    from flows.feedfile import Change

    rows = _edit(
        invocation,
        lambda rows: Change(resume=frozenset(place for place in chosen(rows, feed) if not _on(rows[place]))),
    )
    for place in chosen(rows, feed):
        paused = not _on(rows[place])
        click.echo(f"Resumed {named(rows[place])}." if paused else f"{named(rows[place])} is not paused.")


def _edit(invocation: Invocation, change: Callable[[Sequence[Row]], Change]) -> tuple[Row, ...]:
    from flows.feedfile import edit
    from flows.house import utc_now

    file = feeds_file(invocation)
    return edit(file.path, file.environment, change, utc_now().date())


def _on(row: Row) -> bool:
    return bool(row.get("enabled", True))


def _require_one_left(rows: Sequence[Row], *, without: frozenset[int]) -> None:
    left = any(_on(row) for place, row in enumerate(rows) if place not in without)
    if not left and any(map(_on, rows)):
        raise Trouble(NONE_LEFT)


def _confirm(what: Sequence[str]) -> None:
    if not sys.stdin.isatty():
        raise Trouble("Nobody is there to confirm it: say --yes to take it out without being asked.")
    for line in what:
        click.echo(line)
    if not click.confirm("Take it out of feeds.toml?" if len(what) == 1 else "Take them out of feeds.toml?"):
        click.echo("Nothing was changed.")
        raise click.exceptions.Exit(0)


for command in (listing, add, discover, import_opml, export_opml, verify):
    feeds.add_command(command)
