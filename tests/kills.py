"""Kill a pass, run the next one, and compare with a run that nobody disturbed.

`python tests/kills.py --kills 100` kills at 30 points evenly spaced over all that a pass writes (commits, renames,
messages handed over) and 70 times at random. Each time the next pass has to leave the same warehouse as an
undisturbed run: every table, but for attempts, times and passes. And every message must have arrived; a copy only
with the same Message-ID and the same bytes.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import random
import shutil
import signal
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import timedelta
from email import message_from_bytes
from multiprocessing.context import ForkServerProcess
from pathlib import Path
from typing import Any

import arctic
from extractors.fetch import Fetcher
from extractors.workers import WorkerRules, Workers
from flows import telling
from flows.house import House, Unwatched
from flows.monitor import run_pass
from flows.settings import load
from mailservers import MailSink
from servers import HttpServer, Reply
from town import DAY, MORNING, feed, gas_day, has_read, quiet_day, settings_for, watch
from warehouse import store as warehouse_store
from warehouse.store import Store

# The pass that is killed, and the next one.
DISTURBED = MORNING + DAY
NEXT = DISTURBED + timedelta(minutes=1)

# What differs between any two runs: attempts, times, passes, and keys made by chance or of a moment.
ATTEMPTS_AND_PASSES = {"fetches", "deliveries", "misjudgements", "passes", "schema_versions", "view_texts"}
BY_CHANCE = {"finding_id", "alert_id", "message_key", "message_id", "body", "attempts", "pass_id"}

_PROCESSES = multiprocessing.get_context("forkserver")


@dataclass(frozen=True, slots=True)
class Kill:
    """When a pass is killed: at the n-th point, counted from 1, or after some seconds."""

    point: int | None = None
    seconds: float | None = None

    def __str__(self) -> str:
        return f"point {self.point}" if self.point else f"{self.seconds:.2f} s"


@dataclass(frozen=True, slots=True)
class Scene:
    """A town, a mail server, and a warehouse that has seen one quiet day; `folder` holds the settings."""

    folder: Path
    town: HttpServer
    mail: MailSink

    @property
    def file(self) -> Path:
        return self.folder / "amur.toml"


@contextmanager
def scene(folder: Path) -> Iterator[Scene]:
    """Open a scene in `folder`: the first pass is done, and the gas pipeline is in the feeds."""
    with ExitStack() as stack:
        town, mail = stack.enter_context(HttpServer()), stack.enter_context(MailSink())
        quiet_day(town)
        town.routes |= {"/students": _students("three hundred"), "/teachers": _students("thirty")}
        town.routes["/gamma.xml"] = feed(town, "students", "teachers", at=MORNING - DAY)
        file = settings_for(folder / "untouched", town, smtp_port=mail.port)
        has_read(file)
        watch(file, MORNING)
        gas_day(town)
        _take_up_the_arctic(town, file)
        town.routes["/students"] = _students("four hundred and ten")  # a relevant text that changes,
        del town.routes["/teachers"]  # and one that is withdrawn
        yield Scene(file.parent, town, mail)


def _take_up_the_arctic(town: HttpServer, file: Path) -> None:
    """Two papers speak of what no theme explains, and two are enough."""
    for paper, slugs in {"alpha": ("patience", "ice-class"), "beta": ("second-line", "icebound-cover")}.items():
        town.routes |= {f"/{slug}": arctic.page(slug) for slug in slugs if slug in arctic.TEXTS}
        town.routes[f"/{paper}.xml"] = feed(town, *slugs, "market-day", at=MORNING + DAY / 2)
    few = "burn_in_days = 0\ncandidate_stories = 2\ncandidate_publishers = 2"
    file.write_text(file.read_text(encoding="utf-8").replace("burn_in_days = 0", few), encoding="utf-8")


def _students(number: str) -> Reply:
    text = f"""The university in Harbin takes {number} students from Russia this year. China pays for the rooms, and
    Russia for the trains. Professors from Moscow teach there in the autumn, and those from China answer the visit in
    the spring. Russia and China count these exchanges every year, and every year both call the number a record."""
    body = f"<html lang=en><head><title>Students</title></head><body><article><p>{text}</p></article></body></html>"
    return Reply(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def kill(origin: Scene, what: Kill, expected: Warehouse, arrived: Counter[str]) -> list[str]:
    """Kill one pass as told, run the next, and say what is wrong then: nothing, if all is well."""
    copy = origin.folder.with_name("killed")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(origin.folder, copy)
    file = copy / "amur.toml"
    origin.mail.letters.clear()
    _killed(file, what)
    watch(file, NEXT)
    wrong = differences(expected, contents(file))
    copies = {(message_from_bytes(x.body)["Message-ID"], x.recipients, x.body) for x in origin.mail.letters}
    told = Counter(recipient for _, recipients, _ in copies for recipient in recipients)
    if told != arrived:  # a copy with another Message-ID or other bytes counts as one too many
        wrong.append(f"messages: {dict(told)} instead of {dict(arrived)}")
    return [f"killed at {what}: {words}" for words in wrong]


def undisturbed(origin: Scene) -> tuple[Warehouse, Counter[str], int, float]:
    """The same two passes without a kill: the warehouse, who was told how often, its points and its seconds."""
    copy = origin.folder.with_name("undisturbed")
    shutil.copytree(origin.folder, copy)
    file = copy / "amur.toml"
    origin.mail.letters.clear()
    points = _PROCESSES.Value("i", 0)
    started = time.monotonic()
    process = _start(file, None, points)
    process.join()
    seconds = time.monotonic() - started
    if process.exitcode:
        raise RuntimeError(f"the undisturbed pass ended with {process.exitcode}")
    watch(file, NEXT)
    told = Counter(recipient for letter in origin.mail.letters for recipient in letter.recipients)
    return contents(file), told, points.value, seconds


def schedule(kills: int, points: int, seconds: float, seed: int) -> list[Kill]:
    """Three in ten at points evenly spaced, the others at random moments of a pass."""
    at_points = max(1, round(kills * 0.3))
    chance = random.Random(seed)  # noqa: S311  moments, not secrets
    spaced = [Kill(point=1 + i * (points - 1) // max(1, at_points - 1)) for i in range(at_points)]
    return spaced + [Kill(seconds=chance.uniform(0.0, seconds)) for _ in range(kills - at_points)]


# --- the pass that is killed ------------------------------------------------------------------------


def _killed(file: Path, what: Kill) -> None:
    process = _start(file, what.point, None)
    process.join(what.seconds)
    if what.seconds is not None and process.is_alive():
        process.kill()
    process.join()
    if what.point is not None and process.exitcode != -signal.SIGKILL:
        raise RuntimeError(f"the pass ended with {process.exitcode} before it came to {what}")


def _start(file: Path, point: int | None, points: Any) -> ForkServerProcess:
    _PROCESSES.set_forkserver_preload(["kills"])
    process = _PROCESSES.Process(target=_one_pass, args=(file, point, points))
    process.start()
    return process


def _one_pass(file: Path, point: int | None, points: Any) -> None:
    """One pass in a process of its own, with workers of its own; it kills itself when it comes to `point`."""
    passed = 0

    def reach() -> None:
        nonlocal passed
        passed += 1
        if passed == point:
            os.kill(os.getpid(), signal.SIGKILL)

    _watch_writes(reach)
    settings = load(file, {})
    with Fetcher(settings.fetch, lambda: DISTURBED) as fetcher, Workers(WorkerRules(count=1)) as workers:
        house = House(settings, Store(settings.data).open(), fetcher, workers, Unwatched(), lambda: DISTURBED)
        run_pass(house, DISTURBED)
    if points is not None:
        points.value = passed


def _watch_writes(reach: Callable[[], None]) -> None:
    """Come by `reach` before and after every commit, every rename and every message handed over."""

    def around(call: Callable[..., Any]) -> Callable[..., Any]:
        def watched(*args: Any, **named: Any) -> Any:
            reach()
            done = call(*args, **named)
            reach()
            return done

        return watched

    class Watched:
        """A connection whose commits are watched."""

        def __init__(self, con: Any) -> None:
            self._con = con

        def execute(self, statement: str, *rest: Any) -> Any:
            run = around(self._con.execute) if statement == "COMMIT" else self._con.execute
            return run(statement, *rest)

        def __getattr__(self, name: str) -> Any:
            return getattr(self._con, name)

    connect = warehouse_store.connect_or_busy
    warehouse_store.connect_or_busy = lambda *args: Watched(connect(*args))  # type: ignore[assignment,return-value]  # stands in for it
    os.replace = around(os.replace)
    telling.send = around(telling.send)


# --- what is left of it -----------------------------------------------------------------------------

Warehouse = dict[str, Counter[tuple[Any, ...]]]


def contents(file: Path) -> Warehouse:
    """Every table's rows without attempts, times and keys made by chance; the page store as a table of its own."""
    data = load(file, {}).data
    found: Warehouse = {}
    with Store(data).transaction() as con:
        columns = con.execute(
            "SELECT table_name, column_name FROM duckdb_columns() JOIN duckdb_tables() USING (table_name) WHERE NOT "
            "duckdb_columns.internal AND (data_type != 'TIMESTAMP WITH TIME ZONE' OR column_name IN ('published_at', "
            "'dated_at')) ORDER BY table_name, column_index"
        ).fetchall()
        for table in {table for table, _ in columns} - ATTEMPTS_AND_PASSES:
            kept = [column for of, column in columns if of == table and column not in BY_CHANCE]
            rows = con.execute(f'SELECT {", ".join(kept)} FROM "{table}"').fetchall() if kept else []  # noqa: S608  names from the catalogue
            found[table] = Counter(tuple(map(_plain, row)) for row in rows)
    pages = (path for path in (data / "pages").rglob("*") if path.is_file())
    found["pages on disk"] = Counter((path.name,) for path in pages)
    return found


def _plain(value: object) -> str:
    """A value in words; numbers that decay with time are the same a minute later."""
    if isinstance(value, list):
        return " ".join(map(_plain, value))
    return f"{value:.2f}" if isinstance(value, float) else str(value)


def differences(expected: Warehouse, found: Warehouse) -> list[str]:
    """What is missing and what is too much, table by table."""
    wrong = []
    for table in sorted(expected.keys() | found.keys()):
        before, after = expected.get(table, Counter()), found.get(table, Counter())
        missing, extra = before - after, after - before
        if missing or extra:
            wrong.append(f"{table}: {missing.total()} rows missing, {extra.total()} too many; {[*missing, *extra][:2]}")
    return wrong


def run(kills: int, seed: int, folder: Path, say: Callable[[str], None]) -> list[str]:
    """Kill so many passes; everything that was wrong afterwards."""
    wrong: list[str] = []
    with scene(folder) as origin:
        expected, arrived, points, seconds = undisturbed(origin)
        say(f"undisturbed: {seconds:.1f} s, {points} points, messages {dict(arrived)}; seed {seed}")
        if not (arrived and expected["revisions"] and expected["candidates"]):
            return [
                "the undisturbed run told nobody, found no candidate or saw no text change: nothing would be proved"
            ]
        for number, what in enumerate(schedule(kills, points, seconds, seed), 1):
            found = kill(origin, what, expected, arrived)
            copies = len(origin.mail.letters) - arrived.total()
            say(f"{number:3} of {kills}: {what}: {'wrong' if found else 'same'}{', told twice' if copies > 0 else ''}")
            wrong += found
    return wrong


def main() -> None:
    options = argparse.ArgumentParser(description=__doc__)
    options.add_argument("--kills", type=int, default=100)
    options.add_argument("--seed", type=int, default=1860)
    asked = options.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        wrong = run(asked.kills, asked.seed, Path(folder), print)
    sys.stdout.write("".join(f"{words}\n" for words in [*wrong, f"{asked.kills} kills, {len(wrong)} differences"]))
    sys.exit(bool(wrong))


if __name__ == "__main__":
    main()
