"""How feeds stand: nothing fails, falls silent or freezes without a word."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import pytest

from builders import DAY, NOW, make_state
from extractors.pace import PollRules
from extractors.standing import standing
from warehouse.records import FeedState

RULES = PollRules()
HOUR = timedelta(hours=1)
WELL = make_state(newest_at=NOW - 2 * DAY, usual_gap=86_400.0)
FAILED = replace(WELL, outcome="failed", reason="timeout", failures=1.0, next_attempt_at=NOW + HOUR)


@pytest.mark.parametrize(
    ("state", "wanted"),
    [
        (WELL, "ok"),
        (make_state(), "ok"),
        (replace(WELL, address="https://new.example/f"), "moved"),
        (FAILED, "failing"),
        (replace(FAILED, reason="html_not_feed"), "failing"),
        (replace(FAILED, next_attempt_at=NOW + DAY), "resting"),
        (replace(FAILED, reason="rate_limited"), "resting"),
        (replace(FAILED, reason="gone", gone_times=3, gone_since=NOW - DAY), "gone"),
        (replace(FAILED, reason="timeout", gone_times=3, gone_since=NOW - DAY), "gone"),
        (replace(FAILED, reason="gone", gone_times=2, gone_since=NOW - DAY), "failing"),
        (replace(FAILED, reason="gone", gone_times=9, gone_since=NOW - DAY + HOUR), "failing"),
        # It held entries once, and holds none now.
        (replace(WELL, empty_since=NOW), "silent"),
        # It never held any.
        (make_state(empty_since=NOW - 29 * DAY), "ok"),
        (make_state(empty_since=NOW - 30 * DAY), "silent"),
        (replace(WELL, empty_since=NOW, address="https://new.example/f"), "silent"),
        # One a day, and then none for a month.
        (replace(WELL, newest_at=NOW - 30 * DAY), "ok"),
        (replace(WELL, newest_at=NOW - 31 * DAY), "frozen"),
        (replace(WELL, newest_at=NOW - 3650 * DAY), "frozen"),
        # One a week: ten weeks are ten of its gaps.
        (replace(WELL, newest_at=NOW - 69 * DAY, usual_gap=7 * 86_400.0), "ok"),
        (replace(WELL, newest_at=NOW - 71 * DAY, usual_gap=7 * 86_400.0), "frozen"),
        # Ten an hour: a quiet fortnight is not a month.
        (replace(WELL, newest_at=NOW - 14 * DAY, usual_gap=360.0), "ok"),
        # Its gaps are not known.
        (replace(WELL, newest_at=NOW - 89 * DAY, usual_gap=None), "ok"),
        (replace(WELL, newest_at=NOW - 91 * DAY, usual_gap=None), "frozen"),
        (replace(WELL, newest_at=NOW - 91 * DAY, usual_gap=1e300), "ok"),
    ],
)
def test_how_a_feed_stands(state: FeedState, wanted: str) -> None:
    """Each way in which a feed may bring nothing has its own word, and the gravest is said."""
    assert standing(state, RULES, NOW) == wanted
