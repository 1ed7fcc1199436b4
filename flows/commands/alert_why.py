"""`amur alerts why`: why there was an alert on a theme on some day, or none."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, date, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.printing import json_option, print_json, shown
from flows.commands.reading import as_of_now
from flows.commands.when import as_day

if TYPE_CHECKING:
    from flows.explaining import Step
    from warehouse.connect import Connection
    from warehouse.store import WarehouseError

MARKS = {True: ("+", "green"), False: ("-", "red"), None: (" ", None)}


@click.command()
@click.argument("theme", shell_complete=completing.themes)
@click.option("--on", "day", callback=as_day, metavar="DATE", help="The day (UTC): 2026-03-18. [default: today]")
@json_option
@pass_invocation
def why(invocation: Invocation, theme: str, day: date | None, as_json: bool) -> None:
    """Say, step by step, why there was an alert on THEME (or a candidate) on a day, or why there was none.

    What was heard, what it takes for a new theme or a surge and what it lacked for that, who was muted, what cools
    down, what was decided, who was told, and what waits. A line that begins with + speaks for an alert, with - against.

    Reckoned from what the warehouse holds now, less what was seen only later, by the same rules that decide: an article
    that was judged anew since counts as it is judged now.

    \b
    Examples:
      amur alerts why energy-leverage
      amur alerts why energy-leverage --on 2026-03-18
      amur alerts why energy-leverage --on 2026-03-18 --json
    """
    now = datetime.now(UTC)
    on = day or now.date()
    if on > now.date():
        raise Trouble(f"{on} is yet to come: `amur alerts preview` says what would be told now.")
    settings = invocation.settings()
    from flows.explaining import explain, verdict
    from flows.looking_back import look_back

    with as_of_now(settings.data, insist) as con:
        _require_theme(con, theme)
        then = look_back(con, settings, theme, on, now)
    steps = explain(then, settings.telling.zone)
    if as_json:
        told = {"theme_id": theme, "on": on, "as_of": then.moment, "verdict": verdict(then, steps)}
        print_json({**told, "steps": [asdict(step) for step in steps]})
        return
    click.secho(verdict(then, steps), bold=True)
    click.echo(f"{then.label}, as of {then.moment:%Y-%m-%d %H:%M} UTC\n")
    _say(steps)


def _say(steps: Sequence[Step]) -> None:
    width = max(len(step.about) for step in steps)
    for step in steps:
        mark, colour = MARKS[step.speaks]
        click.echo(f"{click.style(mark, fg=colour)} {step.about:{width}}  {shown(step.said)}")


def insist(error: WarehouseError, published: Path) -> None:
    """Take no answer from the published file: it does not say who was told. Raises the error."""
    del published
    raise error


def _require_theme(con: Connection, theme: str) -> None:
    from flows.complaints import nearest
    from warehouse.emergences import read_candidate
    from warehouse.verdicts import known_themes

    known = known_themes(con)
    if theme not in known and not read_candidate(con, theme):
        raise Trouble(f"There is no theme {theme!r}; {nearest(theme, known) if known else 'none is known yet'}")
