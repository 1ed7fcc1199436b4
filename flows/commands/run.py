"""`amur run`: one pass."""

from __future__ import annotations

import dataclasses

import click

from flows.commands import Exit, Invocation, pass_invocation
from flows.commands.printing import json_option, print_json


@click.command()
@click.option("--flow", is_flag=True, help="Run it as a Prefect flow, with tasks, retries and artifacts.")
@click.option("--no-send", is_flag=True, help="Do everything but send: alerts wait for the next pass.")
@json_option
@click.pass_context
@pass_invocation
def run(invocation: Invocation, ctx: click.Context, flow: bool, no_send: bool, as_json: bool) -> None:
    """Run one pass: poll the feeds that are due, read and judge what is new, tell what is new, publish.

    For cron, for trying things out, and for repair: a pass that was interrupted anywhere is finished by
    the next one. Only one pass runs at a time; a second one says so and ends.

    \b
    Examples:
      amur run
      amur run --no-send            see what would be told with: amur alerts list
      amur run --json | jq .alerts
      */30 * * * * amur --config /srv/watch/amur.toml run     (in a crontab)
    """
    settings = invocation.settings()
    from flows import report
    from flows.commands.progress import watching
    from flows.house import open_house, utc_now
    from flows.logs import keeping
    from flows.monitor import NO_FEED, run_pass

    now = utc_now()
    with (
        keeping(settings.log, invocation.redaction) as log,
        watching() as watch,
        open_house(settings, watch) as house,
    ):
        if flow:
            from flows.prefect_server import quieten

            quieten(settings.data / "prefect")
            from flows.prefect_flows import pass_as_flow

            invocation.redaction.cover()  # Prefect has set up logging anew
            log.attach()
            record = pass_as_flow(house, now, send=not no_send)
        else:
            record = run_pass(house, now, send=not no_send)
        log.passed(record)
    if as_json:
        print_json(dataclasses.asdict(record))
    else:
        click.echo(f"{record.outcome}: {report.line(record)}")
    if record.note:
        click.echo(record.note, err=True)
    if record.outcome == NO_FEED:
        ctx.exit(Exit.NO_FEED)
    ctx.exit(Exit.UNSENT if record.messages_waiting or record.messages_given_up else Exit.FINE)
