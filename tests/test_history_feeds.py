"""Backfills of feeds' archives, against real servers."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pytest

from archived import ask, atom, typed, wordpress
from builders import make_fetch
from flows.settings import load
from servers import HttpServer
from town import MORNING, open_quickly, papers_toml, quiet_day, settings_for
from warehouse import feeds
from warehouse.records import FeedState
from warehouse.store import Store


@pytest.fixture
def town(monkeypatch: pytest.MonkeyPatch) -> Iterator[HttpServer]:
    monkeypatch.setattr("flows.house.open_house", open_quickly)
    with HttpServer() as server:
        quiet_day(server)
        yield server


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


def test_a_feed_that_has_moved_is_walked_where_it_is(town: HttpServer, tmp_path: Path) -> None:
    """A new address that was taken over is asked for the archive too, and the history stays the feed's own."""
    file = settings_for(tmp_path, town, feeds_toml=papers_toml({"alpha": town.url("/old/feed/")}))
    (feed,) = load(file, {}).feeds
    town.routes["/new/feed/"] = wordpress(town, 2)
    moved = FeedState(feed.id, address=town.url("/new/feed/"), succeeded_at=MORNING)
    store = Store(tmp_path / "data").open()
    with store.transaction() as con:
        feeds.sync_feeds(con, [feed])
        feeds.save_polls(con, uuid4(), [(feed, make_fetch(), moved, [])])
    said = json.loads(typed(file, "backfill", "feed", "alpha", "--later", "--json").stdout)
    assert (said["pages"], said["found"], said["troubles"]) == (3, 2, [])
    assert not town.seen("/old/feed/")
    assert ask(file, "SELECT name, url FROM feeds WHERE history") == [("alpha (history)", feed.url)]
