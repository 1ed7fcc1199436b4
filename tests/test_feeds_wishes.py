"""How often a feed wishes to be asked."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, key
from extractors.feeds import parse_feed

SY = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'
TEXT = st.text(st.characters(exclude_characters="<>&", exclude_categories=("Cs", "Cc")), max_size=20)


def wish(inside: str, of: str = "channel") -> float | None:
    outer = f'<rss version="2.0" {SY}><channel><title>x</title>{inside}</channel></rss>'
    if of == "feed":
        outer = f'<feed xmlns="http://www.w3.org/2005/Atom" {SY}><title>x</title>{inside}</feed>'
    return parse_feed(outer.encode(), "", "https://x.example/", key("feed"), NOW, False).stated_gap


@pytest.mark.parametrize(
    ("inside", "seconds"),
    [
        ("", None),
        ("<ttl>60</ttl>", 3600.0),
        ("<ttl> 5 </ttl>", 300.0),
        ("<ttl>0</ttl>", 0.0),
        ("<ttl>soon</ttl>", None),
        ("<ttl>-5</ttl>", None),
        ("<ttl>99999999999999</ttl>", None),
        ("<sy:updatePeriod> Hourly </sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>", 1800.0),
        ("<sy:updatePeriod>daily</sy:updatePeriod>", 86_400.0),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>0</sy:updateFrequency>", 86_400.0),
        ("<sy:updatePeriod>daily</sy:updatePeriod><sy:updateFrequency>often</sy:updateFrequency>", 86_400.0),
        ("<sy:updatePeriod>sometimes</sy:updatePeriod>", None),
        ("<sy:updateFrequency>4</sy:updateFrequency>", None),
        ("<ttl>30</ttl><sy:updatePeriod>hourly</sy:updatePeriod>", 3600.0),
    ],
)
def test_what_a_feed_wishes(inside: str, seconds: float | None) -> None:
    """TTL is in minutes, the syndication module has periods and how often in them; the longer wish counts."""
    assert wish(inside) == seconds


def test_atom_may_wish_too() -> None:
    """The syndication module works in Atom as well."""
    assert wish("<sy:updatePeriod>weekly</sy:updatePeriod>", "feed") == 7 * 86_400.0


@given(TEXT, TEXT, TEXT)
def test_any_wish_is_a_span_or_none(ttl: str, period: str, frequency: str) -> None:
    """Whatever stands there, the wish is a number of seconds or there is none."""
    stated = f"<ttl>{ttl}</ttl><sy:updatePeriod>{period}</sy:updatePeriod>"
    assert (wish(f"{stated}<sy:updateFrequency>{frequency}</sy:updateFrequency>") or 0.0) >= 0.0
