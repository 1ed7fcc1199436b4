"""`amur add`: an article that somebody names, with what comes of it."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.commands import amur
from servers import HttpServer, Reply, free_port
from town import MORNING, open_quickly, page, quiet_day, settings_for, watching
from warehouse.query import ask as ask_published
from warehouse.store import Store


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    with HttpServer() as server:
        quiet_day(server)
        yield server


def typed(file: Path, *words: str, **options: Any) -> Result:
    return CliRunner().invoke(amur, ["--config", str(file), *words], catch_exceptions=False, **options)


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with Store(file.parent / "data").transaction() as con:
        return con.execute(sql).fetchall()


def test_an_article_is_added_at_once_and_known_the_second_time(town: HttpServer, tmp_path: Path) -> None:
    """Title, verdict, themes with a sentence each and where it is; published; muted; and fetched once."""
    file = settings_for(tmp_path, town)
    first = typed(file, "add", town.url("/patience"))
    assert first.exit_code == 0
    assert "alpha (independent), en" in first.stdout
    assert "energy-leverage" in first.stdout
    assert "“China can wait for the Power of Siberia 2 pipeline, and Russia cannot.”" in first.stdout
    assert "it is history and raises no alert" in first.stdout
    short = first.stdout.rpartition("amur explain ")[2].strip()
    assert typed(file, "explain", short).exit_code == 0
    published = ask_published(tmp_path / "data" / "amur.duckdb", "SELECT theme_id, baseline FROM article_themes").rows
    assert ("energy-leverage", True) in published
    assert ask(file, "SELECT count(*) FROM passes") == [(0,)]  # it stands for no pass: those due still run

    again = typed(file, "add", town.url("/patience?utm_source=mail"))
    assert "Known already" in again.stdout
    assert f"amur explain {short}" in again.stdout
    assert len(town.seen("/patience")) == 1


def test_what_cannot_be_had_is_said_and_not_kept(town: HttpServer, tmp_path: Path) -> None:
    """Gone, private, mistyped and no address at all: a sentence each, and the others are added all the same."""
    file = settings_for(tmp_path, town)
    closed = free_port()
    allowed = file.read_text(encoding="utf-8").replace(town.netloc, f'{town.netloc}", "127.0.0.1:{closed}')
    file.write_text(allowed, encoding="utf-8")
    urls = [
        town.url("/gone"),
        "http://127.0.0.1:1/private",
        f"http://127.0.0.1:{closed}/mistyped",
        "file:///etc/passwd",
        town.url("/market-day"),
    ]
    result = typed(file, "add", *urls)
    assert result.exit_code == 2
    assert "/gone could not be fetched (not found: the server knows no such page (status 404))" in result.stderr
    assert "/private could not be fetched (private address: 127.0.0.1:1 is not a public address)" in result.stderr
    assert "/mistyped could not be fetched (connect refused: nothing answers at this address" in result.stderr
    assert "file:///etc/passwd is left out. The address begins with file: give an address that" in result.stderr
    assert "Not relevant: names no side" in result.stdout
    kept = "SELECT url FROM entries UNION ALL SELECT url FROM articles UNION ALL SELECT 'page' FROM pages ORDER BY ALL"
    assert ask(file, kept) == [(town.url("/market-day"),), (town.url("/market-day"),), ("page",)]


def test_a_host_that_is_not_there_is_what_is_said(town: HttpServer, tmp_path: Path) -> None:
    """Its robots.txt is not to blame, the address is taken for mistyped, and the exit code is that of the network."""
    file = settings_for(tmp_path, town)
    result = typed(file, "add", "nowhere.invalid/article", "--json")
    (said,) = json.loads(result.stdout)
    assert (said["url"], said["state"], said["reason"]) == ("https://nowhere.invalid/article", "failed", "dns_unknown")
    assert said["detail"] == "there is no host nowhere.invalid"
    assert (result.exit_code, "robots" in result.output) == (3, False)
    assert ask(file, "SELECT count(*) FROM entries") == [(0,)]


def test_a_site_that_cannot_say_is_waited_for(town: HttpServer, tmp_path: Path) -> None:
    """A robots.txt that is out of service is no sign of a slip: the article is left to the passes."""
    file = settings_for(tmp_path, town)
    town.routes["/robots.txt"] = Reply(503)
    result = typed(file, "add", town.url("/patience"))
    assert (result.exit_code, "is not read yet (robots unreachable: " in result.stderr) == (0, True)
    assert ask(file, "SELECT count(*) FROM entries") == [(1,)]


def test_a_page_that_is_no_article_is_named_as_such(town: HttpServer, tmp_path: Path) -> None:
    """What the page is instead is said, and kept, so that nobody asks again."""
    file = settings_for(tmp_path, town)
    town.routes["/empty"] = Reply(body=b"<html><body></body></html>", headers={"Content-Type": "text/html"})
    result = typed(file, "add", town.url("/empty"), "--json")
    (said,) = json.loads(result.stdout)
    assert (said["state"], said["reason"], said["characters"]) == ("no text", "no_text", 0)
    assert result.exit_code == 0
    assert "articles read: 1 of 1, 1 by what their feed says of them" in result.stderr


def test_a_page_that_may_come_is_left_to_the_passes(town: HttpServer, tmp_path: Path) -> None:
    """A server that is out of service keeps the article in the queue, with the time of the next attempt."""
    file = settings_for(tmp_path, town)
    town.routes["/patience"] = [Reply(503), page("patience")]
    result = typed(file, "add", town.url("/patience"))
    assert result.exit_code == 0
    assert "is not read yet (unavailable" in result.stderr
    assert "a pass tries again in 60 min" in result.stderr
    assert "Relevant" in typed(file, "add", town.url("/patience")).stdout


def test_addresses_come_from_standard_input_too(town: HttpServer, tmp_path: Path) -> None:
    """One a line, comments and empty lines aside; the answer as JSON has themes with one quote each."""
    file = settings_for(tmp_path, town)
    lines = f"# to read\n\n{town.url('/valves')}\n{town.url('/market-day')}\n"
    said = json.loads(typed(file, "add", "--json", "-", input=lines).stdout)
    assert [(one["state"], one["relevant"]) for one in said] == [("added", True), ("added", False)]
    assert said[0]["themes"][0]["quote"]
    nothing = typed(file, "add", "-", input="\n")
    assert (nothing.exit_code, "Standard input holds no address" in nothing.stderr) == (2, True)


def test_while_a_pass_runs_the_article_is_left_to_it(town: HttpServer, tmp_path: Path) -> None:
    """It is kept, and the command says who reads it."""
    file = settings_for(tmp_path, town)
    with watching(file) as house, house.store.pass_lock(MORNING):
        result = typed(file, "add", town.url("/patience"))
    assert result.exit_code == 0
    assert "Another pass is running since 2026-04-06 06:00 UTC" in result.stderr
    assert "reads the 1 article" in result.stderr
    assert ask(file, "SELECT count(*) FROM entries") == [(1,)]


def test_an_article_may_count_as_news(town: HttpServer, tmp_path: Path) -> None:
    """With --news it is not muted, whether it is new here or was added without it before."""
    file = settings_for(tmp_path, town)
    typed(file, "add", town.url("/patience"))
    muted = "SELECT url, baseline FROM articles ORDER BY url"
    assert ask(file, muted) == [(town.url("/patience"), True)]
    result = typed(file, "add", "--news", town.url("/patience"), town.url("/valves"))
    assert "raises no alert" not in result.stdout
    assert ask(file, muted) == [(town.url("/patience"), False), (town.url("/valves"), False)]


def test_edited_themes_are_left_to_the_next_pass(town: HttpServer, tmp_path: Path) -> None:
    """One article judged by new themes must not put the archive, judged by the old ones, out of sight."""
    file = settings_for(tmp_path, town)
    typed(file, "add", town.url("/patience"))
    themes = tmp_path / "themes.toml"
    themes.write_text(themes.read_text(encoding="utf-8").replace("discounted gas", "cut-price gas"), encoding="utf-8")
    result = typed(file, "add", town.url("/valves"))
    assert "Not judged yet: `amur run` does it, with the themes as they are now." in result.stdout
    shown = ask_published(tmp_path / "data" / "amur.duckdb", "SELECT DISTINCT url FROM article_themes").rows
    assert shown == ((town.url("/patience"),),)
