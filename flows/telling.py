"""Tell: alerts become messages, messages are sent. The transactional outbox, conducted.

A message is rendered once and stored with its Message-ID before anything is sent. Sending is claim and
commit, send, mark and commit, one message at a time: when the machine dies in between, exactly one
message is unclear, and `on_ambiguous` says what becomes of it.
"""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Literal

from alerts import mail, render, rules, slack
from alerts.rules import SendResult
from flows.house import House, Pass
from flows.settings import Settings
from warehouse import outbox
from warehouse.records import Alert, Delivery, Message

# A channel that is switched on later is told of the last days, not of all history.
TOLD_BACK = timedelta(days=14)

Channel = Literal["email", "slack"]


def tell(house: House, this: Pass) -> None:
    """Render what is untold and send what is due."""
    _settle_unclear(house, this.now)
    for channel, recipient in addressees(house.settings):
        _render(house, channel, recipient, this.now)
    results = _send_due(house, this.now)
    with house.store.transaction() as con:
        waiting = outbox.count_waiting(con)
    this.count(messages_sent=sum(result.result == "sent" for result in results), messages_waiting=waiting)
    this.notes.extend(dict.fromkeys(result.detail for result in results if result.result != "sent"))
    if waiting:
        this.notes.append("What could not be sent waits, and is tried again by the next pass.")


def addressees(settings: Settings) -> list[tuple[Channel, str]]:
    """Whom to tell: channel and recipient."""
    told: list[tuple[Channel, str]] = [("email", recipient) for recipient in settings.recipients]
    return told + ([("slack", settings.slack.name)] if settings.slack else [])


def send(settings: Settings, channel: str, recipient: str, body: bytes) -> SendResult:
    """Send one message once."""
    if channel == "email" and settings.email:
        return mail.send(settings.email, recipient, body)
    if channel == "slack" and settings.slack:
        return slack.send(settings.slack, body)
    return SendResult("retry", "channel_off", f"The channel {channel} is switched off in amur.toml.")


def rendered(
    settings: Settings, channel: Channel, recipient: str, alerts: Sequence[Alert], key: uuid.UUID, now: datetime
) -> Message:
    """The message that tells one recipient of `alerts`; `key` becomes its id."""
    if channel == "email" and settings.email:
        envelope = render.Envelope(key, settings.email.sender, recipient, now)
        made = render.email(alerts, envelope, settings.alerts)
    else:
        made = render.slack(alerts, render.Envelope(key, "", recipient, now), settings.alerts)
    return Message(
        id=key,
        channel=channel,
        recipient=recipient,
        created_at=now,
        message_id=made.message_id,
        subject=made.subject,
        body=made.body,
        alert_ids=tuple(alert.id for alert in alerts),
    )


def _settle_unclear(house: House, now: datetime) -> None:
    """Decide about messages that a killed pass left half sent."""
    with house.store.transaction() as con:
        for message in outbox.unclear(con):
            broken_off = Delivery(message.id, now, "unclear", "interrupted", "The pass ended before the answer came.")
            outbox.mark(con, broken_off, rules.after_crash(message, house.settings.alerts), now)


def _render(house: House, channel: Channel, recipient: str, now: datetime) -> None:
    with house.store.transaction() as con:
        alerts = outbox.alerts_to_tell(con, channel, recipient, house.settings.alerts.quotes, now - TOLD_BACK)
    if not alerts:
        return
    message = rendered(house.settings, channel, recipient, alerts, uuid.uuid4(), now)
    with house.store.transaction() as con:
        outbox.save_message(con, message)


def _send_due(house: House, now: datetime) -> list[SendResult]:
    results: list[SendResult] = []
    channels = {channel for channel, _ in addressees(house.settings)}
    while message := _claim(house, now, channels):
        house.watch.begin("tell", 1)
        result = send(house.settings, message.channel, message.recipient, message.body)
        _mark(house, message, result, now)
        house.watch.advance("tell", failed=result.result != "sent")
        results.append(result)
        if result.result == "retry":
            # A channel that is down is not knocked at again for every message that waits.
            channels.discard(message.channel)
    return results


def _claim(house: House, now: datetime, channels: Collection[str]) -> Message | None:
    with house.store.transaction() as con:
        return outbox.next_message(con, now, sorted(channels))


def _mark(house: House, message: Message, result: SendResult, now: datetime) -> None:
    attempted = replace(message, attempts=message.attempts + 1)
    state, again_at = rules.after_delivery(attempted, result, house.settings.alerts, now)
    with house.store.transaction() as con:
        repeat = outbox.was_unclear(con, message.id)
        delivery = Delivery(message.id, now, result.result, result.reason, result.detail, repeat)
        outbox.mark(con, delivery, state, again_at)
