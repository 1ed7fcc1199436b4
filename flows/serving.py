"""Who serves: one `amur serve` for each data folder, and what it left there for others to read."""

from __future__ import annotations

import fcntl
import json
import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path

from warehouse.connect import FileLock

LOCK = "serve.lock"
PATIENCE = 1.0  # seconds; whoever only looks holds it for a moment


@dataclass(frozen=True, slots=True)
class Serving:
    """An `amur serve` at work: when it runs passes, in words, and the longest time between two of them."""

    pid: int
    since: datetime
    how: str
    gap: timedelta
    url: str


class AlreadyServed(Exception):  # noqa: N818  a state of affairs, which the caller reports
    """Another `amur serve` is at work on the same data; `serving` is None where its note could not be read."""

    def __init__(self, serving: Serving | None) -> None:
        who = f", process {serving.pid} since {serving.since:%Y-%m-%d %H:%M} UTC" if serving else ""
        super().__init__(f"Another `amur serve` is at work on this data{who}: stop that one first.")


@contextmanager
def claim(data: Path, how: str, gap: timedelta, url: str, now: datetime) -> Iterator[None]:
    """Be the one that serves `data`. Raises `AlreadyServed`; the kernel frees the claim of whoever dies."""
    data.mkdir(parents=True, exist_ok=True)
    lock = FileLock(data / LOCK)
    note = {"pid": os.getpid(), "since": now.isoformat(), "how": how, "gap": gap.total_seconds(), "url": url}
    until = time.monotonic() + PATIENCE
    while not lock.take(json.dumps(note)):
        if time.monotonic() > until:
            raise AlreadyServed(_read(lock.note()))
        time.sleep(0.05)
    try:
        yield
    finally:
        lock.free()


def who_serves(data: Path) -> Serving | None:
    """The `amur serve` that is at work on `data`, if there is one."""
    try:
        handle = os.open(data / LOCK, os.O_RDONLY | os.O_CLOEXEC)
    except OSError:
        return None
    try:
        fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return _read(os.read(handle, 4096).decode("utf-8", errors="replace"))
    finally:
        os.close(handle)
    return None


def _read(note: str) -> Serving | None:
    try:
        said = json.loads(note)
        since, gap = datetime.fromisoformat(said["since"]), timedelta(seconds=float(said["gap"]))
        return Serving(int(said["pid"]), since, str(said["how"]), gap, str(said["url"]))
    except (ValueError, KeyError, TypeError):  # its holder is between taking the lock and writing, or leaving it
        return None
