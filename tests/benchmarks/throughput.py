"""From page bytes to committed scores: two workers beside one bare process of the same calls, in one run.

    python tests/benchmarks/throughput.py [--articles 200] [--rounds 5]

The bare process reads and judges the same pages, one after the other, and stores nothing; Amur's two workers do, and
their articles, scores and evidence are committed to a warehouse. Both are warm. Measured on relevant articles only,
and on a mix of one relevant in twenty. Medians; peak memory at the end.
"""

from __future__ import annotations

import argparse
import os
import re
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

sys.path.insert(0, str(Path(__file__).parents[1]))  # its settings are the tests'

from corpus import Sheet, furnish, settings_in, sheets

from extractors import exemplars
from extractors.articles import read_feed_text, read_page
from extractors.compose import article_of
from extractors.fetch import Fetcher
from extractors.themes import JudgeInput, judge
from extractors.workers import WorkerRules, Workers
from flows.collecting import read, unread
from flows.house import House, Pass, Unwatched
from flows.judging import judge_articles, unjudged
from flows.modelfile import models_folder
from flows.settings import Settings
from warehouse import passes
from warehouse.store import Store

NOW = datetime(2026, 4, 6, 6, tzinfo=UTC)


def main() -> None:
    """Measure and print."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--articles", type=int, default=200)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder, Workers(WorkerRules(count=2)) as workers:
        os.environ["AMUR_CACHE"] = folder  # learnt once, for all rounds
        settings = settings_in(Path(folder))
        mixes = {
            "relevant articles": sheets(asked.articles, 0, settings.feeds[0], NOW),
            "one relevant in twenty": sheets(asked.articles // 20, asked.articles * 19 // 20, settings.feeds[0], NOW),
        }
        for some in mixes.values():  # every process loads its models
            _bare(some[:8], settings)
            _amur(some[:40], settings, workers)
        rates = {name: _compare(name, some, settings, workers, asked.rounds) for name, some in mixes.items()}
        worker = max(peak for peak in workers.map(_peak, [()] * 8, 10.0) if isinstance(peak, float))
    few, many = rates.values()
    _print(f"articles per second, mix ÷ relevant only: {many / few:.2f}")
    _print(f"peak memory: this process {_peak():.0f} MB, a worker {worker:.0f} MB")


def _peak() -> float:
    """The most memory that this process ever had, in MB. What getrusage tells includes what its parent had."""
    found = re.search(r"^VmHWM:\s+(\d+)", Path("/proc/self/status").read_text(encoding="ascii"), re.MULTILINE)
    assert found
    return int(found[1]) / 1024


def _compare(name: str, some: Sequence[Sheet], settings: Settings, workers: Workers, rounds: int) -> float:
    """Print both rates and their ratio; Amur's articles per second."""
    bare, amur = [], []
    for _ in range(rounds):  # in turns: these machines have other work
        bare.append(_timed(lambda: _bare(some, settings)))
        amur.append(_amur(some, settings, workers))
    rates = [len(some) / statistics.median(seconds) for seconds in (bare, amur)]
    _print(
        f"{name}: {len(some)} pages of {len(some[0].body) / 1000:.0f} KB: one bare process {rates[0]:.1f}/s, "
        f"two workers {rates[1]:.1f}/s, ratio {rates[1] / rates[0]:.2f}"
    )
    return rates[1]


def _bare(some: Sequence[Sheet], settings: Settings) -> None:
    model = exemplars.prepare(settings.taxonomy, models_folder())
    for sheet in some:
        entry = sheet.entry
        page = read_page(sheet.body, "text/html; charset=utf-8", entry.link or "", NOW)
        article = article_of(entry, None, "", page, read_feed_text(entry), NOW)
        judge(JudgeInput(article.id, article.title, article.text, article.language), settings.taxonomy, NOW, model)


def _amur(some: Sequence[Sheet], settings: Settings, workers: Workers) -> float:
    """Seconds to read and judge everything that a new warehouse has waiting."""
    with tempfile.TemporaryDirectory() as folder:
        own = settings_in(Path(folder))
        store = furnish(own, some, NOW)
        with Fetcher(settings.fetch, lambda: NOW) as fetcher:
            house = House(own, store, fetcher, workers, Unwatched(), lambda: NOW)
            return _timed(lambda: _read_and_judge(house, store))


def _read_and_judge(house: House, store: Store) -> None:
    with store.transaction() as con:
        this = Pass(NOW, passes.begin(con, uuid4(), NOW))
    for pages in unread(house):
        read(house, this, pages)
    for waiting in unjudged(house, this):
        judge_articles(house, this, waiting)
    assert this.record.articles_judged == this.record.articles_read > 0


def _timed(work: Callable[[], object]) -> float:
    began = time.perf_counter()
    work()
    return time.perf_counter() - began


def _print(words: str) -> None:
    sys.stdout.write(f"{words}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
