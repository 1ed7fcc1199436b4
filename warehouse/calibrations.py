"""Thresholds: the score from which a theme is present, and what of the archive becomes present or absent with them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from warehouse.connect import Connection
from warehouse.records import Judgement
from warehouse.rows import Row, insert, row_of

DEFAULT = 0.5  # the threshold of a theme of which nobody has said anything

_THRESHOLDS = """
SELECT c.theme_id, c.threshold, c.since, c.verdicts
FROM taxonomies AS t
JOIN calibrations AS c USING (calibration_id, taxonomy_id)
WHERE t.taxonomy_id = ?
ORDER BY c.theme_id
"""

# What becomes present though the article was judged before is no news; what was news before stays so.
_APPLY = """
UPDATE scores
SET present = score >= $threshold, brought_up = brought_up OR score >= $threshold
WHERE taxonomy_id = $taxonomy_id AND theme_id = $theme_id AND present <> (score >= $threshold)
"""

_INHERIT = """
SELECT c.theme_id, c.threshold, CASE WHEN now.digest = was.digest AND t.scorer = u.scorer THEN c.since ELSE $now END,
    c.verdicts
FROM taxonomies AS t
JOIN calibrations AS c USING (calibration_id, taxonomy_id)
JOIN themes AS was ON was.taxonomy_id = t.taxonomy_id AND was.theme_id = c.theme_id
JOIN themes AS now ON now.theme_id = c.theme_id
JOIN taxonomies AS u ON u.taxonomy_id = now.taxonomy_id
WHERE t.taxonomy_id = $before AND now.taxonomy_id = $taxonomy_id
"""

_BEFORE = """
SELECT j.article_id, c.theme_id, c.present AND was.relevant AND NOT c.brought_up
FROM (
    SELECT article_id, taxonomy_id, relevant
    FROM judgements
    WHERE article_id IN (SELECT unnest($ids::UUID[]))
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY judged_at DESC, taxonomy_id) = 1
) AS was
JOIN judgements AS j USING (article_id, taxonomy_id)
LEFT JOIN scores AS c USING (article_id, taxonomy_id)
"""


@dataclass(frozen=True, slots=True)
class Threshold:
    """The score from which a theme is present, since when, and how many verdicts it was learnt from."""

    theme_id: str
    threshold: float
    since: datetime
    verdicts: int


def calibration(con: Connection, taxonomy_id: str) -> dict[str, Threshold]:
    """The thresholds in force under a taxonomy, by theme; none while nothing was learnt: then all are `DEFAULT`."""
    rows = con.execute(_THRESHOLDS, [taxonomy_id]).fetchall()
    return {row[0]: Threshold(*row) for row in rows}


def thresholds(con: Connection, taxonomy_id: str) -> dict[str, float]:
    """The score from which each theme of a taxonomy is present; a theme that is not in it has `DEFAULT`."""
    return {theme_id: one.threshold for theme_id, one in calibration(con, taxonomy_id).items()}


def calibration_id(taxonomy_id: str, learnt: Mapping[str, float]) -> str:
    """Sixteen hex digits of a taxonomy and its thresholds; one that is `DEFAULT` is like none."""
    moved = {theme: round(threshold, 6) for theme, threshold in learnt.items() if threshold != DEFAULT}
    stated = json.dumps({"taxonomy": taxonomy_id, "thresholds": moved}, sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()[:16]


def save_calibration(con: Connection, taxonomy_id: str, learnt: Sequence[Threshold], moved: Collection[str]) -> int:
    """Put thresholds in force, and say anew of the archive where the themes that `moved` are present; how many changed.

    What becomes present this way is history: it raises no alert.
    """
    id_ = calibration_id(taxonomy_id, {one.theme_id: one.threshold for one in learnt})
    known = {"calibration_id": id_, "taxonomy_id": taxonomy_id}
    insert(con, "calibrations", [row_of(one) | known for one in learnt], "replace")
    con.execute("UPDATE taxonomies SET calibration_id = $calibration_id WHERE taxonomy_id = $taxonomy_id", known)
    changed = 0
    for one in learnt:
        if one.theme_id in moved:
            asked = {"taxonomy_id": taxonomy_id, "theme_id": one.theme_id, "threshold": one.threshold}
            changed += int(con.execute(_APPLY, asked).fetchall()[0][0])
    return changed


def inherit(con: Connection, taxonomy_id: str, before: str, now: datetime) -> None:
    """Let a taxonomy that is new begin with the thresholds of another one, for the themes that both have.

    Those of a theme that is otherwise now hold since `now`.
    """
    rows = con.execute(_INHERIT, {"taxonomy_id": taxonomy_id, "before": before, "now": now}).fetchall()
    if rows:
        save_calibration(con, taxonomy_id, [Threshold(*row) for row in rows], ())


def score_rows(con: Connection, judged: Sequence[Judgement]) -> list[Row]:
    """The rows of new judgements' scores: present by the thresholds in force, and whether that is news.

    A theme that became present only when the article was judged anew is none.
    """
    of = {taxonomy_id: thresholds(con, taxonomy_id) for taxonomy_id in {j.taxonomy_id for j in judged}}
    before = _present_before(con, judged)
    return [
        row_of(score, without=("evidence",))
        | {
            "article_id": j.article_id,
            "taxonomy_id": j.taxonomy_id,
            "present": present,
            "brought_up": present and j.article_id in before and score.theme_id not in before[j.article_id],
        }
        for j in judged
        for score in j.scores
        for present in (_is_present(score.score, score.present, of[j.taxonomy_id].get(score.theme_id)),)
    ]


def _is_present(score: float, judged: bool, threshold: float | None) -> bool:
    return judged if threshold is None else score >= threshold


def _present_before(con: Connection, judged: Sequence[Judgement]) -> Mapping[object, set[str]]:
    """The themes that each article had as news when it was judged last, of those that were judged before."""
    found: dict[object, set[str]] = {}
    for article_id, theme_id, present in con.execute(_BEFORE, {"ids": [str(j.article_id) for j in judged]}).fetchall():
        themes = found.setdefault(article_id, set())
        if present:
            themes.add(theme_id)
    return found
