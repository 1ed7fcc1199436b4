"""How a feed stands after an attempt, in one word: whoever looks after feeds reads it, and no feed fails in silence."""

from __future__ import annotations

from datetime import datetime, timedelta

from extractors.pace import PollRules
from warehouse.records import FeedState, Outcome

# A feed that answered three times, over at least a day, that it is gone for good is believed.
GONE_TIMES, GONE_SPAN = 3, timedelta(days=1)
SILENT = timedelta(days=30)
FROZEN, FROZEN_GAPS = timedelta(days=30), 10
# Where one entry alone, or none with a date, tells nothing of the gaps between entries.
UNKNOWN_GAP = timedelta(days=9)
LONGEST_GAP = 315_360_000.0  # seconds


def standing(state: FeedState, rules: PollRules, now: datetime) -> str:
    """ok, failing, resting, gone, silent, frozen or moved.

    failing: the last attempts failed. resting: so many did that it is asked as seldom as can be, or its server asked
    for a pause. silent: it answers, and has held nothing for 30 days, or held entries once and holds none now. frozen:
    it answers with entries, but for 30 days and ten of its usual gaps none was new. moved: well, at a new address.
    """
    if is_gone(state, now):
        return "gone"
    if state.outcome == Outcome.FAILED:
        return "resting" if state.reason == "rate_limited" or _waits_long(state, rules, now) else "failing"
    if state.empty_since is not None and (state.newest_at is not None or now - state.empty_since >= SILENT):
        return "silent"
    if state.newest_at is not None and now - state.newest_at > max(FROZEN, FROZEN_GAPS * _usual_gap(state)):
        return "frozen"
    return "moved" if state.address else "ok"


def is_gone(state: FeedState, now: datetime) -> bool:
    """Whether its server's word that it is gone for good is to be believed."""
    return state.gone_times >= GONE_TIMES and state.gone_since is not None and now - state.gone_since >= GONE_SPAN


def _waits_long(state: FeedState, rules: PollRules, now: datetime) -> bool:
    return state.next_attempt_at is not None and state.next_attempt_at - now >= rules.longest * 0.9


def _usual_gap(state: FeedState) -> timedelta:
    return UNKNOWN_GAP if state.usual_gap is None else timedelta(seconds=min(state.usual_gap, LONGEST_GAP))
