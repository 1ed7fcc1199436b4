"""Surge: more independent publishers speak of a theme than its own history explains.

Pure and deterministic. What is counted is publishers per UTC day (or per `surge_window_days`), each story for its
voice alone. A day's count only grows while the day goes on: however often a pass looks at it, it is one test, while
a window that slides with the clock would be a new one every time.
"""

from __future__ import annotations

import uuid
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

import numpy as np

from extractors.counts import Array, discoveries, forecast
from extractors.exposure import Heard, Listening, Window, heard_days
from extractors.novelty import NoveltyRules
from extractors.stories import appearance_order, voices
from warehouse.records import Appearance, FeedDay, Finding, PastFinding, Surge

# What nobody would call a surge, however unlikely: fewer publishers, or not so many times what is usual.
FEWEST, RATIO = 3, 2.0
FALSE_DISCOVERIES = 0.05  # at most, expected among what is found at a time
PAUSE = timedelta(days=7)  # after a finding on the theme
MOST_ASKED = 60  # publishers more than there were, of which somebody may want to know whether they would have done


def looks_back(rules: NoveltyRules, now: datetime) -> datetime:
    """From when on appearances and polls bear on what surges."""
    # Besides baseline and window: the day that goes on, the window of yesterday, and the day before the first one, by
    # which that is known or not.
    return now - timedelta(days=rules.surge_baseline_days + 2 * rules.surge_window_days + 2)


def surges(
    appearances: Iterable[Appearance],
    polls: Iterable[FeedDay],
    past: Iterable[PastFinding],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """Find the themes that surge in the window that ends today, or in the one that ended yesterday.

    Left out on both sides: feeds that are not heard in the window or have not been heard for most of the baseline,
    their days that are not known, and what came with a first answer or a backfill. `past` are earlier findings of any
    kind: for a week their themes are left alone, and after a surge until they were calm for a window, unless they
    pause nothing; the windows of surges are no baseline. A theme is tested once the whole window lies after its
    `quiet_until`.
    """
    if not rules.surge_false_rate:
        return ()
    today = now.astimezone(UTC).date()
    windows = [window_of(day, rules) for day in (today - timedelta(days=1), today)]
    said = _by_theme(appearances)
    if not any(one.dated_at >= windows[0].opens for spoken in said.values() for one in spoken):
        return ()  # nobody spoke in either window: nothing can surge, however well it was listened to
    found_before, heard = tuple(past), heard_days(polls)
    found: dict[str, Finding] = {}
    for window in windows:
        for loud in _measured(said, heard, found_before, quiet_until, window, rules.surge_false_rate, now):
            if not loud.lacks and loud.theme_id not in found:
                found[loud.theme_id] = _finding(loud, said[loud.theme_id], taxonomy_id, window, now)
    return tuple(found[theme] for theme in sorted(found))


def window_of(last_day: date, rules: NoveltyRules) -> Window:
    """The window that ends with that day, and its baseline."""
    return Window(last_day, rules.surge_window_days, rules.surge_baseline_days // rules.surge_window_days)


@dataclass(frozen=True, slots=True)
class Loudness:
    """How loud one theme is in one window, and what it lacks for a surge.

    `lacks` are `chance` (so many come up by chance often enough), `publishers` (too few, or not so many times what is
    usual), `text` (there are only summaries) and `pause` (found shortly before, or loud ever since).
    """

    theme_id: str
    surge: Surge
    voices: tuple[Appearance, ...]  # one of each story in the window
    lacks: tuple[str, ...]


def loudness(
    appearances: Iterable[Appearance],
    polls: Iterable[FeedDay],
    past: Iterable[PastFinding],
    quiet_until: Mapping[str, datetime],
    rules: NoveltyRules,
    last_day: date,
    now: datetime,
) -> tuple[Loudness, ...]:
    """Every theme that is tested in the window that ends with a day, surging or not."""
    window = window_of(last_day, rules)
    rate = rules.surge_false_rate
    return _measured(_by_theme(appearances), heard_days(polls), tuple(past), quiet_until, window, rate, now)


def enough(
    theme_id: str,
    appearances: Sequence[Appearance],
    polls: Sequence[FeedDay],
    past: Sequence[PastFinding],
    quiet_until: Mapping[str, datetime],
    rules: NoveltyRules,
    last_day: date,
    now: datetime,
) -> int | None:
    """How many publishers in that window would have made a surge of the theme, all else being as it was.

    None where not even `MOST_ASKED` more would have, or where nobody was listened to.
    """
    listening = Listening(heard_days(polls), window_of(last_day, rules))
    feed = next((poll.feed_id for poll in polls if listening.counts(poll.feed_id, last_day)), None)
    if feed is None:
        return None
    said = list(appearances)
    for n in range(1, MOST_ASKED + 1):
        said.append(_voice_more(theme_id, n, feed, last_day))
        loud = loudness(said, polls, past, quiet_until, rules, last_day, now)
        measured = next((one for one in loud if one.theme_id == theme_id), None)
        if measured is None:
            return None
        if not {"chance", "publishers"} & set(measured.lacks):
            return measured.surge.observed
    return None


def _voice_more(theme_id: str, n: int, feed: uuid.UUID, day: date) -> Appearance:
    """One more publisher, with a story of its own."""
    key, at = uuid.uuid5(feed, f"{theme_id}/{day}/{n}"), datetime.combine(day, time(), UTC)
    return Appearance(theme_id, key, key, f"one more {n}", "", at, at, baseline=False, thin=False, feed_id=feed)


@dataclass(frozen=True, slots=True)
class _Month:
    """One theme, period by period: how many publishers spoke of it, and how much of its usual voices was heard."""

    theme_id: str
    counts: tuple[int, ...]
    exposures: Array  # of the baseline, then of the window
    exposure: float  # of all feeds with a baseline, in the window
    voices: tuple[Appearance, ...]  # in the window

    @property
    def observed(self) -> int:
        return len({voice.publisher for voice in self.voices})


def _month(
    theme_id: str, said: Sequence[Appearance], listening: Listening, window: Window, past: Sequence[PastFinding]
) -> _Month:
    # What came with a first answer is history; the copies that others made of it are copies all the same.
    spoken = [(voice, window.period(_day(voice))) for voice in voices(said) if not voice.baseline]
    speakers = [v.feed_id for v, p in spoken if 0 <= p < window.periods and listening.has_baseline(v.feed_id)]
    exposures, exposure = listening.exposures([feed for feed in speakers if feed])
    counted = [(voice, p) for voice, p in spoken if p >= 0 and listening.counts(voice.feed_id, _day(voice))]
    publishers: list[set[str]] = [set() for _ in range(window.periods)]
    for voice, period in counted:
        if period < window.periods:
            publishers[period].add(voice.publisher)
    for finding in past:
        if finding.last_day and (p := window.period(finding.last_day)) in range(window.periods):
            exposures[p] = 0.0
    # What was brought up by judging the archive anew is what had been usual all along, and no news.
    loud = tuple(voice for voice, period in counted if period == window.periods and not voice.brought_up)
    return _Month(theme_id, tuple(map(len, publishers)), exposures, exposure, loud)


def _measured(
    said: Mapping[str, Sequence[Appearance]],
    heard: Heard,
    past: Sequence[PastFinding],
    quiet_until: Mapping[str, datetime],
    window: Window,
    rate: float,
    now: datetime,
) -> tuple[Loudness, ...]:
    """Every theme whose window and baseline were listened to, with the figures and what it lacks."""
    listening = Listening(heard, window)
    tested = [theme for theme in sorted(quiet_until) if quiet_until[theme] <= window.opens]
    months = [_month(theme, said[theme], listening, window, _about(theme, past)) for theme in tested]
    months = [month for month in months if month.exposures[:-1].any() and month.exposures[-1] > 0]
    if not months:
        return ()
    exposures = np.array([month.exposures for month in months])
    expected = forecast([month.counts for month in months], exposures[:, :-1], exposures[:, -1])
    chances = expected.chance([month.observed for month in months])
    unlikely = discoveries(chances, min(FALSE_DISCOVERIES, rate * len(months)))
    return tuple(
        Loudness(
            theme_id=month.theme_id,
            surge=Surge(
                last_day=window.last_day,
                observed=month.observed,
                expected=float(mean),
                deviation=float(deviation),
                p_value=float(chance),
                baseline_days=window.days * window.periods,
                exposure=month.exposure,
            ),
            voices=month.voices,
            lacks=_lacks(month, float(mean), bool(rare), _pauses(month, window, _about(month.theme_id, past), now)),
        )
        for month, mean, deviation, chance, rare in zip(
            months, expected.mean, expected.deviation, chances, unlikely, strict=True
        )
    )


def _lacks(month: _Month, mean: float, rare: bool, pauses: bool) -> tuple[str, ...]:
    lacks = {
        "chance": not rare,
        "publishers": month.observed < max(FEWEST, RATIO * mean),
        # A summary is thin evidence: it may support a finding, it may not carry one alone.
        "text": bool(month.voices) and all(voice.thin for voice in month.voices),
        "pause": pauses,
    }
    return tuple(name for name, lacking in lacks.items() if lacking)


def _pauses(month: _Month, window: Window, past: Sequence[PastFinding], now: datetime) -> bool:
    """Whether the theme was told of shortly before, or has been loud ever since."""
    told = [finding for finding in past if finding.pauses]
    # A distance on both sides: what a clock that was wrong found in the future silences nothing.
    if any(abs(now - finding.found_at) < PAUSE for finding in told):
        return True
    last = max((f for f in told if f.last_day and f.calm is not None), key=lambda f: f.found_at, default=None)
    if last is None or last.last_day is None or last.calm is None:
        return False
    since = window.period(last.last_day) + 1
    if not 0 < since <= window.periods:
        return False
    heard = [(count, x) for count, x in zip(month.counts[since:], month.exposures[since:-1], strict=True) if x > 0]
    return not any(count <= last.calm * x for count, x in heard)


def _finding(loud: Loudness, said: Sequence[Appearance], taxonomy_id: str, window: Window, now: datetime) -> Finding:
    stories = {voice.story_id for voice in loud.voices}
    shown = [a for a in said if a.story_id in stories and not a.baseline and window.period(_day(a)) == window.periods]
    return Finding(
        kind="surge",
        theme_id=loud.theme_id,
        taxonomy_id=taxonomy_id,
        found_at=now,
        window_days=window.days,
        silence_days=0,
        article_ids=tuple(a.article_id for a in shown),
        stories=len(stories),
        publishers=tuple(sorted({voice.publisher for voice in loud.voices})),
        blocs=tuple(sorted({voice.bloc for voice in loud.voices})),
        surge=loud.surge,
    )


def _by_theme(appearances: Iterable[Appearance]) -> Mapping[str, list[Appearance]]:
    said: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in sorted(appearances, key=appearance_order):
        said[appearance.theme_id].append(appearance)
    return said


def _about(theme_id: str, past: Sequence[PastFinding]) -> tuple[PastFinding, ...]:
    return tuple(finding for finding in past if finding.theme_id == theme_id)


def _day(appearance: Appearance) -> date:
    return appearance.dated_at.astimezone(UTC).date()
