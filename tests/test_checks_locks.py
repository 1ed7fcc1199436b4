"""What the doctor says of locks."""

from __future__ import annotations

import json
import os
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from casework import NOW, found, spoilable
from desk import Desk, furnish
from flows.checks import Level, locks
from flows.checks.all import take_in
from warehouse.store import Store


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(furnished: Desk, tmp_path: Path) -> Desk:
    return spoilable(furnished, tmp_path)


def test_who_runs_a_pass(desk: Desk) -> None:
    """A lock that is held tells by whom and since when, one held for hours is a warning, one of the dead another."""
    case, data = take_in(desk.file, NOW, offline=True, environment={}), desk.settings.data
    assert found(locks.one_pass, case) == (Level.OK, "no pass has run yet ")
    store = Store(data)
    with store.pass_lock(NOW - timedelta(hours=1)):
        level, said = found(locks.one_pass, case)
        assert (level, f"process {os.getpid()}, since 2026-12-01 11:00" in said) == (Level.OK, True)
        assert found(locks.one_pass, replace(case, now=NOW + timedelta(hours=9)))[0] is Level.WARNING
    assert found(locks.one_pass, case) == (Level.OK, "free: no pass runs ")
    (data / "pass.lock").write_text(json.dumps({"pid": 1, "since": NOW.isoformat()}))
    level, said = found(locks.one_pass, case)
    assert (level, "was killed" in said) == (Level.WARNING, True)
    with store.transaction():
        assert "writes just now" in found(locks.database, case)[1]
    assert found(locks.database, case) == (Level.OK, "free ")
