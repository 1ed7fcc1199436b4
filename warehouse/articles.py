"""Articles on their way: whose page to fetch, what to read, what to judge, and what was read."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import NamedTuple
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Article, Entry, Fetch, Outcome
from warehouse.rows import Row, columns_of, insert, row_of, written


@dataclass(frozen=True, slots=True)
class Wanted:
    """An article whose page is to be fetched; `attempts` were made before."""

    article_id: UUID
    feed_id: UUID
    link: str
    attempts: int
    seen_at: datetime | None = None  # None where it may wait for as long as it takes


@dataclass(frozen=True, slots=True)
class Collected:
    """The answer to a wanted page; `retry_at` is None unless a failed one is to be tried again."""

    wanted: Wanted
    fetch: Fetch
    retry_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class ToRead:
    """An article to be read, from its page's bytes or, where `page_hash` is None, from its entry.

    `entry` is the first sighting, with the content and summary of a later one where it has none of its own.
    """

    article_id: UUID
    entry: Entry
    page_hash: str | None
    page_reason: str
    content_type: str
    final_url: str


class ToJudge(NamedTuple):
    """What judging an article needs."""

    id: UUID
    title: str
    text: str
    language: str


# So long a page waits for its host to answer again. After that its feed's own text has to do.
PATIENCE = timedelta(days=2)

_HOST = "^[a-z]+://(?:[^/?#]*@)?([^/?#:]+)"

_TO_COLLECT = """
WITH due AS (
    SELECT e.article_id, e.feed_id, e.link, e.first_seen_at, coalesce(p.attempts, 0) AS attempts,
        -- News before what a new feed brought along, and that before what a backfill found: it may be ten thousand.
        e.baseline::INTEGER + (e.baseline AND coalesce(f.history, false))::INTEGER AS haste
    FROM entries AS e
    LEFT JOIN feeds AS f USING (feed_id)
    LEFT JOIN pages AS p USING (article_id)
    ANTI JOIN articles USING (article_id)
    WHERE e.link IS NOT NULL
      AND (p.article_id IS NULL OR (p.state = 'waiting' AND p.next_attempt_at <= $now))
      -- Whoever has waited for long enough is let through: the host still pauses, and the feed's own text will do.
      -- History has none, and time.
      AND (
          (e.first_seen_at <= $patience_ends AND haste < 2)
          OR NOT list_contains($resting, regexp_extract(lower(e.link), $host, 1))
      )
    QUALIFY row_number() OVER (PARTITION BY e.article_id ORDER BY haste, e.first_seen_at, f.name, e.guid) = 1
)
SELECT article_id, feed_id, link, attempts, CASE WHEN haste < 2 THEN first_seen_at END
FROM due
QUALIFY row_number() OVER (
    PARTITION BY regexp_extract(lower(link), $host, 1)
    ORDER BY haste, first_seen_at, article_id
) <= $per_host
ORDER BY haste, first_seen_at, article_id
LIMIT $limit
"""

_UNREAD = """
    SELECT e.article_id
    FROM entries AS e
    LEFT JOIN pages AS p USING (article_id)
    ANTI JOIN articles USING (article_id)
    GROUP BY e.article_id
    HAVING any_value(p.state) IN ('fetched', 'failed') OR (any_value(p.state) IS NULL AND count(e.link) = 0)
"""

_SIGHTING = """
WITH unread AS (
    SELECT article_id, min(first_seen_at) AS seen_at
    FROM entries
    WHERE article_id IN ({unread})
      AND article_id NOT IN (SELECT article_id FROM misreadings WHERE again_at > $now)
    GROUP BY article_id
    ORDER BY seen_at, article_id
    LIMIT $limit
),
sightings AS (
    SELECT
        e.* REPLACE (
            first_value(e.content) OVER (earliest ORDER BY e.content = '', e.first_seen_at, f.name, e.guid) AS content,
            first_value(e.summary) OVER (earliest ORDER BY e.summary = '', e.first_seen_at, f.name, e.guid) AS summary
        )
    FROM entries AS e
    JOIN unread USING (article_id)
    LEFT JOIN feeds AS f USING (feed_id)
    WINDOW earliest AS (PARTITION BY e.article_id)
    -- What a watched feed says of an article counts before what a backfill says, whichever came first.
    QUALIFY row_number() OVER (earliest ORDER BY coalesce(f.history, false), e.first_seen_at, f.name, e.guid) = 1
)
"""

_MISREAD = """
INSERT INTO misreadings VALUES ($article, 1, $again_at, $reason)
ON CONFLICT DO UPDATE SET attempts = attempts + 1, again_at = excluded.again_at, reason = excluded.reason
"""

_TO_JUDGE = """
SELECT a.article_id, a.title, a.text, a.language
FROM articles AS a
ANTI JOIN (SELECT article_id FROM judgements WHERE taxonomy_id = $taxonomy_id) AS j USING (article_id)
ANTI JOIN (
    SELECT article_id FROM misjudgements WHERE taxonomy_id = $taxonomy_id AND failed_at = $now
) AS just_failed USING (article_id)
ORDER BY a.first_seen_at, a.article_id
LIMIT $limit
"""


def entries_to_collect(
    con: Connection, now: datetime, limit: int, per_host: int, resting: Collection[str] = ()
) -> list[Wanted]:
    """Articles whose page was never asked for, or is due again, at most `per_host` of one host.

    Those of `resting` hosts are left out until they were waited for in vain.
    News first, then what feeds brought along, then what was back-filled; each oldest first.
    """
    asked = {
        "now": now,
        "limit": limit,
        "per_host": per_host,
        "resting": list(resting),
        "patience_ends": now - PATIENCE,
        "host": _HOST,
    }
    return [Wanted(*row) for row in con.execute(_TO_COLLECT, asked).fetchall()]


def save_pages(con: Connection, pass_id: UUID, pages: Sequence[Collected]) -> None:
    """Save what became of wanted pages; their bytes are in the page store already."""
    tried = [attempt_row(pass_id, "page", p.wanted.feed_id, p.wanted.article_id, p.fetch) for p in pages]
    insert(con, "fetches", tried)
    insert(con, "pages", [_page(page) for page in pages], "replace")


def articles_to_read(con: Connection, limit: int, now: datetime | None = None) -> list[ToRead]:
    """Articles whose page is here or finally failed, or that have no link at all: oldest first.

    Less those that are to be tried again after `now`.
    """
    query = f"""{_SIGHTING.format(unread=_UNREAD)}
        SELECT {columns_of(Entry, "s")}, p.page_hash, coalesce(p.reason, ''), coalesce(p.content_type, ''),
            coalesce(p.final_url, '')
        FROM sightings AS s LEFT JOIN pages AS p USING (article_id)
        ORDER BY s.first_seen_at, s.article_id
    """  # noqa: S608  built from this file's own words and field names
    rows = con.execute(query, {"limit": limit, "now": now}).fetchall()
    return [_to_read(Entry(*row[:-4]), *row[-4:]) for row in rows]


def count_unread(con: Connection) -> int:
    """How many articles `articles_to_read` would give without a limit."""
    counted = con.execute(f"SELECT count(*) FROM ({_UNREAD})").fetchone()  # noqa: S608  this file's own words
    return int(counted[0]) if counted else 0


def save_misreadings(con: Connection, failed: Sequence[tuple[UUID, str]], again_at: datetime) -> dict[UUID, int]:
    """Count pages that could not be read, each with its reason; how often that happened to each by now."""
    for article_id, reason in failed:
        con.execute(_MISREAD, {"article": article_id, "again_at": again_at, "reason": reason})
    ids = [[str(article_id) for article_id, _ in failed]]
    asked = "SELECT article_id, attempts FROM misreadings WHERE article_id IN (SELECT unnest(?::UUID[]))"
    return dict(con.execute(asked, ids).fetchall())


def fold(con: Connection, variants: Sequence[tuple[UUID, Article]]) -> None:
    """Let what was announced and fetched under a variant's key belong to the article it is a variant of."""
    for variant_id, article in variants:
        folded = {"variant": variant_id, "article": article.id, "url": article.url}
        con.execute("UPDATE entries SET article_id = $article, url = $url WHERE article_id = $variant", folded)
        del folded["url"]
        con.execute(
            "DELETE FROM pages WHERE article_id = $variant AND EXISTS (FROM pages WHERE article_id = $article)", folded
        )
        con.execute("UPDATE pages SET article_id = $article WHERE article_id = $variant", folded)


def save_articles(con: Connection, articles: Sequence[Article]) -> int:
    """Save what was read, once; how many were new."""
    asked = f"SELECT article_id FROM articles WHERE article_id IN ({written(a.id for a in articles)})"  # noqa: S608  keys
    known = {article_id for (article_id,) in con.execute(asked).fetchall()}
    new = [a for a in articles if a.id not in known]
    insert(
        con,
        "uncompared",
        [
            {"article_id": a.id, "feed_id": a.feed_id, "dated_at": a.dated_at, "first_seen_at": a.first_seen_at}
            for a in new
        ],
    )
    return insert(con, "articles", [row_of(a, without=("id",), article_id=a.id) for a in new])


def articles_to_judge(con: Connection, taxonomy_id: str, now: datetime, limit: int) -> list[ToJudge]:
    """Articles without a judgement under the taxonomy, but for those that failed to get one at `now`.

    Oldest first: were the archive judged backwards, everything would look new until it is done.
    """
    asked = {"taxonomy_id": taxonomy_id, "now": now, "limit": limit}
    return [ToJudge(*row) for row in con.execute(_TO_JUDGE, asked).fetchall()]


def read_article(con: Connection, article_id: UUID) -> Article | None:
    """One article as it was read."""
    columns = columns_of(Article, "a").replace("a.id,", "a.article_id,", 1)
    row = con.execute(f"SELECT {columns} FROM articles AS a WHERE article_id = ?", [article_id]).fetchone()  # noqa: S608  field names
    return Article(*row) if row else None


def attempt_row(pass_id: UUID, kind: str, feed_id: UUID, article_id: UUID, fetch: Fetch) -> Row:
    """The row of one attempt to fetch an article's page, for `fetches`."""
    return {
        "pass_id": pass_id,
        "kind": kind,
        "feed_id": feed_id,
        "article_id": article_id,
        "tried_at": fetch.at,
        "outcome": fetch.outcome,
        "reason": fetch.reason,
        "detail": fetch.detail,
        "status": fetch.status,
        "raw_bytes": fetch.raw_bytes,
        "seconds": fetch.seconds,
    }


def _page(page: Collected) -> Row:
    fetch = page.fetch
    failed = fetch.outcome is Outcome.FAILED
    return {
        "article_id": page.wanted.article_id,
        "state": ("waiting" if page.retry_at else "failed") if failed else "fetched",
        "attempts": page.wanted.attempts + 1,
        "next_attempt_at": page.retry_at if failed else None,
        "fetched_at": fetch.at,
        "final_url": fetch.final_url,
        "content_type": fetch.content_type,
        "page_hash": None if failed else fetch.body_hash,
        "reason": fetch.reason,
        "detail": fetch.detail,
    }


def _to_read(entry: Entry, page_hash: str | None, reason: str, content_type: str, final_url: str) -> ToRead:
    return ToRead(entry.article_id, entry, page_hash, reason, content_type, final_url)
