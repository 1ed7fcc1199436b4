"""Prefect's settings as Amur needs them, and a long-lived server where none is configured.

Nothing here imports Prefect: it reads its settings when it is imported.
"""

from __future__ import annotations

import base64
import os
import secrets
import socket
import sqlite3
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager, suppress
from datetime import timedelta
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
    # Flow runs are kept for ever otherwise; with events, which nobody reads, goes most of what a run leaves.
    "PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "events,flow_runs",
    "PREFECT_SERVER_EVENTS_RETENTION_PERIOD": "P1D",
}
# What leads to somebody else's server. It is the client's business: a server of ours must not read it.
ELSEWHERE = ("PREFECT_API_URL", "PREFECT_API_KEY", "PREFECT_API_AUTH_STRING", "PREFECT_PROFILE")
START_SECONDS = 120
KEEP = timedelta(days=7)  # of flow runs
LOGIN = "login"  # the file with what the server's pages ask for
MOST_LOG = 5_000_000  # bytes of the server's own log, before it is put aside
SHORTEST_LIFE = 60  # seconds that a server must have lived to be started again
# `prefect` that ends with its parent, even where that is killed; only Linux can (1 is PR_SET_PDEATHSIG).
_MORTAL = """
import ctypes, os, runpy, signal, sys
parent = int(sys.argv.pop(1))
if sys.platform == "linux":
    ctypes.CDLL(None).prctl(1, signal.SIGKILL, 0, 0, 0)
if os.getppid() != parent:
    sys.exit(1)
runpy.run_module("prefect", run_name="__main__", alter_sys=True)
"""


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
def server(home: Path, port: int, keep: timedelta = KEEP) -> Iterator[str]:
    """The address of the API that is configured (PREFECT_API_URL), else that of a server of our own.

    Raises `OSError` as `own_server` does.
    """
    configured = os.environ.get("PREFECT_API_URL")
    if configured:
        yield configured
        return
    with own_server(home, port, keep) as url:
        yield url


@contextmanager
def own_server(home: Path, port: int, keep: timedelta = KEEP) -> Iterator[str]:
    """Run a Prefect server on loopback, its database in `home`, and yield the address of its API.

    It answers to a password of this start alone, which only processes of ours and readers of `home` know, and it ends
    with us, however we end. `keep` is how long it remembers flow runs. Meanwhile PREFECT_API_URL is its address and
    PREFECT_API_AUTH_STRING its password. Raises `OSError` when the port is taken, or when the server does not come up
    within two minutes.
    """
    _claim(port)
    home = home.absolute()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    shrink(home / "prefect.db")
    url, login = f"http://127.0.0.1:{port}/api", f"amur:{secrets.token_urlsafe(24)}"
    log = home / "server.log"
    environment = _environment(home, port, login, keep)
    kept = _Kept(lambda: _start(home, port, environment, log))
    try:
        _wait_until_up(kept.process, url, login, log)
        kept.watch()
        with _as_ours(url, login, home / LOGIN):
            yield url
    finally:
        kept.stop()


class _Kept:
    """A server process that is started again when it dies; not if it did not live for a minute."""

    def __init__(self, start: Callable[[], subprocess.Popen[bytes]]) -> None:
        self._start, self.process = start, start()
        self._over, self._turn = False, threading.Lock()

    def watch(self) -> None:
        """Look after it from now on."""
        threading.Thread(target=self._watch, name="prefect-server", daemon=True).start()

    def stop(self) -> None:
        """End it."""
        with self._turn:
            self._over = True
        self.process.terminate()
        try:
            self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()

    def _watch(self) -> None:
        # The thread stays: the kernel ends a process with the thread that started it.
        began = time.monotonic()
        while True:
            self.process.wait()
            with self._turn:
                if self._over or time.monotonic() - began < SHORTEST_LIFE:
                    return
                began, self.process = time.monotonic(), self._start()


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


def _environment(home: Path, port: int, login: str, keep: timedelta) -> dict[str, str]:
    inherited = {name: value for name, value in os.environ.items() if name not in ELSEWHERE}
    return {
        **inherited,
        **QUIET,
        **SERVER,
        "PREFECT_HOME": str(home),
        "PREFECT_SERVER_API_AUTH_STRING": login,
        # No other page in the user's browser may ask.
        "PREFECT_SERVER_CORS_ALLOWED_ORIGINS": f"http://127.0.0.1:{port},http://localhost:{port}",
        "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": f"{keep.total_seconds():.0f}",
    }


def _start(home: Path, port: int, environment: dict[str, str], log: Path) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-c", _MORTAL, str(os.getpid())]
    command += ["server", "start", "--host", "127.0.0.1", "--port", str(port)]
    if log.exists() and log.stat().st_size > MOST_LOG:
        log.replace(log.with_suffix(".log.1"))
    with log.open("ab") as out:
        return subprocess.Popen(  # noqa: S603  our own interpreter
            command,
            # In its own folder: it would heed a prefect.toml or an .env that lies where we were started.
            cwd=home,
            env=environment,
            stdout=out,
            stderr=out,
            # Ctrl-C is for us: a server that ends before its clients keeps them waiting.
            start_new_session=True,
        )


@contextmanager
def _as_ours(url: str, login: str, note: Path) -> Iterator[None]:
    """Let this process, and those it starts, use the server; and whoever may read `note`, its pages."""
    names = {"PREFECT_API_URL": url, "PREFECT_API_AUTH_STRING": login}
    before = {name: os.environ.get(name) for name in names}
    note.unlink(missing_ok=True)
    with os.fdopen(os.open(note, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(f"{login}\n")
    os.environ.update(names)
    try:
        yield
    finally:
        for name, value in before.items():
            os.environ.pop(name, None)
            if value is not None:
                os.environ[name] = value
        note.unlink(missing_ok=True)


def shrink(database: Path) -> None:
    """Give the disk back what is free in an SQLite database, if that is a quarter of it or more.

    Left alone where it is in use, or the disk too full to write it anew.
    """
    if not database.exists():
        return
    with suppress(sqlite3.Error), closing(sqlite3.connect(database, timeout=1)) as con:
        pages, free = (con.execute(f"PRAGMA {what}").fetchone()[0] for what in ("page_count", "freelist_count"))
        if free * 4 >= pages:
            con.execute("VACUUM")


def _wait_until_up(process: subprocess.Popen[bytes], url: str, login: str, log: Path) -> None:
    until = time.monotonic() + START_SECONDS
    # Whoever answers on our port and knows the password is our server.
    asked = urllib.request.Request(f"{url}/admin/version")  # noqa: S310  our own loopback address
    asked.add_header("Authorization", f"Basic {base64.b64encode(login.encode()).decode()}")
    while time.monotonic() < until:
        if process.poll() is not None:
            raise OSError(f"the Prefect server did not start (is its port taken?): see {log}")
        try:
            with urllib.request.urlopen(asked, timeout=2):  # noqa: S310  same
                return
        except urllib.error.HTTPError as error:
            error.close()
            time.sleep(0.3)
        except (urllib.error.URLError, TimeoutError, ConnectionError):
            time.sleep(0.3)
    raise OSError(f"the Prefect server did not answer within {START_SECONDS} seconds: see {log}")
