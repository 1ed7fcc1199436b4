from __future__ import annotations

import stat
from datetime import date, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from builders import NOW, make_feed
from disks import a_pass, backup_of, flip, killed, warehouse_in
from warehouse import backup, feeds
from warehouse.backup import BackupRules, back_up, examine, kept
from warehouse.connect import Damaged, WarehouseError, connect
from warehouse.store import Store

DAY = timedelta(days=1)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """A warehouse after one pass."""
    return warehouse_in(tmp_path / "data")


# --- a backup --------------------------------------------------------------------------------------


def test_a_backup_is_the_whole_warehouse(store: Store) -> None:
    """What was committed is in the backup, also what stood in the log; it is its owner's alone, like its folder."""
    with store.transaction() as con:
        feeds.sync_feeds(con, [make_feed()])
    assert Path(f"{store.live}.wal").stat().st_size
    made = back_up(store, NOW, free=0)
    assert (made.path, made.last_pass, made.counts["passes"]) == (backup_of(store, NOW), NOW, 1)
    con = connect(made.path, read_only=True)
    assert con.execute("SELECT count(*) FROM feeds").fetchall() == [(1,)]
    con.close()
    assert [stat.S_IMODE(path.stat().st_mode) for path in (made.path, store.backups)] == [0o600, 0o700]
    assert [path.name for path in store.backups.iterdir()] == [made.path.name]


def test_a_backup_is_made_once_a_day(store: Store) -> None:
    """It is due on each UTC day until it is there, and a second one takes the place of the first."""
    assert backup.is_due(store, NOW)
    back_up(store, NOW, free=0)
    assert not backup.is_due(store, NOW)
    assert backup.is_due(store, NOW + DAY)
    a_pass(store, NOW + timedelta(hours=1))
    assert back_up(store, NOW, free=0).counts["passes"] == 2
    assert len(backup.listed(store)) == 1


def test_a_backup_is_made_while_others_write(store: Store) -> None:
    """The locks of a running pass do not keep a backup from being made between its transactions."""
    with store.pass_lock(NOW):
        assert back_up(store, NOW, free=0).counts["passes"] == 1
        a_pass(store, NOW + DAY)


def test_a_damaged_warehouse_is_not_backed_up(store: Store) -> None:
    """What cannot be read through never takes a backup's place, and leaves nothing behind."""
    good = back_up(store, NOW, free=0)
    before = good.path.read_bytes()
    flip(store.live, at=3 * 4096, every=4096)
    with pytest.raises(Damaged, match="is damaged"):
        back_up(store, NOW, free=0)
    assert [path.name for path in store.backups.iterdir()] == [good.path.name]
    assert good.path.read_bytes() == before


def test_a_disk_that_is_nearly_full_takes_no_backup(store: Store) -> None:
    """Where the file and the room to be left do not fit, a sentence says so, and nothing is written."""
    with pytest.raises(WarehouseError, match=r"MB left, and a backup needs .* MB \(disk_full\)"):
        back_up(store, NOW, free=10**16)
    assert list(store.backups.iterdir()) == []


def test_a_backup_goes_where_it_is_told(store: Store, tmp_path: Path) -> None:
    """Another folder gets a copy named by the second; one that is not there is not made."""
    (tmp_path / "usb").mkdir()
    made = back_up(store, NOW, free=0, folder=tmp_path / "usb")
    assert made.path == tmp_path / "usb" / f"amur-backup-{NOW:%Y%m%d-%H%M%S}.duckdb"
    assert examine(made.path, store, whole=True).counts == made.counts
    with pytest.raises(WarehouseError, match="There is no folder"):
        back_up(store, NOW, free=0, folder=tmp_path / "nowhere")
    with pytest.raises(WarehouseError, match="is there already"):
        back_up(store, NOW, free=0, folder=tmp_path / "usb")


@pytest.mark.parametrize("function", ["copy_private", "flush", "examine"])
def test_a_killed_backup_leaves_none(store: Store, function: str) -> None:
    """Killed before it is read through, a backup is none; the next one clears away what was left of it."""
    killed(store, "backup", "backup", function)
    assert backup.listed(store) == []
    back_up(store, NOW, free=0)
    assert [path.name for path in store.backups.iterdir()] == [backup_of(store, NOW).name]


# --- which are kept --------------------------------------------------------------------------------


def test_old_backups_are_thinned_out(store: Store) -> None:
    """Of three months of daily backups the last 7 days stay, and of the 4 weeks before each one's last day."""
    first, rules = date(2026, 1, 1), BackupRules()
    days: set[date] = set()
    for number in range(90):
        days = set(kept({*days, first + number * DAY}, rules))
    assert sorted(days)[-7:] == [first + n * DAY for n in range(83, 90)]
    weekly = sorted(days)[:-7]
    assert [day.isoweekday() for day in weekly[:-1]] == [7, 7, 7]
    assert weekly[-1] == first + 82 * DAY
    assert weekly[-1] - weekly[0] < timedelta(weeks=4)
    store.backups.mkdir()
    for day in (first + n * DAY for n in range(30)):
        (store.backups / f"live.backup-{day:%Y%m%d}.duckdb").touch()
    (store.backups / "mine.duckdb").touch()
    assert backup.rotate(store, rules) == 19
    assert (store.backups / "mine.duckdb").exists()


@given(st.sets(st.dates(date(2024, 1, 1), date(2027, 1, 1))), st.integers(1, 10), st.integers(0, 6))
def test_the_newest_backup_is_never_thinned_out(days: set[date], daily: int, weekly: int) -> None:
    """Of any days, no more are kept than asked for, the newest among them; and thinning out twice changes nothing."""
    rules = BackupRules(daily, weekly)
    once = kept(days, rules)
    assert once <= days
    assert len(once) <= daily + weekly
    assert not days or max(days) in once
    assert kept(once, rules) == once
