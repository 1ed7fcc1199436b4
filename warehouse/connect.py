"""The doors to the engine: hardened connections, the file locks around them, and errors in a user's words.

The only file that imports duckdb and tenacity.
"""

from __future__ import annotations

import errno
import fcntl
import os
import shutil
import stat
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import TypeVar

import duckdb
from tenacity import Retrying, retry_if_exception_type, stop_after_delay, wait_random_exponential

Connection = duckdb.DuckDBPyConnection
EngineError = duckdb.Error
Statement = duckdb.StatementType
T = TypeVar("T")

_MAGIC = slice(8, 12)  # where every DuckDB file says DUCK
MEMORY = "2GB"
Config = dict[str, str | bool | int | float | list[str]]
_NO_OUTSIDE: Config = {"enable_external_access": "false"}
_HARDENED: Config = {
    "autoinstall_known_extensions": "false",
    "autoload_known_extensions": "false",
    "allow_community_extensions": "false",
    "python_enable_replacements": "false",
    "memory_limit": MEMORY,
    # The log is read at every opening: 16 MB of it, the engine's own choice, make an opening take 0.2 s.
    "checkpoint_threshold": "4MB",
}
# Without it the engine writes a format that leaves long text uncompressed; a newer engine keeps to it.
_CREATED_AS: Config = {"storage_compatibility_version": "v1.5.0"}
_SMALL = 32_000_000  # bytes of a file: done before a second thread is awake, which costs up to a third of the work
_FULL = ("No space left on device", "File too large", "Disk quota exceeded")
_FULL_NUMBERS = (errno.ENOSPC, errno.EDQUOT, errno.EFBIG)
_MENDABLE = (
    *_FULL_NUMBERS,
    *(errno.EACCES, errno.EPERM, errno.EROFS),
    *(errno.ENOTDIR, errno.EISDIR, errno.ELOOP),
)
_DAMAGED = (
    *("Corrupt database file", "Could not read enough bytes", "Failed to deserialize", "checksum"),
    "Failure while replaying WAL",
)
LIVE = "live.duckdb"  # what the pipeline's own file is called


class WarehouseError(Exception):
    """Something about the warehouse its user can mend; the message says how."""


class Damaged(WarehouseError):  # noqa: N818  it says what the file is
    """What is at the warehouse's path cannot be read as one."""


class Busy(Exception):  # noqa: N818  it is a turn to wait for, not an error
    """Somebody else holds the file just now."""


def connect(path: Path, *, read_only: bool = False, memory: str = MEMORY) -> Connection:
    """A hardened connection: no other file, no extension, UTC, and settings locked.

    `memory` is how much of the file is held at most. A file that can be written is its owner's alone. Raises what the
    engine raises; `explained` turns that into words.
    """
    config = _HARDENED | _NO_OUTSIDE | _CREATED_AS | {"memory_limit": memory} | _threads(path)
    con = duckdb.connect(str(path), read_only=read_only, config=config)
    if not read_only:
        make_private(path)
        # The engine would make its log readable by all; an empty one that is there it fills.
        _touch(Path(f"{path}.wal"))
    return _settle(con)


def connect_beside(path: Path, other: Path) -> Connection:
    """A new database at `path` that may read one other, and has it attached as `source`."""
    con = duckdb.connect(str(path), config=_HARDENED | _CREATED_AS | _threads(other))
    con.execute(f"SET allowed_paths = [{_quoted(str(other))}, {_quoted(f'{other}.wal')}]")
    con.execute("SET enable_external_access = false")
    con.execute(f"ATTACH {_quoted(str(other))} AS source (READ_ONLY)")
    con.execute("PRAGMA disable_optimizer")  # whole tables are copied and views made, a hundred statements
    return _settle(con)


def _threads(path: Path) -> Config:
    return {"threads": 1} if not path.exists() or path.stat().st_size < _SMALL else {}


def _settle(con: Connection) -> Connection:
    # The engine compresses the last 122,880 articles anew at every checkpoint, up to seconds of work: not at every
    # close, then, but when the log has grown or the file is published.
    con.execute("PRAGMA disable_checkpoint_on_shutdown")
    con.execute("SET TimeZone = 'UTC'")
    # Where it takes us for somebody at a prompt, the engine would draw a bar into our answers.
    con.execute("SET enable_progress_bar = false")
    con.execute("SET lock_configuration = true")
    return con


def _quoted(text: str) -> str:
    return "'" + text.replace("'", "''") + "'"


def make_private(path: Path) -> None:
    """Take the rights of group and others from `path`, if it has any."""
    mode = stat.S_IMODE(path.stat().st_mode)
    if mode & 0o077:
        with suppress(PermissionError):  # as on a file system that knows no rights
            path.chmod(mode & 0o700)


def copy_private(source: Path, target: Path) -> None:
    """Copy a file to a new one that never was anybody else's to read."""
    target.unlink(missing_ok=True)
    _touch(target)
    shutil.copyfile(source, target)


def close(con: Connection, path: Path) -> None:
    """Close a connection made by `connect`, and take away the log it left empty."""
    log = Path(f"{path}.wal")
    try:
        # While the file is still ours: after closing, the log may be another program's.
        if log.exists() and not log.stat().st_size:
            log.unlink()
    finally:
        con.close()


def flush(path: Path) -> None:
    """Have the disk keep a file, or the names in a folder."""
    handle = os.open(path, os.O_RDONLY | os.O_CLOEXEC)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _touch(path: Path) -> None:
    os.close(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o600))


def present(path: Path) -> bool:
    """Whether there is anything at `path`. Raises WarehouseError where that cannot be seen."""
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    except OSError as error:
        raise WarehouseError(f"{path} cannot be looked at: {error.strerror}. Mend that and run again.") from error
    return True


def require_database(path: Path) -> None:
    """Look before the engine does: raises Damaged when what is at `path` is not a DuckDB file."""
    if path.is_dir():
        raise Damaged(f"{path} is a folder where the warehouse's file should be: move it away{_or_restore(path)}.")
    try:
        with path.open("rb") as file:
            start = file.read(_MAGIC.stop)
    except OSError as error:
        raise WarehouseError(f"{path} cannot be read: {error.strerror}.") from error
    if start[_MAGIC] != b"DUCK":
        what = "is empty" if not start else "is not a DuckDB database"
        again = f" Move it away and run again{_or_restore(path)}." if path.name == LIVE else ""
        raise Damaged(f"{path} {what}; it was left as it is.{again}")


def _or_restore(path: Path) -> str:
    return ", or have `amur restore` put it aside and a backup in its place" if path.name == LIVE else ""


@contextmanager
def explained(path: Path) -> Iterator[None]:
    """Turn the engine's errors that a user can mend into WarehouseError; bugs pass through."""
    try:
        yield
    except duckdb.Error as error:
        said = _in_words(path, error)
        if said is None:
            raise
        raise said from error


@contextmanager
def writable(path: Path) -> Iterator[None]:
    """Turn a full disk and missing rights into WarehouseError, around our own work on files."""
    try:
        yield
    except OSError as error:
        if error.errno not in _MENDABLE:
            raise
        if error.errno in _FULL_NUMBERS:
            raise WarehouseError(_full(path)) from error
        raise WarehouseError(f"{path} cannot be written: {error.strerror}. Mend that and run again.") from error


def _full(path: Path) -> str:
    return f"The disk of {path} is full (disk_full). Free some space and run again; all that was saved is there."


def _in_words(path: Path, error: duckdb.Error) -> WarehouseError | None:
    text = str(error)
    first = text.splitlines()[0] if text else type(error).__name__
    if any(sign in text for sign in _FULL):
        said = _full(path)
    elif "newer version of DuckDB" in text:
        said = f"{path} was written by a newer DuckDB than {duckdb.__version__}: upgrade it here. It said: {first}"
    elif any(sign in text for sign in _DAMAGED):
        mend = "`amur restore` puts the newest good backup" if path.name == LIVE else "put a good copy"
        return Damaged(f"{path} is damaged: {mend} in its place. The engine said: {first}")
    elif isinstance(error, duckdb.OutOfMemoryException):
        said = f"The memory limit was reached while working on {path}; nothing of that step was saved."
    elif isinstance(error, duckdb.FatalException | duckdb.IOException):
        said = f"{path} cannot be used: {first}"
    else:
        return None
    return WarehouseError(said)


class FileLock:
    """An exclusive flock: the kernel frees it when its holder dies, however it dies."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._handle: int | None = None

    def take(self, note: str = "") -> bool:
        """Take it now or not at all; the holder's `note` is left in the file for the others to read."""
        handle = os.open(self._path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(handle)
            return False
        try:
            os.ftruncate(handle, 0)
            os.write(handle, note.encode())
        except OSError:  # a full disk: whoever cannot say that he holds it does not hold it
            os.close(handle)
            raise
        self._handle = handle
        return True

    def free(self) -> None:
        """Give it back; its note goes with it."""
        if self._handle is not None:
            with suppress(OSError):  # a full disk must not keep the lock
                os.ftruncate(self._handle, 0)
            os.close(self._handle)
            self._handle = None

    def is_held(self) -> bool:
        """Whether somebody holds it just now; for a moment, nobody else can take it."""
        try:
            handle = os.open(self._path, os.O_RDONLY | os.O_CLOEXEC | os.O_NOFOLLOW)
        except FileNotFoundError:
            return False
        try:
            fcntl.flock(handle, fcntl.LOCK_SH | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
        finally:
            os.close(handle)
        return False

    def note(self) -> str:
        """What the present holder wrote."""
        return self._path.read_text(encoding="utf-8", errors="replace")


def patiently(attempt: Callable[[], T], seconds: float) -> T:
    """Try until it is not Busy, for at most `seconds`; then raises the last Busy."""
    retrying = Retrying(
        retry=retry_if_exception_type(Busy),
        stop=stop_after_delay(seconds),
        wait=wait_random_exponential(multiplier=0.005, max=0.25),
        reraise=True,
    )
    return retrying(attempt)


def connect_or_busy(path: Path, *, read_only: bool = False, memory: str = MEMORY) -> Connection:
    """Like `connect`, but raises Busy while another program has the file open."""
    try:
        return connect(path, read_only=read_only, memory=memory)
    except duckdb.IOException as error:
        if "Conflicting lock" not in str(error):
            raise
        holder = str(error).partition("(PID ")[2].partition(")")[0]
        raise Busy(f"another program (process {holder}) has it open: close it there") from error
