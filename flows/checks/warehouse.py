"""The warehouse: whether it opens, is this Amur's, agrees with what analysts read, and what lies about it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from flows.checks import Case, Finding, left_out, ok, trouble, warning
from warehouse import passes, schema
from warehouse.connect import Connection, FileLock, WarehouseError
from warehouse.journal import behind
from warehouse.query import published
from warehouse.store import Store

PATIENCE = 5.0  # seconds; a pass writes in short turns
RESTORE = "`amur restore` puts the newest good backup in its place."
LEFTOVERS = ("live.unborn*", "live.compacting*", "live.*.copying", "amur.copied*", "amur.made*", ".*.part")

_COUNTS = "SELECT (SELECT count(*) FROM articles), (SELECT count(*) FROM alerts)"


def live(case: Case) -> Iterator[Finding]:
    """Whether the live file opens, and is this Amur's."""
    store = _store(case)
    if store is None:
        yield left_out("the settings do not say where it is")
    elif not store.live.exists() and not store.published.exists():
        yield ok("none yet: `amur run` makes one")
    elif not store.live.exists():
        yield trouble(f"{store.live} is gone, but {store.published.name} is still there", RESTORE)
    else:
        yield from _opened(store)


def _opened(store: Store) -> Iterator[Finding]:
    try:
        with store.transaction() as con:
            steps = schema.pending(con, store.migrations)
        lost = "" if steps else behind(store)
    except WarehouseError as error:
        yield trouble(str(error), "Do what it says; if the file is damaged, " + RESTORE)
        return
    if steps:
        said = f"{store.live} is an older Amur's: {', '.join(step.name for step in steps)} to come"
        yield warning(said, "Nothing to do: the next pass upgrades it, and keeps a copy of it as it was.")
    elif lost:
        yield warning(lost, "The next pass catches up as far as can be: feeds are asked anew, nobody is told twice.")
    else:
        size = store.live.stat().st_size / 1e6
        yield ok(f"{store.live} opens: {size:,.1f} MB, schema {store.migrations[-1].name}")


def analysts(case: Case) -> Iterator[Finding]:
    """Whether the published file is there, is of the last pass, and agrees with the live one."""
    store = _store(case)
    if store is None or not store.live.is_file():
        return
    try:
        with store.transaction() as con:
            ours = None if schema.pending(con, store.migrations) else _told(con)
            last = [record for record in passes.last(con, 5) if record.finished_at] if ours else []
    except WarehouseError:
        return  # which another check tells
    if not store.published.exists():
        advice = "`amur run` publishes at its end; `amur status` says how the last one ended."
        yield warning(f"{store.published} is not there", advice) if last else ok("not published yet")
        return
    try:
        with published(store.published) as con:
            theirs, at = _told(con), _published_at(con)
    except WarehouseError as error:
        yield trouble(str(error), "Move it away: `amur run` publishes a new one.")
        return
    if ours and (theirs[0] > ours[0] or theirs[1] > ours[1]):
        ours_in_words = f"the live file's {ours[0]:,} and {ours[1]:,}"
        said = f"it has {theirs[0]:,} articles and {theirs[1]:,} alerts, more than {ours_in_words}"
        yield trouble(said, "An older live file was put in place, or this one was cut: " + RESTORE)
    elif last and last[0].started_at > at and not _pass_runs(store):
        said = f"it is of {at:%Y-%m-%d %H:%M} UTC, older than the last pass"
        yield warning(said, "`amur run` publishes anew; its message says what is in the way.")
    else:
        yield ok(f"of {at:%Y-%m-%d %H:%M} UTC; articles: {theirs[0]:,}, alerts: {theirs[1]:,}")


def leftovers(case: Case) -> Iterator[Finding]:
    """Files in quarantine, and what killed processes left."""
    store = _store(case)
    if store is None or not store.folder.is_dir():
        return
    aside = sorted(store.quarantine.iterdir()) if store.quarantine.is_dir() else []
    if aside:
        said = f"{store.quarantine} holds {len(aside)} damaged or replaced warehouses"
        yield warning(said, "Keep them as long as you may want to look at them, then remove the folder.")
    # What a running pass or a compaction is at work on is no leftover.
    left = [] if _pass_runs(store) else sorted({p for glob in LEFTOVERS for p in store.folder.glob(glob)})
    if left:
        size = sum(path.stat().st_size for path in left) / 1e6
        said = f"left behind by a killed process: {', '.join(path.name for path in left)} ({size:,.1f} MB)"
        yield warning(said, f"The next pass clears most of it away; if not, remove it from {store.folder}.")
    if not aside and not left:
        yield ok("nothing lies about")


def _store(case: Case) -> Store | None:
    return Store(case.data, patience=PATIENCE) if case.data else None


def _pass_runs(store: Store) -> bool:
    lock: Path = store.folder / "pass.lock"
    return lock.is_file() and FileLock(lock).is_held()


def _told(con: Connection) -> tuple[int, int]:
    (counts,) = con.execute(_COUNTS).fetchall()
    return int(counts[0]), int(counts[1])


def _published_at(con: Connection) -> datetime:
    ((at,),) = con.execute("SELECT published_at FROM publication").fetchall()
    assert isinstance(at, datetime)  # noqa: S101  by the type of the column
    return at
