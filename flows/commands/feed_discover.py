"""`amur feeds discover`: the feeds of a site."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.feed_choice import feeds_file, web_address
from flows.commands.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from flows.asking import Answer
    from flows.discovering import Found

HOW = {
    "address": "the address itself",
    "link": "linked by the page",
    "anchor": "mentioned on the page",
    "usual place": "in a usual place",
    "WordPress": "where WordPress keeps it",
    "Substack": "where Substack keeps it",
    "Ghost": "where Ghost keeps it",
}


@click.command(short_help="Find the feeds of a site.")
@click.argument("url")
@json_option
@pass_invocation
def discover(invocation: Invocation, url: str, as_json: bool) -> None:
    """Find the feeds of the site at URL: those its page links, else those in the usual places.

    Each one is fetched and parsed before it is shown. Nothing is written.

    \b
    Examples:
      amur feeds discover https://steppe-review.example
      amur feeds discover steppe-review.example --json | jq -r '.[].url'
    """
    from flows.asking import open_asker
    from flows.discovering import discover as discovered
    from flows.feedfile import read_rows
    from flows.feednames import Register

    file = feeds_file(invocation)
    address = web_address(url, file)
    register = Register(read_rows(file.path))
    with open_asker(invocation.config) as asker:
        found = discovered(asker, address, lambda line: click.echo(line, err=True))
    if not found.found:
        raise Trouble(not_had(found.first, found.tried), Exit.NO_FEED)
    there = {feed.url: str(row["name"]) for feed in found.found if (row := register.feed_at(feed.url))}
    if as_json:
        print_json([_record(feed, there) for feed in found.found])
    else:
        found_table(found.found, there)
        if not there:
            click.echo("Add one with: amur feeds add URL", err=True)


def found_table(found: Sequence[Found], there: Mapping[str, str]) -> None:
    """Feeds with what they hold; `there` has the names of those in the list already, by address."""
    columns = ("url", "title", "form", "entries", "newest", "language", "found", "in the list as")
    rows = [
        (
            feed.url,
            feed.sample.title,
            feed.sample.form,
            feed.sample.entries,
            f"{feed.sample.newest:%Y-%m-%d}" if feed.sample.newest else None,
            feed.sample.language,
            HOW[feed.how],
            there.get(feed.url),
        )
        for feed in found
    ]
    print_table(columns if there else columns[:-1], rows if there else [row[:-1] for row in rows])


def not_had(first: Answer, tried: int = 0) -> str:
    """Why there is no feed at an address, and what to do, in a sentence or two."""
    from flows.advice import advice

    if first.fetch.body is None:
        what = advice(first.reason, listed=False, redirected=first.redirected)
        return f"It could not be had: {first.detail.rstrip('.')}. What to do: {what}."
    others = f", nor at {tried} other addresses of its site" if tried > 1 else ""
    detail = f" {first.detail}" if first.detail else ""
    return f"There is no feed at this address{others}.{detail} Look for a link called RSS or Feed on the site."


def _record(feed: Found, there: Mapping[str, str]) -> dict[str, object]:
    return {
        "url": feed.url,
        "title": feed.sample.title,
        "form": feed.sample.form,
        "entries": feed.sample.entries,
        "newest": feed.sample.newest,
        "language": feed.sample.language,
        "found": feed.how,
        "comments": feed.comments,
        "titles": [title for _, title in feed.sample.titles],
        "listed_as": there.get(feed.url),
    }
