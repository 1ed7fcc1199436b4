"""Passes over a warehouse whose disk failed it: nothing is told twice, and what was lost comes again."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.commands import Exit, amur
from flows.monitor import run_pass
from mailservers import MailSink
from servers import HttpServer
from town import DAY, MORNING, gas_day, quiet_day, settings_for, watch, watching
from warehouse import backup, journal
from warehouse.connect import WarehouseError
from warehouse.store import Store

TOLD, NEXT = MORNING + DAY, MORNING + DAY * 1.5
# What a loss must not change, whatever is lost.
WHOLE = {
    "articles": "SELECT url, baseline FROM articles ORDER BY url",
    "alerts": "SELECT alert_id, theme_id, created_at FROM alerts",
    "findings": "SELECT finding_id, decision FROM findings",
    "told": "SELECT m.channel, m.recipient, message_id FROM alert_messages JOIN messages AS m USING (message_key)",
}


@dataclass(frozen=True, slots=True)
class Scene:
    """A warehouse whose last pass told a theme and died before it published: the pass is in the log alone."""

    file: Path
    mail: MailSink

    @property
    def store(self) -> Store:
        return Store(self.file.parent / "data", patience=1)

    @property
    def log(self) -> Path:
        return Path(f"{self.store.live}.wal")

    def ask(self, *words: str) -> Result:
        return CliRunner().invoke(amur, ["--config", str(self.file), *words])

    def whole(self) -> dict[str, list[tuple[object, ...]]]:
        with self.store.transaction() as con:
            return {what: con.execute(query).fetchall() for what, query in WHOLE.items()}


class Died(Exception):  # noqa: N818  what happened
    """The machine went down."""


@pytest.fixture(scope="module")
def untouched(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Scene]:
    with ExitStack() as stack:
        town, mail = stack.enter_context(HttpServer()), stack.enter_context(MailSink())
        quiet_day(town)
        file = settings_for(tmp_path_factory.mktemp("desk") / "untouched", town, smtp_port=mail.port)
        watch(file, MORNING)
        gas_day(town)

        def step(verb: Callable[..., None], *args: object) -> None:
            if verb.__name__ == "keep_house":
                raise Died
            verb(*args)

        with pytest.raises(Died), watching(file, TOLD) as house:
            run_pass(house, TOLD, step)
        assert len(mail.letters) == 1
        yield Scene(file, mail)


@pytest.fixture
def scene(untouched: Scene, tmp_path: Path) -> Scene:
    shutil.copytree(untouched.file.parent, tmp_path / "desk")
    untouched.mail.letters.clear()
    return replace(untouched, file=tmp_path / "desk" / untouched.file.name)


@pytest.mark.parametrize("left", [0.0, 0.9])
def test_a_log_that_was_cut_costs_nothing_for_good(scene: Scene, left: float) -> None:
    """The engine opens it without a word; the pass says what is lost, fetches it again, and repeats no alert."""
    before, log = scene.whole(), scene.log.read_bytes()
    if left:
        scene.log.write_bytes(log[: int(len(log) * left)])
    else:
        scene.log.unlink()
    assert left or scene.whole()["told"] == []
    assert "lost 1 pass" in journal.behind(scene.store)
    record = watch(scene.file, NEXT)
    assert record.note.startswith("The warehouse is behind its journal (warehouse_behind): it lost 1 pass since")
    assert "Verdicts given since then are lost" in record.note
    assert (record.alerts, record.messages_sent, scene.mail.letters) == (0, 0, [])
    assert scene.whole() == before
    assert journal.behind(scene.store) == ""


def test_a_damaged_file_stops_the_pass_until_it_is_restored(scene: Scene) -> None:
    """`amur run` names `amur restore`, which says what is lost; the next pass brings it back and repeats no alert."""
    before = scene.whole()
    content = bytearray(scene.store.live.read_bytes())
    for place in range(12_288, len(content), 4096):
        content[place] ^= 0x10
    scene.store.live.write_bytes(content)
    stopped = scene.ask("run")
    assert stopped.exit_code == Exit.WAREHOUSE
    assert "is damaged: `amur restore` puts the newest good backup in its place" in stopped.stderr
    assert scene.store.live.read_bytes() == content
    restored = scene.ask("restore", "--yes")
    assert restored.exit_code == 0, restored.output
    assert f"live.backup-{MORNING:%Y%m%d}.duckdb" in restored.stdout
    assert "1 pass, the last of 2026-04-07 06:00 UTC" in restored.stderr
    assert "warehouse_behind" in watch(scene.file, NEXT).note
    assert scene.mail.letters == []
    assert scene.whole() == before


def test_a_message_whose_arrival_is_noted_is_not_sent_again(scene: Scene) -> None:
    """A pass that died after the server took a message, and before it could say so, does not repeat it."""
    with scene.store.transaction() as con:
        con.execute("UPDATE messages SET state = 'sending', attempts = 0")
        con.execute("DELETE FROM deliveries")
    watch(scene.file, NEXT)
    assert scene.mail.letters == []
    with scene.store.transaction() as con:
        assert con.execute("SELECT result, reason FROM deliveries").fetchall() == [("sent", "journal")]


@pytest.mark.parametrize(("answer", "state"), [("retry", "pending"), ("undeliverable", "undeliverable")])
def test_a_message_whose_refusal_is_noted_is_not_held(scene: Scene, answer: journal.Answer, state: str) -> None:
    """What surely did not arrive is as after any such answer, though the pass died and unclear messages are held."""
    scene.file.write_text(scene.file.read_text(encoding="utf-8") + '\n[alerts]\non_ambiguous = "hold"\n', "utf-8")
    with scene.store.transaction() as con:
        con.execute("UPDATE messages SET state = 'sending', attempts = 0")
        con.execute("DELETE FROM deliveries")
        ((message_key,),) = con.execute("SELECT message_key FROM messages").fetchall()
    scene.store.journal.answered(message_key, answer, TOLD)
    watch(scene.file, NEXT)
    with scene.store.transaction() as con:
        assert con.execute("SELECT state, attempts FROM messages").fetchall() == [(state, 1)]
        assert con.execute("SELECT result, reason FROM deliveries").fetchall() == [(answer, "journal")]
    watch(scene.file, NEXT + DAY)
    assert len(scene.mail.letters) == (state == "pending")


def test_a_pass_makes_a_backup_a_day_and_thins_them_out(scene: Scene) -> None:
    """The first pass of a day makes it; what prevents it is noted, and the pass is complete all the same."""
    made = backup.listed(scene.store)
    assert [one.path.name for one in made] == [f"live.backup-{MORNING:%Y%m%d}.duckdb"]
    assert made[0].backup
    assert made[0].backup.last_pass == MORNING
    with watching(scene.file, NEXT) as house:
        rules = replace(house.settings.backups, daily=1, weekly=0)
        run_pass(replace(house, settings=replace(house.settings, backups=rules)), NEXT)
    assert [one.path.name for one in backup.listed(scene.store)] == [f"live.backup-{NEXT:%Y%m%d}.duckdb"]
    shutil.rmtree(scene.store.backups)
    scene.store.backups.write_text("in the way", encoding="utf-8")
    record = watch(scene.file, NEXT + DAY)
    assert record.outcome == "complete"
    assert record.note.startswith("There is no backup of today: ")


def test_a_disk_that_is_nearly_full_starts_no_pass(scene: Scene) -> None:
    """Below the room that is to stay free a pass does not begin, and says so; nothing is written."""
    with watching(scene.file, NEXT) as house:
        rules = replace(house.settings.backups, free=10**15)
        full = replace(house, settings=replace(house.settings, backups=rules))
        with pytest.raises(WarehouseError, match=r"MB left, and a pass needs 1,000,000,000 MB \(disk_full\)"):
            run_pass(full, NEXT)
    with scene.store.transaction() as con:
        assert con.execute("SELECT count(*) FROM passes").fetchall() == [(2,)]
