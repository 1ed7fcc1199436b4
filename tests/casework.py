"""The doctor's case: settings to look at, and what a check finds in them."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterable
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from desk import Desk, write_settings
from flows.checks import Case, Finding, Level
from flows.checks.all import take_in
from flows.settings import load

NOW = datetime(2026, 12, 1, 12, 0, tzinfo=UTC)
SLACK = "[slack]\nenabled = true\n"


def spoilable(desk: Desk, folder: Path) -> Desk:
    """A copy of a desk, to be spoilt."""
    shutil.copytree(desk.settings.folder, folder, dirs_exist_ok=True)
    file = folder / desk.file.name
    return replace(desk, file=file, settings=load(file, {}))


def case_of(folder: Path, amur: str = "", *, env: str = "", environment: dict[str, str] | None = None) -> Case:
    """What is looked at in a folder with these settings."""
    write_settings(folder, amur, env=env)
    return take_in(folder, NOW, offline=False, environment=environment or {})


def found(check: Callable[[Case], Iterable[Finding]], case: Case) -> tuple[Level, str]:
    """The worst finding of a check as (level, all it said); whoever finds trouble says what to do."""
    findings = tuple(check(case))
    assert all(f.advice for f in findings if f.level in (Level.WARNING, Level.TROUBLE))
    order = list(Level)
    worst = max((f.level for f in findings), key=order.index, default=Level.OK)
    return worst, "\n".join(f"{f.said} {f.advice}" for f in findings)
