"""Passes over a town that forbids pages, cannot say what it forbids, or asks for pauses."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from flows import permission
from gathering import HOUR, SUMMARY, announce, article, asked, gather, gather_with
from servers import HttpServer, Reply
from town import DAY, MORNING, TEXTS, page, quiet_day, settings_for, watching
from warehouse import feeds
from warehouse.records import Request
from warehouse.store import Store


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


def robots(town: HttpServer, *lines: str) -> None:
    body = "\n".join(("User-agent: Amur", *lines)).encode()
    town.routes["/robots.txt"] = Reply(body=body, headers={"Content-Type": "text/plain"})


def waiting(file: Path) -> list[tuple[Any, ...]]:
    return asked(file, "SELECT state, attempts, reason FROM pages WHERE state = 'waiting' ORDER BY ALL")


# --- robots.txt -----------------------------------------------------------------------------------


def test_a_forbidden_page_is_not_fetched(town: HttpServer, tmp_path: Path) -> None:
    """What robots.txt forbids is never asked for; the feed's own text serves, and the reason says why."""
    file = settings_for(tmp_path, town)
    robots(town, "Disallow: /pat")
    announce(town, "patience", "valves")
    gather(file, MORNING)
    assert town.seen("/patience") == []
    assert article(file, "patience") == (SUMMARY, "summary", "robots")
    assert article(file, "valves")[1:] == ("page", "")
    assert "Amur" in town.seen("/robots.txt")[0].headers["user-agent"]


def test_a_robots_file_is_asked_for_once_a_day(town: HttpServer, tmp_path: Path) -> None:
    """One origin's file serves all its pages of a day; feeds are published to be polled and need no leave."""
    file = settings_for(tmp_path, town)
    robots(town, "Disallow: /*.xml", "Disallow: /valves")
    gather(file, MORNING)
    announce(town, "patience")
    gather(file, MORNING + 12 * HOUR)
    assert len(town.seen("/robots.txt")) == 1
    announce(town, "valves")
    gather(file, MORNING + 25 * HOUR)
    assert len(town.seen("/robots.txt")) == 2
    assert town.seen("/valves") == []


def test_pages_wait_while_nobody_can_say(town: HttpServer, tmp_path: Path) -> None:
    """While robots.txt cannot be had no page is fetched; they come in when it answers."""
    file = settings_for(tmp_path, town)
    town.routes["/robots.txt"] = Reply(503)
    announce(town, "patience")
    gather(file, MORNING)
    assert town.seen("/patience") == []
    assert ("waiting", 1, "robots_unreachable") in waiting(file)
    town.routes["/robots.txt"] = Reply(404)
    gather(file, MORNING + 2 * HOUR)
    assert article(file, "patience")[1:] == ("page", "")
    assert waiting(file) == []


def test_pages_do_not_wait_for_ever(town: HttpServer, tmp_path: Path) -> None:
    """A page whose site cannot say for hours is read from its feed."""
    file = settings_for(tmp_path, town)
    town.routes["/robots.txt"] = Reply(503)
    announce(town, "patience")
    for hours in (0, 2, 10):
        gather(file, MORNING + hours * HOUR)
    assert article(file, "patience") == (SUMMARY, "summary", "robots_unreachable")
    assert town.seen("/patience") == []


def test_robots_can_be_switched_off(town: HttpServer, tmp_path: Path) -> None:
    """With robots = false nobody is asked for leave."""
    file = settings_for(tmp_path, town)
    file.write_text(file.read_text("utf-8").replace("[fetch]", "[fetch]\nrobots = false"), encoding="utf-8")
    robots(town, "Disallow: /")
    announce(town, "patience")
    gather(file, MORNING)
    assert town.seen("/robots.txt") == []
    assert article(file, "patience")[1:] == ("page", "")


def test_a_hostile_robots_file_costs_its_own_site_only(
    town: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A file that takes for ever to read is given up by its deadline, and its pages wait."""
    monkeypatch.setattr(permission, "RULING_SECONDS", 0.5)
    file = settings_for(tmp_path, town)
    agents = "\n".join(f"User-agent: a{n}" for n in range(15_000))
    town.routes["/robots.txt"] = Reply(body=f"{agents}\n".encode() + b"Disallow: /a\n" * 15_000)
    with watching(file) as house:
        answers = permission.fetch_pages(house, [Request(town.url("/patience"), "page")], MORNING)
    assert [answer.reason for answer in answers] == ["robots_unreachable"]


# --- pauses ---------------------------------------------------------------------------------------


def test_slow_pages_keep_their_distance(town: HttpServer, tmp_path: Path) -> None:
    """A pause that robots.txt asks for lies between the pages of its site."""
    file = settings_for(tmp_path, town)
    robots(town, "Crawl-delay: 0.3")
    requests = [Request(town.url(f"/{slug}"), "page") for slug in TEXTS]
    with watching(file) as house:
        answers = permission.fetch_pages(house, requests, MORNING)
    assert {answer.status for answer in answers} == {200}
    starts = sorted(town.seen(f"/{slug}")[0].at for slug in TEXTS)
    assert min(later - earlier for earlier, later in pairwise(starts)) > 0.28


def test_what_would_take_too_long_is_left_for_later(
    town: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Slow sites do not hold up the pass: their other pages are neither fetched nor given up."""
    monkeypatch.setattr(permission, "SLOW_SECONDS", 0.5)
    file = settings_for(tmp_path, town)
    robots(town, "Crawl-delay: 0.4")
    announce(town, "patience")
    assert [gather(file, MORNING + n * HOUR).pages_fetched for n in range(3)] == [1, 1, 0]
    assert asked(file, "SELECT count(*), max(attempts) FROM pages WHERE state = 'fetched'") == [(2, 1)]


def test_a_page_that_asks_for_a_pause_rests_its_host(town: HttpServer, tmp_path: Path) -> None:
    """After a 429 nothing is asked of the host before its time; then the pages come in, none the worse."""
    file = settings_for(tmp_path, town)
    slugs = ("patience", "valves", "second-line")
    for slug in slugs:
        town.routes[f"/{slug}"] = Reply(429, headers={"Retry-After": "7200"})
    announce(town, *slugs)
    gather(file)
    met = len([r for r in town.requests if r.path.strip("/") in slugs])
    assert met <= 2  # as many as were on their way
    with Store(tmp_path / "data").transaction() as con:
        assert feeds.resting_hosts(con, MORNING + HOUR) == {"127.0.0.1"}
    town.routes.update({f"/{slug}": page(slug) for slug in slugs})
    gather(file, MORNING + HOUR)
    assert len([r for r in town.requests if r.path.strip("/") in slugs]) == met
    gather(file, MORNING + 3 * HOUR)
    assert [article(file, slug)[1:] for slug in slugs] == [("page", "")] * 3


def test_a_host_that_never_answers_is_waited_for_in_vain(town: HttpServer, tmp_path: Path) -> None:
    """Pages of a host that pauses for days are read from their feed."""
    file = settings_for(tmp_path, town)
    town.routes["/patience"] = Reply(429, headers={"Retry-After": "86400"})
    announce(town, "market-day", "patience")
    gather(file)
    with Store(tmp_path / "data").transaction() as con:
        con.execute("DELETE FROM pages WHERE state = 'waiting'")  # as if it had not been asked for yet
        con.execute("UPDATE host_rests SET until = ?", [MORNING + 20 * DAY])
    for days in (1, 1.9, 2.1):
        with watching(file, MORNING + days * DAY) as house:
            gather_with(house, MORNING + days * DAY, poll=False)
        assert bool(article(file, "patience")) == (days > 2)
    assert article(file, "patience") == (SUMMARY, "summary", "rate_limited")
    assert len(town.seen("/patience")) == 1
