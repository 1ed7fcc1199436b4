"""What an answer means: status codes, validators, waits and types, judged without touching the network."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from http import HTTPStatus

DETAIL_CHARS = 300
VALIDATOR_CHARS = 1024
SECONDS_DIGITS = 12
LATIN_1 = 256
SERVER_FAULT = 5

HTML = frozenset({"text/html", "application/xhtml+xml"})
PERHAPS_HTML = frozenset({"", "text/xml", "application/xml"})
HTML_STARTS = (b"<!doctype html", b"<html", b"<head", b"<body", b"<!--")
BINARY_STARTS = (b"%pdf-", b"\x89png", b"gif8", b"\xff\xd8\xff", b"pk\x03\x04", b"riff", b"\x1f\x8b", b"\x7felf")
BYTE_ORDER_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")


class FetchError(Exception):
    """An attempt failed: `reason` is one word of the fixed list, `detail` a sentence without credentials.

    `retry_after`: seconds that have to pass first, where that is known.
    """

    def __init__(self, reason: str, detail: str, retry_after: float | None = None) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.retry_after = retry_after
        self.detail = printable(detail, DETAIL_CHARS)


def printable(text: str, limit: int) -> str:
    """`text` in one line of at most `limit` printable characters."""
    return "".join(c if c.isprintable() else " " for c in text[:limit]).strip()


STATUS_REASONS = {
    204: ("empty_body", "the server answered without a body (status 204)"),
    205: ("empty_body", "the server answered without a body (status 205)"),
    304: ("unexpected_304", "the server said 'not modified' though it was not asked"),
    401: ("unauthorized", "the server wants credentials (status 401)"),
    403: ("forbidden", "the server refuses us (status 403)"),
    404: ("not_found", "the server knows no such page (status 404)"),
    410: ("gone", "the server says that the page is gone for good (status 410)"),
    429: ("rate_limited", "the server asks us to slow down (status 429)"),
    503: ("unavailable", "the server is not available just now (status 503)"),
}


def refusal(status: int, *, conditional: bool, challenged: bool) -> tuple[str, str] | None:
    """Reason and detail of a status that brings nothing; None for 200, and for 304 to a conditional request."""
    if status == HTTPStatus.OK or (status == HTTPStatus.NOT_MODIFIED and conditional):
        return None
    if challenged:
        return "bot_challenge", f"the server wants to see a browser (status {status})"
    if status in STATUS_REASONS:
        return STATUS_REASONS[status]
    if status // 100 == SERVER_FAULT:
        return "unavailable", f"the server has a fault (status {status})"
    return "unexpected_status", f"the server answered with status {status}"


def retry_after(value: str | None, now: datetime) -> float | None:
    """Seconds to wait, from a number or an HTTP date; None for junk and for what has passed."""
    if value is None:
        return None
    stated = _seconds(value)
    if stated is not None:
        return stated
    moment = _moment(value)
    seconds = (moment - now).total_seconds() if moment else 0.0
    return seconds if seconds > 0 else None


def _seconds(value: str) -> float | None:
    value = value.strip()
    return float(value) if value.isascii() and value.isdigit() and len(value) <= SECONDS_DIGITS else None


def _moment(value: str | None) -> datetime | None:
    """An HTTP date; None for junk."""
    try:
        moment = parsedate_to_datetime(value or "")
        return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def fresh_for(headers: Mapping[str, str], now: datetime) -> float | None:
    """Seconds for which an answer says that it stays good (RFC 9111, 4.2); None where it does not say.

    `headers` are looked up by their usual names. An answer that a cache held has spent its Age already.
    """
    stated = _directives(headers.get("Cache-Control", ""))
    if stated.keys() & {"no-cache", "no-store"}:
        return 0.0
    if "max-age" in stated:
        lifetime = _seconds(stated["max-age"])
        return None if lifetime is None else max(lifetime - (_seconds(headers.get("Age", "")) or 0.0), 0.0)
    expires = _moment(headers.get("Expires"))
    if expires is None:
        return None
    # By the server's own clock, which may differ from ours.
    return max((expires - (_moment(headers.get("Date")) or now)).total_seconds(), 0.0)


def _directives(value: str) -> dict[str, str]:
    pairs = (part.partition("=") for part in value.lower().split(","))
    return {name.strip(): content.strip(' "') for name, _, content in pairs}


def validator(value: str | None) -> str | None:
    """An ETag or Last-Modified that can be kept and sent back byte for byte; None for any other."""
    if not value or len(value) > VALIDATOR_CHARS:
        return None
    return value if all(c.isprintable() and ord(c) < LATIN_1 for c in value) else None


def media_type(content_type: str) -> str:
    """The bare, lowered type: "text/html" of "Text/HTML; charset=utf-8"."""
    return content_type.partition(";")[0].partition(",")[0].strip().lower()


def may_be_html(content_type: str) -> bool:
    """Whether it is worth reading the first bytes at all."""
    return media_type(content_type) in HTML | PERHAPS_HTML


def is_html(content_type: str, head: bytes) -> bool:
    """Whether a page is HTML, from its type and its first bytes: a type that says so is believed unless they differ."""
    start = head.lstrip(b"\xef\xbb\xbf \t\r\n").lower()
    if media_type(content_type) not in HTML:
        return start.startswith(HTML_STARTS) or (start.startswith(b"<?xml") and b"<html" in start)
    if start.startswith(BINARY_STARTS):
        return False
    wide = head.startswith(BYTE_ORDER_MARKS) or "utf-16" in content_type.lower() or "utf-32" in content_type.lower()
    return wide or b"\0" not in head
