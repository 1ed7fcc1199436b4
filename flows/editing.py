"""A settings file that a command edits: one edit at a time, whole or not at all, and never over somebody else's."""

from __future__ import annotations

import codecs
import contextlib
import fcntl
import os
import stat
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.complaints import Complaint, SettingsError, read_toml


@contextlib.contextmanager
def turn(file: Path) -> Iterator[None]:
    """One edit at a time. The folder is locked: the file itself is another one after each edit."""
    try:
        folder = os.open(file.parent, os.O_RDONLY)
    except OSError as error:
        raise SettingsError([Complaint(file.name, "", f"cannot be changed: {error.strerror}")]) from error
    try:
        fcntl.flock(folder, fcntl.LOCK_EX)
        yield
    finally:
        os.close(folder)


def read_text(file: Path) -> tuple[bytes, str]:
    """The bytes of `file`, and its text. Raises `SettingsError` when it cannot be read."""
    try:
        raw = file.read_bytes()
        return raw, raw.decode("utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        raise SettingsError(read_toml(file)[1]) from error


def put(file: Path, before: bytes, text: str) -> bool:
    """Put `text` in the file's place, with its mode; False when it is not `before` any more that is there."""
    try:
        held = file.stat()
        handle, name = tempfile.mkstemp(dir=file.parent, prefix=f".{file.name}.")
        try:
            with os.fdopen(handle, "wb") as out:
                out.write(text.encode("utf-8-sig" if before.startswith(codecs.BOM_UTF8) else "utf-8"))
                os.fchmod(handle, stat.S_IMODE(held.st_mode))
                with contextlib.suppress(PermissionError):  # only root may give a file away
                    os.fchown(handle, held.st_uid, held.st_gid)
                out.flush()
                os.fsync(handle)
            if file.read_bytes() != before:
                return False
            os.replace(name, file)  # noqa: PTH105  a name is what there is
        finally:
            with contextlib.suppress(FileNotFoundError):
                os.unlink(name)  # noqa: PTH108  same
    except OSError as error:
        raise SettingsError([Complaint(file.name, "", f"cannot be changed: {error.strerror}")]) from error
    return True
