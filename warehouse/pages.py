"""Raw page bytes, compressed, by hash: kept so that another question can be asked of them later."""

from __future__ import annotations

import gzip
import hashlib
import os
import re
import zlib
from datetime import datetime
from pathlib import Path
from threading import get_ident

from warehouse.connect import writable

_HASH = re.compile(r"[0-9a-f]{64}")
_OURS = re.compile(r"[0-9a-f]{64}\.")


class PageStore:
    """Pages under `folder`, which is made when the first one comes."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder

    def put(self, body: bytes, at: datetime | None = None) -> str:
        """Keep `body`; its sha256 in hex. `at` is the moment its age counts from, by default the file system's now.

        Raises WarehouseError where it cannot be written.
        """
        digest = hashlib.sha256(body).hexdigest()
        with writable(self.folder):
            self._put(digest, body, at)
        return digest

    def _put(self, digest: str, body: bytes, at: datetime | None) -> None:
        path = self._path(digest)
        # Pages belong to their publishers: nobody else on this machine reads them here.
        self.folder.mkdir(mode=0o700, parents=True, exist_ok=True)
        path.parent.mkdir(exist_ok=True)
        _forget_unfinished(path)
        unfinished = path.with_suffix(f".{os.getpid()}-{get_ident()}")
        try:
            unfinished.write_bytes(gzip.compress(body, compresslevel=6, mtime=0))
            if at is not None:
                os.utime(unfinished, (at.timestamp(), at.timestamp()))
            unfinished.replace(path)
        except OSError:
            unfinished.unlink(missing_ok=True)  # half a page takes room that a full disk has not
            raise

    def get(self, digest: str) -> bytes | None:
        """The bytes once kept; None when they are gone or damaged."""
        try:
            body = gzip.decompress(self._path(digest).read_bytes())
        except (FileNotFoundError, gzip.BadGzipFile, EOFError, zlib.error):
            return None
        return body if hashlib.sha256(body).hexdigest() == digest else None

    def prune(self, before: datetime) -> int:
        """Remove what was kept before `before`; how many files that were."""
        removed = 0
        for path in self.folder.glob("[0-9a-f][0-9a-f]/*"):
            # Nothing but our own files, whatever else somebody keeps there.
            if _OURS.match(path.name) and path.is_file() and path.stat().st_mtime < before.timestamp():
                path.unlink(missing_ok=True)
                removed += 1
        return removed

    def _path(self, digest: str) -> Path:
        if not _HASH.fullmatch(digest):
            raise ValueError(f"not a sha256 in hex: {digest!r}")
        return self.folder / digest[:2] / f"{digest}.gz"


def _forget_unfinished(path: Path) -> None:
    """Remove what a process that was killed left half written of this page: it is asked for again."""
    for left in path.parent.glob(f"{path.stem}.*-*"):
        writer = left.suffix[1:].partition("-")[0]
        if not (writer.isdecimal() and _runs(int(writer))):
            left.unlink(missing_ok=True)


def _runs(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:  # somebody else's
        pass
    return True
