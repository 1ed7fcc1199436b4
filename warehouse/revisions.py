"""Pages looked at again, and the texts that articles once had."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal
from uuid import UUID

from warehouse import residuals
from warehouse.articles import attempt_row
from warehouse.connect import Connection
from warehouse.records import Fetch, Outcome, Reading
from warehouse.rows import Row, insert

# A watch that was broken off for longer than this does not go back to what it missed.
LATE = timedelta(days=7)

# Texts are left out: they are asked for batch by batch.
_DUE = """
WITH due AS (
    SELECT v.article_id, v.next_at AS due_at, v.first_read_at, v.visits, v.body_hash, v.etag, v.last_modified
    FROM visits AS v
    WHERE v.next_at <= $now
    UNION ALL
    -- What was older than the last visit when it came has had its time to be corrected.
    SELECT a.article_id, a.read_at + $first, a.read_at, 0, NULL, NULL, NULL
    FROM articles AS a
    ANTI JOIN visits USING (article_id)
    WHERE a.read_at BETWEEN $oldest AND $now - $first AND a.dated_at >= a.read_at - $last
)
SELECT due.article_id, a.feed_id, coalesce(nullif(p.final_url, ''), a.url) AS address, due.first_read_at, due.visits,
    coalesce(due.body_hash, a.page_hash), due.etag, due.last_modified
FROM due
JOIN (SELECT article_id FROM judgements WHERE taxonomy_id = $taxonomy_id AND relevant) AS j USING (article_id)
JOIN articles AS a USING (article_id)
LEFT JOIN pages AS p USING (article_id)
WHERE a.dropped_at IS NULL AND a.text_source = 'page'
QUALIFY row_number() OVER (
    PARTITION BY lower(regexp_extract(address, '^[A-Za-z]+://(?:[^/?#]*@)?([^/?#:]+)', 1))
    ORDER BY due.due_at, due.article_id
) <= $per_host
ORDER BY due.due_at, due.article_id
LIMIT $limit
"""

_TEXTS = """
SELECT a.article_id, a.title, a.text, a.language, a.page_hash, coalesce(p.content_type, '')
FROM articles AS a
LEFT JOIN pages AS p USING (article_id)
WHERE a.article_id IN ({marks})
"""

_NEXT_REVISION = "(SELECT coalesce(max(revision), 0) + 1 FROM revisions WHERE article_id = $article)"

# While an article is withdrawn, its last text goes on standing in articles; the withdrawal itself has none.
_END = f"""
INSERT INTO revisions
    (article_id, revision, read_at, title, text, ended_at, ended_by, reason, words_added, words_removed, page_hash)
SELECT article_id, {_NEXT_REVISION}, coalesce(withdrawn_at, read_at), title,
    CASE WHEN withdrawn_at IS NULL THEN text ELSE '' END, $now, $by, $reason, $added, $removed, page_hash
FROM articles
WHERE article_id = $article
"""  # noqa: S608  this file's own words

_REWRITE = """
UPDATE articles
SET title = $title, text = $text, language = $language, fingerprint = $fingerprint, page_hash = $page_hash,
    read_at = $now, withdrawn_at = NULL
WHERE article_id = $article
"""

_KEEP_EVIDENCE = """
INSERT INTO past_evidence BY NAME
SELECT * EXCLUDE (dated_at), (SELECT max(revision) FROM revisions WHERE article_id = $article) AS revision
FROM evidence
WHERE article_id = $article
"""

_JUDGED = ("judgements", "misjudgements", "scores", "evidence", "mentions")

_STATES = """
WITH former AS (
    SELECT revision, read_at, title, text, ended_by, reason, words_added, words_removed
    FROM revisions
    WHERE article_id = $article
),
states AS (
    SELECT revision, read_at, title, text FROM former
    UNION ALL
    SELECT (SELECT coalesce(max(revision), 0) + 1 FROM former), coalesce(withdrawn_at, read_at), title,
        CASE WHEN withdrawn_at IS NULL THEN text ELSE '' END
    FROM articles
    WHERE article_id = $article
)
SELECT s.revision, s.read_at, coalesce(f.ended_by, 'first'), coalesce(f.reason, ''), s.title, s.text,
    coalesce(f.words_added, 0), coalesce(f.words_removed, 0)
FROM states AS s
LEFT JOIN former AS f ON f.revision = s.revision - 1
ORDER BY s.revision
"""


@dataclass(frozen=True, slots=True)
class Due:
    """An article whose page is to be looked at again, after `visits` such visits."""

    article_id: UUID
    feed_id: UUID
    address: str
    first_read_at: datetime
    visits: int
    body_hash: str | None
    etag: str | None
    last_modified: str | None


@dataclass(frozen=True, slots=True)
class Remembered:
    """The text that an article has, and the page it was read from."""

    article_id: UUID
    title: str
    text: str
    language: str
    page_hash: str | None
    content_type: str


@dataclass(frozen=True, slots=True)
class Visit:
    """What a visit brought: `reading` and the words for "changed", a reason for "withdrawn" and "unreachable"."""

    due: Due
    fetch: Fetch
    outcome: Literal["unchanged", "changed", "withdrawn", "unreachable"]
    reason: str
    next_at: datetime | None
    reading: Reading | None = None
    words_added: int = 0
    words_removed: int = 0


@dataclass(frozen=True, slots=True)
class LastVisit:
    """How often a page was looked at again, when last, and what that brought."""

    visits: int
    at: datetime
    outcome: str
    reason: str


@dataclass(frozen=True, slots=True)
class Revision:
    """One state of an article: its first text, a changed one, its withdrawal (without a text), its return.

    Words are counted against the text before; `text` is "" where it was dropped for its age.
    """

    number: int
    at: datetime
    kind: Literal["first", "changed", "withdrawn", "restored"]
    reason: str  # why it is withdrawn: the server's answer, or what stands there instead
    title: str
    text: str
    words_added: int
    words_removed: int


def due_again(
    con: Connection, taxonomy_id: str, days: Sequence[timedelta], now: datetime, limit: int, per_host: int
) -> list[Due]:
    """Relevant articles whose page is to be looked at again, longest due first; at most `per_host` of one host.

    `days` after an article was first read its page is looked at; those read from their page, and not much older then.
    """
    asked = {
        "now": now,
        "first": days[0],
        "last": days[-1],
        "oldest": now - days[-1] - LATE,
        "taxonomy_id": taxonomy_id,
        "limit": limit,
        "per_host": per_host,
    }
    return [Due(*row) for row in con.execute(_DUE, asked).fetchall()]


def remembered(con: Connection, article_ids: Sequence[UUID]) -> dict[UUID, Remembered]:
    """The texts of these articles."""
    if not article_ids:
        return {}
    # Written out, the keys are looked up before any text is read; from a list, the engine would read every text.
    marks = ", ".join("?" * len(article_ids))
    rows = con.execute(_TEXTS.format(marks=marks), [str(key) for key in article_ids]).fetchall()
    return {row[0]: Remembered(*row) for row in rows}


def save_visits(con: Connection, pass_id: UUID, visits: Sequence[Visit], now: datetime) -> None:
    """Save what visits brought: a new text with the old one kept, a withdrawal, a return; and when the next is due.

    What was judged of an old text goes with it, all but its evidence: the article is judged anew.
    """
    tried = [attempt_row(pass_id, "visit", v.due.feed_id, v.due.article_id, v.fetch) for v in visits]
    insert(con, "fetches", tried)
    withdrawn = _withdrawn(con, [visit.due.article_id for visit in visits])
    for visit in visits:
        key = {"article": visit.due.article_id}
        returned = visit.due.article_id in withdrawn
        if visit.outcome == "withdrawn" and not returned:
            _end(con, visit, "withdrawn", now)
            con.execute("UPDATE articles SET withdrawn_at = $now WHERE article_id = $article", {**key, "now": now})
        elif visit.outcome == "changed":
            _end(con, visit, "restored" if returned else "changed", now)
            _rewrite(con, visit, now)
        elif visit.outcome == "unchanged" and returned:
            _end(con, visit, "restored", now)
            con.execute("UPDATE articles SET withdrawn_at = NULL WHERE article_id = $article", key)
    insert(con, "visits", [_visited(visit, now) for visit in visits], "replace")


def read_revisions(con: Connection, article_id: UUID) -> list[Revision]:
    """Every state of an article, the present one last; none for an article that is not known."""
    return [Revision(*row) for row in con.execute(_STATES, {"article": article_id}).fetchall()]


def last_visit(con: Connection, article_id: UUID) -> LastVisit | None:
    """How often an article was looked at again, when last, and what came of that; None if never."""
    asked = "SELECT visits, visited_at, outcome, reason FROM visits WHERE article_id = ?"
    row = con.execute(asked, [article_id]).fetchone()
    return LastVisit(*row) if row else None


def _withdrawn(con: Connection, article_ids: Sequence[UUID]) -> set[UUID]:
    rows = con.execute(
        "SELECT article_id FROM articles WHERE withdrawn_at IS NOT NULL AND article_id IN (SELECT unnest(?::UUID[]))",
        [[str(key) for key in article_ids]],
    ).fetchall()
    return {key for (key,) in rows}


def _end(con: Connection, visit: Visit, by: str, now: datetime) -> None:
    asked = {"article": visit.due.article_id, "now": now, "by": by, "reason": visit.reason}
    con.execute(_END, asked | {"added": visit.words_added, "removed": visit.words_removed})


def _rewrite(con: Connection, visit: Visit, now: datetime) -> None:
    article, reading = visit.due.article_id, visit.reading
    if reading is None:
        raise ValueError("a changed article without its reading")
    text = {"title": reading.title, "text": reading.text, "language": reading.language}
    page = {"fingerprint": reading.fingerprint, "page_hash": visit.fetch.body_hash}
    con.execute(_REWRITE, {"article": article, "now": now} | text | page)
    con.execute(_KEEP_EVIDENCE, {"article": article})
    for table in _JUDGED:
        con.execute(f"DELETE FROM {table} WHERE article_id = ?", [article])  # noqa: S608  this file's own words
    residuals.drop_of(con, article)


def _visited(visit: Visit, now: datetime) -> Row:
    # What could not be read is asked for again whole: an answer "not modified" to it would say nothing.
    read = visit.outcome in ("unchanged", "changed")
    due, fetch = visit.due, visit.fetch
    # "Not modified" comes without the validators that it was the answer to.
    same = due if fetch.outcome is Outcome.UNCHANGED else fetch
    return {
        "article_id": due.article_id,
        "first_read_at": due.first_read_at,
        "visits": due.visits + 1,
        "visited_at": now,
        "next_at": visit.next_at,
        "outcome": visit.outcome,
        "reason": visit.reason,
        "body_hash": (fetch.body_hash or due.body_hash) if read else None,
        "etag": (fetch.etag or same.etag) if read else None,
        "last_modified": (fetch.last_modified or same.last_modified) if read else None,
    }
