"""Backups: whole copies of the live file, each read through before it counts as one, and thinned out with age."""

from __future__ import annotations

import re
import shutil
from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from pathlib import Path

from warehouse import schema
from warehouse.connect import (
    Busy,
    Connection,
    FileLock,
    WarehouseError,
    connect_or_busy,
    copy_private,
    explained,
    flush,
    make_private,
    require_database,
    writable,
)
from warehouse.store import Store

_MEMORY = "256MB"  # a file is read through once, and nothing of it is wanted again
_NAME = re.compile(r"live\.backup-(\d{8})\.duckdb")
# What a copy has to have as many of as the file it was made from.
_COUNTED = ("passes", "entries", "articles", "alerts", "messages", "deliveries")
_TABLES = "SELECT table_name FROM duckdb_tables() WHERE NOT internal ORDER BY ALL"
_LATEST = "SELECT max(started_at) FROM passes WHERE finished_at IS NOT NULL"


class InUse(WarehouseError):  # noqa: N818  a state of affairs
    """Another program has the file open."""


@dataclass(frozen=True, slots=True)
class BackupRules:
    """How many backups are kept, and how many bytes of the disk are left free by a pass and by a backup."""

    daily: int = 7  # 0: a pass makes none
    weekly: int = 4
    free: int = 500_000_000


@dataclass(frozen=True, slots=True)
class Backup:
    """A whole warehouse in one file."""

    path: Path
    bytes: int
    last_pass: datetime | None  # the beginning of the last one that was over; None before the first
    counts: dict[str, int]  # rows, by table


@dataclass(frozen=True, slots=True)
class Listed:
    """A file that is called a backup; `backup` is None where it cannot be used, and `why` says why."""

    path: Path
    backup: Backup | None
    why: str = ""


def is_due(store: Store, now: datetime) -> bool:
    """Whether there is no backup of this UTC day."""
    return not _of_day(store, now).exists()


def back_up(store: Store, now: datetime, *, free: int, folder: Path | None = None) -> Backup:
    """Copy the live file to the backups, in place of an earlier one of the same UTC day; or to another `folder`.

    The database lock is held while the file is copied and no longer; the copy is then read through, every row of it,
    and takes its name last. `free` bytes are left on the disk. Raises WarehouseError.
    """
    target = folder / f"amur-backup-{now:%Y%m%d-%H%M%S}.duckdb" if folder else _of_day(store, now)
    made = target.with_suffix(".copying")
    lock = FileLock(store.folder / "backup.lock")
    with writable(target):
        if not lock.take():
            raise WarehouseError("Another process is making a backup just now: wait for its end.")
        try:
            _make_place(target, store)
            with store.exclusive():
                _require_no_log(store.live)
                require_room(target.parent, store.live.stat().st_size + free, "a backup")
                with _opened(store.live) as con:
                    counts = _counts(con)
                with writable(target):
                    copy_private(store.live, made)
            flush(made)
            backup = examine(made, store, whole=True)
            if backup.counts != counts:
                raise WarehouseError(f"The backup differs from {store.live} and was not kept: make another one.")
            made.replace(target)
            flush(target.parent)
        finally:
            made.unlink(missing_ok=True)
            lock.free()
    return replace(backup, path=target)


def rotate(store: Store, rules: BackupRules) -> int:
    """Remove the backups that are past keeping; how many that were."""
    by_day = _by_day(store)
    gone = by_day.keys() - kept(by_day, rules)
    for day in gone:
        by_day[day].unlink(missing_ok=True)
    return len(gone)


def kept(days: Collection[date], rules: BackupRules) -> frozenset[date]:
    """Of the days with a backup the newest ones, and of the weeks before these the last day of each of the newest."""
    newest_first = sorted(days, reverse=True)
    daily, older = newest_first[: rules.daily], newest_first[rules.daily :]
    weeks: dict[tuple[int, int], date] = {}
    for day in older:
        weeks.setdefault(day.isocalendar()[:2], day)
    return frozenset(daily) | frozenset(list(weeks.values())[: rules.weekly])


def listed(store: Store) -> list[Listed]:
    """The backups in the data folder by a short look, those made before an upgrade included; by last pass, descending.

    Those that cannot be used come last.
    """
    paths = [*_by_day(store).values(), *store.folder.glob("live.before-*.duckdb")]
    return sorted((_looked_at(path, store) for path in paths), key=_newness, reverse=True)


def examine(path: Path, store: Store, *, whole: bool) -> Backup:
    """What is in the warehouse at `path`; with `whole` once every row of every table was read.

    Raises Damaged when something of it cannot be read, WarehouseError when it is none or a newer Amur's, InUse.
    """
    require_database(path)
    with explained(path), _opened(path) as con:
        try:
            schema.pending(con, store.migrations)
        except WarehouseError as error:
            raise WarehouseError(f"{path} cannot be used: {error}") from error
        for (table,) in con.execute(_TABLES).fetchall() if whole else ():
            con.execute(f'SELECT bit_xor(hash(t)) FROM "{table}" AS t').fetchall()  # noqa: S608  names from the catalogue
        ((last_pass,),) = con.execute(_LATEST).fetchall()
        return Backup(path, path.stat().st_size, last_pass, _counts(con))


def require_room(folder: Path, needed: int, what: str) -> None:
    """Raises WarehouseError when the disk of `folder` has fewer than `needed` bytes left."""
    free = shutil.disk_usage(folder).free
    if free < needed:
        raise WarehouseError(
            f"The disk of {folder} has {free / 1e6:,.0f} MB left, and {what} needs {needed / 1e6:,.0f} MB (disk_full): "
            "free some space, or change free_mb under [keep] in amur.toml."
        )


def _of_day(store: Store, now: datetime) -> Path:
    return store.backups / f"live.backup-{now.astimezone(UTC):%Y%m%d}.duckdb"


def _by_day(store: Store) -> dict[date, Path]:
    named = ((_NAME.fullmatch(path.name), path) for path in store.backups.glob("*"))
    return {datetime.strptime(name[1], "%Y%m%d").date(): path for name, path in named if name}  # noqa: DTZ007  a day in UTC


def _make_place(target: Path, store: Store) -> None:
    if target.parent == store.backups:
        target.parent.mkdir(mode=0o700, exist_ok=True)
        make_private(target.parent)
        for leftover in target.parent.glob("*.copying"):  # of a backup that was killed
            leftover.unlink()
    elif not target.parent.is_dir():
        raise WarehouseError(f"There is no folder {target.parent}: make it, or name another one.")
    elif target.exists():
        raise WarehouseError(f"{target} is there already: try again in a second.")


def _require_no_log(live: Path) -> None:
    log = Path(f"{live}.wal")
    if log.exists() and log.stat().st_size:
        # A copy of the file alone would lack what stands in its log.
        raise WarehouseError(f"Another program reads {live}: close it there, and make the backup again.")


def _looked_at(path: Path, store: Store) -> Listed:
    try:
        return Listed(path, examine(path, store, whole=False))
    except WarehouseError as error:
        return Listed(path, None, str(error))


def _newness(one: Listed) -> tuple[bool, float, float]:
    last_pass = one.backup.last_pass if one.backup else None
    return one.backup is not None, last_pass.timestamp() if last_pass else 0.0, one.path.stat().st_mtime


@contextmanager
def _opened(path: Path) -> Iterator[Connection]:
    try:
        con = connect_or_busy(path, read_only=True, memory=_MEMORY)
    except Busy as busy:
        raise InUse(f"{path} cannot be read: {busy}.") from busy
    try:
        yield con
    finally:
        con.close()


def _counts(con: Connection) -> dict[str, int]:
    asked = "SELECT count(*) FROM {}"
    return {table: int(con.execute(asked.format(table)).fetchall()[0][0]) for table in _COUNTED}
