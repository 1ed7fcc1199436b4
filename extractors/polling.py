"""When to ask again: pure rules on what is remembered of a feed and what came of the last attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from warehouse.records import FeedState, Fetch, Outcome

# How much one failure counts; any other counts 1. A host that asks for a pause has not failed.
WEIGHTS = {"dns_temporary": 0.25, "rate_limited": 0.0}

NETWORK_REASONS = frozenset({"dns_unknown", "dns_temporary", "connect_refused"})
NETWORK_SHARE = 0.8
NETWORK_FEEDS = 3

# Asking again would bring the same answer: until then the article would wait for its text in vain.
FINAL_FOR_PAGES = frozenset(
    {
        "bad_scheme",
        "bad_url",
        "bot_challenge",
        "forbidden",
        "gone",
        "not_found",
        "not_html",
        "private_address",
        "redirects",
        "too_large",
        "unauthorized",
    }
)
PAGE_WAITS = (timedelta(hours=1), timedelta(hours=6))
LONGEST_PAGE_WAIT = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PollRules:
    """How often a feed is asked: `interval` while all is well, never more than `longest` apart."""

    interval: timedelta = timedelta(minutes=30)
    longest: timedelta = timedelta(hours=24)


def due(state: FeedState | None, now: datetime) -> bool:
    """Whether to ask now: never asked, its time has come, or it was asked "in the future" by a clock that was wrong."""
    if state is None or state.next_attempt_at is None:
        return True
    if state.checked_at is not None and state.checked_at > now:
        return True
    return state.next_attempt_at <= now


def after(
    state: FeedState, fetch: Fetch, parse_failure: tuple[str, str] | None, rules: PollRules, now: datetime
) -> FeedState:
    """The state after one attempt; `parse_failure` is reason and detail where an answer came that was no feed.

    Validators and hash change only with a body that was parsed, so that an unread one is asked for again.
    """
    checked = replace(
        state, checked_at=now, outcome=str(fetch.outcome), reason=fetch.reason, detail=fetch.detail, status=fetch.status
    )
    if parse_failure is not None:
        reason, detail = parse_failure
        checked = replace(checked, outcome=str(Outcome.FAILED), reason=reason, detail=detail)
        return _failed(checked, None, rules, now)
    if fetch.outcome is Outcome.FAILED:
        if fetch.reason == "unexpected_304":
            checked = replace(checked, etag=None, last_modified=None)
        return _failed(checked, _asked_wait(state, fetch), rules, now)
    if fetch.outcome is Outcome.NEW:
        checked = replace(checked, etag=fetch.etag, last_modified=fetch.last_modified, body_hash=fetch.body_hash)
    return replace(checked, failures=0.0, succeeded_at=now, next_attempt_at=now + rules.interval)


def network_down(fetches: Sequence[Fetch]) -> str:
    """The common reason if nearly all of three feeds or more failed alike, before a server answered; else "".

    Then it is our own network that failed, and no feed.
    """
    reasons = Counter(fetch.reason for fetch in fetches if fetch.reason in NETWORK_REASONS)
    if not reasons:
        return ""
    reason, count = reasons.most_common(1)[0]
    enough = len(fetches) >= NETWORK_FEEDS and count >= NETWORK_SHARE * len(fetches)
    return reason if enough else ""


def retry_page(attempts: int, fetch: Fetch, now: datetime) -> datetime | None:
    """When to ask for a page again after its `attempts`-th attempt, counted from 1; None when this was the last."""
    if fetch.outcome is not Outcome.FAILED or fetch.reason in FINAL_FOR_PAGES or attempts > len(PAGE_WAITS):
        return None
    return now + min(max(PAGE_WAITS[max(attempts, 1) - 1], _seconds(fetch.retry_after)), LONGEST_PAGE_WAIT)


def _failed(checked: FeedState, asked: timedelta | None, rules: PollRules, now: datetime) -> FeedState:
    failures = checked.failures + WEIGHTS.get(checked.reason, 1.0)
    wait = max(rules.interval * (1 + failures), asked or timedelta(0))
    return replace(checked, failures=failures, next_attempt_at=now + max(rules.interval, min(wait, rules.longest)))


def _asked_wait(state: FeedState, fetch: Fetch) -> timedelta | None:
    """How long the server wants us to wait; a bare "slow down" that comes again doubles the last wait."""
    if fetch.retry_after is not None:
        return _seconds(fetch.retry_after)
    repeated = fetch.reason == "rate_limited" and state.reason == "rate_limited"
    if repeated and state.next_attempt_at is not None and state.checked_at is not None:
        return 2 * (state.next_attempt_at - state.checked_at)
    return None


def _seconds(value: float | None) -> timedelta:
    """A wait that cannot overflow: whatever a server says, the rules' longest is far below a year."""
    return timedelta(seconds=min(max(value or 0.0, 0.0), 31_536_000.0))
