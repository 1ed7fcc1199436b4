"""The published file: whole, the analysts' alone, and in nobody's way."""

from __future__ import annotations

import os
import shutil
import stat
import subprocess
import sys
from datetime import datetime
from pathlib import Path

import duckdb
import pytest

from builders import DAY, NOW, make_feed
from warehouse import feeds, publish, query
from warehouse.connect import FileLock, WarehouseError
from warehouse.store import Store
from warehouse_world import RECIPIENTS, SECRET, fill

PUBLIC_TABLES = {
    "alert_messages",
    "alerts",
    "articles",
    "backfill_articles",
    "backfill_pages",
    "backfills",
    "calibrations",
    "candidate_articles",
    "candidate_decisions",
    "candidates",
    "corrections",
    "deliveries",
    "entries",
    "escalations",
    "evidence",
    "feed_rhythms",
    "feed_states",
    "feeds",
    "fetches",
    "finding_articles",
    "findings",
    "heard",
    "host_rests",
    "judgements",
    "mentions",
    "messages",
    "misjudgements",
    "originals",
    "pages",
    "passes",
    "past_evidence",
    "publication",
    "residual_passages",
    "revisions",
    "schema_versions",
    "scores",
    "stories",
    "new_voices",
    "surges",
    "taxonomies",
    "theme_verdicts",
    "themes",
    "turns",
    "verdicts",
    "visits",
    "voice_verdicts",
    "waits",
}


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    store = Store(tmp_path_factory.mktemp("warehouse")).open()
    with store.transaction() as con:
        fill(con)
    return store.folder


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Store:
    return Store(Path(shutil.copytree(filled, tmp_path / "data")))


def views_of(con: duckdb.DuckDBPyConnection) -> dict[str, list[tuple[object, ...]]]:
    names = con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal ORDER BY 1").fetchall()
    return {name: sorted(con.execute(f"FROM {name}").fetchall(), key=str) for (name,) in names}


def test_the_views_say_the_same_in_the_published_file(store: Store) -> None:
    """The published views answer as the live ones do, and the file says when it was made."""
    assert publish.publish(store, NOW) == store.published
    with store.transaction() as con:
        live = views_of(con)
    with query.published(store.published) as con:
        assert views_of(con) == live
        assert con.execute("FROM publication").fetchall() == [(NOW,)]
    assert len(live) == 16


def test_what_is_not_the_analysts_is_not_in_the_file(store: Store) -> None:
    """No recipient and no byte of a message is in the published file, not even in its free space."""
    publish.publish(store, NOW)
    publish.publish(store, NOW + DAY)
    private = [SECRET[:64], SECRET[::-1][:64], *(r.encode() for r in RECIPIENTS), b"newsroom"]
    live, published = store.live.read_bytes(), store.published.read_bytes()
    assert [p for p in private if p not in live] == []
    assert [p for p in private if p in published] == []


def test_a_new_table_is_published_by_decision(store: Store) -> None:
    """The tables of the published file are those this test knows: whoever adds one says that it may be read."""
    publish.publish(store, NOW)
    relations = {r.name: r for r in query.describe(store.published)}
    assert {name for name, r in relations.items() if r.kind == "table"} == PUBLIC_TABLES
    private = {"recipient", "body", "detail"}
    for table in ("messages", "alert_messages", "deliveries", "waits"):
        assert private.isdisjoint(c.name for c in relations[table].columns)


def test_nothing_is_left_lying_about(store: Store) -> None:
    """The file is read-only, and copies made on the way, also by a pass that was killed, are gone."""
    for leftover in ("amur.copied", "amur.made", "amur.made.wal"):
        (store.folder / leftover).write_bytes(b"left by a killed pass")
    publish.publish(store, NOW)
    assert stat.S_IMODE(store.published.stat().st_mode) == 0o444
    files = {f.name for f in store.folder.iterdir() if f.suffix != ".lock"}
    assert files == {"live.duckdb", "amur.duckdb"}


def test_only_the_published_file_is_for_others(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Others may read the published file in its folder, and at no time the copy that it is made from."""
    distil = publish._distil

    def look(store: Store, copied: Path, made: Path, now: datetime) -> None:
        assert stat.S_IMODE(copied.stat().st_mode) == 0o600
        distil(store, copied, made, now)

    monkeypatch.setattr(publish, "_distil", look)
    (store.folder / "amur.copied").write_bytes(b"left by a killed pass, and readable")
    store.open()
    publish.publish(store, NOW)
    assert {f.name for f in store.folder.iterdir() if stat.S_IMODE(f.stat().st_mode) & 0o077} == {"amur.duckdb"}


def test_a_publication_that_fails_leaves_the_last_one(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """If the new file cannot be made, the last one stays in place and nothing half-made is left."""
    publish.publish(store, NOW)

    def fail(made: Path, published: Path) -> None:
        assert made.exists()
        assert published.exists()
        raise OSError(28, os.strerror(28))

    monkeypatch.setattr(publish, "_put_in_place", fail)
    with pytest.raises(WarehouseError, match="disk_full"):
        publish.publish(store, NOW + DAY)
    assert query.ask(store.published, "FROM publication").rows == ((NOW,),)
    assert not (store.folder / "amur.made").exists()


def test_others_commit_while_the_file_is_made(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """The database lock is given back as soon as the copy is taken."""
    distil = publish._distil

    def meanwhile(*arguments: object) -> None:
        with store.transaction() as con:
            feeds.sync_feeds(con, [make_feed("Committed meanwhile")])
        distil(*arguments)

    monkeypatch.setattr(publish, "_distil", meanwhile)
    publish.publish(store, NOW)
    asked = "SELECT count(*) FROM feeds WHERE name = 'Committed meanwhile'"
    assert query.ask(store.published, asked).rows == ((0,),)
    with store.transaction() as con:
        assert con.execute(asked).fetchall() == [(1,)]


def test_two_do_not_publish_at_once(store: Store) -> None:
    """Who publishes while another does is told so."""
    lock = FileLock(store.folder / "publish.lock")
    assert lock.take()
    with pytest.raises(WarehouseError, match="publishing just now"):
        publish.publish(store, NOW)
    lock.free()
    publish.publish(store, NOW)


READER = """
import sys
import duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
for line in sys.stdin:
    print(con.execute("SELECT count(*) FROM feeds").fetchone()[0], flush=True)
"""


def test_a_reader_elsewhere_neither_blocks_nor_fails(store: Store) -> None:
    """An analyst's shell goes on with the file it opened while new ones are published; new readers see the new one."""
    publish.publish(store, NOW)
    script = [sys.executable, "-c", READER, str(store.published)]
    with subprocess.Popen(  # noqa: S603  our own script
        script, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin is not None
        assert reader.stdout is not None

        def ask() -> int:
            print(file=reader.stdin, flush=True)
            return int(reader.stdout.readline())

        before = ask()
        for n in range(3):
            with store.transaction() as con:
                feeds.sync_feeds(con, [make_feed(f"Feed {n}")])
            publish.publish(store, NOW + n * DAY)
            assert ask() == before
        assert query.ask(store.published, "SELECT count(*) FROM feeds").rows == ((before + 3,),)
        reader.stdin.close()
        assert reader.wait() == 0
