"""`amur themes preview`: what the edited themes.toml would find in the archive, before it is used."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.printing import count, json_option, print_json, print_table, shown
from flows.commands.reading import as_published
from flows.commands.themes_apply import ESTIMATE
from flows.commands.themes_diff import in_use

if TYPE_CHECKING:
    from flows.previewing import Difference, Example, Preview
    from warehouse.records import Finding

SHORT = 8  # letters of an id that name an article well enough


@click.command()
@click.option(
    "--days", default=60, show_default=True, type=click.IntRange(1), help="Judge what is dated in these days."
)
@click.option("--limit", type=click.IntRange(1), help="Judge at most so many articles, the latest.")
@json_option
@pass_invocation
def preview(invocation: Invocation, days: int, limit: int | None, as_json: bool) -> None:
    """Judge the archive under the edited themes.toml, and show what each theme would gain and lose. Stores nothing.

    Alerts are those that a pass would raise now, had the edited themes been in use all along, and would not raise
    under the themes in use: new and surging themes of these days, not those of each day gone by. To use the edited
    themes raises none of them: what is in the archive by then is history.

    \b
    Examples:
      amur themes preview
      amur themes preview --days 14 --limit 500
      amur themes preview --json | jq '.themes[] | select(.gained + .lost > 0) | {theme, gained, lost}'
    """
    settings = invocation.settings()
    used = in_use(invocation)
    from flows.commands.progress import watching
    from flows.house import open_house, utc_now
    from flows.previewing import NotLearnt
    from flows.previewing import preview as previewed

    if used.taxonomy_id == settings.taxonomy.id and not as_json:
        click.echo(
            "No score would change: themes.toml is as the last pass used it, or only its words for people differ."
        )
        return
    with watching(every=ESTIMATE) as watch, open_house(settings, watch) as house, as_published(settings.data) as con:
        try:
            found = previewed(house, con, used, days, limit, utc_now())
        except NotLearnt as error:
            raise Trouble(str(error), Exit.FAILED) from error
    if as_json:
        print_json({"in_use": used.taxonomy_id, "edited": settings.taxonomy.id, "days": days, **asdict(found)})
        return
    _say(found, days)


def _say(found: Preview, days: int) -> None:
    if not found.articles and not found.failed:
        click.echo(f"No article is dated in the last {count(days, 'day')}: look further back with --days.")
        return
    click.echo(
        f"{count(found.articles, 'article')} of the last {count(days, 'day')} judged: {found.relevant_after:,} "
        f"relevant, {found.relevant_before:,} under the themes in use.\n"
    )
    if found.failed:
        click.echo(f"{count(found.failed, 'article')} could not be judged and is left out.\n", err=True)
    changed = [one for one in found.themes if one.gained or one.lost]
    if changed:
        rows = [(one.theme, one.before, one.after, one.gained, one.lost) for one in changed]
        print_table(("theme", "before", "after", "gained", "lost"), rows)
    else:
        click.echo("No theme gains or loses an article.")
    for one in changed:
        _say_examples(one, "gains", one.gains)
        _say_examples(one, "loses", one.losses)
    _say_alerts(found.alerts)


def _say_examples(theme: Difference, what: str, examples: Sequence[Example]) -> None:
    if examples:
        click.secho(f"\n{theme.theme} {what}", bold=True)
    for one in examples:
        click.echo(f"  {one.score:.2f}  “{shown(one.sentence or one.title)}”")
        named = f"{shown(one.title)}, {shown(one.publisher)}, {one.dated_at:%Y-%m-%d}"
        click.secho(f"        {named} ({str(one.article_id)[:SHORT]})", dim=True)


def _say_alerts(alerts: Sequence[Finding]) -> None:
    if not alerts:
        click.echo("\nNo alert more than under the themes in use, had these been in use all along.")
        return
    click.secho("\nHad they been in use all along, there would be alerts now", bold=True)
    for one in alerts:
        new = "new" if one.kind == "first_seen" else "surging"
        stories, publishers = count(one.stories, "story", "stories"), count(len(one.publishers), "publisher")
        click.echo(f"  {one.theme_id} is {new}: {stories} from {publishers} in {count(one.window_days, 'day')}")
