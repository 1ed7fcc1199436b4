"""What the doctor says of the warehouse."""

from __future__ import annotations

import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pytest

from builders import key
from casework import NOW, found, spoilable
from desk import Desk, furnish
from flows.checks import Level, clock
from flows.checks import warehouse as of_warehouse
from flows.checks.all import take_in
from warehouse import passes
from warehouse.publish import publish
from warehouse.store import Store


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(furnished: Desk, tmp_path: Path) -> Desk:
    return spoilable(furnished, tmp_path)


def test_a_warehouse_that_is_well(desk: Desk) -> None:
    """A warehouse after a pass is well, and so is one that is not there yet."""
    checks = (of_warehouse.live, of_warehouse.analysts, of_warehouse.leftovers)
    case = take_in(desk.file, datetime.now(UTC), offline=True, environment={})
    assert [found(check, case)[0] for check in checks] == [Level.OK] * 3
    assert "articles: 3, alerts: 1" in found(of_warehouse.analysts, case)[1]
    empty = replace(case, data=desk.settings.folder / "nowhere")
    assert [found(check, empty)[0] for check in checks] == [Level.OK] * 3


@pytest.mark.parametrize("state", ["gone", "no database", "not ours", "newer", "in use"])
def test_a_warehouse_that_is_not_well(desk: Desk, monkeypatch: pytest.MonkeyPatch, state: str) -> None:
    """Whatever is wrong with the live file, the check says so, and the others do not fall over it."""
    live = desk.settings.data / "live.duckdb"
    case = take_in(desk.file, NOW, offline=True, environment={})
    if state in ("gone", "no database", "not ours"):
        live.unlink()
    if state == "no database":
        live.write_text("nothing")
    if state == "not ours":
        duckdb.connect(str(live)).close()
    if state == "newer":
        with Store(desk.settings.data).transaction() as con:
            con.execute("INSERT INTO schema_versions (version, name) VALUES (9999, '9999_later')")
    other = None
    if state == "in use":
        script = "import duckdb, sys; c = duckdb.connect(sys.argv[1]); print('ready', flush=True); sys.stdin.read()"
        other = subprocess.Popen(  # noqa: S603  our own script
            [sys.executable, "-c", script, str(live)], stdin=subprocess.PIPE, stdout=subprocess.PIPE
        )
        assert other.stdout
        assert other.stdout.readline()
    monkeypatch.setattr(of_warehouse, "PATIENCE", 0.2)
    monkeypatch.setattr(clock, "PATIENCE", 0.2)
    try:
        assert found(of_warehouse.live, case)[0] is Level.TROUBLE
        assert found(of_warehouse.analysts, case)[0] is Level.OK
        assert found(clock.history, case)[0] is Level.OK
    finally:
        if other:
            other.communicate()


def test_a_published_file_that_disagrees(desk: Desk) -> None:
    """A published file with more in it than the live one, and one older than the last pass, are told."""
    case, store = take_in(desk.file, NOW, offline=True, environment={}), Store(desk.settings.data)
    with store.transaction() as con:
        record = passes.begin(con, key("later"), NOW)
        passes.finish(con, replace(record, finished_at=NOW, outcome="complete"))
    assert found(of_warehouse.analysts, case)[0] is Level.WARNING
    publish(store, NOW)
    assert found(of_warehouse.analysts, case)[0] is Level.OK
    with store.transaction() as con:
        con.execute("DELETE FROM alerts")
    level, said = found(of_warehouse.analysts, case)
    assert (level, "amur restore" in said) == (Level.TROUBLE, True)
    store.published.unlink()
    assert found(of_warehouse.analysts, case)[0] is Level.WARNING


def test_what_lies_about(desk: Desk) -> None:
    """Leftovers of killed processes and files in quarantine are named, but not while a pass works on them."""
    case, data = take_in(desk.file, NOW, offline=True, environment={}), desk.settings.data
    (data / "amur.made").write_bytes(b"half")
    level, said = found(of_warehouse.leftovers, case)
    assert (level, "amur.made" in said) == (Level.WARNING, True)
    with Store(data).pass_lock(NOW):
        assert found(of_warehouse.leftovers, case)[0] is Level.OK
    (data / "amur.made").unlink()
    (data / "quarantine" / "20261201T000000Z").mkdir(parents=True)
    assert "quarantine" in found(of_warehouse.leftovers, case)[1]
