"""The outbox: rendered messages, and where each stands. Nothing is sent that was not committed here before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from warehouse.connect import Connection
from warehouse.findings import alert_id, alerts_to_tell, read_alerts, recent_alerts, save_findings
from warehouse.records import Delivery, Message, MessageState
from warehouse.rows import insert, row_of

__all__ = [
    "alert_id",
    "alerts_to_tell",
    "count_waiting",
    "mark",
    "next_message",
    "read_alerts",
    "recent_alerts",
    "save_findings",
    "save_message",
    "unclear",
    "was_unclear",
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


def was_unclear(con: Connection, message_key: UUID) -> bool:
    """Whether an earlier attempt may have arrived: one more would be a repeat."""
    asked = "SELECT count(*) FROM deliveries WHERE message_key = ? AND result = 'unclear'"
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


def was_told(con: Connection, channel: str, recipient: str) -> bool:
    """Whether this recipient was ever told anything on this channel."""
    asked = "SELECT count(*) FROM alert_messages WHERE channel = ? AND recipient = ?"
    return con.execute(asked, [channel, recipient]).fetchall() != [(0,)]


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
