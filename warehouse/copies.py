"""What tells copies: the sentences they share, and the originals they name."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Copy, Original, Shared
from warehouse.rows import insert, row_of

# A sentence that stands in more stories than this is the furniture of a site.
_FURNITURE = 3

# An entry that names a source is no older than this when its article is seen first.
_SOURCES_SINCE = timedelta(days=30)

_WAITING = "SELECT article_id, dated_at, first_seen_at FROM uncompared ORDER BY dated_at, article_id LIMIT ?"

# The engine keeps the least and the greatest date of every 122,880 rows: it skips all in which none of these dates can
# stand. What it then reads whole is told by the number of the row, or it would read the others' texts as well.
_ARRIVALS = """
SELECT a.article_id, a.fingerprint, a.dated_at, a.text, coalesce(e.source_name, ''), coalesce(e.source_url, '')
FROM articles AS a
LEFT JOIN (
    SELECT article_id, source_name, source_url FROM entries
    WHERE article_id IN (SELECT unnest($arrivals::UUID[])) AND first_seen_at >= $since
      AND (coalesce(source_name, '') <> '' OR coalesce(source_url, '') <> '')
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY first_seen_at, feed_id, guid) = 1
) AS e USING (article_id)
WHERE a.rowid IN (
    SELECT rowid FROM articles WHERE article_id IN (SELECT unnest($arrivals::UUID[])) AND dated_at IN ({dates})
)
ORDER BY a.dated_at, a.article_id
"""

_REMEMBERED = """
SELECT a.article_id, s.story_id, a.fingerprint, a.dated_at, s.distance, o.original_id,
    coalesce(s.told_by, '')
FROM articles AS a
JOIN stories AS s USING (article_id)
LEFT JOIN originals AS o USING (article_id)
WHERE a.dated_at >= $since AND s.dated_at >= $since
ORDER BY a.dated_at, a.article_id
"""

_SHARED = """
WITH new AS (
    SELECT article_id, print, letters, dated_at
    FROM sentence_prints
    WHERE article_id IN (SELECT unnest($arrivals::UUID[]))
),
matched AS (
    SELECT new.article_id, old.article_id AS other_id, new.print, new.letters, s.story_id
    FROM new
    JOIN (SELECT * FROM sentence_prints WHERE dated_at >= $since) AS old
        ON old.print = new.print AND old.article_id <> new.article_id
    LEFT JOIN stories AS s ON s.article_id = old.article_id
),
furniture AS (
    SELECT print FROM matched GROUP BY print HAVING count(DISTINCT story_id) > $furniture
),
pairs AS (
    SELECT article_id, other_id, count(*) AS shared, sum(coalesce(letters, 0)) AS letters
    FROM matched
    ANTI JOIN furniture USING (print)
    GROUP BY article_id, other_id
    HAVING shared >= $least OR sum(coalesce(letters, 0)) >= $letters
),
sizes AS (
    SELECT article_id, count(*) AS sentences, sum(coalesce(letters, 0)) AS letters
    FROM sentence_prints
    WHERE article_id IN (SELECT article_id FROM pairs UNION SELECT other_id FROM pairs)
    GROUP BY article_id
)
SELECT p.article_id, p.other_id, p.shared, a.sentences, b.sentences, p.letters::INTEGER,
    least(a.letters, b.letters)::INTEGER
FROM pairs AS p
JOIN sizes AS a ON a.article_id = p.article_id
JOIN sizes AS b ON b.article_id = p.other_id
ORDER BY ALL
"""


@dataclass(frozen=True, slots=True)
class Arrival:
    """An article that was not compared with the others yet, and the source its feed names."""

    article_id: UUID
    fingerprint: int
    dated_at: datetime
    text: str
    source_name: str
    source_url: str


def arrivals(con: Connection, limit: int) -> list[Arrival]:
    """Articles that were not compared yet, the earliest dated first."""
    waiting = con.execute(_WAITING, [limit]).fetchall()
    if not waiting:
        return []
    dates = {f"at_{n}": at for n, at in enumerate(sorted({dated_at for _, dated_at, _ in waiting}))}
    asked = {
        "arrivals": [str(article_id) for article_id, _, _ in waiting],
        "since": min(seen_at for _, _, seen_at in waiting) - _SOURCES_SINCE,
    }
    query = _ARRIVALS.format(dates=", ".join(f"${name}" for name in dates))
    return [Arrival(*row) for row in con.execute(query, asked | dates).fetchall()]


def houses(con: Connection) -> list[tuple[str, str, str]]:
    """Publisher, name and address of every feed in feeds.toml."""
    return con.execute("SELECT publisher, name, url FROM feeds WHERE configured ORDER BY ALL").fetchall()


def save_originals(con: Connection, originals: Sequence[Original]) -> None:
    """Keep where articles say they were published first."""
    insert(con, "originals", [row_of(original) for original in originals], "replace")


def save_prints(con: Connection, prints: Mapping[UUID, Mapping[int, int]], dated: Mapping[UUID, datetime]) -> None:
    """Keep the sentences by which copies of these articles will be known, each with how many letters it has."""
    rows = [
        {"article_id": article, "print": key, "letters": letters, "dated_at": dated[article]}
        for article, found in prints.items()
        for key, letters in found.items()
    ]
    insert(con, "sentence_prints", rows)


def forget_prints(con: Connection, before: datetime) -> None:
    """Drop the sentences of articles dated before a moment: no copy of theirs is looked for any more."""
    con.execute("DELETE FROM sentence_prints WHERE dated_at < ?", [before])


def shared_sentences(
    con: Connection, articles: Sequence[UUID], since: datetime, least: int, letters: int
) -> list[Shared]:
    """What these articles share with others, and one another, that are dated at or after `since`.

    Pairs with fewer than `least` sentences in common, and fewer `letters` in these, are left out, and so are sentences
    that stand in many stories.
    """
    asked = {"arrivals": [str(a) for a in articles], "since": since, "furniture": _FURNITURE}
    asked |= {"least": least, "letters": letters}
    return [Shared(*row) for row in con.execute(_SHARED, asked).fetchall()]


def remembered(con: Connection, since: datetime) -> list[Copy]:
    """Compared articles dated at or after `since`, by date."""
    return [Copy(*row) for row in con.execute(_REMEMBERED, {"since": since}).fetchall()]
