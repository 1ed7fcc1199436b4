"""Look back: what was true of a theme on some day, gathered for whoever explains it.

Reckoned from what the warehouse holds now, less what was seen later; what was found and decided is as it was kept.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta

from alerts.routing import Addressee, Due, assign
from alerts.rules import AlertRules
from extractors import novelty, surge
from extractors.novelty import Look, NoveltyRules
from extractors.surge import Loudness
from flows.deciding import Asked, remember, standing
from flows.finding import Facts, as_of, gather
from flows.reasons import Known
from flows.settings import Settings
from flows.telling import addressees
from warehouse import chronicle, judgements, ledger, tellings, verdicts
from warehouse.chronicle import Found, Told
from warehouse.connect import Connection
from warehouse.emergences import read_candidate
from warehouse.records import Appearance, Candidate, Finding
from warehouse.tellings import OpenAlert, Wait

_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Loud:
    """How loud a theme was up to a day, and how many publishers would have made a surge of it."""

    last_day: date
    measured: Loudness | None  # None: it was not tested
    enough: int | None


@dataclass(frozen=True, slots=True)
class Delivered:
    """What became of an alert for each of those who are told: messages, waits, and for whom it is by the routes."""

    found: Found
    messages: tuple[Told, ...]
    waits: tuple[Wait, ...]
    passed_over: tuple[tuple[str, str], ...]
    ways: Mapping[Addressee, Due]  # by the routes as they are now


@dataclass(frozen=True, slots=True)
class Then:
    """One theme as it stood at a moment of a day: the finding's, where there was one, else the day's end."""

    theme_id: str
    label: str
    candidate: Candidate | None  # that it is, where no theme is meant
    day: date
    moment: datetime
    now: datetime
    alerts: AlertRules
    novelty: NoveltyRules  # with the window made wider after an outage
    used_since: datetime | None
    burnt_in: datetime | None
    waits: bool
    said: tuple[Appearance, ...]  # on the theme, as far back as it is looked
    look: Look | None
    loud: tuple[Loud, ...]
    known: Known
    standing: Finding | None  # how it stands against an alert that silences it
    found: tuple[Found, ...]
    delivered: tuple[Delivered, ...]

    @property
    def opens(self) -> datetime:
        return self.moment - self.novelty.window


def look_back(con: Connection, settings: Settings, theme_id: str, day: date, now: datetime) -> Then:
    """What was true of the theme on that day (UTC), as far as it is known."""
    begins = datetime.combine(day, time(), UTC)
    found = chronicle.found(con, theme_id, begins, begins + _DAY)
    moment = found[0].found_at if found else min(begins + _DAY - timedelta(microseconds=1), now)
    # What was said of themes and voices while the finding's pass was under way counts for it.
    said_until = moment + timedelta(hours=1) if found else moment
    silences = verdicts.silences(con, moment, said_until)
    muted = ledger.muted(con, moment, said_until)
    taxonomy_id = chronicle.taxonomy_at(con, moment)
    used_since = judgements.themes_used_since(con, taxonomy_id)
    asked = Asked(settings.alerts, settings.novelty, taxonomy_id, used_since)
    over = bool(found) or moment < now
    whole = gather(con, settings.novelty, asked.taxonomy_id, used_since, silences, moment, muted.feeds, past=over)
    facts = as_of(whole, moment)
    before = remember(con, asked, moment, over=True)
    known = Known([one for one in before.alerts if one.theme_id == theme_id], silences, muted.voices)
    mine = [a for a in facts.appearances if a.theme_id == theme_id]
    candidate = read_candidate(con, theme_id)
    usable = facts.quiet_until is not None and theme_id in facts.quiet_until
    return Then(
        theme_id=theme_id,
        label=candidate.label if candidate else chronicle.label_of(con, theme_id),
        candidate=candidate,
        day=day,
        moment=moment,
        now=now,
        alerts=settings.alerts,
        novelty=facts.wider,
        used_since=used_since.get(theme_id),
        burnt_in=facts.burnt_in,
        waits=facts.waits,
        said=tuple(mine),
        look=_look(theme_id, mine, facts, moment) if usable else None,
        loud=_loud(theme_id, facts, settings.novelty, moment) if usable else (),
        known=known,
        standing=next(iter(standing(before, asked, [theme_id], muted, moment)), None),
        found=tuple(found),
        delivered=tuple(_delivered(con, settings, theme_id, one, now) for one in found if one.alert_id),
    )


def _look(theme_id: str, said: Sequence[Appearance], facts: Facts, moment: datetime) -> Look | None:
    if facts.quiet_until is None:
        return None
    return novelty.look_at(theme_id, said, facts.found_before, facts.quiet_until[theme_id], facts.wider, moment)


def _loud(theme_id: str, facts: Facts, rules: NoveltyRules, moment: datetime) -> tuple[Loud, ...]:
    if facts.quiet_until is None or not rules.surge_false_rate:
        return ()
    today = moment.astimezone(UTC).date()
    found = []
    for last_day in (today - _DAY, today):
        asked = (facts.appearances, facts.polls, facts.past, facts.quiet_until, rules, last_day, moment)
        measured = next((one for one in surge.loudness(*asked) if one.theme_id == theme_id), None)
        few = measured and {"chance", "publishers"} & set(measured.lacks)
        found.append(Loud(last_day, measured, surge.enough(theme_id, *asked) if few else None))
    return tuple(found)


def _delivered(con: Connection, settings: Settings, theme_id: str, one: Found, now: datetime) -> Delivered:
    if one.alert_id is None:
        raise ValueError(f"the finding {one.finding_id} has no alert")
    told = addressees(settings)
    alert = OpenAlert(one.alert_id, one.kind, theme_id, one.found_at, frozenset(told))
    return Delivered(
        found=one,
        messages=tuple(chronicle.told(con, one.alert_id)),
        waits=tuple(wait for wait in tellings.waits(con) if wait.alert_id == one.alert_id),
        passed_over=tuple(chronicle.passed_over(con, one.alert_id)),
        ways=assign(alert, told, settings.telling, now),
    )
