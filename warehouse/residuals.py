"""What no theme explains of articles: kept while it may tell a theme that nobody configured."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Judgement
from warehouse.rows import Row, insert, row_of
from warehouse.theme_versions import KEPT

# Of an article that was older than this when it was judged nothing is kept: an archive judged anew would come whole.
LONGEST = timedelta(days=60)

_STATES = """
SELECT a.article_id, a.dated_at,
    EXISTS (FROM judgements AS j WHERE j.article_id = a.article_id)
    OR EXISTS (FROM revisions AS v WHERE v.article_id = a.article_id)
FROM articles AS a
WHERE a.article_id IN (SELECT unnest($ids::UUID[]))
"""

_KEPT = "SELECT article_id, taxonomy_id FROM residuals WHERE article_id IN (SELECT unnest($ids::UUID[]))"

# The columns of `Left`, for an article and what is left of it.
COLUMNS = """
    r.article_id, s.story_id, a.dated_at, coalesce(h.publisher, f.publisher), coalesce(h.bloc, f.bloc), a.language,
    coalesce(p.themes, []), r.vector
"""
# Whose voice an article is: that of the configured publisher where it says it was published first.
TABLES = """
FROM residuals AS r
JOIN articles AS a USING (article_id)
JOIN stories AS s USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
LEFT JOIN originals AS o ON o.article_id = r.article_id
LEFT JOIN (SELECT publisher, min(bloc) AS bloc FROM feeds GROUP BY publisher) AS h ON h.publisher = o.publisher
LEFT JOIN (
    SELECT article_id, list(theme_id ORDER BY theme_id) AS themes
    FROM scores
    WHERE taxonomy_id = $taxonomy_id AND (present OR score >= $leaning) AND dated_at >= $since
    GROUP BY article_id
) AS p ON p.article_id = r.article_id
-- The candidate that it speaks of, under whatever themes it was found.
LEFT JOIN (
    SELECT article_id, candidate_id
    FROM candidate_articles
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY joined_at DESC, candidate_id) = 1
) AS c ON c.article_id = r.article_id
"""

_WAITING = f"""
SELECT {COLUMNS}, r.terms, r.weights, a.first_seen_at, r.anew,
    -- What a feed brought along is no news, nor what was put into an article later; what counted once, counts on.
    EXISTS (FROM heard WHERE heard.article_id = r.article_id AND heard.counts)
    OR NOT (
        a.baseline OR coalesce(f.history, false)
        OR EXISTS (
            FROM revisions AS v
            WHERE v.article_id = r.article_id AND v.ended_by <> 'withdrawn' AND v.words_added + v.words_removed > 0
        )
    ),
    coalesce(c.candidate_id, '')
{TABLES}
ANTI JOIN (FROM heard WHERE taxonomy_id = $taxonomy_id) AS heard ON heard.article_id = r.article_id
WHERE r.taxonomy_id = $taxonomy_id AND a.dated_at BETWEEN $since AND $now AND s.dated_at >= $since
ORDER BY a.dated_at, r.article_id
"""  # noqa: S608  this file's own words

_UNHEARD = """
article_id = ? AND (article_id, taxonomy_id) NOT IN (SELECT (article_id, taxonomy_id) FROM heard)
"""

_FORGET = f"""
DELETE FROM residuals
WHERE article_id IN (SELECT article_id FROM articles WHERE dated_at < $before)
  AND (article_id, taxonomy_id) NOT IN (
      SELECT (article_id, taxonomy_id)
      FROM heard_terms
      WHERE dated_at < $before AND taxonomy_id IN (
          SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT {KEPT}
      )
      QUALIFY row_number() OVER (PARTITION BY taxonomy_id ORDER BY dated_at DESC, article_id DESC) <= $last
  )
"""  # noqa: S608  a number

_FORGET_PASSAGES = """
DELETE FROM residual_passages
WHERE (article_id, taxonomy_id) NOT IN (SELECT (article_id, taxonomy_id) FROM residuals)
  AND article_id NOT IN (SELECT article_id FROM candidate_articles)
"""


@dataclass(frozen=True, slots=True)
class Left:
    """What is left of an article, and all that is asked of it.

    `themes` are the configured ones that the whole article speaks of or leans to; the vector is float32, little
    endian.
    """

    article_id: UUID
    story_id: UUID
    at: datetime
    publisher: str
    bloc: str
    language: str
    themes: Sequence[str]
    vector: bytes
    terms: Sequence[str]
    weights: Sequence[float]


@dataclass(frozen=True, slots=True)
class Waiting:
    """What is left of an article that was not heard yet. `anew`: it had been judged before."""

    left: Left
    first_seen_at: datetime
    anew: bool
    is_news: bool
    candidate_id: str  # that it was found to speak of under other themes; "" for none


def save_residuals(con: Connection, judgements: Sequence[Judgement]) -> None:
    """Keep what no theme explains of new judgements. Ask before they are saved: what was judged before is no news."""
    ids = {"ids": [str(j.article_id) for j in judgements if j.residual]}
    if not ids["ids"]:
        return
    states = {key: (at, judged) for key, at, judged in con.execute(_STATES, ids).fetchall()}
    kept = set(con.execute(_KEPT, ids).fetchall())
    recent = [
        j
        for j in judgements
        if j.article_id in states
        and states[j.article_id][0] >= j.judged_at - LONGEST
        and (j.article_id, j.taxonomy_id) not in kept
    ]
    insert(con, "residuals", [row for j in recent for row in _residual(j, anew=states[j.article_id][1])])
    insert(con, "residual_passages", [row for j in recent for row in _passages(j)])


def waiting(con: Connection, taxonomy_id: str, since: datetime, now: datetime, leaning: float) -> list[Waiting]:
    """What is left of articles that are compared, and were not heard under the taxonomy yet; by date, then by key.

    An article leans to a theme from a score of `leaning` on.
    """
    asked = {"taxonomy_id": taxonomy_id, "since": since, "now": now, "leaning": leaning}
    rows = con.execute(_WAITING, asked).fetchall()
    return [Waiting(Left(*left), *facts) for *left, seen, anew, news, of in rows for facts in ((seen, anew, news, of),)]


def drop_of(con: Connection, article_id: UUID) -> None:
    """Drop what was left of a text that its article no longer has. What was heard stays as it came."""
    for table in ("residual_passages", "residuals"):
        con.execute(f"DELETE FROM {table} WHERE {_UNHEARD}", [article_id])  # noqa: S608  this file's own words


def forget(con: Connection, before: datetime, last: int) -> None:
    """Drop what is left of articles dated before a moment, but of the `last` of them heard under the themes of late.

    Their quotes go with it, but for those of candidates.
    """
    con.execute(_FORGET, {"before": before, "last": last})
    con.execute(_FORGET_PASSAGES)


def _residual(judgement: Judgement, *, anew: bool) -> list[Row]:
    left = judgement.residual
    if left is None:
        return []
    row = row_of(
        left, without=("passages", "terms"), article_id=judgement.article_id, taxonomy_id=judgement.taxonomy_id
    )
    terms = {"terms": [term for term, _ in left.terms], "weights": [weight for _, weight in left.terms]}
    return [row | terms | {"anew": anew}]


def _passages(judgement: Judgement) -> list[Row]:
    return [
        {
            "article_id": judgement.article_id,
            "taxonomy_id": judgement.taxonomy_id,
            "ordinal": n,
            "sentence": passage.sentence,
            "start_at": passage.start,
            "end_at": passage.end,
            "in_title": passage.in_title,
        }
        for n, passage in enumerate(judgement.residual.passages if judgement.residual else ())
    ]
