"""The clock: everything that is dated here trusts it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

from flows.checks import Case, Finding, ok, trouble
from warehouse import passes, schema
from warehouse.connect import WarehouseError
from warehouse.store import Store

BUILT = datetime(2026, 11, 1, tzinfo=UTC)  # no clock that is right is behind this
SLACK = timedelta(minutes=2)  # two machines' clocks, or one that was put right, may differ by so much
PATIENCE = 5.0  # seconds
MEND = "Set it right (`timedatectl set-ntp true`)"


def now(case: Case) -> Iterator[Finding]:
    """Whether the clock can be right at all."""
    said = f"{case.now:%Y-%m-%d %H:%M:%S} UTC"
    if case.now < BUILT:
        yield trouble(f"it says {said}, which is before this Amur was written", f"{MEND}.")
    else:
        yield ok(said)


def history(case: Case) -> Iterator[Finding]:
    """Whether anything remembered lies ahead."""
    if not case.data or not (case.data / "live.duckdb").is_file():
        return
    store = Store(case.data, patience=PATIENCE)
    try:
        with store.transaction() as con:
            last = [] if schema.pending(con, store.migrations) else passes.last(con, 1)
    except WarehouseError:
        return  # which another check tells
    if last and last[0].started_at > case.now + SLACK:
        said = f"the last pass is dated {last[0].started_at:%Y-%m-%d %H:%M} UTC, which lies ahead"
        advice = f"{MEND}. If it was ahead when that pass ran, feeds rest until the time is reached: `amur restore`."
        yield trouble(said, advice)
    elif last:
        yield ok(f"the last pass began {last[0].started_at:%Y-%m-%d %H:%M} UTC")
