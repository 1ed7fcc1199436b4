"""Work in processes that can be killed: a hang, a crash or a memory bomb costs one item, never the pass.

The only file that knows Pebble.
"""

from __future__ import annotations

import ctypes
import logging
import multiprocessing
import os
import pickle
import signal
import sys
import time
from collections import deque
from collections.abc import Callable, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from concurrent.futures.process import BrokenProcessPool
from dataclasses import dataclass, field
from functools import lru_cache
from multiprocessing import resource_tracker
from types import TracebackType
from typing import TYPE_CHECKING, Any, Generic, Self, TypeVar

if TYPE_CHECKING:
    from pebble import ProcessPool

T = TypeVar("T")

_MIB = 1024 * 1024
_PR_SET_PDEATHSIG = 1  # <linux/prctl.h>
_THREADS = ("OMP_NUM_THREADS", "OPENBLAS_NUM_THREADS", "MKL_NUM_THREADS", "BLIS_NUM_THREADS", "NUMEXPR_NUM_THREADS")
_AHEAD = 2  # items in hand per worker: one at work and one waiting, so that a batch of pages is not pickled at once
_DETAIL = 300  # characters
_PATIENCE = 30.0  # seconds beyond two deadlines without any item done: the pool has lost one, and would wait for ever


@dataclass(frozen=True, slots=True)
class WorkerRules:
    """How many processes work, how much memory each may have, and after how many items it is replaced."""

    count: int = 2
    memory_mib: int = 4096
    tasks: int = 2000


@dataclass(frozen=True, slots=True)
class Failed:
    """An item that could not be done: deadline, crashed, memory, error, or the reason its exception carries."""

    reason: str
    detail: str


class Workers:
    """Processes that start with the first work they get, and keep from item to item what they have loaded.

    A context manager; leaving it ends the processes, whatever they are doing.
    """

    def __init__(self, rules: WorkerRules) -> None:
        self._rules = rules
        self._pool: ProcessPool | None = None
        self._keeper: ThreadPoolExecutor | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, traceback: TracebackType | None
    ) -> None:
        self._stop()

    def map(
        self,
        function: Callable[..., T],
        items: Sequence[tuple[Any, ...]],
        deadline: float,
        on_done: Callable[[int], None] | None = None,
        shared: tuple[Any, ...] = (),
    ) -> list[T | Failed]:
        """Call `function(*item, *shared)` for every item; results in the order of items.

        `deadline` is in seconds and counts from the start of each item's work. `on_done` is told each item's index as
        it is done, in this thread. Function, items and results must be picklable; what is `shared` is unpickled once
        in each process.
        """
        batch = _Batch[T](deque(range(len(items))), pickle.dumps((function, shared)))
        try:
            while batch.waiting or batch.at_work:
                while batch.waiting and len(batch.at_work) < _AHEAD * self._rules.count:
                    index = batch.waiting.popleft()
                    batch.at_work[self._scheduled(batch.call, items[index], deadline)] = index
                for index in self._next_done(batch, deadline):
                    if on_done:
                        on_done(index)
        except BaseException:  # Ctrl-C, or a bug: nobody waits for the rest
            self._stop()
            raise
        return [batch.results[index] for index in range(len(items))]

    def _next_done(self, batch: _Batch[T], deadline: float) -> list[int]:
        """Wait for results. A pool that broke down, or lost an item, is replaced and its items are tried once more."""
        done, _ = wait(batch.at_work, timeout=1.0, return_when=FIRST_COMPLETED)
        broken = not (self._pool and self._pool.active) or batch.silent_for() > 2 * deadline + _PATIENCE
        finished = []
        for future in done:
            try:
                result = _result(future, deadline)
            except BrokenProcessPool:
                broken = True
                continue
            finished.append(index := batch.at_work.pop(future))
            batch.finish(index, result)
        if broken:
            self._stop()
            finished += batch.again()
        return finished

    def _scheduled(self, call: bytes, item: tuple[Any, ...], deadline: float) -> Future[bytes | Failed]:
        work = pickle.dumps(item)
        try:
            return self._started().schedule(_work, args=(call, work), timeout=deadline)
        except RuntimeError:  # the pool broke down since it was last looked at
            future: Future[bytes | Failed] = Future()
            future.set_exception(BrokenProcessPool())
            return future

    def _started(self) -> ProcessPool:
        """The pool, started if need be.

        It is started by a thread of its own that stays as long as the pool: the kernel ends the processes with the
        thread that started them, not with this process, and a thread that calls `map` may be gone before the next.
        """
        if self._pool is None:
            from pebble import ProcessPool

            rules = self._rules
            self._pool = pool = ProcessPool(
                max_workers=rules.count,
                max_tasks=rules.tasks,
                initializer=_prepare,
                initargs=(os.getpid(), rules.memory_mib * _MIB),
                context=multiprocessing.get_context("spawn"),
            )
            self._keeper = ThreadPoolExecutor(1, thread_name_prefix="workers")
            self._keeper.submit(_start, pool).result()
        return self._pool

    def _stop(self) -> None:
        pool, keeper, self._pool, self._keeper = self._pool, self._keeper, None, None
        if pool is not None:
            pool.stop()  # type: ignore[no-untyped-call]  # Pebble's is bare
            pool.join()
        if keeper is not None:
            keeper.shutdown()


def _start(pool: ProcessPool) -> None:
    """Start the pool and, from this thread, all its processes deaf to Ctrl-C: they end with us, without a word.

    One that is just being born would answer with a traceback.
    """
    resource_tracker.ensure_running()  # if a worker's start is what starts it, that undoes the next line
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    _ = pool.active  # Pebble starts a pool when it is first asked


@dataclass(slots=True)
class _Batch(Generic[T]):
    """The items of one `map`: waiting, at work, done."""

    waiting: deque[int]
    call: bytes  # the function and what all items share
    at_work: dict[Future[bytes | Failed], int] = field(default_factory=dict)
    results: dict[int, T | Failed] = field(default_factory=dict)
    _retried: set[int] = field(default_factory=set)
    _last: float = field(default_factory=time.monotonic)

    def silent_for(self) -> float:
        """Seconds without any item done."""
        return time.monotonic() - self._last

    def finish(self, index: int, result: T | Failed) -> None:
        self.results[index] = result
        self._last = time.monotonic()

    def again(self) -> list[int]:
        """Put what was at work back in line; the indexes of those that were put back before, and are given up."""
        lost = list(self.at_work.values())
        self.at_work.clear()
        given_up = [index for index in lost if index in self._retried]
        for index in given_up:
            self.finish(index, Failed("crashed", "The workers broke down twice over it."))
        self.waiting.extend(index for index in lost if index not in self._retried)
        self._retried.update(lost)
        self._last = time.monotonic()
        return given_up


def _result(future: Future[bytes | Failed], deadline: float) -> Any:
    """What became of an item. Raises BrokenProcessPool when that is not its own fault."""
    from pebble import ProcessExpired

    try:
        outcome = future.result()
    except TimeoutError:
        return Failed("deadline", f"Not done within {deadline:g} s.")
    except ProcessExpired as error:
        return Failed("crashed", f"The worker ended with code {error.exitcode}.")
    return outcome if isinstance(outcome, Failed) else pickle.loads(outcome)  # noqa: S301  our own process wrote it


# --- in the worker --------------------------------------------------------------------------------


def _work(call: bytes, work: bytes) -> bytes | Failed:
    """Do one item.

    What comes in and goes out is plain bytes: objects that cannot be unpickled, in the worker or here, would cost
    Pebble the item without a word, or the whole pool.
    """
    try:
        function, shared = _call(call)
        item = pickle.loads(work)  # noqa: S301  our own process wrote it
        return pickle.dumps(function(*item, *shared))
    except MemoryError:
        return Failed("memory", "The worker's memory did not suffice.")
    except (Exception, SystemExit) as error:  # noqa: BLE001  whatever it is, it is this item's
        reason, detail = getattr(error, "reason", None), getattr(error, "detail", None)
        if isinstance(reason, str) and isinstance(detail, str):
            return Failed(reason, detail[:_DETAIL])
        return Failed("error", type(error).__name__)  # its text may quote the input


@lru_cache(maxsize=4)
def _call(call: bytes) -> tuple[Callable[..., Any], tuple[Any, ...]]:
    """The function and what all items share: all themes, for one, take ten times as long to unpickle as an article."""
    function, shared = pickle.loads(call)  # noqa: S301  our own process wrote it
    return function, shared


def _prepare(parent: int, memory: int) -> None:
    """Make this process small, quiet and mortal, before it imports anything heavy."""
    for variable in _THREADS:
        os.environ[variable] = "1"
    logging.getLogger().addHandler(logging.NullHandler())
    signal.signal(signal.SIGTERM, signal.SIG_DFL)  # Pebble's handler waits for the end of a call into C
    if sys.platform == "linux":
        import resource

        for limit, wanted in ((resource.RLIMIT_AS, memory), (resource.RLIMIT_CORE, 0)):
            _, hard = resource.getrlimit(limit)
            allowed = wanted if hard == resource.RLIM_INFINITY else min(wanted, hard)
            resource.setrlimit(limit, (allowed, allowed))
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL, 0, 0, 0)
        if os.getppid() != parent:  # it died before we asked to be told
            os._exit(1)
