"""What is known of one request while it is on its way, and the record of it at the end."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime

from extractors import answers
from extractors.answers import FetchError, validator
from extractors.targets import Target
from warehouse.records import Fetch, Outcome, Request

PERMANENT = frozenset({301, 308})
REDIRECTS = PERMANENT | {302, 303, 307}
WAITS = frozenset({429, 503})
TYPE_CHARS = 200

ACCEPT = {
    "feed": "application/atom+xml, application/rss+xml, application/feed+json, application/xml;q=0.9, */*;q=0.8",
    "page": "text/html, application/xhtml+xml, */*;q=0.8",
    "text": "text/plain, */*;q=0.8",
}


@dataclass(slots=True)
class Trip:
    """One request over all its redirects. `seconds` leaves out the waiting for a turn.

    `origin` and `authorization` are those of the configured address: credentials go nowhere else.
    """

    request: Request
    origin: str = ""
    authorization: str | None = None
    at: datetime | None = None
    seconds: float = 0.0
    raw_bytes: int = 0
    status: int | None = None
    final_url: str = ""
    content_type: str = ""
    etag: str | None = None
    last_modified: str | None = None
    retry_after: float | None = None
    fresh_for: float | None = None
    moved_to: str | None = None
    moved_for_good: bool = True
    conditional: bool = field(init=False)

    def __post_init__(self) -> None:
        self.conditional = any(map(validator, (self.request.etag, self.request.last_modified)))

    def headers(self, user_agent: str, origin: str) -> dict[str, str]:
        """What is sent to `origin`."""
        wanted = {
            "User-Agent": user_agent,
            "Accept": ACCEPT[self.request.kind],
            "Accept-Encoding": "gzip, deflate",
            "If-None-Match": validator(self.request.etag),
            "If-Modified-Since": validator(self.request.last_modified),
            "Authorization": self.authorization if origin == self.origin else None,
        }
        return {name: value for name, value in wanted.items() if value is not None}

    def arrived(self, target: Target, status: int, headers: Mapping[str, str], now: datetime) -> None:
        """Takes down what the head of an answer says, whatever its body may be."""
        self.status = status
        # The query of a feed's address may hold a key, and says nothing about where its links lead.
        self.final_url = target.without_query if self.request.kind == "feed" else str(target.url)
        self.content_type = answers.printable(headers.get("Content-Type", ""), TYPE_CHARS)
        self.etag, self.last_modified = validator(headers.get("ETag")), validator(headers.get("Last-Modified"))
        self.fresh_for = answers.fresh_for(headers, now)
        if status in WAITS:
            self.retry_after = answers.retry_after(headers.get("Retry-After"), now)

    def redirected(self, target: Target, status: int) -> None:
        """Takes down where a redirect leads."""
        self.moved_for_good = self.moved_for_good and status in PERMANENT
        # Credentials stay with the configured address: without them the new one would be another feed.
        self.moved_to = str(target.url) if self.moved_for_good and self.authorization is None else None

    def failed(self, error: FetchError, clock: Callable[[], datetime]) -> Fetch:
        """The record of a failure: no validators, so that the same answer is not taken for an old one later."""
        self.etag = self.last_modified = None
        self.retry_after = self.retry_after if error.retry_after is None else error.retry_after
        return self._record(clock, Outcome.FAILED, error.reason, error.detail)

    def unchanged(self, body_hash: str | None, clock: Callable[[], datetime]) -> Fetch:
        """The record of an answer that brought what we had."""
        return self._record(clock, Outcome.UNCHANGED, body_hash=body_hash)

    def new(self, body: bytes, body_hash: str, clock: Callable[[], datetime]) -> Fetch:
        """The record of an answer that brought something."""
        return self._record(clock, Outcome.NEW, body_hash=body_hash, body=body)

    def _record(
        self,
        clock: Callable[[], datetime],
        outcome: Outcome,
        reason: str = "",
        detail: str = "",
        *,
        body_hash: str | None = None,
        body: bytes | None = None,
    ) -> Fetch:
        return Fetch(
            at=self.at or clock(),
            outcome=outcome,
            reason=reason,
            detail=detail,
            status=self.status,
            final_url=self.final_url,
            content_type=self.content_type,
            etag=self.etag,
            last_modified=self.last_modified,
            retry_after=self.retry_after,
            fresh_for=self.fresh_for,
            redirects_to=self.moved_to if outcome is not Outcome.FAILED else None,
            body_hash=body_hash,
            body=body,
            raw_bytes=self.raw_bytes,
            seconds=self.seconds,
        )
