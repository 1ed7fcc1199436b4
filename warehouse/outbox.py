"""The outbox: rendered messages, and where each stands. Nothing is sent that was not committed here before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from warehouse.connect import Connection
from warehouse.findings import alert_id, read_alerts, save_findings
from warehouse.records import Delivery, Message, MessageState, TakenBack
from warehouse.rows import insert, row_of

__all__ = [
    "Correctable",
    "alert_id",
    "corrections_due",
    "count_told",
    "count_waiting",
    "count_waiting_for",
    "mark",
    "may_have_arrived",
    "next_message",
    "read_alerts",
    "resend",
    "save_correction",
    "save_findings",
    "save_message",
    "unclear",
    "withdraw",
]

Addressees = Collection[tuple[str, str]]  # channel and recipient

_MESSAGE = """
SELECT m.message_key, m.channel, m.recipient, m.created_at, m.message_id, m.subject, m.body,
    (SELECT coalesce(list(am.alert_id ORDER BY am.alert_id), []) FROM alert_messages AS am
     WHERE am.message_key = m.message_key) AS alert_ids,
    m.state, m.attempts, m.next_attempt_at
FROM messages AS m
"""

_CLAIM = """
UPDATE messages SET state = 'sending'
WHERE message_key = (
    SELECT message_key FROM messages
    WHERE state = 'pending'
      AND ($addressees::VARCHAR[] IS NULL OR list_contains($addressees, channel || ':' || recipient))
      -- No wait is longer than a day: one that seems to be was set by a clock that has since been put right.
      AND (next_attempt_at IS NULL OR next_attempt_at <= $now OR next_attempt_at > $now + INTERVAL 2 DAY)
    -- What fails again and again must not keep back what was never tried.
    ORDER BY attempts, created_at, message_key
    LIMIT 1
)
RETURNING message_key
"""

# A message that is being sent just now is past withdrawing; what may have arrived stays held.
_WITHDRAW = """
UPDATE messages SET state = 'withdrawn', next_attempt_at = NULL
WHERE state IN ('pending', 'undeliverable')
  AND message_key IN (
      SELECT am.message_key
      FROM alert_messages AS am
      LEFT JOIN (SELECT DISTINCT alert_id FROM verdicts WHERE what = 'retract') AS wrong USING (alert_id)
      GROUP BY am.message_key
      HAVING bool_and(wrong.alert_id IS NOT NULL)
  )
RETURNING message_key
"""

_RESEND = """
UPDATE messages SET state = 'pending', attempts = 0, next_attempt_at = NULL
WHERE list_contains($states, state) AND list_contains($addressees, channel || ':' || recipient)
  -- What is known from the journal alone has no bytes.
  AND octet_length(body) > 0
  AND ($alert_id::UUID IS NULL
      OR message_key IN (SELECT am.message_key FROM alert_messages AS am WHERE am.alert_id = $alert_id::UUID))
RETURNING message_key
"""

_CORRECTIONS_DUE = """
SELECT m.message_key, m.message_id, a.alert_id, a.theme_id, coalesce(t.label, k.label, a.theme_id), a.created_at, v.note
FROM alert_messages AS am
JOIN messages AS m USING (message_key)
JOIN (
    SELECT alert_id, min_by(note, number) AS note FROM verdicts WHERE what = 'retract' GROUP BY alert_id
) AS v ON v.alert_id = am.alert_id
JOIN alerts AS a ON a.alert_id = am.alert_id
JOIN findings AS f USING (finding_id)
LEFT JOIN themes AS t ON t.taxonomy_id = f.taxonomy_id AND t.theme_id = a.theme_id
LEFT JOIN candidates AS k ON k.candidate_id = a.theme_id
ANTI JOIN corrections AS c ON c.alert_id = am.alert_id AND c.channel = am.channel AND c.recipient = am.recipient
WHERE am.channel = $channel AND am.recipient = $recipient
  AND m.message_key IN (SELECT d.message_key FROM deliveries AS d WHERE d.result IN ('sent', 'unclear'))
ORDER BY m.created_at, m.message_key, a.created_at, a.theme_id
"""


@dataclass(frozen=True, slots=True)
class Correctable:
    """A message that went out, by its Message-ID, and the alerts in it that were retracted since."""

    message_id: str
    alerts: tuple[TakenBack, ...]


def save_message(con: Connection, message: Message) -> None:
    """Store a rendered message and, with it, that its recipient is told of its alerts.

    Raises the engine's ConstraintException when the recipient was told of one of them before.
    """
    insert(con, "messages", [row_of(message, without=("id", "alert_ids"), message_key=message.id)], "fail")
    links = [
        {"alert_id": a, "channel": message.channel, "recipient": message.recipient, "message_key": message.id}
        for a in message.alert_ids
    ]
    insert(con, "alert_messages", links, "fail")


def next_message(con: Connection, now: datetime, addressees: Addressees | None = None) -> Message | None:
    """Claim the message that is due, least tried and oldest: it is `sending` once the caller commits.

    None when there is none. `addressees`, channels with their recipients, leaves out all others; `attempts` counts
    those before this one.
    """
    claimed = con.execute(_CLAIM, {"now": now, "addressees": _keys(addressees)}).fetchone()
    if claimed is None:
        return None
    return _messages(con, "WHERE m.message_key = ?", claimed)[0]


def unclear(con: Connection) -> list[Message]:
    """Messages left in `sending` by a process that died: they may have arrived. Ask while nobody sends."""
    return _messages(con, "WHERE m.state = 'sending' ORDER BY m.created_at, m.message_key", ())


def may_have_arrived(con: Connection, message_key: UUID) -> bool:
    """Whether an earlier attempt arrived, or may have: one more would be a repeat."""
    asked = "SELECT count(*) FROM deliveries WHERE message_key = ? AND result IN ('sent', 'unclear')"
    return con.execute(asked, [message_key]).fetchall() != [(0,)]


def count_waiting(con: Connection, addressees: Addressees | None = None) -> int:
    """Messages that are to be sent yet, to `addressees` or to anybody.

    Without `addressees` it answers from a published file too, which names no recipients.
    """
    asked = "SELECT count(*) FROM messages WHERE state IN ('pending', 'sending')"
    if addressees is None:
        return int(con.execute(asked).fetchall()[0][0])
    asked += " AND list_contains(?, channel || ':' || recipient)"
    return int(con.execute(asked, [_keys(addressees)]).fetchall()[0][0])


def count_waiting_for(con: Connection, alert_id: UUID) -> int:
    """Messages with this alert that are to be sent yet."""
    asked = (
        "SELECT count(*) FROM messages WHERE state IN ('pending', 'sending') "
        "AND message_key IN (SELECT l.message_key FROM alert_messages AS l WHERE l.alert_id = ?)"
    )
    return int(con.execute(asked, [alert_id]).fetchall()[0][0])


def count_told(con: Connection, alert_id: UUID) -> int:
    """Messages with this alert that arrived, or may have."""
    asked = (
        "SELECT count(DISTINCT message_key) FROM alert_messages JOIN deliveries USING (message_key) "
        "WHERE alert_id = ? AND result IN ('sent', 'unclear')"
    )
    return int(con.execute(asked, [alert_id]).fetchall()[0][0])


def withdraw(con: Connection) -> int:
    """Take out of the outbox what tells of retracted alerts alone; how many messages that were."""
    return len(con.execute(_WITHDRAW).fetchall())


def resend(
    con: Connection, states: Sequence[MessageState], addressees: Addressees, alert_id: UUID | None = None
) -> list[UUID]:
    """Give messages in one of `states` to `addressees` a fresh try with the next pass; the key of each.

    Of one alert, or of all that is not retracted, corrections included. Bytes and Message-ID stay what they were.
    """
    asked = {
        "states": [state.value for state in states],
        "addressees": _keys(addressees),
        "alert_id": str(alert_id) if alert_id else None,
    }
    return [key for (key,) in con.execute(_RESEND, asked).fetchall()]


def corrections_due(con: Connection, channel: str, recipient: str) -> list[Correctable]:
    """Messages that told this recipient, or may have, of alerts retracted since, and were not taken back yet."""
    rows = con.execute(_CORRECTIONS_DUE, {"channel": channel, "recipient": recipient}).fetchall()
    found: dict[tuple[UUID, str], list[TakenBack]] = {}
    for message_key, message_id, *alert in rows:
        found.setdefault((message_key, message_id), []).append(TakenBack(*alert))
    return [Correctable(message_id, tuple(alerts)) for (_, message_id), alerts in found.items()]


def save_correction(con: Connection, message: Message, alerts: Sequence[TakenBack]) -> None:
    """Store a rendered correction and, with it, that its recipient is told that these alerts are taken back."""
    save_message(con, message)
    links = [
        {"alert_id": a.alert_id, "channel": message.channel, "recipient": message.recipient, "message_key": message.id}
        for a in alerts
    ]
    insert(con, "corrections", links, "fail")


def _keys(addressees: Addressees | None) -> list[str] | None:
    return None if addressees is None else [f"{channel}:{recipient}" for channel, recipient in addressees]


def mark(con: Connection, delivery: Delivery, state: MessageState, next_attempt_at: datetime | None = None) -> None:
    """Record one attempt, and where its message stands after it."""
    row = row_of(delivery, without=("message_id", "at"), message_key=delivery.message_id, tried_at=delivery.at)
    insert(con, "deliveries", [row])
    con.execute(
        "UPDATE messages SET state = ?, attempts = attempts + 1, next_attempt_at = ? WHERE message_key = ?",
        [state.value, next_attempt_at, delivery.message_id],
    )


def _messages(con: Connection, where: str, parameters: Sequence[object]) -> list[Message]:
    return [_message(*row) for row in con.execute(_MESSAGE + where, list(parameters)).fetchall()]


def _message(*values: Any) -> Message:
    *before, alert_ids, state, attempts, next_attempt_at = values
    return Message(*[*before, tuple(alert_ids), MessageState(state), attempts, next_attempt_at])
