"""Pages amid their furniture, and pages that are none."""

from __future__ import annotations

import json
import socket
import time
import uuid
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.articles import read_feed_text, read_page
from extractors.fingerprint import fingerprint
from warehouse.records import Entry, Reading

FOLDER = Path(__file__).parent / "data" / "pages"
URL = "https://news.example/a"
NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
PARAGRAPHS = (
    "The quota for next year was announced in November, cut by a third, with a sentence of thanks for the harvest.",
    "Nobody at the railhead thinks that it was the weeds. The elevators are full, and so is the register of debts.",
    "In the southern ministry they speak of patience, which costs them nothing, and of quality, which costs the north.",
)
BODY = "".join(f"<p>{paragraph}</p>" for paragraph in PARAGRAPHS)


def read(page: str | bytes, content_type: str = "text/html") -> Reading:
    return read_page(page.encode() if isinstance(page, str) else page, content_type, URL, NOW)


def page(body: str = BODY, head: str = "<title>Grain and patience</title>") -> str:
    return f"<!DOCTYPE html><html><head>{head}</head><body><article>{body}</article></body></html>"


@pytest.mark.parametrize("file", sorted(FOLDER.glob("*.html")), ids=lambda p: p.stem)
def test_pages_of_every_kind(file: Path) -> None:
    """Of a page the article is left that stands beside it, whole, without menus, banners, pointers and comments."""
    expected = json.loads(file.with_suffix(".json").read_text(encoding="utf-8"))
    found = read(file.read_bytes())
    assert expected["text"]
    assert found.text.split("\n") == expected["text"]
    assert (found.title, found.author, found.language, found.reason) == (
        expected["title"],
        expected["author"],
        expected["language"],
        "",
    )
    assert (found.published_at.isoformat() if found.published_at else None) == expected["published_at"]
    assert found.fingerprint == fingerprint(found.text) != 0


# --- what is no article --------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("body", "reason"),
    [
        (b"", "not_html"),
        (b"plain words", "not_html"),
        (b"%PDF-1.7 <html><p>x</p>", "not_html"),
        (b"\x89PNG\r\n<html>", "not_html"),
        (b"PK\x03\x04<html>", "not_html"),
        (b'{"html": "no"}', "not_html"),
        (b'<?xml version="1.0"?><rss><channel><title>x</title></channel></rss>', "not_html"),
        (b"<html>" + b"x" * 5_000_001, "too_big"),
        (b"<html><body>" + b"<p>x y</p>" * 100_000, "too_big"),
        (b"<html><body>" + b'<a href="/x">y</a>' * 100_000, "too_big"),
        (b"<html><body><p " + b" ".join(b'a%d="1"' % n for n in range(50_000)) + b">x</p>", "too_big"),
        (b"<html><head><title>Empty</title></head><body></body></html>", "no_text"),
        (page("<div>" * 300 + BODY + "</div>" * 300).encode(), "no_text"),
    ],
    ids=lambda value: str(value)[:30],
)
def test_what_is_no_article(body: bytes, reason: str) -> None:
    """What is no page, holds no text, or would take minutes to read says so, at once."""
    start = time.process_time()
    found = read(body)
    assert (found.text, found.reason, found.fingerprint) == ("", reason, 0)
    assert time.process_time() - start < 10


def test_a_page_without_text_keeps_its_facts() -> None:
    """Where there is no text, headline and date are still told."""
    head = '<title>Grain and patience</title><meta property="article:published_time" content="2026-11-18T10:00:00Z">'
    found = read(page("", head))
    assert (found.title, found.reason) == ("Grain and patience", "no_text")
    assert found.published_at == datetime(2026, 11, 18, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("wall", "kind"),
    [
        (
            "We use cookies to improve this site. Accept all cookies to go on, or manage cookies in your settings.",
            "consent",
        ),
        (
            "Please enable JavaScript and disable any ad blocker, then load this page once more to go on.",
            "bot_challenge",
        ),
        ("Подтвердите, что вы не робот, чтобы продолжить чтение этой страницы без ограничений.", "bot_challenge"),
    ],
)
def test_a_wall_is_no_article(wall: str, kind: str) -> None:
    """A page that asks for something before it shows its text has none."""
    assert read(page(f"<p>{wall}</p>")).reason == kind


def test_an_article_about_cookies_is_one() -> None:
    """An article may speak of walls."""
    assert read(page(f"{BODY}<p>The ministry's site asks visitors to accept all cookies.</p>")).reason == ""


def test_nobody_is_asked() -> None:
    """Reading a page asks nobody: not its own address, nor one it sends its readers to."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        server.setblocking(False)
        here = f"http://127.0.0.1:{server.getsockname()[1]}/"
        head = f'<meta http-equiv="refresh" content="0;url={here}"><link rel="canonical" href="{here}"><title>T</title>'
        found = read_page(
            page(BODY + f'<img src="{here}"><iframe src="{here}"></iframe>', head).encode(), "", here, NOW
        )
        assert found.text
        with pytest.raises(BlockingIOError):
            server.accept()


# --- headlines -----------------------------------------------------------------------------------


def og(title: str) -> str:
    return f'<meta property="og:title" content="{title}">'


def linked(data: str) -> str:
    return f'<script type="application/ld+json">{data}</script>'


@pytest.mark.parametrize(
    ("head", "shown", "expected"),
    [
        ("<title>Grain goes south | Border Notes</title>" + og("Grain goes south"), "", "Grain goes south"),
        (og("Grain goes south - Border Notes"), "Grain goes south", "Grain goes south"),
        (og("粮食南下_等待北上｜江岸网"), "粮食南下_等待北上", "粮食南下_等待北上"),
        (og("Our long read | Notes") + "<title>Grain | Notes</title>", "Grain goes south", "Grain goes south"),
        (og("Grain goes south | Notes") + '<meta property="og:site_name" content="Notes">', "", "Grain goes south"),
        (
            "<title>Grain goes south</title>",
            "Grain goes south, patience goes north",
            "Grain goes south, patience goes north",
        ),
        ("<title>Grain goes south - then it waits</title>", "", "Grain goes south - then it waits"),
        (linked('{"@type": "NewsArticle", "headline": "Grain &amp; patience"}'), "", "Grain & patience"),
        (linked('{"@type": "NewsArticle", "headline": ') + "<title>Grain goes</title>", "", "Grain goes"),
        (linked("[" * 5000) + "<title>Grain goes</title>", "", "Grain goes"),
    ],
)
def test_headlines(head: str, shown: str, expected: str) -> None:
    """The headline is the article's own, without the name of its site."""
    heading = f"<h1>{shown}</h1>" if shown else ""
    assert read(page(heading + BODY, head)).title == expected


def test_the_text_begins_after_its_headline() -> None:
    """Rubric and headline above the text are not its first sentences."""
    found = read(page(f"<p>Opinion</p><h1>Grain and patience</h1>{BODY}"))
    assert tuple(found.text.split("\n")) == PARAGRAPHS


def test_a_sentence_cut_at_a_link_is_whole() -> None:
    """Blocks that only a link made of one sentence are one line again."""
    body = f"{BODY}<div>The contract was signed by</div><div>the northern side</div><div>, and then by nobody.</div>"
    assert "The contract was signed by the northern side, and then by nobody." in read(page(body)).text.split("\n")


# --- dates ---------------------------------------------------------------------------------------


def published(content: str) -> str:
    return f'<title>Grain and patience</title><meta property="article:published_time" content="{content}">'


@pytest.mark.parametrize(
    ("stated", "expected"),
    [
        ("2026-11-18T10:00:00+08:00", "2026-11-18T02:00:00+00:00"),
        ("2026-11-18", "2026-11-18T00:00:00+00:00"),
        ("2026-11-18T00:00:00+08:00", "2026-11-18T00:00:00+00:00"),
        ("2026-11-19T12:30:00Z", "2026-11-19T12:30:00+00:00"),
        ("2026-11-20T12:00:00Z", None),
        ("2999-01-01T00:00:00Z", None),
        ("1970-01-01T00:00:00Z", None),
        ("soon", None),
    ],
)
def test_dates(stated: str, expected: str | None) -> None:
    """A page's date is a moment where it states one, midnight UTC of its day elsewhere, and never in the future."""
    found = read(page(head=published(stated))).published_at
    assert (found.isoformat() if found else None) == expected


def test_a_date_in_the_data_counts_first() -> None:
    """The article's own data state its date better than the fields for networks and the pictures' data."""
    things = [
        {"@type": "VideoObject", "datePublished": "2026-01-01"},
        {"@type": "Article", "datePublished": "2026-11-17"},
    ]
    head = linked(json.dumps({"@graph": things})) + published("2026-11-18")
    found = read(page(head=head)).published_at
    assert found == datetime(2026, 11, 17, tzinfo=UTC)


# --- bytes ---------------------------------------------------------------------------------------

RUSSIAN = "Паром ходит, когда полон, а полон он редко. Пассажиры ждут в тёплом зале и спорят о том, кто виноват."


@pytest.mark.parametrize(
    ("meta", "content_type", "written"),
    [
        ("windows-1251", "text/html", "cp1251"),
        ("", "text/html; charset=koi8-r", "koi8-r"),
        ("utf-8", "text/html; charset=iso-8859-1", "utf-8"),
        ("", "text/html", "utf-8"),
        ("punycode", "text/html", "utf-8"),
        ("", "text/html", "utf-16"),
        ("", "text/html", "utf-16-le"),
    ],
)
def test_charsets(meta: str, content_type: str, written: str) -> None:
    """A page is read in the charset it is written in."""
    source = page(f"<p>{RUSSIAN}</p>" + BODY, f'<meta charset="{meta}">')
    assert read(source.encode(written), content_type).text.startswith(RUSSIAN)


def test_a_nul_does_no_harm() -> None:
    """A page that begins with a NUL is still a page."""
    assert read(b"\0" + page().encode()).text


@settings(max_examples=60)
@given(st.binary(max_size=400), st.sampled_from([b"", b"<html><body><p>", page().encode()]))
def test_bytes_are_read_or_refused(body: bytes, head: bytes) -> None:
    """Whatever the bytes, there is a text or the reason why not."""
    found = read(head + body)
    assert bool(found.text) != bool(found.reason)


# --- the feed's own text -------------------------------------------------------------------------


def entry(summary: str, content: str) -> Entry:
    return Entry(
        feed_id=uuid.UUID(int=1),
        guid="g",
        article_id=uuid.UUID(int=2),
        url=URL,
        link=URL,
        title="Grain and patience",
        author="A. Writer",
        summary=summary,
        content=content,
        published_raw="",
        published_at=NOW,
        dated_at=NOW,
        first_seen_at=NOW,
        baseline=False,
    )


def test_the_feeds_own_text_serves() -> None:
    """The feed's full text, else its summary, gives what a page gives."""
    text = "\n".join(PARAGRAPHS)
    full, thin = read_feed_text(entry("A summary.", text)), read_feed_text(entry(text, ""))
    assert full == thin == Reading(text, "", "Grain and patience", "A. Writer", NOW, "en", fingerprint(text))
    assert read_feed_text(entry("", "")).reason == "no_text"
