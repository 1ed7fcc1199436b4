"""What the doctor says of the disk."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from casework import NOW, case_of, found, spoilable
from desk import Desk, furnish
from flows.checks import Level, disk
from flows.checks.all import take_in


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(furnished: Desk, tmp_path: Path) -> Desk:
    return spoilable(furnished, tmp_path)


def test_room_on_the_disk(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """Less than the floor is trouble; less than publishing and compacting take is a warning."""
    case = take_in(desk.file, NOW, offline=True, environment={})
    assert found(disk.room, case)[0] is Level.OK
    free = shutil.disk_usage(desk.settings.data).free
    monkeypatch.setattr(disk, "TIMES", free)
    assert found(disk.room, case)[0] is Level.WARNING
    monkeypatch.setattr(disk, "FLOOR", free * 2)
    assert found(disk.room, case)[0] is Level.TROUBLE


def test_a_data_folder_that_is_none(tmp_path: Path) -> None:
    """A file in the folder's place is trouble; a folder that is not there yet is none."""
    case = case_of(tmp_path)
    assert found(disk.folder, case)[0] is Level.OK
    assert not (tmp_path / "data").exists()
    (tmp_path / "data").write_text("")
    level, said = found(disk.folder, case)
    assert (level, "Not a directory" in said) == (Level.TROUBLE, True)


MOUNTS = r"""
21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
36 21 0:32 / /srv/shared\040disk rw shared:9 - nfs4 server:/x rw
37 36 0:33 / /srv/shared\040disk/here rw - tmpfs tmpfs rw
"""


@pytest.mark.parametrize(
    ("path", "kind"),
    [
        ("/srv/data", "ext4"),
        ("/srv/shared disk/a/b", "nfs4"),
        ("/srv/shared disk/here", "tmpfs"),
        ("/srv/other", "ext4"),
    ],
)
def test_which_file_system(path: str, kind: str) -> None:
    """The innermost mount counts, whatever blanks its name has."""
    assert disk.file_system(Path(path), MOUNTS) == kind
    assert disk.file_system(Path(path), "") == ""


def test_a_network_file_system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Another machine's disk is a warning."""
    (tmp_path / "mounts").write_text("21 1 8:1 / / rw - nfs4 server:/x rw\n")
    monkeypatch.setattr(disk, "MOUNTS", tmp_path / "mounts")
    assert found(disk.sharing, case_of(tmp_path))[0] is Level.WARNING
