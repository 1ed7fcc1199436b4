from __future__ import annotations

import os
import stat
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from builders import NOW
from disks import a_pass, backup_of, flip, killed, last_pass, warehouse_in
from processes import process
from warehouse import backup, restore, schema
from warehouse.backup import back_up
from warehouse.connect import Damaged, WarehouseError, connect
from warehouse.journal import Journal
from warehouse.store import Store

DAY = timedelta(days=1)
LATER = schema.Migration(9001, "9001_moods", "CREATE TABLE moods (mood VARCHAR)")


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A warehouse after one pass."""
    return warehouse_in(tmp_path / "data")


def restored(store: Store, at: datetime = NOW, source: Path | None = None) -> restore.Plan:
    with restore.prepared(store, source) as plan:
        restore.put_in_place(store, at)
    return plan


def test_the_newest_good_backup_takes_the_place_of_a_damaged_file(store: Store) -> None:
    """A backup that is damaged itself is passed over; the old file is kept, with its log, and the loss is counted."""
    back_up(store, NOW, free=0)
    for day in (1, 2):
        a_pass(store, NOW + day * DAY)
        back_up(store, NOW + day * DAY, free=0)
    a_pass(store, NOW + 3 * DAY)
    flip(backup_of(store, NOW + 2 * DAY), at=3 * 4096, every=4096)
    flip(store.live, at=100)
    with pytest.raises(Damaged, match="`amur restore` puts the newest good backup in its place"):
        store.open()
    broken, log = store.live.read_bytes(), Path(f"{store.live}.wal").read_bytes()
    plan = restored(store)
    assert (plan.state, plan.source, plan.backup.last_pass) == ("unusable", backup_of(store, NOW + DAY), NOW + DAY)
    assert [one.started_at for one in plan.lost] == [NOW + 2 * DAY, NOW + 3 * DAY]
    assert plan.passed_over  # the file itself at least; a backup that even a short look finds damaged is not tried
    assert last_pass(Store(store.folder).open()) == NOW + DAY
    (quarantine,) = store.quarantine.iterdir()
    assert quarantine.name == f"{NOW:%Y%m%dT%H%M%SZ}"
    assert (quarantine / "live.duckdb").read_bytes() == broken
    assert (quarantine / "live.duckdb.wal").read_bytes() == log
    assert stat.S_IMODE(quarantine.stat().st_mode) == 0o700
    assert not (store.folder / "live.restoring").exists()


def test_a_damaged_log_costs_the_log_alone(store: Store) -> None:
    """The file without its damaged log is newer than any backup, and is taken before them."""
    back_up(store, NOW, free=0)
    a_pass(store, NOW + DAY)
    with store.exclusive():
        pass
    a_pass(store, NOW + 2 * DAY)
    flip(Path(f"{store.live}.wal"), at=100)
    with pytest.raises(Damaged):
        store.open()
    assert restored(store).source == store.live
    assert last_pass(store.open()) == NOW + DAY


@pytest.mark.parametrize("what", ["empty", "text", "folder", "gone"])
def test_whatever_is_at_the_path_is_put_aside_whole(store: Store, what: str) -> None:
    """A file that is none, a folder, or nothing: opening leaves it alone and names the way, restoring keeps it."""
    back_up(store, NOW, free=0)
    store.live.unlink()
    Path(f"{store.live}.wal").unlink(missing_ok=True)
    if what == "folder":
        store.live.mkdir()
        (store.live / "notes.txt").write_text("mine", encoding="utf-8")
    elif what != "gone":
        store.live.write_text("mine" * (what == "text"), encoding="utf-8")
    with pytest.raises(WarehouseError, match="`amur restore`"):
        Store(store.folder).open()
    assert restored(store).state == ("gone" if what == "gone" else "unusable")
    assert last_pass(store.open()) == NOW
    aside = list(store.quarantine.glob("*/live.duckdb*")) if store.quarantine.exists() else []
    assert len(aside) == (what != "gone")
    if what in ("text", "folder"):
        assert next(p for p in (*aside[0].glob("*"), aside[0]) if p.is_file()).read_text(encoding="utf-8") == "mine"


def test_without_a_good_backup_nothing_is_touched(store: Store) -> None:
    """Where there is none, or none is good, the damaged file stays where it is."""
    flip(store.live, at=100)
    before = store.live.read_bytes()
    with pytest.raises(WarehouseError, match="There is no good backup: nothing was changed"):
        restored(store)
    assert store.live.read_bytes() == before
    assert not store.quarantine.exists()


def test_what_is_no_backup_is_refused(store: Store, tmp_path: Path) -> None:
    """A database of another kind, one of a newer Amur, a copy with its log beside it, and the warehouse itself."""
    foreign = tmp_path / "foreign.duckdb"
    connect(foreign).close()
    newer = Store(tmp_path / "newer", migrations=(*schema.migrations(), LATER)).open()
    copy = tmp_path / "copy.duckdb"
    copy.write_bytes(store.live.read_bytes())
    Path(f"{copy}.wal").write_bytes(Path(f"{store.live}.wal").read_bytes())
    for source, words in (
        (foreign, "not an Amur warehouse"),
        (newer.live, "made by a newer Amur"),
        (copy, "has a log beside it"),
        (store.live, "is the warehouse itself"),
    ):
        with pytest.raises(WarehouseError, match=words):
            restored(store, source=source)
    assert last_pass(store) == NOW


def test_a_file_that_is_open_elsewhere_is_not_moved(store: Store) -> None:
    """While another program has the live file open, nothing is put in its place."""
    back_up(store, NOW, free=0)
    script = "import sys, time, duckdb; con = duckdb.connect(sys.argv[1]); print('ready', flush=True); time.sleep(60)"
    with process(script, store.live), pytest.raises(backup.InUse, match="close it there"):
        restored(store)
    assert not store.quarantine.exists()


@pytest.mark.parametrize(
    ("module", "function"), [("restore", "copy_private"), ("restore", "flush"), ("path", "replace")]
)
def test_a_killed_restore_is_done_by_the_next(store: Store, module: str, function: str) -> None:
    """Killed anywhere it leaves the old file or none, never half of one; the next restore ends what it began."""
    back_up(store, NOW, free=0)
    a_pass(store, NOW + DAY)
    with store.exclusive():
        pass
    flip(store.live, at=100)
    killed(store, "restore", module, function)
    if not os.path.lexists(store.live):
        with pytest.raises(WarehouseError, match="`amur restore`"):
            Store(store.folder).open()
    restored(store, NOW + DAY)
    assert last_pass(store.open()) == NOW
    assert not (store.folder / "live.restoring").exists()
    assert len(list(store.quarantine.glob("*/live.duckdb"))) == 1


def test_the_journal_outlives_a_restore(store: Store) -> None:
    """What was noted stays where it is: it is how the next pass knows what was lost."""
    back_up(store, NOW, free=0)
    a_pass(store, NOW + DAY)
    restored(store)
    assert len(Journal(store.journal.path).read().passes) == 2
