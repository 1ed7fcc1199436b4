"""`amur backfill`: history, from a feed's archive, a site's sitemaps or a file."""

from __future__ import annotations

import dataclasses
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.backfilling import run
from flows.commands.feed_choice import feeds_file, page_trouble, with_scheme
from flows.commands.printing import ago, json_option, print_json, print_table
from flows.commands.reading import as_of_now
from flows.commands.when import as_since, as_until

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.settings import Settings
    from flows.walking import Span
    from warehouse.backfills import Progress
    from warehouse.records import Feed

SHORT = 8  # letters of an id that name a backfill well enough
_COLUMNS = ("id", "what", "asked for", "state", "began", "pages", "left", "found", "read", "relevant", "waiting")

since_option = click.option("--since", callback=as_since, metavar="WHEN", help="Nothing older: 2025-01-31, or 90d.")
until_option = click.option("--until", callback=as_until, metavar="WHEN", help="Nothing newer.")


def _running_options(command: Callable[..., Any]) -> Callable[..., Any]:
    options = (
        click.option("--dry-run", is_flag=True, help="Walk and count; store nothing."),
        click.option("--later", is_flag=True, help="Leave the articles to the passes to come."),
        click.option("--again", is_flag=True, help="Begin anew, also where a walk was broken off."),
        json_option,
    )
    for option in reversed(options):
        command = option(command)
    return command


@click.group()
def backfill() -> None:
    """Bring in history: a feed's archive, a site's sitemaps, or a file.

    What is brought in is history: nothing of it is new, surges or raises an alert, and it keeps nothing else from being
    news. Older articles do show that a theme was spoken of before. The same command again goes on where it stopped.

    \b
    Examples:
      amur backfill feed "The Diplomat" --since 2025-01-01 --dry-run
      amur backfill sitemap https://thediplomat.com/ --match /2025/
      amur backfill file archive.jsonl
      amur backfill list
    """


@backfill.command("feed")
@click.argument("name", shell_complete=completing.feeds)
@click.option("--pages", default=500, show_default=True, type=click.IntRange(1, 10_000), help="At most so many.")
@since_option
@_running_options
@pass_invocation
def of_feed(invocation: Invocation, name: str, pages: int, since: datetime | None, **how: bool) -> None:
    """Walk the archive of the configured feed NAME: as RFC 5005 has it, or page by page where WordPress made it.

    \b
    Examples:
      amur backfill feed "The Diplomat" --dry-run
      amur backfill feed diplomat --pages 20 --since 2025-01-01
    """
    settings = invocation.settings()
    from flows.history import where_it_is
    from flows.walking import FeedArchive
    from warehouse.backfills import Backfill

    feed = _feed(settings, name)
    span = _span(since, None)
    asked = Backfill("feed", feed.url, _options(pages=pages, since=since))
    run(settings, asked, lambda house: FeedArchive(where_it_is(house, feed), pages, span), **how)


@backfill.command("sitemap")
@click.argument("url")
@click.option("--match", default="", metavar="PATTERN", help="Only addresses that hold this; * stands for anything.")
@since_option
@until_option
@_running_options
@pass_invocation
def of_sitemap(
    invocation: Invocation, url: str, match: str, since: datetime | None, until: datetime | None, **how: bool
) -> None:
    """Walk the sitemaps of a site: URL is one of them, or the site's address, whose robots.txt names them.

    Dates are those that the sitemap states, else those in the addresses; what has none is taken.

    \b
    Examples:
      amur backfill sitemap https://thediplomat.com/ --match /2025/ --dry-run
      amur backfill sitemap https://example.org/sitemap.xml.gz --since 2025-01-01 --until 2025-06-30
    """
    settings = invocation.settings()
    from extractors.urls import absolute
    from flows.history import files
    from flows.walking import Sitemaps
    from warehouse.backfills import Backfill

    url = with_scheme(url)
    if trouble := page_trouble(url, feeds_file(invocation).environment):
        raise Trouble(trouble)
    span = _span(since, until)
    address = absolute(url) or url
    asked = Backfill("sitemap", address, _options(match=match, since=since, until=until))
    run(settings, asked, lambda house: Sitemaps(address, match, span, files(house)), **how)


@backfill.command("file")
@click.argument("file", type=click.Path(path_type=Path, exists=True, dir_okay=False))
@_running_options
@pass_invocation
def of_file(invocation: Invocation, file: Path, **how: bool) -> None:
    """Read FILE, one JSON object a line: url, and as far as known title, text, published, author, publisher or feed.

    An article with a text is taken as it is, any other one is fetched. Bad lines are named, and the rest goes on.

    \b
    Examples:
      amur backfill file archive.jsonl --dry-run
      amur backfill file archive.jsonl
    """
    settings = invocation.settings()
    from flows.feedlist import pasted_trouble
    from flows.history import files
    from flows.walking import ArticleFile, digest
    from warehouse.backfills import Backfill

    try:
        asked = Backfill("file", file.name, f"sha256={digest(file)}")
    except OSError as error:
        raise Trouble(f"{file} cannot be read: {error.strerror}.") from error
    environment = feeds_file(invocation).environment
    fault = partial(pasted_trouble, environment=environment, filled=False)
    run(settings, asked, lambda house: ArticleFile(file, files(house), fault), **how)


@backfill.command("list")
@json_option
@pass_invocation
def listing(invocation: Invocation, as_json: bool) -> None:
    """List backfills, the latest first: how far each walked, and what became of the articles it found.

    \b
    Examples:
      amur backfill list
      amur backfill list --json | jq '.[] | select(.waiting > 0)'
    """
    from warehouse import backfills

    now = datetime.now(UTC)
    with as_of_now(invocation.data()) as con:
        found = backfills.progress(con, now)
    if as_json:
        print_json([dataclasses.asdict(progress) for progress in found])
    elif found:
        print_table(_COLUMNS, [_row(progress, now) for progress in found])
    else:
        click.echo("No backfill yet. See what one would bring: amur backfill feed NAME --dry-run")


def _row(progress: Progress, now: datetime) -> tuple[object, ...]:
    state = f"{progress.state}: {progress.trouble}" if progress.trouble else progress.state
    return (
        str(progress.backfill_id)[:SHORT],
        f"{progress.kind} {progress.what}",
        progress.options,
        state,
        ago(progress.started_at, now),
        progress.pages,
        progress.pages_left,
        progress.found,
        progress.read,
        progress.relevant,
        progress.waiting + progress.later,
    )


def _feed(settings: Settings, name: str) -> Feed:
    from flows.feedlist import spoken
    from flows.feednames import meant, places

    rows = [{"name": feed.name, "url": feed.url} for feed in settings.feeds]
    near = meant(rows, name)
    holding = [feed for feed in settings.feeds if spoken(name) in spoken(feed.name)] if name.strip() else []
    found = [settings.feeds[place] for place in places(rows, name)] or (holding if len(holding) == 1 else [])
    if not found:
        hint = f"did you mean {' or '.join(map(repr, near))}?" if near else "`amur feeds list` names them all."
        raise Trouble(f"No feed has the name {name!r}; {hint}")
    if not found[0].enabled:
        raise Trouble(f'"{found[0].name}" is switched off: set enabled = true in feeds.toml to fetch from it.')
    return found[0]


def _span(since: datetime | None, until: datetime | None) -> Span:
    from flows.walking import Span

    if since and until and since >= until:
        raise Trouble("--since lies after --until: exchange the two.")
    return Span(since, until)


def _options(
    *, pages: int | None = None, match: str = "", since: datetime | None = None, until: datetime | None = None
) -> str:
    asked = {
        "pages": pages,
        "match": match,
        "since": f"{since:%Y-%m-%d}" if since else None,
        "until": f"{until - timedelta(seconds=1):%Y-%m-%d}" if until else None,
    }
    return " ".join(f"{name}={value}" for name, value in asked.items() if value)
