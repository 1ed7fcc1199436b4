"""A file that a command writes for its user: there as a whole or not at all, and never over another by accident."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

from flows.commands import Exit, Trouble


@contextmanager
def new_file(path: Path, *, force: bool, outside: Path) -> Iterator[BinaryIO]:
    """What is written takes the name `path` once it is whole; with `force` also where a file has it already.

    Raises Trouble when it cannot be written, for a file in its place, and in the folder `outside` which it must stay.
    """
    path = path.expanduser()
    if force and path.is_file():
        path = path.resolve()  # what a link leads to is replaced, and the link stays
    if path.resolve().is_relative_to(outside.resolve()):
        raise Trouble(f"{path} lies in the data folder, which is Amur's own: name a file somewhere else.")
    _require_free(path, force=force)
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    try:
        with part.open("xb") as out:
            yield out
            out.flush()
            os.fsync(out.fileno())
        if force:
            part.replace(path)
        else:
            _take_name(part, path)
    except OSError as error:
        said = f"Cannot write {path}: {error.strerror or error}. Nothing was left there."
        raise Trouble(said, Exit.FAILED) from error
    finally:
        with suppress(OSError):
            part.unlink(missing_ok=True)


def _require_free(path: Path, *, force: bool) -> None:
    if path.is_dir():
        raise Trouble(f"{path} is a folder: name a file in it.")
    if os.path.lexists(path) and not path.is_file():
        raise Trouble(f"{path} is not a plain file: name another one.")
    if path.exists() and not force:
        raise Trouble(f"{path} is there already: name another file, or replace it with --force.")
    if not path.parent.is_dir():
        raise Trouble(f"There is no folder {path.parent}: make it, or name another file.")


def _take_name(part: Path, path: Path) -> None:
    try:
        path.hardlink_to(part)  # unlike a rename, it takes no other file's place
    except FileExistsError:
        raise Trouble(f"{path} came up meanwhile and was left alone: name another file.") from None
    except OSError:  # a file system without links
        part.rename(path)
