"""Which Prefect server is used, and which never."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows.prefect_server import QUIET, keep_to, own_server, quieten, server
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
    assert time.monotonic() - before < 2
    assert not stranger.requests


def test_a_server_that_is_configured(environment: dict[str, str], tmp_path: Path) -> None:
    """PREFECT_API_URL names the server to use; none is started."""
    environment.update(ELSEWHERE)
    with server(tmp_path / "prefect", free_port()) as url:
        assert url == ELSEWHERE["PREFECT_API_URL"]
    assert not (tmp_path / "prefect").exists()


def test_a_server_of_our_own(environment: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A server of our own keeps its database in its folder, whatever lies in ours; it ends with its use."""
    monkeypatch.chdir(tmp_path)
    (tmp_path / ".env").write_text("PREFECT_SERVER_DATABASE_CONNECTION_URL=sqlite+aiosqlite:///elsewhere.db\n")
    keep_to(Path("demo/prefect"))
    port = free_port()
    with own_server(Path("demo/prefect"), port) as url:
        assert environment["PREFECT_API_URL"] == url == f"http://127.0.0.1:{port}/api"
        with pytest.raises(OSError, match="is taken"), own_server(tmp_path / "second", port):
            pass
    assert "PREFECT_API_URL" not in environment
    assert (tmp_path / "demo" / "prefect" / "prefect.db").exists()
    assert not list(tmp_path.rglob("elsewhere.db"))


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
