"""`amur alerts`: what was told, what it looks like, and whether it would arrive."""

from __future__ import annotations

import dataclasses
import json
import uuid
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, completing, pass_invocation
from flows.commands.alert_foretold import show_foretold
from flows.commands.alert_list import listing
from flows.commands.alert_mutes import mute, unmute
from flows.commands.alert_resend import resend
from flows.commands.alert_verdicts import ack, one_alert, retract, snooze
from flows.commands.alert_why import why
from flows.commands.printing import json_option, print_json
from flows.commands.reading import as_of_now

if TYPE_CHECKING:
    from alerts.rules import AlertRules, SendResult
    from flows.settings import Settings
    from warehouse.records import Alert

NOBODY = "Amur <amur@example.org>"  # a preview goes nowhere, and an e-mail has a sender all the same


@click.group()
def alerts() -> None:
    """List alerts, say what you think of them, preview one, or send a test message."""


for command in (listing, why, ack, snooze, mute, unmute, retract, resend):
    alerts.add_command(command)


@alerts.command()
@click.argument("alert", required=False, shell_complete=completing.themes)
@click.option("--html", type=click.Path(path_type=Path, dir_okay=False), help="Write the e-mail's HTML to a file.")
@click.option("--slack", is_flag=True, help="Print the Slack message instead, as JSON.")
@json_option
@pass_invocation
def preview(invocation: Invocation, alert: str | None, html: Path | None, slack: bool, as_json: bool) -> None:
    """Show what would be told now, to whom and when; or what ALERT says. Stores and sends nothing.

    Without ALERT it decides as a pass would about what is read and judged already, and adds what waits for its hour.

    ALERT is its id or its first six letters or more, or the id of a theme: then its latest alert.

    \b
    Examples:
      amur alerts preview
      amur alerts preview --json | jq '.letters[] | {at, told}'
      amur alerts preview energy-leverage
      amur alerts preview 3f1c9a --html alert.html
      amur alerts preview 3f1c9a --slack
    """
    if alert is None:
        if html or slack:
            raise click.UsageError("Name the alert to show: amur alerts preview ALERT --html alert.html")
        show_foretold(invocation, as_json=as_json)
        return
    settings = invocation.settings()
    from alerts import render

    found = _alert(invocation.data(), alert, settings.alerts)
    if html:
        _write(html, _as_page(_letter(found, settings)))
        click.echo(f"Wrote {html}", err=True)
    elif slack:
        envelope = render.Envelope(found.id, NOBODY, "slack", found.created_at)
        print_json(json.loads(render.slack([found], envelope, settings.alerts).body))
    elif as_json:
        print_json(dataclasses.asdict(found))
    else:
        click.echo(render.text(found, settings.alerts))


@alerts.command()
@click.option("--channel", type=click.Choice(["email", "slack"]), help="Only this channel.")
@json_option
@click.pass_context
@pass_invocation
def test(invocation: Invocation, ctx: click.Context, channel: str | None, as_json: bool) -> None:
    """Send a test message through the channels that are on, and say how it went.

    \b
    Examples:
      amur alerts test
      amur alerts test --channel email
    """
    settings = invocation.settings()
    chosen = [name for name in ("email", "slack") if channel in (None, name) and getattr(settings, name)]
    if not chosen:
        off, section = (
            (f"[{channel}] is off", f"[{channel}]") if channel else ("No channel is on", "[email] or [slack]")
        )
        raise Trouble(f"{off}: fill in {section} in amur.toml, and set enabled = true.")
    tries = {"email": _try_email, "slack": _try_slack}
    results = [result for name in chosen for result in tries[name](settings)]
    if as_json:
        print_json(results)
    else:
        for result in results:
            said = "sent" if result["result"] == "sent" else f"not sent ({result['reason']}). {result['detail']}"
            click.echo(f"{result['channel']} to {result['recipient']}: {said}")
    ctx.exit(Exit.FINE if all(result["result"] == "sent" for result in results) else Exit.UNSENT)


def _alert(data: Path, name: str, rules: AlertRules) -> Alert:
    from warehouse.findings import read_alerts

    with as_of_now(data) as con:
        (found,) = read_alerts(con, [one_alert(con, name).alert_id], rules.quotes)
    return found


def _letter(alert: Alert, settings: Settings) -> bytes:
    from alerts import render

    sender = settings.email.sender if settings.email else NOBODY
    return render.email([alert], render.Envelope(alert.id, sender, sender, alert.created_at), settings.alerts).body


def _as_page(letter: bytes) -> str:
    """The HTML of an e-mail with its pictures inside, as a browser can show it."""
    import base64
    from email import message_from_bytes
    from email.policy import default

    message = message_from_bytes(letter, policy=default)
    page = message.get_body(("html",))
    html = str(page.get_content()) if page else ""
    for part in message.walk():
        if name := str(part.get("Content-ID", "")).strip("<>"):
            picture = base64.b64encode(part.get_payload(decode=True)).decode()  # type: ignore[arg-type]  # bytes: it is no multipart
            html = html.replace(f"cid:{name}", f"data:{part.get_content_type()};base64,{picture}")
    return html


def _write(file: Path, text: str) -> None:
    try:
        file.write_text(text, encoding="utf-8")
    except OSError as error:
        raise Trouble(f"Cannot write {file}: {error.strerror}. Name another file.") from error


def _try_email(settings: Settings) -> list[dict[str, str]]:
    from alerts import mail, render
    from flows.house import utc_now

    account = settings.email
    if account is None:
        return []
    results = []
    for recipient in settings.recipients:
        envelope = render.Envelope(uuid.uuid4(), account.sender, recipient, utc_now())
        results.append(_result("email", recipient, mail.send(account, recipient, render.trial_email(envelope).body)))
    return results


def _try_slack(settings: Settings) -> list[dict[str, str]]:
    from alerts import render, slack
    from flows.house import utc_now

    hook = settings.slack
    if hook is None:
        return []
    envelope = render.Envelope(uuid.uuid4(), NOBODY, hook.name, utc_now())
    return [_result("slack", hook.name, slack.send(hook, render.trial_slack(envelope).body))]


def _result(channel: str, recipient: str, result: SendResult) -> dict[str, str]:
    said = {"result": result.result, "reason": result.reason, "detail": result.detail}
    return {"channel": channel, "recipient": recipient, **said}
