"""What is new: copies are folded into stories, and a theme that nobody spoke of is found when they do.

Pure and deterministic: the same warehouse gives the same stories and findings, and the cost of an
article depends on the window of days looked at, never on the size of the archive.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, time, timedelta

import numpy as np
import numpy.typing as npt

from warehouse.records import Appearance, Copy, Finding


@dataclass(frozen=True, slots=True)
class NoveltyRules:
    """When copies are one story, and when a theme counts as new. Days are 24 hours; the distance is in bits."""

    window_days: int = 7
    silence_days: int = 60
    publishers: int = 2
    stories: int = 2
    burn_in_days: int = 14
    burn_in_articles: int = 200
    story_days: int = 14
    story_distance: int = 12

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)

    @property
    def silence(self) -> timedelta:
        return timedelta(days=self.silence_days)


def assign_stories(new: Iterable[Copy], remembered: Iterable[Copy], rules: NoveltyRules) -> tuple[Copy, ...]:
    """Give each new article the story of its nearest copy, or make it a story of its own.

    A copy is an article whose fingerprint differs in at most `story_distance` bits and whose date lies
    within `story_days` of it. An article without a fingerprint (too
    little text) is always a story of its own. The order of `new` does not matter.
    """
    known = [copy for copy in remembered if copy.fingerprint]
    arrivals = sorted(new, key=_reading_order)
    prints = np.zeros(len(known) + len(arrivals), dtype=np.uint64)
    prints[: len(known)] = [copy.fingerprint for copy in known]
    placed = []
    for article in arrivals:
        story, distance = _nearest(article, known, prints[: len(known)], rules)
        copy = replace(article, story_id=story, distance=distance)
        placed.append(copy)
        if copy.fingerprint:
            prints[len(known)] = copy.fingerprint
            known.append(copy)
    return tuple(placed)


def _reading_order(copy: Copy) -> tuple[datetime, uuid.UUID]:
    return copy.dated_at, copy.article_id


def _nearest(
    article: Copy, known: Sequence[Copy], prints: npt.NDArray[np.uint64], rules: NoveltyRules
) -> tuple[uuid.UUID, int]:
    """The story of the nearest copy and the bits between; the earliest copy where several are as near."""
    if not article.fingerprint:
        return article.article_id, 0
    distances = np.bitwise_count(prints ^ np.uint64(article.fingerprint))
    reach = timedelta(days=rules.story_days)
    copies = [
        (int(distances[i]), *_reading_order(known[i]), known[i].story_id)
        for i in map(int, np.flatnonzero(distances <= rules.story_distance))
        if abs(known[i].dated_at - article.dated_at) <= reach
    ]
    if not copies:
        return article.article_id, 0
    distance, _, _, story = min(copies)
    return story, distance


def burnt_in_at(first_at: datetime | None, nth_relevant_at: datetime | None, rules: NoveltyRules) -> datetime | None:
    """When there was enough history to call anything new; None while there is not.

    `first_at` is when the first article was seen, `nth_relevant_at` when the `burn_in_articles`-th
    relevant one was. Whichever comes first ends the burn-in.
    """
    if first_at is None or not rules.burn_in_articles:
        return first_at
    by_time = first_at + timedelta(days=rules.burn_in_days)
    return by_time if nth_relevant_at is None else min(by_time, nth_relevant_at)


def first_seen(
    appearances: Iterable[Appearance],
    found_before: Iterable[tuple[str, datetime]],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """Find the themes that turn up in the last `window_days` after `silence_days` without them.

    Articles first seen up to `quiet_until` of their theme (the burn-in, and the moment the theme came into
    use as it is) are history whatever their date; a theme without such a moment is not found. Articles
    that came with a feed's first answer are neither news nor proof of silence, unless they are older than
    the window. `found_before` holds the themes and times of earlier findings: a theme is not found again
    before a new silence could have passed.
    """
    by_theme: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in appearances:
        by_theme[appearance.theme_id].append(appearance)
    # A distance on both sides: what a clock that was wrong found in the future silences nothing.
    still_known = {theme for theme, at in found_before if abs(now - at) < rules.window + rules.silence}
    found = (
        _first_seen(theme, by_theme[theme], quiet_until[theme], taxonomy_id, rules, now)
        for theme in sorted((by_theme.keys() & quiet_until.keys()) - still_known)
        if now > quiet_until[theme]
    )
    return tuple(finding for finding in found if finding is not None)


def _first_seen(
    theme_id: str,
    appearances: Sequence[Appearance],
    quiet_until: datetime,
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> Finding | None:
    opens = now - rules.window
    if any(
        a.dated_at <= opens or a.first_seen_at <= quiet_until for a in appearances if a.dated_at > opens - rules.silence
    ):
        return None
    fresh = sorted((a for a in appearances if a.dated_at > opens and not a.baseline), key=_appearance_order)
    voices = _voices(fresh)
    # A summary is thin evidence: it may support a finding, it may not carry one alone.
    publishers = {voice.publisher for voice in voices}
    if len(voices) < rules.stories or len(publishers) < rules.publishers or all(a.thin for a in fresh):
        return None
    return Finding(
        kind="first_seen",
        theme_id=theme_id,
        taxonomy_id=taxonomy_id,
        found_at=now,
        window_days=rules.window_days,
        silence_days=rules.silence_days,
        article_ids=tuple(a.article_id for a in fresh),
        stories=len(voices),
        publishers=tuple(sorted(publishers)),
        blocs=tuple(sorted({voice.bloc for voice in voices})),
    )


def _appearance_order(appearance: Appearance) -> tuple[datetime, datetime, uuid.UUID]:
    """By date; one that is dated by day alone, which is midnight, comes at the end of its day: it may be the copy."""
    dated = appearance.dated_at
    if dated.time() == time.min:
        dated += timedelta(days=1)
    return dated, appearance.first_seen_at, appearance.article_id


def _voices(fresh: Sequence[Appearance]) -> tuple[Appearance, ...]:
    """Each story's voice: its earliest copy. Who copies does not speak."""
    voices: dict[uuid.UUID, Appearance] = {}
    for appearance in fresh:
        voices.setdefault(appearance.story_id, appearance)
    return tuple(voices.values())
