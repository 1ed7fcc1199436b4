"""Prefect's settings as Amur needs them, and a long-lived server where none is configured."""

from __future__ import annotations

import os
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

QUIET = {
    # Without these, the server and the client call home; DO_NOT_TRACK alone stops only one of the two.
    "DO_NOT_TRACK": "1",
    "PREFECT_SERVER_ANALYTICS_ENABLED": "false",
    "PREFECT_CLOUD_ENABLE_ORCHESTRATION_TELEMETRY": "false",
    # A temporary server took up to half a minute to start on a busy machine; the default is 20 seconds.
    "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "120",
}
SERVER = {
    # With SQLite and the default batches of one, recording a long run's tasks delays the next run by minutes.
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_READ_BATCH_SIZE": "200",
    "PREFECT_SERVER_SERVICES_TASK_RUN_RECORDER_FLUSH_INTERVAL": "1",
    "PREFECT_SERVER_SERVICES_EVENT_PERSISTER_BATCH_SIZE": "500",
    "PREFECT_SERVER_CSRF_PROTECTION_ENABLED": "true",
}
START_SECONDS = 120


def quieten() -> None:
    """Set what the environment leaves open. To be called before Prefect is imported."""
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)


@contextmanager
def server(home: Path, port: int) -> Iterator[str]:
    """Run a Prefect server on loopback, its database in `home`, and yield the address of its API.

    One that is configured (PREFECT_API_URL) is used instead. Raises `OSError` when the server does not
    come up within two minutes.
    """
    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        yield configured
        return
    home.mkdir(parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}/api"
    environment = {**os.environ, **QUIET, **SERVER, "PREFECT_HOME": str(home)}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("ab") as log:
        process = subprocess.Popen(command, env=environment, stdout=log, stderr=log)  # noqa: S603  our own interpreter
    try:
        _wait_until_up(process, url, home / "server.log")
        os.environ["PREFECT_API_URL"] = url
        yield url
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _wait_until_up(process: subprocess.Popen[bytes], url: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    while time.monotonic() < until:
        if process.poll() is not None:
            raise OSError(f"the Prefect server did not start (is its port taken?): see {log}")
        try:
            with urllib.request.urlopen(f"{url}/health", timeout=2):  # noqa: S310  our own loopback address
                return
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    raise OSError(f"the Prefect server did not answer within {START_SECONDS} seconds: see {log}")
