"""Work that hangs, crashes, hoards or lies, for the workers to survive. They import it in processes of their own."""

from __future__ import annotations

import os
import resource
import signal
import sys
import time
from collections.abc import Callable

_calls = 0


class RefusedError(Exception):
    """An exception that says what to do next."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


class UnpicklableError(Exception):
    """An exception that cannot be unpickled: its constructor wants more than it hands on."""

    def __init__(self, one: str, two: str) -> None:
        super().__init__(one + two)


class Trap:
    """A value that pickles well and fails to unpickle."""

    def __reduce__(self) -> tuple[object, tuple[str]]:
        return int, ("not a number",)


def call(function: Callable[..., object], *arguments: object) -> object:
    return function(*arguments)


def double(number: int) -> int:
    return 2 * number


def calls_so_far() -> tuple[int, int]:
    """The process and how often it was asked, this time included."""
    global _calls  # noqa: PLW0603  what a worker keeps between items is the point
    _calls += 1
    return os.getpid(), _calls


def hang() -> None:
    time.sleep(60)


def hang_in_c() -> int:
    """Minutes of one bytecode instruction, deaf to signal handlers written in Python."""
    return pow(3, 10**8) % 7


def abort() -> None:
    os.abort()


def hoard() -> int:
    return len(bytearray(3 * 1024**3))


def refuse() -> None:
    raise RefusedError("html_not_feed", "The answer is a web page.")


def raise_unpicklable() -> None:
    raise UnpicklableError("a", "secret")


def leave() -> None:
    sys.exit(3)


def return_lambda() -> object:
    return lambda: None


def take(_: object) -> str:
    return "taken"


def hang_over(page: bytes) -> None:
    time.sleep(len(page))


def surroundings() -> dict[str, object]:
    """What the process was given."""
    return {
        "memory": resource.getrlimit(resource.RLIMIT_AS)[0],
        "core": resource.getrlimit(resource.RLIMIT_CORE)[0],
        "threads": os.environ.get("OPENBLAS_NUM_THREADS"),
        "deaf_to_int": signal.getsignal(signal.SIGINT) is signal.SIG_IGN,
    }
