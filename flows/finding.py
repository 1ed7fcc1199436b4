"""Find: what the warehouse holds, looked at as of a moment, becomes the themes that are new, surge or change voice."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from uuid import UUID

from extractors import novelty, surge, unheard
from extractors.novelty import NoveltyRules
from flows import waking
from flows.changing import changes_of_voice
from warehouse import beginnings, candidate_decisions, judgements, passes, surges
from warehouse.connect import Connection
from warehouse.records import Appearance, FeedDay, Finding, PastFinding

# So long findings wait for what new feeds brought along: with half of the history, the rest would look new.
PATIENCE = timedelta(days=2)


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known as of a moment, as what is new is found from it.

    `wider` are the rules after an outage. Nothing is found while `quiet_until` is None (the burn-in goes on, or
    history waits); else it is up to when each theme's articles are history.
    """

    wider: NoveltyRules
    burnt_in: datetime | None
    waits: bool  # for the pages of a feed's first answer
    quiet_until: Mapping[str, datetime] | None
    appearances: Sequence[Appearance]
    found_before: Sequence[tuple[str, datetime]]
    past: Sequence[PastFinding]
    polls: Sequence[FeedDay]


def gather(
    con: Connection,
    rules: NoveltyRules,
    taxonomy_id: str,
    used_since: Mapping[str, datetime],
    silent: Collection[str],
    now: datetime,
    muted: Collection[UUID] = (),
    *,
    past: bool = False,
) -> Facts:
    """The facts as of `now`, with the articles of `muted` feeds as history alone.

    With `past` that moment is over: what waits for its page today says nothing of it.
    """
    gap = passes.longest_gap(con, now - rules.window - rules.silence, now - rules.window, now)
    wider = novelty.reaching_back(rules, gap)
    horizon = now - wider.window - wider.silence
    burnt_in = novelty.burnt_in_at(*beginnings.burn_in_facts(con, rules.burn_in_articles, rules.burn_in), rules)
    waits = not past and beginnings.history_waits(con, horizon, now - PATIENCE)
    if burnt_in is None or waits:
        return Facts(wider, burnt_in, waits, None, (), (), (), ())
    seen_since = min(horizon, surge.looks_back(rules, now))
    return Facts(
        wider=wider,
        burnt_in=burnt_in,
        waits=False,
        # Up to then everything is history: the burn-in, and the moment a theme came into use as it is.
        quiet_until={theme: max(burnt_in, since) for theme, since in used_since.items()},
        appearances=unheard.without(judgements.appearances(con, taxonomy_id, seen_since), muted),
        found_before=[*judgements.recent_findings(con, horizon), *candidate_decisions.became_themes(con, horizon)],
        past=surges.past_findings(con, seen_since, silent),
        polls=surges.feed_days(con, surge.looks_back(rules, now)),
    )


def as_of(facts: Facts, moment: datetime) -> Facts:
    """The facts less what was seen, asked or found only later, and what was found at that very moment."""
    return replace(
        facts,
        appearances=[a for a in facts.appearances if a.first_seen_at <= moment],
        found_before=[(theme, at) for theme, at in facts.found_before if at < moment],
        past=[one for one in facts.past if one.found_at < moment],
        polls=[poll for poll in facts.polls if poll.day <= moment.date()],
    )


def findings(
    con: Connection,
    rules: NoveltyRules,
    taxonomy_id: str,
    used_since: Mapping[str, datetime],
    silent: Collection[str],
    now: datetime,
    muted: Collection[UUID] = (),
) -> tuple[Finding, ...]:
    """The themes that are new, surge or change voice as of `now`; `used_since` is since when each is looked for.

    What the feeds that are `muted` say supports none of them.
    """
    facts = gather(con, rules, taxonomy_id, used_since, silent, now, muted)
    if facts.quiet_until is None:
        return ()
    first = novelty.first_seen(
        facts.appearances, facts.found_before, facts.quiet_until, taxonomy_id, facts.wider, now
    ) + waking.found_anew(con, silent, facts.quiet_until, taxonomy_id, rules, now, muted)
    told = [*facts.past, *(PastFinding(f.theme_id, f.found_at) for f in first)]
    surging = surge.surges(facts.appearances, facts.polls, told, facts.quiet_until, taxonomy_id, rules, now)
    return first + surging + changes_of_voice(con, facts.appearances, facts.quiet_until, taxonomy_id, rules, now)
