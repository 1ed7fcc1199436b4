"""The locks: who runs a pass, who writes just now, and what a dead process left behind."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import datetime, timedelta

from flows.checks import Case, Finding, ok, warning
from warehouse.connect import FileLock

LONG = timedelta(hours=6)  # a pass that takes longer hangs, or has a year to catch up with


def one_pass(case: Case) -> Iterator[Finding]:
    """Who holds the pass lock, and since when."""
    if not case.data or not (case.data / "pass.lock").is_file():
        yield ok("no pass has run yet")
        return
    lock = FileLock(case.data / "pass.lock")
    note = lock.note().strip()
    since, pid = _noted(note)
    who = f"process {pid}, since {since:%Y-%m-%d %H:%M} UTC" if since else "another process"
    # Asking the kernel keeps others off for a moment: without a note there is nobody to ask about.
    if not note:
        yield ok("free: no pass runs")
    elif not lock.is_held():
        said = f"free; {who} ran a pass and was killed"
        yield warning(said, "Nothing to do: the next pass finishes its work.")
    elif since and case.now - since > LONG:
        advice = (
            f"See what it does (the log, `amur status`); if it hangs, `kill {pid}`: the next pass goes on from there."
        )
        yield warning(f"a pass runs: {who}, for more than {LONG.total_seconds() / 3600:.0f} hours", advice)
    else:
        yield ok(f"a pass runs: {who}")


def database(case: Case) -> Iterator[Finding]:
    """Whether somebody writes just now."""
    if not case.data or not (case.data / "live.lock").is_file():
        yield ok("nothing has been written yet")
    elif FileLock(case.data / "live.lock").is_held():
        yield ok("another Amur process writes just now; such turns are short")
    else:
        yield ok("free")


def _noted(note: str) -> tuple[datetime | None, int | None]:
    try:
        said = json.loads(note)
        return datetime.fromisoformat(said["since"]), int(said["pid"])
    except (ValueError, KeyError, TypeError):
        return None, None
