"""robots.txt: which pages a site lets us fetch, and how fast (RFC 9309). The only file that knows Protego."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal

from protego import Protego

from extractors.answers import FetchError
from extractors.targets import parsed
from warehouse.records import Fetch, Outcome, RobotsFile

NAME = "Amur"
GOOD_FOR = timedelta(hours=24)
AGAIN = timedelta(minutes=25)  # an attempt that brought no answer is repeated in the next pass
# Who cannot be asked forbids everything. After so long it is not an outage any more: the RFC speaks of 30 days, but
# by then no article of that site would be news.
GIVEN_UP = timedelta(days=7)
LONGEST_DELAY = 30.0  # seconds between two pages; some files ask for hours

# Failures that say that there is no such file, whatever the status: the page's own fetch will meet them again.
_NONE = frozenset(
    {"empty_body", "redirects", "too_large", "bad_url", "bad_scheme", "private_address", "unexpected_status"}
)
_SLOW_DOWN = 429
_PRODUCT = re.compile(r"[A-Za-z_-]+")

Standing = Literal["rules", "free", "unknown"]


@dataclass(frozen=True, slots=True)
class Ruling:
    """Which addresses may be fetched, in their order, and the seconds that have to lie between two."""

    allowed: tuple[bool, ...]
    delay: float


def origin_of(url: str) -> str:
    """Whose robots.txt speaks of an address; "" for an address that cannot be fetched."""
    try:
        return parsed(url)[0].origin
    except FetchError:
        return ""


def address_of(origin: str) -> str:
    return f"{origin}/robots.txt"


def is_fresh(file: RobotsFile | None, now: datetime) -> bool:
    """Whether the file need not be asked for: it was a short while ago, by a clock that may have been wrong."""
    if file is None or file.asked_at > now:
        return False
    return now - file.asked_at < (AGAIN if file.unanswered_since else GOOD_FOR)


def after(origin: str, known: RobotsFile | None, fetch: Fetch, now: datetime) -> RobotsFile:
    """What is known of a file after an attempt; one without an answer leaves what was known before."""
    if fetch.outcome is Outcome.NEW:
        rules = (fetch.body or b"").decode("utf-8-sig", "replace").replace("\0", "")
        return RobotsFile(origin, now, fetch.status, "", rules, now, None)
    if _there_is_none(fetch):
        return RobotsFile(origin, now, fetch.status, fetch.reason, None, now, None)
    body, answered_at = (known.body, known.answered_at) if known else (None, None)
    since = known.unanswered_since if known and known.unanswered_since else now
    return RobotsFile(origin, now, fetch.status, fetch.reason, body, answered_at, since)


def standing(file: RobotsFile, now: datetime) -> Standing:
    """Whether there are rules to read, none at all, or nobody knows: then nothing may be fetched for now."""
    if file.body is not None:
        return "rules" if file.body.strip() else "free"
    given_up = file.unanswered_since is not None and now - file.unanswered_since >= GIVEN_UP
    return "free" if file.answered_at or given_up else "unknown"


def product(user_agent: str) -> str:
    """The name that robots.txt may call us by: the first word of what we call ourselves."""
    named = _PRODUCT.match(user_agent)
    return named[0] if named else NAME


def rule(body: str, name: str, urls: Sequence[str]) -> Ruling:
    """Read the rules. For a worker: a hostile file takes any time."""
    rules = Protego.parse(body)
    asked = rules.crawl_delay(name) or 0.0
    return Ruling(tuple(rules.can_fetch(url, name) for url in urls), min(asked, LONGEST_DELAY))


def _there_is_none(fetch: Fetch) -> bool:
    refused = fetch.status is not None and fetch.status // 100 == 4 and fetch.status != _SLOW_DOWN  # noqa: PLR2004  the client's fault
    return refused or fetch.reason in _NONE
