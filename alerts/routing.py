"""Who is told of an alert, and when: routes, digests and quiet hours. Pure.

Nothing is dropped here: an alert that no route takes goes to everybody, and whatever waits has an hour at which it
does not wait any longer.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Literal, Protocol
from zoneinfo import ZoneInfo

from alerts.hours import QuietHours, Timetable, after_quiet, is_quiet, next_time

Channel = Literal["email", "slack"]
Addressee = tuple[Channel, str]  # channel and recipient

# An alert dated further ahead was made by a clock that has since been put right: it waits for nothing.
_ODD = timedelta(days=2)


class Routable(Protocol):
    """What routes look at."""

    @property
    def kind(self) -> str: ...
    @property
    def theme_id(self) -> str: ...
    @property
    def created_at(self) -> datetime: ...


@dataclass(frozen=True, slots=True)
class Route:
    """Whom some alerts are for, and when. `to` is a recipient or a channel, "" everybody; no themes are all themes."""

    to: str = ""
    themes: tuple[str, ...] = ()
    kinds: tuple[str, ...] = ()
    when: Timetable | None = None  # None: at once

    def takes(self, alert: Routable) -> bool:
        """Whether alerts of this kind, on this theme, go this way."""
        return (not self.themes or alert.theme_id in self.themes) and (not self.kinds or alert.kind in self.kinds)

    def leads_to(self, addressee: Addressee) -> bool:
        """Whether it ends at this recipient."""
        return self.to in ("", *addressee)


@dataclass(frozen=True, slots=True)
class TellRules:
    """What the user decides about who is told what, and when."""

    routes: tuple[Route, ...] = ()
    quiet: QuietHours | None = None
    zone: ZoneInfo = field(default_factory=lambda: ZoneInfo("UTC"))

    def holds(self, moment: datetime) -> bool:
        """Whether nothing is sent at that moment."""
        return is_quiet(self.quiet, self.zone, moment)

    def after_quiet(self, moment: datetime) -> datetime:
        """That moment, or the end of the quiet hours that it lies in."""
        return after_quiet(self.quiet, self.zone, moment)


@dataclass(frozen=True, slots=True)
class Due:
    """When one recipient is told of one alert, and what it waited for."""

    at: datetime
    route: Route | None = None  # None: no route takes it, and everybody is told
    quiet: bool = False  # quiet hours made it later

    def because(self) -> str:
        """What is waited for: digest, quiet hours; "" where it was due at once."""
        waited = ("digest",) if self.route and self.route.when else ()
        return " and ".join((*waited, *(("quiet hours",) if self.quiet else ())))


def assign(alert: Routable, told: Sequence[Addressee], rules: TellRules, now: datetime) -> dict[Addressee, Due]:
    """Whom of all who are `told` the alert is for, and when each is due.

    Of several routes to one recipient the one that is soonest counts. An alert that no route takes to anybody there
    is goes to everybody at once.
    """
    taking = [route for route in rules.routes if route.takes(alert) and any(map(route.leads_to, told))]
    if not taking:
        return {addressee: _due(alert, None, rules, now) for addressee in told}
    ways = {one: [_due(alert, route, rules, now) for route in taking if route.leads_to(one)] for one in told}
    return {one: min(due, key=lambda due: due.at) for one, due in ways.items() if due}


def _due(alert: Routable, route: Route | None, rules: TellRules, now: datetime) -> Due:
    made = alert.created_at.astimezone(UTC)
    if made > now + _ODD:
        return Due(now, route)
    wanted = next_time(route.when if route else None, rules.zone, made)
    at = rules.after_quiet(wanted)
    return Due(at, route, quiet=at != wanted)
