"""Backfills: which archives were walked, how far, and what became of the articles that they held."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from warehouse import history
from warehouse.connect import Connection
from warehouse.records import Entry
from warehouse.rows import insert, row_of

_PROGRESS = """
WITH latest AS (SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT 1),
walked AS (
    SELECT backfill_id,
        count(*) FILTER (state = 'walked') AS pages,
        count(*) FILTER (state <> 'walked') AS pages_left,
        sum(listed)::BIGINT AS listed,
        coalesce(arg_max(detail, ordinal) FILTER (state = 'failed'), '') AS trouble
    FROM backfill_pages
    GROUP BY backfill_id
),
brought AS (
    SELECT b.backfill_id,
        count(*) AS found,
        count(a.article_id) AS read,
        count(*) FILTER (j.relevant) AS relevant,
        count(*) FILTER (a.article_id IS NULL AND p.state = 'waiting' AND p.next_attempt_at > $now) AS later,
        count(*) FILTER (
            a.article_id IS NULL AND e.article_id IS NOT NULL
            AND NOT coalesce(p.state = 'waiting' AND p.next_attempt_at > $now, false)
        ) AS waiting
    FROM backfill_articles AS b
    LEFT JOIN (SELECT DISTINCT article_id FROM entries) AS e USING (article_id)
    LEFT JOIN articles AS a USING (article_id)
    LEFT JOIN pages AS p USING (article_id)
    LEFT JOIN (FROM judgements JOIN latest USING (taxonomy_id)) AS j USING (article_id)
    GROUP BY b.backfill_id
)
SELECT b.backfill_id, b.kind, b.what, b.options, b.state, b.started_at, b.finished_at,
    coalesce(w.pages, 0), coalesce(w.pages_left, 0), coalesce(w.listed, 0), coalesce(g.found, 0),
    coalesce(g.read, 0), coalesce(g.relevant, 0), coalesce(g.waiting, 0), coalesce(g.later, 0), coalesce(w.trouble, '')
FROM backfills AS b
LEFT JOIN walked AS w USING (backfill_id)
LEFT JOIN brought AS g USING (backfill_id)
ORDER BY b.started_at DESC, b.backfill_id
"""


@dataclass(frozen=True, slots=True)
class Backfill:
    """What somebody asked to be brought in: a feed's archive, a sitemap or a file, and which part of it."""

    kind: str  # feed, sitemap or file
    what: str
    options: str

    @property
    def id(self) -> UUID:
        """The same for the same request."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"backfill\n{self.kind}\n{self.what}\n{self.options}")


@dataclass(frozen=True, slots=True)
class ArchivePage:
    """One page of an archive, by a name that holds no credentials; `depth` counts from the first one."""

    name: str
    depth: int = 0


@dataclass(frozen=True, slots=True)
class Walked:
    """What became of one page: its entries and the pages it leads to, or why it could not be had."""

    entries: tuple[Entry, ...] = ()
    more: tuple[ArchivePage, ...] = ()
    listed: int = 0  # articles on it, whether wanted or not
    digest: str = ""  # two pages of one digest are one page: the archive goes in circles
    reason: str = ""  # "" when all is well
    detail: str = ""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a backfill is: its walk through the archive, and what became of the articles it found."""

    backfill_id: UUID
    kind: str
    what: str
    options: str
    state: str  # walking (or broken off, or a page failed) or walked
    started_at: datetime
    finished_at: datetime | None
    pages: int
    pages_left: int  # waiting or failed
    listed: int
    found: int  # articles that nobody had announced
    read: int
    relevant: int
    waiting: int  # to be fetched or read now
    later: int  # failed, and to be tried again
    trouble: str  # what kept the last failed page away


def begin(
    con: Connection, backfill: Backfill, first: Sequence[ArchivePage], now: datetime, *, again: bool = False
) -> bool:
    """Begin a backfill, or go on with one that was broken off: pages that failed are tried again; whether it goes on.

    One that was walked to its end begins anew, as every one does `again`: the articles that it found are known by then.
    """
    row = con.execute("SELECT state FROM backfills WHERE backfill_id = ?", [backfill.id]).fetchone()
    if row == ("walking",) and not again:
        con.execute(
            "UPDATE backfill_pages SET state = 'waiting' WHERE state = 'failed' AND backfill_id = ?", [backfill.id]
        )
        return True
    con.execute("DELETE FROM backfill_pages WHERE backfill_id = ?", [backfill.id])
    insert(
        con,
        "backfills",
        [row_of(backfill, backfill_id=backfill.id, state="walking", started_at=now, finished_at=None)],
        "replace",
    )
    _add_pages(con, backfill.id, first)
    return False


def next_page(con: Connection, backfill_id: UUID) -> ArchivePage | None:
    """The page whose turn it is; None when none is left but failed ones."""
    row = con.execute(
        "SELECT page, depth FROM backfill_pages WHERE backfill_id = ? AND state = 'waiting' ORDER BY ordinal LIMIT 1",
        [backfill_id],
    ).fetchone()
    return ArchivePage(*row) if row else None


def save_walked(con: Connection, backfill_id: UUID, page: ArchivePage, walked: Walked) -> int:
    """Save one page, its articles and the pages it leads to; how many of the articles were new."""
    repeated = con.execute(
        "SELECT 1 FROM backfill_pages WHERE backfill_id = ? AND digest = ? AND digest <> '' AND page <> ?",
        [backfill_id, walked.digest, page.name],
    ).fetchone()
    new = history.unknown(con, [entry.article_id for entry in walked.entries])
    history.save_entries(con, [entry for entry in walked.entries if entry.article_id in new])
    insert(con, "backfill_articles", [{"backfill_id": backfill_id, "article_id": id_} for id_ in sorted(new)])
    con.execute(
        "UPDATE backfill_pages SET state = ?, listed = ?, found = ?, digest = ?, reason = ?, detail = ? "
        "WHERE backfill_id = ? AND page = ?",
        [
            "failed" if walked.reason else "walked",
            walked.listed,
            len(new),
            walked.digest,
            walked.reason,
            walked.detail,
            backfill_id,
            page.name,
        ],
    )
    _add_pages(con, backfill_id, () if repeated else walked.more)
    return len(new)


def finish(con: Connection, backfill_id: UUID, now: datetime) -> bool:
    """Close a walk on which no page is left; whether it is closed now."""
    con.execute(
        "UPDATE backfills SET state = 'walked', finished_at = $now WHERE backfill_id = $id AND NOT EXISTS "
        "(SELECT 1 FROM backfill_pages WHERE backfill_id = $id AND state <> 'walked')",
        {"now": now, "id": backfill_id},
    )
    return con.execute("SELECT state FROM backfills WHERE backfill_id = ?", [backfill_id]).fetchone() == ("walked",)


def progress(con: Connection, now: datetime) -> list[Progress]:
    """All backfills, the latest first."""
    return [Progress(*row) for row in con.execute(_PROGRESS, {"now": now}).fetchall()]


def _add_pages(con: Connection, backfill_id: UUID, pages: Sequence[ArchivePage]) -> None:
    count = con.execute("SELECT count(*) FROM backfill_pages WHERE backfill_id = ?", [backfill_id]).fetchall()[0][0]
    blank = {"state": "waiting", "listed": 0, "found": 0, "digest": "", "reason": "", "detail": ""}
    rows = [
        {"backfill_id": backfill_id, "page": page.name, "ordinal": count + n, "depth": page.depth, **blank}
        for n, page in enumerate(pages)
    ]
    insert(con, "backfill_pages", rows)
