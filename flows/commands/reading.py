"""What is remembered, for commands that only look: from the published file, or from the live one."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

if TYPE_CHECKING:
    from warehouse.connect import Connection, WarehouseError

# A pass writes in short transactions; whoever only looks waits for a few of them and no more.
PATIENCE = 10.0  # seconds


def remembers(data: Path) -> bool:
    """Whether any pass has left something here."""
    return any((data / name).exists() for name in ("live.duckdb", "amur.duckdb"))


@contextmanager
def as_published(data: Path) -> Iterator[Connection]:
    """The published file: nobody is in anybody's way. Before the first pass has published, the live one.

    Raises `WarehouseError` when there is neither.
    """
    from warehouse.connect import present
    from warehouse.query import published
    from warehouse.store import Store

    store = Store(data, patience=PATIENCE)
    behind = not present(store.published) and present(store.live)
    with store.transaction() if behind else published(store.published) as con, _as_this_amur_knows_it(con):
        yield con


def say_behind(error: WarehouseError, published: Path) -> None:
    """Say why what follows is not how things stand now."""
    click.echo(f"Note: {error} What follows is from {published}, as of the last publication.", err=True)


@contextmanager
def as_of_now(data: Path, on_behind: Callable[[WarehouseError, Path], None] = say_behind) -> Iterator[Connection]:
    """The live file, whatever a pass is doing; where it is not to be had in time, the published one.

    `on_behind` is told why, and which file that is. Raises `WarehouseError` when neither can be read.
    """
    from warehouse.query import published
    from warehouse.store import Store, WarehouseError

    store = Store(data, patience=PATIENCE)
    with ExitStack() as stack:
        try:
            con = stack.enter_context(store.transaction())
        except WarehouseError as error:
            if not store.published.exists():
                raise
            con = stack.enter_context(published(store.published))
            on_behind(error, store.published)
        stack.enter_context(_as_this_amur_knows_it(con))
        yield con


@contextmanager
def _as_this_amur_knows_it(con: Connection) -> Iterator[None]:
    """Say so where a question fails because the file has not got all that this Amur asks for."""
    from warehouse.connect import EngineError, WarehouseError
    from warehouse.schema import migrations

    held = con.execute("SELECT version FROM schema_versions").fetchall()
    try:
        yield
    except EngineError as error:
        if {migration.version for migration in migrations()} <= {version for (version,) in held}:
            raise
        raise WarehouseError("The warehouse was made by an earlier Amur: `amur run` brings it up to date.") from error
