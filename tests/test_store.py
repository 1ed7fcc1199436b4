"""The live warehouse: made, opened, migrated, and never overwritten."""

from __future__ import annotations

import stat
import struct
from pathlib import Path

import duckdb
import pytest

from builders import NOW, make_feed
from warehouse import feeds, schema
from warehouse.connect import WarehouseError
from warehouse.publish import publish
from warehouse.store import Store


def configured(store: Store) -> list[str]:
    """Names of the configured feeds."""
    with store.transaction() as con:
        return [name for (name,) in con.execute("SELECT name FROM feeds WHERE configured ORDER BY name").fetchall()]


def configure(store: Store, *names: str) -> None:
    with store.transaction() as con:
        feeds.sync_feeds(con, [make_feed(name) for name in names])


# --- making and opening ---------------------------------------------------------------------------


def test_opening_makes_the_folder_and_everything_in_it(tmp_path: Path) -> None:
    """Opening makes a warehouse where there was none, and a second opening changes nothing."""
    store = Store(tmp_path / "new" / "data")
    store.open()
    configure(store, "Steppe Review")
    store.open()
    assert configured(store) == ["Steppe Review"]
    with store.transaction() as con:
        applied = con.execute("SELECT name FROM schema_versions ORDER BY version").fetchall()
    assert [name for (name,) in applied] == [m.name for m in schema.migrations()]


def test_a_transaction_needs_a_warehouse(tmp_path: Path) -> None:
    """Without a warehouse a transaction says so, and makes none by the way."""
    with pytest.raises(WarehouseError, match="no warehouse"), Store(tmp_path).transaction():
        pass
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("content", [b"", b"notes on the theatre, act one", b"x" * 20_000])
def test_a_file_that_is_no_database_is_left_alone(tmp_path: Path, content: bytes) -> None:
    """Whatever lies at the warehouse's path and is no database is refused in words and never overwritten."""
    (tmp_path / "live.duckdb").write_bytes(content)
    with pytest.raises(WarehouseError, match="Move it away"):
        Store(tmp_path).open()
    assert (tmp_path / "live.duckdb").read_bytes() == content


def test_a_folder_at_the_path_is_refused(tmp_path: Path) -> None:
    """A folder where the file should be is refused in words."""
    (tmp_path / "live.duckdb").mkdir()
    with pytest.raises(WarehouseError, match="is a folder"):
        Store(tmp_path).open()


def test_somebody_elses_database_is_left_alone(tmp_path: Path) -> None:
    """A DuckDB database that is no warehouse of ours gets none of our tables."""
    with duckdb.connect(str(tmp_path / "live.duckdb")) as con:
        con.execute("CREATE TABLE recipes (name VARCHAR)")
    with pytest.raises(WarehouseError, match="not an Amur warehouse"):
        Store(tmp_path).open()
    with duckdb.connect(str(tmp_path / "live.duckdb")) as con:
        assert con.execute("SELECT table_name FROM duckdb_tables()").fetchall() == [("recipes",)]


def test_a_damaged_file_is_named(tmp_path: Path) -> None:
    """A flipped byte is found when the file is opened, and the user is told to restore a backup."""
    store = Store(tmp_path).open()
    content = bytearray(store.live.read_bytes())
    content[12_290] ^= 1
    store.live.write_bytes(content)
    with pytest.raises(WarehouseError, match=r"damaged.*backup"):
        store.open()


def test_a_file_of_a_newer_engine_is_refused(tmp_path: Path) -> None:
    """A file in a format of a newer DuckDB is refused with the word that it needs a newer one."""
    store = Store(tmp_path).open()
    content = bytearray(store.live.read_bytes())
    struct.pack_into("<Q", content, 12, 99)  # the format's number, and over it the header's checksum
    checksum = 5381
    for (word,) in struct.iter_unpack("<Q", content[8:4096]):
        checksum ^= word * 0xBF58476D1CE4E5B9 & 0xFFFFFFFFFFFFFFFF
    struct.pack_into("<Q", content, 0, checksum)
    store.live.write_bytes(content)
    with pytest.raises(WarehouseError, match="newer DuckDB"):
        store.open()


# --- migrations and views -------------------------------------------------------------------------

LATER = schema.Migration(9001, "9001_moods", "CREATE TABLE moods (mood VARCHAR); INSERT INTO moods VALUES ('calm')")


def test_a_migration_keeps_a_backup_and_everything_else(tmp_path: Path) -> None:
    """A migration adds to what is there, and leaves a copy of the file as it was before."""
    configure(Store(tmp_path).open(), "Steppe Review")
    store = Store(tmp_path, migrations=(*schema.migrations(), LATER)).open()
    assert configured(store) == ["Steppe Review"]
    with store.transaction() as con:
        assert con.execute("SELECT mood FROM moods").fetchall() == [("calm",)]
    (backup,) = tmp_path.glob("live.before-9001_moods.*")
    with duckdb.connect(str(backup), read_only=True) as con:
        assert con.execute("SELECT name FROM feeds").fetchall() == [("Steppe Review",)]
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'moods'").fetchall() == [(0,)]


def test_a_migration_that_fails_leaves_the_old_warehouse(tmp_path: Path) -> None:
    """A migration is applied whole with its row, or not at all."""
    configure(Store(tmp_path).open(), "Steppe Review")
    broken = schema.Migration(9001, "9001_broken", "CREATE TABLE moods (mood VARCHAR); CREATE TABLE feeds (x INTEGER)")
    with pytest.raises(duckdb.CatalogException):
        Store(tmp_path, migrations=(*schema.migrations(), broken)).open()
    store = Store(tmp_path).open()
    assert configured(store) == ["Steppe Review"]
    with store.transaction() as con:
        assert con.execute("SELECT count(*) FROM duckdb_tables() WHERE table_name = 'moods'").fetchall() == [(0,)]


def test_a_newer_warehouse_is_refused_by_name(tmp_path: Path) -> None:
    """An older Amur names the migration it does not know, and touches nothing."""
    Store(tmp_path, migrations=(*schema.migrations(), LATER)).open()
    before = (tmp_path / "live.duckdb").read_bytes()
    with pytest.raises(WarehouseError, match="9001_moods"):
        Store(tmp_path).open()
    assert (tmp_path / "live.duckdb").read_bytes() == before


def test_a_creation_that_was_killed_is_begun_again(tmp_path: Path) -> None:
    """What a killed creation left behind is no warehouse, and in nobody's way."""
    (tmp_path / "live.unborn").write_bytes(b"half a file")
    assert configured(Store(tmp_path).open()) == []
    assert not (tmp_path / "live.unborn").exists()


def test_views_follow_their_texts(tmp_path: Path) -> None:
    """A view that is not as this Amur means it is made anew when the warehouse is opened."""
    store = Store(tmp_path).open()
    with store.transaction() as con:
        con.execute("DROP VIEW voices; CREATE VIEW voices AS SELECT 1 AS old; CREATE VIEW forgotten AS SELECT 1 AS x")
        con.execute("UPDATE view_texts SET digest = 'of an earlier version'")
    store.open()
    with store.transaction() as con:
        views = {name for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()}
        assert "bloc" in [d[0] for d in con.execute("SELECT * FROM voices").description or []]
    assert "forgotten" not in views


# --- who may read it ------------------------------------------------------------------------------


def readable_by_others(folder: Path) -> set[str]:
    """Names of what anybody but the owner may do anything with."""
    return {path.name for path in folder.iterdir() if stat.S_IMODE(path.stat().st_mode) & 0o077}


def test_nobody_else_reads_the_warehouse(tmp_path: Path) -> None:
    """The live file, its log, its backups, the locks and the pages' folder are their owner's alone, at every moment."""
    store = Store(tmp_path / "data").open()
    with store.pass_lock(NOW), store.transaction() as con:
        assert readable_by_others(store.folder) == set()
        feeds.sync_feeds(con, [make_feed()])
    store.pages.put(b"a page")
    store = Store(store.folder, migrations=(*schema.migrations(), LATER)).open()
    configure(store, "Harbin Observer")
    names = {path.name for path in store.folder.iterdir()}
    assert {
        "live.duckdb",
        "live.duckdb.wal",
        "live.before-9001_moods.duckdb",
        "live.lock",
        "pass.lock",
        "pages",
    } == names
    assert readable_by_others(store.folder) == set()


def test_what_was_readable_is_closed_to_others(tmp_path: Path) -> None:
    """Opening takes away the rights that an earlier Amur or a copied backup left; the folder's own stay as they are."""
    store = Store(tmp_path).open()
    with store.pass_lock(NOW):
        configure(store, "Steppe Review")
    (tmp_path / "live.before-0002.duckdb").write_bytes(b"a backup")
    for path in tmp_path.iterdir():
        path.chmod(0o755 if path.is_dir() else 0o644)
    tmp_path.chmod(0o755)
    with store.open().pass_lock(NOW):
        assert readable_by_others(tmp_path) == set()
    assert stat.S_IMODE(tmp_path.stat().st_mode) == 0o755


def test_no_empty_log_is_left(tmp_path: Path) -> None:
    """A transaction that wrote nothing leaves nothing beside the file."""
    store = Store(tmp_path).open()
    assert configured(store) == []
    assert {path.name for path in tmp_path.iterdir()} == {"live.duckdb", "live.lock"}


# --- transactions ---------------------------------------------------------------------------------


def test_an_exception_rolls_everything_back(tmp_path: Path) -> None:
    """Of a transaction that ends in an exception nothing is left, and the exception comes through."""
    store = Store(tmp_path).open()

    def fail_half_way() -> None:
        with store.transaction() as con:
            feeds.sync_feeds(con, [make_feed()])
            raise LookupError

    with pytest.raises(LookupError):
        fail_half_way()
    assert configured(store) == []


def test_the_live_file_opens_no_other(tmp_path: Path) -> None:
    """On a connection to the warehouse SQL reads no file, writes none, loads nothing and changes no setting."""
    secret = tmp_path / "secret.txt"
    secret.write_text("secret", encoding="utf-8")
    store = Store(tmp_path).open()
    attempts = (
        f"FROM read_text('{secret}')",
        f"COPY (SELECT 1) TO '{tmp_path / 'out.csv'}'",
        f"ATTACH '{tmp_path / 'other.duckdb'}'",
        "INSTALL fts",
        "SET threads = 1",
        "FROM attempts",
    )
    with store.transaction() as con:
        for attempt in attempts:
            with pytest.raises(duckdb.Error):
                con.execute(attempt)
            con.execute("ROLLBACK; BEGIN")


def test_times_come_back_in_utc(tmp_path: Path) -> None:
    """Sessions speak UTC whatever the machine's zone."""
    with Store(tmp_path).open().transaction() as con:
        (moment,) = con.execute("SELECT TIMESTAMPTZ '2026-03-02 14:00:00+02'").fetchall()[0]
    assert moment == NOW
    assert moment.utcoffset().total_seconds() == 0


def test_a_lost_live_file_is_not_made_anew_over_history(tmp_path: Path) -> None:
    """Where the analysts' file is there and the live one is not, nothing is made and nothing is replaced."""
    store = Store(tmp_path / "data").open()
    publish(store, NOW)
    before = store.published.read_bytes()
    store.live.unlink()
    with pytest.raises(WarehouseError, match=r"is gone, but .* is still there"):
        Store(tmp_path / "data").open()
    assert not store.live.exists()
    assert store.published.read_bytes() == before


def test_a_lock_that_is_a_link_empties_nothing(tmp_path: Path) -> None:
    """A link in place of a lock is refused, and what it points to keeps its content."""
    victim = tmp_path / "victim"
    victim.write_text("years of work", encoding="utf-8")
    store = Store(tmp_path / "data").open()
    (store.folder / "pass.lock").symlink_to(victim)
    with pytest.raises((WarehouseError, OSError)), store.pass_lock(NOW):
        pass
    assert victim.read_text(encoding="utf-8") == "years of work"
