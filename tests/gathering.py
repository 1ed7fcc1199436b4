"""The part of a pass that gathers, over a town: for tests that ask what became of pages."""

from __future__ import annotations

import uuid
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from flows import collecting, polling
from flows.house import House, Pass
from servers import HttpServer
from town import MORNING, feed, watching
from warehouse import feeds
from warehouse.passes import PassRecord
from warehouse.store import Store

HOUR = timedelta(hours=1)
SUMMARY = "China and Russia disagree about a gas pipeline."


def announce(town: HttpServer, *slugs: str) -> None:
    """One paper's feed announces articles, each with the same summary."""
    town.routes["/alpha.xml"] = feed(town, *slugs, summary=SUMMARY)


def gather(file: Path, now: datetime = MORNING) -> PassRecord:
    """Poll, collect and read, at a moment."""
    with watching(file, now) as house:
        return gather_with(house, now)


def gather_with(house: House, now: datetime, *, poll: bool = True) -> PassRecord:
    """Poll (or not), collect and read with what is in the house."""
    this = Pass(now, PassRecord(uuid.uuid4(), now))
    with house.store.transaction() as con:
        feeds.sync_feeds(con, house.settings.feeds)
    for due in polling.due_feeds(house, this) if poll else ():
        polling.poll(house, this, due)
    for wanted in collecting.uncollected(house, this):
        collecting.collect(house, this, wanted)
    for pages in collecting.unread(house):
        collecting.read(house, this, pages)
    return this.record


def asked(file: Path, query: str, *values: object) -> list[tuple[Any, ...]]:
    """What the live warehouse answers."""
    with Store(file.parent / "data").transaction() as con:
        return con.execute(query, values).fetchall()


def article(file: Path, slug: str) -> tuple[Any, ...]:
    """Text, its source and the reason of the article at an address; empty where there is none yet."""
    rows = asked(file, "SELECT text, text_source, reason FROM articles WHERE url LIKE ?", f"%/{slug}")
    return rows[0] if rows else ()
