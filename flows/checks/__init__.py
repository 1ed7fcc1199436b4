"""What can be wrong with an installation: each check is a small function that looks and returns findings.

A check never changes anything, and one that crashes is a finding itself.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from flows.complaints import Complaint
    from flows.settings import Draft


class Level(StrEnum):
    """How bad a finding is."""

    OK = "ok"
    LEFT_OUT = "left out"
    WARNING = "warning"
    TROUBLE = "trouble"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a check found, in a sentence, and what to do about it ("" where there is nothing to do)."""

    level: Level
    said: str
    advice: str = ""


@dataclass(frozen=True, slots=True)
class Case:
    """What is looked at. `draft` and `data` are None where there are no settings, `lacking` says why."""

    draft: Draft | None
    lacking: tuple[Complaint, ...]
    data: Path | None
    environment: Mapping[str, str]
    now: datetime
    offline: bool = False


@dataclass(frozen=True, slots=True)
class Check:
    """One question, and who answers it."""

    group: str
    name: str
    look: Callable[[Case], Iterable[Finding]]


@dataclass(frozen=True, slots=True)
class Result:
    """A finding with the check that made it."""

    group: str
    check: str
    level: Level
    said: str
    advice: str


def ok(said: str) -> Finding:
    """All is well."""
    return Finding(Level.OK, said)


def left_out(said: str) -> Finding:
    """It could not be looked at, or was not to be."""
    return Finding(Level.LEFT_OUT, said)


def warning(said: str, advice: str) -> Finding:
    """It works, and might better."""
    return Finding(Level.WARNING, said, advice)


def trouble(said: str, advice: str) -> Finding:
    """It does not work, or will not for long."""
    return Finding(Level.TROUBLE, said, advice)


def look_at(case: Case, checks: Sequence[Check]) -> Iterator[Result]:
    """The findings of every check, in their order, as they come."""
    for check in checks:
        for found in _looked(check, case):
            yield Result(check.group, check.name, found.level, found.said, found.advice)


def _looked(check: Check, case: Case) -> Iterable[Finding]:
    try:
        return tuple(check.look(case))
    except Exception as error:  # noqa: BLE001  whatever is wrong with one check, the others have something to say
        said = f"the check itself failed with {type(error).__name__}: {error}"
        return (trouble(said, "This is a mistake in Amur: please report this line."),)
