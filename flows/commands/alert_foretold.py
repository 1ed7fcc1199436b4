"""`amur alerts preview` without an alert: what would be told now, to whom and when, as text."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING
from uuid import UUID

import click

from flows.commands import Invocation
from flows.commands.alert_why import insist
from flows.commands.printing import count, print_json
from flows.commands.reading import as_of_now
from flows.reasons import KINDS

if TYPE_CHECKING:
    from flows.foretelling import Foretold, Letter
    from flows.settings import Settings

INDENT = "    "


def show_foretold(invocation: Invocation, *, as_json: bool) -> None:
    """Print what would be told; nothing is stored or sent."""
    settings = invocation.settings()
    from flows.foretelling import foretell

    with as_of_now(settings.data, insist) as con:
        found = foretell(con, settings, datetime.now(UTC))
    if as_json:
        print_json(asdict(found) | {"letters": [_plain(letter, settings) for letter in found.letters]})
    else:
        _say(found, settings)


def _plain(letter: Letter, settings: Settings) -> dict[str, object]:
    """One letter for JSON, its alerts as the text that would be sent."""
    from alerts import render, words

    alerts = [
        {"alert_id": one.id, "kind": one.kind, "theme_id": one.theme_id, "text": render.text(one, settings.alerts)}
        for one in letter.alerts
    ]
    told = [{"channel": channel, "recipient": recipient} for channel, recipient in letter.told]
    named = {"at": letter.at, "because": letter.because, "told": told}
    return named | {"subject": words.subject(letter.alerts), "alerts": alerts}


def _say(found: Foretold, settings: Settings) -> None:
    shown: set[UUID] = set()
    for letter in found.letters:
        _say_letter(letter, settings, shown)
        shown.update(alert.id for alert in letter.alerts)
    if not found.letters:
        click.echo("Nobody would be told of anything: there is nothing new to tell, or no channel is on.")
    if found.withheld:
        click.secho("Found, and told to nobody", bold=True)
    for one in found.withheld:
        publishers = count(len(one.publishers), "publisher")
        click.echo(f"  {one.theme_id}, {KINDS.get(one.kind, one.kind)} ({publishers}): {one.why}.")
    if found.corrections:
        click.echo(f"{count(found.corrections, 'correction')} would be sent, of alerts that were retracted.")
    if found.waiting:
        click.echo(f"{count(found.waiting, 'message')} made before would be tried again.")
    click.echo("Nothing was stored or sent.", err=True)


def _say_letter(letter: Letter, settings: Settings, shown: Collection[UUID]) -> None:
    from alerts import render, words
    from alerts.hours import in_zone

    when = f"{in_zone(letter.at, settings.telling.zone)} ({letter.because})" if letter.at else "With the next pass"
    click.secho(f"{when}, to {', '.join(recipient for _, recipient in letter.told)}", bold=True)
    click.echo(words.subject(letter.alerts) + (", as above" if {a.id for a in letter.alerts} <= set(shown) else ""))
    told = letter.alerts[: settings.alerts.per_message]
    for alert in told:
        if alert.id not in shown:
            text = render.text(alert, settings.alerts).strip()
            click.echo("\n" + "\n".join(f"{INDENT}{line}".rstrip() for line in text.splitlines()))
    if rest := letter.alerts[len(told) :]:
        click.echo(f"\n{INDENT}{words.more(alert.label for alert in rest)}")
    click.echo("")
