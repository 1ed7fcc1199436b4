"""Whole passes over ten papers that print one report of an agency, in two languages, and over one that does not."""

from __future__ import annotations

import random
from collections.abc import Iterator, Mapping
from datetime import timedelta
from pathlib import Path

import pytest

from rewriting import excerpt, localised
from servers import HttpServer, Reply
from town import DAY, MORNING, feed, page, settings_for, watch
from translated import Text, texts
from warehouse.query import ask

AGENCY, STEPPE = "northern-wire", "steppe-review"
DATELINE = "BEIJING, April 6 (Northern Wire) - "
LOCAL = """The offices of the harbour company were closed on Thursday, as they are on every first Thursday of a month.

Nobody on the embankment could say what a second pipeline would mean for the price of coal in our town.

The council will speak about the heating of the school again in May, when the report of the engineers is there."""


def _report(what: str, language: str) -> Text:
    return next(t for t in texts() if (t.event, t.what, t.language) == ("gas-price", what, language))


def _printed() -> Mapping[str, Text | str]:
    """What each of ten papers makes of the report, in the order in which they print it; the agency comes fourth."""
    rng = random.Random(7)  # noqa: S311  not for secrets
    wire, russian = _report("wire", "en").text, _report("wire", "ru").text
    paragraphs = wire.split("\n")
    return {
        "amur-times": wire,
        "bratsk-mail": DATELINE + wire,
        "chita-post": russian,
        AGENCY: DATELINE + wire,
        "daurian": "\n".join(paragraphs[:3]),
        "evenk-echo": localised(f"{DATELINE}{wire}", LOCAL, rng, dropped=1, own=2),
        "far-east-daily": excerpt(wire, rng, share=0.4),
        "gobi-gazette": "\n".join(russian.split("\n")[:4]),
        "harbin-herald": wire.replace("Thursday", "the fourth day of the week"),
        "irkutsk-news": russian,
    }


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        for paper, text in {**_printed(), STEPPE: _report("own", "en").text}.items():
            server.routes[f"/{paper}"] = _page(paper, str(text))
            server.routes[f"/{paper}.xml"] = feed(server, "market-day", at=MORNING - DAY)
        server.routes["/market-day"] = page("market-day")
        yield server


def _page(title: str, text: str) -> Reply:
    paragraphs = "".join(f"<p>{paragraph}</p>" for paragraph in text.split("\n") if paragraph)
    body = f"""<!DOCTYPE html><html><head><title>{title}</title></head><body><main><article><h1>As {title} has it</h1>
    {paragraphs}</article></main></body></html>"""
    return Reply(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def _feeds(town: HttpServer) -> str:
    return "".join(
        f'[[feed]]\nname = "{paper}"\nurl = "{town.url(f"/{paper}.xml")}"\npublisher = "{paper}"\n'
        f'bloc = "{"russia-state" if paper == AGENCY else "independent"}"\n\n'
        for paper in [*_printed(), STEPPE]
    )


def test_ten_copies_in_two_languages_are_one_voice(town: HttpServer, tmp_path: Path) -> None:
    """However many print an agency's report, cut, extended or translated, it is one story and one voice, the agency's.

    A second publisher with a report of its own makes the theme new.
    """
    file = settings_for(tmp_path, town, feeds_toml=_feeds(town))
    watch(file, MORNING)
    for hour, paper in enumerate(_printed()):
        town.routes[f"/{paper}.xml"] = feed(town, paper, at=MORNING + timedelta(hours=hour + 1))
    assert watch(file, MORNING + DAY).findings == 0
    asked = "SELECT articles, publishers, voice, bloc, original FROM story_copies WHERE title NOT LIKE '%market-day%'"
    published = tmp_path / "data" / "amur.duckdb"
    assert ask(published, asked).rows == ((10, 10, AGENCY, "russia-state", "Northern Wire"),)
    town.routes[f"/{STEPPE}.xml"] = feed(town, STEPPE, at=MORNING + DAY + timedelta(hours=1))
    assert watch(file, MORNING + 2 * DAY).findings > 0
    asked = "SELECT DISTINCT stories, publisher_names FROM new_themes WHERE kind = 'first_seen'"
    assert ask(published, asked).rows == ((2, [AGENCY, STEPPE]),)
