"""Archives of feeds, sitemaps and lists of articles, as their bytes have them."""

from __future__ import annotations

import gzip
import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest

from builders import NOW, key, make_entry
from extractors import archives
from extractors.answers import FetchError
from extractors.feeds import parse_feed
from extractors.listings import LONGEST, BadLine, GivenArticle, read_lines
from extractors.sitemaps import BYTES, PLACES, SitemapError, read_sitemap, same_site, sitemaps_named
from warehouse.records import ParsedFeed

SITE = "https://steppe.example/sitemap.xml"
ONE = (make_entry(),)


def parsed(**changes: object) -> ParsedFeed:
    return replace(ParsedFeed("Steppe Review", ONE), **changes)  # type: ignore[arg-type]  # as tests name them


def urlset(*locs: str, more: str = "") -> bytes:
    listed = "".join(f"<url><loc>{loc}</loc>{more}</url>" for loc in locs)
    return f'<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{listed}</urlset>'.encode()


# --- feeds ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("links", "older"),
    [
        ('<link rel="prev-archive" href="2025.xml"/><link rel="next" href="p2.xml"/>', "https://a.example/2025.xml"),
        ('<link rel="next" href="/p2.xml"/>', "https://a.example/p2.xml"),
        ('<link rel="self" href="/feed.xml"/><link rel="prev" href="/p0.xml"/>', ""),
        ('<link rel="next" href="javascript:x()"/>', ""),
    ],
)
def test_a_feed_tells_where_its_older_entries_are(links: str, older: str) -> None:
    """Archive links go before pages, and `prev` is the way to newer entries."""
    document = f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{links}</feed>'.encode()
    assert parse_feed(document, "", "https://a.example/feed.xml", key("feed"), NOW, False).older == older


def test_a_json_feed_names_its_next_page() -> None:
    """JSON Feed has a key for it."""
    document = {"version": "https://jsonfeed.org/version/1.1", "title": "A", "items": [], "next_url": "/feed.json?p=2"}
    found = parse_feed(json.dumps(document).encode(), "", "https://a.example/feed.json", key("feed"), NOW, False)
    assert found.older == "https://a.example/feed.json?p=2"


def test_wordpress_is_numbered() -> None:
    """Known by its generator or its path; an empty page is the last one, and nobody else is asked for numbers."""
    wordpress = parsed(generator="https://wordpress.org/?v=6.4")
    assert archives.next_page(wordpress, archives.FIRST, "https://a.example/rss.xml") == "paged=2"
    assert archives.next_page(parsed(), "paged=2", "https://a.example/feed/") == "paged=3"
    assert archives.next_page(parsed(entries=()), "paged=3", "https://a.example/feed/") == ""
    assert archives.next_page(parsed(), archives.FIRST, "https://a.example/rss.xml") == ""
    assert archives.is_past_the_end("paged=9", "not_found")
    assert not archives.is_past_the_end(archives.FIRST, "not_found")


def test_credentials_stay_at_their_origin() -> None:
    """They go along to numbered pages and to links of the same origin, and to no other."""
    feed = "https://me:pw@a.example/feed?key=k1&paged=7"
    assert archives.address("paged=2", feed) == "https://me:pw@a.example/feed?key=k1&paged=2"
    assert archives.address("https://a.example/2025.xml", feed) == "https://me:pw@a.example/2025.xml"
    assert archives.address("https://b.example/2025.xml", feed) == "https://b.example/2025.xml"
    assert archives.address("http://a.example/2025.xml", feed) == "http://a.example/2025.xml"


# --- sitemaps -------------------------------------------------------------------------------------


def test_a_sitemap_is_read_with_its_dates() -> None:
    """What is stated for news goes before the day in the address, and that before the last change."""
    body = b"""<?xml version="1.0" encoding="UTF-8"?>
    <urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9" xmlns:n="http://www.google.com/schemas/sitemap-news/0.9"
      xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
    <url><loc>https://steppe.example/2024/05/12/tea</loc><lastmod>2026-01-02</lastmod>
      <image:image><image:loc>https://steppe.example/tea.jpg</image:loc><image:title>Tea</image:title></image:image></url>
    <url><loc> https://www.steppe.example/a?x=1&y=2 </loc><n:news><n:publication_date>2025-03-04T05:06:07Z
      </n:publication_date><n:title>Tea &amp; sugar</n:title></n:news><lastmod>2026-01-02T03:04:05+00:00</lastmod></url>
    <url><loc>https://steppe.example/c</loc><lastmod>2026-01-02</lastmod></url>
    <url><loc>https://steppe.example/d</loc><lastmod>some day</lastmod></url>
    <url><loc>mailto:x@steppe.example</loc></url>
    <url><loc>https://elsewhere.example/e</loc></url></urlset>"""
    found = read_sitemap(body, SITE)
    assert [(place.url, place.dated) for place in found.pages] == [
        ("https://steppe.example/2024/05/12/tea", datetime(2024, 5, 12, tzinfo=UTC)),
        ("https://www.steppe.example/a?x=1&y=2", datetime(2025, 3, 4, 5, 6, 7, tzinfo=UTC)),
        ("https://steppe.example/c", datetime(2026, 1, 2, tzinfo=UTC)),
        ("https://steppe.example/d", None),
    ]
    assert [place.title for place in found.pages] == ["", "Tea & sugar", "", ""]
    assert (found.elsewhere, found.warnings) == (1, ("bad_addresses",))


def test_a_sitemap_may_list_sitemaps_or_be_plain_lines_or_gzipped() -> None:
    """All forms of the protocol."""
    index = b"<sitemapindex><sitemap><loc>/s1.xml.gz</loc><lastmod>2025-01-01</lastmod></sitemap></sitemapindex>"
    listed = read_sitemap(gzip.compress(index), SITE)
    assert [place.url for place in listed.sitemaps] == ["https://steppe.example/s1.xml.gz"]
    assert listed.pages == ()
    lines = b"\xef\xbb\xbfhttps://steppe.example/a\r\n\r\nhttps://steppe.example/b\n"
    assert [place.url for place in read_sitemap(lines, SITE).pages] == [
        "https://steppe.example/a",
        "https://steppe.example/b",
    ]


BOMB = b'<!DOCTYPE u [<!ENTITY a "aaaaaaaaaa"><!ENTITY b "&a;&a;&a;&a;">]><urlset><url><loc>&b;</loc></url></urlset>'


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (BOMB, "refused"),
        (b'<!DOCTYPE u [<!ENTITY x SYSTEM "file:///etc/passwd">]>' + urlset("https://steppe.example/&x;"), "refused"),
        (b"<urlset>" + b"<a>" * 300, "refused"),
        (b"<html><title>Not found</title></html>", "not_a_sitemap"),
        (b"<rss version='2.0'><channel/></rss>", "a_feed"),
        (b"<urlset><url>", "not_well_formed"),
        (b"Nothing here", "not_a_sitemap"),
        (b"", "not_a_sitemap"),
    ],
)
def test_what_is_no_sitemap_is_named(body: bytes, reason: str) -> None:
    """Nothing hostile is expanded, opened or passed on."""
    with pytest.raises(SitemapError) as caught:
        read_sitemap(body, SITE)
    assert caught.value.reason == reason


def test_a_sitemap_that_inflates_without_end_is_refused() -> None:
    """The inflated size has a limit, whatever the compressed one is."""
    bomb = gzip.compress(b" " * (BYTES + 1))
    assert len(bomb) < 100_000
    with pytest.raises(FetchError) as caught:
        read_sitemap(bomb, SITE)
    assert caught.value.reason == "too_large"


def test_a_sitemap_is_cut_where_the_protocol_ends_it() -> None:
    """No more addresses than it may have, and what stands before a fault is kept."""
    found = read_sitemap(urlset(*(f"https://steppe.example/{n}" for n in range(PLACES + 2))), SITE)
    assert (len(found.pages), found.warnings) == (PLACES, ("truncated",))
    assert found.pages[-1].url == f"https://steppe.example/{PLACES - 1}"
    broken = read_sitemap(urlset("https://steppe.example/a") + b"<", SITE)
    assert (len(broken.pages), broken.warnings) == (1, ("not_well_formed",))


def test_robots_name_sitemaps() -> None:
    """In any case, anywhere in the file, relative ones too."""
    robots = b"\xef\xbb\xbfUser-agent: *\nDisallow: /x\nSITEMAP: /s.xml\nsitemap : https://b.example/t.xml # ours\n"
    assert sitemaps_named(robots, "https://a.example/robots.txt") == (
        "https://a.example/s.xml",
        "https://b.example/t.xml",
    )


def test_a_site_is_its_host_and_what_is_below() -> None:
    """`www.` makes no difference; two neighbours are two sites."""
    assert same_site("https://www.a.example/x", "http://a.example/y")
    assert same_site("https://news.a.example/x", "https://a.example/y")
    assert not same_site("https://one.host.example/", "https://two.host.example/")
    assert not same_site("https://nota.example/", "https://a.example/")


# --- lists ----------------------------------------------------------------------------------------


def test_good_lines_are_read_and_bad_ones_named() -> None:
    """A text is taken as it is; a line without one is to be fetched; the numbers are those of the file."""
    lines = [
        b'\xef\xbb\xbf{"url": "https://A.example/x?utm_source=rss", "text": "One.\\nTwo.", "feed": "F"}',
        b"",
        b'{"url": "https://a.example/y", "published": "2025-03-04", "author": null, "language": "en"}',
        b"{nonsense",
        b"[1, 2]",
        b'{"title": "no address"}',
        b'{"url": "ftp://a.example/z"}',
        b'{"url": "https://a.example/z", "text": 7}',
        b'{"url": "https://a.example/z", "published": "the ides of March"}',
        b'\xff{"url": "https://a.example/z"}',
        b"[" * 100_000,
        b" " * (LONGEST + 1) + b"{}",
    ]
    found = read_lines(lines, 11, NOW)
    good = [line for line in found if isinstance(line, GivenArticle)]
    assert [(line.number, line.entry.url, line.entry.link, line.feed) for line in good] == [
        (11, "https://a.example/x", None, "F"),
        (13, "https://a.example/y", "https://a.example/y", ""),
    ]
    assert [line.entry.content for line in good] == ["One.\nTwo.", ""]
    assert [line.entry.dated_at for line in good] == [NOW, datetime(2025, 3, 4, tzinfo=UTC)]
    assert all(line.entry.baseline for line in good)
    bad = {line.number: line.why for line in found if isinstance(line, BadLine)}
    assert list(bad) == [14, 15, 16, 17, 18, 19, 20, 21, 22]
    assert bad[16] == "has no url"
    assert bad[18] == "has a text that is no text"
    assert bad[19] == "has a date that cannot be read: the ides of March"
