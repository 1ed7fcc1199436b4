"""Judgements that are only tried out: questions of the published file answered as if they were in it.

Temporary tables stand before those of the same name for as long as the connection lasts; the file is not touched.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import NamedTuple
from uuid import UUID

from warehouse.articles import ToJudge
from warehouse.connect import Connection
from warehouse.records import Taxonomy
from warehouse.rows import insert

ALWAYS = datetime(1970, 1, 1, tzinfo=UTC)
_UNDATED = datetime(9999, 12, 31, tzinfo=UTC)  # as in the file: never too old

_RECENT = """
SELECT article_id
FROM articles
WHERE dated_at BETWEEN $since AND $now AND dropped_at IS NULL
ORDER BY dated_at DESC, article_id
LIMIT $limit
"""
_TEXTS = """
SELECT article_id, title, text, language FROM articles WHERE article_id IN (SELECT unnest(?::UUID[])) ORDER BY ALL
"""
_PRESENT = """
SELECT c.theme_id, c.article_id, c.score
FROM scores AS c
JOIN judgements AS j USING (article_id, taxonomy_id)
WHERE c.taxonomy_id = $taxonomy_id AND c.present AND j.relevant AND c.article_id IN (SELECT unnest($ids::UUID[]))
"""
_RELEVANT = """
SELECT count(*)
FROM judgements
WHERE taxonomy_id = $taxonomy_id AND relevant AND article_id IN (SELECT unnest($ids::UUID[]))
"""
_SENTENCES = """
SELECT article_id, arg_max(sentence, (weight, -ordinal))
FROM evidence
WHERE taxonomy_id = $taxonomy_id AND theme_id = $theme_id AND article_id IN (SELECT unnest($ids::UUID[]))
GROUP BY article_id
"""
_ABOUT = """
SELECT a.article_id, a.title, a.url, f.publisher, a.dated_at
FROM articles AS a
JOIN feeds AS f USING (feed_id)
WHERE a.article_id IN (SELECT unnest(?::UUID[]))
"""


class Presence(NamedTuple):
    """A theme that is present in an article."""

    theme_id: str
    article_id: UUID
    score: float


@dataclass(frozen=True, slots=True)
class About:
    """What an example is named by."""

    article_id: UUID
    title: str
    url: str
    publisher: str
    dated_at: datetime


def recent(con: Connection, since: datetime, now: datetime, limit: int | None) -> list[UUID]:
    """Articles dated since a moment, of which there is a text; the latest first, at most `limit`."""
    asked = {"since": since, "now": now, "limit": limit}
    return [key for (key,) in con.execute(_RECENT, asked).fetchall()]


def texts(con: Connection, ids: Sequence[UUID]) -> list[ToJudge]:
    """What judging these articles needs."""
    return [ToJudge(*row) for row in con.execute(_TEXTS, [_keys(ids)]).fetchall()]


def present(con: Connection, taxonomy_id: str, ids: Sequence[UUID]) -> list[Presence]:
    """Where themes are present in relevant ones of these articles, under a taxonomy."""
    return [Presence(*row) for row in con.execute(_PRESENT, {"taxonomy_id": taxonomy_id, "ids": _keys(ids)}).fetchall()]


def count_relevant(con: Connection, taxonomy_id: str, ids: Sequence[UUID]) -> int:
    """How many of these articles are relevant under a taxonomy."""
    return int(con.execute(_RELEVANT, {"taxonomy_id": taxonomy_id, "ids": _keys(ids)}).fetchall()[0][0])


def sentences(con: Connection, taxonomy_id: str, theme_id: str, ids: Sequence[UUID]) -> dict[UUID, str]:
    """The sentence of each article that weighs most for a theme."""
    asked = {"taxonomy_id": taxonomy_id, "theme_id": theme_id, "ids": _keys(ids)}
    return dict(con.execute(_SENTENCES, asked).fetchall())


def about(con: Connection, ids: Collection[UUID]) -> dict[UUID, About]:
    """Titles, addresses, publishers and dates of articles."""
    return {row[0]: About(*row) for row in con.execute(_ABOUT, [_keys(ids)]).fetchall()}


def pretend(
    con: Connection,
    taxonomy: Taxonomy,
    instead_of: str,
    judged: Sequence[tuple[UUID, bool]],
    found: Sequence[Presence],
) -> None:
    """Answer from now on as if the articles `judged` (whether relevant) had what was `found` under `taxonomy`.

    And as if that had always been in use. All other articles have what they have under the taxonomy `instead_of`.
    """
    ((file,),) = con.execute("SELECT current_database()").fetchall()
    keys = {"new": taxonomy.id, "old": instead_of, "ids": _keys([key for key, _ in judged])}
    for table, columns in {"judgements": "article_id, relevant", "scores": "article_id, theme_id, present"}.items():
        con.execute(
            f"CREATE TEMP TABLE {table} AS SELECT {columns}, false AS brought_up, $new AS taxonomy_id, dated_at "  # noqa: S608  the file's own name, and ours
            f'FROM "{file}".main.{table} '
            "WHERE taxonomy_id = $old AND article_id NOT IN (SELECT unnest($ids::UUID[]))",
            keys,
        )
    con.execute("CREATE TEMP TABLE themes (taxonomy_id VARCHAR, theme_id VARCHAR, digest VARCHAR)")
    con.execute("CREATE TEMP TABLE taxonomies (taxonomy_id VARCHAR, scorer VARCHAR, first_used_at TIMESTAMPTZ)")
    same = {"taxonomy_id": taxonomy.id}
    judgement = same | {"brought_up": False, "dated_at": _UNDATED}
    insert(con, "judgements", [judgement | {"article_id": k, "relevant": is_} for k, is_ in judged])
    shown = [{"article_id": one.article_id, "theme_id": one.theme_id} for one in found]
    insert(con, "scores", [judgement | row | {"present": True} for row in shown])
    insert(con, "themes", [same | {"theme_id": one.id, "digest": one.digest} for one in taxonomy.themes])
    insert(con, "taxonomies", [same | {"scorer": taxonomy.scorer, "first_used_at": ALWAYS}])


def _keys(ids: Collection[UUID]) -> list[str]:
    return [str(key) for key in ids]
