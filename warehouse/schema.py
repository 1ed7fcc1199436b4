"""Migrations and views: how the tables and views of a warehouse come about, and stay as this Amur means them."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from warehouse.connect import Connection, WarehouseError

_GRAIN = re.compile(r"^-- (one row per [^\n]*(?:\n-- [^\n]*)*)\nCREATE TABLE (\w+)", re.MULTILINE)
_BOOKS = """
-- one row per migration that was applied
CREATE TABLE schema_versions (
    version INTEGER PRIMARY KEY,
    name VARCHAR NOT NULL,
    applied_at TIMESTAMPTZ NOT NULL DEFAULT now()
);

-- one row per set of views, of which there is one: what its texts hash to
CREATE TABLE view_texts (digest VARCHAR NOT NULL);
"""


@dataclass(frozen=True, slots=True)
class Migration:
    """One step of the schema; `name` is its file's name without the ending."""

    version: int
    name: str
    sql: str


def migrations() -> tuple[Migration, ...]:
    """All migrations this Amur knows, in order."""
    return tuple(Migration(int(name[:4]), name, sql) for name, sql in _sql_files("migrations"))


def pending(con: Connection, known: Sequence[Migration]) -> list[Migration]:
    """What has yet to be applied. Raises WarehouseError for a newer warehouse, or for none at all."""
    if not _has_books(con):
        raise WarehouseError("it is a DuckDB database, but not an Amur warehouse; it was left as it is.")
    rows = con.execute("SELECT version, name FROM schema_versions ORDER BY version").fetchall()
    applied = dict(rows)
    last = known[-1]
    newer = [name for version, name in applied.items() if version > last.version]
    if newer:
        raise WarehouseError(
            f"it was made by a newer Amur: it has {', '.join(newer)}, and this one knows nothing after {last.name}. "
            "Install the newer Amur."
        )
    return [m for m in known if m.version not in applied]


def has(con: Connection, version: int) -> bool:
    """Whether the migration of that number was applied, for files that may be older than what is asked of them."""
    return con.execute("SELECT 1 FROM schema_versions WHERE version = ?", [version]).fetchone() is not None


def migrate(con: Connection, steps: Sequence[Migration]) -> None:
    """Apply `steps`, each in one transaction with the row that records it."""
    if not _has_books(con):
        con.execute(_BOOKS)
    for step in steps:
        con.execute("BEGIN")
        try:
            con.execute(step.sql)
            con.execute("INSERT INTO schema_versions (version, name) VALUES (?, ?)", [step.version, step.name])
        except BaseException:
            con.execute("ROLLBACK")
            raise
        con.execute("COMMIT")


def refresh_views(con: Connection, known: Sequence[Migration]) -> bool:
    """Make the views anew if their texts, or the tables under them, changed; whether they did."""
    texts = [*_BOOKS.splitlines(), *(m.sql for m in known), *(sql for _, sql in _sql_files("views"))]
    digest = hashlib.sha256("\n".join(texts).encode()).hexdigest()
    if con.execute("SELECT digest FROM view_texts").fetchall() == [(digest,)]:
        return False
    con.execute("BEGIN")
    for (name,) in con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall():
        con.execute(f'DROP VIEW "{name}"')
    create_views(con, known)
    con.execute("DELETE FROM view_texts")
    con.execute("INSERT INTO view_texts VALUES (?)", [digest])
    con.execute("COMMIT")
    return True


def create_views(con: Connection, known: Sequence[Migration]) -> None:
    """Make every view, and give every table that is there its grain as its comment."""
    for _, sql in _sql_files("views"):
        con.execute(sql)
    here = "SELECT table_name FROM duckdb_tables() WHERE database_name = current_database()"
    present = {name for (name,) in con.execute(here).fetchall()}
    for table, grain in _grains(_BOOKS, *(m.sql for m in known)).items():
        if table in present:
            escaped = grain.replace("'", "''")
            con.execute(f"COMMENT ON TABLE {table} IS '{escaped}'")


@cache
def _grains(*scripts: str) -> Mapping[str, str]:
    """What the comment above each CREATE TABLE says, by table."""
    found = (match.groups() for sql in scripts for match in _GRAIN.finditer(sql))
    return {table: " ".join(line.lstrip("- ") for line in text.splitlines()) for text, table in found}


def _has_books(con: Connection) -> bool:
    asked = (
        "SELECT count(*) FROM duckdb_tables() "
        "WHERE table_name = 'schema_versions' AND database_name = current_database()"
    )
    return con.execute(asked).fetchall() != [(0,)]


@cache
def _sql_files(folder: str) -> Sequence[tuple[str, str]]:
    """(name without ending, text) of the package's SQL files in `folder`, by name."""
    found = [f for f in files("warehouse").joinpath(folder).iterdir() if f.name.endswith(".sql")]
    return sorted((f.name.removesuffix(".sql"), f.read_text(encoding="utf-8")) for f in found)
