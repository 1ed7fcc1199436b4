"""What Prefect adds to a pass of 500 articles: the flow beside the bare pass, in one run.

    python tests/benchmarks/prefect_share.py [--articles 500] [--rounds 5]

Both read, judge, compare and publish the same pages from the same warehouse. The Prefect server is up and everything
is imported before the clock starts. Medians.
"""

from __future__ import annotations

import argparse
import os
import shutil
import statistics
import sys
import tempfile
import time
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parents[1]))  # its settings are the tests'

from corpus import furnish, settings_in, sheets

from extractors.fetch import Fetcher
from extractors.workers import WorkerRules, Workers
from flows.house import House, Unwatched
from flows.monitor import run_pass
from flows.prefect_server import keep_to, own_server
from flows.settings import load
from servers import free_port
from warehouse.passes import PassRecord
from warehouse.store import Store

NOW = datetime(2026, 4, 6, 6, tzinfo=UTC)
Conduct = Callable[[House, datetime], PassRecord]


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=500)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Workers(WorkerRules(count=2)) as workers:
        os.environ["AMUR_CACHE"] = folder  # learnt once, for all rounds
        origin = Path(folder) / "origin"
        settings = settings_in(origin)
        furnish(settings, sheets(asked.articles // 20, asked.articles * 19 // 20, settings.feeds[0], NOW), NOW)
        keep_to(Path(folder) / "prefect")
        with own_server(Path(folder) / "prefect", free_port()):
            from flows.prefect_flows import pass_as_flow, settle

            _timed(origin, run_pass, workers)  # the workers load their models
            _timed(origin, pass_as_flow, workers)  # and the server makes its tables
            bare, flow = [], []
            for _ in range(asked.rounds):  # in turns: these machines have other work
                bare.append(_timed(origin, run_pass, workers))
                flow.append(_timed(origin, pass_as_flow, workers))
            settle()
    one, other = statistics.median(bare), statistics.median(flow)
    sys.stdout.write(
        f"{asked.articles} articles: bare pass {one:.2f} s, flow {other:.2f} s, Prefect's share {other - one:.2f} s\n"
    )


def _timed(origin: Path, conduct: Conduct, workers: Workers) -> float:
    """Seconds for one pass over a copy of the warehouse in `origin`."""
    copy = origin.with_name("copy")
    shutil.rmtree(copy, ignore_errors=True)
    shutil.copytree(origin, copy)
    now = NOW + timedelta(minutes=1)
    settings = load(copy / "amur.toml", {})
    with Fetcher(settings.fetch, lambda: now) as fetcher:
        house = House(settings, Store(settings.data).open(), fetcher, workers, Unwatched(), lambda: now)
        began = time.perf_counter()
        record = conduct(house, now)
        seconds = time.perf_counter() - began
    assert record.articles_judged >= record.articles_read > 0, record
    return seconds


if __name__ == "__main__":
    main()
