"""Pages that are no articles, and articles that look like them."""

from __future__ import annotations

import re
import tomllib
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from extractors.articles import read_page
from extractors.page_kinds import kind_of, size
from extractors.page_signs import PageSigns
from extractors.page_words import words
from warehouse.records import Reading

DATA = Path(__file__).parent / "data"
WORDS = Path(__file__).parent.parent / "extractors" / "data" / "page_kinds.toml"
NOW = datetime(2026, 11, 19, 12, tzinfo=UTC)
ASKED = "https://news.example/2026/11/steppe-pipelines"
KINDS = {"consent", "paywall", "soft_404", "bot_challenge", "video", "gallery", "listing"}
PROSE = " ".join(
    f"The elevator at kilometre {n} stands full, and the railway promises wagons for the week after next."
    for n in range(30)
)


def read(file: Path, url: str = ASKED) -> Reading:
    return read_page(file.read_bytes(), "text/html; charset=utf-8", url, NOW, ASKED)


def html(body: str, head: str = "<title>Steppe pipelines</title>") -> bytes:
    return f"<!DOCTYPE html><html><head>{head}</head><body><main>{body}</main></body></html>".encode()


def moved_to(url: str, body: str) -> str:
    return read_page(html(body), "text/html", url, NOW, ASKED).reason


@pytest.mark.parametrize("file", sorted((DATA / "not_articles").glob("*.html")), ids=lambda p: p.stem)
def test_what_is_no_article_is_named(file: Path) -> None:
    """A wall, a stub, a missing page, a player, a gallery and a listing have no text, and the reason names them."""
    found = read(file)
    assert (found.reason, found.text, found.fingerprint) == (file.stem.rpartition("_")[0], "", 0)


@pytest.mark.parametrize("file", sorted((DATA / "articles_like_walls").glob("*.html")), ids=lambda p: p.stem)
def test_an_article_that_looks_like_a_wall_is_an_article(file: Path) -> None:
    """An article may speak of walls, show a video or pictures, ask for a subscription, and be short."""
    found = read(file)
    assert found.reason == ""
    assert len(found.text) > 100


def test_there_are_examples_of_every_kind() -> None:
    """Every kind is shown by examples, in three languages all together."""
    files = list((DATA / "not_articles").glob("*.html"))
    assert {file.stem.rpartition("_")[0] for file in files} == KINDS | {"no_text"}
    written = "".join(file.read_text("utf-8") for file in files)
    assert re.search("[\u4e00-\u9fff]", written)
    assert re.search("[а-я]", written)


# --- where a page was found ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "url",
    ["https://news.example/", "https://www.news.example/index.html", "https://news.example/en/", "http://news.example"],
)
def test_who_is_sent_home_has_found_nothing(url: str) -> None:
    """A front page in place of an article is a missing page, however much it says."""
    assert moved_to(url, f"<p>{PROSE}</p>") == "soft_404"


@pytest.mark.parametrize(
    "url",
    [ASKED, "https://news.example/?p=1234", "https://other.example/", "https://news.example/2026/11/steppe-pipelines/"],
)
def test_an_article_may_be_elsewhere(url: str) -> None:
    """A redirect to another article's address, or to a front page of another site, says nothing."""
    assert moved_to(url, f"<p>{PROSE}</p>") == ""


def test_a_front_page_that_was_asked_for_is_no_missing_page() -> None:
    """Where the link itself leads to a front page, nobody was sent there."""
    home = "https://news.example/"
    assert read_page(html(f"<p>{PROSE}</p>"), "text/html", home, NOW, "http://news.example").reason == ""


@pytest.mark.parametrize(
    ("url", "body", "kind"),
    [
        (
            "https://news.example/404.html",
            "<p>Here is what others read today, and what they read yesterday.</p>",
            "soft_404",
        ),
        (
            "https://news.example/login?next=x",
            "<p>Welcome back. Please give your e-mail address and password.</p>",
            "paywall",
        ),
        (
            "https://consent.news.example/gate",
            "<p>We and our partners use cookies and similar technologies.</p><p>Here is more on that.</p>",
            "consent",
        ),
    ],
)
def test_an_address_can_say_what_a_page_is(url: str, body: str, kind: str) -> None:
    """Who is sent to a page for errors, members or consent has found no article."""
    assert moved_to(url, body) == kind


# --- what a page says of itself -------------------------------------------------------------------


def test_a_count_of_words_settles_what_is_a_teaser() -> None:
    """A text with all the words that the page says it has is whole, whatever stands below it."""
    text = "The central bank kept its rate. Nobody was surprised, and nobody said so. The next meeting is in June."
    offer = "<div><h3>Subscribe to continue reading</h3></div>"
    for words_stated, kind in ((20, ""), (600, "paywall")):
        data = f'{{"@type": "NewsArticle", "isAccessibleForFree": false, "wordCount": {words_stated}}}'
        head = f'<title>Rate kept</title><script type="application/ld+json">{data}</script>'
        page = html(f"<article><h1>Rate kept</h1><p>{text}</p>{offer}</article>", head)
        assert read_page(page, "text/html", ASKED, NOW).reason == kind


def test_what_nobody_sees_is_no_wall() -> None:
    """A template of an offer that is not shown does not make a teaser of a short article."""
    text = "The central bank kept its rate. Nobody was surprised, and nobody said so. The next meeting is in June."
    for unseen in (
        "<div hidden>{}</div>",
        '<div style="display: none">{}</div>',
        "<template>{}</template>",
        "<aside>{}</aside>",
    ):
        body = f"<article><p>{text}</p></article>{unseen.format('<p>Subscribe to continue reading</p>')}"
        assert read_page(html(body), "text/html", ASKED, NOW).reason == ""


def test_ideographs_weigh_more() -> None:
    """A Chinese text of the same size says as much as an English one three times as long."""
    assert size("abc") == 3
    assert size("天然气") == 9


# --- laws ----------------------------------------------------------------------------------------

TABLES = tuple(tomllib.loads(WORDS.read_text("utf-8")))


@pytest.mark.parametrize("name", TABLES)
def test_every_table_of_words_is_a_pattern(name: str) -> None:
    """The file's tables compile, and none matches the empty text."""
    assert not words(name).search("")


@settings(max_examples=60)
@given(
    st.lists(
        st.sampled_from(["Accept all cookies.", "404", "Subscribe to read this.", PROSE, "视频", "\n", "…"]), max_size=8
    )
)
def test_a_long_text_of_its_own_is_an_article(parts: list[str]) -> None:
    """Whatever signs there are, a page with a long text of prose is read, if it says that it is an article."""
    text = "\n".join([*parts, PROSE, PROSE])
    signs = PageSigns(tuple(parts), text, "", "", frozenset({"NewsArticle"}), "article", True, 0, 3, 1, (), ())
    assert kind_of(signs, text, ASKED, ASKED) == ""
