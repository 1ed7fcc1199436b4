"""Rows in and records out: bulk inserts and Parquet files through Arrow. The only file that imports pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import fields
from datetime import datetime
from typing import TYPE_CHECKING, Any, BinaryIO, Literal
from uuid import UUID

import pyarrow as pa

from warehouse.connect import Connection

if TYPE_CHECKING:
    from _typeshed import DataclassInstance

Row = Mapping[str, object]

_CHUNK = 10_000
_TEXT = pa.large_string()
_ARROW = {
    "BLOB": pa.large_binary(),
    "BIGINT": pa.int64(),
    "BOOLEAN": pa.bool_(),
    "DATE": pa.date32(),
    "DOUBLE": pa.float64(),
    "DOUBLE[]": pa.list_(pa.float64()),
    "INTEGER": pa.int32(),
    "TIMESTAMP WITH TIME ZONE": pa.timestamp("us", tz="UTC"),
    "UBIGINT": pa.uint64(),
    "UTINYINT": pa.uint8(),
    "UUID": pa.string(),
    "VARCHAR": _TEXT,
    "VARCHAR[]": pa.list_(pa.string()),
}


class NotStorable(Exception):  # noqa: N818  it says what the data are
    """A type that a format of files has no place for."""


def insert(
    con: Connection,
    table: str,
    rows: Sequence[Row],
    on_conflict: Literal["nothing", "replace", "fail"] = "nothing",
    only_where: str = "",
) -> int:
    """Insert `rows`, which all have the same keys: the names of columns; how many rows were inserted or replaced.

    `on_conflict` says what becomes of a row whose primary key is known; within the batch the first such row stands
    for "nothing", the last for "replace". `only_where` is a condition on `incoming`. Raises ValueError for a naive
    datetime, and what the engine raises.
    """
    if not rows:
        return 0
    types, key = _shape(con, table)
    columns = list(rows[0])
    if key and on_conflict != "fail":
        rows = _distinct(rows, key, last=on_conflict == "replace")
    statement = _statement(table, columns, types, _clause(on_conflict, columns, key), only_where)
    return sum(
        _insert_chunk(con, statement, _arrow(rows[at : at + _CHUNK], columns, types))
        for at in range(0, len(rows), _CHUNK)
    )


@contextmanager
def texts_as(con: Connection, name: str, **columns: Sequence[str]) -> Iterator[None]:
    """Columns of text that stand as a table of that name while it is held.

    For thousands of them: the engine takes some fifteen times as long over a list that it is given, for it tries to
    import pandas at every value.
    """
    with _registered(con, name, pa.table({column: pa.array(texts, _TEXT) for column, texts in columns.items()})):
        yield


def row_of(record: DataclassInstance, *, without: Sequence[str] = (), **more: object) -> dict[str, object]:
    """A record's fields as a row, less some, plus some."""
    return {f.name: getattr(record, f.name) for f in fields(record) if f.name not in without} | more


def columns_of(record: type[DataclassInstance], alias: str) -> str:
    """The columns named like a record's fields, in their order, for a SELECT."""
    return ", ".join(f"{alias}.{f.name}" for f in fields(record))


def written(keys: Iterable[UUID]) -> str:
    """Keys written out for an IN: those the engine looks up, while for a list of them it reads the whole table."""
    return ", ".join(f"'{key}'" for key in keys) or "NULL"


def write_parquet(schema: pa.Schema, batches: Iterable[pa.RecordBatch], names: Sequence[str], out: BinaryIO) -> int:
    """Write `batches` to `out` under these names of columns, one after the other; how many rows there were.

    Raises NotStorable for a type that Parquet has no place for.
    """
    from pyarrow import parquet

    named = pa.schema([field.with_name(name) for field, name in zip(schema, names, strict=True)])
    rows = 0
    try:
        with parquet.ParquetWriter(out, named, compression="zstd") as writer:
            for batch in batches:
                writer.write_batch(pa.RecordBatch.from_arrays(batch.columns, schema=named))
                rows += batch.num_rows
    except pa.ArrowNotImplementedError as error:
        raise NotStorable(str(error)) from error
    return rows


def _shape(con: Connection, table: str) -> tuple[dict[str, str], tuple[str, ...]]:
    """The types of a table's columns, and its primary key."""
    # Far cheaper than the catalogue's views, which bind every view there is before they tell of one table.
    columns = con.execute("SELECT name, type, pk FROM pragma_table_info(?)", [table]).fetchall()
    return {name: kind for name, kind, _ in columns}, tuple(name for name, _, in_key in columns if in_key)


def _distinct(rows: Iterable[Row], key: Sequence[str], *, last: bool) -> list[Row]:
    chosen: dict[tuple[object, ...], Row] = {}
    for row in rows:
        identity = tuple(row[column] for column in key)
        if last or identity not in chosen:
            chosen[identity] = row
    return list(chosen.values())


def _clause(on_conflict: str, columns: Sequence[str], key: Sequence[str]) -> str:
    if not key or on_conflict == "fail":
        return ""
    changing = [c for c in columns if c not in key]
    if on_conflict == "nothing" or not changing:
        return "ON CONFLICT DO NOTHING"
    changes = ", ".join(f"{c} = excluded.{c}" for c in changing)
    return f"ON CONFLICT ({', '.join(key)}) DO UPDATE SET {changes}"


def _statement(table: str, columns: Sequence[str], types: Mapping[str, str], clause: str, only_where: str) -> str:
    casts = ", ".join(f"CAST({c} AS {types[c]}) AS {c}" for c in columns)
    chosen = f"SELECT * FROM (SELECT {casts} FROM arrow_rows) AS incoming"  # noqa: S608  names from the catalogue
    condition = f"WHERE {only_where}" if only_where else ""
    return f"INSERT INTO {table} ({', '.join(columns)}) {chosen} {condition} {clause}"


def _insert_chunk(con: Connection, statement: str, chunk: pa.Table) -> int:
    with _registered(con, "arrow_rows", chunk):
        done = con.execute(statement).fetchone()
    return int(done[0]) if done else 0


@contextmanager
def _registered(con: Connection, name: str, table: pa.Table) -> Iterator[None]:
    con.register(name, table)
    try:
        yield
    finally:
        con.unregister(name)


def _arrow(rows: Sequence[Row], columns: Sequence[str], types: Mapping[str, str]) -> pa.Table:
    return pa.table({c: pa.array([_plain(row[c]) for row in rows], _ARROW[types[c]]) for c in columns})


def _plain(value: object) -> Any:
    if isinstance(value, UUID):
        return str(value)
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError(f"a datetime without a time zone: {value}")
    return value
