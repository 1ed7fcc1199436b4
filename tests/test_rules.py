"""When an alert is raised, and what becomes of a message after an attempt to send it."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from alerts.rules import MOST_ATTEMPTS, WAITS, AlertRules, SendResult, after_crash, after_delivery, backoff, decide
from builders import DAY, NOW, key, make_finding, make_message
from warehouse.records import Again, Finding, MessageState, PastAlert

RULES = AlertRules()
HOLD = AlertRules(on_ambiguous="hold")
KIND, THEME = make_finding().kind, make_finding().theme_id


def past(kind: str = KIND, theme_id: str = THEME, at: datetime = NOW - DAY, **changes: Any) -> PastAlert:
    """An alert made before: two publishers of one bloc in a week."""
    made = PastAlert(key(f"{kind}/{theme_id}/{at}"), kind, theme_id, at, "", 2, ("independent",), 7)
    return replace(made, **changes)


@pytest.mark.parametrize(
    ("alerts", "decision"),
    [
        ([], "alert"),
        ([past(at=NOW - 6 * DAY)], "cooldown"),
        ([past(at=NOW - 7 * DAY)], "alert"),
        ([past(theme_id="arctic", at=NOW)], "alert"),
        ([past("surge", at=NOW)], "alert"),
        ([past(bloc="china-state")], "alert"),
        ([past(at=NOW - 90 * DAY), past()], "cooldown"),
        ([past(at=NOW + timedelta(hours=1))], "cooldown"),
        ([past(at=NOW + 3650 * DAY)], "alert"),
    ],
)
def test_cooldown(alerts: list[PastAlert], decision: str) -> None:
    """A theme is alerted again once its last alert of the kind is as old as the cooldown; a wild clock is ignored."""
    finding = make_finding()
    assert decide([finding], alerts, RULES, NOW) == [(finding, decision)]


def test_a_cooldown_of_its_own() -> None:
    """A kind with days of its own cools down for those, longer or shorter than the others."""
    rules = AlertRules(cooldown={"surge": 3, "first_seen": 30})
    surge = make_finding(kind="surge")
    assert rules.longest_cooldown == 30 * DAY
    assert decide([make_finding(), surge], [past(at=NOW - 8 * DAY)], rules, NOW)[0][1] == "cooldown"
    assert decide([surge], [past("surge", at=NOW - 4 * DAY)], rules, NOW)[0][1] == "alert"
    assert AlertRules(cooldown={"surge": 3}).cools_down("turn") == 7 * DAY


def test_one_alert_per_call() -> None:
    """Of findings about one thing, made together, the first is alerted; order is kept."""
    first, second, other = make_finding(), make_finding(stories=9), make_finding(theme_id="arctic")
    decided = decide([first, second, other], [], RULES, NOW)
    assert decided == [(first, "alert"), (second, "cooldown"), (other, "alert")]


def test_a_silenced_theme() -> None:
    """What nobody wants to hear of is decided so, whatever the cooldown; other themes are not touched."""
    finding, other = make_finding(), make_finding(theme_id="arctic")
    for silence in ("muted", "snoozed"):
        decided = decide([finding, other], [past()], RULES, NOW, {THEME: silence})
        assert decided == [(finding, silence), (other, "alert")]


def test_no_cooldown() -> None:
    """A cooldown of no days lets every pass alert."""
    assert decide([make_finding()], [past(at=NOW)], AlertRules(cooldown_days=0), NOW)[0][1] == "alert"


# --- once more ------------------------------------------------------------------------------------


def spoken_by(number: int, *blocs: str) -> Finding:
    return make_finding(publishers=tuple(f"House {n}" for n in range(number)), blocs=blocs or ("independent",))


@pytest.mark.parametrize(
    ("finding", "alerts", "rules", "again"),
    [
        (spoken_by(5), [past()], RULES, False),
        (spoken_by(6), [past()], RULES, True),
        (spoken_by(6), [past()], AlertRules(escalation=4), False),
        (spoken_by(6), [past()], AlertRules(escalation=0), False),
        (spoken_by(2, "china-state"), [past()], RULES, True),
        (spoken_by(2, "china-state"), [past()], AlertRules(escalation=0), False),
        (spoken_by(2, "china-state"), [past(), past("surge", blocs=("china-state",))], RULES, False),
        (spoken_by(6), [past(), past("surge", publishers=3)], RULES, False),
        (spoken_by(6), [past(), past("surge", publishers=3, theme_id="arctic")], RULES, True),
        (spoken_by(60, "china-state"), [past(again=True)], RULES, False),
        (spoken_by(60, "china-state"), [past(), past("surge", again=True)], RULES, False),
        (spoken_by(60, "china-state"), [past(), past(at=NOW - 9 * DAY, again=True)], RULES, True),
    ],
)
def test_a_theme_that_grows_is_told_once_more(
    finding: Finding, alerts: list[PastAlert], rules: AlertRules, *, again: bool
) -> None:
    """So many times the publishers that were told of, or a bloc that was not: once, until all has cooled down."""
    ((decided, decision),) = decide([finding], alerts, rules, NOW)
    assert decision == ("alert" if again else "cooldown")
    assert bool(decided.again) is again


def test_what_is_told_once_more_says_why() -> None:
    """The alert before it, how many spoke then, and the blocs that are new."""
    ((decided, _),) = decide([spoken_by(6, "independent", "china-state")], [past()], RULES, NOW)
    assert decided.again == Again(past().id, NOW - DAY, 2, ("china-state",))


def test_a_silenced_theme_does_not_grow() -> None:
    """Nobody wants to hear of it, however loud it becomes."""
    assert decide([spoken_by(60)], [past()], RULES, NOW, {THEME: "muted"})[0][1] == "muted"


# --- messages -------------------------------------------------------------------------------------


def test_backoff_steps() -> None:
    """Waits grow from a minute to a day."""
    minutes = [backoff(n) / timedelta(minutes=1) for n in range(1, 9)]
    assert minutes == [1, 5, 15, 60, 240, 1440, 1440, 1440]


def test_about_a_week() -> None:
    """A message is tried for about a week before it is called undeliverable."""
    failed, now = SendResult("retry", "smtp_busy"), NOW
    for attempts in range(1, 100):
        state, then = after_delivery(make_message(attempts=attempts), failed, RULES, now)
        if then is None:
            break
        assert state is MessageState.PENDING
        now = then
    assert (state, attempts) == (MessageState.UNDELIVERABLE, MOST_ATTEMPTS)
    assert timedelta(days=6) < now - NOW < timedelta(days=8)


@pytest.mark.parametrize(
    ("result", "rules", "state", "again"),
    [
        ("sent", RULES, MessageState.SENT, False),
        ("retry", RULES, MessageState.PENDING, True),
        ("retry", HOLD, MessageState.PENDING, True),
        ("undeliverable", RULES, MessageState.UNDELIVERABLE, False),
        ("unclear", RULES, MessageState.PENDING, True),
        ("unclear", HOLD, MessageState.HELD, False),
    ],
)
def test_after_delivery(result: Any, rules: AlertRules, state: MessageState, *, again: bool) -> None:
    """What is unclear is sent again or held, as the user wished; what was refused for good is not tried again."""
    after, then = after_delivery(make_message(attempts=1), SendResult(result), rules, NOW)
    assert (after, then is not None) == (state, again)


def test_unclear_to_the_end() -> None:
    """A message that may have arrived is held in the end, not called undeliverable."""
    after, _ = after_delivery(make_message(attempts=MOST_ATTEMPTS), SendResult("unclear"), RULES, NOW)
    assert after is MessageState.HELD


@given(st.integers(1, MOST_ATTEMPTS - 1), st.none() | st.floats(-1e9, 1e9))
def test_retry_after(attempts: int, asked: float | None) -> None:
    """The far side's wish lengthens a wait up to a day and never shortens one."""
    result = SendResult("retry", "slack_rate_limited", retry_after=asked)
    _, then = after_delivery(make_message(attempts=attempts), result, RULES, NOW)
    assert then is not None
    assert backoff(attempts) <= then - NOW <= WAITS[-1]
    if asked is not None and 0 < asked <= WAITS[-1].total_seconds():
        assert then - NOW >= timedelta(seconds=asked)


def test_after_a_crash() -> None:
    """A message found half sent is sent again or held, as the user wished; others are not touched."""
    found = make_message(state=MessageState.SENDING)
    assert after_crash(found, RULES) is MessageState.PENDING
    assert after_crash(found, HOLD) is MessageState.HELD
    with pytest.raises(ValueError, match="sent"):
        after_crash(make_message(state=MessageState.SENT), RULES)
