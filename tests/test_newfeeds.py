"""What a new feed is called and whose it is, and which feed a user means."""

from __future__ import annotations

import pytest

from flows.feednames import Register, house, identity, meant, places, private
from flows.newfeeds import mistakes, new_row

ROWS = (
    {"name": "Tea Road", "url": "https://www.tea-road.example/feed", "publisher": "tea", "bloc": "central-asia"},
    {"name": "Burner", "url": "https://feeds.feedburner.com/burner", "publisher": "burner", "bloc": "independent"},
    {"name": "觀察", "url": "https://guan.example/rss?b=2&a=1", "publisher": "guan", "bloc": "china-private"},
)


@pytest.mark.parametrize(
    ("host", "name"),
    [
        ("www.review.example", "review"),
        ("feeds.bbci.co.uk", "bbci"),
        ("asia.review.com.cn", "review"),
        ("strategist.substack.com", "strategist"),
        ("www.substack.com", "substack"),
        ("127.0.0.1", "127-0-0-1"),
        ("xn--e1afmkfd.example", "xn-e1afmkfd"),
        ("localhost", "localhost"),
        ("co.uk", "co"),
        ("feeds.feedburner.com", ""),
        ("", ""),
    ],
)
def test_the_house_behind_a_host(host: str, name: str) -> None:
    """A host's own part names the house; one that many share names none."""
    assert house(host) == name


@pytest.mark.parametrize(
    "spelt",
    [
        "http://guan.example/rss?a=1&b=2",
        "HTTPS://GUAN.example:443/rss/?b=2&a=1#top",
        "https://guan.example//rss?b=2&a=1&",
    ],
)
def test_one_feed_by_many_spellings(spelt: str) -> None:
    """Scheme, case, port, slashes and the order of a query make no other feed; a parameter does."""
    assert identity(spelt) == identity(str(ROWS[2]["url"]))
    assert places(ROWS, spelt) == [2]
    assert identity(spelt) != identity("https://guan.example/rss?a=1")
    assert identity("https://x.example/?feed=rss2") != identity("https://x.example/?feed=comments-rss2")


def test_whose_a_new_feed_is() -> None:
    """The house's other feeds say publisher and bloc; a shared host says nothing; what is given stands."""
    register = Register(ROWS)
    assert new_row(register, "https://tea-road.example/b", "Tea Road", "tea-road.example", {"stance": ""}) == {
        "name": "Tea Road (tea-road.example)",
        "url": "https://tea-road.example/b",
        "publisher": "tea",
        "bloc": "central-asia",
    }
    shared = new_row(register, "https://feeds.feedburner.com/x", "Border Notes", "feeds.feedburner.com", {})
    assert (shared["publisher"], shared["bloc"]) == ("border-notes", "unknown")
    given = new_row(register, "https://tea-road.example/c", "C", "tea-road.example", {"publisher": "guan"})
    assert (given["publisher"], given["bloc"]) == ("guan", "china-private")


@pytest.mark.parametrize("title", ["", "x" * 500, "  a\n b  ", "Tea Road", "天" * 90, "É" * 81])
def test_a_proposed_feed_is_always_valid(title: str) -> None:
    """Whatever a feed calls itself, what is proposed can be written down."""
    register = Register(ROWS)
    for host in ("tea-road.example", "h" * 60 + ".example", "1.2.3.4"):
        row = new_row(register, "https://x.example/", title, host, {})
        register.add(row)
        assert mistakes(row) == []


def test_what_may_be_meant() -> None:
    """A name in any case is found; a slip or a piece of one suggests it; anything else nothing."""
    assert places(ROWS, " tea  ROAD ") == [0]
    assert places(ROWS, "tea") == []
    assert meant(ROWS, "tee rode") == meant(ROWS, "TEA") == ["Tea Road"]
    assert meant(ROWS, "zzz") == meant(ROWS, "") == []


@pytest.mark.parametrize(
    ("url", "never"),
    [
        ("http://127.1/x", True),
        ("http://0x7f.1/", True),
        ("http://2130706433/", True),
        ("http://10.0.0.8:8080/", True),
        ("https://[::ffff:10.0.0.1]/", True),
        ("http://[fd00::1]/", True),
        ("http://wiki.intranet/", True),
        ("http://localhost/", True),
        ("http://10.0.0.8:8081/", False),
        ("https://[fd00::2]:8443/", False),
        ("https://1.1.1.1/", False),
        ("http://fade.example/", False),
        ("http://local.example/", False),
    ],
)
def test_private_addresses(url: str, never: bool) -> None:
    """In whatever way a private address is spelt, it is one; exceptions are by host and port."""
    assert private(url, ("10.0.0.8:8081", "[FD00::2]:8443")) is never
