"""The live warehouse among processes: killed, starved of disk, shared, and never half of anything."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from builders import NOW, make_feed
from processes import process
from warehouse import feeds
from warehouse.connect import WarehouseError
from warehouse.store import PassRunning, Store


def configured(store: Store) -> list[str]:
    """Names of the configured feeds."""
    with store.transaction() as con:
        return [name for (name,) in con.execute("SELECT name FROM feeds WHERE configured ORDER BY name").fetchall()]


KILLED = """
import sys, time
from pathlib import Path
from builders import NOW, make_feed
from warehouse import feeds
from warehouse.store import Store
store = Store(Path(sys.argv[1]))
with store.pass_lock(NOW):
    with store.transaction() as con:
        feeds.sync_feeds(con, [make_feed("Kept")])
    with store.transaction() as con:
        feeds.sync_feeds(con, [make_feed("Kept"), make_feed("Lost")])
        print("ready", flush=True)
        time.sleep(60)
"""


def test_kill_9_costs_the_open_transaction_and_no_more(tmp_path: Path) -> None:
    """After a kill the locks are free at once, and what was committed is there and nothing else."""
    store = Store(tmp_path, patience=1).open()
    with process(KILLED, tmp_path) as other:
        other.send_signal(signal.SIGKILL)
        other.wait()
    with store.pass_lock(NOW):
        assert configured(store) == ["Kept"]


FULL = """
import os, resource, sys
from pathlib import Path
from builders import make_feed
from warehouse import feeds
from warehouse.connect import WarehouseError
from warehouse.store import Store
store = Store(Path(sys.argv[1]))
resource.setrlimit(resource.RLIMIT_FSIZE, (1 << 20, resource.RLIM_INFINITY))
print("ready", flush=True)
try:
    with store.transaction() as con:
        feeds.sync_feeds(con, [make_feed(os.urandom(2000).hex()) for _ in range(1000)])
except WarehouseError as error:
    print(error, flush=True)
"""


def test_a_full_disk_is_named_and_loses_nothing(tmp_path: Path) -> None:
    """When the disk takes no more, the user is told to make room, and everything saved before is there."""
    store = Store(tmp_path).open()
    with store.transaction() as con:
        feeds.sync_feeds(con, [make_feed("Kept")])
    with process(FULL, tmp_path) as other:
        assert other.stdout is not None
        said = other.stdout.read()
    assert "disk_full" in said
    assert "Free some space" in said
    assert configured(store) == ["Kept"]


def test_transactions_wait_for_one_another(tmp_path: Path) -> None:
    """Transactions of several threads all commit, one after the other."""
    store = Store(tmp_path).open()
    with store.transaction() as con:
        con.execute("CREATE TABLE tally (n INTEGER)")
        con.execute("INSERT INTO tally VALUES (0)")

    def add() -> None:
        with store.transaction() as con:
            con.execute("UPDATE tally SET n = n + 1")

    threads = [threading.Thread(target=add) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with store.transaction() as con:
        assert con.execute("SELECT n FROM tally").fetchall() == [(8,)]


def test_waiting_ends_in_a_clear_sentence(tmp_path: Path) -> None:
    """Who waits in vain for the warehouse is told who has it."""
    store = Store(tmp_path, patience=0.2).open()
    with store.transaction(), pytest.raises(WarehouseError, match="another Amur process"), store.transaction():
        pass


HOLDER = """
import sys
import duckdb
con = duckdb.connect(sys.argv[1])
print("ready", flush=True)
sys.stdin.read()
"""


def test_another_program_on_the_live_file_is_named(tmp_path: Path) -> None:
    """A database shell that holds the live file open is named by its process, and nothing is lost."""
    store = Store(tmp_path, patience=0.2).open()
    with (
        process(HOLDER, store.live) as other,
        pytest.raises(WarehouseError, match=f"process {other.pid}"),
        store.transaction(),
    ):
        pass
    assert configured(store) == []


VERDICT = """
import sys
from pathlib import Path
from builders import NOW, make_feed
from warehouse import feeds
from warehouse.store import PassRunning, Store
store = Store(Path(sys.argv[1]))
with store.transaction() as con:
    feeds.sync_feeds(con, [make_feed("From outside")])
print("ready", flush=True)
try:
    with store.pass_lock(NOW):
        pass
except PassRunning as running:
    print(running.pid, running.since.isoformat(), running)
"""


def test_others_commit_during_a_pass_but_pass_alone(tmp_path: Path) -> None:
    """While a pass runs another process can commit, but not pass; it learns who runs since when."""
    store = Store(tmp_path).open()
    with store.pass_lock(NOW), process(VERDICT, tmp_path) as other:
        assert other.stdout is not None
        pid, since, said = other.stdout.read().strip().split(" ", 2)
        assert configured(store) == ["From outside"]
    assert (int(pid), since) == (os.getpid(), NOW.isoformat())
    assert "2026-03-02 12:00 UTC" in said
    assert pid in said


def test_the_pass_lock_is_free_after_a_pass(tmp_path: Path) -> None:
    """One pass after the other is no conflict, even when the first one failed."""
    store = Store(tmp_path).open()
    with pytest.raises(LookupError), store.pass_lock(NOW):
        raise LookupError
    with store.pass_lock(NOW), pytest.raises(PassRunning), store.pass_lock(NOW):
        pass
