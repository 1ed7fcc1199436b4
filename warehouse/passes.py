"""Passes: when each ran and what it did, and what waits for the next one."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from warehouse.articles import count_unread
from warehouse.connect import Connection
from warehouse.outbox import count_waiting
from warehouse.rows import columns_of, insert, row_of


@dataclass(frozen=True, slots=True)
class PassRecord:
    """One pass. `finished_at` is None while it runs; `outcome` is running, killed, or what its end called it."""

    pass_id: UUID
    started_at: datetime
    finished_at: datetime | None = None
    outcome: str = "running"
    feeds_due: int = 0
    feeds_failed: int = 0
    entries_new: int = 0
    pages_fetched: int = 0
    articles_read: int = 0
    articles_judged: int = 0
    articles_relevant: int = 0
    findings: int = 0
    alerts: int = 0
    messages_sent: int = 0
    messages_waiting: int = 0
    messages_given_up: int = 0
    note: str = ""


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the next pass would find to do, in articles and messages."""

    entries: int  # announced, and their page is to be fetched now
    retries: int  # their page failed and is to be tried again later
    pages: int  # their page is here, or never will be; to be read
    articles: int  # read, and not judged under the taxonomy
    messages: int  # rendered, and not told


_LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)

_ENTRIES = """
SELECT count(DISTINCT e.article_id) FILTER (p.state IS NULL OR p.next_attempt_at <= $now),
    count(DISTINCT e.article_id) FILTER (p.next_attempt_at > $now)
FROM entries AS e
LEFT JOIN pages AS p USING (article_id)
ANTI JOIN articles USING (article_id)
WHERE e.link IS NOT NULL AND (p.state IS NULL OR p.state = 'waiting')
"""

_LONGEST_GAP = """
SELECT coalesce(max(ran - ran_before), INTERVAL 0 DAY)
FROM (
    SELECT ran, lag(ran) OVER (ORDER BY ran) AS ran_before
    FROM (
        SELECT started_at AS ran FROM passes WHERE outcome = 'complete' AND started_at BETWEEN $since AND $now
        UNION ALL
        SELECT $now
    )
)
WHERE ran > $until
"""

_ARTICLES = """
SELECT count(*)
FROM articles
ANTI JOIN (SELECT article_id FROM judgements WHERE taxonomy_id = $taxonomy_id) AS j USING (article_id)
"""


def begin(con: Connection, pass_id: UUID, now: datetime) -> PassRecord:
    """Open the book on a pass, under the pass lock: any other that did not finish was killed."""
    con.execute("UPDATE passes SET outcome = 'killed' WHERE finished_at IS NULL AND outcome = 'running'")
    record = PassRecord(pass_id, now)
    insert(con, "passes", [row_of(record)], "fail")
    return record


def finish(con: Connection, record: PassRecord) -> None:
    """Close the book with what the pass did; `record.finished_at` is set."""
    insert(con, "passes", [row_of(record)], "replace")


def last(con: Connection, n: int = 1) -> list[PassRecord]:
    """The last passes, the latest first."""
    query = f"SELECT {columns_of(PassRecord, 'p')} FROM passes AS p ORDER BY started_at DESC, pass_id LIMIT ?"  # noqa: S608  field names
    return [PassRecord(*row) for row in con.execute(query, [n]).fetchall()]


def last_complete(con: Connection, now: datetime) -> datetime:
    """When the last complete pass before `now` began; long ago where there was none."""
    asked = "SELECT max(started_at) FROM passes WHERE outcome = 'complete' AND started_at < ?"
    began: datetime | None = con.execute(asked, [now]).fetchall()[0][0]
    return began or _LONG_AGO


def longest_gap(con: Connection, since: datetime, until: datetime, now: datetime) -> timedelta:
    """The longest time without a complete pass since a moment, of those that ended after `until`, or end with `now`.

    Before the first pass since then it is not known whether there was one.
    """
    asked = {"since": since, "until": until, "now": now}
    gap: timedelta = con.execute(_LONGEST_GAP, asked).fetchall()[0][0]
    return gap


def what_waits(con: Connection, taxonomy_id: str, now: datetime) -> Waiting:
    """What is left to do under the taxonomy as of `now`."""
    entries, retries = con.execute(_ENTRIES, {"now": now}).fetchall()[0]
    unjudged = con.execute(_ARTICLES, {"taxonomy_id": taxonomy_id}).fetchall()[0][0]
    return Waiting(entries, retries, count_unread(con), unjudged, count_waiting(con))
