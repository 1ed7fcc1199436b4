"""Feeds that move to another address, and feeds that are gone for good."""

from __future__ import annotations

from dataclasses import replace

import pytest

from extractors.polling import Answer, asked, due
from feed_states import DAY, EARLIER, HOUR, KNOWN, NEW, NOW, RULES, UNCHANGED, failed, holding, minutes, then

OLD, THERE, ELSEWHERE = "https://old.example/f", "https://new.example/f", "https://other.example/f"
MOVED = replace(UNCHANGED, redirects_to=THERE)


def test_an_address_is_taken_over_after_three_answers_that_agree() -> None:
    """Permanent redirects are believed after three in a row to the same address with a valid feed at the end."""
    state = KNOWN
    for answer in (MOVED, holding(EARLIER, fetch=replace(NEW, redirects_to=THERE))):
        state = then(state, answer)
        assert asked(OLD, state) == OLD
    state = then(state, MOVED)
    assert (asked(OLD, state), state.standing) == (THERE, "moved")
    assert asked(OLD, then(state, UNCHANGED)) == THERE


@pytest.mark.parametrize(
    "between",
    [Answer(UNCHANGED), Answer(replace(MOVED, redirects_to=ELSEWHERE))],
)
def test_answers_that_differ_begin_anew(between: Answer) -> None:
    """An answer from the old address, or from yet another one, starts the count again."""
    state = KNOWN
    for answer in (Answer(MOVED), Answer(MOVED), between, Answer(MOVED), Answer(MOVED)):
        state = then(state, answer)
    assert asked(OLD, state) == OLD


def test_failures_are_no_word_on_a_move() -> None:
    """A redirect to what is no feed counts neither for nor against."""
    state = KNOWN
    login = Answer(replace(NEW, redirects_to=ELSEWHERE), failure=("html_not_feed", "a login page"))
    for answer in (Answer(MOVED), Answer(MOVED), login, Answer(failed("timeout"))):
        state = then(state, answer)
    assert (state.moving_to, state.moving_times, state.address) == (THERE, 2, None)


def test_a_new_address_that_fails_is_doubted() -> None:
    """While the new address fails, both are asked in turns; the old one is the feed's again if it answers itself."""
    state = replace(KNOWN, address=THERE)
    addresses = []
    for _ in range(6):
        addresses.append(asked(OLD, state))
        state = then(state, failed("forbidden"))
    assert addresses == [THERE, THERE, THERE, OLD, THERE, OLD]
    doubted = replace(KNOWN, address=THERE, failures=3.0)
    assert asked(OLD, then(doubted, UNCHANGED)) == OLD
    assert asked(OLD, then(doubted, MOVED)) == THERE


def test_gone_for_good_is_believed_after_three_answers_over_a_day() -> None:
    """A 410 is a soft failure; said thrice over a day, the feed is gone: asked weekly, and back when it answers."""
    state, now, standings = KNOWN, NOW, []
    for hours in (2, 3, 20, 0):
        state = then(state, failed("gone", status=410), now)
        standings.append(state.standing)
        assert minutes(state, now) <= 24 * 60 or state.standing == "gone"
        now += hours * HOUR
    assert standings == ["failing", "failing", "failing", "gone"]
    assert (state.next_attempt_at, due(state, RULES, now + 6 * DAY)) == (now + 7 * DAY, False)
    back = then(state, UNCHANGED, now + 7 * DAY)
    assert (back.standing, back.gone_times, back.gone_since) == ("ok", 0, None)
