"""A pass over a thousand unchanged feeds beside a bare client that asks the same questions, in one run.

    python tests/benchmarks/unchanged_feeds.py [--feeds 1000] [--rounds 5]

The feeds are on as many hosts (addresses of loopback) and answer 304 to the validators of their last answer. The bare
client is aiohttp with the same limits, which sends the same validators and does nothing with the answers. Medians of
wall time and of CPU time of the asking process and its workers.
"""

from __future__ import annotations

import argparse
import asyncio
import multiprocessing
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime, timedelta
from multiprocessing.synchronize import Event
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # its settings are the tests'

import aiohttp

from desk import write_settings
from extractors.fetch import Fetcher
from extractors.workers import Workers
from flows.house import House, Unwatched
from flows.monitor import run_pass
from flows.settings import Settings, load
from servers import free_port
from warehouse import retention
from warehouse.passes import PassRecord
from warehouse.store import Store

NOW = datetime(2026, 4, 6, 6, tzinfo=UTC)
ETAG = '"v1"'
FEED = b"""<?xml version="1.0"?><rss version="2.0"><channel><title>A paper</title>
<item><title>The market opens at six</title><guid>market</guid><description>By seven the cheese is gone.</description>
<pubDate>Fri, 03 Apr 2026 06:00:00 GMT</pubDate></item></channel></rss>"""


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--feeds", type=int, default=1000)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    port, up = free_port(), multiprocessing.Event()
    server = multiprocessing.Process(target=_serve, args=(port, up), daemon=True)
    server.start()
    up.wait(30)
    hosts = [f"127.1.{i // 250}.{i % 250 + 1}:{port}" for i in range(asked.feeds)]
    with tempfile.TemporaryDirectory() as folder:
        _measure(_settings(Path(folder), hosts), asked.rounds)
    server.terminate()


def _measure(settings: Settings, rounds: int) -> None:
    store = Store(settings.data).open()
    with ExitStack() as stack:
        workers = stack.enter_context(Workers(settings.workers))
        assert _pass(settings, store, workers, NOW).entries_new == len(settings.feeds)
        bare, amur = [], []
        for day in range(1, rounds + 1):  # in turns: these machines have other work
            now = NOW + timedelta(days=2 * day)
            with store.transaction() as con:
                retention.done(con, "all", now)  # what the first pass of a day does besides, is not every pass's
            bare.append(_timed(lambda: asyncio.run(_ask(settings))))
            amur.append(_timed(lambda: _unchanged(settings, store, workers, now)))  # noqa: B023  called at once
    for name, which in (("wall", 0), ("CPU", 1)):
        theirs, ours = (statistics.median(times[which] for times in taken) for taken in (bare, amur))
        sys.stdout.write(
            f"{len(settings.feeds)} unchanged feeds, {name}: bare client {theirs:.2f} s, "
            f"pass {ours:.2f} s, ratio {ours / theirs:.2f}\n"
        )


def _pass(settings: Settings, store: Store, workers: Workers, now: datetime) -> PassRecord:
    # A client of its own, as every pass has: one that has just asked a host keeps its distance.
    with Fetcher(settings.fetch, lambda: now) as fetcher:
        return run_pass(House(settings, store, fetcher, workers, Unwatched(), lambda: now), now)


def _unchanged(settings: Settings, store: Store, workers: Workers, now: datetime) -> None:
    record = _pass(settings, store, workers, now)
    assert (record.feeds_due, record.feeds_failed, record.entries_new) == (len(settings.feeds), 0, 0), record


async def _ask(settings: Settings) -> None:
    rules = settings.fetch
    connector = aiohttp.TCPConnector(limit=rules.concurrency, limit_per_host=rules.per_host)
    timeout = aiohttp.ClientTimeout(total=rules.deadline, connect=rules.connect)
    headers = {"User-Agent": rules.user_agent, "If-None-Match": ETAG}
    async with aiohttp.ClientSession(connector=connector, timeout=timeout, headers=headers) as session:

        async def ask(url: str) -> int:
            async with session.get(url) as answer:
                await answer.read()
                return answer.status

        assert {304} == set(await asyncio.gather(*(ask(feed.fetch_url) for feed in settings.feeds)))


def _timed(work: Callable[[], object]) -> tuple[float, float]:
    wall, cpu = time.perf_counter(), time.process_time()
    work()
    return time.perf_counter() - wall, time.process_time() - cpu


def _settings(folder: Path, hosts: list[str]) -> Settings:
    # No backups, for the same reason.
    amur_toml = f"[fetch]\nallow = {hosts!r}\n[keep]\nbackups = 0\n".replace("'", '"')
    feeds_toml = "".join(
        f'[[feed]]\nname = "Paper {i}"\nurl = "http://{host}/feed.xml"\npublisher = "paper-{i}"\nbloc = "independent"\n'
        for i, host in enumerate(hosts)
    )
    return load(write_settings(folder, amur_toml, feeds_toml), {})


# --- the far side: a process of its own, as lean as can be ------------------------------------------


def _serve(port: int, up: Event) -> None:
    asyncio.run(_listen(port, up))


async def _listen(port: int, up: Event) -> None:
    server = await asyncio.start_server(_answer, "0.0.0.0", port, backlog=4096)
    up.set()
    await server.serve_forever()


async def _answer(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while request := await reader.readuntil(b"\r\n\r\n"):
            known = b'"v1"' in request
            body = b"" if known else FEED
            head = "304 Not Modified" if known else "200 OK"
            kind = "" if known else f"Content-Type: application/rss+xml\r\nContent-Length: {len(body)}\r\n"
            writer.write(f"HTTP/1.1 {head}\r\nETag: {ETAG}\r\n{kind}\r\n".encode() + body)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


if __name__ == "__main__":
    main()
