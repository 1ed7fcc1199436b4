"""`amur themes apply` and `calibrate`: the archive under edited themes and moved thresholds, now."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.alert_verdicts import ledger
from flows.commands.printing import count, json_option, print_json, print_table

if TYPE_CHECKING:
    from flows.rescoring import Rescored
    from flows.settings import Settings
    from warehouse.calibrations import Threshold

NO_WAREHOUSE = "There is no warehouse in {data} yet: `amur run` makes one."
ESTIMATE = 30.0  # seconds between lines that say how long it will take, where there is no terminal


@click.command()
@json_option
@click.pass_context
@pass_invocation
def apply(invocation: Invocation, ctx: click.Context, as_json: bool) -> None:
    """Judge the whole archive under the edited themes.toml now, rather than with the next pass.

    Each batch is kept: stopped anywhere, by Ctrl-C or worse, the same command or the next pass goes on from there. It
    raises no alert, then or later: what it brings up is history. The scores under the themes before stay beside the
    new ones, to be compared (docs/themes.md).

    \b
    Examples:
      amur themes preview && amur themes apply
      amur themes apply --json | jq .judged
    """
    settings = invocation.settings()
    _require_warehouse(settings.data)
    from flows.house import utc_now
    from warehouse.store import PassRunning

    now = utc_now()
    try:
        done = judge_anew(settings, now)
    except PassRunning as running:
        raise Trouble(f"{running} Then apply again; or leave it to the next pass.", Exit.WAREHOUSE) from running
    if as_json:
        print_json(asdict(done))
        return
    for note in filter(None, (done.taken_up.note, *done.notes)):
        click.echo(note, err=True)
    if not done.judged:
        if done.notes:
            ctx.exit(Exit.FAILED)
        click.echo("Nothing to do: the archive is judged under these themes.")
        return
    took = (utc_now() - now).total_seconds()
    click.echo(f"{count(done.judged, 'article')} judged in {took / 60:.1f} min, {done.relevant:,} relevant.")
    if done.taken_up.before:
        click.echo(f"Before: {done.taken_up.before}, now: {done.taxonomy_id}; docs/themes.md compares the two in SQL.")


@click.command()
@json_option
@pass_invocation
def calibrate(invocation: Invocation, as_json: bool) -> None:
    """Learn from the verdicts on articles from which score each theme is present.

    Every pass does the same. With five verdicts on a theme or more its threshold moves from 0.50 to where it serves
    them best, between 0.30 and 0.80, a little with a few of them and further with many. What becomes present that way
    raises no alert; the next pass publishes it.

    \b
    Examples:
      amur themes calibrate
      amur themes calibrate --json | jq '.thresholds[] | select(.verdicts > 0)'
    """
    from flows.calibrating import calibrate as calibrated
    from warehouse.judgements import latest_taxonomy

    data = invocation.data()
    _require_warehouse(data)
    with ledger(data) as con:
        taxonomy_id = latest_taxonomy(con)
        if taxonomy_id is None:
            raise Trouble("No pass has judged anything yet: `amur run` does.", Exit.WAREHOUSE)
        learnt = calibrated(con, taxonomy_id, datetime.now(UTC))
    if as_json:
        print_json(asdict(learnt))
        return
    rows = [(one.theme_id, one.verdicts, learnt.before[one.theme_id], one.threshold) for one in learnt.thresholds]
    said = [(theme, verdicts, f"{was:.2f}", f"{now:.2f}") for theme, verdicts, was, now in rows if verdicts]
    if said:
        print_table(("theme", "verdicts", "before", "now"), said)
    if learnt.waiting:
        click.echo("Articles with a verdict are still to be judged under these themes: `amur themes apply`.", err=True)
    elif learnt.moved:
        click.echo(f"{count(learnt.changed, 'score')} became present or absent. None of it raises an alert.", err=True)
    else:
        click.echo(f"No threshold moved{_why_not(learnt.thresholds)}", err=True)


def _why_not(thresholds: Sequence[Threshold]) -> str:
    from flows.calibrating import FEWEST

    if any(one.verdicts >= FEWEST for one in thresholds):
        return ": each stands where the verdicts on its theme put it."
    return f". A theme needs {FEWEST} verdicts before its threshold moves: amur verdict ARTICLE THEME yes"


def judge_anew(settings: Settings, now: datetime) -> Rescored:
    """Judge the archive under the themes as they now are, for whoever looks on. Raises `PassRunning`."""
    from flows.commands.progress import watching
    from flows.house import open_house
    from flows.rescoring import rescore

    with watching(every=ESTIMATE) as watch, open_house(settings, watch) as house:
        return rescore(house, now)


def _require_warehouse(data: Path) -> None:
    if not (data / "live.duckdb").exists():
        raise Trouble(NO_WAREHOUSE.format(data=data), Exit.WAREHOUSE)
