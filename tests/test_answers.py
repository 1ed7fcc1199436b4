from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.answers import fresh_for, is_html, printable, retry_after, validator

NOW = datetime(2031, 5, 6, 12, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("120", 120.0),
        (" 0 ", 0.0),
        ("999999999", 999_999_999.0),
        (format_datetime(NOW + timedelta(minutes=5), usegmt=True), 300.0),
        (format_datetime(NOW - timedelta(days=5), usegmt=True), None),
        ("-5", None),
        ("abc", None),
        ("1.5", None),
        ("9" * 5000, None),
        ("٣", None),
        ("", None),
        (None, None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    """Retry-After is seconds or a date; what is neither, or has passed, is as if it had not come."""
    assert retry_after(value, NOW) == seconds


LATER = format_datetime(NOW + timedelta(minutes=5), usegmt=True)


@pytest.mark.parametrize(
    ("headers", "seconds"),
    [
        ({}, None),
        ({"Cache-Control": "public, max-age=900, s-maxage=5"}, 900.0),
        ({"Cache-Control": 'Max-Age="900"', "Age": "600"}, 300.0),
        ({"Cache-Control": "max-age=60", "Age": "600"}, 0.0),
        ({"Cache-Control": "max-age=60", "Expires": LATER}, 60.0),
        ({"Cache-Control": "max-age=-1", "Expires": LATER}, None),
        ({"Cache-Control": "max-age=900, no-cache"}, 0.0),
        ({"Cache-Control": "no-store", "Expires": LATER}, 0.0),
        ({"Cache-Control": "private", "Expires": LATER}, 300.0),
        ({"Expires": LATER, "Date": format_datetime(NOW - timedelta(minutes=5), usegmt=True)}, 600.0),
        ({"Expires": format_datetime(NOW - timedelta(days=5), usegmt=True)}, 0.0),
        ({"Expires": "0"}, None),
        ({"Expires": "-1", "Date": "junk"}, None),
        ({"Cache-Control": ",;=,=,max-age"}, None),
    ],
)
def test_how_long_an_answer_stays_good(headers: dict[str, str], seconds: float | None) -> None:
    """max-age counts before Expires, less the time in caches, by the server's own clock; junk says nothing."""
    assert fresh_for(headers, NOW) == seconds


@given(st.dictionaries(st.sampled_from(["Cache-Control", "Expires", "Date", "Age"]), st.text()))
def test_no_header_makes_an_answer_older_than_new(headers: dict[str, str]) -> None:
    """No header can make the time negative, or raise."""
    assert (fresh_for(headers, NOW) or 0.0) >= 0.0


@pytest.mark.parametrize(
    ("content_type", "head", "wanted"),
    [
        ("text/html; charset=utf-8", b"<p>text", True),
        ("Application/XHTML+XML", b"<?xml ?>", True),
        ("text/html", b"%PDF-1.7", False),
        ("text/html", b"\x89PNG\r\n", False),
        ("text/html", b"a\0b", False),
        ("text/html; charset=utf-16", b"<\0p\0>\0", True),
        ("text/html", b"\xff\xfe<\0p\0>\0", True),
        ("", b"\xef\xbb\xbf\r\n<!DOCTYPE html>", True),
        ("", b"plain text", False),
        ("application/xml", b'<?xml version="1.0"?><html>', True),
        ("application/xml", b'<?xml version="1.0"?><rss>', False),
    ],
)
def test_what_is_html(content_type: str, head: bytes, wanted: bool) -> None:
    """A page is HTML by its type unless its first bytes differ, and by those where no type is given."""
    assert is_html(content_type, head) is wanted


@given(st.text())
def test_any_retry_after_is_a_wait_or_nothing(value: str) -> None:
    """No header can make the wait negative, or raise."""
    assert (retry_after(value, NOW) or 0.0) >= 0.0


@given(st.text(max_size=2000))
def test_a_kept_validator_can_be_sent(value: str) -> None:
    """What is kept has no line breaks and no surrogates, and is kept as it came."""
    kept = validator(value)
    assert kept in {value, None}
    assert kept is None or (kept.isprintable() and kept.encode("latin-1"))


@given(st.text(), st.integers(0, 50))
def test_details_are_one_printable_line(text: str, limit: int) -> None:
    """Whatever a server says, what we repeat of it is short and printable."""
    line = printable(text, limit)
    assert len(line) <= limit
    assert line.isprintable()
