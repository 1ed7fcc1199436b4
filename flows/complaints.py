"""What is wrong with a user's files: all of it at once, each with its place and what would be right."""

from __future__ import annotations

import difflib
import tomllib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any


@dataclass(frozen=True, slots=True, order=True)
class Complaint:
    """One mistake: in which file, at which path inside it ("" for the file as a whole), and what would be right."""

    file: str
    path: str
    message: str

    def __str__(self) -> str:
        return ": ".join(part for part in (self.file, self.path, self.message) if part)


class SettingsError(Exception):
    """The settings cannot be used as they are; `complaints` names every mistake of every file."""

    def __init__(self, complaints: Iterable[Complaint]) -> None:
        self.complaints = tuple(complaints)
        super().__init__("\n".join(map(str, self.complaints)))


def read_toml(file: Path) -> tuple[dict[str, Any], list[Complaint]]:
    """The tables of `file`, or {} and what kept it from being read."""
    try:
        return tomllib.loads(file.read_text(encoding="utf-8-sig")), []
    except FileNotFoundError:
        message = f"is missing; `amur init {file.parent}` writes it again and leaves the other files as they are"
    except tomllib.TOMLDecodeError as error:
        message = f"is not TOML: {error}"
    except UnicodeDecodeError as error:
        message = f"is not UTF-8 text (byte {error.start}): save it as UTF-8"
    except OSError as error:
        message = f"cannot be read: {error.strerror}"
    return {}, [Complaint(file.name, "", message)]


def nearest(word: str, known: Sequence[str]) -> str:
    """A sentence that suggests the known word that `word` was meant to be, or lists them all."""
    close = difflib.get_close_matches(word, known, n=1)
    return f"did you mean {close[0]!r}?" if close else f"known are {', '.join(known)}"
