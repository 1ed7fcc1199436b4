"""The live file written anew: smaller, otherwise the same, and never half of anything."""

from __future__ import annotations

import json
import shutil
import signal
import time
from collections import namedtuple
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb
import pytest

from builders import NOW, make_article
from desk import furnish
from processes import process
from warehouse import articles, compact, schema
from warehouse.connect import WarehouseError
from warehouse.query import ask
from warehouse.store import Store
from warehouse_world import fill

SHAPE = (
    "SELECT table_name, column_count, comment FROM duckdb_tables() ORDER BY ALL",
    """SELECT table_name, column_name, column_index, data_type, is_nullable, column_default, comment
    FROM duckdb_columns() WHERE NOT internal ORDER BY ALL""",
    "SELECT table_name, constraint_text FROM duckdb_constraints() ORDER BY ALL",
    "SELECT view_name, sql, comment FROM duckdb_views() WHERE NOT internal ORDER BY ALL",
)
COMPACTS = """
import sys
from pathlib import Path
from warehouse.compact import compact
from warehouse.store import Store
store = Store(Path(sys.argv[1])).open()
print("ready", flush=True)
sys.stdin.readline()
compact(store)
print("done", flush=True)
"""
Contents = dict[str, list[tuple[Any, ...]]]


@pytest.fixture(scope="module")
def filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A warehouse from which most of what was in it has gone."""
    store = Store(tmp_path_factory.mktemp("warehouse")).open()
    text = "".join(chr(0x4E00 + (i * i * 7919) % 20000) for i in range(4000))
    with store.transaction() as con:
        fill(con)
        many = [make_article(f"gone-{i}", text=f"{text[i % 997 :]}{i}") for i in range(1_200)]
        articles.save_articles(con, many)
    with store.transaction() as con:
        con.execute("UPDATE articles SET text = '' WHERE url LIKE '%/gone-%'")
    return store.folder


@pytest.fixture
def store(filled: Path, tmp_path: Path) -> Store:
    return Store(shutil.copytree(filled, tmp_path / "data")).open()


def contents(store: Store) -> Contents:
    """What the file is like, and every row in it."""
    with store.transaction() as con:
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables() ORDER BY ALL").fetchall()]
        rows = {t: con.execute(f'SELECT * FROM "{t}" ORDER BY ALL').fetchall() for t in tables}  # noqa: S608  names from the catalogue
        return rows | {asked: con.execute(asked).fetchall() for asked in SHAPE}


def leftovers(store: Store) -> list[str]:
    return sorted(path.name for path in store.folder.glob("*compacting*"))


def test_it_is_smaller_and_otherwise_the_same(store: Store) -> None:
    """Every row, constraint, view and comment is there again, in less room; the file stays its owner's alone."""
    before = contents(store)
    done = compact.compact(store)
    assert done.after < 0.7 * done.before
    assert done.after == store.live.stat().st_size
    assert contents(store) == before
    assert done.rows == sum(len(rows) for name, rows in before.items() if name not in SHAPE)
    assert store.live.stat().st_mode & 0o077 == 0
    assert leftovers(store) == []
    with store.transaction() as con:
        assert articles.save_articles(con, [make_article("gone-1"), make_article("new")]) == 1


STEPS: dict[str, tuple[object, str]] = {
    "making": (schema, "migrate"),
    "copying": (compact, "_known_tables"),
    "comparing": (compact, "_compared"),
    "views": (schema, "refresh_views"),
    "flushing": (compact, "flush"),
    "replacing": (compact, "_require_untouched"),
}


@pytest.mark.parametrize("step", STEPS)
def test_broken_off_anywhere_it_changes_nothing(store: Store, monkeypatch: pytest.MonkeyPatch, step: str) -> None:
    """Whatever fails, the live file is the one it was, nothing lies about, and the next attempt succeeds."""

    def fail(*_: object) -> None:
        raise KeyboardInterrupt

    before, inode = contents(store), store.live.stat().st_ino
    with monkeypatch.context() as patched:
        patched.setattr(*STEPS[step], fail)
        with pytest.raises(KeyboardInterrupt):
            compact.compact(store)
    assert store.live.stat().st_ino == inode
    assert contents(store.open()) == before
    assert leftovers(store) == []
    compact.compact(store)
    assert contents(store) == before


@pytest.mark.parametrize("after", [0.0, 0.2, 0.5])
def test_killed_anywhere_it_leaves_a_whole_file(store: Store, after: float) -> None:
    """After a kill the file is the old one or the new one, and what lies about is cleared by the next attempt."""
    before = contents(store)
    with process(COMPACTS, store.folder) as other:
        assert other.stdin
        other.stdin.write("\n")
        other.stdin.flush()
        time.sleep(after)
        other.send_signal(signal.SIGKILL)
        other.wait()
        assert contents(Store(store.folder).open()) == before
    (store.folder / "live.compacting").write_bytes(b"half of a file")
    (store.folder / "live.compacting.wal").write_bytes(b"half of a log")
    compact.compact(store)
    assert contents(store) == before
    assert leftovers(store) == []


def test_a_short_disk_is_refused(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """Where the new file might not fit beside the old one, nothing is begun."""
    usage = namedtuple("usage", "total used free")  # noqa: PYI024  what shutil gives
    monkeypatch.setattr(shutil, "disk_usage", lambda _: usage(10, 9, 1_000_000))
    with pytest.raises(WarehouseError, match=r"has 1 MB left: free some space and compact again; nothing was changed"):
        compact.compact(store)
    assert leftovers(store) == []


@pytest.mark.parametrize(
    "change", ["CREATE TABLE notes (n INTEGER)", "ALTER TABLE feeds ADD COLUMN mine VARCHAR", "DROP TABLE visits"]
)
def test_what_amur_did_not_make_is_not_lost(store: Store, change: str) -> None:
    """A table or column that somebody put in, or took out, by hand stops it before anything is changed."""
    with store.transaction() as con:
        con.execute(change)
    with pytest.raises(WarehouseError, match="The live file was left as it is: its table"):
        compact.compact(store)


def test_what_another_program_writes_meanwhile_is_not_lost(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file that a program without our lock has written to is not replaced."""
    flush: Callable[[Path], None] = compact.flush

    def meanwhile(path: Path) -> None:
        flush(path)
        with duckdb.connect(str(store.live)) as con:
            con.execute("UPDATE feeds SET stance = 'mine'")

    monkeypatch.setattr(compact, "flush", meanwhile)
    with pytest.raises(WarehouseError, match="Another program wrote to"):
        compact.compact(store)
    monkeypatch.undo()
    compact.compact(store)
    with store.transaction() as con:
        assert con.execute("SELECT DISTINCT stance FROM feeds").fetchall() == [("mine",)]


def test_the_command_publishes_and_speaks_json(tmp_path: Path) -> None:
    """`amur compact` names the sizes before and after, and analysts get the file anew."""
    desk = furnish(tmp_path)
    published = "SELECT published_at FROM publication"
    before = ask(desk.settings.data / "amur.duckdb", published).rows
    said = desk.ask("compact")
    assert said.exit_code == 0
    assert said.stdout.startswith("live.duckdb: ")
    assert "every one compared." in said.stdout
    assert ask(desk.settings.data / "amur.duckdb", published).rows > before
    assert set(json.loads(desk.ask("compact", "--json").stdout)) == {"before", "after", "rows"}


def test_the_command_waits_for_nobody(tmp_path: Path) -> None:
    """While a pass runs, and where there is no warehouse, it says so and what to do, with exit code 4."""
    desk = furnish(tmp_path)
    with Store(desk.settings.data).pass_lock(NOW):
        refused = desk.ask("compact")
    assert refused.exit_code == 4
    assert "Another pass is running" in refused.stderr
    assert "Then compact again." in refused.stderr
    shutil.rmtree(desk.settings.data)
    assert desk.ask("compact").exit_code == 4
