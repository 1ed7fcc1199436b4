"""`amur feeds add`: one more feed, found, looked at and written into feeds.toml."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.feed_choice import FeedsFile, feeds_file, named, record, web_address
from flows.commands.feed_discover import HOW, found_table, not_had
from flows.commands.printing import count, json_option, print_json, shown

if TYPE_CHECKING:
    from extractors.samples import Sample
    from flows.discovering import Found
    from flows.feedfile import Change, Row

BLOC_HINT = 'say whose voice it is: change `bloc = "unknown"` in feeds.toml, whose first lines name the usual blocs.'


@click.command(short_help="Add a feed, or the feed of a web page.")
@click.argument("url")
@click.option("--name", default="", help="How reports call it; else its own title.")
@click.option("--publisher", default="", help="A short name for the house behind it; else made from its host.")
@click.option("--bloc", default="", help="Whose voice it is; else that of its publisher's other feeds, or unknown.")
@click.option("--language", default="", help="Two letters; else told from its entries.")
@click.option("--stance", default="", help="A few words on where it stands.")
@click.option("--no-check", is_flag=True, help="Write it down without asking for it.")
@json_option
@pass_invocation
def add(
    invocation: Invocation,
    url: str,
    name: str,
    publisher: str,
    bloc: str,
    language: str,
    stance: str,
    no_check: bool,
    as_json: bool,
) -> None:
    """Add the feed at URL, or the feed of the web page at URL.

    It is fetched and parsed first; name, publisher and language are proposed from what it says. What it holds at its
    first pass counts as history, not as news. A key in the address is written ${NAME}, with NAME=… in .env.

    \b
    Examples:
      amur feeds add https://steppe-review.example/feed.xml --bloc central-asia
      amur feeds add steppe-review.example
      amur feeds add 'https://example.org/rss?key=${EXAMPLE_KEY}' --name "Example" --no-check
    """
    from flows.feedfile import Change, edit, read_rows
    from flows.feednames import Register, host_of
    from flows.house import utc_now
    from flows.newfeeds import new_row

    file = feeds_file(invocation)
    url = web_address(url, file)
    _require_new(read_rows(file.path), url)
    found = None if no_check else _looked_at(invocation, file, url, as_json=as_json)
    if no_check:
        _require_public(invocation, url)
    address, sample = (found.url, found.sample) if found else (url, None)
    title, host = (sample.title, sample.host) if sample else ("", "")
    given: dict[str, str | bool] = {
        "name": name,
        "publisher": publisher,
        "bloc": bloc,
        "stance": stance,
        "language": language or _code(sample),
    }

    def change(rows: Sequence[Row]) -> Change:
        _require_new(rows, address)
        row = new_row(Register(rows), address, title, host or host_of(address), given)
        _require_right(row)
        return Change(add=(row,))

    before = edit(file.path, file.environment, change, utc_now().date())
    row = change(before).add[0]
    if as_json:
        print_json([record(row, "added")])
    else:
        _say(row, sample, file)
    _warn(row)


def _require_new(rows: Sequence[Row], url: str) -> None:
    from flows.feednames import Register

    there = Register(rows).feed_at(url)
    if there:
        paused = (
            "" if there.get("enabled", True) else f", paused: `amur feeds resume {named(there)}` has it asked again"
        )
        raise Trouble(f"That feed is in the list already, as {named(there)}{paused}.")


def _require_right(row: Row) -> None:
    from flows.newfeeds import mistakes

    for mistake in mistakes(row):
        raise Trouble(f"--{mistake.path} {mistake.message}.")


def _require_public(invocation: Invocation, url: str) -> None:
    from flows import amurfile
    from flows.feednames import place, private

    amur, _ = amurfile.read(amurfile.find(invocation.config))
    if private(url, amur.fetch.allow if amur else ()):
        raise Trouble(
            f"The address is in a private network, which is never asked: if you mean it, add {place(url)!r} to allow "
            "under [fetch] in amur.toml."
        )


def _looked_at(invocation: Invocation, file: FeedsFile, url: str, *, as_json: bool) -> Found:
    """The feed at `url`, or the one feed of the page there. Raises Trouble when there is none, or a choice."""
    from flows.asking import open_asker
    from flows.discovering import discover, distinct
    from flows.secrets import fill, names_in

    secrets = [file.environment.get(name) for name in names_in(url)]
    invocation.redaction.hide(secrets)
    with open_asker(invocation.config) as asker:
        if secrets:  # the addresses that a discovery tries and shows would hold them
            (first,) = asker.ask([fill(url, file.environment)])
            if not first.sample:
                raise Trouble(not_had(first), Exit.NO_FEED)
            from flows.discovering import Found

            return Found(url, "address", first.sample)
        discovery = discover(asker, url, lambda line: click.echo(line, err=True))
    choice = distinct(discovery.found)
    if not choice:
        raise Trouble(not_had(discovery.first, discovery.tried), Exit.NO_FEED)
    if len(choice) > 1:
        if not as_json:
            found_table(choice, {})
        raise Trouble(f"This page has {len(choice)} feeds: add the one you want by its address.")
    if choice[0].how != "address":
        click.echo(f"This is a web page; its feed is {shown(choice[0].url)} ({HOW[choice[0].how]}).", err=as_json)
    elif choice[0].url != url:
        click.echo(f"This feed has moved for good, to {shown(choice[0].url)}: that address it is.", err=as_json)
    return choice[0]


def _code(sample: Sample | None) -> str:
    return sample.language if sample else ""


def _say(row: Row, sample: Sample | None, file: FeedsFile) -> None:
    click.echo(f"Added {shown(named(row))} to {file.path}:")
    for key in ("url", "publisher", "bloc", "language", "stance"):
        if row.get(key):
            click.echo(f"  {key:<10} {shown(row[key])}")
    if sample:
        newest = f", the newest of {sample.newest:%Y-%m-%d}" if sample.newest else ""
        click.echo(f"It holds {count(sample.entries, 'entry', 'entries')}{newest}{':' if sample.titles else '.'}")
        for dated, title in sample.titles:
            click.echo(f"  {f'{dated:%Y-%m-%d}' if dated else 'undated   '}  {shown(title)}")


def _warn(row: Row) -> None:
    from flows.feedlist import bloc_warnings
    from flows.feednames import UNKNOWN
    from flows.sections import FeedRow

    if row["bloc"] == UNKNOWN:
        click.echo(f"Its bloc is unknown; {BLOC_HINT}", err=True)
    for warning in bloc_warnings(FeedRow.model_validate(row), "feeds.toml"):
        click.echo(f"Warning: {warning}", err=True)
