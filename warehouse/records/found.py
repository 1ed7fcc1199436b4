"""Copies, where themes appear, and what is new or surges."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Copy:
    """An article's place among its copies: the story it belongs to, and how many bits it differs from its nearest copy.

    Before it is compared, `story_id` is the article's own id. `original_id` is the article it says it was first
    published as, whether or not that one is known here.
    """

    article_id: uuid.UUID
    story_id: uuid.UUID
    fingerprint: int  # 64 bit; 0 when there is too little text to compare
    dated_at: datetime
    distance: int = 0
    original_id: uuid.UUID | None = None


@dataclass(frozen=True, slots=True)
class Shared:
    """How many long sentences two articles have in common, and how many the one with fewer has."""

    article_id: uuid.UUID
    other_id: uuid.UUID
    sentences: int
    of: int


@dataclass(frozen=True, slots=True)
class Original:
    """Where an article says that it was published first."""

    article_id: uuid.UUID
    name: str  # as it is named there; "" where only an address is
    url: str  # canonical; "" where only a name is
    original_id: uuid.UUID | None  # the article of that address
    publisher: str  # the configured publisher that is meant; "" when it is none of them
    said_by: Literal["feed", "text"]


@dataclass(frozen=True, slots=True)
class FeedDay:
    """One feed's attempts on one UTC day."""

    feed_id: uuid.UUID
    day: date
    answered: bool  # at least one of them well


@dataclass(frozen=True, slots=True)
class Appearance:
    """One relevant article in which one theme is present, as novelty needs it."""

    theme_id: str
    article_id: uuid.UUID
    story_id: uuid.UUID
    publisher: str
    bloc: str
    dated_at: datetime
    first_seen_at: datetime
    baseline: bool
    thin: bool  # only a summary was to be had
    feed_id: uuid.UUID | None = None  # the feed that announced it first
    original: str = ""  # the publisher where it says it was published first, if that is a configured one
    brought_up: bool = False  # the theme became present when the article was judged anew, under edited themes


@dataclass(frozen=True, slots=True)
class Surge:
    """How much louder a theme was than its own history explains; counts are of independent publishers.

    `expected` and `deviation` (one standard deviation) are those of the same days, had nothing changed; `p_value` is
    the chance of `observed` or more then. `exposure` is the share of its usual voices that could be heard.
    """

    last_day: date  # UTC; with `window_days` - 1 days before it, what was counted
    observed: int
    expected: float
    deviation: float
    p_value: float
    baseline_days: int
    exposure: float


@dataclass(frozen=True, slots=True)
class PastFinding:
    """A theme was found before; a surge is over once no more than `calm` publishers speak of it in a window."""

    theme_id: str
    found_at: datetime
    last_day: date | None = None  # of a surge
    calm: float | None = None
    pauses: bool = True  # whether the theme is left alone after it


@dataclass(frozen=True, slots=True)
class Finding:
    """A theme is new or surges, and the articles that show it. `silence_days` is 0 for a surge."""

    kind: Literal["first_seen", "surge"]
    theme_id: str
    taxonomy_id: str
    found_at: datetime
    window_days: int
    silence_days: int
    article_ids: tuple[uuid.UUID, ...]
    stories: int
    publishers: tuple[str, ...]
    blocs: tuple[str, ...]
    surge: Surge | None = None  # of kind "surge"

    @property
    def id(self) -> uuid.UUID:
        """uuid5 of kind, theme and moment: one theme is found at most once per pass."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.kind}/{self.theme_id}/{self.found_at.isoformat()}")
