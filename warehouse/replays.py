"""What a replay reads: the archive from which it starts, and what was found in the end."""

from __future__ import annotations

from dataclasses import fields, replace
from datetime import datetime
from typing import Any
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Article, Feed
from warehouse.rows import columns_of

_FINDINGS = """
SELECT f.kind, f.theme_id, coalesce(c.label, t.label, f.theme_id), f.found_at, f.decision,
    coalesce(list(fa.article_id ORDER BY fa.article_id) FILTER (WHERE fa.article_id IS NOT NULL), [])
FROM findings AS f
LEFT JOIN finding_articles AS fa USING (finding_id)
LEFT JOIN themes AS t ON t.taxonomy_id = f.taxonomy_id AND t.theme_id = f.theme_id
LEFT JOIN candidates AS c ON c.candidate_id = f.theme_id
GROUP BY ALL
UNION ALL
SELECT 'candidate', c.candidate_id, c.label, c.found_at, c.quiet, list(ca.article_id ORDER BY ca.article_id)
FROM candidates AS c
JOIN candidate_articles AS ca ON ca.candidate_id = c.candidate_id AND ca.joined_at <= c.found_at
WHERE c.quiet <> ''
GROUP BY ALL
ORDER BY 4, 1, 2
"""

_FEED, _ARTICLE = columns_of(Feed, "f"), columns_of(Article, "a")
_ARCHIVE = f"""
SELECT {_FEED.replace("f.fetch_url", "f.url")}, {_ARTICLE.replace("a.id,", "a.article_id,", 1)}
FROM articles AS a
JOIN feeds AS f ON f.feed_id = a.feed_id
WHERE a.first_seen_at >= $since AND a.dropped_at IS NULL
  AND a.article_id IN (SELECT j.article_id FROM judgements AS j WHERE j.relevant)
ORDER BY a.first_seen_at, a.article_id
"""  # noqa: S608  names of fields

Found = tuple[str, str, str, datetime, str, tuple[UUID, ...]]  # kind, theme, label, when, decision, articles


def findings(con: Connection) -> list[Found]:
    """Every finding with its decision, by date; of a candidate that raised no alert, why not."""
    rows: list[Any] = con.execute(_FINDINGS).fetchall()
    return [(*values, tuple(articles)) for *values, articles in rows]


def archive(con: Connection, since: datetime) -> list[tuple[Feed, Article]]:
    """The articles first seen at or after `since` that were relevant under any themes and still have their text.

    What was filed as history comes under the watched feed of that address.
    """
    width = len(fields(Feed))
    rows = con.execute(_ARCHIVE, {"since": since}).fetchall()
    found = [(Feed(*row[:width]), Article(*row[width:])) for row in rows]
    return [(feed, replace(article, feed_id=feed.id)) for feed, article in found]
