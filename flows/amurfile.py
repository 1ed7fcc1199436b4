"""amur.toml alone: where it is, what is in it, and where the warehouse is. Imports none of the rooms' machinery."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from flows.checking import check
from flows.complaints import Complaint, SettingsError, read_toml
from flows.sections import AmurFile


def find(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """The absolute path of amur.toml: `path` or in that folder, else what AMUR_CONFIG names, else ./amur.toml.

    Raises `SettingsError` when it is not there.
    """
    path = (path or Path(environment.get("AMUR_CONFIG") or "amur.toml")).expanduser().absolute()
    file = path / "amur.toml" if path.is_dir() else path
    if not file.exists():
        advice = "is not there: run `amur init` first, or name another file with --config FILE"
        raise SettingsError([Complaint(str(file), "", advice)])
    return file


def read(file: Path) -> tuple[AmurFile | None, list[Complaint]]:
    """What `file` says, or None and every mistake in it."""
    table, complaints = read_toml(file)
    return (None, complaints) if complaints else check(AmurFile, table, file.name)


def read_sound(file: Path) -> tuple[AmurFile | None, list[Complaint]]:
    """What `file` says where it can be used: a table with a mistake in it has its defaults. And every mistake."""
    table, complaints = read_toml(file)
    if complaints:
        return None, complaints
    amur, complaints = check(AmurFile, table, file.name)
    wrong = {complaint.path.partition(".")[0].partition("[")[0] for complaint in complaints}
    return amur or check(AmurFile, {key: table[key] for key in table if key not in wrong}, file.name)[0], complaints


def data_folder(amur: AmurFile, folder: Path) -> Path:
    """Where the warehouse is, for an amur.toml in `folder`."""
    return folder / Path(amur.amur.data).expanduser()


def find_data(path: Path | None = None, environment: Mapping[str, str] = os.environ) -> Path:
    """Where the warehouse is, without a look at any other file. Raises `SettingsError`."""
    file = find(path, environment)
    amur, complaints = read(file)
    if not amur:
        raise SettingsError(complaints)
    return data_folder(amur, file.parent)
