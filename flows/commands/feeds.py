"""`amur feeds`: the list of what is watched."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.feed_add import add
from flows.commands.feed_choice import chosen, feeds_file, named, record
from flows.commands.feed_discover import discover
from flows.commands.feed_list import listing
from flows.commands.feed_opml import export_opml, import_opml
from flows.commands.feed_verify import verify
from flows.commands.printing import json_option, print_json

if TYPE_CHECKING:
    from flows.feedfile import Change, Row

NONE_LEFT = "That would leave no feed switched on, and Amur nothing to watch: add or resume another one first."
# What is done to a feed, and what is said where it was so already: in a word, and in a sentence.
PAUSED = ("paused", "Paused {}."), ("paused before", "{} is paused already.")
RESUMED = ("resumed", "Resumed {}."), ("not paused", "{} is not paused.")


@click.group()
def feeds() -> None:
    """List, add, find and check the feeds that are watched.

    All of these read and edit feeds.toml, and keep its comments.
    """


@feeds.command(short_help="Take feeds out of the list.")
@click.argument("feed", nargs=-1, required=True, shell_complete=completing.feeds)
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_invocation
def remove(invocation: Invocation, feed: tuple[str, ...], yes: bool, as_json: bool) -> None:
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
        _confirm([f"{named(rows[place])} ({rows[place]['url']})" for place in chosen(rows, feed)], err=as_json)

    def change(rows: Sequence[Row]) -> Change:
        gone = frozenset(chosen(rows, feed))
        _require_one_left(rows, without=gone)
        return Change(remove=gone)

    rows = _edit(invocation, change)
    _say([(rows[place], "removed", f"Removed {named(rows[place])}.") for place in chosen(rows, feed)], as_json)


@feeds.command(short_help="Leave feeds alone for a while.")
@click.argument("feed", nargs=-1, required=True, shell_complete=completing.feeds)
@json_option
@pass_invocation
def pause(invocation: Invocation, feed: tuple[str, ...], as_json: bool) -> None:
    """Leave FEED alone from now on: it keeps its place in the list, with enabled = false.

    FEED is a name or an address; name as many as you like.

    \b
    Examples:
      amur feeds pause "Steppe Review"
      amur feeds pause "Steppe Review" https://harbin-observer.example/feed.xml
    """
    _switch(invocation, feed, on=False, as_json=as_json)


@feeds.command(short_help="Have paused feeds asked again.")
@click.argument("feed", nargs=-1, required=True, shell_complete=completing.paused_feeds)
@json_option
@pass_invocation
def resume(invocation: Invocation, feed: tuple[str, ...], as_json: bool) -> None:
    """Ask FEED again from the next pass on.

    FEED is a name or an address; name as many as you like.

    \b
    Examples:
      amur feeds resume "Steppe Review"
      amur feeds list --paused
    """
    _switch(invocation, feed, on=True, as_json=as_json)


def _switch(invocation: Invocation, feed: Sequence[str], *, on: bool, as_json: bool) -> None:
    """Pause feeds or have them asked again, and say of each what was done, or that it was so already."""
    from flows.feedfile import Change

    def change(rows: Sequence[Row]) -> Change:
        places = frozenset(chosen(rows, feed))
        if not on:
            _require_one_left(rows, without=places)
        others = frozenset(place for place in places if _on(rows[place]) != on)
        return Change(resume=others) if on else Change(pause=others)

    before = _edit(invocation, change)
    done, already = RESUMED if on else PAUSED
    switched = [before[place] for place in chosen(before, feed)]
    said = [(row, *(already if _on(row) == on else done)) for row in switched]
    _say([(row, what, sentence.format(named(row))) for row, what, sentence in said], as_json)


def _say(done: Sequence[tuple[Row, str, str]], as_json: bool) -> None:
    """Each feed with what was done to it, in a word and in a sentence."""
    if as_json:
        print_json([record(row, what) for row, what, _ in done])
        return
    for _, _, sentence in done:
        click.echo(sentence)


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


def _confirm(what: Sequence[str], *, err: bool) -> None:
    if not sys.stdin.isatty():
        raise Trouble("Nobody is there to confirm it: say --yes to take it out without being asked.")
    for line in what:
        click.echo(line, err=err)
    if not click.confirm(f"Take {'it' if len(what) == 1 else 'them'} out of feeds.toml?", err=err):
        click.echo("Nothing was changed.", err=err)
        raise click.exceptions.Exit(0)


for command in (listing, add, discover, import_opml, export_opml, verify):
    feeds.add_command(command)
