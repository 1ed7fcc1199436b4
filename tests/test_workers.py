"""The workers against real hangs, crashes and hoarding, each in a real process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path
from threading import Thread

import pytest

import evil
from extractors.workers import Failed, WorkerRules, Workers

DEADLINE = 20.0
ROOT = Path(__file__).parent.parent


@pytest.fixture(scope="module")
def workers() -> Iterator[Workers]:
    with Workers(WorkerRules(count=2, memory_mib=1024)) as started:
        yield started


def test_results_keep_the_order_of_items(workers: Workers) -> None:
    """Results stand in the order of their items, and each item is announced once when it is done."""
    told: list[int] = []
    assert workers.map(evil.double, [(n,) for n in range(20)], DEADLINE, told.append) == [2 * n for n in range(20)]
    assert sorted(told) == list(range(20))


def test_no_items_start_nothing() -> None:
    """Without work there are no processes."""
    with Workers(WorkerRules()) as idle:
        assert idle.map(evil.double, [], DEADLINE) == []
        assert idle._pool is None


def test_workers_stay_warm(workers: Workers) -> None:
    """What a worker has loaded it keeps for its next item."""
    seen = [result for result in workers.map(evil.calls_so_far, [()] * 6, DEADLINE) if not isinstance(result, Failed)]
    seen += [result for result in workers.map(evil.calls_so_far, [()] * 6, DEADLINE) if not isinstance(result, Failed)]
    processes = {process for process, _ in seen}
    assert len(processes) <= 2
    assert max(calls for _, calls in seen) >= 6
    assert os.getpid() not in processes


def test_a_hang_costs_only_itself(workers: Workers) -> None:
    """What is not done in time is killed, also in the middle of a call into C, and the rest is done."""
    started = time.monotonic()
    results = workers.map(evil.call, [(evil.hang,), (evil.double, 1), (evil.hang_in_c,), (evil.double, 2)], 1.0)
    assert results == [_late(1.0), 2, _late(1.0), 4]
    assert time.monotonic() - started < 20


def test_the_deadline_counts_from_the_start_of_the_work(workers: Workers) -> None:
    """An item that waits in line does not grow late by waiting."""
    assert workers.map(time.sleep, [(0.6,)] * 8, 2.0) == [None] * 8


def test_a_crash_costs_only_itself(workers: Workers) -> None:
    """A process that dies takes its item along and no other one."""
    results = workers.map(evil.call, [(evil.double, 1), (evil.abort,), (evil.double, 2), (evil.double, 3)], DEADLINE)
    assert results == [2, Failed("crashed", f"The worker ended with code {-signal.SIGABRT}."), 4, 6]


def test_hoarding_is_stopped(workers: Workers) -> None:
    """An item that wants more memory than it may have fails, and its process goes on."""
    results = workers.map(evil.call, [(evil.hoard,), (evil.double, 1)], DEADLINE)
    assert results == [Failed("memory", "The worker's memory did not suffice."), 2]


@pytest.mark.parametrize(
    ("work", "expected"),
    [
        (evil.refuse, Failed("html_not_feed", "The answer is a web page.")),
        (evil.raise_unpicklable, Failed("error", "UnpicklableError")),
        (evil.leave, Failed("error", "SystemExit")),
    ],
)
def test_exceptions_become_reasons(workers: Workers, work: object, expected: Failed) -> None:
    """An exception keeps its reason and detail; any other one gives its type, not its text, which may hold input."""
    assert workers.map(evil.call, [(work,), (evil.double, 1)], DEADLINE) == [expected, 2]


def test_what_cannot_be_pickled_is_an_error_of_its_item(workers: Workers) -> None:
    """An argument that fails to unpickle, or a result that fails to pickle, costs its item, not the pool."""
    assert workers.map(evil.take, [(evil.Trap(),), (1,)], DEADLINE) == [Failed("error", "ValueError"), "taken"]
    lost, fine = workers.map(evil.call, [(evil.return_lambda,), (evil.double, 1)], DEADLINE)
    assert isinstance(lost, Failed)
    assert (lost.reason, fine) == ("error", 2)


def test_a_pool_that_broke_down_is_replaced() -> None:
    """Workers killed from outside, at rest or at work, are replaced and their items done."""
    with Workers(WorkerRules(count=2)) as started:
        pids = {pid for pid, _ in _calls(started)}
        for pid in pids:
            os.kill(pid, signal.SIGKILL)
        time.sleep(0.5)
        assert not pids & {pid for pid, _ in _calls(started)}


def test_a_worker_is_replaced_after_its_share() -> None:
    """A worker ends after a set number of items; what it leaked goes with it."""
    with Workers(WorkerRules(count=1, tasks=2)) as started:
        assert [calls for _, calls in _calls(started)] == [1, 2, 1, 2]


def test_workers_outlive_the_thread_that_first_used_them() -> None:
    """A worker started by a thread goes on when that thread has ended."""
    with Workers(WorkerRules(count=1)) as started:
        first: list[tuple[int, int]] = []
        thread = Thread(target=lambda: first.extend(_calls(started)))
        thread.start()
        thread.join()
        time.sleep(0.3)
        assert [pid for pid, _ in _calls(started)] == [pid for pid, _ in first]


def test_workers_know_their_limits(workers: Workers) -> None:
    """A worker has its share of memory, dumps no core, computes in one thread and leaves Ctrl-C to its parent."""
    (given,) = workers.map(evil.surroundings, [()], DEADLINE)
    assert given == {"memory": 1024**3, "core": 0, "threads": "1", "deaf_to_int": True}


SCRIPT = """
import sys, evil
from extractors.workers import WorkerRules, Workers
if __name__ == "__main__":
    with Workers(WorkerRules(count=2)) as workers:
        pids = {pid for pid, _ in workers.map(evil.calls_so_far, [()] * 8, 20.0)}
        print(*pids, flush=True)
        page = bytes(5_000_000)
        workers.map(evil.%s, [%s] * 40, 60.0)
"""


@pytest.mark.parametrize(("work", "arguments"), [("hang", "()"), ("hang_in_c", "()"), ("hang_over", "(page,)")])
@pytest.mark.parametrize("how", [signal.SIGINT, signal.SIGKILL])
def test_no_worker_survives_its_parent(tmp_path: Path, work: str, arguments: str, how: signal.Signals) -> None:
    """Whether the parent is interrupted or killed, in a moment it and its workers are gone."""
    script = tmp_path / "busy.py"
    script.write_text(SCRIPT % (work, arguments))
    path = os.pathsep.join([str(ROOT), str(ROOT / "tests")])
    with subprocess.Popen(  # noqa: S603  our own script
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": path},
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as parent:
        assert parent.stdout
        pids = [int(pid) for pid in parent.stdout.readline().split()]
        time.sleep(0.3)
        parent.send_signal(how)
        assert parent.wait(timeout=4) != 0
    assert pids
    assert _gone(pids)


BEING_BORN = """
import time
from extractors.workers import WorkerRules, Workers
if __name__ == "__main__":
    print("ready", flush=True)
    try:
        with Workers(WorkerRules(count=2)) as workers:
            workers.map(time.sleep, [(5,)] * 2, 20.0)
    except KeyboardInterrupt:
        print("stopped", flush=True)
"""


@pytest.mark.parametrize("after", [0.1, 0.2, 0.3, 0.4])
def test_workers_being_born_say_nothing_of_ctrl_c(tmp_path: Path, after: float) -> None:
    """Ctrl-C reaches every process of a terminal; those that are just starting leave the answer to their parent."""
    script = tmp_path / "starting.py"
    script.write_text(BEING_BORN)
    with subprocess.Popen(  # noqa: S603  our own script
        [sys.executable, script],
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as parent:
        assert parent.stdout
        parent.stdout.readline()
        time.sleep(after)
        os.killpg(parent.pid, signal.SIGINT)
        assert parent.communicate(timeout=20) == ("stopped\n", "")


def _calls(workers: Workers) -> list[tuple[int, int]]:
    results = workers.map(evil.calls_so_far, [()] * 4, DEADLINE)
    return [result for result in results if not isinstance(result, Failed)]


def _late(deadline: float) -> Failed:
    return Failed("deadline", f"Not done within {deadline:g} s.")


def _gone(pids: list[int]) -> bool:
    """Whether none of the processes is alive two seconds from now."""
    for _ in range(20):
        if not any(_alive(pid) for pid in pids):
            return True
        time.sleep(0.1)
    return False


def _alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False
