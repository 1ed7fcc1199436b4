"""Feeds as they are written, and as they should not be."""

from __future__ import annotations

import json
import time
import uuid
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.entries import NEWEST
from extractors.feeds import FeedError, parse_feed
from extractors.urls import article_id
from warehouse.records import Entry, ParsedFeed

FOLDER = Path(__file__).parent / "data" / "feeds"
FEED_ID = uuid.UUID("00000000-0000-0000-0000-00000000f00d")
URL = "https://feeds.example/all/feed"
NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)


def parse(body: str | bytes, content_type: str = "", *, baseline: bool = False) -> ParsedFeed:
    return parse_feed(body.encode() if isinstance(body, str) else body, content_type, URL, FEED_ID, NOW, baseline)


def rss(*items: str, declaration: str = '<?xml version="1.0" encoding="utf-8"?>') -> str:
    listed = "".join(f"<item>{item}</item>" for item in items)
    return f'{declaration}<rss version="2.0"><channel><title>Bank &amp; Bridge</title>{listed}</channel></rss>'


def item(n: int, text: str = "Ice on the river.") -> str:
    return (
        f"<title>No. {n}</title><link>https://e.example/{n}</link><guid>e-{n}</guid><description>{text}</description>"
    )


def stated(entry: Entry) -> dict[str, object]:
    fields = ("guid", "url", "link", "title", "author", "summary", "content", "published_raw")
    told: dict[str, object] = {field: getattr(entry, field) for field in fields}
    told["published_at"] = entry.published_at.isoformat() if entry.published_at else None
    told["dated_at"] = entry.dated_at.isoformat()
    return told


@pytest.mark.parametrize("feed", sorted(p for p in FOLDER.iterdir() if p.suffix != ".json"), ids=lambda p: p.name)
def test_feeds_of_every_kind(feed: Path) -> None:
    """A feed gives the entries that stand beside it, whatever its format."""
    expected = json.loads(feed.with_suffix(".json").read_text(encoding="utf-8"))
    found = parse(feed.read_bytes())
    assert expected["entries"]
    assert [stated(entry) for entry in found.entries] == expected["entries"]
    assert (found.title, list(found.warnings)) == (expected["title"], expected["warnings"])


def test_what_is_common_to_all_entries() -> None:
    """Every entry knows its feed, when it was first seen, and whether it came with the feed's first answer."""
    (entry,) = parse(rss(item(1)), baseline=True).entries
    assert (entry.feed_id, entry.first_seen_at, entry.baseline) == (FEED_ID, NOW, True)
    assert entry.article_id == article_id("https://e.example/1")
    (linkless,) = parse(rss("<title>A note</title><guid>n</guid>")).entries
    assert linkless.article_id == uuid.uuid5(FEED_ID, "n")


# --- what is no feed -----------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "empty_body"),
        (b" \r\n\t", "empty_body"),
        (b"<!DOCTYPE html><html><head><title>Just a moment...</title></head></html>", "html_not_feed"),
        (b"<!-- x --><HTML><body><item><title>x</title></item></body></HTML>", "html_not_feed"),
        (b"/etc/hostname", "not_a_feed"),
        (b"http://127.0.0.1:9/feed", "not_a_feed"),
        (b'{"version": "2", "items": []}', "not_a_feed"),
        (b'{"version": "https://jsonfeed.org/version/1.1", "items": [', "not_a_feed"),
        (b"\x89PNG\r\n\x1a\n" + bytes(range(256)), "not_a_feed"),
        (b"%PDF-1.7 <</Type/Catalog>>", "not_a_feed"),
        (b'<svg xmlns="http://www.w3.org/2000/svg"><path/></svg>', "not_a_feed"),
        (b"<!--" * 1000, "not_a_feed"),
        (b'{"version":' + b"[" * 100_000, "refused"),
    ],
    ids=lambda value: str(value)[:24],
)
def test_what_is_no_feed(body: bytes, reason: str) -> None:
    """What is no feed is refused by name, and nothing it names is opened or asked for."""
    with pytest.raises(FeedError) as caught:
        parse(body)
    assert caught.value.reason == reason
    assert caught.value.detail.endswith(".")


def test_a_web_page_is_named() -> None:
    """A page in place of a feed is named by its title, at most 80 characters of it."""
    with pytest.raises(FeedError) as caught:
        parse(f"<html><head><title> Sign  in &amp; wait {'x' * 200}</title></head></html>")
    assert "Sign in & wait xxx" in caught.value.detail
    assert len(caught.value.detail) < 130


def test_a_feed_without_items_is_a_feed() -> None:
    """An empty feed is no failure."""
    assert parse(rss()) == ParsedFeed("Bank & Bridge", ())


# --- hostile feeds -------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "items",
    [
        "<item " + " ".join(f'a{n}="1"' for n in range(100_000)) + "/>",
        "<x>" * 1_000_000,
        "<item/>" * 600_000,
    ],
    ids=["attributes", "depth", "elements"],
)
def test_what_would_take_minutes_is_refused(items: str) -> None:
    """Too many attributes, levels or elements are found before feedparser meets them."""
    start = time.process_time()
    with pytest.raises(FeedError) as caught:
        parse(f'<rss version="2.0"><channel>{items}</channel></rss>')
    assert caught.value.reason == "refused"
    assert time.process_time() - start < 10


BOMB = "".join(f'<!ENTITY e{n} "{f"&e{n - 1};" * 10 if n else "ha"}">' for n in range(10))
STOLEN = '<!ENTITY stolen SYSTEM "file:///etc/passwd"><!ENTITY % called SYSTEM "http://127.0.0.1:9/dtd">%called;'


@pytest.mark.parametrize(("subset", "name"), [(BOMB, "e9"), (STOLEN, "stolen")], ids=["billion laughs", "xxe"])
def test_entities_neither_grow_nor_read(subset: str, name: str) -> None:
    """Entities are not expanded a billion times, read no file and call nobody."""
    doctype = f'<?xml version="1.0"?><!DOCTYPE rss [{subset}]>'
    start = time.process_time()
    (entry,) = parse(rss(item(1, f"&{name};"), declaration=doctype)).entries
    assert len(entry.summary) < 100
    assert "root:" not in entry.summary
    assert time.process_time() - start < 10


def test_escaped_comments_take_no_time() -> None:
    """A megabyte of comments that never end is read in a moment."""
    start = time.process_time()
    assert len(parse(rss(item(1, "&lt;!--" * 150_000), item(2))).entries) == 2
    assert time.process_time() - start < 10


@given(st.binary(max_size=300), st.sampled_from([b"", b"<rss>", b'<rss version="2.0"><channel><item><title>']))
def test_bytes_are_a_feed_or_refused(body: bytes, head: bytes) -> None:
    """Whatever the bytes, they are read, or refused with a reason."""
    with suppress(FeedError):
        assert isinstance(parse(head + body), ParsedFeed)


# --- slips that are forgiven ---------------------------------------------------------------------


def test_a_feed_cut_off_keeps_what_is_whole() -> None:
    """Of a feed cut off in the middle the last item is left out: its guid may be missing."""
    whole = rss(item(1), item(2), item(3))
    for end in range(whole.index("No. 3"), len(whole) - len("</rss>"), 7):
        found = parse(whole[:end])
        assert [entry.guid for entry in found.entries] == ["e-1", "e-2"]
        assert found.warnings == ("truncated_xml",)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("AT&T and R&D", "AT&T and R&D"),
        ("gas&nbsp;for grain &mdash; again", "gas for grain — again"),
        ("a\x00b\x01c", "abc"),
        ("&#0;&#xD800;&#x110000;&#99999999999;!", "\ufffd\ufffd\ufffd\ufffd!"),
        ("<b>bold</b> & <i>brave</i>", "bold & brave"),
        ("<![CDATA[<p>5 &lt; 6 &amp; R&D</p>]]>", "5 < 6 & R&D"),
    ],
)
def test_slips_in_the_markup(text: str, expected: str) -> None:
    """Bare ampersands, undeclared entities and impossible characters cost no item."""
    (entry,) = parse(rss(item(1, text))).entries
    assert entry.summary == expected


def test_text_before_the_declaration() -> None:
    """Blank lines and a warning of the server's before the feed do no harm."""
    assert len(parse("\n\nNotice: undefined index\n" + rss(item(1))).entries) == 1


def test_an_ill_formed_feed_is_read_with_a_warning() -> None:
    """A feed whose tags do not match is read as far as can be."""
    found = parse(rss(item(1, "<b>never closed"), item(2)))
    assert [entry.guid for entry in found.entries][:1] == ["e-1"]
    assert "not_well_formed" in found.warnings


RUSSIAN = "Мост закрыт до весны."


@pytest.mark.parametrize(
    ("declared", "content_type", "written"),
    [
        ("windows-1251", "", "cp1251"),
        ("koi8-r", "text/xml", "koi8-r"),
        ("utf-8", "text/xml; charset=iso-8859-1", "utf-8"),
        ("windows-1251", "text/xml; charset=iso-8859-1", "cp1251"),
        ("iso-8859-1", "", "utf-8"),
        ("utf-16", "", "utf-16"),
        ("utf-16", "", "utf-16-le"),
        ("utf-32", "", "utf-32"),
        ("nonsense", "", "utf-8"),
        ("", "application/rss+xml; charset=windows-1251", "cp1251"),
    ],
)
def test_charsets(declared: str, content_type: str, written: str) -> None:
    """The text is right wherever its charset can be known."""
    declaration = f'<?xml version="1.0" encoding="{declared}"?>' if declared else ""
    (entry,) = parse(rss(item(1, RUSSIAN), declaration=declaration).encode(written), content_type).entries
    assert entry.summary == RUSSIAN


@pytest.mark.parametrize("declared", ["punycode", "undefined", "utf-7", "nonsense"])
def test_bad_charsets(declared: str) -> None:
    """A charset that cannot be one is named, not raised past us."""
    body = rss(item(1, RUSSIAN), declaration=f'<?xml version="1.0" encoding="{declared}"?>').encode("cp1251")
    with pytest.raises(FeedError) as caught:
        parse(body)
    assert caught.value.reason == "bad_charset"
    assert declared in caught.value.detail


# --- identity ------------------------------------------------------------------------------------


def guids(*items: str) -> list[str]:
    return [entry.guid for entry in parse(rss(*items)).entries]


def test_guids() -> None:
    """An entry is known by its guid, else by its address, else by what it says."""
    assert guids("<guid>g</guid><link>https://e.example/1</link>") == ["g"]
    assert guids("<guid> </guid><link>https://e.example/1?utm_source=rss</link>") == ["https://e.example/1"]
    (one,), (same,), (other,) = (guids(f"<title>{t}</title>") for t in ("A note", "A note", "Another"))
    assert one == same != other
    assert guids(f"<guid>{'g' * 5000}</guid>")[0].startswith("sha256:")
    assert guids("<guid>https://me:pw@e.example/1</guid>") == ["https://e.example/1"]
    assert guids("<guid>tag:me@e.example,2026:1</guid>") == ["tag:me@e.example,2026:1"]


def test_a_guid_that_repeats_tells_nothing() -> None:
    """Items of one guid are known by guid and address, whatever their order and however many there are."""
    items = [f"<guid>same</guid><link>https://e.example/{n}</link>" for n in (1, 2, 3)]
    assert guids(*items) == [f"same https://e.example/{n}" for n in (1, 2, 3)]
    assert set(guids(*reversed(items))) == set(guids(*items))
    assert set(guids(*items[:2])) < set(guids(*items))


def test_an_item_announced_twice_is_one_entry() -> None:
    """The same item twice in a document is one entry."""
    assert guids(item(1), item(1)) == ["e-1 https://e.example/1"]


@pytest.mark.parametrize(
    "link", ["javascript:alert(1)", "file:///etc/passwd", "https://", f"https://e.example/{'a' * 3000}"]
)
def test_bad_links(link: str) -> None:
    """An item whose link cannot be fetched is kept without it."""
    found = parse(rss(f"<title>t</title><guid>g</guid><link>{link}</link>"))
    assert [(entry.guid, entry.url, entry.link) for entry in found.entries] == [("g", None, None)]
    assert found.warnings == ("bad_link",)


def test_the_newest_are_kept() -> None:
    """Of a document with more items than anyone needs the newest stay, in their order, with a warning."""
    day = timedelta(minutes=1)
    items = [f"{item(n)}<pubDate>{(NOW - day * n).isoformat()}</pubDate>" for n in range(NEWEST + 50)]
    found = parse(rss(*reversed(items)))
    assert [entry.guid for entry in found.entries] == [f"e-{n}" for n in reversed(range(NEWEST))]
    assert found.warnings == ("truncated_items",)


def test_a_long_description_is_the_article() -> None:
    """Where a feed has no content of its own, a description as long as an article is one."""
    (short,) = parse(rss(item(1, "Ice. " * 100))).entries
    (long,) = parse(rss(item(1, "Ice. " * 400))).entries
    assert (short.content, len(long.content)) == ("", 1999)
