"""`amur doctor`: what is wrong with this installation, and what to do about it."""

from __future__ import annotations

import dataclasses
from collections import Counter
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, pass_invocation
from flows.commands.printing import count, json_option, print_json, shown

if TYPE_CHECKING:
    from flows.checks import Result

COLOURS = {"ok": "green", "left out": "blue", "warning": "yellow", "trouble": "red"}
WIDTH = max(map(len, COLOURS))

# What the command ends with where there is trouble: the first of these groups that has any.
EXITS = {
    "settings": Exit.WRONG,
    "disk": Exit.WAREHOUSE,
    "locks": Exit.WAREHOUSE,
    "warehouse": Exit.WAREHOUSE,
    "network": Exit.NO_FEED,
    "channels": Exit.UNSENT,
}


@click.command()
@click.option("--offline", is_flag=True, help="Leave out what asks the network: name look-ups, feeds, mail server.")
@json_option
@click.pass_context
@pass_invocation
def doctor(invocation: Invocation, ctx: click.Context, offline: bool, as_json: bool) -> None:
    """Look for what is wrong with this installation, and say what to do about it.

    Settings, versions, disk, clock, locks, warehouse, network, channels. Nothing is changed, sent or stored; the mail
    server is only logged in to. Works with broken settings, before the first pass, and while one runs.

    Ends with 0 where nothing is trouble, warnings or not. Else with 2 for settings, 4 for disk, locks or warehouse,
    3 for the network, 5 for a channel, 1 for the rest; of several, with the first of these.

    \b
    Examples:
      amur doctor
      amur doctor --offline
      amur doctor --json | jq '.[] | select(.level == "trouble")'
    """
    from flows.checks import look_at
    from flows.checks.all import CHECKS, take_in
    from flows.house import utc_now

    case = take_in(invocation.config, utc_now(), offline=offline)
    if case.draft:
        invocation.redaction.hide(case.draft.secrets)
    results = []
    for result in look_at(case, CHECKS):
        clean = dataclasses.replace(
            result, said=invocation.redaction.clean(result.said), advice=invocation.redaction.clean(result.advice)
        )
        results.append(clean)
        if not as_json:
            _say(clean, new=len(results) == 1 or results[-2].group != clean.group)
    levels = Counter(str(result.level) for result in results)
    if as_json:
        print_json([dataclasses.asdict(result) for result in results])
    else:
        click.echo(f"\n{_summary(levels)}")
    ctx.exit(_exit(results))


def _say(result: Result, *, new: bool) -> None:
    if new:
        click.secho(f"\n{result.group.capitalize()}", bold=True)
    level = click.style(f"{result.level:{WIDTH}}", fg=COLOURS[result.level])
    click.echo(f"  {level}  {result.check}: {shown(result.said)}")
    if result.advice:
        click.echo(f"  {'':{WIDTH}}  {shown(result.advice)}")


def _summary(levels: Counter[str]) -> str:
    said = [count(levels["trouble"], "trouble"), count(levels["warning"], "warning")]
    return "All is well." if not levels["trouble"] and not levels["warning"] else f"{', '.join(said)}."


def _exit(results: list[Result]) -> Exit:
    groups = {result.group for result in results if result.level == "trouble"}
    first = (code for group, code in EXITS.items() if group in groups)
    return next(first, Exit.FAILED) if groups else Exit.FINE
