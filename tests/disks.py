"""A warehouse whose disk fails it, for tests of backup and restore."""

from __future__ import annotations

import signal
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from builders import NOW, key
from processes import process
from warehouse import passes
from warehouse.store import Store


def warehouse_in(folder: Path) -> Store:
    """A warehouse after one pass."""
    made = Store(folder, patience=1).open()
    a_pass(made, NOW)
    return made


def a_pass(store: Store, at: datetime) -> None:
    with store.transaction() as con:
        over = replace(passes.begin(con, key(str(at)), at), finished_at=at, outcome="complete")
        passes.finish(con, over)
    store.journal.passed(over)


def last_pass(store: Store) -> datetime | None:
    with store.transaction() as con:
        return passes.last(con)[0].started_at


def backup_of(store: Store, at: datetime) -> Path:
    return store.backups / f"live.backup-{at:%Y%m%d}.duckdb"


def flip(path: Path, *, at: int = 0, every: int = 0) -> None:
    """Damage a file: one byte, or one in every so many from there."""
    content = bytearray(path.read_bytes())
    for place in range(at, len(content), every) if every else (at,):
        content[place] ^= 0x10
    path.write_bytes(content)


KILLED = """
import sys, time
from pathlib import Path
from builders import NOW
from warehouse import backup, restore
from warehouse.store import Store
def stop(*_, **__):
    print("ready", flush=True)
    time.sleep(60)
verb, module, name = sys.argv[2:]
setattr({"backup": backup, "restore": restore, "path": Path}[module], name, stop)
store = Store(Path(sys.argv[1]))
if verb == "backup":
    backup.back_up(store, NOW, free=0)
with restore.prepared(store):
    restore.put_in_place(store, NOW)
"""


def killed(store: Store, *where: str) -> None:
    """Begin in another process, and kill it -9 where it comes to a function."""
    with process(KILLED, store.folder, *where) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
