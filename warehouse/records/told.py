"""Alerts, the messages they become, and the attempts to deliver them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal


@dataclass(frozen=True, slots=True)
class Quote:
    """One sentence of evidence as an alert shows it."""

    sentence: str
    phrase: str
    title: str
    url: str
    publisher: str
    bloc: str
    dated_at: datetime


@dataclass(frozen=True, slots=True)
class DayCount:
    """Stories of a theme on one UTC day."""

    day: date
    stories: int


@dataclass(frozen=True, slots=True)
class Alert:
    """Everything a message says about one finding: what, why, how new, what to do."""

    id: uuid.UUID
    kind: str
    theme_id: str
    label: str
    definition: str
    created_at: datetime
    window_days: int
    silence_days: int
    watched_since: datetime  # when the first article was seen: how much of the silence was listened to
    articles: int
    stories: int
    publishers: tuple[str, ...]
    blocs: tuple[str, ...]
    quotes: tuple[Quote, ...]
    series: tuple[DayCount, ...]  # the last 60 days, one per day, oldest first


class MessageState(StrEnum):
    """Where one message to one recipient stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    HELD = "held"  # unclear whether it arrived, and the user asked never to send twice


@dataclass(frozen=True, slots=True)
class Message:
    """One rendered message to one recipient; its bytes and id never change once stored."""

    id: uuid.UUID
    channel: Literal["email", "slack"]
    recipient: str  # an address; for Slack the configured name of the webhook, never its URL
    created_at: datetime
    message_id: str  # the Message-ID header; for Slack the same string in the payload's metadata
    subject: str
    body: bytes = field(repr=False)
    alert_ids: tuple[uuid.UUID, ...]
    state: MessageState = MessageState.PENDING
    attempts: int = 0
    next_attempt_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to send one message, and what the far side said."""

    message_id: uuid.UUID
    at: datetime
    result: Literal["sent", "retry", "undeliverable", "unclear"]
    reason: str = ""
    detail: str = ""
    repeat: bool = False  # the same bytes may have been delivered before
