"""Compact: the live file written anew. The engine never gives back what rows that went took on disk."""

from __future__ import annotations

import os
import shutil
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from warehouse import schema
from warehouse.connect import (
    Connection,
    WarehouseError,
    close,
    connect_beside,
    explained,
    flush,
    make_private,
    writable,
)
from warehouse.store import Store

_ROOM = 64_000_000  # bytes beside the new file itself
_COLUMNS = """
SELECT table_name, list(column_name ORDER BY column_name)
FROM duckdb_columns()
WHERE database_name = ? AND NOT internal AND table_name IN (SELECT table_name FROM duckdb_tables())
GROUP BY table_name
ORDER BY table_name
"""


@dataclass(frozen=True, slots=True)
class Compaction:
    """What it brought: the file's size in bytes before and after, and the rows in it."""

    before: int
    after: int
    rows: int


def compact(store: Store) -> Compaction:
    """Write the live file anew and put it in the old one's place, once every row of every table is found in it.

    Others wait meanwhile; ask for it under the pass lock. Killed at any point it leaves the old file or the new one,
    whole, and at most `live.compacting` beside it, which the next one clears away. Raises WarehouseError.
    """
    made = store.folder / "live.compacting"
    with store.exclusive(), explained(store.live), writable(store.live):
        _remove(made)
        before = store.live.stat()
        _require_room(store.live, before.st_size)
        try:
            rows = _copy(store, made)
            flush(made)
            _require_untouched(store.live, before)
            made.replace(store.live)
            flush(store.folder)
        finally:
            _remove(made)
    return Compaction(before.st_size, store.live.stat().st_size, rows)


def _copy(store: Store, made: Path) -> int:
    """Make a warehouse at `made` by the same steps as any, fill it from the live one, and compare; its rows."""
    con = connect_beside(made, store.live)
    try:
        make_private(made)
        schema.migrate(con, store.migrations)
        tables = _known_tables(con, made.stem)
        for table in tables:
            con.execute("BEGIN")
            con.execute(f'DELETE FROM "{table}"')  # noqa: S608  names from the catalogue
            con.execute(f'INSERT INTO "{table}" BY NAME SELECT * FROM source."{table}"')  # noqa: S608  same
            con.execute("COMMIT")
        con.execute("CHECKPOINT")
        rows = sum(_compared(con, table, columns) for table, columns in tables.items())
        con.execute("DETACH source")
        # Views are made anew whatever the copied books say: no view was copied.
        con.execute("DELETE FROM view_texts")
        schema.refresh_views(con, store.migrations)
        con.execute("CHECKPOINT")
    finally:
        close(con, made)
    return rows


def _known_tables(con: Connection, here: str) -> dict[str, list[str]]:
    """The tables of both files with their columns.

    Raises WarehouseError for a table or a column that this Amur would not make, or would.
    """
    made, held = (_tables(con, where) for where in (here, "source"))
    strange = sorted(table for table in {*made, *held} if made.get(table) != held.get(table))
    if strange:
        raise WarehouseError(
            f"The live file was left as it is: its table {strange[0]} is not as this Amur makes it, and might be lost."
        )
    return made


def _tables(con: Connection, where: str) -> dict[str, list[str]]:
    rows = con.execute(_COLUMNS, [where]).fetchall()
    return dict(rows)


def _compared(con: Connection, table: str, columns: Sequence[str]) -> int:
    """How many rows the table has. Raises WarehouseError unless both files have the same."""
    row = ", ".join(f'"{name}"' for name in columns)
    asked = f'SELECT count(*), bit_xor(hash({row})), sum(hash({row})::HUGEINT) FROM {{}}"{table}"'  # noqa: S608  names from the catalogue
    ours, theirs = (con.execute(asked.format(where)).fetchall()[0] for where in ("", "source."))
    if ours != theirs:
        raise WarehouseError(f"The copy of table {table} differs from it; the live file was left as it is.")
    return int(ours[0])


def _require_room(live: Path, size: int) -> None:
    free = shutil.disk_usage(live.parent).free
    if free < size + _ROOM:
        raise WarehouseError(
            f"To write {live} anew takes up to {(size + _ROOM) / 1e6:,.0f} MB, and its disk has {free / 1e6:,.0f} MB "
            "left: free some space and compact again; nothing was changed."
        )


def _require_untouched(live: Path, before: os.stat_result) -> None:
    now, log = live.stat(), Path(f"{live}.wal")
    touched = (now.st_ino, now.st_size, now.st_mtime_ns) != (before.st_ino, before.st_size, before.st_mtime_ns)
    # A log that is left would be replayed on a file that it was not written for.
    if touched or (log.exists() and log.stat().st_size):
        raise WarehouseError(f"Another program wrote to {live} meanwhile: close it there, and compact again.")
    log.unlink(missing_ok=True)


def _remove(made: Path) -> None:
    for file in (made, Path(f"{made}.wal")):
        file.unlink(missing_ok=True)
