"""Tell: alerts become messages, messages are sent. The transactional outbox, conducted.

A message is rendered once and stored with its Message-ID before anything is sent. Sending is claim and
commit, send, mark and commit, one message at a time: when the machine dies in between, exactly one
message is unclear, and `on_ambiguous` says what becomes of it.
"""

from __future__ import annotations

import uuid
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from alerts import mail, render, rules, slack
from alerts.routing import Addressee, Channel
from alerts.rules import SendResult
from flows.heartbeat import keep_in_touch
from flows.house import House, Pass
from flows.planning import Plan, plan
from flows.policy import mailbox
from flows.settings import Settings
from warehouse import outbox, tellings
from warehouse.connect import Connection
from warehouse.records import Alert, Delivery, Message, MessageState

# A channel that is switched on later is told of the last days, not of all history.
TOLD_BACK = timedelta(days=14)

# What a mail server says of one mailbox says nothing of the next.
OF_ONE_RECIPIENT = ("smtp_busy", "smtp_policy", "smtp_refused", "bad_address")


def tell(house: House, this: Pass) -> None:
    """Render what is untold and send what is due."""
    told = addressees(house.settings)
    due = _plan(house, told, this.now)
    if not told:
        return
    _settle_unclear(house)
    if not house.settings.telling.holds(house.clock()):
        for channel, recipient in told:
            _render(house, channel, recipient, due.now.get((channel, recipient), ()), this.now)
            _correct(house, channel, recipient, this.now)
            if not due.waits_for((channel, recipient)):
                keep_in_touch(house, channel, recipient, this)
        with house.store.transaction() as con:
            tellings.pass_over(con, due.over)
    results = _send_due(house, this.now, told)
    with house.store.transaction() as con:
        waiting = outbox.count_waiting(con, told)
    ends = Counter(state for _, state in results)
    given_up = ends[MessageState.UNDELIVERABLE] + ends[MessageState.HELD]
    this.count(messages_sent=ends[MessageState.SENT], messages_waiting=waiting, messages_given_up=given_up)
    this.notes.extend(dict.fromkeys(words for words, state in results if state is not MessageState.SENT))


def addressees(settings: Settings) -> list[Addressee]:
    """Whom to tell: channel and recipient. A mailbox is the same however it is spelt."""
    told: list[Addressee] = [("email", box) for box in dict.fromkeys(map(mailbox, settings.recipients))]
    return told + ([("slack", settings.slack.name)] if settings.slack else [])


def planned(con: Connection, settings: Settings, told: Sequence[Addressee], now: datetime) -> Plan:
    """What is open for those who are told, and when each is due; only whoever is enrolled counts."""
    return plan(tellings.open_alerts(con, told, now - TOLD_BACK), told, settings.telling, now)


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


def correction(
    settings: Settings, channel: Channel, recipient: str, original: outbox.Correctable, key: uuid.UUID, now: datetime
) -> Message:
    """The message that takes back what `original` told one recipient; `key` becomes its id."""
    if channel == "email" and settings.email:
        envelope = render.Envelope(key, settings.email.sender, recipient, now)
        made = render.correction_email(original.alerts, envelope, original.message_id)
    else:
        made = render.correction_slack(original.alerts, render.Envelope(key, "", recipient, now))
    return Message(key, channel, recipient, now, made.message_id, made.subject, made.body, ())


def _settle_unclear(house: House) -> None:
    """Decide about messages that a killed pass left half sent."""
    now, noted = house.clock(), house.store.journal.read()
    with house.store.transaction() as con:
        for message in outbox.unclear(con):
            answer = noted.answer_to(message.id)
            if answer and answer != "unclear":
                known = SendResult(answer, "journal", "The pass ended before it could mark what came of it.")
                _record(house, con, message, known, now)
                continue
            broken_off = Delivery(message.id, now, "unclear", "interrupted", "The pass ended before the answer came.")
            outbox.mark(con, broken_off, rules.after_crash(message, house.settings.alerts), now)


def _plan(house: House, told: Sequence[Addressee], now: datetime) -> Plan:
    """What is told now and what later, with what waits put where everybody can see it."""
    with house.store.transaction() as con:
        tellings.enrol(con, told, now - TOLD_BACK)
        due = planned(con, house.settings, told, now)
        tellings.save_waits(con, due.later)
    return due


def _render(house: House, channel: Channel, recipient: str, alert_ids: Sequence[uuid.UUID], now: datetime) -> None:
    if not alert_ids:
        return
    with house.store.transaction() as con:
        alerts = outbox.read_alerts(con, alert_ids, house.settings.alerts.quotes)
    message = rendered(house.settings, channel, recipient, alerts, uuid.uuid4(), now)
    with house.store.transaction() as con:
        outbox.save_message(con, message)


def _correct(house: House, channel: Channel, recipient: str, now: datetime) -> None:
    """Render what takes back the alerts that this recipient was told of and that were retracted since."""
    with house.store.transaction() as con:
        due = outbox.corrections_due(con, channel, recipient)
    for original in due:
        message = correction(house.settings, channel, recipient, original, uuid.uuid4(), now)
        with house.store.transaction() as con:
            outbox.save_correction(con, message, original.alerts)


def _send_due(house: House, now: datetime, told: Sequence[tuple[Channel, str]]) -> list[tuple[str, MessageState]]:
    """Send message by message; what came of each, in words that name no recipient, and its new state."""
    results = []
    while not house.settings.telling.holds(house.clock()) and (message := _claim(house, now, told)):
        house.watch.begin("tell", 1)
        result = send(house.settings, message.channel, message.recipient, message.body)
        try:
            house.store.journal.answered(message.id, result.result, house.clock())
        finally:
            state = _mark(house, message, result, now)
        house.watch.advance("tell", failed=state is not MessageState.SENT)
        results.append((_in_words(message.channel, result, state), state))
        if result.result == "retry" and result.reason not in OF_ONE_RECIPIENT:
            # A channel that is down is not knocked at again for every message that waits.
            told = [(channel, recipient) for channel, recipient in told if channel != message.channel]
    return results


def _claim(house: House, now: datetime, told: Sequence[tuple[Channel, str]]) -> Message | None:
    with house.store.transaction() as con:
        outbox.withdraw(con)  # whatever was retracted since, up to this very moment
        message = outbox.next_message(con, now, told)
        if message:
            house.store.journal.sending(con, message, house.clock())
        return message


def _mark(house: House, message: Message, result: SendResult, now: datetime) -> MessageState:
    with house.store.transaction() as con:
        return _record(house, con, message, result, now)


def _record(house: House, con: Connection, message: Message, result: SendResult, now: datetime) -> MessageState:
    attempted = replace(message, attempts=message.attempts + 1)
    state, again_at = rules.after_delivery(attempted, result, house.settings.alerts, now)
    repeat = outbox.may_have_arrived(con, message.id)
    delivery = Delivery(message.id, house.clock(), result.result, result.reason, result.detail, repeat)
    outbox.mark(con, delivery, state, again_at)
    return state


def _in_words(channel: str, result: SendResult, state: MessageState) -> str:
    name = {"email": "e-mail", "slack": "Slack"}.get(channel, channel)
    what = {
        MessageState.PENDING: "could not be sent and waits for the next pass",
        MessageState.HELD: "may have arrived and is held back",
        MessageState.UNDELIVERABLE: "is given up",
    }.get(state, "was sent")
    then = "; `amur alerts resend` tries again" if state in (MessageState.UNDELIVERABLE, MessageState.HELD) else ""
    return f"A message by {name} {what} ({result.reason}): `amur status` says why{then}."
