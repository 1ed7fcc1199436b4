"""Copies, where themes appear, and what is new or surges."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal

from warehouse.records.ledger import Again
from warehouse.records.novel import Candidate


@dataclass(frozen=True, slots=True)
class Copy:
    """An article's place among its copies: the story it belongs to, and how many bits it differs from its nearest copy.

    Before it is compared, `story_id` is the article's own id. `original_id` is the article it says it was first
    published as, whether or not that one is known here. `told_by` is how a copy was told; "" for what is none.
    """

    article_id: uuid.UUID
    story_id: uuid.UUID
    fingerprint: int  # 64 bit; 0 when there is too little text to compare
    dated_at: datetime
    distance: int = 0
    original_id: uuid.UUID | None = None
    told_by: Literal["", "original", "fingerprint", "sentences", "translation"] = ""


@dataclass(frozen=True, slots=True)
class Shared:
    """How many long sentences two articles have in common, and how many each of them has; the same in letters."""

    article_id: uuid.UUID
    other_id: uuid.UUID
    sentences: int
    of: int
    of_other: int
    letters: int = 0
    of_letters: int = 0  # of the one with fewer


@dataclass(frozen=True, slots=True)
class Meaning:
    """What the sentences of one relevant article mean: 512 signed bytes each, the title first."""

    article_id: uuid.UUID
    language: str
    dated_at: datetime
    vectors: bytes


@dataclass(frozen=True, slots=True)
class Alike:
    """Two articles whose sentences mean the same, in the same order; how much so, from 0 to 1."""

    article_id: uuid.UUID
    other_id: uuid.UUID
    likeness: float
    translated: bool  # they are in two languages


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
class NewVoice:
    """A bloc takes up a theme that others spoke of, and that it had kept silent about in its own stories."""

    bloc: str
    told: int  # relevant stories of the bloc in the silence, none of them on the theme
    share: float  # of the relevant stories of others, how many were on it
    p_value: float  # the chance of that silence, had the bloc spoken of it as often as they did


@dataclass(frozen=True, slots=True)
class Turn:
    """A bloc denies what it used to affirm: stories of the window and of the silence before, and those that deny."""

    bloc: str
    denied: int
    stories: int
    denied_before: int
    stories_before: int
    p_value: float  # the chance of so many denials at the rate of before


@dataclass(frozen=True, slots=True)
class Finding:
    """A theme is new, surges, or changes its voice, and the articles that show it. A surge has no silence (0 days)."""

    kind: Literal["first_seen", "surge", "candidate", "new_voice", "turn"]
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
    candidate: Candidate | None = None  # of kind "candidate"
    voice: NewVoice | None = None  # of kind "new_voice"
    turn: Turn | None = None  # of kind "turn"
    again: Again | None = None  # where it is told although the theme cools down

    @property
    def bloc(self) -> str:
        """The one bloc that it tells of; "" where it is about the theme at large."""
        about = self.voice or self.turn
        return about.bloc if about else ""

    @property
    def id(self) -> uuid.UUID:
        """uuid5 of kind, theme, moment and bloc: one theme is found at most once per pass, or once in each bloc."""
        what = f"{self.kind}/{self.theme_id}/{self.found_at.isoformat()}"
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{what}/{self.bloc}" if self.bloc else what)
