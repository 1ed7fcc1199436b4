"""Passes over a town that puts up walls, shows one text everywhere, and has pages that take too long."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from flows import collecting
from gathering import HOUR, SUMMARY, announce, article, asked, gather, gather_with
from servers import HttpServer, Reply
from town import DAY, MORNING, feed, page, quiet_day, settings_for, watch, watching

WALLS = Path(__file__).parent / "data" / "not_articles"
KINDS = ("consent", "paywall", "soft_404", "bot_challenge", "video", "gallery", "listing")
HTML = {"Content-Type": "text/html; charset=utf-8"}
SORRY = " ".join(
    f"<p>Our archive has moved, and shelf {n} of it is not yet open to visitors of this site.</p>" for n in range(9)
)


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


# --- walls ----------------------------------------------------------------------------------------


def test_a_wall_leaves_the_feeds_own_text_marked(town: HttpServer, tmp_path: Path) -> None:
    """In place of a wall the feed's own text is stored, as a summary, with the kind of the wall as the reason."""
    file = settings_for(tmp_path, town)
    for kind in KINDS:
        town.routes[f"/{kind}"] = Reply(body=(WALLS / f"{kind}_1.html").read_bytes(), headers=HTML)
    announce(town, "patience", *KINDS)
    gather(file)
    assert [article(file, kind) for kind in KINDS] == [(SUMMARY, "summary", kind) for kind in KINDS]
    assert article(file, "patience")[1:] == ("page", "")


def test_who_is_sent_home_has_no_article(town: HttpServer, tmp_path: Path) -> None:
    """An article whose address leads to the front page keeps its feed's text."""
    file = settings_for(tmp_path, town)
    town.routes["/vanished"] = Reply(302, headers={"Location": "/"})
    town.routes["/"] = page("valves")
    announce(town, "vanished")
    gather(file)
    assert article(file, "vanished") == (SUMMARY, "summary", "soft_404")


# --- one text everywhere --------------------------------------------------------------------------


def shelf(town: HttpServer, *slugs: str) -> None:
    for slug in slugs:
        town.routes[f"/{slug}"] = Reply(
            body=f"<html><body><article>{SORRY}</article></body></html>".encode(), headers=HTML
        )


def test_a_text_at_three_addresses_is_nobodys(town: HttpServer, tmp_path: Path) -> None:
    """At its third address a text turns out to be the site's: there and before, the feed's own text takes its place."""
    file = settings_for(tmp_path, town)
    shelf(town, "one", "two", "three", "four")
    announce(town, "one", "two")
    watch(file, MORNING, send=False)
    assert [article(file, slug)[1:] for slug in ("one", "two")] == [("page", "")] * 2
    announce(town, "one", "two", "three")
    watch(file, MORNING + DAY, send=False)
    assert [article(file, slug) for slug in ("one", "two", "three")] == [(SUMMARY, "summary", "boilerplate")] * 3
    unjudged = "SELECT count(*) FROM articles WHERE article_id NOT IN (SELECT article_id FROM judgements)"
    assert asked(file, unjudged) == [(0,)]
    assert asked(file, "SELECT count(*) FROM evidence WHERE sentence LIKE '%shelf%'") == [(0,)]
    assert asked(file, "SELECT count(*), count(DISTINCT article_id) FROM stories") == [(4, 4)]
    announce(town, "four")
    gather(file, MORNING + 2 * DAY)
    assert article(file, "four") == (SUMMARY, "summary", "boilerplate")


def test_a_text_at_three_addresses_of_one_batch_is_nobodys(town: HttpServer, tmp_path: Path) -> None:
    """It need not have been seen before: three at once are three."""
    file = settings_for(tmp_path, town)
    shelf(town, "one", "two", "three")
    announce(town, "one", "two", "three")
    gather(file)
    assert asked(file, "SELECT count(*) FROM articles WHERE reason = 'boilerplate'") == [(3,)]


def test_one_article_in_three_sections_is_one(town: HttpServer, tmp_path: Path) -> None:
    """A long text under one or two titles at several addresses of its site is an article all the same."""
    file = settings_for(tmp_path, town)
    long = " ".join(
        f"<p>{n} wagons of grain crossed the border on day {n} of the strike, and nobody met them.</p>"
        for n in range(30)
    )
    body = f"<html><body><article>{long}</article></body></html>".encode()
    announced = feed(town, "politics/gas", "economy/gas", "world/gas", summary=SUMMARY)
    for slug in ("politics", "economy", "world"):
        town.routes[f"/{slug}/gas"] = Reply(body=body, headers=HTML)
        title = b"Gas, corrected" if slug == "world" else b"Gas"
        announced = replace(announced, body=announced.body.replace(f"About {slug}/gas".encode(), title))
    town.routes["/alpha.xml"] = announced
    gather(file)
    assert asked(file, "SELECT text_source, count(*) FROM articles WHERE title LIKE 'Gas%' GROUP BY ALL") == [
        ("page", 3)
    ]


# --- what a worker could not read -----------------------------------------------------------------


class Stumbling:
    """Workers that cannot read pages in time, in the next so many passes."""

    def __init__(self, workers: Any, times: int) -> None:
        self.workers, self.times = workers, times

    def map(self, function: Any, items: Sequence[Any], deadline: float, *rest: Any, **named: Any) -> list[Any]:
        if function is collecting.read_page and items and self.times:
            self.times -= 1
            return [collecting.Failed("deadline", "not done within 15 seconds") for _ in items]
        return list(self.workers.map(function, items, deadline, *rest, **named))


@pytest.mark.parametrize(("times", "passes"), [(1, 2), (2, 3), (3, 3)])
def test_a_page_that_could_not_be_read_is_tried_again(
    town: HttpServer, tmp_path: Path, times: int, passes: int
) -> None:
    """A page that a worker could not read in time is read by a later pass; after three it is given up."""
    file = settings_for(tmp_path, town)
    announce(town, "patience")
    for n in range(passes):
        with watching(file, MORNING + n * HOUR) as house:
            stumbling = Stumbling(house.workers, times - n)
            gather_with(replace(house, workers=stumbling), MORNING + n * HOUR)  # type: ignore[arg-type]  # as workers do
        assert bool(article(file, "patience")) == (n + 1 == passes)
    assert article(file, "patience")[1:] == (("page", "") if times < 3 else ("summary", "deadline"))
    assert len(town.seen("/patience")) == 1
