"""Who looks on while a pass runs: bars on a terminal, plain lines elsewhere."""

from __future__ import annotations

import math
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager, suppress
from dataclasses import dataclass, field

import click
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TaskID, TextColumn, TimeElapsedColumn

from flows.commands.printing import span
from flows.house import Watch

WORDS = {
    "walk": "archive pages",
    "poll": "feeds asked",
    "collect": "pages fetched",
    "read": "articles read",
    "revisit": "pages revisited",
    "learn": "sets of themes learnt",
    "judge": "articles judged",
    "tell": "messages sent",
}
WORTH_AN_ESTIMATE = 200  # items left
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

    def left(self) -> str:
        """How long the rest will take at this rate."""
        return f"about {span((self.total - self.done) / self.rate)}"

    def line(self, verb: str) -> str:
        return f"{WORDS[verb]}: {self.done:,} of {self.total:,}{self.less(verb)} ({self.rate:,.1f}/s)"

    def less(self, verb: str) -> str:
        """How many did not go as they should, if any."""
        return f", {self.failed:,} {INSTEAD.get(verb, 'failed')}" if self.failed else ""


class Lines:
    """One plain line per verb, once the next verb begins or all is over; for logs and pipes.

    With `every`, another one each time that so many seconds have passed, with how long it will take.
    """

    def __init__(self, every: float = math.inf) -> None:
        self._verb = ""
        self._count = _Count()
        self._every = every
        self._said_at = time.monotonic()

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
        if self._count.last >= self._said_at + self._every and self._count.done < self._count.total:
            self._said_at = self._count.last
            self._say(f"{self._count.line(self._verb)}, {self._count.left()} left")

    def close(self) -> None:
        """Say what came of the last verb, if it had anything to do."""
        if self._count.total:
            self._say(self._count.line(self._verb))
        self._verb, self._count = "", _Count()

    def _say(self, line: str) -> None:
        with suppress(OSError):  # that nobody listens any more must not end the pass
            click.echo(line, err=True)


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
        left = f", {count.left()} left" if count.total - count.done > WORTH_AN_ESTIMATE else ""
        note = f"{count.rate:,.1f}/s{left}{count.less(verb)}"
        self._progress.update(bar, completed=count.done, note=note)


@contextmanager
def watching(every: float = math.inf) -> Iterator[Watch]:
    """Look on in the way that suits standard error; without a terminal, with an estimate `every` so many seconds."""
    console = Console(stderr=True)
    if not console.is_terminal or console.is_dumb_terminal:
        with closing(Lines(every)) as lines:
            yield lines
        return
    columns = (TextColumn("{task.description:>15}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, TextColumn("{task.fields[note]}"), console=console) as progress:
        yield Bars(progress)
