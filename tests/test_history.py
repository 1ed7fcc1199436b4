"""Backfills of sitemaps and files, against real servers: broken off and taken up again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import pytest

from archived import ask, index, typed, urlset
from flows import walking
from flows.history import backfill, files
from flows.house import House
from flows.walking import Sitemaps, Span, Step
from servers import HttpServer, Reply
from town import MORNING, open_quickly, quiet_day, settings_for, watching
from warehouse.backfills import ArchivePage, Backfill


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    with HttpServer() as server:
        quiet_day(server)
        yield server


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["feed", "aplha"], "did you mean 'alpha'?"),
        (["feed", "zzz"], "`amur feeds list` names them all"),
        (["sitemap", "somewhere"], "The address begins with no scheme: give an address that begins with https://"),
        (["sitemap", "https://a.example/", "--since", "2026-01-02", "--until", "2025-01-01"], "exchange the two"),
        (["sitemap", "https://a.example/", "--since", "soon"], "give a date such as"),
    ],
)
def test_misuse_is_answered_by_what_helps(town: HttpServer, tmp_path: Path, words: list[str], told: str) -> None:
    """One sentence, with the next step in it."""
    result = typed(settings_for(tmp_path, town), "backfill", *words)
    assert (result.exit_code, told in result.stderr) == (2, True), result.stderr


# --- sitemaps -------------------------------------------------------------------------------------


def test_a_site_is_walked_by_its_robots_and_indexes_and_read_by_passes(town: HttpServer, tmp_path: Path) -> None:
    """From robots.txt over an index to zipped sitemaps; what is hostile or gone is named and costs only itself."""
    file = settings_for(tmp_path, town)
    zipped = gzip.compress(urlset(town, "patience", "second-line").body)
    bomb = b'<!DOCTYPE u [<!ENTITY a "aaaa">]><urlset><url><loc>&a;</loc></url></urlset>'
    elsewhere = b"<urlset><url><loc>https://elsewhere.example/x</loc></url></urlset>"
    town.routes |= {
        "/robots.txt": Reply(body=f"User-agent: *\nSitemap: {town.url('/map.xml')}\n".encode()),
        "/map.xml": index(town, "old.xml.gz", "bomb.xml", "gone.xml", "elsewhere.xml"),
        "/old.xml.gz": Reply(body=zipped, headers={"Content-Type": "application/x-gzip"}),
        "/bomb.xml": Reply(body=bomb),
        "/elsewhere.xml": Reply(body=elsewhere),
    }
    result = typed(file, "backfill", "sitemap", town.url("/"), "--match", "/patience")
    assert result.exit_code == 0
    assert "1 article found, 1 not asked for." in result.stdout
    assert "1 article read, 1 relevant. None of it raises an alert." in result.stdout
    assert "declares entities, which no sitemap needs" in result.stderr
    assert f"{town.url('/gone.xml')}: the server knows no such page" in result.stderr
    assert "lists 1 addresses of other sites" in result.stderr
    assert ask(file, "SELECT url, baseline, dated_at::DATE::VARCHAR FROM articles WHERE url LIKE '%patience'") == [
        (town.url("/patience"), True, "2025-11-05")
    ]
    (listed,) = json.loads(typed(file, "backfill", "list", "--json").stdout)
    counts = {name: listed[name] for name in ("state", "pages", "pages_left", "found", "read", "relevant", "waiting")}
    assert counts == {
        "state": "walking",
        "pages": 4,
        "pages_left": 2,
        "found": 1,
        "read": 1,
        "relevant": 1,
        "waiting": 0,
    }
    town.routes |= {"/bomb.xml": urlset(town, "valves"), "/gone.xml": urlset(town)}
    before = len(town.requests)
    again = typed(file, "backfill", "sitemap", town.url("/"), "--match", "/patience")
    assert "Went on: 2 pages of the archive, 1 article listed" in again.stdout
    assert [seen.path for seen in town.requests[before:]][:2] == ["/bomb.xml", "/gone.xml"]
    assert "walked" in typed(file, "backfill", "list").stdout


@dataclass
class Interrupted:
    """A walker that the user stops when it comes to a page."""

    walker: Sitemaps
    at: str
    most = None

    def first(self) -> tuple[ArchivePage, ...]:
        return self.walker.first()

    def walk(self, house: House, page: ArchivePage, now: datetime) -> Step:
        step = self.walker.walk(house, page, now)
        if page.name.endswith(self.at):
            raise KeyboardInterrupt
        return step


def test_a_walk_broken_off_goes_on_where_it_stopped(town: HttpServer, tmp_path: Path) -> None:
    """No page is asked for twice but the one that was under way, and no article is lost or doubled."""
    file = settings_for(tmp_path, town)
    town.routes |= {"/map.xml": index(town, "s1.xml", "s2.xml", "s3.xml")}
    town.routes |= {f"/s{n}.xml": urlset(town, f"x{n}", "y") for n in (1, 2, 3)}
    asked = Backfill("sitemap", town.url("/map.xml"), "")
    with watching(file) as house:
        walker = Sitemaps(town.url("/map.xml"), "", Span(), files(house))
        with pytest.raises(KeyboardInterrupt):
            backfill(house, asked, Interrupted(walker, "s2.xml"), MORNING)
        assert ask(file, "SELECT count(*) FROM entries") == [(2,)]
        walk = backfill(house, asked, walker, MORNING)
        assert (walk.goes_on, walk.pages, walk.found) == (True, 2, 2)
        assert backfill(house, asked, walker, MORNING).pages == 4  # it was walked to its end: it begins anew
    assert [len(town.seen(f"/s{n}.xml")) for n in (1, 2, 3)] == [2, 3, 2]
    assert ask(file, "SELECT count(*), count(DISTINCT article_id) FROM entries") == [(4, 4)]


def test_a_walk_stops_where_enough_were_asked_and_goes_on(
    town: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """An index may list any number of sitemaps: a walk takes so many, says how to go on, and goes on."""
    monkeypatch.setattr(walking, "SITEMAPS_AT_ONCE", 2)
    file = settings_for(tmp_path, town)
    town.routes["/map.xml"] = index(town, "s1.xml", "s2.xml", "s3.xml")
    town.routes |= {f"/s{n}.xml": urlset(town, f"x{n}") for n in (1, 2, 3)}
    words = ("backfill", "sitemap", town.url("/map.xml"), "--later")
    rehearsed, first, second = typed(file, *words, "--dry-run"), typed(file, *words), typed(file, *words)
    assert "2 pages in one go are enough, and there are more: --since" in rehearsed.stderr
    assert "and there are more: the same command goes on from there" in first.stderr
    assert "2 pages of the archive, 1 article listed" in first.stdout
    assert "Went on: 2 pages of the archive, 2 articles listed" in second.stdout
    assert "in one go" not in second.stderr
    assert len(town.seen("/s3.xml")) == 1


def test_while_a_pass_runs_the_walk_is_kept_for_it(town: HttpServer, tmp_path: Path) -> None:
    """The command says so and ends well; the passes to come read what was found."""
    file = settings_for(tmp_path, town)
    town.routes["/map.xml"] = urlset(town, "valves")
    with watching(file) as house, house.store.pass_lock(MORNING):
        result = typed(file, "backfill", "sitemap", town.url("/map.xml"))
    assert result.exit_code == 0
    assert "Another pass is running since 2026-04-06 06:00 UTC" in result.stderr
    assert "1 article left to the passes to come" in result.stdout
    assert town.seen("/valves") == []


# --- files ----------------------------------------------------------------------------------------


def test_a_file_is_taken_in_and_its_bad_lines_are_named(town: HttpServer, tmp_path: Path) -> None:
    """Texts are taken as they are, the rest is fetched; each line is filed under whom it names."""
    file = settings_for(tmp_path, town)
    texts = "Beijing and Moscow signed a paper on gas. Russia will sell gas to China through a pipeline. " * 4
    lines = [
        {"url": "https://old.example/1", "title": "Gas", "text": texts, "published": "2025-02-03", "feed": "Beta"},
        {"url": "https://old.example/2", "title": "Gas again", "text": texts, "publisher": "Old Paper"},
        {"url": town.url("/valves"), "publisher": "gamma"},
        {"title": "nowhere"},
    ]
    given = tmp_path / "archive.jsonl"
    given.write_text("\n".join(map(json.dumps, lines)) + "\n{", encoding="utf-8")
    result = typed(file, "backfill", "file", str(given))
    assert result.exit_code == 0
    assert "Line 4 has no url.\nLine 5 is no JSON" in result.stderr
    assert "3 articles read, 3 relevant." in result.stdout
    found = ask(
        file,
        "SELECT a.url, f.publisher, f.bloc, a.text_source, a.published_at::DATE::VARCHAR FROM articles AS a "
        "JOIN feeds AS f USING (feed_id) WHERE f.history ORDER BY a.url DESC",
    )
    assert found == [
        ("https://old.example/2", "old-paper", "unknown", "feed", None),
        ("https://old.example/1", "beta", "china-state", "feed", "2025-02-03"),
        (town.url("/valves"), "gamma", "russia-exile", "page", None),
    ]
    assert "0 articles found, 3 known already" in typed(file, "backfill", "file", str(given), "--later").stdout
    assert ask(file, "SELECT what FROM backfills") == [("archive.jsonl",)]


def test_ctrl_c_says_how_to_go_on(town: HttpServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was found is kept, and the way on is the same command."""
    file = settings_for(tmp_path, town)

    def stopped(*_: object) -> Step:
        raise KeyboardInterrupt

    monkeypatch.setattr(Sitemaps, "walk", stopped)
    result = typed(file, "backfill", "sitemap", town.url("/map.xml"))
    assert (result.exit_code, "the same command goes on from here" in result.stderr) == (130, True)
    rehearsed = typed(file, "backfill", "sitemap", town.url("/map.xml"), "--dry-run")
    assert (rehearsed.exit_code, "Nothing was stored" in rehearsed.stderr) == (130, True)
