"""A feed's state and what may come of asking it, for tests of the rules."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from builders import make_entry
from extractors.polling import Answer, PollRules, after
from warehouse.records import Entry, FeedState, Fetch, Outcome, ParsedFeed, Rhythm

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
EARLIER = NOW - HOUR
RULES = PollRules()
FRESH = FeedState(uuid.UUID(int=1))
# One entry an hour at all hours: asked every half hour or so.
EVEN = Rhythm(NOW, 480.0, 20.0, 480.0, (20.0,) * 24, (70.0,) * 7)
KNOWN = replace(
    FRESH,
    etag='"old"',
    last_modified="long ago",
    body_hash="old",
    checked_at=EARLIER,
    succeeded_at=EARLIER,
    next_attempt_at=NOW,
    outcome="new",
    body_at=EARLIER,
    newest_at=EARLIER,
    rhythm=EVEN,
)
NEW = Fetch(NOW, Outcome.NEW, status=200, etag='"new"', last_modified=None, body_hash="new", body=b"x")
SAME = Fetch(NOW, Outcome.UNCHANGED, status=200, etag='"other"', body_hash="old")
UNCHANGED = Fetch(NOW, Outcome.UNCHANGED, status=304, body_hash="old")


def failed(reason: str, **fields: Any) -> Fetch:
    return Fetch(NOW, Outcome.FAILED, reason=reason, detail="a sentence", **fields)


def entries(*dates: datetime | None) -> tuple[Entry, ...]:
    return tuple(make_entry(f"e{n}", guid=f"e{n}", published_at=d, first_seen_at=NOW) for n, d in enumerate(dates))


def holding(*dates: datetime | None, new: int = 0, fetch: Fetch = NEW, **fields: Any) -> Answer:
    """An answer with entries of these dates, of which the first so many are new."""
    held = entries(*dates)
    return Answer(fetch, ParsedFeed("", held, **fields), new=frozenset(e.guid for e in held[:new]))


def then(state: FeedState, answer: Answer | Fetch, now: datetime = NOW, rules: PollRules = RULES) -> FeedState:
    return after(state, answer if isinstance(answer, Answer) else Answer(answer), rules, now)


def minutes(state: FeedState, now: datetime = NOW) -> float:
    assert state.next_attempt_at is not None
    return (state.next_attempt_at - now) / MINUTE


def validators(state: FeedState) -> tuple[str | None, str | None, str | None]:
    return state.etag, state.last_modified, state.body_hash
