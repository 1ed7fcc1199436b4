"""Alerts on candidates as messages need them: the candidate, what was said of it, and what it is measured against."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields, replace
from typing import Any

from warehouse.connect import Connection
from warehouse.records import Alert, Base, Candidate, DayCount, Quote

STEM = 5  # letters; of a longer word the last two may be its ending

_COLUMNS = ", ".join("candidate_id" if f.name == "id" else f.name for f in fields(Candidate))

_BASE = """
SELECT
    (SELECT count(*) FROM themes AS t WHERE t.taxonomy_id = f.taxonomy_id),
    (
        SELECT count(*)
        FROM judgements AS j
        JOIN articles USING (article_id)
        JOIN feeds AS of USING (feed_id)
        WHERE j.taxonomy_id = f.taxonomy_id AND j.relevant AND first_seen_at <= a.created_at AND NOT of.history
          AND j.article_id NOT IN (SELECT article_id FROM finding_articles WHERE finding_id = a.finding_id)
    ),
    coalesce((SELECT t.label FROM themes AS t WHERE t.taxonomy_id = f.taxonomy_id AND t.theme_id = $nearest), '')
FROM alerts AS a
JOIN findings AS f USING (finding_id)
WHERE a.alert_id = $alert
"""

# Of each story the sentence that has most of the candidate's words; then one of each publisher before the second of
# any, and among these one of each bloc.
QUOTES = """
WITH passages AS (
    SELECT p.article_id, p.sentence, p.in_title, p.ordinal,
        len(list_filter($stems::VARCHAR[], lambda stem: contains(lower(p.sentence), stem))) AS hits
    FROM residual_passages AS p
    WHERE p.article_id IN ({articles})
    -- As the article was when it was gathered; what joined under later themes, as it was under them.
    QUALIFY p.taxonomy_id = first_value(p.taxonomy_id) OVER (
        PARTITION BY p.article_id
        ORDER BY p.taxonomy_id <> (SELECT taxonomy_id FROM candidates WHERE candidate_id = $candidate), p.taxonomy_id
    )
),
said AS (
    SELECT p.*, a.title, a.url, a.language, a.dated_at, f.publisher, f.bloc,
        coalesce(s.story_id, a.article_id) AS story_id
    FROM passages AS p
    JOIN articles AS a USING (article_id)
    JOIN feeds AS f ON f.feed_id = a.feed_id
    LEFT JOIN stories AS s ON s.article_id = a.article_id
),
best_of_story AS (
    SELECT * FROM said
    QUALIFY row_number() OVER (
        PARTITION BY story_id ORDER BY hits DESC, in_title, ordinal, dated_at, article_id
    ) = 1
),
unlike AS (
    SELECT * FROM best_of_story
    QUALIFY row_number() OVER (PARTITION BY sentence ORDER BY dated_at, article_id) = 1
),
in_turn AS (
    SELECT *, row_number() OVER (PARTITION BY publisher ORDER BY hits DESC, dated_at, article_id) AS turn FROM unlike
)
SELECT sentence, '', title, url, publisher, bloc, dated_at, '', language
FROM in_turn
ORDER BY turn, row_number() OVER (PARTITION BY turn, bloc ORDER BY hits DESC, dated_at, article_id), hits DESC,
    dated_at, article_id
LIMIT $quotes
"""
_FOUND_ON = "SELECT article_id FROM alerts JOIN finding_articles USING (finding_id) WHERE alert_id = $alert"

# A story belongs to the day on which it was told first.
_SERIES = f"""
SELECT day, count(*)
FROM (
    SELECT (min(a.dated_at) AT TIME ZONE 'UTC')::DATE AS day
    FROM articles AS a
    LEFT JOIN stories AS s USING (article_id)
    WHERE a.article_id IN ({_FOUND_ON})
    GROUP BY coalesce(s.story_id, a.article_id)
)
GROUP BY day
"""  # noqa: S608  another query of this file


def completed(con: Connection, alert: Alert, quotes: int) -> Alert:
    """An alert of kind "candidate" with all that only such a one has."""
    candidate = read_candidate(con, alert.theme_id)
    if candidate is None:
        return alert
    based = con.execute(_BASE, {"alert": alert.id, "nearest": candidate.nearest}).fetchone()
    counted = dict(con.execute(_SERIES, {"alert": alert.id}).fetchall())
    asked = {"alert": alert.id, "candidate": candidate.id, "stems": stems(candidate.phrases), "quotes": quotes}
    said = con.execute(QUOTES.format(articles=_FOUND_ON), asked).fetchall()
    return replace(
        alert,
        label=candidate.label,
        definition="",
        quotes=tuple(Quote(*values) for values in said),
        series=tuple(DayCount(day.day, counted.get(day.day, 0)) for day in alert.series),
        candidate=candidate,
        base=Base(*based) if based else None,
    )


def read_candidate(con: Connection, candidate_id: str) -> Candidate | None:
    """A candidate as it was found."""
    row = con.execute(f"SELECT {_COLUMNS} FROM candidates WHERE candidate_id = ?", [candidate_id]).fetchone()  # noqa: S608  names of fields
    values: list[Any] = [tuple(value) if isinstance(value, list) else value for value in row or ()]
    return Candidate(*values) if values else None


def stems(phrases: Sequence[str]) -> list[str]:
    """The beginnings of the words of phrases, as any form of them has them; an entity's mark is no part of it."""
    words = dict.fromkeys(word for phrase in phrases for word in phrase.lower().replace("@", " ").split())
    return [word if len(word) <= STEM else word[:-2] for word in words]
