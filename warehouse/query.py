"""Questions to the published file: one SELECT at a time, read only, with no way out of the file."""

from __future__ import annotations

import difflib
import re
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from threading import Timer
from typing import BinaryIO

from warehouse.connect import (
    Connection,
    EngineError,
    Statement,
    WarehouseError,
    connect,
    explained,
    present,
    require_database,
)

TIMEOUT = 60.0  # seconds that the engine may work on one question

_BATCH = 5_000  # rows held at a time
_MOST_ROWS = 1_000_000
# What the engine says where it has lost the error that stopped it.
_LOST = ("closed pending query result", "INTERRUPT Error")
_HINTS = ("Did you mean", "Candidate bindings")
_RELATIONS = """
SELECT name, kind, coalesce(comment, '')
FROM (
    SELECT view_name AS name, 'view' AS kind, comment FROM duckdb_views() WHERE NOT internal
    UNION ALL
    SELECT table_name, 'table', comment FROM duckdb_tables() WHERE NOT internal
)
ORDER BY kind DESC, name
"""
_COLUMNS = """
SELECT table_name, column_name, data_type, coalesce(comment, '')
FROM duckdb_columns()
WHERE NOT internal
ORDER BY table_name, column_index
"""


class QueryError(WarehouseError):
    """The question cannot be answered; the message is the engine's own, less what only its makers read."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A table: names and types of its columns, and its rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


@dataclass(frozen=True, slots=True)
class Stream:
    """An answer as it comes: what has been handed on is not held. Only the engine's own time is counted."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    is_plan: bool  # the answer to EXPLAIN: key and text
    _con: Connection = field(repr=False)
    _clock: _Clock = field(repr=False)

    def batches(self) -> Iterator[list[tuple[object, ...]]]:
        """The rows, some thousands at a time."""
        while True:
            with self._clock.running():
                rows = self._con.fetchmany(_BATCH)
            if not rows:
                return
            yield rows

    def to_parquet(self, out: BinaryIO) -> int:
        """Write all rows to `out` as Parquet, with each column's name its own; how many there were.

        Raises QueryError for a type that Parquet has no place for.
        """
        from warehouse.rows import NotStorable, write_parquet

        with self._clock.running():
            reader = self._con.to_arrow_reader(_BATCH)
        try:
            with reader:  # left open, it would hold on to the connection after its end
                return write_parquet(reader.schema, self._timed(iter(reader)), numbered(self.columns), out)
        except NotStorable as error:
            raise QueryError(f"Parquet has no place for one of these types: cast it to another. ({error})") from error

    def _timed(self, batches: Iterator[object]) -> Iterator[object]:
        while True:
            with self._clock.running():
                try:
                    batch = next(batches, None)
                except OSError as error:  # so Arrow calls what goes wrong in the engine
                    raise EngineError(str(error)) from error
            if batch is None:
                return
            yield batch


class _Clock:
    """Stops the engine once it has worked so many seconds; who reads the answer may take his time."""

    def __init__(self, con: Connection, seconds: float) -> None:
        self._con = con
        self._left = seconds

    @property
    def is_over(self) -> bool:
        return self._left <= 0

    @contextmanager
    def running(self) -> Iterator[None]:
        timer = Timer(max(self._left, 0.0), self._con.interrupt)
        began = time.monotonic()
        timer.start()
        try:
            yield
        finally:
            timer.cancel()
            self._left -= time.monotonic() - began


@dataclass(frozen=True, slots=True)
class Column:
    """One column of a relation; `comment` is "" where there is none."""

    name: str
    type: str
    comment: str


@dataclass(frozen=True, slots=True)
class Relation:
    """A view or table of the published file; `comment` begins with its grain: one row per …"""

    name: str
    kind: str  # view | table
    comment: str
    columns: tuple[Column, ...]


@contextmanager
def published(path: Path) -> Iterator[Connection]:
    """The published file, read only and hardened. Raises WarehouseError when there is none that can be read."""
    if not present(path):
        raise WarehouseError(f"There is no published warehouse at {path} yet: `amur run` makes one.")
    require_database(path)
    with explained(path):
        con = connect(path, read_only=True)
    try:
        yield con
    finally:
        con.close()


@contextmanager
def asked(
    path: Path, sql: str, params: Sequence[object] | Mapping[str, object] = (), timeout: float = TIMEOUT
) -> Iterator[Stream]:
    """The answer to one SELECT, EXPLAIN, DESCRIBE, SHOW or SUMMARIZE, as it comes. Raises QueryError."""
    with published(path) as con:
        clock = _Clock(con, timeout)
        try:
            kind = _kind(con, sql)
            with clock.running():
                con.execute(sql, params if isinstance(params, Mapping) else list(params))
            described = con.description or []
            names, types = tuple(d[0] for d in described), tuple(str(d[1]) for d in described)
            yield Stream(names, types, kind == Statement.EXPLAIN, con, clock)
        except EngineError as error:
            # Not by the error's kind: a stream whose row fails is now and then said to be interrupted, too.
            if clock.is_over:
                raise QueryError(f"The question took longer than {timeout:g} s and was stopped.") from error
            raise QueryError(_in_words(con, error)) from error


def ask(path: Path, sql: str, params: Sequence[object] | Mapping[str, object] = (), timeout: float = TIMEOUT) -> Answer:
    """Like `asked`, but all of the answer at once. Raises QueryError."""
    rows: list[tuple[object, ...]] = []
    with asked(path, sql, params, timeout) as stream:
        for batch in stream.batches():
            rows += batch
            if len(rows) > _MOST_ROWS:
                raise QueryError(f"The answer has more than {_MOST_ROWS:,} rows: ask for less with LIMIT or GROUP BY.")
    return Answer(stream.columns, stream.types, tuple(rows))


def numbered(names: Sequence[str]) -> tuple[str, ...]:
    """The names, each its own: of several alike, the second ends in _2. Case tells none apart, as in SQL."""
    taken = {name.casefold() for name in names}
    seen: set[str] = set()
    given = []
    for name in names:
        one, number = name, 1
        while one.casefold() in seen or (number > 1 and one.casefold() in taken):
            number += 1
            one = f"{name}_{number}"
        seen.add(one.casefold())
        given.append(one)
    return tuple(given)


def describe(path: Path) -> tuple[Relation, ...]:
    """All views, then all tables of the published file, by name."""
    with published(path) as con:
        columns: dict[str, list[Column]] = {}
        for relation, *values in con.execute(_COLUMNS).fetchall():
            columns.setdefault(relation, []).append(Column(*values))
        relations = con.execute(_RELATIONS).fetchall()
    return tuple(Relation(name, kind, comment, tuple(columns[name])) for name, kind, comment in relations)


def _kind(con: Connection, sql: str) -> Statement:
    kinds = [statement.type for statement in con.extract_statements(sql)]
    if len(kinds) != 1:
        raise QueryError(f"One statement at a time, please: here are {len(kinds)}.")
    if kinds[0] not in (Statement.SELECT, Statement.EXPLAIN):
        raise QueryError("Only questions are answered: SELECT, FROM, EXPLAIN, DESCRIBE, SHOW or SUMMARIZE.")
    return kinds[0]


def _in_words(con: Connection, error: EngineError) -> str:
    """What is wrong, what was perhaps meant, and the place in the question."""
    lines = (str(error) or type(error).__name__).splitlines()
    if any(words in lines[0] for words in _LOST):
        return "A row of the answer cannot be worked out: look for a cast or a function that fails (TRY_CAST, TRY)."
    missing = re.fullmatch(r"Catalog Error: Table with name (\S+) does not exist!", lines[0])
    # The engine's own guess at a table is mostly one of its catalogue.
    hints = [_nearest(con, missing[1])] if missing else [line for line in lines[1:] if line.startswith(_HINTS)]
    at = next((at for at, line in enumerate(lines) if line.startswith("LINE ")), len(lines))
    return "\n".join([" ".join([lines[0], *hints]), *lines[at : at + 2]])


def _nearest(con: Connection, name: str) -> str:
    names = [known for known, *_ in con.execute(_RELATIONS).fetchall()]
    close = difflib.get_close_matches(name.lower(), names, n=1)
    return f'Did you mean "{close[0]}"?' if close else "`amur schema` names what there is."
