"""Where an article says that it was published first."""

from __future__ import annotations

import uuid

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors import urls
from extractors.originals import House, Told, originals
from warehouse.records import Original

HOUSES = [
    House("harbin-review", "The Harbin Review", "https://www.harbin-review.example/feed.xml"),
    House("amur-weekly", "阿穆尔周刊", "https://rss.amur-weekly.example/all"),
    House("bereg", "Берег", "https://bereg.example/rss"),
    House("northern-wire", "Northern Wire", "https://northern-wire.example/feed"),
    House("xinhua", "Xinhua, in English", "https://xinhua.example/feed"),
    House("twins", "Twin", "https://twins.example/one"),
    House("other-twins", "Twin", "https://others.example/two"),
]
BODY = "Ice has closed the crossing. Drivers turn back. " * 30


def stated(text: str = BODY, name: str = "", url: str = "") -> Original | None:
    return next(iter(originals([Told(uuid.UUID(int=1), text, name, url)], HOUSES)), None)


@pytest.mark.parametrize(
    ("line", "name", "publisher"),
    [
        ("This article was first published in The Harbin Review on 3 March.", "The Harbin Review", "harbin-review"),
        ("This essay originally appeared in Foreign Notes, with which we share texts.", "Foreign Notes", ""),
        ("Originally published by the Harbin Review.", "the Harbin Review", "harbin-review"),
        ("Republished with permission from the “Harbin Review”", "Harbin Review", "harbin-review"),
        ("First appeared at: Harbin Review – a quarterly", "Harbin Review", "harbin-review"),
        ("Впервые опубликовано в журнале «Берег», № 2.", "Берег", "bereg"),
        ("Статья впервые вышла на сайте Берег.", "Берег", "bereg"),
        ("本文首发于《阿穆尔周刊》2026年第3期。", "阿穆尔周刊", "amur-weekly"),
        ("本文原载于阿穆尔周刊，作者授权转载。", "阿穆尔周刊", "amur-weekly"),
    ],
)
@pytest.mark.parametrize("place", ["{line}\n\n{body}", "{body}\n\n{line}"])
def test_a_line_names_the_original(line: str, name: str, publisher: str, place: str) -> None:
    """A line at the head or the foot of a text says where it was first; a configured publisher is recognised."""
    found = stated(place.format(line=line, body=BODY))
    assert found is not None
    assert (found.name, found.publisher, found.said_by, found.original_id) == (name, publisher, "text", None)


@pytest.mark.parametrize(
    ("line", "name", "publisher"),
    [
        ("HEIHE, Nov 17 (Northern Wire) - The crossing closed on Tuesday.", "Northern Wire", "northern-wire"),
        ("BEIJING, March 3 (Xinhua) -- The two sides agreed.", "Xinhua", "xinhua"),
        ("MOSCOW (Reuters) - The ministry said nothing.", "Reuters", ""),
        ("МОСКВА, 3 марта. /ТАСС/. Переговоры завершились.", "ТАСС", ""),
        ("ПЕКИН, 3 мар - РИА Новости. Стороны договорились.", "РИА Новости", ""),
        ("ПЕКИН, 3 марта. /Синьхуа/ Стороны договорились.", "Синьхуа", "xinhua"),
        ("新华社莫斯科3月3日电 双方举行会谈。", "新华社", "xinhua"),
        ("来源：新华社", "新华社", "xinhua"),
    ],
)
@pytest.mark.parametrize("place", ["{line}\n{body}", "A lede of the paper's own.\n{line}\n{body}"])
def test_a_dateline_names_the_agency(line: str, name: str, publisher: str, place: str) -> None:
    """A wire's report says whose it is, under a local lede too, by whatever name the agency goes in its language."""
    found = stated(place.format(line=line, body=BODY))
    assert found is not None
    assert (found.name, found.publisher, found.said_by) == (name, publisher, "text")
    by_feed = stated(place.format(line=line, body=BODY), name="Берег")
    assert by_feed is not None
    assert by_feed.publisher == "bereg"


def test_an_address_names_the_article() -> None:
    """An address in that line is the original's, canonical, and its host tells the publisher."""
    url = "https://harbin-review.example/2026/03/gas-deal"
    found = stated(f"{BODY}\nOriginally published at {url}?utm_source=x. Reprinted with thanks.")
    assert found is not None
    assert (found.url, found.original_id, found.publisher) == (url, urls.article_id(url), "harbin-review")


@pytest.mark.parametrize("path", ["", "/", "/en/", "/opinion"])
def test_a_front_page_is_no_original(path: str) -> None:
    """An address of a site, and not of an article, names the publisher alone: else all its reprints were one story."""
    found = stated(f"{BODY}\nFirst published at https://harbin-review.example{path}")
    assert found is not None
    assert (found.original_id, found.publisher) == (None, "harbin-review")


def test_a_feed_names_its_source() -> None:
    """What a feed's item gives as its source is an original, told by address or by name, unless the text says more."""
    by_url, by_name = stated(url="https://bereg.example/other"), stated(name="the harbin review")
    assert by_url is not None
    assert (by_url.publisher, by_url.said_by, by_url.original_id) == ("bereg", "feed", None)
    assert by_name is not None
    assert by_name.publisher == "harbin-review"
    both = stated(f"{BODY}\nOriginally published by the Harbin Review.", name="Берег")
    assert both is not None
    assert both.publisher == "harbin-review"


def test_a_name_that_two_share_is_nobody_s() -> None:
    """A name that more than one publisher goes by tells none."""
    found = stated(name="Twin")
    assert found is not None
    assert found.publisher == ""


@pytest.mark.parametrize(
    "text",
    [
        BODY,
        "The first gas was published in a table.\n" + BODY,
        f"{BODY}{BODY}This article was first published in The Harbin Review.{BODY}",
        f"{BODY}\nThis article first appeared in {'a long tale of many words ' * 9}",
        "",
    ],
)
def test_other_lines_name_none(text: str) -> None:
    """Ordinary sentences, and such a line amid the text, name no original."""
    assert stated(text) is None


def test_nobody_is_their_own_original() -> None:
    """An article that gives its own address is no copy."""
    url = "https://bereg.example/2026-03-ice"
    (told,) = [Told(urls.article_id(url), f"{BODY}\nFirst published at {url}")]
    assert originals([told], HOUSES) == ()


@given(st.text(max_size=300), st.text(max_size=60), st.text(max_size=60))
def test_any_text_will_do(text: str, name: str, url: str) -> None:
    """Whatever stands there, what is found is short, and an address in it is one of the web."""
    for found in originals([Told(uuid.UUID(int=1), f"本文首发于 {text}", name, url)], HOUSES):
        assert len(found.name) <= 100
        assert not found.url or found.url.startswith(("http://", "https://"))
