from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from builders import NOW, key
from desk import Desk, furnish, write_settings
from flows.commands import Exit, amur
from warehouse.backup import listed
from warehouse.passes import PassRecord
from warehouse.store import Store


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(tmp_path: Path) -> Desk:
    return furnish(tmp_path)


def store_of(desk: Desk) -> Store:
    return Store(desk.settings.data, patience=1)


def damage(store: Store) -> None:
    content = bytearray(store.live.read_bytes())
    content[100] ^= 0x10
    store.live.write_bytes(content)


def test_a_backup_says_where_it_is_and_how_large(desk: Desk) -> None:
    """Also as JSON, and also while a pass runs."""
    with store_of(desk).pass_lock(NOW):
        done = desk.ask("backup")
    (made,) = listed(store_of(desk))
    assert done.exit_code == 0
    assert done.stdout.startswith(f"{made.path}: {made.path.stat().st_size / 1e6:,.1f} MB, 1 pass, the last of ")
    assert done.stdout.endswith("3 articles, 1 alert; every row was read.\n")
    facts = json.loads(desk.ask("backup", "--json").stdout)
    assert (facts["path"], facts["counts"]["articles"]) == (str(made.path), 3)


def test_backups_are_listed(desk: Desk) -> None:
    """Each with what is in it, and what is wrong with it; an empty list says how to get one."""
    assert "There is no backup yet" in desk.ask("restore", "--list").stderr
    assert json.loads(desk.ask("restore", "--list", "--json").stdout) == []
    desk.ask("backup")
    (desk.settings.data / "live.before-0002.duckdb").write_bytes(b"")
    good, bad = json.loads(desk.ask("restore", "--list", "--json").stdout)
    assert (good["articles"], good["trouble"]) == (3, "")
    assert "is empty" in bad["trouble"]
    assert "live.backup-" in desk.ask("restore", "--list").stdout


def test_restoring_asks_first(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Without a terminal it wants --yes; on one it shows what is lost and asks, and "no" changes nothing."""
    desk.ask("backup")
    before = store_of(desk).live.stat().st_ino
    unasked = desk.ask("restore")
    assert unasked.exit_code == Exit.WRONG
    assert "say --yes" in unasked.stderr
    monkeypatch.setattr("flows.commands.restore.asked_by_a_person", lambda: True)
    refused = desk.ask("restore", input="n\n")
    assert (refused.exit_code, "Nothing was changed." in refused.stderr) == (Exit.FINE, True)
    assert "can be read whole; its last pass: " in refused.stderr
    assert store_of(desk).live.stat().st_ino == before
    assert "Restored: " in desk.ask("restore", input="y\n").stdout
    assert store_of(desk).live.stat().st_ino != before


def test_a_restored_warehouse_works(desk: Desk) -> None:
    """A damaged file is replaced by the backup, kept aside, and questions are answered again; as JSON for scripts."""
    desk.ask("backup")
    damage(store_of(desk))
    done = desk.ask("restore", "--yes", "--json")
    facts = json.loads(done.stdout)
    assert (facts["was"], facts["lost_passes"]) == ("unusable", 0)
    assert (Path(facts["quarantine"]) / "live.duckdb").exists()
    assert "is damaged" in done.stderr
    assert desk.ask("articles", "list").exit_code == 0
    assert store_of(desk).open()


def test_a_pass_and_a_restore_keep_apart(desk: Desk) -> None:
    """While a pass runs nothing is put in the place of its file."""
    desk.ask("backup")
    with store_of(desk).pass_lock(NOW):
        said = desk.ask("restore", "--yes")
    assert said.exit_code == Exit.WAREHOUSE
    assert "Another pass is running" in said.stderr


@pytest.mark.parametrize(
    ("words", "code", "advice"),
    [
        ("backup --to nowhere", Exit.WRONG, "There is no folder nowhere: make it"),
        ("restore --from nowhere", Exit.WRONG, "`amur restore --list` shows the backups"),
        ("restore --list --yes", Exit.WRONG, "leave out --from and --yes"),
        ("restore --yes", Exit.WAREHOUSE, "There is no good backup: nothing was changed"),
        ("restore --yes --from {live}", Exit.WAREHOUSE, "is the warehouse itself: name a backup of it"),
        ("restore --yes --from {amur}", Exit.WAREHOUSE, "There is no good backup"),
    ],
)
def test_a_misuse_is_answered_by_what_to_do(furnished: Desk, words: str, code: Exit, advice: str) -> None:
    """Each mistake gets one sentence that names the next step."""
    paths = {"live": store_of(furnished).live, "amur": furnished.file}
    said = furnished.ask(*(word.format(**paths) for word in words.split()))
    assert said.exit_code == code
    assert advice in said.stderr


def test_before_the_first_pass_there_is_nothing_to_save(tmp_path: Path) -> None:
    """No warehouse: both say that a pass makes one."""
    file = write_settings(tmp_path)
    for word in ("backup", "restore"):
        said = CliRunner().invoke(amur, ["--config", str(file), word])
        assert said.exit_code == Exit.WAREHOUSE
        assert "`amur run` makes one" in said.stderr


def test_a_loss_shows_before_the_next_pass(desk: Desk) -> None:
    """`amur status` says what the warehouse has lost by its journal, also as JSON, and `amur doctor` warns of it."""
    store = store_of(desk)
    lost = PassRecord(key("lost"), NOW, NOW)
    assert json.loads(desk.ask("status", "--json").stdout)["lost"] == ""
    store.journal.passed(lost)
    said = f"(warehouse_behind): it lost 1 pass since {NOW:%Y-%m-%d %H:%M} UTC."
    assert said in desk.ask("status").stdout
    assert said in json.loads(desk.ask("status", "--json").stdout)["lost"]
    assert said in desk.ask("doctor", "--offline").stdout
