"""Raw pages by hash."""

from __future__ import annotations

import gzip
import hashlib
import os
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import NOW
from warehouse.pages import PageStore


@settings(max_examples=30, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(st.binary())
def test_bytes_come_back_equal(tmp_path: Path, body: bytes) -> None:
    """What is put under a hash is its bytes, and the hash is theirs."""
    pages = PageStore(tmp_path)
    digest = pages.put(body)
    assert digest == hashlib.sha256(body).hexdigest()
    assert pages.get(digest) == body


def test_a_missing_or_damaged_page_is_none(tmp_path: Path) -> None:
    """A page that is gone, cut off or exchanged is not there; it is no error, and never other bytes."""
    pages = PageStore(tmp_path)
    digest = pages.put(b"a page" * 100)
    (file,) = tmp_path.glob("*/*.gz")
    whole = file.read_bytes()
    for damaged in (whole[:-3], b"", b"no gzip", gzip.compress(b"another page"), whole[:12] + b"\xff" + whole[13:]):
        file.write_bytes(damaged)
        assert pages.get(digest) is None
    assert pages.get("0" * 64) is None


def test_only_a_hash_names_a_page(tmp_path: Path) -> None:
    """What is no hash never becomes a path."""
    with pytest.raises(ValueError, match="sha256"):
        PageStore(tmp_path / "pages").get("../../etc/passwd")


def test_old_pages_are_pruned(tmp_path: Path) -> None:
    """Pages kept before the limit go, later ones stay, and one that was put again counts from then."""
    pages = PageStore(tmp_path)
    old, again, new = b"old", b"old, but seen again", b"new"
    for body in (old, again):
        pages.put(body, NOW - timedelta(days=40))
    kept = [pages.put(body, NOW) for body in (again, new)]
    assert pages.prune(NOW - timedelta(days=30)) == 1
    assert pages.get(hashlib.sha256(old).hexdigest()) is None
    assert [pages.get(digest) for digest in kept] == [again, new]


def test_nothing_is_left_over(tmp_path: Path) -> None:
    """The same page twice is one file, and no unfinished file stays."""
    pages = PageStore(tmp_path)
    assert pages.prune(NOW) == 0
    assert pages.put(b"same") == pages.put(b"same")
    assert [f.suffix for f in tmp_path.glob("*/*")] == [".gz"]


def test_only_pages_are_removed(tmp_path: Path) -> None:
    """What somebody else keeps in the folder stays, whatever its age."""
    store = PageStore(tmp_path / "pages")
    store.put(b"a page", datetime(2020, 1, 1, tzinfo=UTC))
    theirs = (tmp_path / "pages" / "ab" / "notes.txt", tmp_path / "pages" / "2019" / "photo.jpg")
    for file in theirs:
        file.parent.mkdir(exist_ok=True)
        file.write_text("theirs", encoding="utf-8")
        os.utime(file, (0, 0))
    assert store.prune(datetime(2021, 1, 1, tzinfo=UTC)) == 1
    assert all(file.exists() for file in theirs)


def test_half_a_page_of_a_killed_process_goes(tmp_path: Path) -> None:
    """What a process left that was killed while it wrote is removed with the next try; another's work is let alone."""
    store = PageStore(tmp_path)
    digest = store.put(b"whole")
    folder = tmp_path / digest[:2]
    gone = subprocess.Popen([sys.executable, "-c", ""])
    gone.wait()
    left, at_work = folder / f"{digest}.{gone.pid}-1", folder / f"{digest}.{os.getppid()}-1"
    left.write_bytes(b"ha")
    at_work.write_bytes(b"ha")
    assert store.put(b"whole") == digest
    assert not left.exists()
    assert at_work.exists()
    assert store.get(digest) == b"whole"
