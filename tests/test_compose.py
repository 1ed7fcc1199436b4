"""Genre and institution reach the article, from its page, its feed and its text."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from builders import NOW, make_entry, make_feed
from extractors.articles import read_feed_text, read_page
from extractors.compose import article_of
from warehouse.records import Article, Feed

PARAGRAPHS = "".join(
    f"<p>The river rose {n} centimetres, and the town on the other bank watched it from the wall.</p>" for n in range(9)
)


def composed(page: str | None = None, feed: Feed | None = None, **entry: str) -> Article:
    announced = make_entry(**{"summary": "The river rose in the night.", **entry})
    read = (
        read_page(page.encode(), "text/html", announced.url or "", datetime(2026, 3, 3, tzinfo=UTC)) if page else None
    )
    return article_of(announced, None, "" if page else "not_found", read, read_feed_text(announced), NOW, feed)


def page(head: str = "", below: str = "", linked: str = "") -> str:
    data = f'<script type="application/ld+json">{linked}</script>' if linked else ""
    return (
        f"<html><head><title>Two towns and a river</title>{head}{data}</head>"
        f"<body><article><h1>Two towns and a river</h1>{PARAGRAPHS}</article>{below}</body></html>"
    )


def test_a_summary_alone_has_a_genre() -> None:
    """Where the page cannot be had, feed, address and summary tell the genre; no institution is none, not unknown."""
    article = composed()
    assert (article.text_source, article.genre, article.institution) == ("summary", "news", "")
    assert composed(url="https://x.example/opinion/river").genre == "commentary"


def test_what_the_user_says_of_a_feed_counts() -> None:
    """A feed's stance, and the part of a house that its name says it covers, count where the text leaves it open."""
    assert composed(feed=make_feed(stance="AU think tank")).genre == "commentary"
    assert composed(feed=make_feed("The Courier – opinion", stance="")).genre == "commentary"
    assert composed(feed=make_feed("The Opinion Courier", stance="")).genre == "news"


@pytest.mark.parametrize(
    ("head", "linked"),
    [
        ('<meta property="article:section" content="Opinion">', ""),
        ("", '{"@type": "OpinionNewsArticle"}'),
        ("", '{"@graph": [{"@type": ["NewsArticle"], "articleSection": ["World", "Commentary"]}]}'),
    ],
)
def test_a_page_names_its_section(head: str, linked: str) -> None:
    """A page's section, or its kind in its data, says that it is commentary; and the article says so in words."""
    article = composed(page(head, linked=linked))
    assert (article.genre, article.genre_cue) == ("commentary", "a section for commentary")


@pytest.mark.parametrize(
    ("below", "linked", "institution"),
    [
        ("", '{"@type": "Article", "author": {"name": "A B", "affiliation": {"name": "MGIMO"}}}', "MGIMO University"),
        ("", '{"@type": "Article", "author": [{"name": "A B", "worksFor": [{"name": "RUSI"}]}]}',
         "Royal United Services Institute"),
        ("", '{"@type": "Article", "author": {"name": "A B", "worksFor": "The Daily Ledger"}}', ""),
        ('<div class="author-bio">Aisulu Bekova is a fellow at the Lowy Institute.</div>', "", "Lowy Institute"),
        ('<div class="comment-list">Reader at the Lowy Institute.</div>', "", ""),
        ("", '{"@type": "Article", "author": [null, 3, {"affiliation": {"name": {}}}]}', ""),
    ],
)  # fmt: skip
def test_a_page_presents_its_author(below: str, linked: str, institution: str) -> None:
    """The page's data and the box about its author name the institution; a newspaper is no such institution."""
    assert composed(page(below=below, linked=linked)).institution == institution


def test_an_office_speaks_on_its_own_pages() -> None:
    """What a ministry publishes is official; what its ambassador writes elsewhere need not be."""
    assert composed(url="https://mid.ru/ru/river").genre == "official"
    abroad = composed(author="Aisulu Bekova, Ministry of Foreign Affairs of Russia")
    assert (abroad.genre, abroad.institution) == ("news", "Ministry of Foreign Affairs of Russia")


@pytest.mark.parametrize(
    ("linked", "author"),
    [
        ('{"@type": "Article", "author": {"@type": "Person", "name": "Ann Brown"}}', "Ann Brown"),
        ('{"@type": "Article", "author": ["Ann Brown", {"name": "Pyotr Volkov"}]}', "Ann Brown, Pyotr Volkov"),
        ('{"@type": "Article", "author": [{"name": "Ann Brown"}, {"name": "ann-brown"}]}', "Ann Brown"),
        ('{"@type": "Article", "author": {"name": ["", null]}}', ""),
    ],
)
def test_authors_are_named_once(linked: str, author: str) -> None:
    """A page's authors come from its data, each once, however often and in whatever spelling it names them."""
    assert composed(page(linked=linked), author="").author == author


def test_the_variant_keeps_what_it_says() -> None:
    """A reading knows its section even where its text does not serve."""
    reading = read_page(page('<meta name="section" content="Мнения">').encode(), "text/html", "", NOW)
    assert reading.section == "мнения"
    article = article_of(make_entry(), None, "", replace(reading, text="", reason="consent"),
                         read_feed_text(make_entry()), NOW)  # fmt: skip
    assert (article.text_source, article.genre) == ("summary", "commentary")
