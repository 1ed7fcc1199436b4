"""Backfills against real servers: feeds' archives, sitemaps and files, broken off and taken up again."""

from __future__ import annotations

import gzip
import json
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from flows.commands import amur
from flows.history import backfill, files
from flows.house import House
from flows.walking import Sitemaps, Span, Step
from servers import HttpServer, Reply, Seen
from town import MORNING, open_quickly, papers_toml, quiet_day, settings_for, watching
from warehouse.backfills import ArchivePage, Backfill
from warehouse.store import Store

NS = 'xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"'


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    with HttpServer() as server:
        quiet_day(server)
        yield server


def ask(file: Path, sql: str) -> list[tuple[Any, ...]]:
    with Store(file.parent / "data").transaction() as con:
        return con.execute(sql).fetchall()


def typed(file: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(file), *words], catch_exceptions=False)


def urlset(town: HttpServer, *slugs: str, lastmod: str = "2025-11-05") -> Reply:
    listed = "".join(f"<url><loc>{town.url(f'/{slug}')}</loc><lastmod>{lastmod}</lastmod></url>" for slug in slugs)
    return Reply(body=f"<urlset {NS}>{listed}</urlset>".encode())


def index(town: HttpServer, *names: str) -> Reply:
    listed = "".join(f"<sitemap><loc>{town.url(f'/{name}')}</loc></sitemap>" for name in names)
    return Reply(body=f"<sitemapindex {NS}>{listed}</sitemapindex>".encode())


def atom(town: HttpServer, *slugs: str, older: str = "", at: str = "2025-11-05T10:00:00Z") -> Reply:
    link = f'<link rel="prev-archive" href="{older}"/>' if older else ""
    entries = "".join(
        f"<entry><id>{slug}</id><title>{slug}</title><updated>{at}</updated>"
        f'<link href="{town.url(f"/{slug}")}"/></entry>'
        for slug in slugs
    )
    return Reply(body=f'<feed xmlns="http://www.w3.org/2005/Atom"><title>A</title>{link}{entries}</feed>'.encode())


def wordpress(town: HttpServer, pages: int) -> Any:
    """A feed of one article a page, numbered."""

    def answer(seen: Seen) -> Reply:
        number = int(seen.path.rpartition("paged=")[2]) if "paged=" in seen.path else 1
        return atom(town, f"w{number}", at=f"2025-{12 - number:02}-01T00:00:00Z") if number <= pages else Reply(404)

    return answer


# --- feeds ----------------------------------------------------------------------------------------


def test_an_archive_is_walked_from_link_to_link_without_giving_a_key_away(town: HttpServer, tmp_path: Path) -> None:
    """Every page of the archive is asked with the feed's credentials; nothing that is kept or said holds them."""
    paper = papers_toml({"alpha": town.url("/alpha.xml?key=${ALPHA_KEY}")})
    file = settings_for(tmp_path, town, feeds_toml=paper)
    (tmp_path / ".env").write_text("ALPHA_KEY=s3cr&et-99\n", encoding="utf-8")
    (tmp_path / ".env").chmod(0o600)
    key = "key=s3cr%26et-99"
    town.routes["/alpha.xml"] = atom(town, "a1", older=f"/old?page=2&amp;{key}")
    town.routes["/old"] = [
        atom(town, "a2", older=f"/old?page=3&amp;{key}"),
        atom(town, "a3", older=f"/old?page=2&amp;{key}"),
    ]
    result = typed(file, "backfill", "feed", "alpha", "--later", "--json")
    said = json.loads(result.stdout)
    assert (said["pages"], said["found"], said["troubles"]) == (3, 3, [])
    assert [seen.path for seen in town.requests] == [f"/alpha.xml?{key}", f"/old?page=2&{key}", f"/old?page=3&{key}"]
    kept = b"".join(path.read_bytes() for path in (tmp_path / "data").iterdir() if path.is_file())
    assert b"page=2" in kept
    assert b"s3cr" not in kept
    assert "s3cr" not in result.output
    named = ask(file, "SELECT name, publisher, bloc, configured FROM feeds WHERE history")
    assert named == [("alpha (history)", "alpha", "independent", False)]


def test_wordpress_is_walked_by_numbers_to_its_end(town: HttpServer, tmp_path: Path) -> None:
    """Until there is no more, the dates are too old, or the pages asked for are had."""
    paper = papers_toml({"alpha": town.url("/alpha/feed/")})
    file = settings_for(tmp_path, town, feeds_toml=paper)
    town.routes["/alpha/feed/"] = wordpress(town, 4)

    def counted(*options: str) -> tuple[int, int]:
        said = json.loads(typed(file, "backfill", "feed", "ALPHA", "--json", *options).stdout)
        return said["pages"], said["found"]

    assert counted("--dry-run") == (5, 4)
    assert counted("--dry-run", "--pages", "2") == (2, 2)
    assert counted("--dry-run", "--since", "2025-09-15") == (3, 2)
    assert ask(file, "SELECT count(*) FROM entries") == [(0,)]
    assert counted("--later") == (5, 4)
    assert counted("--later") == (5, 0)


def test_a_server_that_gives_one_page_for_all_ends_the_walk(town: HttpServer, tmp_path: Path) -> None:
    """The same articles under another number are the end of the archive."""
    file = settings_for(tmp_path, town, feeds_toml=papers_toml({"alpha": town.url("/feed/")}))
    town.routes["/feed/"] = atom(town, "a1", "a2")
    for options in (["--dry-run"], ["--later"]):
        said = json.loads(typed(file, "backfill", "feed", "alpha", "--json", *options).stdout)
        assert (said["pages"], said["found"]) == (2, 2)


@pytest.mark.parametrize(
    ("words", "told"),
    [
        (["feed", "aplha"], "did you mean 'alpha'?"),
        (["feed", "zzz"], "`amur feeds list` names them all"),
        (["sitemap", "somewhere"], "is no address: give one such as https://"),
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
