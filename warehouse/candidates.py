"""What was heard of what no theme explains, what is known already, and the candidates that came of it."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Candidate
from warehouse.residuals import COLUMNS, TABLES, Left
from warehouse.rows import Row, columns_of, insert, row_of, texts_as
from warehouse.theme_versions import KEPT

_HEARD = f"""
SELECT heard.counts, coalesce(c.candidate_id, ''), {COLUMNS}, t.terms, t.weights
{TABLES}
JOIN heard ON heard.article_id = r.article_id AND heard.taxonomy_id = r.taxonomy_id
JOIN heard_terms AS t ON t.article_id = r.article_id AND t.taxonomy_id = r.taxonomy_id
WHERE r.taxonomy_id = $taxonomy_id AND a.dated_at >= $since AND s.dated_at >= $since
ORDER BY a.dated_at, r.article_id
"""

# From which date on: that of the first of so many before the last days, or where there is none of the last days.
_SINCE = """
WITH told AS (
    SELECT dated_at, max(dated_at) OVER () - $days AS late
    FROM heard_terms
    WHERE taxonomy_id = $taxonomy_id
),

before AS (SELECT dated_at FROM told WHERE dated_at < late ORDER BY dated_at DESC LIMIT $before)

SELECT coalesce((SELECT min(dated_at) FROM before), (SELECT min(late) FROM told))
"""

_FREQUENCIES = """
SELECT language, term, articles
FROM term_frequencies
WHERE taxonomy_id = $taxonomy_id
  AND (language, term) IN (SELECT (language, term) FROM asked)
"""

_FORGET_TERMS = """
DELETE FROM heard_terms
WHERE (taxonomy_id, article_id) NOT IN (SELECT (taxonomy_id, article_id) FROM residuals)
"""

_FORGET_FREQUENCIES = f"""
DELETE FROM term_frequencies
WHERE taxonomy_id NOT IN (
    SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT {KEPT}
)
"""  # noqa: S608  a number


@dataclass(frozen=True, slots=True)
class Heard:
    """One article that was heard; `terms` with their weights as they were when it came.

    `candidate_id` is the candidate that it speaks of, or "".
    """

    article_id: UUID
    at: datetime
    counts: bool
    terms: Mapping[str, float]
    candidate_id: str = ""


@dataclass(frozen=True, slots=True)
class Stored:
    """One article that was heard, as it was when it came."""

    counts: bool
    candidate_id: str
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
    """A candidate with its articles; `quiet` says why it is not told, or ""."""

    candidate: Candidate
    article_ids: tuple[UUID, ...]
    quiet: str = ""


def heard(con: Connection, taxonomy_id: str, days: timedelta, before: int, leaning: float) -> list[Stored]:
    """The articles heard that are at most `days` older than the newest of them, and the last `before` older ones.

    They lean to a theme from a score of `leaning` on.
    """
    asked = {"taxonomy_id": taxonomy_id}
    ((since,),) = con.execute(_SINCE, asked | {"days": days, "before": before}).fetchall()
    if since is None:
        return []
    rows = con.execute(_HEARD, asked | {"since": since, "leaning": leaning}).fetchall()
    return [Stored(counts, candidate, Left(*left)) for counts, candidate, *left in rows]


def known(con: Connection) -> list[Known]:
    """Every candidate there ever was, in whatever state."""
    asked = f"SELECT {columns_of(Known, 'k')} FROM known AS k ORDER BY k.candidate_id"  # noqa: S608  names of fields
    return [Known(*row) for row in con.execute(asked).fetchall()]


def frequencies(con: Connection, taxonomy_id: str, keys: Iterable[tuple[str, str]]) -> dict[tuple[str, str], int]:
    """In how many articles each of these terms stood so far, by language and term; none of those that never did."""
    asked = sorted(set(keys))
    if not asked:
        return {}
    with texts_as(con, "asked", language=[language for language, _ in asked], term=[term for _, term in asked]):
        rows = con.execute(_FREQUENCIES, {"taxonomy_id": taxonomy_id}).fetchall()
    return {(language, term): count for language, term, count in rows}


def save_heard(con: Connection, taxonomy_id: str, articles: Sequence[Heard], now: datetime) -> None:
    """Note that articles were heard, and the candidates that they speak of."""
    rows = [{"taxonomy_id": taxonomy_id, "article_id": one.article_id, "counts": one.counts} for one in articles]
    insert(con, "heard", rows)
    weighed = [
        {"taxonomy_id": taxonomy_id, "article_id": one.article_id, "dated_at": one.at}
        | _weighed([*one.terms], [*one.terms.values()])
        for one in articles
    ]
    insert(con, "heard_terms", weighed)
    speaking = [
        {"candidate_id": one.candidate_id, "article_id": one.article_id, "joined_at": now}
        for one in articles
        if one.candidate_id
    ]
    insert(con, "candidate_articles", speaking)


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


def forget(con: Connection) -> None:
    """Drop the terms of what is left of articles no more, and what themes long gone went by."""
    con.execute(_FORGET_TERMS)
    con.execute(_FORGET_FREQUENCIES)


def _weighed(terms: Sequence[str], weights: Sequence[float]) -> dict[str, object]:
    return {"terms": [*terms], "weights": [*weights]}


def _candidate(one: Emergence, taxonomy_id: str, now: datetime) -> Row:
    row = row_of(one.candidate, without=("id",), candidate_id=one.candidate.id)
    lists = {name: [*getattr(one.candidate, name)] for name in ("phrases", "publishers", "blocs", "languages")}
    state = {"state": "open", "state_at": now, "theme_id": "", "quiet": one.quiet}
    return row | lists | state | {"taxonomy_id": taxonomy_id, "found_at": now}
