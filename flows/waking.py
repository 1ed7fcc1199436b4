"""What was found while nobody wanted to hear of it: after a snooze or a mute, a theme that goes on is found anew."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from operator import itemgetter
from uuid import UUID

from extractors import novelty, unheard
from extractors.novelty import NoveltyRules
from warehouse import judgements, passes, verdicts
from warehouse.connect import Connection
from warehouse.records import Appearance, Finding
from warehouse.verdicts import Woken

DAY = timedelta(days=1)


def found_anew(
    con: Connection,
    silent: Collection[str],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
    muted: Collection[UUID] = (),
) -> tuple[Finding, ...]:
    """Themes that were found first while they were snoozed or muted, are no longer `silent`, and still go on.

    Found in the window that reaches back to then, so that the silence before it is the one there was. What `muted`
    feeds say counts as history.
    """
    horizon = now - rules.window - rules.silence
    woken = verdicts.woken(con, horizon, silent)
    if not woken:
        return ()
    since = min(then.opens for then in woken.values()) - rules.silence
    appearances = unheard.without(judgements.appearances(con, taxonomy_id, since), muted)
    wider = novelty.reaching_back(rules, passes.longest_gap(con, horizon, now - rules.window, now))
    before = judgements.recent_findings(con, now - wider.window - wider.silence)
    # After a long silence a theme may be new in any case: once is enough.
    new = {f.theme_id for f in novelty.first_seen(appearances, before, quiet_until, taxonomy_id, wider, now)}
    return tuple(
        finding
        for theme, then in sorted(woken.items(), key=itemgetter(0))
        if theme not in new
        for finding in _still_new(
            [a for a in appearances if a.theme_id == theme and a.dated_at > then.opens - rules.silence],
            then,
            quiet_until,
            taxonomy_id,
            rules,
            now,
        )
    )


def _still_new(
    appearances: Sequence[Appearance],
    then: Woken,
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> Iterator[Finding]:
    if any(a.dated_at > now - rules.window and not a.baseline for a in appearances):
        since_then = max(-((then.found_at - now) // DAY), 0)
        wider = replace(rules, window_days=then.window_days + since_then)
        yield from novelty.first_seen(appearances, (), quiet_until, taxonomy_id, wider, now)
