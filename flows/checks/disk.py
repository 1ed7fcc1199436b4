"""The disk: room, inodes, rights, and whether it is one that locks can be trusted on."""

from __future__ import annotations

import os
import re
import shutil
import tempfile
from collections.abc import Iterator
from pathlib import Path

from flows.checks import Case, Finding, ok, trouble, warning

FLOOR = 500_000_000  # bytes
TIMES = 3  # the live file: publishing copies and distils it, compacting writes it anew
INODES, FEW_INODES = 1_000, 20_000  # a page is a file
SHARED = {"nfs", "nfs4", "cifs", "smb3", "smbfs", "afs", "ceph", "glusterfs", "lustre", "9p", "fuse.sshfs"}
MOUNTS = Path("/proc/self/mountinfo")


def room(case: Case) -> Iterator[Finding]:
    """Free space against a floor, and against what publishing and compacting take."""
    if not case.data:
        return
    here, live = _nearest(case.data), case.data / "live.duckdb"
    free, size = shutil.disk_usage(here).free, live.stat().st_size if live.is_file() else 0
    said = f"{free / 1e6:,.0f} MB free at {here}"
    if free < FLOOR:
        yield trouble(f"{said}, less than {FLOOR / 1e6:,.0f} MB", "Free some space: no pass should run out of it.")
    elif free < TIMES * size:
        needed = (
            f"{said}; the live file has {size / 1e6:,.0f} MB, and publishing and compacting take {TIMES} times that"
        )
        yield warning(needed, "Free some space, or keep less: [keep] in amur.toml.")
    else:
        yield ok(said)


def inodes(case: Case) -> Iterator[Finding]:
    """How many files more the disk takes."""
    if not case.data:
        return
    held = os.statvfs(_nearest(case.data))
    if not held.f_files:
        yield ok("this file system does not count files")
    elif held.f_favail < FEW_INODES:
        said = f"room for {held.f_favail:,} more files; each page is one"
        advice = "Keep pages for a shorter time: pages_days under [keep] in amur.toml."
        yield trouble(said, advice) if held.f_favail < INODES else warning(said, advice)
    else:
        yield ok(f"room for {held.f_favail:,} more files")


def folder(case: Case) -> Iterator[Finding]:
    """Whether the data folder can be written to."""
    if not case.data:
        return
    here = _nearest(case.data)
    try:
        if not here.is_dir():
            raise NotADirectoryError(20, "Not a directory")
        with tempfile.TemporaryFile(dir=here) as file:
            file.write(b"x")
            file.flush()
    except OSError as error:
        said = f"{here} cannot be written to: {error.strerror}"
        yield trouble(said, "Give this user the right to, or name another folder: data under [amur] in amur.toml.")
    else:
        yield ok(f"{case.data} {'can be written to' if here == case.data else 'can be made by the first pass'}")


def sharing(case: Case) -> Iterator[Finding]:
    """Whether the disk is another machine's."""
    if not case.data or not MOUNTS.exists():
        return
    kind = file_system(_nearest(case.data).resolve(), MOUNTS.read_text(encoding="utf-8", errors="replace"))
    if kind in SHARED:
        said = f"{case.data} is on a network file system ({kind}), where locks cannot be relied on"
        yield warning(said, "Put the data folder on a disk of this machine: data under [amur] in amur.toml.")
    else:
        yield ok(f"on a file system of this machine ({kind or 'unknown'})")


def file_system(path: Path, mounts: str) -> str:
    """The kind of file system that `path` is on, by the text of /proc/self/mountinfo (proc(5)); "" if unknown."""
    best, kind = -1, ""
    for line in mounts.splitlines():
        before, dash, after = line.partition(" - ")
        fields = before.split(" ")
        if not dash or len(fields) < 5:  # noqa: PLR2004  the fifth field is the mount point
            continue
        point = Path(re.sub(r"\\(\d{3})", lambda found: chr(int(found[1], 8)), fields[4]))
        # Of two at one place, the later one lies on top.
        if (path == point or point in path.parents) and len(point.parts) >= best:
            best, kind = len(point.parts), after.split(" ")[0]
    return kind


def _nearest(path: Path) -> Path:
    """`path`, or the folder that there is above it."""
    return next(one for one in (path, *path.parents) if os.path.lexists(one))
