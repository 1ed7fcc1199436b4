"""What is remembered, for commands that only look: from the published file, or from the live one."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from warehouse.connect import Connection

# A pass writes in short transactions; whoever only looks waits for a few of them and no more.
PATIENCE = 10.0  # seconds


@contextmanager
def as_published(data: Path) -> Iterator[Connection]:
    """The published file: nobody is in anybody's way. Before the first pass has published, the live one.

    Raises `WarehouseError` when there is neither.
    """
    from warehouse.query import published
    from warehouse.store import Store

    store = Store(data, patience=PATIENCE)
    behind = not store.published.exists() and store.live.exists()
    with store.transaction() if behind else published(store.published) as con:
        yield con


@contextmanager
def as_of_now(data: Path) -> Iterator[Connection]:
    """The live file, whatever a pass is doing; where it is not to be had in time, the published one.

    Raises `WarehouseError` when neither can be read.
    """
    from warehouse.query import published
    from warehouse.store import Store, WarehouseError

    store = Store(data, patience=PATIENCE)
    with ExitStack() as stack:
        try:
            con = stack.enter_context(store.transaction())
        except WarehouseError:
            if not store.published.exists():
                raise
            con = stack.enter_context(published(store.published))
        yield con
