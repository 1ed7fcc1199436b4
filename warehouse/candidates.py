"""Clusters of what no theme explains, what is known already, and the candidates that came of them."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Candidate
from warehouse.residuals import COLUMNS, TABLES, Left
from warehouse.rows import Row, columns_of, insert, row_of
from warehouse.theme_versions import KEPT

_MEMBERS = f"""
SELECT c.cluster_id, c.candidate_id, m.similarity, m.counts, {COLUMNS}, t.terms, t.weights
{TABLES}
JOIN cluster_members AS m ON m.article_id = r.article_id AND m.taxonomy_id = r.taxonomy_id
JOIN clusters AS c ON c.taxonomy_id = m.taxonomy_id AND c.cluster_id = m.cluster_id
JOIN member_terms AS t ON t.article_id = m.article_id AND t.taxonomy_id = m.taxonomy_id
WHERE r.taxonomy_id = $taxonomy_id
  AND c.last_at >= $live_since AND a.dated_at >= $since AND s.dated_at >= $since
ORDER BY c.cluster_id, m.position
"""

_LIVE = """
SELECT last - $days, min(opened_at)
FROM clusters, (SELECT max(last_at) AS last FROM clusters WHERE taxonomy_id = $taxonomy_id)
WHERE taxonomy_id = $taxonomy_id AND last_at >= last - $days
GROUP BY last
"""

_FREQUENCIES = """
SELECT language, term, articles
FROM term_frequencies
WHERE taxonomy_id = $taxonomy_id
  AND (language, term) IN (SELECT (language, term) FROM (SELECT unnest($languages) AS language, unnest($terms) AS term))
"""

_CLUSTERS = """
SELECT cluster_id, opened_at, last_at, candidate_id, attached_to
FROM clusters
WHERE taxonomy_id = $taxonomy_id AND cluster_id IN (SELECT unnest($ids::UUID[]))
"""

_FORGET_TERMS = """
DELETE FROM member_terms
WHERE (taxonomy_id, article_id) IN (
    SELECT (m.taxonomy_id, m.article_id)
    FROM cluster_members AS m
    JOIN clusters USING (taxonomy_id, cluster_id)
    WHERE last_at < $before
)
"""


_FORGET_FREQUENCIES = f"""
DELETE FROM term_frequencies
WHERE taxonomy_id NOT IN (
    SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT {KEPT}
)
"""  # noqa: S608  a number


@dataclass(frozen=True, slots=True)
class Membership:
    """One article's place in a cluster; `terms` with their weights as they were when it came.

    `candidate_id` is the candidate that the cluster is by now, `attached_to` what it was found to continue, or "".
    """

    cluster_id: UUID
    article_id: UUID
    at: datetime
    position: int
    similarity: float
    counts: bool
    terms: Mapping[str, float]
    candidate_id: str = ""
    attached_to: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """One article of a cluster that lives, as it was when it came."""

    cluster_id: UUID
    candidate_id: str
    similarity: float
    counts: bool
    left: Left


@dataclass(frozen=True, slots=True)
class Known:
    """A candidate by where it stands, so that nothing like it is new; it was last spoken of at `last_at`."""

    candidate_id: str
    last_at: datetime
    vector: bytes
    terms: Sequence[str]
    weights: Sequence[float]


@dataclass(frozen=True, slots=True)
class Emergence:
    """A candidate with its cluster and articles; `quiet` says why it is not told, or ""."""

    candidate: Candidate
    cluster_id: UUID
    article_ids: tuple[UUID, ...]
    quiet: str = ""


def live_members(con: Connection, taxonomy_id: str, days: timedelta) -> list[Stored]:
    """The articles of the clusters that live: whose last article is at most `days` older than the newest of any."""
    live = con.execute(_LIVE, {"taxonomy_id": taxonomy_id, "days": days}).fetchone()
    if live is None:
        return []
    asked = {"taxonomy_id": taxonomy_id, "live_since": live[0], "since": live[1]}
    rows = con.execute(_MEMBERS, asked).fetchall()
    return [Stored(cluster, candidate, alike, counts, Left(*left)) for cluster, candidate, alike, counts, *left in rows]


def known(con: Connection) -> list[Known]:
    """Every candidate there ever was, in whatever state."""
    asked = f"SELECT {columns_of(Known, 'k')} FROM known AS k ORDER BY k.candidate_id"  # noqa: S608  names of fields
    return [Known(*row) for row in con.execute(asked).fetchall()]


def frequencies(con: Connection, taxonomy_id: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """In how many articles each of these terms stood so far, by language and term; none of those that never did."""
    asked = sorted(set(keys))
    if not asked:
        return {}
    pairs = {"languages": [language for language, _ in asked], "terms": [term for _, term in asked]}
    rows = con.execute(_FREQUENCIES, {"taxonomy_id": taxonomy_id} | pairs).fetchall()
    return {(language, term): count for language, term, count in rows}


def save_members(con: Connection, taxonomy_id: str, members: Sequence[Membership], now: datetime) -> None:
    """Put articles into clusters, once and for all, and into the candidates that these are."""
    insert(con, "clusters", _cluster_rows(con, taxonomy_id, members), "replace")
    rows = [row_of(m, without=("at", "terms", "candidate_id", "attached_to"), taxonomy_id=taxonomy_id) for m in members]
    insert(con, "cluster_members", rows)
    weighed = [
        {"taxonomy_id": taxonomy_id, "article_id": m.article_id, "terms": [*m.terms], "weights": [*m.terms.values()]}
        for m in members
    ]
    insert(con, "member_terms", weighed)
    joined = [
        {"candidate_id": m.candidate_id, "article_id": m.article_id, "joined_at": now}
        for m in members
        if m.candidate_id
    ]
    insert(con, "candidate_articles", joined)


def save_known(con: Connection, learnt: Sequence[Known]) -> None:
    """Remember where candidates stand by now."""
    insert(con, "known", [row_of(one) | _weighed(one.terms, one.weights) for one in learnt], "replace")


def save_frequencies(con: Connection, taxonomy_id: str, changed: Mapping[tuple[str, str], int]) -> None:
    """Note in how many articles terms stood by now."""
    rows = [
        {"taxonomy_id": taxonomy_id, "language": language, "term": term, "articles": count}
        for (language, term), count in changed.items()
    ]
    insert(con, "term_frequencies", rows, "replace")


def save_candidates(
    con: Connection, taxonomy_id: str, emerged: Sequence[Emergence], now: datetime
) -> Sequence[Emergence]:
    """Save candidates with their articles; those that were not known before."""
    ids = {"ids": [one.candidate.id for one in emerged]}
    rows = con.execute("SELECT candidate_id FROM candidates WHERE list_contains($ids, candidate_id)", ids).fetchall()
    known_before = {id_ for (id_,) in rows}
    new = [one for one in emerged if one.candidate.id not in known_before]
    insert(con, "candidates", [_candidate(one, taxonomy_id, now) for one in new])
    articles = [
        {"candidate_id": one.candidate.id, "article_id": article_id, "joined_at": now}
        for one in emerged
        for article_id in one.article_ids
    ]
    insert(con, "candidate_articles", articles)
    return new


def forget(con: Connection, before: datetime) -> None:
    """Drop what clusters without an article since a moment need no more, and what themes long gone went by."""
    con.execute(_FORGET_TERMS, {"before": before})
    con.execute(_FORGET_FREQUENCIES)


def _cluster_rows(con: Connection, taxonomy_id: str, members: Sequence[Membership]) -> list[Row]:
    asked = {"taxonomy_id": taxonomy_id, "ids": [str(m.cluster_id) for m in members]}
    rows = {row[0]: row[1:] for row in con.execute(_CLUSTERS, asked).fetchall()}
    for m in members:
        opened, last, candidate, attached = rows.get(m.cluster_id, (m.at, m.at, "", ""))
        became = (m.candidate_id or candidate, m.attached_to or attached)
        rows[m.cluster_id] = (min(opened, m.at), max(last, m.at), *became)
    names = ("opened_at", "last_at", "candidate_id", "attached_to")
    return [
        {"taxonomy_id": taxonomy_id, "cluster_id": id_, **dict(zip(names, values, strict=True))}
        for id_, values in rows.items()
    ]


def _weighed(terms: Sequence[str], weights: Sequence[float]) -> dict[str, object]:
    return {"terms": [*terms], "weights": [*weights]}


def _candidate(one: Emergence, taxonomy_id: str, now: datetime) -> Row:
    row = row_of(one.candidate, without=("id",), candidate_id=one.candidate.id, cluster_id=one.cluster_id)
    lists = {name: [*getattr(one.candidate, name)] for name in ("phrases", "publishers", "blocs", "languages")}
    state = {"state": "open", "state_at": now, "theme_id": "", "quiet": one.quiet}
    return row | lists | state | {"taxonomy_id": taxonomy_id, "found_at": now}
