"""Decide: what was found, what was alerted before and what nobody wants to hear become alerts, or a reason for none."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from alerts import rules as alert_rules
from alerts.rules import AlertRules, Silence
from extractors import growth, unheard
from extractors.novelty import NoveltyRules
from flows.finding import findings
from warehouse import judgements, ledger, verdicts
from warehouse.connect import Connection
from warehouse.findings import Decided
from warehouse.ledger import UNHEARD, Muted
from warehouse.records import Appearance, Finding, PastAlert

# What muted voices alone carry is found in every pass anew, and kept once in so many days.
KEPT_ONCE_IN = timedelta(days=7)


@dataclass(frozen=True, slots=True)
class Asked:
    """What is looked for, and when it is alerted; `used_since` is since when each theme is looked for as it is."""

    alerts: AlertRules
    novelty: NoveltyRules
    taxonomy_id: str
    used_since: Mapping[str, datetime]


@dataclass(frozen=True, slots=True)
class Wishes:
    """What nobody wants to hear of now: themes, and voices."""

    silenced: Mapping[str, Silence]
    muted: Muted


def wishes(con: Connection, now: datetime) -> Wishes:
    """What holds at `now`, by all that was said."""
    return Wishes(verdicts.silenced(con, now), ledger.muted(con, now))


def decide(con: Connection, asked: Asked, now: datetime, candidates: Sequence[Finding] = ()) -> list[Decided]:
    """Every finding as of `now` with what is decided about it; `candidates` are findings of no configured theme.

    Voices that are muted support nothing. What would have been found with them is among the findings, for the record,
    and so is what is told once more of a theme that cools down.
    """
    held = wishes(con, now)
    before = remember(con, asked, now)
    found = _found(con, asked, held, now, candidates)
    heard = [finding for finding in found if _is_heard(finding, held.muted, asked.novelty)]
    decided = alert_rules.decide(heard, before.alerts, asked.alerts, now, held.silenced)
    # Whatever is found of a theme says itself how it stands.
    others = set(asked.used_since) - set(held.silenced) - {finding.theme_id for finding in found}
    again = alert_rules.decide(standing(before, asked, others, held.muted, now), before.alerts, asked.alerts, now)
    # Most stand as they stood: that is no finding.
    grown = [(finding, decision) for finding, decision in again if finding.again]
    return [*decided, *grown, *_unheard(con, asked, held, candidates, heard, now)]


def _found(
    con: Connection, asked: Asked, held: Wishes, now: datetime, candidates: Sequence[Finding]
) -> tuple[Finding, ...]:
    muted = held.muted.feeds
    found = findings(con, asked.novelty, asked.taxonomy_id, asked.used_since, held.silenced, now, muted)
    return (*found, *candidates)


def _is_heard(finding: Finding, muted: Muted, rules: NoveltyRules) -> bool:
    """Whether it is carried by voices that are not muted, as far as it names them itself."""
    if finding.bloc:
        return finding.bloc not in muted.blocs
    if finding.kind != "candidate":
        return True  # counted without them
    return len(set(finding.publishers) - muted.publishers) >= rules.candidate_publishers


# --- once more ------------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Before:
    """Alerts that may keep others quiet, with the blocs that had spoken of their themes before, and what tells that."""

    alerts: tuple[PastAlert, ...] = ()
    appearances: tuple[Appearance, ...] = ()


def remember(con: Connection, asked: Asked, now: datetime, *, over: bool = False) -> Before:
    """What was alerted before `now`; nothing that was seen or made later counts where that moment is `over`."""
    past = ledger.past_alerts(con, now - asked.alerts.longest_cooldown, now if over else None)
    if not asked.alerts.escalation or not any(one.theme_id in asked.used_since for one in past):
        return Before(tuple(past))
    since = min(one.at - timedelta(days=one.window_days) for one in past) - asked.novelty.silence
    appearances = judgements.appearances(con, asked.taxonomy_id, since)
    seen = tuple(a for a in appearances if not over or a.first_seen_at <= now)
    return Before(tuple(growth.known_blocs(one, seen) for one in past), seen)


def standing(before: Before, asked: Asked, themes: Collection[str], muted: Muted, now: datetime) -> tuple[Finding, ...]:
    """How those of the themes stand now that were alerted before, without the voices that are muted."""
    counted = unheard.without([a for a in before.appearances if a.theme_id in themes], muted.feeds)
    return growth.as_they_stand(counted, before.alerts, asked.used_since, asked.taxonomy_id, now)


# --- without the voices that are muted ------------------------------------------------------------


def _unheard(
    con: Connection,
    asked: Asked,
    held: Wishes,
    candidates: Sequence[Finding],
    heard: Collection[Finding],
    now: datetime,
) -> list[tuple[Finding, alert_rules.Decision]]:
    """What would have been found with all voices, and was not without those that are muted."""
    if not held.muted:
        return []
    found = findings(con, asked.novelty, asked.taxonomy_id, asked.used_since, held.silenced, now)
    known = {_about(finding) for finding in heard} | ledger.unheard_since(con, now - KEPT_ONCE_IN)
    return [(finding, UNHEARD) for finding in (*found, *candidates) if _about(finding) not in known]


def _about(finding: Finding) -> tuple[str, str, str]:
    return finding.kind, finding.theme_id, finding.bloc
