"""Asking the web without a pass: for commands that look at feeds and store nothing."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from extractors.discovery import Page, read_page
from extractors.fetch import Fetcher, FetchRules
from extractors.samples import Sample, sample
from extractors.trip import REDIRECTS
from extractors.workers import Failed, WorkerRules, Workers
from flows import amurfile
from flows.complaints import SettingsError
from flows.house import utc_now
from flows.settings import fetch_rules
from warehouse.records import Fetch, Outcome, Request

AT_ONCE = 50  # answers held at a time


@dataclass(frozen=True, slots=True)
class Answer:
    """What an address gave: a feed, or why there is none, in one word of the lists of `Fetch` and `parse_feed`."""

    fetch: Fetch
    sample: Sample | None
    reason: str = ""
    detail: str = ""

    @property
    def redirected(self) -> bool:
        """Whether it failed after a redirect: before the first answer there is no status."""
        return self.fetch.status in REDIRECTS


@dataclass(frozen=True, slots=True)
class Asker:
    """Fetches politely and reads in workers, like a pass."""

    fetcher: Fetcher
    workers: Workers
    deadline: float  # seconds that reading one answer may take
    now: datetime

    def ask(self, addresses: Sequence[str], on_answer: Callable[[int, Fetch], None] | None = None) -> Iterator[Answer]:
        """One answer for each address, in their order."""
        for start in range(0, len(addresses), AT_ONCE):
            some = [Request(address, "feed") for address in addresses[start : start + AT_ONCE]]
            yield from self._read(self.fetcher.fetch_all(some, on_answer))

    def page(self, fetch: Fetch) -> Page:
        """What the answer says of feeds if it is a web page; nothing where reading it fails."""
        body, kind, url = fetch.body or b"", fetch.content_type, fetch.final_url
        (page,) = self.workers.map(read_page, [(body, kind, url)], self.deadline)
        return Page((), "") if isinstance(page, Failed) else page

    def _read(self, fetches: Sequence[Fetch]) -> Iterator[Answer]:
        fresh = [place for place, fetch in enumerate(fetches) if fetch.outcome is Outcome.NEW]
        work = [(f.body, f.content_type, f.final_url, self.now) for f in (fetches[place] for place in fresh)]
        read = dict(zip(fresh, self.workers.map(sample, work, self.deadline), strict=True))
        for place, fetch in enumerate(fetches):
            result = read.get(place)
            if isinstance(result, Sample):
                yield Answer(fetch, result)
            elif result:
                yield Answer(fetch, None, result.reason, result.detail)
            else:
                yield Answer(fetch, None, fetch.reason, fetch.detail)


@contextmanager
def open_asker(config: Path | None) -> Iterator[Asker]:
    """An asker by the amur.toml at `config`; workers start with the first answer. Raises `SettingsError`."""
    amur, complaints = amurfile.read(amurfile.find(config))
    if not amur:
        raise SettingsError(complaints)
    rules: FetchRules = fetch_rules(amur.fetch)
    workers = WorkerRules(count=1, memory_mib=amur.workers.memory_mib, tasks=amur.workers.tasks)
    with Fetcher(rules, utc_now) as fetcher, Workers(workers) as pool:
        yield Asker(fetcher, pool, amur.workers.feed_deadline, utc_now())
