"""Restore: a good copy in the place of a live file that is damaged or gone; the old one goes into quarantine."""

from __future__ import annotations

import os
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

from warehouse.backup import Backup, InUse, examine, listed, require_room
from warehouse.connect import Damaged, WarehouseError, copy_private, flush, writable
from warehouse.journal import NotedPass
from warehouse.store import Store


@dataclass(frozen=True, slots=True)
class Plan:
    """What would be put in place, found good: `source` is what it was copied from.

    `state` is how the live file is now, and `why` says more; `lost` are the passes that the copy does not know,
    by the journal. `passed_over` says why newer copies are not taken.
    """

    state: Literal["whole", "unusable", "gone"]
    why: str
    source: Path
    backup: Backup
    lost: tuple[NotedPass, ...]
    passed_over: tuple[str, ...]


@contextmanager
def prepared(store: Store, source: Path | None = None) -> Iterator[Plan]:
    """Make ready what is to be put in place: `source`, or the newest copy that is good. Nothing else is touched.

    Where only the log of the live file is damaged, the newest copy is the live file without it. Ask for it under the
    pass lock; the database lock is held. Raises WarehouseError where no copy is good, InUse where the live file is
    open elsewhere.
    """
    if source and source.resolve() == store.live.resolve():
        raise WarehouseError(f"{source} is the warehouse itself: name a backup of it.")
    with store.closed(), writable(store.live):
        state, why = _condition(store)
        made, passed_over = _made(store), []
        try:
            for candidate in [source] if source else _candidates(store, state):
                try:
                    backup = _copied(store, candidate, made)
                except WarehouseError as error:
                    passed_over.append(str(error))
                    continue
                lost = _after(store, backup.last_pass)
                yield Plan(state, why, candidate, backup, lost, tuple(passed_over))
                return
        finally:
            if os.path.lexists(store.live):
                _remove(made)
    raise WarehouseError(" ".join(("There is no good backup: nothing was changed.", *passed_over)))


def put_in_place(store: Store, now: datetime) -> Path | None:
    """Move the live file with its log into quarantine, and put what was prepared in its place; where they went.

    Killed in between it leaves no live file, and what was prepared: the next `prepared` takes that up.
    """
    quarantine = None
    # The file first: without its log it might open, with fewer rows and without a word.
    for path in (store.live, Path(f"{store.live}.wal")):
        if os.path.lexists(path):
            quarantine = quarantine or _new_folder(store.quarantine / f"{now.astimezone(UTC):%Y%m%dT%H%M%SZ}")
            path.rename(quarantine / path.name)
    if quarantine:
        flush(quarantine)
    _made(store).replace(store.live)
    flush(store.folder)
    return quarantine


def _condition(store: Store) -> tuple[Literal["whole", "unusable", "gone"], str]:
    if not os.path.lexists(store.live):
        return "gone", f"{store.live} is gone."
    try:
        found = examine(store.live, store, whole=True)
    except InUse:
        raise
    except WarehouseError as error:
        return "unusable", str(error)
    last = f"{found.last_pass:%Y-%m-%d %H:%M} UTC" if found.last_pass else "none"
    return "whole", f"{store.live} can be read whole; its last pass: {last}."


def _candidates(store: Store, state: str) -> Sequence[Path]:
    here = {"whole": [], "unusable": [store.live], "gone": [_made(store)]}[state]
    return [*(path for path in here if path.is_file()), *(one.path for one in listed(store) if one.backup)]


def _copied(store: Store, source: Path, made: Path) -> Backup:
    log = Path(f"{source}.wal")
    if source != store.live and log.exists() and log.stat().st_size:
        raise WarehouseError(f"{source} has a log beside it: it is no backup, but a file in use, or one that was.")
    if source != made:
        if not source.is_file():
            raise WarehouseError(f"There is no file {source}.")
        require_room(store.folder, source.stat().st_size, "a copy of the backup")
        copy_private(source, made)
        flush(made)
    try:
        return examine(made, store, whole=True)
    except Damaged as error:
        raise Damaged(str(error).replace(str(made), str(source))) from error


def _after(store: Store, last_pass: datetime | None) -> tuple[NotedPass, ...]:
    return tuple(one for one in store.journal.read().passes if last_pass is None or one.started_at > last_pass)


def _new_folder(wanted: Path) -> Path:
    wanted.parent.mkdir(mode=0o700, exist_ok=True)
    for number in range(1, 100):
        folder = wanted if number == 1 else wanted.with_name(f"{wanted.name}-{number}")
        if not folder.exists():
            folder.mkdir(mode=0o700)
            return folder
    raise WarehouseError(f"{wanted.parent} is full of folders of this second: try again.")


def _made(store: Store) -> Path:
    return store.folder / "live.restoring"


def _remove(made: Path) -> None:
    for file in (made, Path(f"{made}.wal")):
        file.unlink(missing_ok=True)
