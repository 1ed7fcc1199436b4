"""Who looks on while a pass runs: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from flows.house import Watch

WORDS = {
    "walk": "archive pages",
    "poll": "feeds asked",
    "collect": "pages fetched",
    "read": "articles read",
    "revisit": "pages revisited",
    "judge": "articles judged",
    "tell": "messages sent",
}
# What "failed" means for a verb, where nothing did.
INSTEAD = {"read": "by what their feed says of them"}


@dataclass(slots=True)
class _Count:
    total: int = 0
    done: int = 0
    failed: int = 0
    since: float = field(default_factory=time.monotonic)
    last: float = field(default_factory=time.monotonic)  # when the last item was done

    def advance(self, *, failed: bool) -> None:
        self.done += 1
        self.failed += failed
        self.last = time.monotonic()

    @property
    def rate(self) -> float:
        """Items per second."""
        return self.done / max(self.last - self.since, 0.001)

    def line(self, verb: str) -> str:
        return f"{WORDS[verb]}: {self.done:,} of {self.total:,}{self.less(verb)} ({self.rate:,.1f}/s)"

    def less(self, verb: str) -> str:
        """How many did not go as they should, if any."""
        return f", {self.failed:,} {INSTEAD.get(verb, 'failed')}" if self.failed else ""


class Lines:
    """One plain line per verb, once the next verb begins or all is over; for logs and pipes."""

    def __init__(self) -> None:
        self._verb = ""
        self._count = _Count()

    def begin(self, verb: str, total: int) -> None:
        """Say that `total` more items are to come: of the verb that goes on, or of the next one."""
        if verb != self._verb:
            self.close()
            self._verb, self._count = verb, _Count()
        self._count.total += total

    def advance(self, verb: str, *, failed: bool = False) -> None:
        """Say that one item is done."""
        del verb  # the one that began last
        self._count.advance(failed=failed)

    def close(self) -> None:
        """Say what came of the last verb, if it had anything to do."""
        if self._count.total:
            with suppress(OSError):  # that nobody listens any more must not end the pass
                click.echo(self._count.line(self._verb), err=True)
        self._verb, self._count = "", _Count()


class Bars:
    """One bar per verb, with the rate and what failed; for a terminal."""

    def __init__(self, progress: Progress) -> None:
        self._progress = progress
        self._bars: dict[str, tuple[TaskID, _Count]] = {}

    def begin(self, verb: str, total: int) -> None:
        """Say that `total` more items are to come."""
        if verb not in self._bars:
            self._bars[verb] = (self._progress.add_task(WORDS[verb], total=0, note=""), _Count())
        bar, count = self._bars[verb]
        count.total += total
        self._progress.update(bar, total=count.total)

    def advance(self, verb: str, *, failed: bool = False) -> None:
        """Say that one item is done."""
        bar, count = self._bars[verb]
        count.advance(failed=failed)
        note = f"{count.rate:,.1f}/s{count.less(verb)}"
        self._progress.update(bar, completed=count.done, note=note)


@contextmanager
def watching() -> Iterator[Watch]:
    """Look on in the way that suits standard error."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        with closing(Lines()) as lines:
            yield lines
        return
    columns = (TextColumn("{task.description:>15}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console) as progress:
        yield Bars(progress)
