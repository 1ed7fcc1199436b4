"""Plan: of the alerts that are not told yet, what each recipient is told now and what later, as the routes now are."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from alerts.routing import Addressee, Due, TellRules, assign
from warehouse.tellings import OpenAlert, Wait


@dataclass(frozen=True, slots=True)
class Plan:
    """Who is told of which alerts now, what waits, and who is passed over once the others are told."""

    now: Mapping[Addressee, tuple[UUID, ...]]  # oldest first
    later: tuple[Wait, ...]
    over: tuple[tuple[UUID, Addressee], ...]

    def waits_for(self, addressee: Addressee) -> bool:
        """Whether something waits for its hour with this recipient."""
        return any((wait.channel, wait.recipient) == addressee for wait in self.later)


def plan(alerts: Sequence[OpenAlert], told: Sequence[Addressee], rules: TellRules, now: datetime) -> Plan:
    """Sort what is open by whom it is for and when it is due; `told` are all who are told of anything.

    Whoever a route leaves out is passed over only once all others are told: until then a change of the routes counts.
    """
    due_now: defaultdict[Addressee, list[UUID]] = defaultdict(list)
    later: list[Wait] = []
    over: list[tuple[UUID, Addressee]] = []
    for alert in alerts:
        ways = assign(alert, told, rules, now)
        waits = {o: wait_of(alert.alert_id, o, due, rules, now) for o, due in ways.items() if o in alert.untold}
        later += filter(None, waits.values())
        for one in [one for one, wait in waits.items() if not wait]:
            due_now[one].append(alert.alert_id)
        if not any(waits.values()):
            over += [(alert.alert_id, one) for one in told if one in alert.untold and one not in ways]
    return Plan({one: tuple(ids) for one, ids in due_now.items()}, tuple(later), tuple(over))


def wait_of(alert_id: UUID, addressee: Addressee, due: Due, rules: TellRules, now: datetime) -> Wait | None:
    """What one recipient waits for with one alert; None where it is told now."""
    at, because = due.at, due.because()
    if at <= now and rules.holds(now):
        # Made before the quiet hours, and not told in time.
        at, because = rules.after_quiet(now), "quiet hours"
    return Wait(alert_id, *addressee, at, because) if at > now else None
