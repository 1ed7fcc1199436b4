"""What the doctor says of a Prefect server."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework import case_of, found
from flows.checks import Level, prefect


@pytest.mark.parametrize(
    ("environment", "level"),
    [
        ({}, Level.OK),
        ({"PREFECT_API_URL": "http://127.0.0.1:4200/api"}, Level.OK),
        ({"PREFECT_API_URL": "http://prefect.example:4200/api"}, Level.TROUBLE),
        ({"PREFECT_API_URL": "http://prefect.example/api", "PREFECT_API_AUTH_STRING": "u:p"}, Level.WARNING),
        ({"PREFECT_API_URL": "https://prefect.example/api", "PREFECT_API_AUTH_STRING": "u:p"}, Level.OK),
        ({"PREFECT_API_URL": "https://api.example/api", "PREFECT_API_KEY": "pnu_1"}, Level.OK),
        ({"PREFECT_SERVER_API_HOST": "0.0.0.0"}, Level.TROUBLE),
        ({"PREFECT_SERVER_API_HOST": "0.0.0.0", "PREFECT_SERVER_API_AUTH_STRING": "u:p"}, Level.OK),
        ({"PREFECT_RESULTS_PERSIST_BY_DEFAULT": "true"}, Level.WARNING),
    ],
)
def test_a_server_that_lets_anybody_in(tmp_path: Path, environment: dict[str, str], level: Level) -> None:
    """A Prefect server beyond this machine asks for a login, and over an encrypted line."""
    got, said = found(prefect.server, case_of(tmp_path, environment=environment))
    assert got is level
    assert "u:p" not in said
