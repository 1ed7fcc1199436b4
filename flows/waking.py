"""What was found while nobody wanted to hear of it: after a snooze or a mute, a theme that goes on is found anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from extractors import novelty
from extractors.novelty import NoveltyRules
from warehouse import judgements, verdicts
from warehouse.connect import Connection
from warehouse.records import Appearance, Finding

DAY = timedelta(days=1)


def found_anew(
    con: Connection,
    silent: Collection[str],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """Themes that were found first while they were snoozed or muted, are no longer `silent`, and still go on.

    Found in the window that reaches back to then, so that the silence before it is the one there was.
    """
    woken = verdicts.woken(con, now - rules.window - rules.silence, silent)
    if not woken:
        return ()
    horizon = min(woken.values()) - rules.window - rules.silence
    appearances = judgements.appearances(con, taxonomy_id, horizon)
    return tuple(
        finding
        for theme, found_at in sorted(woken.items())
        for finding in _still_new(
            [a for a in appearances if a.theme_id == theme and a.dated_at > found_at - rules.window - rules.silence],
            found_at,
            quiet_until,
            taxonomy_id,
            rules,
            now,
        )
    )


def _still_new(
    appearances: Sequence[Appearance],
    found_at: datetime,
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> Iterator[Finding]:
    if any(a.dated_at > now - rules.window and not a.baseline for a in appearances):
        since_then = max(-((found_at - now) // DAY), 0)
        wider = replace(rules, window_days=rules.window_days + since_then)
        yield from novelty.first_seen(appearances, (), quiet_until, taxonomy_id, wider, now)
