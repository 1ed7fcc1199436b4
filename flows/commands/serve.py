"""`amur serve`: pass after pass, on a schedule."""

from __future__ import annotations

from pathlib import Path

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation

PORT = 4200


@click.command()
@click.option("--every", metavar="SPAN", help='Time between passes, such as "30m"; else [schedule] every.')
@click.option("--cron", metavar="EXPRESSION", help='A cron expression instead, such as "*/30 * * * *" (UTC).')
@click.option("--port", default=PORT, show_default=True, help="Port of the Prefect server on this machine.")
@pass_invocation
def serve(invocation: Invocation, every: str | None, cron: str | None, port: int) -> None:
    """Run a pass again and again, on a schedule, as Prefect flows with their history.

    Starts a Prefect server of its own on this machine, unless PREFECT_API_URL names one. Its pages show
    every pass with its tasks, logs and report. Stop with Ctrl-C; a pass that is due while another one
    runs is left out.

    \b
    Examples:
      amur serve
      amur serve --every 2h
      amur serve --cron "0 6,18 * * *"
    """
    if every and cron:
        raise click.UsageError("Choose one of --every and --cron.")
    settings = invocation.settings()
    from flows.prefect_server import server
    from flows.settings import find, parse_duration

    if cron:
        _require_cron(cron)
    span = None if cron else settings.every
    if every:
        try:
            span = parse_duration(every)
        except ValueError as error:
            raise click.BadParameter(str(error), param_hint="--every") from None
    config: Path = find(invocation.config).resolve()
    try:
        with server(settings.data / "prefect", port) as api:
            from flows import prefect_flows

            invocation.redaction.cover()  # Prefect has set up logging anew
            how = f"at {cron} (UTC)" if cron else f"every {span}"
            click.echo(f"A pass {how}. History: {api.removesuffix('/api')}  Stop with Ctrl-C.", err=True)
            prefect_flows.serve(config, span, cron)
    except OSError as error:
        raise Trouble(
            f"{error}. Choose another port with --port, or name a server with PREFECT_API_URL.", Exit.FAILED
        ) from error


def _require_cron(expression: str) -> None:
    # Before the server is started. Prefect's own reader must not be imported until its server is known.
    from cronsim import CronSim, CronSimError

    from flows.house import utc_now

    try:
        CronSim(expression, utc_now())
    except CronSimError as error:
        advice = f'{expression!r} is no cron expression ({error}): give five fields, such as "*/30 * * * *"'
        raise click.BadParameter(advice, param_hint="--cron") from None
