"""Other processes that use the warehouse while a test does."""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

HERE = Path(__file__).parent


@contextmanager
def process(script: str, *arguments: object) -> Iterator[subprocess.Popen[str]]:
    """Another Python that runs `script` with our modules, up to its first line; killed at the end."""
    path = os.pathsep.join((str(HERE.parent), str(HERE)))
    other = subprocess.Popen(  # noqa: S603  our own script
        [sys.executable, "-c", script, *map(str, arguments)],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONPATH": path},
    )
    with other:
        try:
            assert other.stdout is not None
            assert other.stdout.readline() == "ready\n"
            yield other
        finally:
            other.kill()
