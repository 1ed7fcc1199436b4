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
    """What to ask for: an address, with the validators of the last answer.

    "text" is any body of at most 512 KB, an empty one too, whatever it holds: robots.txt.
    """

    url: str = field(repr=False)
    kind: Literal["feed", "page", "text"]
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
    fresh_for: float | None = None  # seconds for which the answer says that it stays good; None where it does not say
    redirects_to: str | None = field(default=None, repr=False)  # where permanent redirects, and no others, led
    body_hash: str | None = None  # sha256 of the inflated body, hex
    body: bytes | None = field(default=None, repr=False)
    raw_bytes: int = 0  # over the wire
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class HostRest:
    """A host that asked for a pause: nothing is asked of it before `until`. `seconds` is how long the pause is."""

    host: str  # in ASCII and lower case, without a port
    until: datetime
    seconds: float


@dataclass(frozen=True, slots=True)
class Rhythm:
    """At what pace a feed's entries come, and when in the day and the week. All counts decay with age.

    `entries` came within `days`, in so many different `bursts`; `hours` are counts for each hour of the day in UTC,
    `weekdays` from Monday.
    """

    learned_at: datetime
    entries: float = 0.0
    days: float = 0.0
    bursts: float = 0.0
    hours: tuple[float, ...] = (0.0,) * 24
    weekdays: tuple[float, ...] = (0.0,) * 7


@dataclass(frozen=True, slots=True)
class FeedState:
    """What is remembered of a feed between passes.

    `standing` is how it stands after the last attempt: ok, failing, resting, gone, silent, frozen, moved; "" before.
    """

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
    standing: str = ""
    address: str | None = field(default=None, repr=False)  # where it moved for good, as its server says
    moving_to: str | None = field(default=None, repr=False)  # where it may be moving, and how many answers said so
    moving_times: int = 0
    body_at: datetime | None = None  # the last answer with a body, new or not
    stated_gap: float | None = None  # seconds between two visits that the feed itself asks for
    gone_since: datetime | None = None  # the first of the answers, `gone_times` so far, that it is gone for good
    gone_times: int = 0
    empty_since: datetime | None = None  # since when it has held no entry
    newest_at: datetime | None = None  # of the newest entry it ever announced
    usual_gap: float | None = None  # seconds between two entries of its last body, on average
    rhythm: Rhythm | None = None


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
    source_name: str = ""  # where it comes from, if the item names another source
    source_url: str = ""  # that source's address


@dataclass(frozen=True, slots=True)
class ParsedFeed:
    """What a feed's body held. `warnings` name what was odd and survived."""

    title: str
    entries: tuple[Entry, ...]
    warnings: tuple[str, ...] = ()
    older: str = ""  # the page with the entries before these, where the feed names one (RFC 5005)
    generator: str = ""  # what made the feed, as it says
    stated_gap: float | None = None  # seconds between two visits that it asks for: <ttl>, sy:updatePeriod
