"""Which Prefect server is used, and which never."""

from __future__ import annotations

import base64
import json
import os
import socket
import sqlite3
import stat
import subprocess
import sys
import time
import urllib.error
import urllib.request
import uuid
from contextlib import closing
from email.message import Message
from pathlib import Path
from typing import Any

import pytest

from flows.prefect_server import LOGIN, QUIET, _Kept, keep_to, own_server, quieten, server, shrink
from processes import process
from servers import HttpServer, Reply, free_port

HERE = Path(__file__).parent.parent
ELSEWHERE = {
    "PREFECT_API_URL": "https://prefect.example.org/api",
    "PREFECT_API_KEY": "pnu_0123456789",
    "PREFECT_PROFILE": "work",
    "PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://db.example.org/prefect",
    "DO_NOT_TRACK": "0",
}
PROFILE = f"""active = "work"

[profiles.work]
PREFECT_API_URL = "{ELSEWHERE["PREFECT_API_URL"]}"
PREFECT_API_KEY = "{ELSEWHERE["PREFECT_API_KEY"]}"
"""


@pytest.fixture
def environment(monkeypatch: pytest.MonkeyPatch) -> dict[str, str]:
    """What `os.environ` is, without anything of Prefect's."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
    monkeypatch.setattr(os, "environ", kept)
    return kept


@pytest.mark.usefixtures("environment")
def test_a_port_that_is_taken(tmp_path: Path) -> None:
    """Whoever listens on the port already is not taken for a server of ours, healthy as they may be."""
    before = time.monotonic()
    with (
        HttpServer({"/api/health": Reply(body=b"true")}) as stranger,
        pytest.raises(OSError, match=f"port {stranger.port} of this machine is taken"),
        server(tmp_path / "prefect", stranger.port),
    ):
        pass
    assert time.monotonic() - before < 10
    assert not stranger.requests


def test_a_server_that_is_configured(environment: dict[str, str], tmp_path: Path) -> None:
    """PREFECT_API_URL names the server to use; none is started."""
    environment.update(ELSEWHERE)
    with server(tmp_path / "prefect", free_port()) as url:
        assert url == ELSEWHERE["PREFECT_API_URL"]
    assert not (tmp_path / "prefect").exists()


def ask(url: str, login: str = "", body: object = None, **headers: str) -> tuple[int, Any, Message]:
    """Status, answer and headers of a GET, or of a POST of `body`."""
    request = urllib.request.Request(url, None if body is None else json.dumps(body).encode())  # noqa: S310  on loopback
    request.add_header("Content-Type", "application/json")
    if login:
        request.add_header("Authorization", "Basic " + base64.b64encode(login.encode()).decode())
    for name, value in headers.items():
        request.add_header(name.replace("_", "-"), value)
    try:
        with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310  same
            return answer.status, json.loads(answer.read()), answer.headers
    except urllib.error.HTTPError as error:
        with error:
            return error.code, None, error.headers


def two_runs(url: str, login: str) -> list[str]:
    """Two flow runs that are over; their ids."""
    _, token, _ = ask(f"{url}/csrf-token?client=test", login)
    rights = {"Prefect_Csrf_Client": "test", "Prefect_Csrf_Token": token["token"]}
    _, flow, _ = ask(f"{url}/flows/", login, {"name": "amur-pass"}, **rights)
    run = {"flow_id": flow["id"], "state": {"type": "COMPLETED"}}
    return [ask(f"{url}/flow_runs/", login, run, **rights)[1]["id"] for _ in range(2)]


def runs_in(db: Path) -> set[str]:
    with closing(sqlite3.connect(db, timeout=30)) as con:
        return {str(uuid.UUID(id_)) for (id_,) in con.execute("SELECT id FROM flow_run")}


SERVING = """
import sys
from pathlib import Path
from flows.prefect_server import own_server
with own_server(Path(sys.argv[1]), int(sys.argv[2])):
    print("ready", flush=True)
    sys.stdin.readline()
"""


def test_a_server_of_our_own(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of our own keeps its database in its folder, whatever lies in ours, and ends with its use, or with us
    if we are killed. It answers to its password alone, which is new with every start; no page of another site may ask.
    Flow runs that are a week old are forgotten."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PREFECT_SERVER_DATABASE_CONNECTION_URL=sqlite+aiosqlite:///elsewhere.db\n")
    keep_to(Path("demo/prefect"))
    port, home = free_port(), tmp_path / "demo" / "prefect"
    with own_server(Path("demo/prefect"), port) as url:
        assert environment["PREFECT_API_URL"] == url == f"http://127.0.0.1:{port}/api"
        with pytest.raises(OSError, match="is taken"), own_server(tmp_path / "second", port):
            pass
        login = environment["PREFECT_API_AUTH_STRING"]
        assert (home / LOGIN).read_text() == f"{login}\n"
        assert stat.S_IMODE((home / LOGIN).stat().st_mode) == 0o600
        assert [ask(f"{url}/admin/settings", known)[0] for known in ("", "amur:wrong", login)] == [401, 401, 200]
        assert ask(f"{url}/flow_runs/filter", login, {})[0] == 403  # without the token against forged requests
        origins = ("https://evil.example", f"http://127.0.0.1:{port}")
        allowed = [ask(f"{url}/health", login, Origin=o)[2].get("Access-Control-Allow-Origin") for o in origins]
        assert allowed == [None, origins[1]]
        old, new = two_runs(url, login)
    assert not {"PREFECT_API_URL", "PREFECT_API_AUTH_STRING"} & environment.keys()
    assert not (home / LOGIN).exists()
    assert not list(tmp_path.rglob("elsewhere.db"))
    with closing(sqlite3.connect(home / "prefect.db", isolation_level=None)) as con:
        con.execute(
            "UPDATE flow_run SET end_time = datetime('now', '-8 days') WHERE replace(id, '-', '') = ?",
            [uuid.UUID(old).hex],
        )
    assert runs_in(home / "prefect.db") == {old, new}
    with process(SERVING, home, port) as server:
        assert (home / LOGIN).read_text() != f"{login}\n"
        until = time.monotonic() + 30
        while runs_in(home / "prefect.db") != {new}:
            assert time.monotonic() < until
            time.sleep(0.2)
        server.kill()
        server.wait()
        time.sleep(0.5)
        socket.create_server(("127.0.0.1", port)).close()


def test_a_server_that_dies_is_started_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """A process that dies after a while is started anew, one that cannot live is not, nor is any after the end."""
    started: list[subprocess.Popen[bytes]] = []

    def start() -> subprocess.Popen[bytes]:
        started.append(subprocess.Popen([sys.executable, "-c", "input()"], stdin=subprocess.PIPE))
        return started[-1]

    def die() -> None:
        started[-1].kill()
        time.sleep(0.3)

    kept = _Kept(start)
    kept.watch()
    monkeypatch.setattr("flows.prefect_server.SHORTEST_LIFE", 0)
    die()
    assert (len(started), started[-1].poll()) == (2, None)
    monkeypatch.setattr("flows.prefect_server.SHORTEST_LIFE", 60)
    die()
    assert len(started) == 2
    other = _Kept(start)
    monkeypatch.setattr("flows.prefect_server.SHORTEST_LIFE", 0)
    other.watch()
    other.stop()
    time.sleep(0.2)
    assert (len(started), started[-1].poll() is None) == (3, False)
    for one in started:
        one.communicate()


def test_a_database_is_shrunk(tmp_path: Path) -> None:
    """What was deleted is given back to the disk where it is much, unless somebody uses the database."""
    db = tmp_path / "some.db"
    with closing(sqlite3.connect(db, isolation_level=None)) as con:
        con.execute("PRAGMA journal_mode = WAL")
        con.execute("CREATE TABLE t (n INTEGER, b BLOB)")
        con.executemany("INSERT INTO t VALUES (?, randomblob(900))", [(n,) for n in range(1, 2001)])
        con.execute("DELETE FROM t WHERE n > 1900")
        con.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        full = db.stat().st_size
    shrink(db)
    assert db.stat().st_size == full
    with closing(sqlite3.connect(db, isolation_level=None)) as con:
        con.execute("DELETE FROM t WHERE n > 100")
        con.execute("BEGIN IMMEDIATE")
        shrink(db)
        con.execute("COMMIT")
    assert db.stat().st_size == full
    shrink(db)
    assert db.stat().st_size < full / 10
    shrink(tmp_path / "none.db")
    assert not (tmp_path / "none.db").exists()


def test_keeping_to_this_machine(environment: dict[str, str], tmp_path: Path) -> None:
    """Where nothing may leave this machine, neither the environment nor a profile of the user's leads elsewhere."""
    user = tmp_path / "user"
    (user / ".prefect").mkdir(parents=True)
    (user / ".prefect" / "profiles.toml").write_text(PROFILE, encoding="utf-8")
    asked = f"""
from pathlib import Path
from flows.prefect_server import keep_to
keep_to(Path({str(tmp_path / "own")!r}))
from prefect.settings import get_current_settings
settings = get_current_settings()
print(settings.api.url, settings.api.key, settings.home, settings.server.analytics_enabled)
"""
    said = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", asked],
        env={**environment, **ELSEWHERE, "HOME": str(user), "PYTHONPATH": str(HERE)},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=True,
    )
    assert said.stdout.split() == ["None", "None", str(tmp_path / "own"), "False"]


def test_keeping_to_this_machine_hushes(environment: dict[str, str], tmp_path: Path) -> None:
    """Where nothing may leave this machine, no report of use does, even if the user allows them elsewhere."""
    environment.update(ELSEWHERE)
    keep_to(tmp_path)
    assert {name: environment[name] for name in QUIET} == QUIET
    assert set(ELSEWHERE).intersection(environment) == {"DO_NOT_TRACK"}


@pytest.mark.parametrize(
    "configured", [{}, {"PREFECT_API_URL": "https://prefect.example.org/api"}, {"PREFECT_HOME": "/somewhere"}]
)
def test_home_of_a_temporary_server(environment: dict[str, str], tmp_path: Path, configured: dict[str, str]) -> None:
    """A temporary server lives in the folder we name, unless a server or a folder is configured."""
    environment.update(configured)
    quieten(tmp_path / "prefect")
    expected = configured.get("PREFECT_HOME") if configured else str(tmp_path / "prefect")
    assert environment.get("PREFECT_HOME") == expected


def test_no_home_of_our_choice(environment: dict[str, str]) -> None:
    """Where no folder is named, Prefect's own is left to it; what the user says about reports of use holds."""
    environment["DO_NOT_TRACK"] = "0"
    quieten()
    assert "PREFECT_HOME" not in environment
    assert environment["DO_NOT_TRACK"] == "0"
