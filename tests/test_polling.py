from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.polling import PollRules, after, due, network_down, retry_page
from warehouse.records import FeedState, Fetch, Outcome

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
EARLIER = NOW - timedelta(hours=1)
RULES = PollRules()
FRESH = FeedState(uuid.UUID(int=1))
KNOWN = replace(
    FRESH,
    etag='"old"',
    last_modified="long ago",
    body_hash="old",
    checked_at=EARLIER,
    succeeded_at=EARLIER,
    next_attempt_at=NOW,
    outcome="new",
)
NEW = Fetch(NOW, Outcome.NEW, status=200, etag='"new"', last_modified=None, body_hash="new", body=b"x")
UNCHANGED = Fetch(NOW, Outcome.UNCHANGED, status=200, etag='"other"', body_hash="old")


def failed(reason: str, **fields: Any) -> Fetch:
    return Fetch(NOW, Outcome.FAILED, reason=reason, detail="a sentence", **fields)


def minutes(state: FeedState) -> float:
    assert state.next_attempt_at is not None
    return (state.next_attempt_at - NOW).total_seconds() / 60


def validators(state: FeedState) -> tuple[str | None, str | None, str | None]:
    return state.etag, state.last_modified, state.body_hash


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (None, True),
        (FRESH, True),
        (KNOWN, True),
        (replace(KNOWN, next_attempt_at=NOW + timedelta(seconds=1)), False),
        (replace(KNOWN, next_attempt_at=NOW - timedelta(days=3)), True),
        (replace(KNOWN, checked_at=NOW + timedelta(days=3650), next_attempt_at=NOW + timedelta(days=3651)), True),
    ],
)
def test_when_a_feed_is_due(state: FeedState | None, wanted: bool) -> None:
    """A feed is due at its time, or when it was never asked; a clock that was wrong for a while silences no feed."""
    assert due(state, NOW) is wanted


def test_a_new_body_that_was_parsed_is_remembered() -> None:
    """Validators and hash are replaced together, and the failures are over."""
    state = after(replace(KNOWN, failures=3.0, outcome="failed", reason="timeout", detail="x"), NEW, None, RULES, NOW)
    assert state == FeedState(
        FRESH.feed_id,
        etag='"new"',
        last_modified=None,
        body_hash="new",
        failures=0.0,
        next_attempt_at=NOW + RULES.interval,
        checked_at=NOW,
        succeeded_at=NOW,
        outcome="new",
        status=200,
    )


def test_an_unchanged_answer_is_a_success_that_keeps_the_validators() -> None:
    """A 304, or the same body again, ends the failures and changes nothing of what was remembered."""
    state = after(replace(KNOWN, failures=3.0), UNCHANGED, None, RULES, NOW)
    assert validators(state) == validators(KNOWN)
    assert (state.failures, state.succeeded_at, state.outcome, minutes(state)) == (0.0, NOW, "unchanged", 30)


def test_a_body_that_could_not_be_parsed_is_asked_for_again() -> None:
    """What was not read is not remembered as read: validators and hash stay those of the last good body."""
    state = after(KNOWN, NEW, ("not_a_feed", "a login page"), RULES, NOW)
    assert validators(state) == validators(KNOWN)
    assert (state.outcome, state.reason, state.detail, state.status) == ("failed", "not_a_feed", "a login page", 200)
    assert (state.failures, state.succeeded_at, minutes(state)) == (1.0, EARLIER, 60)


def test_a_failure_keeps_what_was_remembered() -> None:
    """A failed attempt is counted and described; the feed goes on from where it was."""
    state = after(KNOWN, failed("timeout"), None, RULES, NOW)
    assert validators(state) == validators(KNOWN)
    assert (state.outcome, state.reason, state.detail) == ("failed", "timeout", "a sentence")
    assert (state.failures, state.checked_at, state.succeeded_at) == (1.0, NOW, EARLIER)


def test_an_answer_to_a_question_not_asked_makes_the_next_one_unconditional() -> None:
    """After a 304 without reason no validators are sent."""
    state = after(KNOWN, failed("unexpected_304", status=304), None, RULES, NOW)
    assert validators(state) == (None, None, "old")


@pytest.mark.parametrize(
    ("failures", "fetch", "counted", "wait"),
    [
        (0, failed("timeout"), 1, 60),
        (3, failed("timeout"), 4, 150),
        (500, failed("timeout"), 501, 24 * 60),
        (0, failed("dns_temporary"), 0.25, 37.5),
        (0, failed("gone", status=410), 1, 60),
        (0, failed("unavailable", retry_after=60.0), 1, 60),
        (0, failed("unavailable", retry_after=3 * 3600.0), 1, 180),
        (0, failed("unavailable", retry_after=999_999_999.0), 1, 24 * 60),
        (0, failed("unavailable", retry_after=1e300), 1, 24 * 60),
        (0, failed("rate_limited", retry_after=120.0), 0, 30),
        (0, failed("rate_limited", retry_after=7200.0), 0, 120),
        (2, failed("rate_limited", retry_after=7200.0), 2, 120),
        (2, failed("rate_limited"), 2, 90),
        (0, failed("rate_limited"), 0, 30),
    ],
)
def test_how_long_a_failing_feed_rests(failures: float, fetch: Fetch, counted: float, wait: float) -> None:
    """Each failure adds an interval, up to a day; a look-up fault counts a quarter, a plea to slow down nothing."""
    state = after(replace(KNOWN, failures=failures), fetch, None, RULES, NOW)
    assert (state.failures, minutes(state)) == (counted, wait)


def test_a_bare_slow_down_that_comes_again_doubles_the_wait() -> None:
    """A 429 that does not say for how long waits half an hour, then one hour, then two, up to a day."""
    state, now, waits = KNOWN, NOW, []
    for _ in range(7):
        state = after(state, failed("rate_limited", status=429), None, RULES, now)
        assert state.next_attempt_at is not None
        waits.append((state.next_attempt_at - now).total_seconds() / 3600)
        now = state.next_attempt_at
    assert waits == [0.5, 1, 2, 4, 8, 16, 24]
    assert state.failures == 0


reasons = st.sampled_from(["timeout", "dns_temporary", "rate_limited", "unavailable", "unexpected_304", "gone"])


@given(
    st.floats(0, 1e6),
    reasons,
    st.none() | st.floats(0, allow_nan=False),
    st.none() | st.just(("not_a_feed", "x")),
    st.booleans(),
)
def test_the_next_attempt_lies_between_an_interval_and_a_day(
    failures: float, reason: str, wait: float | None, parse_failure: tuple[str, str] | None, again: bool
) -> None:
    """Whatever a server says, a feed is neither hammered nor forgotten."""
    state = replace(KNOWN, failures=failures, reason=reason if again else "")
    after_it = after(state, failed(reason, retry_after=wait), parse_failure, RULES, NOW)
    assert 30 <= minutes(after_it) <= 24 * 60
    assert after_it.failures >= failures


def test_intervals_longer_than_the_longest_wait_stand() -> None:
    """A user who asks once a week is not made to ask daily by a failure."""
    weekly = PollRules(interval=timedelta(days=7))
    assert minutes(after(KNOWN, failed("timeout"), None, weekly, NOW)) == 7 * 24 * 60


REFUSED, UNKNOWN = failed("connect_refused"), failed("dns_temporary")


@pytest.mark.parametrize(
    ("fetches", "wanted"),
    [
        ([], ""),
        ([NEW], ""),
        ([UNKNOWN], ""),  # one or two feeds prove nothing
        ([UNKNOWN, NEW], ""),
        ([REFUSED, REFUSED], ""),
        ([REFUSED] * 3, "connect_refused"),
        ([UNKNOWN, UNKNOWN, NEW], ""),
        ([UNKNOWN] * 4 + [NEW], "dns_temporary"),
        ([UNKNOWN] * 3 + [REFUSED] * 2, ""),
        ([UNKNOWN] * 79 + [UNCHANGED] * 21, ""),
        ([failed("timeout")] * 5, ""),
        ([failed("not_found")] * 5, ""),
    ],
)
def test_when_it_is_our_own_network(fetches: list[Fetch], wanted: str) -> None:
    """Nearly all feeds failing alike before any server was reached is one fault of ours, not many of theirs."""
    assert network_down(fetches) == wanted


@pytest.mark.parametrize(
    ("attempts", "fetch", "hours"),
    [
        (1, failed("timeout"), 1),
        (2, failed("timeout"), 6),
        (3, failed("timeout"), None),
        (1, failed("unavailable", retry_after=7200.0), 2),
        (1, failed("rate_limited", retry_after=1e300), 24),
        (3, failed("rate_limited", retry_after=60.0), None),
        (1, failed("not_found", status=404), None),
        (1, failed("gone"), None),
        (1, failed("not_html"), None),
        (1, failed("private_address"), None),
        (1, failed("forbidden"), None),
        (1, NEW, None),
    ],
)
def test_when_a_page_is_asked_for_again(attempts: int, fetch: Fetch, hours: float | None) -> None:
    """A page is tried three times at growing distances, and not again where the answer would be the same."""
    wanted = None if hours is None else NOW + timedelta(hours=hours)
    assert retry_page(attempts, fetch, NOW) == wanted
