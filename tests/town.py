"""A town of three small papers on loopback, and Amur set up to watch it: for tests of whole passes."""

from __future__ import annotations

import atexit
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

from desk import write_settings
from earlier import hear_earlier
from extractors.fetch import Fetcher
from extractors.workers import WorkerRules, Workers
from flows.house import House, Unwatched, Watch, utc_now
from flows.monitor import run_pass
from flows.settings import Settings, load
from servers import HttpServer, Reply
from warehouse.passes import PassRecord
from warehouse.store import Store

DAY = timedelta(days=1)
MORNING = datetime(2026, 4, 6, 6, tzinfo=UTC)
PAPERS = {"alpha": "independent", "beta": "china-state", "gamma": "russia-exile"}

# Each speaks of the gas pipeline in sentences that name both sides; none repeats another.
TEXTS = {
    "market-day": """The market on the square opens at six, and by seven the cheese is gone. Farmers say that the late
    frost has cost them a third of the cherries. The council wants to move the stalls to the river bank, where there
    is more room but less shade. Nobody we spoke to likes the idea, and the vote is in May.""",
    "patience": """China can wait for the Power of Siberia 2 pipeline, and Russia cannot. Gazprom lost its best
    customers and has no other buyer for the fields of western Siberia. Beijing knows this and haggles over the gas
    price year after year. For Moscow every winter without a contract is a winter of empty promises to China.""",
    "second-line": """Officials in Beijing welcomed the Russian delegation with tea and without a signature. A second
    gas pipeline from Russia to China, they explained, has to make commercial sense. Chinese buyers have liquefied gas
    from four continents to choose from. Russia, which offers discounted gas already, will have to offer more.""",
    "valves": """Whoever owns the valves does not own the market. Moscow learned this when China bought less gas through
    the Power of Siberia than the contract allows. Russian engineers had built the gas pipeline for a customer who pays
    when he likes. The lesson for Russia is that Beijing buys time along with molecules.""",
}


def page(slug: str) -> Reply:
    """An article's page, with some furniture."""
    text = " ".join(TEXTS[slug].split())
    body = f"""<!DOCTYPE html><html lang="en"><head><title>{slug}</title></head><body>
    <nav><a href="/">Home</a> <a href="/about">About</a></nav>
    <main><article><h1>On {slug}</h1><p>{text}</p></article></main>
    <footer>All rights reserved.</footer></body></html>"""
    return Reply(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def feed(town: HttpServer, *slugs: str, at: datetime = MORNING, summary: str = "") -> Reply:
    """A feed that announces articles, all dated `at`."""
    items = "".join(
        f"<item><title>About {slug}</title><link>{town.url(f'/{slug}')}</link><guid>{slug}</guid>"
        f"<pubDate>{at:%a, %d %b %Y %H:%M:%S} GMT</pubDate><description>{summary}</description></item>"
        for slug in slugs
    )
    body = f'<?xml version="1.0"?><rss version="2.0"><channel><title>A paper</title>{items}</channel></rss>'
    return Reply(body=body.encode(), headers={"Content-Type": "application/rss+xml"})


def has_read(file: Path) -> None:
    """Have the town's reader know what is usual: what was said in the weeks before, of other things."""
    settings = load(file, {})
    with Store(settings.data).open().transaction() as con:
        hear_earlier(con, settings.taxonomy, MORNING)


def papers_toml(addresses: Mapping[str, str]) -> str:
    """The papers' feeds at their addresses, as the text of a feeds.toml."""
    return "".join(
        f'[[feed]]\nname = "{paper}"\nurl = "{url}"\npublisher = "{paper}"\nbloc = "{PAPERS[paper]}"\n\n'
        for paper, url in addresses.items()
    )


def settings_for(folder: Path, town: HttpServer, *, smtp_port: int | None = None, feeds_toml: str = "") -> Path:
    """Settings that watch the town: no burn-in, no distance between requests; mail where a port is given."""
    email = f"""
    [email]
    host = "127.0.0.1"
    port = {smtp_port}
    security = "none"
    sender = "amur@desk.example"
    recipients = ["analyst@desk.example"]
    """
    amur_toml = f"""
    [fetch]
    allow = ["{town.netloc}"]
    host_distance = 0.0
    deadline = 5.0
    [novelty]
    burn_in_days = 0
    {email if smtp_port else ""}
    """
    feeds_toml = feeds_toml or papers_toml({paper: town.url(f"/{paper}.xml") for paper in PAPERS})
    return write_settings(folder, amur_toml, feeds_toml)


@cache
def workers() -> Workers:
    """One pool for all tests: what its processes have loaded stays loaded."""
    pool = Workers(WorkerRules(count=1)).__enter__()
    atexit.register(pool.__exit__, None, None, None)
    return pool


@contextmanager
def open_quickly(
    settings: Settings, watch: Watch | None = None, clock: Callable[[], datetime] = utc_now
) -> Iterator[House]:
    """What `flows.house.open_house` does, with the pool of all tests: for commands, which would start one each."""
    with Fetcher(settings.fetch, clock) as fetcher:
        yield House(settings, Store(settings.data).open(), fetcher, workers(), watch or Unwatched(), clock)


@contextmanager
def watching(file: Path, now: datetime = MORNING) -> Iterator[House]:
    """Everything a pass needs, with a clock that stands at `now`."""
    settings = load(file, {})
    with Fetcher(settings.fetch, lambda: now) as fetcher:
        yield House(settings, Store(settings.data).open(), fetcher, workers(), Unwatched(), lambda: now)


def watch(file: Path, now: datetime, *, send: bool = True) -> PassRecord:
    """One pass at a moment."""
    with watching(file, now) as house:
        return run_pass(house, now, send=send)


def quiet_day(town: HttpServer) -> None:
    """Nothing about China and Russia anywhere."""
    town.routes.update({f"/{slug}": page(slug) for slug in TEXTS})
    town.routes.update({f"/{paper}.xml": feed(town, "market-day", at=MORNING - DAY) for paper in PAPERS})


def gas_day(town: HttpServer) -> None:
    """Two papers take up the gas pipeline."""
    for paper, slug in {"alpha": "patience", "beta": "second-line"}.items():
        town.routes[f"/{paper}.xml"] = feed(town, slug, "market-day", at=MORNING + DAY / 2)
