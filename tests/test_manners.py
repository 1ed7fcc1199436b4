"""How the command behaves where it is not alone: colours, pipes that break, disks that are full, rights that lack."""

from __future__ import annotations

import os
import resource
import subprocess
import sys
import types
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from builders import key
from desk import Desk, furnish, write_settings
from flows import report
from flows.commands import COMMANDS, Exit, Invocation, amur, pass_invocation
from flows.commands.demo import MARK
from warehouse.connect import FileLock, WarehouseError
from warehouse.pages import PageStore
from warehouse.passes import PassRecord
from warehouse.store import Store

NOW = datetime(2026, 3, 18, tzinfo=UTC)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


def command(monkeypatch: pytest.MonkeyPatch, does: Callable[[Invocation], None]) -> None:
    """Let `amur status` do something else."""
    module = types.ModuleType("stand_in")
    module.status = click.command()(pass_invocation(does))  # type: ignore[attr-defined]  # made up on the spot
    monkeypatch.setitem(sys.modules, "stand_in", module)
    monkeypatch.setitem(COMMANDS, "status", ("stand_in:status", ""))


# --- colours --------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [({}, True), ({"NO_COLOR": "1"}, False), ({"NO_COLOR": ""}, True), ({"TERM": "dumb"}, False)],
)
def test_colours_are_left_out_where_they_are_not_wanted(
    monkeypatch: pytest.MonkeyPatch, environment: dict[str, str], coloured: bool
) -> None:
    """NO_COLOR and a terminal that knows none are heeded."""

    def speak(_: Invocation) -> None:
        click.secho("well", fg="green")

    command(monkeypatch, speak)
    settings = {"NO_COLOR": "", "TERM": "xterm", **environment}
    said = CliRunner(env=settings).invoke(amur, ["status"], color=True)
    assert said.stdout == ("\x1b[32mwell\x1b[0m\n" if coloured else "well\n")


# --- pipes ----------------------------------------------------------------------------------------


def test_only_our_own_reader_ends_us_quietly(monkeypatch: pytest.MonkeyPatch) -> None:
    """A line that breaks elsewhere is a bug with its traceback, however much it looks like a reader that left."""

    def fail(_: Invocation) -> None:
        read, write = os.pipe()
        os.close(read)
        try:
            os.write(write, b"x")
        finally:
            os.close(write)

    command(monkeypatch, fail)
    said = CliRunner().invoke(amur, ["status"])
    assert (said.exit_code, type(said.exception), type(said.exception.__cause__)) == (  # type: ignore[union-attr]  # it failed
        Exit.FAILED, RuntimeError, BrokenPipeError,
    )  # fmt: skip


# --- disks and rights -----------------------------------------------------------------------------


def test_standard_output_that_is_full(desk: Desk) -> None:
    """A full disk behind standard output is one sentence."""
    words = [sys.executable, "-m", "flows.commands", "--config", str(desk.file), "sql", "--csv", "FROM range(100000)"]
    with Path("/dev/full").open("wb") as full:
        said = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)  # noqa: S603  our own interpreter
    assert said.returncode == Exit.FAILED
    assert said.stderr.startswith("Error: cannot be written: No space left on device.")
    assert said.stderr.count("\n") == 1


def limited(script: str, *arguments: object, size: int) -> str:
    """What a Python prints that may write no file longer than `size`."""
    ran = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", script, *map(str, arguments)],
        capture_output=True,
        text=True,
        check=True,
        preexec_fn=lambda: resource.setrlimit(resource.RLIMIT_FSIZE, (size, size)),
    )
    return ran.stdout


def test_a_page_that_does_not_fit(tmp_path: Path) -> None:
    """A page for which there is no room is a clear sentence, and no half of it stays."""
    script = (
        "import os, sys\nfrom pathlib import Path\nfrom warehouse.pages import PageStore\n"
        "from warehouse.connect import WarehouseError\n"
        "try: PageStore(Path(sys.argv[1])).put(os.urandom(100_000))\n"
        "except WarehouseError as error: print(error)\n"
    )
    assert "is full" in limited(script, tmp_path / "pages", size=10_000)
    assert [file for file in tmp_path.rglob("*") if file.is_file()] == []


def test_a_pass_that_cannot_say_that_it_runs(tmp_path: Path) -> None:
    """Where not even the note fits, the pass does not run, and the lock is free."""
    script = (
        "import sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from warehouse.store import Store, WarehouseError\n"
        "try:\n with Store(Path(sys.argv[1])).pass_lock(datetime.now(UTC)): print('runs')\n"
        "except WarehouseError as error: print(error)\n"
    )
    said = limited(script, tmp_path, size=0)
    assert "runs" not in said
    assert str(tmp_path) in said
    with Store(tmp_path).pass_lock(NOW):
        pass


def as_nobody(script: str, *arguments: object) -> str:
    """What a Python prints without the rights of root: `script` comes after our modules were imported."""
    before = (
        "import os, sys\nfrom datetime import UTC, datetime\nfrom pathlib import Path\n"
        "from warehouse.connect import WarehouseError\n"
        "from warehouse.pages import PageStore\nfrom warehouse.query import ask\nfrom warehouse.store import Store\n"
        "folder = Path(sys.argv[1])\n"
        "store = Store(folder)\n"
        "os.geteuid() or os.seteuid(65534)\n"
    )
    ran = subprocess.run(  # noqa: S603  our own script
        [sys.executable, "-c", before + script, *map(str, arguments)], capture_output=True, text=True, check=True
    )
    return ran.stdout


@pytest.mark.parametrize(
    "attempt",
    [
        "store.open()",
        "store.transaction().__enter__()",
        "store.pass_lock(datetime.now(UTC)).__enter__()",
        "ask(folder / 'amur.duckdb', 'SELECT 1')",
        "PageStore(folder / 'pages').put(b'x')",
    ],
)
def test_a_folder_without_rights(tmp_path: Path, attempt: str) -> None:
    """Whatever is tried in a folder that is closed to us, the answer is one sentence that names the place."""
    closed = tmp_path / "closed"
    closed.mkdir()
    for folder in (tmp_path, *tmp_path.parents):
        if folder.stat().st_uid == os.geteuid() and folder.name.startswith(("pytest-", "test_")):
            folder.chmod(0o755)
    closed.chmod(0o000)
    said = as_nobody(f"try: {attempt}\nexcept WarehouseError as error: print(error)\n", closed)
    assert "Permission denied" in said
    assert str(closed) in said


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (OSError(28, "No space left on device", "/srv/x"), "Error: /srv/x cannot be written: No space left on device."),
        (PermissionError(13, "Permission denied", "/srv/x"), "Error: /srv/x cannot be used: Permission denied."),
        (OSError(30, "Read-only file system", "/srv/x"), "Error: /srv/x cannot be used: Read-only file system."),
    ],
)
def test_wherever_the_disk_fails(monkeypatch: pytest.MonkeyPatch, error: OSError, says: str) -> None:
    """What no room of ours has put into words is put into words at the end."""

    def fail(_: Invocation) -> None:
        raise error

    command(monkeypatch, fail)
    said = CliRunner().invoke(amur, ["status"])
    assert (said.exit_code, said.stderr.startswith(says), said.stderr.count("\n")) == (Exit.FAILED, True, 1)


def test_a_data_folder_that_is_a_file(tmp_path: Path) -> None:
    """A file in the place of the data folder is one sentence for every command that needs one."""
    file = write_settings(tmp_path)
    (tmp_path / "data").write_text("")
    for words in (["run"], ["sql", "SELECT 1"], ["alerts", "list"], ["compact"]):
        said = CliRunner().invoke(amur, ["--config", str(file), *words])
        assert said.exit_code == Exit.WAREHOUSE, (words, said.output)
        assert said.stderr.splitlines()[-1].startswith("Error: ")
        assert str(tmp_path / "data") in said.stderr


def test_a_store_in_a_file(tmp_path: Path) -> None:
    """The same at the warehouse's own doors."""
    (tmp_path / "file").write_text("")
    with pytest.raises(WarehouseError, match="file"):
        Store(tmp_path / "file").open()
    with pytest.raises(WarehouseError, match="Not a directory"):
        PageStore(tmp_path / "file" / "pages").put(b"x")


# --- the demo -------------------------------------------------------------------------------------


def test_two_demos_in_one_folder(tmp_path: Path) -> None:
    """The second one says that there is a first one, and takes nothing away from it."""
    (tmp_path / MARK).touch()
    (tmp_path / "its work").touch()
    lock = FileLock(tmp_path / MARK)
    assert lock.take()
    try:
        said = CliRunner().invoke(amur, ["demo", "--bare", "--folder", str(tmp_path)])
        assert (said.exit_code, "Another demo plays" in said.stderr) == (Exit.WRONG, True)
        assert (tmp_path / "its work").exists()
    finally:
        lock.free()


@pytest.mark.parametrize("place", ["file", "file/below", "others"])
def test_where_no_demo_can_be(tmp_path: Path, place: str) -> None:
    """A file, and a folder with something else in it, are one sentence, and stay as they are."""
    (tmp_path / "file").write_text("mine")
    (tmp_path / "others").mkdir()
    (tmp_path / "others" / "mine").touch()
    said = CliRunner().invoke(amur, ["demo", "--bare", "--folder", str(tmp_path / place)])
    assert (said.exit_code, said.stderr.count("\n"), "--folder" in said.stderr) == (Exit.WRONG, 1, True)
    assert (tmp_path / "file").read_text() == "mine"
    assert [path.name for path in (tmp_path / "others").iterdir()] == ["mine"]


# --- words ----------------------------------------------------------------------------------------


def test_one_is_not_many() -> None:
    """A count of one has its noun in the singular."""
    record = PassRecord(key("pass"), NOW, feeds_due=1, entries_new=1, alerts=2)
    assert report.line(record) == "1 feed asked, 1 new entry, 2 alerts"
    assert report.line(replace(record, feeds_due=2, entries_new=0)) == "2 feeds asked, 2 alerts"
