"""A total deadline for a conversation whose library only knows deadlines per read."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import Future, wait
from typing import TypeVar

T = TypeVar("T")

GRACE = 1.0  # seconds that abandoned work gets to notice that its line was cut


class Overdue(Exception):  # noqa: N818  it says what happened
    """The work did not end within its time."""


def within(seconds: float, work: Callable[[], T], abandon: Callable[[], None]) -> T:
    """What `work` returns or raises, if it does so within `seconds`.

    Otherwise `abandon` is called, which should make `work` end, and `Overdue` is raised unless it ends well
    all the same. Work that will not end is left behind in a daemon thread.
    """
    outcome: Future[T] = Future()
    threading.Thread(target=_run, args=(work, outcome), name="amur-deadline", daemon=True).start()
    if wait((outcome,), seconds).not_done:
        abandon()
        if wait((outcome,), GRACE).not_done or outcome.exception():
            raise Overdue
    return outcome.result()


def _run(work: Callable[[], T], outcome: Future[T]) -> None:
    try:
        outcome.set_result(work())
    except BaseException as error:  # noqa: BLE001  raised again where the result is asked for
        outcome.set_exception(error)
