"""The live warehouse: one folder, one file that only the pipeline opens, one transaction at a time."""

from __future__ import annotations

import json
import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from typing import TypeVar

from warehouse import schema
from warehouse.connect import (
    LIVE,
    Busy,
    Connection,
    EngineError,
    FileLock,
    WarehouseError,
    close,
    connect,
    connect_or_busy,
    copy_private,
    explained,
    make_private,
    patiently,
    present,
    require_database,
    writable,
)
from warehouse.journal import Journal
from warehouse.pages import PageStore

__all__ = ["PassRunning", "Store", "WarehouseError"]
T = TypeVar("T")


class PassRunning(WarehouseError):  # noqa: N818  a state of affairs, which the caller reports
    """Another pass holds the pass lock; `since` and `pid` are None where its note could not be read."""

    def __init__(self, since: datetime | None, pid: int | None) -> None:
        self.since = since
        self.pid = pid
        when = f" since {since:%Y-%m-%d %H:%M} UTC" if since else ""
        who = f" (process {pid})" if pid else ""
        super().__init__(f"Another pass is running{when}{who}; wait for its end, or stop it.")


class Store:
    """A warehouse in `folder`; nothing is touched before `open`.

    `patience` is how many seconds to wait for others that hold the file.
    """

    def __init__(
        self, folder: Path, *, patience: float = 60.0, migrations: Sequence[schema.Migration] | None = None
    ) -> None:
        self.folder = folder
        self.live = folder / LIVE
        self.published = folder / "amur.duckdb"
        self.backups = folder / "backups"
        self.quarantine = folder / "quarantine"
        self.pages = PageStore(folder / "pages")
        self.journal = Journal(folder / "journal.jsonl")
        self.patience = patience
        self.migrations = tuple(migrations) if migrations is not None else schema.migrations()

    def open(self) -> Store:
        """Make the warehouse, or bring it up to this Amur's tables and views; returns itself.

        Raises WarehouseError when it is newer, damaged, held by others, or not a warehouse.
        """
        try:
            self.folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise WarehouseError(f"The folder {self.folder} cannot be made: {error.strerror}.") from error
        with explained(self.live), writable(self.live):
            lock = self._lock()
            try:
                self._close_to_others()
                if os.path.lexists(self.live):
                    self._upgrade()
                else:
                    self._require_no_history()
                    self._create()
            finally:
                lock.free()
        return self

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """One transaction on the live file, opened for it alone: committed at the end, rolled back on any exception.

        Keep it short and never put one inside another: everybody else waits. Raises WarehouseError.
        """
        if not present(self.live):
            raise WarehouseError(f"There is no warehouse in {self.folder} yet: `amur run` makes one.")
        with explained(self.live):
            lock = self._lock()
            try:
                con = self._patiently(lambda: connect_or_busy(self.live))
                try:
                    yield from _transaction(con)
                finally:
                    close(con, self.live)
            finally:
                lock.free()

    @contextmanager
    def exclusive(self) -> Iterator[None]:
        """Hold the database lock with the live file checkpointed and closed, to copy it."""
        with explained(self.live), self.closed():
            self._checkpoint()
            yield

    @contextmanager
    def closed(self) -> Iterator[None]:
        """Hold the database lock, in whatever state the live file is. Raises WarehouseError."""
        with writable(self.live):
            lock = self._lock()
            try:
                yield
            finally:
                lock.free()

    @contextmanager
    def pass_lock(self, now: datetime) -> Iterator[None]:
        """Be the one pass that runs; raises PassRunning at once when another is. Other transactions go on."""
        lock = FileLock(self.folder / "pass.lock")
        with writable(self.folder / "pass.lock"):
            if not lock.take(json.dumps({"pid": os.getpid(), "since": now.isoformat()})):
                raise _running(lock.note())
        try:
            yield
        finally:
            lock.free()

    def _lock(self) -> FileLock:
        lock = FileLock(self.folder / "live.lock")

        def take() -> None:
            if not lock.take():
                raise Busy("another Amur process is writing to it: wait for its end, or stop it")

        with writable(self.live):
            self._patiently(take)
        return lock

    def _require_no_history(self) -> None:
        # An empty warehouse would be published over all that analysts have, and burn-in would begin anew.
        left = [path for path in (self.published, self.backups, self.quarantine) if path.exists()]
        if left:
            names = ", ".join(path.name for path in left)
            raise WarehouseError(
                f"{self.live} is gone, but {left[0]} is still there: `amur restore` puts the newest good backup in its "
                f"place. To begin anew, move {names} and {self.journal.path.name} away too."
            )

    def _close_to_others(self) -> None:
        # What an earlier Amur, or a backup put in place by hand, left readable.
        for path in (p for ours in ("live.*", "*.lock", "journal.*") for p in self.folder.glob(ours)):
            if path.is_file():
                make_private(path)

    def _patiently(self, attempt: Callable[[], T]) -> T:
        try:
            return patiently(attempt, self.patience)
        except Busy as busy:
            raise WarehouseError(f"{self.live} was not to be had for {self.patience:.0f} s: {busy}.") from busy

    def _create(self) -> None:
        # Made under another name: a process killed half-way leaves no warehouse rather than half of one.
        unborn = self.live.with_suffix(".unborn")
        for leftover in (unborn, Path(f"{unborn}.wal")):
            leftover.unlink(missing_ok=True)
        con = connect(unborn)
        try:
            schema.migrate(con, self.migrations)
            schema.refresh_views(con, self.migrations)
            con.execute("CHECKPOINT")
        finally:
            close(con, unborn)
        unborn.replace(self.live)

    def _upgrade(self) -> None:
        require_database(self.live)
        con = self._patiently(lambda: connect_or_busy(self.live))
        try:
            steps = self._pending(con)
            if not steps:
                schema.refresh_views(con, self.migrations)
                return
        finally:
            close(con, self.live)
        self._checkpoint()
        self._back_up(f"before-{steps[0].name}")
        con = connect(self.live)
        try:
            schema.migrate(con, steps)
            schema.refresh_views(con, self.migrations)
            con.execute("CHECKPOINT")
        finally:
            close(con, self.live)

    def _pending(self, con: Connection) -> list[schema.Migration]:
        try:
            return schema.pending(con, self.migrations)
        except WarehouseError as error:
            raise WarehouseError(f"{self.live} cannot be used: {error}") from error

    def _checkpoint(self) -> None:
        con = self._patiently(lambda: connect_or_busy(self.live))
        try:
            con.execute("CHECKPOINT")
        finally:
            close(con, self.live)

    def _back_up(self, why: str) -> None:
        backup = self.folder / f"live.{why}.duckdb"
        copy = backup.with_suffix(".copying")
        copy_private(self.live, copy)
        copy.replace(backup)


def _transaction(con: Connection) -> Iterator[Connection]:
    con.execute("BEGIN")
    try:
        yield con
        con.execute("COMMIT")
    except BaseException:
        with suppress(EngineError):  # a failed COMMIT has rolled back already, and a dead connection cannot
            con.execute("ROLLBACK")
        raise


def _running(note: str) -> PassRunning:
    try:
        said = json.loads(note)
        return PassRunning(datetime.fromisoformat(said["since"]), int(said["pid"]))
    except (ValueError, KeyError, TypeError):  # its holder is between taking the lock and writing, or leaving it
        return PassRunning(None, None)
