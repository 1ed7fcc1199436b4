"""Which addresses are one article, and which are none."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.urls import LONGEST, absolute, article_id, canonical, variant_of

BASE = "https://feeds.example/all/feed.xml"
HEADS = (
    "http://",
    "HTTPS://",
    "//",
    "/",
    "",
    "e.example",
    "http://E.Example:443",
    "https://мир.example",
    "http://[::1]",
)
TAILS = ("//", "a", "%7e", "%d0%bc", " ", "?", "&", "utm_source=x", "id=7", "#", ";jsessionid=1", "..", "@", "\\", "ü")
PIECES = st.tuples(st.sampled_from(HEADS), st.lists(st.sampled_from(TAILS), max_size=8))


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("HTTP://User:pw@News.Example:80//a//b/?b=2&a=1#top", "http://news.example/a/b/?a=1&b=2"),
        ("https://news.example", "https://news.example/"),
        ("https://news.example:8443/a", "https://news.example:8443/a"),
        (
            "https://news.example/a?utm_source=rss&UTM_Medium=x&fbclid=1&at_medium=RSS&id=7",
            "https://news.example/a?id=7",
        ),
        ("https://news.example/a?from=rss&ref=twitter&maca=en-rss-1", "https://news.example/a"),
        ("https://news.example/a;jsessionid=3F2A?id=7&PHPSESSID=9", "https://news.example/a?id=7"),
        ("https://news.example/%7Euser/%d0%bc", "https://news.example/~user/%D0%BC"),
        (
            "https://news.example/путь к миру",
            "https://news.example/%D0%BF%D1%83%D1%82%D1%8C%20%D0%BA%20%D0%BC%D0%B8%D1%80%D1%83",
        ),
        ("https://мир.example/a", "https://xn--h1ahn.example/a"),
        ("https://news.example./a\n/b", "https://news.example/a/b"),
        ("https://news.example/a?x=1&amp;y=2", "https://news.example/a?x=1&y=2"),
        ("/2026/11/a", "https://feeds.example/2026/11/a"),
        ("//cdn.example/a", "https://cdn.example/a"),
        ("http://[::1]:80/a", "http://[::1]/a"),
    ],
)
def test_canonical(url: str, expected: str) -> None:
    """What only says how the reader came to it goes; the rest takes one form."""
    assert canonical(url, BASE) == expected


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://news.example/?20261118", "https://news.example/?20261119"),
        ("https://news.example/show?cid=1", "https://news.example/show?cid=2"),
        ("https://news.example/show?gallery=1", "https://news.example/show?gallery=2"),
        ("https://news.example/show?source=7", "https://news.example/show?source=8"),
        ("https://news.example/a?from=2026-11-18", "https://news.example/a?from=2026-11-19"),
        ("https://news.example/A", "https://news.example/a"),
    ],
)
def test_different_articles_stay_apart(one: str, other: str) -> None:
    """No parameter goes by which some site tells its articles apart."""
    assert canonical(one) != canonical(other)


@pytest.mark.parametrize(
    "url",
    [
        "",
        " ",
        "javascript:alert(1)",
        "file:///etc/passwd",
        "data:text/html,x",
        "mailto:desk@news.example",
        "ftp://news.example/a",
        "http://",
        "http:///a",
        "http://news.example:99999/",
        "http://news.example:0/",
        "http://news.example\\@127.0.0.1/",
        "http://news example/",
        "http://[::1/",
        "http://a..example/",
        f"http://{'a' * 64}.example/",
        f"http://news.example/{'a' * LONGEST}",
    ],
)
def test_what_cannot_be_fetched_is_no_address(url: str) -> None:
    """Other schemes, hosts and ports that are none, and endless addresses are no addresses."""
    assert canonical(url) is None


def test_absolute_keeps_what_the_site_wants() -> None:
    """The address to fetch keeps its parameters; credentials and fragment go."""
    url = "https://a:b@news.example/a?utm_source=rss&b=1#top"
    assert absolute(url) == "https://news.example/a?utm_source=rss&b=1"
    assert absolute("a b.html", BASE) == "https://feeds.example/all/a%20b.html"


@given(PIECES)
def test_canonicalising_twice_changes_nothing(pieces: tuple[str, list[str]]) -> None:
    """A canonical address is its own canonical address."""
    head, tail = pieces
    found = canonical(head + "".join(tail), BASE)
    assert found is None or canonical(found) == found


@given(st.text(st.characters(exclude_categories=()), max_size=100))
def test_nothing_raises(url: str) -> None:
    """Whatever stands where an address should, it is one or it is none."""
    canonical(url, BASE)
    absolute(url, url)


def test_article_ids() -> None:
    """An article's key is uuid5 of its address, the same when the site moves to https."""
    assert article_id("https://news.example/a") == uuid.uuid5(uuid.NAMESPACE_URL, "https://news.example/a")
    assert article_id("http://news.example/a") == article_id("https://news.example/a")
    assert article_id("https://news.example/b") != article_id("https://news.example/a")


@pytest.mark.parametrize(
    ("url", "linked", "article"),
    [
        ("https://amp.paper.example/a/1", "https://www.paper.example/a/1", "https://www.paper.example/a/1"),
        ("https://m.paper.example/a/1", "/a/1", ""),
        ("https://m.paper.example/a/1", "https://paper.example/a/1?utm_source=m", "https://paper.example/a/1"),
        ("https://paper.example/a/1/amp/", "https://paper.example/a/1/", "https://paper.example/a/1/"),
        ("https://paper.example/a/1.amp.html", "/a/1.html", "https://paper.example/a/1.html"),
        ("https://paper.example/a/1?amp=1", "https://paper.example/a/1", "https://paper.example/a/1"),
        ("https://paper.example/a/1", "https://paper.example/a/2", ""),  # no variant
        ("https://m.paper.example/a/1", "https://paper.example/", ""),  # the front page
        ("https://m.paper.example/a/1", "https://other.example/a/1", ""),  # another site
        ("https://m.paper.example/a/1", "javascript:alert(1)", ""),
        ("https://m.paper.example/a/1", "", ""),
    ],
)
def test_variants_are_known_by_their_own_link(url: str, linked: str, article: str) -> None:
    """An AMP or mobile page is the article that it links as canonical, if that is another page of the same site."""
    assert variant_of(url, linked) == article
