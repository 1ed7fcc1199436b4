"""What the demo's world is made of: publishers, their feeds, their articles, and what must come of them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta, timezone


@dataclass(frozen=True, slots=True)
class Publisher:
    """One publisher: one host, one voice, one set of page furniture."""

    id: str
    name: str
    tagline: str
    bloc: str
    stance: str
    language: str
    offset: int  # hours its clock is ahead of UTC
    templates: tuple[str, str]  # of its commentary, and of everything else
    nav: tuple[str, ...]
    comments: tuple[tuple[str, str], ...]  # who, what

    @property
    def zone(self) -> timezone:
        return timezone(timedelta(hours=self.offset))


@dataclass(frozen=True, slots=True)
class Channel:
    """One feed of a publisher, and what is wrong with it."""

    id: str
    publisher: str
    name: str
    format: str  # rss | atom | json
    carries: str  # full | summary | title
    language: str
    encoding: str
    path: str
    link: str  # of its articles' pages
    query: str  # what its links add to them
    validators: str  # both | etag | modified | none
    delay: float  # seconds
    faults: tuple[tuple[int, str], ...]  # from this day on: cut | maintenance | gone

    def fault(self, day: int) -> str:
        """What is wrong with the feed on a day of the play; "" for nothing."""
        begun = [(start, kind) for start, kind in self.faults if start <= day]
        return max(begun)[1] if begun else ""


@dataclass(frozen=True, slots=True)
class Piece:
    """One article at one address. Copies of one report share their `story`."""

    story: str  # the file it was read from
    slug: str
    channel: str
    publisher: str
    path: str
    has_page: bool  # without one its address is not found, and the feed's own text has to serve
    title: str
    author: str
    at: datetime  # of publication
    section: str
    language: str
    dateline: str
    credit: str  # the agency's line below the text
    paragraphs: tuple[str, ...]
    relevant: bool
    themes: tuple[str, ...]  # that must be found in it

    @property
    def text(self) -> str:
        """The text as a reader would copy it: paragraphs, one a line, without title and furniture."""
        first, *rest = self.paragraphs
        lead = f"{self.dateline} — {first}" if self.dateline else first
        return "\n".join([lead, *rest, *([self.credit] if self.credit else [])])


@dataclass(frozen=True, slots=True)
class ExpectedAlert:
    """The theme that must be alerted, the day of the pass that finds it, and whose articles show it."""

    theme: str
    day: int
    publishers: tuple[str, ...]
    blocs: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Script:
    """The play: one pass a day, from `start` on, `days` + 1 in all."""

    start: datetime
    days: int
    hour: int  # UTC
    burn_in_days: int
    alerts: tuple[ExpectedAlert, ...]
    copied: str  # the theme of the copied report, which must raise nothing
    known: tuple[str, ...]  # themes that occur in the first days, and must raise nothing

    @property
    def silent(self) -> tuple[str, ...]:
        """The themes that must not be alerted."""
        return (*self.known, self.copied)

    @property
    def passes(self) -> tuple[datetime, ...]:
        """The moments of all passes."""
        first = self.start.replace(hour=self.hour, minute=0, second=0, microsecond=0)
        return tuple(first + timedelta(days=day) for day in range(self.days + 1))

    def day(self, now: datetime) -> int:
        """The day of the play on which `now` lies, counted in UTC; the first one is 0."""
        return (now.date() - self.start.date()).days
