"""`amur alerts resend`: a fresh try for a message that was given up, or is wanted again."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from flows.commands import Invocation, Trouble, pass_invocation
from flows.commands.alert_verdicts import by_option, each_alert, in_words, ledger
from flows.commands.printing import count, json_option, print_json

if TYPE_CHECKING:
    from alerts.routing import Addressee
    from warehouse.connect import Connection
    from warehouse.verdicts import Named

NO_CHANNEL = "No channel is on: fill in [email] or [slack] in amur.toml, and set enabled = true."


@click.command()
@click.argument("alerts", nargs=-1, metavar="[ID…]")
@click.option("--given-up", is_flag=True, help="All messages that were given up, whatever they tell.")
@click.option("--again", is_flag=True, help="Also to those whose message was sent already.")
@by_option
@json_option
@pass_invocation
def resend(
    invocation: Invocation, alerts: tuple[str, ...], given_up: bool, again: bool, by: str, as_json: bool
) -> None:
    """Give messages a fresh try with the next pass: as they are, with the same Message-ID.

    With an ID, the messages on that alert that were given up, are held back or wait. A mail program shows a copy
    with the same Message-ID once.

    \b
    Examples:
      amur alerts resend --given-up
      amur alerts resend 3f1c9a2b
      amur alerts resend 3f1c9a2b --again
    """
    if bool(alerts) == given_up:
        raise click.UsageError("Name alerts, or give --given-up: amur alerts resend --given-up")
    from flows.telling import addressees

    told = addressees(invocation.settings())
    if not told:
        raise Trouble(NO_CHANNEL)
    with ledger(invocation.data()) as con:
        sent = _given_up(con, told) if given_up else _of_each(con, alerts, told, again=again, by=by)
    if not sent:
        raise Trouble(
            "No message is given up."
            if given_up
            else "Nothing of it is given up, held back or waiting: with --again it goes to all who have it, once more."
        )
    if as_json:
        print_json([{"message_key": key, "alert_id": of, "done": "to be sent again"} for key, of in sent.items()])
    else:
        click.echo(f"{count(len(sent), 'message')} to be sent by the next pass: amur run")


def _given_up(con: Connection, told: list[Addressee]) -> dict[UUID, UUID | None]:
    from warehouse import outbox
    from warehouse.records import MessageState

    return dict.fromkeys(outbox.resend(con, [MessageState.UNDELIVERABLE], told))


def _of_each(
    con: Connection, names: tuple[str, ...], told: list[Addressee], *, again: bool, by: str
) -> dict[UUID, UUID | None]:
    """The messages, each with the first alert that it was wanted for."""
    from warehouse import outbox, verdicts
    from warehouse.records import MessageState

    states = [MessageState.UNDELIVERABLE, MessageState.HELD, MessageState.PENDING, *([MessageState.SENT] * again)]
    named = each_alert(con, names)
    _require_true(con, named)
    now = datetime.now(UTC)
    sent = {alert: outbox.resend(con, states, told, alert.alert_id) for alert in named}
    wanted = [alert for alert, messages in sent.items() if messages]
    log = [verdicts.Verdict("resend", a.theme_id, now, a.alert_id, given_by=by) for a in wanted]
    verdicts.give(con, log)
    return {key: alert.alert_id for alert in reversed(named) for key in sent[alert]}


def _require_true(con: Connection, named: list[Named]) -> None:
    from warehouse import verdicts

    wrong = verdicts.retracted(con, [alert.alert_id for alert in named])
    for alert in named:
        if alert.alert_id in wrong:
            raise Trouble(f"{in_words(alert)} was retracted: what is wrong is not told again.")
