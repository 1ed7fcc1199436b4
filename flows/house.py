"""What a pass works with: settings, warehouse, fetch client and workers, opened once and closed together."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Protocol, TypeVar

from extractors.fetch import Fetcher
from extractors.workers import Workers
from flows.settings import Settings
from warehouse.passes import PassRecord
from warehouse.records import Fetch
from warehouse.store import Store

T = TypeVar("T")


class Watch(Protocol):
    """Whoever looks on while a pass runs."""

    def begin(self, verb: str, total: int) -> None:
        """Say that `total` more items of `verb` are about to be worked on."""

    def advance(self, verb: str, *, failed: bool = False) -> None:
        """Say that one item of `verb` is done."""


class Unwatched:
    """Nobody looks on."""

    def begin(self, verb: str, total: int) -> None:
        pass

    def advance(self, verb: str, *, failed: bool = False) -> None:
        pass


@dataclass(frozen=True, slots=True)
class House:
    """Everything a pass works with."""

    settings: Settings
    store: Store
    fetcher: Fetcher
    workers: Workers
    watch: Watch
    clock: Callable[[], datetime]
    models: Path | None = None  # the folder of what is learnt of the themes, if not the usual one


@dataclass(slots=True)
class Pass:
    """One run of the pass: the moment it takes for now, and what came of it so far."""

    now: datetime
    record: PassRecord
    notes: list[str] = field(default_factory=list)
    fetches: list[Fetch] = field(default_factory=list)  # of feeds, without their bodies

    @property
    def id(self) -> uuid.UUID:
        return self.record.pass_id

    @property
    def heard(self) -> bool:
        """Whether any server answered: our own network is up."""
        return any(fetch.status is not None for fetch in self.fetches)

    def count(self, **more: int) -> None:
        """Add to the counts of the record."""
        self.record = replace(self.record, **{name: getattr(self.record, name) + n for name, n in more.items()})


def batches(items: Sequence[T], size: int) -> Iterator[Sequence[T]]:
    """`items` in runs of `size`."""
    return (items[i : i + size] for i in range(0, len(items), size))


def until_none_is_left(house: House, verb: str, ask: Callable[[], Sequence[T]]) -> Iterator[Sequence[T]]:
    """Ask the warehouse for work, batch after batch."""
    while batch := ask():
        house.watch.begin(verb, len(batch))
        yield batch


def utc_now() -> datetime:
    """The one clock of the project."""
    return datetime.now(UTC)


@contextmanager
def open_house(
    settings: Settings, watch: Watch | None = None, clock: Callable[[], datetime] = utc_now
) -> Iterator[House]:
    """Open all that a pass needs; workers start with the first work they get.

    Raises `WarehouseError` when the warehouse cannot be opened.
    """
    store = Store(settings.data)
    store.open()
    with ExitStack() as stack:
        fetcher = stack.enter_context(Fetcher(settings.fetch, clock))
        workers = stack.enter_context(Workers(settings.workers))
        yield House(settings, store, fetcher, workers, watch or Unwatched(), clock)
