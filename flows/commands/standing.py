"""How things stand, gathered from the settings and the warehouse for `amur status`."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any
from uuid import UUID

from flows.commands.pulse import Pulse, take
from flows.commands.reading import as_of_now

if TYPE_CHECKING:
    from flows.settings import Settings
    from warehouse.connect import Connection, WarehouseError
    from warehouse.passes import PassRecord, Waiting
    from warehouse.records import Feed

PASSES = 5
LOOK_BACK = timedelta(days=14)

_FEEDS = """
SELECT feed_id,
    COLUMNS('^(outcome|standing|reason|in_words|detail|status|failures|moved_to|[a-z_]+_at|entries_30_days)$')
FROM feed_health
"""
# The published file has neither recipients nor what mail servers said: only columns that are there are asked for.
_MESSAGES = """
SELECT COLUMNS('^(channel|recipient|state|subject|attempts|next_attempt_at|reason|detail|tried_at)$')
FROM messages
LEFT JOIN (
    SELECT * FROM deliveries QUALIFY row_number() OVER (PARTITION BY message_key ORDER BY tried_at DESC) = 1
) USING (message_key)
WHERE state IN ('pending', 'sending') OR (state IN ('undeliverable', 'held') AND created_at >= $since)
ORDER BY created_at, message_key
"""
_PAGES = """
SELECT reason, count(*) AS pages
FROM pages
WHERE state <> 'fetched' AND fetched_at >= $since
GROUP BY reason
ORDER BY pages DESC, reason
"""

Record = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Standing:
    """What `amur status` speaks of; of the warehouse's part, all is empty before the first pass."""

    settings: Record
    published: Record | None
    feeds: list[Record]
    passes: list[PassRecord]
    waiting: Waiting | None
    messages: list[Record]
    pages: list[Record]
    pulse: Pulse
    behind: str  # why it was not the live file that was asked, else ""
    damaged: bool  # and whether it is worse than that somebody is at work on it
    lost: str  # what the warehouse has lost by its journal, else ""


def gather(settings: Settings, now: datetime) -> Standing:
    """How things stand at `now`. Raises `WarehouseError` when there is a warehouse that cannot be read."""
    from warehouse.connect import Busy

    known: dict[UUID, Record] = {}
    passed: list[PassRecord] = []
    messages: list[Record] = []
    pages: list[Record] = []
    waiting, pulse = None, Pulse()
    behind: list[WarehouseError] = []
    lost = ""
    if any((settings.data / name).exists() for name in ("live.duckdb", "amur.duckdb")):
        from flows.serving import who_serves
        from warehouse import passes, recall
        from warehouse.store import Store

        since = {"since": now - LOOK_BACK}
        with as_of_now(settings.data, lambda error, _: behind.append(error)) as con:
            known = {row.pop("feed_id"): row for row in _records(con, _FEEDS)}
            passed = passes.last(con, PASSES)
            waiting = passes.what_waits(con, settings.taxonomy.id, now)
            messages, pages = _records(con, _MESSAGES, since), _records(con, _PAGES, since)
            pulse = take(con, now, settings.every, who_serves(settings.data))
            lost = "" if behind else recall.what_is_missing(con, Store(settings.data).journal.read())
    feeds = [_feed(feed, known.get(feed.id, {})) for feed in settings.feeds]
    return Standing(
        settings=_settings(settings),
        published=_published(settings),
        feeds=feeds,
        passes=passed,
        waiting=waiting,
        messages=messages,
        pages=pages,
        pulse=pulse,
        behind=str(behind[0]) if behind else "",
        damaged=any(not isinstance(error.__cause__, Busy) for error in behind),
        lost=lost,
    )


def _records(con: Connection, sql: str, params: Mapping[str, object] | None = None) -> list[Record]:
    con.execute(sql, params or {})
    names = [column[0] for column in con.description or ()]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


def _settings(settings: Settings) -> Record:
    return {
        "folder": str(settings.folder),
        "data": str(settings.data),
        "feeds": sum(feed.enabled for feed in settings.feeds),
        "feeds_off": sum(not feed.enabled for feed in settings.feeds),
        "themes": len(settings.taxonomy.themes),
        "taxonomy": settings.taxonomy.id,
        "email": list(settings.recipients),
        "slack": settings.slack.name if settings.slack else None,
        "contact": settings.contact,
    }


def _published(settings: Settings) -> Record | None:
    file = settings.data / "amur.duckdb"
    if not file.exists():
        return None
    held = file.stat()
    return {"file": str(file), "at": datetime.fromtimestamp(held.st_mtime, UTC), "bytes": held.st_size}


def _feed(feed: Feed, known: Record) -> Record:
    return {"name": feed.name, "publisher": feed.publisher, "url": feed.url, "state": _state(feed, known), **known}


def _state(feed: Feed, known: Record) -> str:
    if not feed.enabled:
        return "off"
    if not known.get("checked_at"):
        return "not asked yet"
    return known.get("standing") or ("failing" if known["outcome"] == "failed" else "ok")
