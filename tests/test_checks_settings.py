"""What the doctor says of settings."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework import NOW, SLACK, case_of, found, spoilable
from desk import Desk, furnish
from flows.checks import Level, disk, locks, network
from flows.checks import settings as of_settings
from flows.checks import warehouse as of_warehouse
from flows.checks.all import take_in


@pytest.fixture(scope="module")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


@pytest.fixture
def desk(furnished: Desk, tmp_path: Path) -> Desk:
    return spoilable(furnished, tmp_path)


def test_every_mistake_is_told(tmp_path: Path) -> None:
    """Mistakes in several files are all there, and what is sound is looked at all the same."""
    case = case_of(tmp_path, '[fetch]\ndeadline = 0\n[amur]\ndata = "here"\n' + SLACK)
    level, said = found(of_settings.files, case)
    assert level is Level.TROUBLE
    assert "fetch.deadline" in said
    assert "AMUR_SLACK_WEBHOOK" in said
    assert case.data == tmp_path / "here"
    assert found(network.slack, case) == (Level.LEFT_OUT, "[slack] has mistakes in it, see above ")


def test_without_settings(tmp_path: Path) -> None:
    """Where there is no amur.toml, that is the trouble, and the rest is quiet about it."""
    case = take_in(tmp_path, NOW, offline=True, environment={})
    level, said = found(of_settings.files, case)
    assert (level, "amur init" in said) == (Level.TROUBLE, True)
    checks = (of_settings.contact, of_settings.allow, disk.room, locks.one_pass, of_warehouse.live, network.email)
    assert all(found(check, case)[0] in (Level.OK, Level.LEFT_OUT) for check in checks)


def test_secrets_that_others_can_read(desk: Desk) -> None:
    """A .env and a live file that others can read are named, with the command that mends it."""
    case = take_in(desk.file, NOW, offline=True, environment={})
    assert found(of_settings.secrets, case)[0] is Level.OK
    env = desk.settings.folder / ".env"
    env.touch(mode=0o600)
    env.chmod(0o640)
    (desk.settings.data / "live.duckdb").chmod(0o644)
    level, said = found(of_settings.secrets, case)
    assert level is Level.WARNING
    assert f"chmod 600 {env}" in said
    assert f"chmod 600 {desk.settings.data}/live.duckdb" in said


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        ("intranet.example:8080", "exceptions"),
        ("Intranet.example:8080", "exceptions"),
        ("[::1]:80", "exceptions"),
        ("::1:80", "names no host and port"),
        ("a.example:99999", "names no host and port"),
        ("münchen.example:80", 'Write it "xn--mnchen-3ya.example:80"'),
    ],
)
def test_exceptions_that_never_match(tmp_path: Path, entry: str, says: str) -> None:
    """An entry of `allow` that is not spelt as hosts are dialled is named, with the right spelling."""
    level, said = found(of_settings.allow, case_of(tmp_path, f'[fetch]\nallow = ["{entry}"]'))
    assert says in said
    assert (level is Level.OK) == (says == "exceptions")


def test_what_was_left_to_be_filled_in(tmp_path: Path) -> None:
    """No contact and no channel are worth a warning, not more."""
    bare, filled = case_of(tmp_path / "a"), case_of(tmp_path / "b", '[fetch]\ncontact = "me@example.org"')
    assert found(of_settings.contact, bare)[0] is found(of_settings.channels, bare)[0] is Level.WARNING
    assert found(of_settings.contact, filled) == (Level.OK, "me@example.org ")
