"""Who is told of what, and when: no alert is lost, none is told twice, and none in quiet hours."""

from __future__ import annotations

from collections import Counter
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from alerts.hours import QuietHours, Timetable
from alerts.routing import Addressee, Route, TellRules, assign
from builders import DAY, NOW, key
from flows.planning import Plan, plan
from warehouse.tellings import OpenAlert

ANN: Addressee = ("email", "ann@example.org")
BOB: Addressee = ("email", "bob@example.org")
DESK: Addressee = ("slack", "desk")
ALL = (ANN, BOB, DESK)

# The night in which clocks go forward in Berlin, and a day on either side.
SPRING = datetime(2026, 3, 28, tzinfo=UTC)
PASSES = timedelta(minutes=50)


@dataclass(frozen=True)
class Made:
    """An alert as routes see it."""

    kind: str = "surge"
    theme_id: str = "gas"
    created_at: datetime = NOW


def told(*routes: Route) -> set[Addressee]:
    return set(assign(Made(), ALL, TellRules(routes), NOW))


def test_without_a_route_everybody_is_told_at_once() -> None:
    """As it always was."""
    ways = assign(Made(), ALL, TellRules(), NOW)
    assert {one: (due.at, due.because()) for one, due in ways.items()} == dict.fromkeys(ALL, (NOW, ""))


@pytest.mark.parametrize(
    ("route", "whom"),
    [
        (Route(), set(ALL)),
        (Route("ann@example.org"), {ANN}),
        (Route("email"), {ANN, BOB}),
        (Route("slack"), {DESK}),
        (Route("desk"), {DESK}),
        (Route("ann@example.org", themes=("gas",), kinds=("surge", "turn")), {ANN}),
        (Route("ann@example.org", themes=("grain",)), set(ALL)),  # not its way: everybody
        (Route("ann@example.org", kinds=("turn",)), set(ALL)),
        (Route("left@example.org"), set(ALL)),  # leads to nobody: everybody
    ],
)
def test_whom_a_route_leads_to(route: Route, whom: set[Addressee]) -> None:
    """A route takes what it names to whom it names; what no route takes to anybody goes to all."""
    assert told(route) == whom


def test_the_soonest_way_counts() -> None:
    """Whoever is led to by several routes is told when the first of them is due, whatever their order."""
    weekly = Route("ann@example.org", when=Timetable(time(8), 0))
    at_once = Route("ann@example.org", kinds=("surge",))
    for routes in ((weekly, at_once), (at_once, weekly)):
        assert assign(Made(), ALL, TellRules(routes), NOW)[ANN].at == NOW
        assert assign(Made("turn"), ALL, TellRules(routes), NOW)[ANN].at > NOW


def test_what_is_waited_for() -> None:
    """A digest, quiet hours, or a digest whose hour lies in them."""
    rules = TellRules((Route("slack", when=Timetable(time(3))),), QuietHours(time(0), time(4)))
    due = assign(Made(), ALL, rules, NOW)[DESK]
    assert (due.at.time(), due.because()) == (time(4), "digest and quiet hours")
    due = assign(Made(created_at=NOW.replace(hour=1)), ALL, TellRules(quiet=rules.quiet), NOW)[ANN]
    assert (due.at, due.because()) == (NOW.replace(hour=4, minute=0), "quiet hours")


def test_an_alert_by_a_clock_that_was_wrong_waits_for_nothing() -> None:
    """Dated years ahead, it is due now."""
    made = Made(created_at=NOW + 3650 * DAY)
    assert assign(made, ALL, TellRules((Route(when=Timetable(time(8), 0)),)), NOW)[ANN].at == NOW


def open_alert(n: int, made: Made, untold: frozenset[Addressee] = frozenset(ALL)) -> OpenAlert:
    return OpenAlert(key(f"alert/{n}"), made.kind, made.theme_id, made.created_at, untold)


def test_whoever_is_left_out_is_passed_over_last() -> None:
    """While somebody has yet to be told, a change of the routes counts; once all are told, it is too late."""
    routes = (Route("ann@example.org"), Route("slack", when=Timetable(time(8), 0)))
    alert = open_alert(1, Made())
    before = plan([alert], ALL, TellRules(routes), NOW)
    assert (set(before.now), [wait.recipient for wait in before.later], before.over) == ({ANN}, ["desk"], ())
    after = plan([alert], ALL, TellRules(routes), NOW + 8 * DAY)
    assert (set(after.now), after.later, after.over) == ({ANN, DESK}, (), ((alert.alert_id, BOB),))


# --- the law --------------------------------------------------------------------------------------

kinds, themes = st.sampled_from(("surge", "first_seen", "turn")), st.sampled_from(("gas", "grain", "arctic"))
quarters = st.integers(0, 4 * 24 - 1).map(lambda n: time(n // 4, n % 4 * 15))
ends = st.sampled_from(("", "ann@example.org", "bob@example.org", "email", "slack", "desk", "left@example.org"))
routes = st.builds(
    Route,
    to=ends,
    themes=st.lists(themes, max_size=2).map(tuple),
    kinds=st.lists(kinds, max_size=2).map(tuple),
    when=st.none() | st.builds(Timetable, quarters, st.none() | st.integers(0, 6)),
)
nights = st.tuples(quarters, quarters).filter(lambda both: both[0] != both[1]).map(lambda both: QuietHours(*both))
rules = st.builds(
    TellRules,
    routes=st.lists(routes, max_size=4).map(tuple),
    quiet=st.none() | nights,
    zone=st.sampled_from(("Europe/Berlin", "UTC", "Australia/Lord_Howe")).map(ZoneInfo),
)
alerts = st.lists(
    st.builds(
        Made, kinds, themes, st.integers(0, 3 * 24 * 60).map(lambda minutes: SPRING + timedelta(minutes=minutes))
    ),
    max_size=6,
)


def played(made: list[Made], change: list[TellRules]) -> tuple[Counter[tuple[UUID, Addressee]], set[UUID]]:
    """Passes for a fortnight, the settings changing once: how often whom was told of what, and what is still open."""
    told: Counter[tuple[UUID, Addressee]] = Counter()
    over: set[tuple[UUID, Addressee]] = set()
    left: set[UUID] = set()
    for n in range(int(14 * DAY / PASSES)):
        now = SPRING + n * PASSES
        held = change[0] if now < SPRING + 2 * DAY else change[-1]
        known = [(key(f"alert/{i}"), alert) for i, alert in enumerate(made) if alert.created_at <= now]
        untold = {id_: frozenset(a for a in ALL if (id_, a) not in told and (id_, a) not in over) for id_, _ in known}
        todo = [OpenAlert(id_, a.kind, a.theme_id, a.created_at, untold[id_]) for id_, a in known if untold[id_]]
        found: Plan = plan(todo, ALL, held, now)
        if held.holds(now):
            assert not found.now
        told.update((id_, one) for one, ids in found.now.items() for id_ in ids)
        over.update(found.over)
        left = {wait.alert_id for wait in found.later}
    return told, left


@settings(max_examples=40, deadline=None)
@given(alerts, st.lists(rules, min_size=1, max_size=2))
def test_every_alert_is_told_once_to_whom_it_is_for(made: list[Made], change: list[TellRules]) -> None:
    """Whatever hours, digests and routes say, and if they change in between: to somebody, once each, never at night."""
    told, left = played(made, change)
    assert not left
    assert set(told.values()) <= {1}
    for i, alert in enumerate(made):
        got = {one for id_, one in told if id_ == key(f"alert/{i}")}
        assert got
        if len(change) == 1:
            assert got == set(assign(alert, ALL, change[0], SPRING + 14 * DAY))
