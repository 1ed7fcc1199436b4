"""Questions to the published file: one SELECT at a time, read only, with no way out of the file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Timer

from warehouse.connect import (
    Connection,
    EngineError,
    Interrupted,
    Statement,
    WarehouseError,
    connect,
    explained,
    require_database,
)

_MOST_ROWS = 1_000_000
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
    """The question cannot be answered; the message is the engine's own first line."""


@dataclass(frozen=True, slots=True)
class Answer:
    """A table: names and types of its columns, and its rows."""

    columns: tuple[str, ...]
    types: tuple[str, ...]
    rows: tuple[tuple[object, ...], ...]


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
    if not path.exists():
        raise WarehouseError(f"There is no published warehouse at {path} yet: `amur run` makes one.")
    require_database(path)
    with explained(path):
        con = connect(path, read_only=True)
    try:
        yield con
    finally:
        con.close()


def ask(path: Path, sql: str, params: Sequence[object] | Mapping[str, object] = (), timeout: float = 60.0) -> Answer:
    """Answer one SELECT, EXPLAIN, DESCRIBE, SHOW or SUMMARIZE within `timeout` seconds. Raises QueryError."""
    with published(path) as con:
        clock = Timer(timeout, con.interrupt)
        clock.start()
        try:
            _require_question(con, sql)
            return _answer(con, sql, params)
        except Interrupted as error:
            raise QueryError(f"The question took longer than {timeout:g} s and was stopped.") from error
        except EngineError as error:
            raise QueryError((str(error) or type(error).__name__).splitlines()[0]) from error
        finally:
            clock.cancel()


def describe(path: Path) -> tuple[Relation, ...]:
    """All views, then all tables of the published file, by name."""
    with published(path) as con:
        columns: dict[str, list[Column]] = {}
        for relation, *values in con.execute(_COLUMNS).fetchall():
            columns.setdefault(relation, []).append(Column(*values))
        relations = con.execute(_RELATIONS).fetchall()
    return tuple(Relation(name, kind, comment, tuple(columns[name])) for name, kind, comment in relations)


def _require_question(con: Connection, sql: str) -> None:
    kinds = [statement.type for statement in con.extract_statements(sql)]
    if len(kinds) != 1:
        raise QueryError(f"One statement at a time, please: here are {len(kinds)}.")
    if kinds[0] not in (Statement.SELECT, Statement.EXPLAIN):
        raise QueryError("Only questions are answered: SELECT, FROM, EXPLAIN, DESCRIBE, SHOW or SUMMARIZE.")


def _answer(con: Connection, sql: str, params: Sequence[object] | Mapping[str, object]) -> Answer:
    con.execute(sql, params if isinstance(params, Mapping) else list(params))
    described = con.description or []
    rows = con.fetchmany(_MOST_ROWS + 1)
    if len(rows) > _MOST_ROWS:
        raise QueryError(f"The answer has more than {_MOST_ROWS:,} rows: ask for less with LIMIT or GROUP BY.")
    return Answer(tuple(d[0] for d in described), tuple(str(d[1]) for d in described), tuple(rows))
