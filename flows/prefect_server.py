"""Prefect's settings as Amur needs them, and a long-lived server where none is configured.

Nothing here imports Prefect: it reads its settings when it is imported.
"""

from __future__ import annotations

import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from errno import EADDRINUSE
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
# What leads to somebody else's server. It is the client's business: a server of ours must not read it.
ELSEWHERE = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_PROFILE")
START_SECONDS = 120


def quieten(home: Path | None = None) -> None:
    """Set what the environment leaves open. To be called before Prefect is imported.

    `home` becomes Prefect's folder, where neither a server nor another folder is configured: the temporary server
    of a single flow run keeps its history there.
    """
    for name, value in QUIET.items():
        os.environ.setdefault(name, value)
    if home and not os.environ.get("PREFECT_API_URL") and not os.environ.get("PREFECT_HOME"):
        os.environ["PREFECT_HOME"] = str(home.absolute())


def keep_to(home: Path) -> None:
    """Forget every setting of Prefect's that the environment has, and give it `home` as its folder.

    For what must stay on this machine whatever its user has configured. To be called before Prefect is imported.
    """
    for name in [name for name in os.environ if name.startswith("PREFECT_")]:
        del os.environ[name]
    os.environ.update(QUIET, PREFECT_HOME=str(home.absolute()))


@contextmanager
def server(home: Path, port: int) -> Iterator[str]:
    """The address of the API that is configured (PREFECT_API_URL), else that of a server of our own.

    Raises `OSError` as `own_server` does.
    """
    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        yield configured
        return
    with own_server(home, port) as url:
        yield url


@contextmanager
def own_server(home: Path, port: int) -> Iterator[str]:
    """Run a Prefect server on loopback, its database in `home`, and yield the address of its API.

    Meanwhile PREFECT_API_URL is that address. Raises `OSError` when the port is taken, or when the server does
    not come up within two minutes.
    """
    _claim(port)
    home = home.absolute()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    url = f"http://127.0.0.1:{port}/api"
    inherited = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    environment = {**inherited, **QUIET, **SERVER, "PREFECT_HOME": str(home)}
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)]
    with (home / "server.log").open("ab") as log:
        # In its own folder: it would heed a prefect.toml or an .env that lies where we were started.
        process = subprocess.Popen(command, cwd=home, env=environment, stdout=log, stderr=log)  # noqa: S603  our own interpreter
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


def _claim(port: int) -> None:
    """Raise `OSError` where somebody listens already: we would take their answers for our server's."""
    try:
        socket.create_server(("127.0.0.1", port)).close()
    except OSError as error:
        why = (
            "is taken, perhaps by another `amur serve`"
            if error.errno == EADDRINUSE
            else f"is not to be had ({error.strerror})"
        )
        raise OSError(f"port {port} of this machine {why}") from error


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
