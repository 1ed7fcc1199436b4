"""Publish: the live file, less what is not the analysts', put in place as one whole."""

from __future__ import annotations

import os
from datetime import datetime
from pathlib import Path

from warehouse.connect import Connection, FileLock, WarehouseError, connect_beside, copy_private, explained, writable
from warehouse.schema import create_views
from warehouse.store import Store

# What a delivery's detail quotes of a mail server may name the recipient.
_PRIVATE = {
    "messages": ("recipient", "body"),
    "alert_messages": ("recipient",),
    "deliveries": ("detail",),
    "corrections": ("recipient",),
    "verdicts": ("given_by",),
    "voice_verdicts": ("given_by",),
    "candidate_decisions": ("given_by",),
    "waits": ("recipient",),
}
# Of no use to whoever has the texts and what became of the pages, and there are many of them.
_OURS = (
    "view_texts",
    "sentence_prints",
    "senses",
    "uncompared",
    "learnt",
    "residuals",
    "heard_terms",
    "known",
    "term_frequencies",
    "page_texts",
    "boilerplate",
    "misreadings",
    "robots",
    "upkeep",
    "addressees",
    "passed_over",
)


def publish(store: Store, now: datetime) -> Path:
    """Make the analysts' file anew from what is committed; its path.

    The database lock is held while the live file is copied and no longer; whoever has the last published file
    open keeps it. Raises WarehouseError.
    """
    copied = store.folder / "amur.copied"
    made = store.folder / "amur.made"
    lock = FileLock(store.folder / "publish.lock")
    with explained(store.published), writable(store.published):
        if not lock.take():
            raise WarehouseError("Another process is publishing just now.")
        try:
            _remove(copied, made)
            with store.exclusive():
                copy_private(store.live, copied)
            _distil(store, copied, made, now)
            _put_in_place(made, store.published)
        finally:
            _remove(copied, made)
            lock.free()
    return store.published


def _distil(store: Store, copied: Path, made: Path, now: datetime) -> None:
    # Into a new file, table by table: what is only dropped or updated stays legible in a file's free blocks.
    con = connect_beside(made, copied)
    try:
        con.execute("BEGIN")
        for table in _tables(con):
            private = _PRIVATE.get(table, ())
            less = f"EXCLUDE ({', '.join(private)})" if private else ""
            con.execute(f'CREATE TABLE "{table}" AS SELECT * {less} FROM source."{table}"')  # noqa: S608  names from the catalogue
        con.execute("CREATE TABLE publication (published_at TIMESTAMPTZ NOT NULL)")
        con.execute("COMMENT ON TABLE publication IS 'one row per published file: when it was made'")
        con.execute("INSERT INTO publication VALUES (?)", [now])
        create_views(con, store.migrations)
        con.execute("COMMIT")
        con.execute("DETACH source")
        con.execute("CHECKPOINT")
    finally:
        con.close()


def _tables(con: Connection) -> list[str]:
    rows = con.execute("SELECT table_name FROM duckdb_tables() WHERE database_name = 'source' ORDER BY ALL").fetchall()
    return [name for (name,) in rows if name not in _OURS]


def _put_in_place(made: Path, published: Path) -> None:
    made.chmod(0o444)
    _sync(made)
    made.replace(published)
    _sync(published.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _remove(*paths: Path) -> None:
    for path in paths:
        for file in (path, Path(f"{path}.wal")):
            file.unlink(missing_ok=True)
