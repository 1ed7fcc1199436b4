"""`amur alerts ack, snooze, retract`: what people say of alerts, committed also while a pass runs."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.printing import count, json_option, print_json
from flows.commands.when import as_span

if TYPE_CHECKING:
    from warehouse.connect import Connection
    from warehouse.verdicts import Named, Verdict, What

SHORT = 8  # letters of an id that name an alert well enough
F = TypeVar("F", bound=Callable[..., Any])


def by_option(command: F) -> F:
    """Whose verdict it is, for those who want it in the log."""
    return click.option("--by", default="", help="A name to keep with it; never published.")(command)


@click.command()
@click.argument("alerts", nargs=-1, required=True, metavar="ID…")
@by_option
@json_option
@pass_invocation
def ack(invocation: Invocation, alerts: tuple[str, ...], by: str, as_json: bool) -> None:
    """Acknowledge alerts: somebody has seen to them.

    ID is an alert's id or its first six letters or more, or a theme: then its latest alert. What of an alert is not
    sent yet still goes out: others want to know as well.

    \b
    Examples:
      amur alerts ack 3f1c9a2b
      amur alerts ack 3f1c9a 77aa01
    """
    from warehouse import outbox, verdicts

    now = datetime.now(UTC)
    with ledger(invocation.data()) as con:
        named = each_alert(con, alerts)
        known = verdicts.acknowledged(con, [alert.alert_id for alert in named])
        new = [alert for alert in named if alert.alert_id not in known]
        verdicts.give(con, [_on("ack", alert, now, by) for alert in new])
        waiting = {alert.alert_id: outbox.count_waiting_for(con, alert.alert_id) for alert in new}
    if as_json:
        print_json([_done(alert, "acknowledged", known) for alert in named])
        return
    for alert in named:
        if alert.alert_id in known:
            click.echo(f"{in_words(alert)} was acknowledged before.")
            continue
        still = f" {count(waiting[alert.alert_id], 'message')} still to be sent." if waiting[alert.alert_id] else ""
        click.echo(f"Acknowledged {in_words(alert)}.{still}")


@click.command()
@click.argument("themes", nargs=-1, required=True, metavar="THEME|ID…", shell_complete=completing.themes)
@click.option(
    "--for",
    "span",
    callback=as_span,
    metavar="SPAN",
    default="7d",
    show_default=True,
    help='How long: "12h", "7d", "2w".',
)
@by_option
@json_option
@pass_invocation
def snooze(invocation: Invocation, themes: tuple[str, ...], span: timedelta, by: str, as_json: bool) -> None:
    """Hear nothing more of a theme for a while.

    Name it by its id, or by that of an alert on it. What is found until then is kept, and alerted to nobody; a theme
    that is first seen then, and still goes on at the end, is found anew.

    \b
    Examples:
      amur alerts snooze energy-leverage --for 7d
      amur alerts snooze 3f1c9a2b --for 2w
    """
    from warehouse import verdicts

    now = datetime.now(UTC)
    until = now + span
    with ledger(invocation.data()) as con:
        snoozed = each_theme(con, themes)
        verdicts.give(con, [verdicts.Verdict("snooze", theme, now, until_at=until, given_by=by) for theme in snoozed])
    if as_json:
        print_json([{"theme_id": theme, "done": "snoozed", "until_at": until} for theme in snoozed])
        return
    for theme in snoozed:
        click.echo(f"{theme} is snoozed until {moment(until)}. Sooner: amur alerts unmute {theme}")


@click.command()
@click.argument("alerts", nargs=-1, required=True, metavar="ID…")
@click.option("--because", default="", metavar="TEXT", help="Why; those who were told read it.")
@by_option
@json_option
@pass_invocation
def retract(invocation: Invocation, alerts: tuple[str, ...], because: str, by: str, as_json: bool) -> None:
    """Take back alerts that were wrong. That cannot be undone.

    Messages that tell of nothing else and were not sent yet are withdrawn; whoever was told gets a short correction
    with the next pass. The alert no longer keeps its theme quiet, and its articles no longer count as signs of it:
    the true one will be told.

    \b
    Examples:
      amur alerts retract 3f1c9a2b
      amur alerts retract 3f1c9a2b --because "The translation was wrong."
    """
    from warehouse import outbox, verdicts

    now = datetime.now(UTC)
    with ledger(invocation.data()) as con:
        named = each_alert(con, alerts, by_theme=False)
        known = verdicts.retracted(con, [alert.alert_id for alert in named])
        new = [alert for alert in named if alert.alert_id not in known]
        verdicts.give(con, [_on("retract", alert, now, by, because.strip()) for alert in new])
        withdrawn = outbox.withdraw(con)
        told = sum(outbox.count_told(con, alert.alert_id) for alert in new)
    if as_json:
        print_json([_done(alert, "retracted", known) for alert in named])
        return
    for alert in named:
        click.echo(
            f"{in_words(alert)} was retracted before." if alert.alert_id in known else f"Retracted {in_words(alert)}."
        )
    if withdrawn:
        click.echo(f"{count(withdrawn, 'message')} withdrawn before being sent.")
    if told:
        click.echo(f"{count(told, 'correction')} to be sent by the next pass to those who were told.")


# --- what the commands on alerts have in common ---------------------------------------------------------


@contextmanager
def ledger(data: Path) -> Iterator[Connection]:
    """The live warehouse to write in, at once, whatever a pass is doing. Raises `WarehouseError` without one."""
    from warehouse.store import Store

    store = Store(data)
    if store.live.exists():
        store.open()  # one that an earlier Amur made gets its new tables
    with store.transaction() as con:
        yield con


def each_alert(con: Connection, names: Sequence[str], *, by_theme: bool = True) -> list[Named]:
    """The alert that each name means, each once. Raises `Trouble` when one means none, or several."""
    return list(dict.fromkeys(one_alert(con, name, by_theme=by_theme) for name in names))


def one_alert(con: Connection, name: str, *, by_theme: bool = True) -> Named:
    """The alert that `name` means: by its id, or the latest of a theme. Raises `Trouble` unless it is one."""
    from flows.complaints import nearest
    from warehouse.verdicts import LEAST_PREFIX, find_alerts, known_themes

    found = find_alerts(con, name)
    if len(found) == 1 and (by_theme or found[0].theme_id != name):
        return found[0]
    if len(found) > 1:
        raise Trouble(f"{name!r} begins several alerts: {', '.join(map(in_words, found))}. Give more of the id.")
    if found:
        raise Trouble(f"{name!r} is a theme: name the alert itself. Its latest is {in_words(found[0])}.")
    short = f" An id needs {LEAST_PREFIX} letters at least." if len(name) < LEAST_PREFIX else ""
    meant = nearest(name, known_themes(con))
    hint = f" As a theme, {meant}" if by_theme and meant.startswith("did you mean") else ""
    raise Trouble(f"There is no alert {name!r}.{short}{hint} `amur alerts list` names them.")


def each_theme(con: Connection, names: Sequence[str]) -> list[str]:
    """The theme that each name means, by its id or an alert's, each once. Raises `Trouble` when one means none."""
    from flows.complaints import nearest
    from warehouse.verdicts import find_alerts, known_themes

    known = known_themes(con)
    themes: dict[str, None] = {}
    for name in names:
        found = [] if name in known else find_alerts(con, name)
        of = {name} if name in known else {alert.theme_id for alert in found}
        if len(of) != 1:
            alerts = ", ".join(map(in_words, found))
            several = f"{name!r} begins several alerts: {alerts}. Give more of the id."
            raise Trouble(several if found else f"There is no theme or alert {name!r}; {nearest(name, known)}")
        themes |= dict.fromkeys(of)
    return list(themes)


def in_words(alert: Named) -> str:
    """An alert as a sentence names it."""
    return f"{str(alert.alert_id)[:SHORT]} ({alert.theme_id}, {alert.created_at:%Y-%m-%d})"


def _done(alert: Named, what: str, before: Collection[UUID]) -> dict[str, object]:
    """What was done with an alert, for JSON; `before` are those with which it had been done already."""
    done = f"{what} before" if alert.alert_id in before else what
    return {"alert_id": alert.alert_id, "theme_id": alert.theme_id, "done": done}


def _on(what: What, alert: Named, now: datetime, by: str, note: str = "") -> Verdict:
    from warehouse.verdicts import Verdict

    return Verdict(what, alert.theme_id, now, alert.alert_id, note=note, given_by=by)


def moment(at: datetime) -> str:
    """A moment as a sentence names it."""
    return f"{at:%Y-%m-%d %H:%M} UTC"
