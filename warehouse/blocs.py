"""What changes of voice are told by: what each bloc spoke of, what it denied, and what was found before."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from typing import Literal
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Appearance, Finding
from warehouse.rows import insert, row_of

_RELEVANT = """
SELECT '' AS theme_id, a.article_id, s.story_id, f.publisher, f.bloc, a.dated_at, a.first_seen_at, a.baseline,
    a.text_source = 'summary' AS thin, a.feed_id, coalesce(o.publisher, '')
FROM articles AS a
JOIN judgements AS j USING (article_id)
JOIN stories AS s USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
LEFT JOIN originals AS o ON o.article_id = a.article_id
WHERE j.taxonomy_id = $taxonomy_id AND j.relevant AND a.dated_at >= $since AND j.dated_at >= $since
  AND s.dated_at >= $since
  -- Nobody knows when undated history was written.
  AND NOT (f.history AND a.baseline AND a.published_at IS NULL)
ORDER BY a.dated_at, a.article_id
"""

_DENIALS = """
SELECT e.theme_id, e.article_id
FROM evidence AS e
JOIN articles AS a USING (article_id)
WHERE e.taxonomy_id = $taxonomy_id AND a.dated_at >= $since AND e.dated_at >= $since
GROUP BY e.theme_id, e.article_id
HAVING sum(e.weight) FILTER (WHERE e.negated) > sum(e.weight) / 2
"""

_FOUND = """
SELECT f.theme_id, coalesce(v.bloc, t.bloc)
FROM findings AS f
LEFT JOIN new_voices AS v USING (finding_id)
LEFT JOIN turns AS t USING (finding_id)
WHERE f.kind = $kind AND f.decision <> 'unheard' AND f.found_at >= $since
  AND f.finding_id NOT IN (SELECT finding_id FROM alerts JOIN verdicts USING (alert_id) WHERE what = 'retract')
"""


def relevant_articles(con: Connection, taxonomy_id: str, since: datetime) -> list[Appearance]:
    """Every relevant, compared article dated at or after `since`, by date; their themes are left empty."""
    rows = con.execute(_RELEVANT, {"taxonomy_id": taxonomy_id, "since": since}).fetchall()
    return [Appearance(*row) for row in rows]


def denials(con: Connection, taxonomy_id: str, since: datetime) -> frozenset[tuple[str, UUID]]:
    """Themes and articles dated at or after `since` more than half of whose evidence, by weight, denies its point."""
    return frozenset(con.execute(_DENIALS, {"taxonomy_id": taxonomy_id, "since": since}).fetchall())


def found_since(con: Connection, kind: Literal["new_voice", "turn"], since: datetime) -> frozenset[tuple[str, str]]:
    """Themes and blocs of the findings of a kind since a moment; none whose alert was retracted."""
    return frozenset(con.execute(_FOUND, {"kind": kind, "since": since}).fetchall())


def save_changes(con: Connection, findings: Sequence[Finding]) -> None:
    """Keep the figures of those findings in which a bloc changes its voice."""
    insert(con, "new_voices", [row_of(f.voice, finding_id=f.id) for f in findings if f.voice])
    insert(con, "turns", [row_of(f.turn, finding_id=f.id) for f in findings if f.turn])
