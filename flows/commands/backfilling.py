"""One backfill under the eyes of its user: the walk, the passes that read what it found, and what is said of both."""

from __future__ import annotations

import dataclasses
from datetime import datetime
from typing import TYPE_CHECKING

import click

from flows.commands import Exit
from flows.commands.printing import count, print_json

if TYPE_CHECKING:
    from collections.abc import Callable

    from flows.history import Walk
    from flows.house import House
    from flows.settings import Settings
    from flows.walking import Walker
    from warehouse.backfills import Backfill, Progress

TOLD = 20  # remarks and troubles
SHORT_WAIT = 120  # seconds that nobody needs to be warned of


def run(
    settings: Settings,
    asked: Backfill,
    walker_for: Callable[[House], Walker],
    *,
    dry_run: bool,
    later: bool,
    again: bool,
    as_json: bool,
) -> None:
    """Walk, say what was found, let passes read it, and say what came of it."""
    from flows.house import open_house, utc_now

    context, now, standing = click.get_current_context(), utc_now(), None
    try:
        with open_house(settings) as house:
            walk = _walk(house, asked, walker_for(house), now, dry_run=dry_run, again=again)
            if not as_json:
                _say_walk(walk, settings, dry_run=dry_run)
            if not dry_run:
                standing = _read_now(house, asked, later=later)
    except KeyboardInterrupt:
        kept = "What was found is kept: the same command goes on from here, and so do the passes."
        click.echo(f"\nStopped. {'Nothing was stored.' if dry_run else kept}", err=True)
        context.exit(Exit.STOPPED)
    if as_json:
        print_json({**dataclasses.asdict(walk), "standing": dataclasses.asdict(standing) if standing else None})
    elif standing:
        _say_standing(standing)
    context.exit(Exit.WRONG if walk.troubles and not walk.listed else Exit.FINE)


def _walk(house: House, asked: Backfill, walker: Walker, now: datetime, *, dry_run: bool, again: bool) -> Walk:
    from flows import history
    from flows.commands.progress import watching

    with watching() as watch:
        watched = dataclasses.replace(house, watch=watch)
        if dry_run:
            return history.rehearse(watched, walker, now)
        return history.backfill(watched, asked, walker, now, again=again)


def _read_now(house: House, asked: Backfill, *, later: bool) -> Progress:
    from flows import history
    from flows.commands.progress import watching
    from warehouse.store import PassRunning

    if not later:
        try:
            with watching() as watch:
                return history.catch_up(dataclasses.replace(house, watch=watch), asked)
        except PassRunning as running:
            click.echo(f"{running} It, and those after it, read what was found.", err=True)
    return history.standing_of(house, asked)


def _say_walk(walk: Walk, settings: Settings, *, dry_run: bool) -> None:
    for line in (*walk.remarks, *walk.troubles)[:TOLD]:
        click.echo(line, err=True)
    if (more := len(walk.remarks) + len(walk.troubles) - TOLD) > 0:
        click.echo(f"… and {more:,} more of that kind.", err=True)
    went = "Went on: " if walk.goes_on else ""
    click.echo(
        f"{went}{count(walk.pages, 'page')} of the archive, {count(walk.listed, 'article')} listed{_dates(walk)}."
    )
    verb = "would be brought in" if dry_run else "found"
    others = f", {walk.wanted - walk.found:,} known already" if walk.wanted > walk.found else ""
    left_out = f", {walk.listed - walk.wanted:,} not asked for" if walk.listed > walk.wanted else ""
    click.echo(f"{count(walk.found, 'article')} {verb}{others}{left_out}.")
    seconds = walk.found * settings.fetch.host_distance
    if seconds > SHORT_WAIT and not dry_run:
        click.echo(
            f"At one page every {settings.fetch.host_distance:g} s from one host they take about {_span_of(seconds)}; "
            "Ctrl-C leaves the rest to the passes."
        )
    if walk.enough:
        on = "" if dry_run else "the same command goes on from there; "
        narrower = "--since, or the address of one of them, takes fewer"
        click.echo(f"{walk.pages:,} pages in one go are enough, and there are more: {on}{narrower}.", err=True)
    if walk.troubles and not dry_run:
        click.echo("Pages that failed are tried again by the same command.", err=True)


def _say_standing(standing: Progress) -> None:
    if standing.read:
        read = count(standing.read, "article")
        click.echo(f"{read} read, {standing.relevant:,} relevant. None of it raises an alert.")
    if waiting := standing.waiting + standing.later:
        click.echo(f"{count(waiting, 'article')} left to the passes to come; how far they are: amur backfill list")


def _dates(walk: Walk) -> str:
    return f" ({walk.first:%Y-%m-%d} to {walk.last:%Y-%m-%d})" if walk.first and walk.last else ""


def _span_of(seconds: float) -> str:
    return f"{seconds / 60:.0f} minutes" if seconds < 2 * 3600 else f"{seconds / 3600:.0f} hours"
