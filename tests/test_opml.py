"""OPML: what goes out comes back, and no file makes Amur read, fetch or swallow more than a list of feeds."""

from __future__ import annotations

import time
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from xml.etree import ElementTree as ET

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.opml import BYTES, FEEDS, OpmlError, read_opml, write_opml
from extractors.text import clean
from flows.feedlist import BLOCS
from flows.newfeeds import arrivals
from flows.secrets import Environment
from servers import HttpServer
from warehouse.records import Feed

NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
KEYS = Environment({"KEY": "s3cr3t9"})

lines = st.text(st.characters(exclude_categories=("C",)), max_size=60).map(lambda text: clean(text, 60))
slugs = st.from_regex(r"[a-z0-9]{1,8}(-[a-z0-9]{1,8})?", fullmatch=True)


@st.composite
def feed_lists(draw: st.DrawFn) -> list[Feed]:
    """Valid feeds, each name and address once."""
    names = draw(
        st.lists(lines.filter(bool), min_size=1, max_size=6, unique_by=lambda name: " ".join(name.casefold().split()))
    )
    made = []
    for number, name in enumerate(names):
        path = draw(st.sampled_from(["feed", "rss?a=1&b=<2>", "x?key=${KEY}", "новости", "feed/'\"&amp;"]))
        url = f"https://{number}.example/{path}"
        made.append(
            Feed(
                name=name,
                url=url,
                publisher=draw(slugs),
                bloc=draw(st.sampled_from(BLOCS) | slugs),
                stance=draw(lines),
                language=draw(st.sampled_from(["", "en", "ru", "zh"])),
                evidence=draw(st.sampled_from(["", "tested", "found"])),
                enabled=draw(st.booleans()),
                fetch_url=url,
            )
        )
    return made


def opml(*outlines: str) -> bytes:
    return f'<?xml version="1.0"?><opml version="2.0"><head/><body>{"".join(outlines)}</body></opml>'.encode()


@given(feed_lists())
def test_what_goes_out_comes_back(feeds: list[Feed]) -> None:
    """Importing what was exported gives the same feeds, bloc by bloc, with every field and without a key's value."""
    exported = write_opml(feeds, "All & <more>", NOW)
    assert "s3cr3t9" not in exported
    arrived = arrivals(read_opml(exported.encode()), (), KEYS, (), with_keys=True)
    assert arrived.bad == ()
    blocs = list(dict.fromkeys(feed.bloc for feed in feeds))
    assert [{"stance": "", "language": "", "evidence": "", "enabled": True, **row} for row in arrived.rows] == [
        {
            "name": feed.name,
            "url": feed.url,
            "publisher": feed.publisher,
            "bloc": feed.bloc,
            "stance": feed.stance,
            "language": feed.language,
            "evidence": feed.evidence,
            "enabled": feed.enabled,
        }
        for feed in sorted(feeds, key=lambda feed: blocs.index(feed.bloc))
    ]


@given(feed_lists())
def test_the_export_is_opml(feeds: list[Feed]) -> None:
    """Any XML reader finds an OPML 2.0 document: a head with a title, and in its body an outline per feed."""
    root = ET.fromstring(write_opml(feeds, "All", NOW))  # noqa: S314  we wrote it ourselves
    assert (root.tag, root.get("version"), root.findtext("head/title")) == ("opml", "2.0", "All")
    outlines = root.findall("body/outline/outline")
    assert {outline.get("xmlUrl") for outline in outlines} == {feed.url for feed in feeds}
    assert all(outline.get("type") == "rss" and outline.get("text") for outline in outlines)


def test_lists_as_readers_write_them() -> None:
    """Folders, categories, attributes in any case, addresses with a bare &, a declared charset: all are read."""
    made = """<?xml version="1.0" encoding="windows-1251"?>
    <OPML version="1.1"><body>
      <outline title="Азия"><outline title="Обзоры">
        <outline text="Степь &amp; река" xmlurl="https://steppe.example/rss?a=1&b=2" htmlUrl="https://steppe.example/"/>
      </outline></outline>
      <outline text="Loose&nbsp;one" XMLURL=" https://loose.example/ " category="/Asia/Weekly,/Other" language="RU-ru"/>
      <outline text="a bookmark" url="https://bookmark.example/"/>
    </body></OPML>""".encode("windows-1251")
    first, second = read_opml(made)
    assert (first.line, first.title, first.url) == (4, "Степь & река", "https://steppe.example/rss?a=1&b=2")
    assert first.folders == ("Азия", "Обзоры")
    assert (second.url, second.folders, second.language) == ("https://loose.example/", ("Asia", "Weekly"), "ru-ru")


@pytest.mark.parametrize(
    ("make", "says"),
    [
        (lambda: b"<!DOCTYPE opml [<!ENTITY a 'x'>]><opml>&a;</opml>", "declares entities"),
        (
            lambda: (
                b"<!DOCTYPE o [<!ENTITY a0 'lol'>"
                + b"".join(b"<!ENTITY a%d '%s'>" % (n, b"&a%d;" % (n - 1) * 10) for n in range(1, 12))
                + b"]><opml>&a11;</opml>"
            ),
            "declares entities",
        ),
        (lambda: b"<opml>" + b"<outline text='x'>" * 10_000, "nested more than 50 deep"),
        (lambda: opml('<outline xmlUrl="https://x.example/"/>' * (FEEDS + 1)), "more than 10,000 feeds"),
        (lambda: opml('<outline text="x"/>' * 200_000), "more than 100,000 elements"),
        (lambda: b" " * (BYTES + 1), "larger than 10 MB"),
        (lambda: opml('<outline xmlUrl="https://x.example/"')[:-40], "It is no OPML: "),
        (lambda: b"", "It is no OPML: no element found in line 1."),
        (lambda: b"<?xml version='1.0' encoding='utf-7'?><opml/>", "is not one to read"),
        (lambda: b"<" * 5_000_000, "It is no OPML: "),
        (lambda: opml("&" * 5_000_000), "lists"),
    ],
)
def test_hostile_files(make: Callable[[], bytes], says: str) -> None:
    """What is too big, too deep, too many or a bomb is refused in a sentence, quickly."""
    body = make()
    before = time.monotonic()
    try:
        outlines = read_opml(body)
    except OpmlError as error:
        assert says in str(error)  # noqa: PT017  most are refused, one is only useless
    else:
        assert (says, outlines) == ("lists", ())
    assert time.monotonic() - before < 10


def test_nothing_outside_the_file_is_read(tmp_path: Path) -> None:
    """Neither a file nor a server that a list points to is opened."""
    (tmp_path / "secret").write_text("hunter2")
    with HttpServer() as server:
        for declared in (
            f'<!DOCTYPE opml [<!ENTITY e SYSTEM "file://{tmp_path}/secret">]>',
            f'<!DOCTYPE opml [<!ENTITY % p SYSTEM "{server.url("/p")}">%p;]>',
        ):
            with pytest.raises(OpmlError, match="declares entities"):
                read_opml(f'{declared}<opml><outline text="&e;" xmlUrl="https://x.example/"/></opml>'.encode())
        outside = f'<!DOCTYPE opml SYSTEM "{server.url("/dtd")}"><opml><outline xmlUrl="https://x.example/"/></opml>'
        assert len(read_opml(outside.encode())) == 1
        assert server.connections == 0


def test_ten_thousand_feeds() -> None:
    """A list of the largest size comes in within seconds, names that repeat numbered."""
    many = opml(*(f'<outline text="Daily" xmlUrl="https://h{n}.example/{n}"/>' for n in range(FEEDS)))
    before = time.monotonic()
    arrived = arrivals(read_opml(many), (), KEYS, ())
    assert len({row["name"] for row in arrived.rows}) == FEEDS
    assert time.monotonic() - before < 20


def test_a_list_gets_no_key_unasked() -> None:
    """Whoever wrote a list cannot have a key sent to them: an address that asks for one is left out, and named."""
    outline = (
        b'<opml version="2.0"><body><outline text="Lure" xmlUrl="https://lure.example/f?k=${HOME}"/></body></opml>'
    )
    arrived = arrivals(read_opml(outline), (), KEYS, ())
    assert arrived.rows == ()
    assert "--with-keys" in arrived.bad[0]


def test_no_feed_gets_the_secrets_of_amur() -> None:
    """The mail server's password and the webhook are nobody's key to a feed."""
    outline = b'<opml version="2.0"><body><outline xmlUrl="https://x.example/?k=${AMUR_SMTP_PASSWORD}"/></body></opml>'
    arrived = arrivals(read_opml(outline), (), KEYS, (), with_keys=True)
    assert arrived.rows == ()
    assert "no feed's" in arrived.bad[0]
