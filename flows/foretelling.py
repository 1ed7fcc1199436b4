"""Foretell: what a pass would tell now, to whom and when, of what is read, judged and compared. Nothing is kept."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.routing import Addressee
from flows import reasons
from flows.deciding import Asked, decide
from flows.reasons import Known
from flows.settings import Settings
from flows.telling import TOLD_BACK, addressees, planned
from warehouse import judgements, ledger, outbox, tellings, verdicts
from warehouse.connect import Connection
from warehouse.records import Alert, Finding


@dataclass(frozen=True, slots=True)
class Letter:
    """The same alerts to some recipients, told together; `at` is None for the next pass."""

    at: datetime | None
    because: str  # what is waited for
    told: tuple[tuple[str, str], ...]  # channels and recipients
    alerts: tuple[Alert, ...]


@dataclass(frozen=True, slots=True)
class Withheld:
    """A finding that would be made, and why nobody would be told of it."""

    kind: str
    theme_id: str
    publishers: tuple[str, ...]
    decision: str
    why: str


@dataclass(frozen=True, slots=True)
class Foretold:
    """What the next pass that sends would tell, and what it would not."""

    letters: tuple[Letter, ...]
    withheld: tuple[Withheld, ...]
    waiting: int  # messages that are made and not sent yet
    corrections: int  # messages that take back what was told


def foretell(con: Connection, settings: Settings, now: datetime) -> Foretold:
    """What would be told now; everything that was written to find out is rolled back."""
    told = addressees(settings)
    with _for_nothing(con):
        # What themes.toml says since the last pass is judged by the next one.
        taxonomy_id = judgements.latest_taxonomy(con) or settings.taxonomy.id
        used_since = judgements.themes_used_since(con, taxonomy_id)
        past = ledger.past_alerts(con, now - settings.alerts.longest_cooldown)
        known = Known(past, verdicts.silences(con, now), ledger.muted(con, now).voices)
        decided = decide(con, Asked(settings.alerts, settings.novelty, taxonomy_id, used_since), now)
        outbox.save_findings(con, decided)
        tellings.enrol(con, told, now - TOLD_BACK)
        return Foretold(
            letters=tuple(_letters(con, settings, told, now)),
            withheld=tuple(_withheld(f, d, known, settings, now) for f, d in decided if d != "alert"),
            waiting=outbox.count_waiting(con, told),
            corrections=sum(len(outbox.corrections_due(con, *addressee)) for addressee in told),
        )


def _letters(con: Connection, settings: Settings, told: Sequence[Addressee], now: datetime) -> Iterator[Letter]:
    """The soonest first; those who get the same at the same time share one."""
    due = planned(con, settings, told, now)
    told_at: defaultdict[tuple[str, str, datetime | None, str], list[UUID]] = defaultdict(list)
    for addressee, ids in due.now.items():
        told_at[*addressee, None, ""] += ids
    for wait in due.later:
        told_at[wait.channel, wait.recipient, wait.until_at, wait.because].append(wait.alert_id)
    shared: defaultdict[tuple[datetime | None, str, tuple[UUID, ...]], list[tuple[str, str]]] = defaultdict(list)
    for (channel, recipient, at, because), alerts in told_at.items():
        shared[at, because, tuple(alerts)].append((channel, recipient))
    for (at, because, same), whom in sorted(shared.items(), key=lambda one: (one[0][0] or now, one[0][1:])):
        yield Letter(at, because, tuple(sorted(whom)), tuple(outbox.read_alerts(con, same, settings.alerts.quotes)))


def _withheld(finding: Finding, decision: str, known: Known, settings: Settings, now: datetime) -> Withheld:
    why = reasons.reason(finding, decision, known, settings.alerts, now)
    return Withheld(finding.kind, finding.theme_id, finding.publishers, decision, why)


@contextmanager
def _for_nothing(con: Connection) -> Iterator[None]:
    """A transaction of which nothing is left."""
    try:
        yield
    finally:
        con.execute("ROLLBACK")
        con.execute("BEGIN")
