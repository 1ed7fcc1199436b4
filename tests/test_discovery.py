"""Where a page says its feeds are, and where they usually are."""

from __future__ import annotations

import time

import pytest

from extractors.discovery import Candidate, is_comments, own_places, read_page, usual_places

URL = "https://review.example/asia/index.html"


def links(html: str, url: str = URL, content_type: str = "text/html") -> list[str]:
    return [candidate.url for candidate in read_page(html.encode(), content_type, url).candidates]


@pytest.mark.parametrize(
    ("html", "found"),
    [
        ('<link rel="alternate" type="application/rss+xml" href="/feed">', ["https://review.example/feed"]),
        (
            "<LINK HREF=rss.xml TYPE='application/atom+xml' REL='home Alternate'>",
            ["https://review.example/asia/rss.xml"],
        ),
        ('<link rel=alternate type=application/feed+json href="//f.example/j">', ["https://f.example/j"]),
        (
            '<link rel="alternate" type="application/rss+xml; charset=x" href="/a?b=1&amp;c=2">',
            ["https://review.example/a?b=1&c=2"],
        ),
        (
            '<base href="https://cdn.example/x/"><link rel=alternate type=application/rss+xml href=f>',
            ["https://cdn.example/x/f"],
        ),
        ('<link rel="feed" href="/f">', ["https://review.example/f"]),
        ('<link rel=alternate type=application/json href="/wp-json/wp/v2/pages/7">', []),
        ('<link rel=alternate type=application/json href="/feed.json">', ["https://review.example/feed.json"]),
        ('<link rel="alternate" hreflang="ru" href="/ru/">', []),
        ('<link rel="stylesheet" type="application/rss+xml" href="/x">', []),
        ('<link rel="alternate" type="application/rss+xml" href="javascript:alert(1)">', []),
        ('<link rel="alternate" type="application/rss+xml" href="file:///etc/passwd">', []),
        ('<link rel="alternate" type="application/rss+xml" href="">', []),
        ('<!-- <link rel="alternate" type="application/rss+xml" href="/old"> -->', []),
        ('<script>var s = \'<link rel="alternate" type="application/rss+xml" href="/no">\'</script>', []),
        ('<a href="/rss.xml">RSS</a> <a href="/feedback">Write to us</a>', ["https://review.example/rss.xml"]),
        ('<a href="/feed/">RSS</a><link rel=alternate type=application/rss+xml href=/f>', ["https://review.example/f"]),
    ],
)
def test_what_a_page_links(html: str, found: list[str]) -> None:
    """Links that announce a feed count, resolved as a browser would; anchors only where there are none."""
    assert links(f"<html><head>{html}</head><body></body></html>") == found


def test_comments_come_last() -> None:
    """The feed of what readers say is told from that of the site, by its address or its title."""
    head = (
        "<link rel=alternate type=application/rss+xml href=/comments/feed/>"
        '<link rel=alternate type=application/rss+xml title="Review » Comments on Borders" href=/x>'
        "<link rel=alternate type=application/rss+xml href=/feed/>"
    )
    assert links(head) == [f"https://review.example{path}" for path in ("/feed/", "/comments/feed/", "/x")]
    assert not is_comments(Candidate("https://review.example/commentary/feed", "link"))


def test_the_platform_and_its_places() -> None:
    """What made a page says where the feed is: below the page's folder, and at the root."""
    wordpress = read_page(b'<meta name="Generator" content="WordPress 6.9">', "text/html", "https://x.example/blog")
    assert [place.url for place in own_places("https://x.example/blog", wordpress.platform)] == [
        "https://x.example/blog/feed/",
        "https://x.example/feed/",
    ]
    substack = read_page(b"<p>", "text/html", "https://steppe.substack.com/p/post")
    assert own_places("https://steppe.substack.com/", substack.platform)[0].url == "https://steppe.substack.com/feed"
    assert own_places(URL, read_page(b"<p>", "text/html", URL).platform) == ()


def test_usual_places() -> None:
    """Few, each once: below the page, and at the root of its site."""
    assert [place.url.removeprefix("https://review.example") for place in usual_places(URL + "?q=1#top")] == [
        "/asia/feed",
        "/feed",
        "/rss.xml",
        "/atom.xml",
        "/feed.xml",
        "/index.xml",
    ]
    assert len(usual_places("https://review.example")) == 5


def test_charsets() -> None:
    """Titles are read in the page's charset; an unreadable one costs the titles alone."""
    head = '<meta charset="windows-1251"><link rel=alternate type=application/rss+xml title="Степь" href=/f>'
    (found,) = read_page(head.encode("windows-1251"), "text/html", URL).candidates
    assert found.title == "Степь"
    assert links(head, content_type="text/html; charset=utf-7") == ["https://review.example/f"]


@pytest.mark.parametrize(
    "html",
    [
        "<!--" * 300_000,
        "<![odd[" * 100_000,
        "<link rel=alternate " + "a=b " * 200_000 + ">",
        "<link rel=alternate type=application/rss+xml href=/f>" * 40_000,
        "\x00\ud800".encode("utf-8", "surrogatepass").decode("latin-1") * 100_000,
    ],
)
def test_hostile_pages(html: str) -> None:
    """Whatever a page is made of, a few links come out of it, in a moment."""
    before = time.monotonic()
    assert len(links(html)) <= 20
    assert time.monotonic() - before < 20


def test_a_page_cannot_name_our_secrets() -> None:
    """A link with ${NAME} in it is an address like any other: nothing will be filled in."""
    page = b'<link rel="alternate" type="application/rss+xml" href="/feed.xml?x=${AMUR_SMTP_PASSWORD}">'
    (found,) = read_page(page, "text/html", "https://site.example/").candidates
    assert "${" not in found.url
