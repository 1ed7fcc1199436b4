"""When to ask again: pure rules on what is remembered of a feed and what came of the last attempt."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from http import HTTPStatus

from extractors import pace
from extractors.pace import PollRules
from extractors.standing import is_gone, standing
from warehouse.records import Entry, FeedState, Fetch, Outcome, ParsedFeed, Request, Rhythm

__all__ = ["Answer", "PollRules", "after", "asked", "due", "network_down", "request", "retry_page", "unheard"]

# How much one failure counts. What passes by itself counts a quarter, what may be a mistake of a day a half (soft); the
# rest is what somebody has decided, or what will be the same tomorrow, and counts whole (hard). A host that asks for a
# pause has not failed.
NOTHING, TEMPORARY, SOFT, HARD = 0.0, 0.25, 0.5, 1.0
WEIGHTS = {
    "rate_limited": NOTHING,
    **dict.fromkeys(
        ("connection_reset", "crashed", "deadline", "dns_temporary", "memory", "timeout", "truncated", "unavailable"),
        TEMPORARY,
    ),
    **dict.fromkeys(
        (
            "bad_encoding",
            "connect_refused",
            "dns_unknown",
            "empty_body",
            "gone",
            "not_found",
            "not_well_formed",
            "protocol",
            "redirects",
            "tls",
            "unexpected_304",
            "unexpected_status",
        ),
        SOFT,
    ),
}

# A failing feed waits for so long at most, times one more than its failures: however slow it is when it is well.
FAILING = timedelta(hours=1)
WEEK = timedelta(days=7)
# Some servers say "unchanged" for ever: after so long without a body, what they gave to recognise it is not sent.
TRUST = timedelta(days=7)
# An address to which this many answers in a row were redirected for good is the feed's.
MOVES = 3
# A taken-over address that fails so much may have been a mistake.
DOUBT = 3.0
# No wish of a server keeps us away for longer than so many new entries are expected in: feeds show ten or more.
MISSED = 5
# A pass that starts a little earlier than the last one did must still find the feed due.
EARLY = timedelta(minutes=1)

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
class Answer:
    """What came of one attempt: where it brought a body, what that held or why it was no feed (reason and detail).

    `new` are the guids of those of its entries that were not known.
    """

    fetch: Fetch
    parsed: ParsedFeed | None = None
    failure: tuple[str, str] | None = None
    new: Collection[str] = ()


def due(state: FeedState | None, rules: PollRules, now: datetime) -> bool:
    """Whether to ask now: never asked, its time has come, or a clock that was wrong put its time too far away."""
    if state is None or state.next_attempt_at is None:
        return True
    if state.checked_at is not None and state.checked_at > now:
        return True
    believed = 2 * max(rules.longest, WEEK if state.gone_times else rules.longest)
    return not now < state.next_attempt_at <= now + believed


def request(url: str, state: FeedState, now: datetime) -> Request:
    """What to ask for: the feed's new address if it has moved, with validators unless they have served for too long."""
    trusted = state.body_at is not None and timedelta(0) <= now - state.body_at < TRUST
    etag, last_modified = (state.etag, state.last_modified) if trusted else (None, None)
    return Request(asked(url, state), "feed", etag, last_modified, state.body_hash)


def asked(url: str, state: FeedState) -> str:
    """The address to ask: where the feed moved, or the configured one in turns with that while the new one fails."""
    return state.address if state.address and not _doubts(state) else url


def after(state: FeedState, answer: Answer, rules: PollRules, now: datetime) -> FeedState:
    """The state after one attempt.

    Validators and hash change only with a body that was parsed to its end, so that any other is asked for again.
    """
    fetch = answer.fetch
    reason, detail = answer.failure or (fetch.reason, fetch.detail)
    outcome = Outcome.FAILED if answer.failure else fetch.outcome
    checked = replace(state, checked_at=now, outcome=str(outcome), reason=reason, detail=detail, status=fetch.status)
    if outcome is Outcome.FAILED:
        done = _failed(checked, fetch, rules, now)
    else:
        done = _heard(checked, state, answer, rules, now)
    return replace(done, standing=standing(done, rules, now))


def unheard(state: FeedState, fetch: Fetch, rules: PollRules, now: datetime) -> FeedState:
    """The state after an attempt that failed with our own network: the feed is as it was, and asked again soon."""
    return replace(
        state,
        checked_at=now,
        outcome=str(fetch.outcome),
        reason=fetch.reason,
        detail=fetch.detail,
        status=fetch.status,
        next_attempt_at=now + _a_little_less(rules.shortest),
    )


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


def _heard(checked: FeedState, before: FeedState, answer: Answer, rules: PollRules, now: datetime) -> FeedState:
    state = _moved(checked, before, answer.fetch)
    state = replace(state, failures=0.0, succeeded_at=now, gone_since=None, gone_times=0)
    came_late = False
    if answer.parsed is not None:
        came_late = before.rhythm is not None and 1 < len(answer.parsed.entries) == len(answer.new)
        state = _read(state, before, answer.fetch, answer.parsed, answer.new, now)
    if answer.fetch.status != HTTPStatus.NOT_MODIFIED:
        state = replace(state, body_at=now)
    # Nothing of the answer was known: there may have been more in between.
    own = rules.shortest if came_late else pace.interval(state.rhythm, rules, now)
    wait = max(_a_little_less(own), _a_little_less(_wished(state, answer.fetch, rules, now)))
    return replace(state, next_attempt_at=now + wait)


def _read(
    state: FeedState, before: FeedState, fetch: Fetch, parsed: ParsedFeed, new: Collection[str], now: datetime
) -> FeedState:
    """The state with what a body held."""
    if "truncated_xml" in parsed.warnings:
        # What was cut off must be asked for again: no validators for half a feed. And the other half of a first answer
        # is history like the first half, unless the feed turns out to be cut always.
        fetch = replace(fetch, etag=None, last_modified=None, body_hash=None)
        if before.succeeded_at is None and before.outcome != Outcome.NEW:
            state = replace(state, succeeded_at=None)
    dates = sorted(e.published_at for e in parsed.entries if e.published_at is not None and e.published_at <= now)
    arrived = [e for e in parsed.entries if e.guid in new]
    return replace(
        state,
        etag=fetch.etag,
        last_modified=fetch.last_modified,
        body_hash=fetch.body_hash,
        stated_gap=parsed.stated_gap,
        empty_since=None if parsed.entries else before.empty_since or now,
        newest_at=_newest(before, dates, arrived),
        usual_gap=(dates[-1] - dates[0]).total_seconds() / (len(dates) - 1) if len(dates) > 1 else before.usual_gap,
        rhythm=_learned(before, arrived, dates, now),
    )


def _learned(before: FeedState, arrived: Sequence[Entry], dates: Sequence[datetime], now: datetime) -> Rhythm:
    if before.rhythm is None:
        return pace.first_look(dates, now)
    if not arrived:
        return before.rhythm
    since = before.succeeded_at or before.rhythm.learned_at
    return pace.later_look(before.rhythm, [entry.published_at for entry in arrived], since, now)


def _newest(before: FeedState, dates: Sequence[datetime], arrived: Sequence[Entry]) -> datetime | None:
    undated = [entry.first_seen_at for entry in arrived if entry.published_at is None]
    known = [] if before.newest_at is None else [before.newest_at]
    return max((*known, *dates[-1:], *undated), default=None)


def _doubts(state: FeedState) -> bool:
    return state.failures >= DOUBT and int(state.failures) % 2 == 1


def _moved(state: FeedState, before: FeedState, fetch: Fetch) -> FeedState:
    """The state with what the answer says of the feed's address: three in a row that say the same are believed."""
    if before.address and _doubts(before):
        # The configured address answered: without a redirect to the new one it is the feed's again.
        return replace(state, address=fetch.redirects_to and before.address, moving_to=None, moving_times=0)
    if fetch.redirects_to is None:
        return replace(state, moving_to=None, moving_times=0) if state.moving_times else state
    times = state.moving_times + 1 if fetch.redirects_to == state.moving_to else 1
    if times >= MOVES:
        return replace(state, address=fetch.redirects_to, moving_to=None, moving_times=0)
    return replace(state, moving_to=fetch.redirects_to, moving_times=times)


def _wished(state: FeedState, fetch: Fetch, rules: PollRules, now: datetime) -> timedelta:
    """How long the feed or its server wishes to be left alone, as far as that can be granted."""
    longest = rules.longest.total_seconds()
    # That an answer stays good for longer than a day is said of files, not of news.
    fresh_for = fetch.fresh_for if fetch.fresh_for is not None and fetch.fresh_for <= longest else 0.0
    missed = MISSED / pace.rate(state.rhythm, now) * pace.DAY.total_seconds()
    return timedelta(seconds=min(max(state.stated_gap or 0.0, fresh_for), longest, missed))


def _failed(checked: FeedState, fetch: Fetch, rules: PollRules, now: datetime) -> FeedState:
    failures = checked.failures + WEIGHTS.get(checked.reason, HARD)
    state = replace(checked, failures=failures)
    if checked.reason == "unexpected_304":
        state = replace(state, etag=None, last_modified=None)
    if checked.reason == "gone":
        state = replace(state, gone_since=state.gone_since or now, gone_times=state.gone_times + 1)
    if is_gone(state, now):
        return replace(state, next_attempt_at=now + max(WEEK, rules.longest))
    step = min(pace.interval(state.rhythm, rules, now), max(FAILING, rules.shortest))
    own = _a_little_less(min(step * (1 + failures), rules.longest))
    asked = min(_seconds(fetch.retry_after), max(rules.longest, rules.shortest))
    return replace(state, next_attempt_at=now + max(own, asked))


def _a_little_less(span: timedelta) -> timedelta:
    return span - min(span / 10, EARLY)


def _seconds(value: float | None) -> timedelta:
    """A wait that cannot overflow: whatever a server says, the rules' longest is far below a year."""
    return timedelta(seconds=min(max(value or 0.0, 0.0), 31_536_000.0))
