"""What the doctor says of the clock."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from casework import found, spoilable
from desk import Desk, furnish
from flows.checks import Level, clock
from flows.checks.all import take_in


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(furnished: Desk, tmp_path: Path) -> Desk:
    return spoilable(furnished, tmp_path)


def test_a_pass_of_the_future(desk: Desk) -> None:
    """A clock behind what is remembered, or behind Amur itself, is trouble."""
    case = take_in(desk.file, datetime.now(UTC), offline=True, environment={})
    assert found(clock.history, case)[0] is Level.OK
    assert found(clock.history, replace(case, now=case.now - timedelta(days=2)))[0] is Level.TROUBLE
    assert found(clock.now, case)[0] is Level.OK
    assert found(clock.now, replace(case, now=datetime(2009, 1, 1, tzinfo=UTC)))[0] is Level.TROUBLE
