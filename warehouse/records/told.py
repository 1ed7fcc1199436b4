"""Alerts, the messages they become, and the attempts to deliver them."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from warehouse.records.found import NewVoice, Surge, Turn
from warehouse.records.ledger import Again
from warehouse.records.novel import Candidate


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
    statement: str = ""  # the theme's statement that it is like, where its likeness counted
    language: str = ""  # a code, where it is worth saying


@dataclass(frozen=True, slots=True)
class DayCount:
    """Stories of a theme on one UTC day."""

    day: date
    stories: int


@dataclass(frozen=True, slots=True)
class Base:
    """What a candidate is measured against: the themes in use, and all other relevant articles seen up to its alert."""

    themes: int
    relevant: int
    nearest: str  # the label of the theme that it is nearest to, "" where there is none


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
    series: tuple[DayCount, ...]  # 60 days up to the last one counted, one per day, oldest first
    surge: Surge | None = None  # of kind "surge"
    voice: NewVoice | None = None  # of kind "new_voice"
    turn: Turn | None = None  # of kind "turn"
    candidate: Candidate | None = None  # of kind "candidate"
    base: Base | None = None  # same
    again: Again | None = None  # where it is told although the theme cools down


class MessageState(StrEnum):
    """Where one message to one recipient stands."""

    PENDING = "pending"
    SENDING = "sending"
    SENT = "sent"
    UNDELIVERABLE = "undeliverable"
    HELD = "held"  # unclear whether it arrived, and the user asked never to send twice
    WITHDRAWN = "withdrawn"  # all it tells of was retracted before it was sent


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
class TakenBack:
    """An alert that was retracted, as the message that takes it back names it."""

    alert_id: uuid.UUID
    theme_id: str
    label: str
    created_at: datetime
    because: str  # "" where nobody said why


@dataclass(frozen=True, slots=True)
class Quiet:
    """A time in which a recipient was sent nothing: what Amur did, and which feeds fail at its end."""

    since: datetime
    until: datetime
    passes: int
    articles_read: int
    articles_relevant: int
    feeds: int  # that are watched
    feeds_heard: int  # of them
    failing: tuple[str, ...]  # names, the longest failing first


@dataclass(frozen=True, slots=True)
class Delivery:
    """One attempt to send one message, and what the far side said."""

    message_id: uuid.UUID
    at: datetime
    result: Literal["sent", "retry", "undeliverable", "unclear"]
    reason: str = ""
    detail: str = ""
    repeat: bool = False  # the same bytes may have been delivered before
