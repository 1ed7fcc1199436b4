"""`amur serve`: pass after pass, on a schedule."""

from __future__ import annotations

import os
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.printing import span as in_words

if TYPE_CHECKING:
    from flows.settings import Settings

PORT = 4200
RUNS = 400  # of a cron expression, to learn its longest gap: more than a year of days


@click.command()
@click.option("--every", metavar="SPAN", help='Time between passes, such as "30m"; else [schedule] every.')
@click.option("--cron", metavar="EXPRESSION", help='A cron expression instead, such as "*/30 * * * *" (UTC).')
@click.option("--port", default=PORT, show_default=True, help="Port of the Prefect server on this machine.")
@pass_invocation
def serve(invocation: Invocation, every: str | None, cron: str | None, port: int) -> None:
    """Run a pass again and again, on a schedule, as Prefect flows with their history.

    Starts a Prefect server of its own on this machine, unless PREFECT_API_URL names one. Its pages show
    every pass with its tasks, logs and report; what they ask for is in prefect/login in the data folder,
    another word with every start. Stop with Ctrl-C; a pass that is due while another one runs is left out.

    \b
    Examples:
      amur serve
      amur serve --every 2h
      amur serve --cron "0 6,18 * * *"
    """
    if every and cron:
        raise click.UsageError("Choose one of --every and --cron.")
    settings = invocation.settings()
    from flows.house import utc_now
    from flows.serving import AlreadyServed, claim
    from flows.settings import find

    gap = _longest_gap(cron) if cron else _span(every, settings.every)
    how = f"at {cron} (UTC)" if cron else f"every {in_words(gap.total_seconds())}"
    own = f"http://127.0.0.1:{port}"
    pages = invocation.redaction.clean(os.environ.get("PREFECT_API_URL", own).removesuffix("/api"))
    try:
        with claim(settings.data, how, gap, pages, utc_now()):
            plan = _Plan(find(invocation.config).resolve(), how, None if cron else gap, cron)
            _serve(invocation, settings, plan, port, pages)
    except AlreadyServed as error:
        raise Trouble(str(error), Exit.FAILED) from error


@dataclass(frozen=True, slots=True)
class _Plan:
    """What is served, and when: in words, and as the time between two passes or a cron expression."""

    config: Path
    how: str
    every: timedelta | None
    cron: str | None


def _serve(invocation: Invocation, settings: Settings, plan: _Plan, port: int, pages: str) -> None:
    from flows.logs import keeping
    from flows.prefect_server import LOGIN, server

    home = settings.data / "prefect"
    login = "" if os.environ.get("PREFECT_API_URL") else f" (login: {home / LOGIN})"
    try:
        with server(home, port, settings.keep_flow_runs):
            from flows import prefect_flows

            invocation.redaction.cover()  # Prefect has set up logging anew
            with keeping(settings.log, invocation.redaction) as log:
                click.echo(f"A pass {plan.how}. History: {pages}{login}  Stop with Ctrl-C.", err=True)
                log.say(f"serving a pass {plan.how}")
                prefect_flows.serve(plan.config, plan.every, plan.cron)
                log.say("serving no longer")
    except OSError as error:
        raise Trouble(
            f"{error}. Choose another port with --port, or name a server with PREFECT_API_URL.", Exit.FAILED
        ) from error


def _span(every: str | None, otherwise: timedelta) -> timedelta:
    from flows.settings import parse_duration

    try:
        return parse_duration(every) if every else otherwise
    except ValueError as error:
        raise click.BadParameter(str(error), param_hint="--every") from None


def _longest_gap(expression: str) -> timedelta:
    """The longest time between two runs, by which one is overdue."""
    # Before the server is started. Prefect's own reader must not be imported until its server is known.
    from itertools import islice, pairwise

    from cronsim import CronSim, CronSimError

    from flows.house import utc_now

    try:
        return max(later - earlier for earlier, later in pairwise(islice(CronSim(expression, utc_now()), RUNS)))
    except (CronSimError, ValueError) as error:  # wrong, or of a day that never comes
        advice = f'{expression!r} is no cron expression ({error}): give five fields, such as "*/30 * * * *"'
        raise click.BadParameter(advice, param_hint="--cron") from None
