from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.polling import WEIGHTS, Answer, PollRules, due, network_down, request, retry_page, unheard
from feed_states import (
    DAY,
    EARLIER,
    EVEN,
    FRESH,
    HOUR,
    KNOWN,
    MINUTE,
    NEW,
    NOW,
    RULES,
    SAME,
    UNCHANGED,
    failed,
    holding,
    minutes,
    then,
    validators,
)
from warehouse.records import FeedState, Fetch, Rhythm

OWN = 30  # minutes that the even feed waits, more or less


# --- when it is due, and what is asked ------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (None, True),
        (FRESH, True),
        (KNOWN, True),
        (replace(KNOWN, next_attempt_at=NOW + timedelta(seconds=1)), False),
        (replace(KNOWN, next_attempt_at=NOW - 3 * DAY), True),
        (replace(KNOWN, checked_at=NOW + 3650 * DAY, next_attempt_at=NOW + 3651 * DAY), True),
        (replace(KNOWN, next_attempt_at=NOW + 2 * DAY), False),
        (replace(KNOWN, next_attempt_at=NOW + 2 * DAY + MINUTE), True),
        (replace(KNOWN, next_attempt_at=NOW + 7 * DAY, gone_times=3, gone_since=EARLIER), False),
        (replace(KNOWN, next_attempt_at=NOW + 15 * DAY, gone_times=3, gone_since=EARLIER), True),
    ],
)
def test_when_a_feed_is_due(state: FeedState | None, wanted: bool) -> None:
    """A feed is due at its time, or when it was never asked; a clock that was wrong for a while silences no feed."""
    assert due(state, RULES, NOW) is wanted


@pytest.mark.parametrize(
    ("since", "sent"),
    [(HOUR, True), (7 * DAY - MINUTE, True), (7 * DAY, False), (-MINUTE, False), (None, False)],
)
def test_validators_serve_for_a_week(since: timedelta | None, sent: bool) -> None:
    """A feed that says "unchanged" for seven days is asked without validators: some say so for ever. The hash stays."""
    wanted = request("https://a.example/f", replace(KNOWN, body_at=None if since is None else NOW - since), NOW)
    assert (wanted.etag, wanted.last_modified) == (('"old"', "long ago") if sent else (None, None))
    assert (wanted.url, wanted.kind, wanted.body_hash) == ("https://a.example/f", "feed", "old")


def test_any_body_renews_the_trust_in_validators() -> None:
    """Only a 304 leaves the last body's time as it is."""
    assert then(KNOWN, UNCHANGED).body_at == EARLIER
    assert then(KNOWN, SAME).body_at == then(KNOWN, holding(EARLIER)).body_at == NOW


# --- what is remembered ---------------------------------------------------------------------------


def test_a_new_body_that_was_parsed_is_remembered() -> None:
    """Validators and hash are replaced together, and the failures are over."""
    before = replace(KNOWN, failures=3.0, outcome="failed", reason="timeout", detail="x", gone_times=2, gone_since=NOW)
    state = then(before, holding(NOW - 3 * HOUR, NOW - 5 * HOUR, stated_gap=600.0))
    assert validators(state) == ('"new"', None, "new")
    assert (state.failures, state.succeeded_at, state.checked_at, state.outcome) == (0.0, NOW, NOW, "new")
    assert (state.reason, state.detail, state.status, state.gone_times, state.gone_since) == ("", "", 200, 0, None)
    assert (state.stated_gap, state.usual_gap, state.newest_at, state.standing) == (600.0, 7200.0, EARLIER, "ok")


@pytest.mark.parametrize("fetch", [SAME, UNCHANGED])
def test_an_unchanged_answer_is_a_success_that_keeps_the_validators(fetch: Fetch) -> None:
    """A 304, or the same body again, ends the failures and changes nothing of what was remembered."""
    state = then(replace(KNOWN, failures=3.0), fetch)
    assert validators(state) == validators(KNOWN)
    assert (state.failures, state.succeeded_at, state.outcome, state.rhythm) == (0.0, NOW, "unchanged", EVEN)
    assert minutes(state) == pytest.approx(OWN, abs=5)


def test_a_body_that_could_not_be_parsed_is_asked_for_again() -> None:
    """What was not read is not remembered as read: validators and hash stay those of the last good body."""
    state = then(KNOWN, Answer(NEW, failure=("not_a_feed", "a login page")))
    assert validators(state) == validators(KNOWN)
    assert (state.outcome, state.reason, state.detail, state.status) == ("failed", "not_a_feed", "a login page", 200)
    assert (state.failures, state.succeeded_at, state.standing) == (1.0, EARLIER, "failing")


def test_a_failure_keeps_what_was_remembered() -> None:
    """A failed attempt is counted and described; the feed goes on from where it was."""
    state = then(KNOWN, failed("timeout"))
    assert validators(state) == validators(KNOWN)
    assert (state.outcome, state.reason, state.detail) == ("failed", "timeout", "a sentence")
    assert (state.failures, state.checked_at, state.succeeded_at, state.rhythm) == (0.25, NOW, EARLIER, EVEN)


def test_an_answer_to_a_question_not_asked_makes_the_next_one_unconditional() -> None:
    """After a 304 without reason no validators are sent."""
    assert validators(then(KNOWN, failed("unexpected_304", status=304))) == (None, None, "old")


def test_half_a_feed_leaves_no_validators() -> None:
    """An answer that was cut off is asked for again; the half of a first one is history, and so is the other half."""
    cut = holding(EARLIER, new=1, warnings=("truncated_xml",))
    first, again = then(FRESH, cut), then(KNOWN, cut)
    assert validators(first) == validators(again) == (None, None, None)
    assert (first.succeeded_at, again.succeeded_at) == (None, NOW)
    assert then(first, cut).succeeded_at == NOW  # it is cut always


def test_our_own_network_is_no_fault_of_a_feed() -> None:
    """What we could not ask for is described, and asked for again soon; nothing else of the feed changes."""
    state = unheard(KNOWN, failed("dns_temporary"), RULES, NOW)
    assert (state.outcome, state.reason, state.checked_at, minutes(state)) == ("failed", "dns_temporary", NOW, 9)
    same = replace(state, outcome="new", reason="", detail="", checked_at=EARLIER, next_attempt_at=NOW)
    assert same == KNOWN


# --- how long a feed is left alone ----------------------------------------------------------------


def test_an_answer_of_new_entries_alone_came_late() -> None:
    """Where nothing of an answer was known, more may have come and gone: the next visit is as soon as can be."""
    slow = replace(KNOWN, rhythm=replace(EVEN, entries=10.0))
    dates = (NOW - HOUR, NOW - 2 * HOUR)
    assert minutes(then(slow, holding(*dates, new=2))) == 9
    assert minutes(then(slow, holding(*dates, new=1))) > 60
    assert minutes(then(replace(slow, rhythm=None), holding(*dates, new=2))) > 9  # a first answer is all new


@pytest.mark.parametrize(
    ("stated", "fresh_for", "wanted"),
    [
        (None, None, OWN),
        (3600.0, None, 59),
        (None, 3600.0, 59),
        (600.0, 3600.0, 59),
        (60.0, 60.0, OWN),
        (86_400.0, None, 5 * 60),  # at an entry an hour, five would be missed
        (31_536_000.0, None, 5 * 60),
        (None, 86_400.0, 5 * 60),
        (None, 31_536_000.0, OWN),  # a year is said of files
    ],
)
def test_wishes_are_granted_within_reason(stated: float | None, fresh_for: float | None, wanted: float) -> None:
    """TTL and cache headers put off a visit, though never beyond five expected entries."""
    state = then(replace(KNOWN, stated_gap=stated), replace(UNCHANGED, fresh_for=fresh_for))
    assert minutes(state) == pytest.approx(wanted, abs=5)


def test_wishes_of_a_slow_feed_end_at_the_longest_interval() -> None:
    """A feed that asks for a visit a month gets one a day."""
    dead = replace(KNOWN, rhythm=Rhythm(NOW, 0.0, 30.0), stated_gap=2_592_000.0)
    assert minutes(then(dead, UNCHANGED)) == 24 * 60 - 1


STEP = OWN + 1  # before the minute by which every own interval is shortened


@pytest.mark.parametrize(
    ("failures", "fetch", "counted", "wait"),
    [
        (0, failed("forbidden", status=403), 1, 2 * STEP),
        (3, failed("bot_challenge"), 4, 5 * STEP),
        (500, failed("forbidden"), 501, 24 * 60),
        (0, failed("connect_refused"), 0.5, 1.5 * STEP),
        (0, failed("not_found", status=404), 0.5, 1.5 * STEP),
        (0, failed("gone", status=410), 0.5, 1.5 * STEP),
        (0, failed("dns_temporary"), 0.25, 1.25 * STEP),
        (0, failed("timeout"), 0.25, 1.25 * STEP),
        (0, failed("something else"), 1, 2 * STEP),
        (0, failed("unavailable", retry_after=60.0), 0.25, 1.25 * STEP),
        (0, failed("unavailable", retry_after=3 * 3600.0), 0.25, 180),
        (0, failed("unavailable", retry_after=999_999_999.0), 0.25, 24 * 60),
        (0, failed("unavailable", retry_after=1e300), 0.25, 24 * 60),
        (0, failed("rate_limited", retry_after=120.0), 0, STEP),
        (2, failed("rate_limited", retry_after=7200.0), 2, 120),
    ],
)
def test_how_long_a_failing_feed_rests(failures: float, fetch: Fetch, counted: float, wait: float) -> None:
    """Each failure adds an interval, up to a day; hard ones count whole, soft ones half, passing ones a quarter."""
    state = then(replace(KNOWN, failures=failures), fetch)
    assert state.failures == counted
    assert minutes(state) == pytest.approx(wait, rel=0.15)


def test_a_slow_feed_that_fails_is_asked_again_within_hours() -> None:
    """A feed that is asked once a day while it is well is not given a day for each of its first failures."""
    slow = replace(KNOWN, rhythm=Rhythm(NOW, 0.0, 30.0))
    assert minutes(then(slow, failed("timeout"))) == 74


@given(
    st.floats(0, 1e6),
    st.sampled_from([*WEIGHTS, "forbidden"]),
    st.none() | st.floats(0, allow_nan=False),
    st.none() | st.just(("not_a_feed", "x")),
    st.floats(0, 1e6),
    st.floats(0, 1e3),
)
def test_the_next_attempt_lies_between_the_shortest_and_the_longest(
    failures: float, reason: str, wait: float | None, parse_failure: tuple[str, str] | None, came: float, days: float
) -> None:
    """Whatever a server says and a feed's rhythm is, it is neither hammered nor forgotten."""
    state = replace(KNOWN, failures=failures, rhythm=replace(EVEN, entries=came, days=days))
    after_it = then(state, Answer(failed(reason, retry_after=wait), failure=parse_failure))
    assert 9 <= minutes(after_it) <= 24 * 60
    assert after_it.failures >= failures
    assert 9 <= minutes(then(state, replace(UNCHANGED, fresh_for=wait))) <= 24 * 60


def test_intervals_longer_than_a_day_stand() -> None:
    """A user who asks once a week is not made to ask daily by a failure."""
    weekly = PollRules(7 * DAY, 7 * DAY)
    for answer in (failed("forbidden"), failed("rate_limited", retry_after=60.0), UNCHANGED):
        assert minutes(then(KNOWN, answer, rules=weekly)) == 7 * 24 * 60 - 1


# --- our own network, and pages -------------------------------------------------------------------

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
