"""A press of many small papers, day by day: what they say of themes, and on which days they could be heard."""

from __future__ import annotations

import uuid
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime, timedelta

import numpy as np

from extractors.novelty import NoveltyRules
from extractors.surge import looks_back, surges
from warehouse.records import Appearance, FeedDay, Finding, PastFinding

DAY = timedelta(days=1)
START = date(2026, 1, 5)
LONG_AGO = datetime(2025, 1, 1, tzinfo=UTC)
RULES = NoveltyRules()


def key(name: str) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def noon(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def said(theme: str, paper: str, day: date, *, n: int = 0, **changes: object) -> Appearance:
    """One article of one paper, a story of its own."""
    name = f"{theme}/{paper}/{day}/{n}"
    article = Appearance(
        theme_id=theme,
        article_id=key(name),
        story_id=key(name),
        publisher=paper,
        bloc="independent",
        dated_at=noon(day),
        first_seen_at=noon(day),
        baseline=False,
        thin=False,
        feed_id=key(paper),
    )
    return replace(article, **changes)  # type: ignore[arg-type]  # tests name the field


def polled(papers: Collection[str], days: Collection[date], *, answered: bool = True) -> list[FeedDay]:
    """Papers that were asked on days, and how that went."""
    return [FeedDay(key(paper), day, answered) for paper in sorted(papers) for day in sorted(days)]


def days(first: int, last: int) -> list[date]:
    """Days by number, the last one included."""
    return [START + n * DAY for n in range(first, last + 1)]


def chatter(
    themes: Sequence[str], papers: Sequence[str], when: Sequence[date], rate: float, seed: int
) -> list[Appearance]:
    """Each paper speaks of each theme with the chance `rate` a day; all of them more on some days than on others."""
    rng = np.random.default_rng(seed)
    mood = rng.gamma(10, 0.1, (len(themes), len(when)))
    speaks = rng.random((len(themes), len(when), len(papers))) < np.minimum(rate * mood, 1.0)[:, :, None]
    return [said(themes[t], papers[p], when[d]) for t, d, p in np.argwhere(speaks)]


@dataclass
class Watch:
    """Amur as it looks at a press once a day, and remembers what it found."""

    appearances: list[Appearance]
    polls: list[FeedDay]
    themes: Sequence[str]
    rules: NoveltyRules = RULES
    quiet_until: datetime = LONG_AGO
    found: tuple[Finding, ...] = ()

    def look(self, now: datetime) -> tuple[Finding, ...]:
        """One pass: what it finds, knowing no more than can be known by then."""
        past = [
            PastFinding(f.theme_id, f.found_at, f.surge.last_day, f.surge.expected + f.surge.deviation)
            for f in self.found
            if f.surge
        ]
        since = looks_back(self.rules, now)
        known = [a for a in self.appearances if a.first_seen_at <= now and since <= a.dated_at <= now]
        asked = [poll for poll in self.polls if since.date() <= poll.day <= now.date()]
        new = surges(known, asked, past, dict.fromkeys(self.themes, self.quiet_until), "t1", self.rules, now)
        self.found += new
        return new

    def look_daily(self, when: Sequence[date]) -> tuple[Finding, ...]:
        """A pass late in the evening of each day; what all of them found."""
        return tuple(finding for day in when for finding in self.look(noon(day) + timedelta(hours=11)))
