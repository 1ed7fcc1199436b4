"""What is new: a theme that nobody spoke of is found when they do.

Pure and deterministic: the same warehouse gives the same stories and findings, and the cost of an
article depends on the window of days looked at, never on the size of the archive.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from extractors.stories import appearance_order, voices
from warehouse.records import Appearance, Finding

_OUTAGE = 2  # days


@dataclass(frozen=True, slots=True)
class NoveltyRules:
    """When copies are one story, when a theme counts as new, and when it surges.

    Days are 24 hours, those of a surge UTC days; the distance is in bits. `surge_false_rate` is the share of days on
    which a theme that is as loud as ever may be called surging; 0 finds no surges. What no theme explains is a
    candidate for one when `candidate_stories` of `candidate_publishers` speak of it within `candidate_days`; 0 finds
    none.
    """

    window_days: int = 7
    silence_days: int = 60
    publishers: int = 2
    stories: int = 2
    burn_in_days: int = 14
    burn_in_articles: int = 200
    story_days: int = 14
    story_distance: int = 12
    surge_window_days: int = 1
    surge_baseline_days: int = 28
    surge_false_rate: float = 0.002
    candidate_stories: int = 4
    candidate_publishers: int = 3
    candidate_days: int = 14

    @property
    def window(self) -> timedelta:
        return timedelta(days=self.window_days)

    @property
    def silence(self) -> timedelta:
        return timedelta(days=self.silence_days)

    @property
    def candidate_span(self) -> timedelta:
        """How far apart articles may be dated that make a candidate."""
        return timedelta(days=self.candidate_days)

    @property
    def burn_in(self) -> timedelta:
        return timedelta(days=self.burn_in_days)

    @property
    def reach(self) -> timedelta:
        """How far apart copies may be dated."""
        return timedelta(days=self.story_days)


def burnt_in_at(first_at: datetime | None, nth_relevant_at: datetime | None, rules: NoveltyRules) -> datetime | None:
    """When there was enough history to call anything new; None while there is not.

    `first_at` is when the first article was seen, `nth_relevant_at` when the `burn_in_articles`-th
    relevant one was. Whichever comes first ends the burn-in.
    """
    if first_at is None or not rules.burn_in_articles:
        return first_at
    by_time = first_at + rules.burn_in
    return by_time if nth_relevant_at is None else min(by_time, nth_relevant_at)


def reaching_back(rules: NoveltyRules, gap: timedelta) -> NoveltyRules:
    """The rules after `gap`, the longest time without a pass that ended within the window.

    What came up meanwhile was looked at by nobody while it was new: the window is longer by that time, and the
    silence before it is the one there was. Less than two days is the ordinary distance of passes.
    """
    days = gap // timedelta(days=1)
    return rules if days < _OUTAGE else replace(rules, window_days=rules.window_days + days)


def first_seen(
    appearances: Iterable[Appearance],
    found_before: Sequence[tuple[str, datetime]],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """Find the themes that turn up in the last `window_days` after `silence_days` without them.

    Articles first seen up to `quiet_until` of their theme (the burn-in, and the moment the theme came into
    use as it is) are history whatever their date; a theme without such a moment is not found. Articles
    that came with a feed's first answer are neither news nor proof of silence, unless they are older than
    the window; nor are those that were brought up when the archive was judged anew. `found_before` holds the
    themes and times of earlier findings: a theme is not found again before a new silence could have passed.
    """
    by_theme: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in appearances:
        by_theme[appearance.theme_id].append(appearance)
    looks = (
        look_at(theme, by_theme[theme], found_before, quiet_until[theme], rules, now)
        for theme in sorted(by_theme.keys() & quiet_until.keys())
    )
    return tuple(_finding(look, taxonomy_id, rules, now) for look in looks if not look.lacks)


@dataclass(frozen=True, slots=True)
class Look:
    """One theme at a moment: what makes it new, and what it lacks for that.

    `lacks` are `history` (it was history up to now, or some of what speaks of it is), `known` (found before, a silence
    ago or less), `silence` (somebody spoke of it before the window), `stories`, `publishers`, and `text` (there are
    only summaries).
    """

    theme_id: str
    opens: datetime  # the window
    quiet_until: datetime
    found_at: datetime | None  # the finding that it is known by
    before: Appearance | None  # the last one that broke the silence
    fresh: tuple[Appearance, ...]
    voices: tuple[Appearance, ...]  # one of each story among the fresh
    lacks: tuple[str, ...]

    @property
    def publishers(self) -> tuple[str, ...]:
        return tuple(sorted({voice.publisher for voice in self.voices}))


def look_at(
    theme_id: str,
    said: Sequence[Appearance],
    found_before: Iterable[tuple[str, datetime]],
    quiet_until: datetime,
    rules: NoveltyRules,
    now: datetime,
) -> Look:
    """How a theme stands, by its appearances; what it lacks to be new."""
    opens = now - rules.window
    # A distance on both sides: what a clock that was wrong found in the future silences nothing.
    known = [at for theme, at in found_before if theme == theme_id and abs(now - at) < rules.window + rules.silence]
    lately = [a for a in said if a.dated_at > opens - rules.silence]
    before = max((a for a in lately if a.dated_at <= opens), key=appearance_order, default=None)
    fresh = sorted((a for a in said if a.dated_at > opens and _is_news(a)), key=appearance_order)
    speaking = voices(fresh)
    lacks = {
        "history": now <= quiet_until or any(a.first_seen_at <= quiet_until for a in lately),
        "known": bool(known),
        "silence": before is not None,
        "stories": len(speaking) < rules.stories,
        "publishers": len({voice.publisher for voice in speaking}) < rules.publishers,
        # A summary is thin evidence: it may support a finding, it may not carry one alone.
        "text": bool(fresh) and all(a.thin for a in fresh),
    }
    return Look(
        theme_id=theme_id,
        opens=opens,
        quiet_until=quiet_until,
        found_at=max(known, default=None),
        before=before,
        fresh=tuple(fresh),
        voices=tuple(speaking),
        lacks=tuple(name for name, lacking in lacks.items() if lacking),
    )


def _finding(look: Look, taxonomy_id: str, rules: NoveltyRules, now: datetime) -> Finding:
    return Finding(
        kind="first_seen",
        theme_id=look.theme_id,
        taxonomy_id=taxonomy_id,
        found_at=now,
        window_days=rules.window_days,
        silence_days=rules.silence_days,
        article_ids=tuple(a.article_id for a in look.fresh),
        stories=len(look.voices),
        publishers=look.publishers,
        blocs=tuple(sorted({voice.bloc for voice in look.voices})),
    )


def _is_news(appearance: Appearance) -> bool:
    return not appearance.baseline and not appearance.brought_up
