"""What articles are about, which of them are copies, and where themes appeared."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from uuid import UUID

from warehouse import calibrations, residuals, senses, theme_versions
from warehouse.connect import Connection
from warehouse.records import Appearance, Copy, Evidence, Judgement, Mention, Score, Taxonomy
from warehouse.rows import Row, insert, row_of, written

_UNDATED = datetime(9999, 12, 31, tzinfo=UTC)  # what belongs to no article that is there is never too old
_ELSEWHERE = ("scores", "mentions", "residual", "sense")  # in tables of their own

_APPEARANCES = """
SELECT c.theme_id, c.article_id, s.story_id, f.publisher, f.bloc, a.dated_at, a.first_seen_at, a.baseline,
    a.text_source = 'summary' AS thin, a.feed_id, coalesce(o.publisher, ''), c.brought_up
FROM scores AS c
JOIN judgements AS j USING (article_id, taxonomy_id)
JOIN articles AS a USING (article_id)
JOIN stories AS s USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
LEFT JOIN originals AS o ON o.article_id = c.article_id
-- The stories of a retracted alert are no evidence for its theme, or the next pass would raise it again.
ANTI JOIN (
    SELECT v.theme_id, wrong.story_id
    FROM verdicts AS v
    JOIN alerts AS taken_back USING (alert_id)
    JOIN finding_articles USING (finding_id)
    JOIN stories AS wrong USING (article_id)
    WHERE v.what = 'retract'
) AS retracted ON retracted.theme_id = c.theme_id AND retracted.story_id = s.story_id
-- What was put into an article later was not there on the day it is dated: it is neither history nor news.
ANTI JOIN (
    SELECT put_in.article_id, now.theme_id
    FROM (
        SELECT article_id, min(revision) AS revision, min_by(ended_at, revision) AS ended_at
        FROM revisions
        WHERE ended_by <> 'withdrawn' AND words_added + words_removed > 0
          AND article_id IN (SELECT article_id FROM articles WHERE dated_at >= $since)
        GROUP BY article_id
    ) AS put_in
    JOIN themes AS now ON now.taxonomy_id = $taxonomy_id
    JOIN taxonomies AS scored ON scored.taxonomy_id = now.taxonomy_id
    ANTI JOIN past_evidence AS had
        ON had.article_id = put_in.article_id AND had.revision = put_in.revision AND had.theme_id = now.theme_id
    -- Before anybody looked for the theme, its want of evidence says nothing.
    WHERE put_in.ended_at > (
        SELECT min(first_used_at)
        FROM taxonomies AS used
        JOIN themes AS as_now USING (taxonomy_id)
        WHERE as_now.theme_id = now.theme_id AND as_now.digest = now.digest AND used.scorer = scored.scorer
    )
) AS later ON later.article_id = c.article_id AND later.theme_id = c.theme_id
WHERE c.taxonomy_id = $taxonomy_id AND c.present AND j.relevant AND a.dated_at >= $since
  -- Each table by itself: what is older is not even looked at.
  AND c.dated_at >= $since AND j.dated_at >= $since AND s.dated_at >= $since
  -- Nobody knows when undated history was written: it is dated by the day it was found, and would end every silence.
  AND NOT (f.history AND a.baseline AND a.published_at IS NULL)
ORDER BY c.theme_id, a.dated_at, a.article_id
"""

# What was found in silence and told later stands and falls with that alert, or with its stories.
VOID_FINDINGS = """
SELECT quiet.finding_id
FROM findings AS quiet
JOIN findings AS told ON told.theme_id = quiet.theme_id AND told.kind = quiet.kind AND told.found_at > quiet.found_at
JOIN alerts AS a ON a.finding_id = told.finding_id
JOIN verdicts AS v ON v.alert_id = a.alert_id AND v.what = 'retract'
WHERE quiet.decision IN ('muted', 'snoozed')
UNION ALL
SELECT quiet.finding_id
FROM findings AS quiet
JOIN finding_articles AS shown ON shown.finding_id = quiet.finding_id
JOIN stories AS s ON s.article_id = shown.article_id
LEFT JOIN (
    SELECT DISTINCT v.theme_id, wrong.story_id
    FROM verdicts AS v
    JOIN alerts AS taken_back USING (alert_id)
    JOIN finding_articles USING (finding_id)
    JOIN stories AS wrong USING (article_id)
    WHERE v.what = 'retract'
) AS retracted ON retracted.theme_id = quiet.theme_id AND retracted.story_id = s.story_id
WHERE quiet.decision IN ('muted', 'snoozed')
GROUP BY quiet.finding_id
HAVING bool_and(retracted.story_id IS NOT NULL)
"""

_RECENT = f"""
SELECT theme_id, found_at
FROM findings
WHERE kind = 'first_seen' AND decision <> 'unheard' AND found_at >= ?
  AND finding_id NOT IN (SELECT finding_id FROM alerts JOIN verdicts USING (alert_id) WHERE what = 'retract')
  AND finding_id NOT IN ({VOID_FINDINGS})
ORDER BY found_at, theme_id
"""  # noqa: S608  another query of this file

_USED_SINCE = """
SELECT now.theme_id, greatest(min(used.first_used_at), any_value(c.since))
FROM themes AS now
JOIN taxonomies AS t USING (taxonomy_id)
JOIN themes AS as_now ON as_now.theme_id = now.theme_id AND as_now.digest = now.digest
-- With another scorer the same theme finds other articles.
JOIN taxonomies AS used ON used.taxonomy_id = as_now.taxonomy_id AND used.scorer = t.scorer
LEFT JOIN calibrations AS c ON c.calibration_id = t.calibration_id AND c.theme_id = now.theme_id
WHERE now.taxonomy_id = ?
GROUP BY now.theme_id
"""

_FAILED = """
INSERT INTO misjudgements VALUES ($article, $taxonomy, 1, $now, $reason)
ON CONFLICT DO UPDATE SET attempts = attempts + 1, failed_at = excluded.failed_at, reason = excluded.reason
"""


def use_taxonomy(con: Connection, taxonomy: Taxonomy, now: datetime) -> None:
    """Say that articles are judged under `taxonomy` from now on; labels and definitions are renewed.

    A taxonomy that is new takes over the thresholds of the one before it, for the themes that it has too.
    """
    before = latest_taxonomy(con)
    known = con.execute("SELECT 1 FROM taxonomies WHERE taxonomy_id = ?", [taxonomy.id]).fetchone() is not None
    con.execute(
        "INSERT INTO taxonomies (taxonomy_id, scorer, first_used_at, last_used_at) VALUES ($id, $scorer, $now, $now) "
        "ON CONFLICT (taxonomy_id) DO UPDATE SET last_used_at = excluded.last_used_at",
        {"id": taxonomy.id, "scorer": taxonomy.scorer, "now": now},
    )
    insert(con, "themes", theme_versions.theme_rows(con, taxonomy), "replace")
    if before and not known:
        calibrations.inherit(con, taxonomy.id, before, now)


def save_judgements(con: Connection, judgements: Sequence[Judgement]) -> int:
    """Save judgements and all that is in them; one that is known stays as it is. How many were new."""
    known = _judged(con, {j.article_id for j in judgements})
    new = list({k: j for j in judgements if (k := (j.article_id, j.taxonomy_id)) not in known}.values())
    scores = calibrations.score_rows(con, new)  # before the judgements: it asks for the ones before
    residuals.save_residuals(con, new)
    senses.save_senses(con, new)
    # Entities belong to the article whatever the themes: a new judgement's take the place of the last one's.
    con.execute(
        "DELETE FROM mentions WHERE article_id IN (SELECT unnest(?::UUID[]))", [[str(j.article_id) for j in new]]
    )
    dated = _dated(con, new)
    insert(con, "judgements", [row_of(j, without=_ELSEWHERE, dated_at=dated[j.article_id]) for j in new])
    insert(con, "scores", [{**score, "dated_at": dated[score["article_id"]]} for score in scores])
    evidence = [_evidence(j, s, n, dated[j.article_id]) for j in new for s in j.scores for n in range(len(s.evidence))]
    insert(con, "evidence", evidence)
    insert(con, "mentions", [row_of(m, article_id=j.article_id) for j in new for m in j.mentions])
    return len(new)


def read_judgement(con: Connection, article_id: UUID, taxonomy_id: str) -> Judgement | None:
    """One judgement as it was saved, but for what no theme explains of it; scores with the highest first."""
    asked = [article_id, taxonomy_id]
    row = con.execute(
        "SELECT article_id, taxonomy_id, judged_at, relevant, relevance, reason, sentences, co_mentions "
        "FROM judgements WHERE article_id = ? AND taxonomy_id = ?",
        asked,
    ).fetchone()
    if row is None:
        return None
    scores = con.execute(
        "SELECT theme_id, score, present, coalesce(lexical, 0), coalesce(semantic, 0) FROM scores "
        "WHERE article_id = ? AND taxonomy_id = ? "
        "ORDER BY score DESC, theme_id",
        asked,
    ).fetchall()
    mentions = con.execute(
        "SELECT name, label, count FROM mentions WHERE article_id = ? ORDER BY count DESC, name, label", [article_id]
    ).fetchall()
    evidence = _read_evidence(con, article_id, taxonomy_id)
    found = tuple(
        Score(theme, score, present, tuple(evidence.get(theme, ())), lexical, semantic)
        for theme, score, present, lexical, semantic in scores
    )
    return Judgement(*[*row, found, tuple(Mention(*m) for m in mentions)])


def latest_taxonomy(con: Connection) -> str | None:
    """The taxonomy that the views speak of: the one used last."""
    row = con.execute(
        "SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT 1"
    ).fetchone()
    return str(row[0]) if row else None


def themes_used_since(con: Connection, taxonomy_id: str) -> dict[str, datetime]:
    """Since when each theme of the taxonomy has been looked for as it now is, whatever became of the others."""
    rows = con.execute(_USED_SINCE, [taxonomy_id]).fetchall()
    return dict(rows)


def save_failures(
    con: Connection, failed: Sequence[tuple[UUID, str]], taxonomy_id: str, now: datetime
) -> dict[UUID, int]:
    """Count articles that could not be judged, each with its reason; how often that happened by now."""
    for article_id, reason in failed:
        con.execute(_FAILED, {"article": article_id, "taxonomy": taxonomy_id, "now": now, "reason": reason})
    rows = con.execute("SELECT article_id, attempts FROM misjudgements WHERE taxonomy_id = ?", [taxonomy_id]).fetchall()
    return dict(rows)


def save_stories(con: Connection, copies: Sequence[Copy]) -> None:
    """Put articles that wait to be compared into their stories, once and for all."""
    waits = "EXISTS (SELECT 1 FROM uncompared AS u WHERE u.article_id = incoming.article_id)"
    insert(con, "stories", [row_of(c, without=("fingerprint", "original_id")) for c in copies], only_where=waits)
    done = [[str(copy.article_id) for copy in copies]]
    con.execute("DELETE FROM uncompared WHERE article_id IN (SELECT unnest(?::UUID[]))", done)


def appearances(con: Connection, taxonomy_id: str, since: datetime) -> list[Appearance]:
    """Where themes are present in relevant, compared articles dated at or after `since`; by theme and date."""
    rows = con.execute(_APPEARANCES, {"taxonomy_id": taxonomy_id, "since": since}).fetchall()
    return [Appearance(*row) for row in rows]


def recent_findings(con: Connection, since: datetime) -> list[tuple[str, datetime]]:
    """Theme and moment of each first-seen finding made at or after `since`, oldest first; no retracted ones.

    Nor what was found in silence, if the alert that told it later was retracted, or an alert on the same stories.
    """
    return [(theme_id, found_at) for theme_id, found_at in con.execute(_RECENT, [since]).fetchall()]


def _judged(con: Connection, article_ids: set[UUID]) -> set[tuple[UUID, str]]:
    rows = con.execute(
        "SELECT article_id, taxonomy_id FROM judgements WHERE article_id IN (SELECT unnest(?::UUID[]))",
        [[str(a) for a in article_ids]],
    ).fetchall()
    return set(rows)


def _dated(con: Connection, judged: Sequence[Judgement]) -> dict[object, datetime]:
    """The dates of these articles, which stand beside all that is known of them."""
    asked = f"SELECT article_id, dated_at FROM articles WHERE article_id IN ({written(j.article_id for j in judged)})"  # noqa: S608  keys
    dates = dict(con.execute(asked).fetchall())
    return {j.article_id: dates.get(j.article_id, _UNDATED) for j in judged}


def _evidence(judgement: Judgement, score: Score, n: int, dated_at: datetime) -> Row:
    evidence = score.evidence[n]
    return row_of(
        evidence,
        without=("start", "end"),
        article_id=judgement.article_id,
        taxonomy_id=judgement.taxonomy_id,
        theme_id=score.theme_id,
        ordinal=n,
        dated_at=dated_at,
        start_at=evidence.start,
        end_at=evidence.end,
    )


def _read_evidence(con: Connection, article_id: UUID, taxonomy_id: str) -> dict[str, list[Evidence]]:
    rows = con.execute(
        "SELECT theme_id, sentence, start_at, end_at, in_title, phrase, strength, weight, coalesce(statement, ''), "
        "coalesce(likeness, 0), coalesce(quoted, false), coalesce(speaker, ''), coalesce(negated, false), "
        "coalesce(hedged, false) FROM evidence "
        "WHERE article_id = ? AND taxonomy_id = ? ORDER BY theme_id, ordinal",
        [article_id, taxonomy_id],
    ).fetchall()
    found: dict[str, list[Evidence]] = {}
    for theme_id, *values in rows:
        found.setdefault(theme_id, []).append(Evidence(*values))
    return found
