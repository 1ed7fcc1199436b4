"""What comes over the wire: requests, attempts, feeds and their entries."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Literal


class Outcome(StrEnum):
    """How one attempt to fetch ended; the `reason` beside it says why in one word of a fixed list."""

    NEW = "new"
    UNCHANGED = "unchanged"
    FAILED = "failed"


@dataclass(frozen=True, slots=True)
class Request:
    """What to ask for: an address, with the validators of the last answer."""

    url: str = field(repr=False)
    kind: Literal["feed", "page"]
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None


@dataclass(frozen=True, slots=True)
class Fetch:
    """One attempt and its answer. `reason` and `detail` hold no credentials; `detail` is at most 300 characters."""

    at: datetime
    outcome: Outcome
    reason: str = ""  # "" when all is well, else one word: dns_unknown, too_large, private_address, …
    detail: str = ""
    status: int | None = None
    final_url: str = ""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None  # seconds
    body_hash: str | None = None  # sha256 of the inflated body, hex
    body: bytes | None = field(default=None, repr=False)
    raw_bytes: int = 0  # over the wire
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of a feed between passes."""

    feed_id: uuid.UUID
    etag: str | None = None
    last_modified: str | None = None
    body_hash: str | None = None
    failures: float = 0.0  # consecutive, weighted
    next_attempt_at: datetime | None = None
    checked_at: datetime | None = None
    succeeded_at: datetime | None = None
    outcome: str = ""
    reason: str = ""
    detail: str = ""
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One item as its feed announced it; plain text only.

    `published_at` is None where the feed gave no usable date; `dated_at` is the date that counts:
    the published one if it lies between 1990 and an hour after we first saw it, else that moment.
    """

    feed_id: uuid.UUID
    guid: str
    article_id: uuid.UUID
    url: str | None  # canonical; None when the item has no usable link
    link: str | None  # as announced, absolute: this is what is fetched
    title: str
    author: str
    summary: str
    content: str  # the feed's own full text, if it carries one
    published_raw: str
    published_at: datetime | None
    dated_at: datetime
    first_seen_at: datetime
    baseline: bool  # came with the first answer of its feed: history, not news


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed's body held. `warnings` name what was odd and survived."""

    title: str
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()
