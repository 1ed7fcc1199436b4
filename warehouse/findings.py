"""Findings and the alerts made of them, as messages need them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import fields
from datetime import date, timedelta
from typing import Any, TypeVar
from uuid import NAMESPACE_OID, UUID, uuid5

from warehouse import emergences
from warehouse.blocs import save_changes
from warehouse.connect import Connection
from warehouse.ledger import again_of, save_escalations
from warehouse.records import Alert, DayCount, Finding, NewVoice, Quote, Surge, Turn
from warehouse.rows import Row, columns_of, insert, row_of
from warehouse.surges import save_surges

Detail = TypeVar("Detail", Surge, NewVoice, Turn)
Decided = tuple[Finding, str]  # with what was decided: alert, or why not

_SERIES_DAYS = 60
_DETAILS = ("article_ids", "surge", "candidate", "voice", "turn", "again")  # kept in tables of their own

_ALERTS = f"""
SELECT a.alert_id, a.finding_id, f.taxonomy_id, a.kind, a.theme_id, coalesce(t.label, a.theme_id),
    coalesce(t.definition, ''), a.created_at, f.window_days, f.silence_days,
    (
        SELECT coalesce(min(first_seen_at), a.created_at)
        FROM articles
        WHERE feed_id NOT IN (SELECT feed_id FROM feeds WHERE history)
    ),
    (SELECT count(*) FROM finding_articles AS fa WHERE fa.finding_id = f.finding_id), f.stories, f.publishers, f.blocs,
    {columns_of(Surge, "s")}, {columns_of(NewVoice, "v")}, {columns_of(Turn, "w")}
FROM alerts AS a
JOIN findings AS f USING (finding_id)
LEFT JOIN surges AS s USING (finding_id)
LEFT JOIN new_voices AS v USING (finding_id)
LEFT JOIN turns AS w USING (finding_id)
LEFT JOIN themes AS t ON t.taxonomy_id = f.taxonomy_id AND t.theme_id = f.theme_id
WHERE a.alert_id IN (SELECT unnest($ids::UUID[]))
ORDER BY a.created_at, a.theme_id
"""  # noqa: S608  names of fields

_QUOTES = """
WITH texts AS (
    SELECT article_id, sentence, phrase, statement, weight, in_title, ordinal, coalesce(negated, false) AS negated,
        'infinity'::TIMESTAMPTZ AS until
    FROM evidence
    WHERE theme_id = $theme_id AND taxonomy_id = $taxonomy_id
    UNION ALL
    SELECT article_id, sentence, phrase, statement, weight, in_title, ordinal, coalesce(negated, false), ended_at
    FROM past_evidence
    JOIN revisions USING (article_id, revision)
    WHERE theme_id = $theme_id AND taxonomy_id = $taxonomy_id
),
-- Of what was rewritten since, the text that the finding was made on.
found_on AS (
    SELECT texts.*
    FROM texts
    JOIN finding_articles AS fa USING (article_id)
    JOIN findings AS made USING (finding_id)
    WHERE fa.finding_id = $finding_id AND texts.until > made.found_at
    QUALIFY texts.until = min(texts.until) OVER (PARTITION BY texts.article_id)
),
sentences AS (
    -- Of a turn, what denies comes first.
    SELECT e.sentence, e.phrase, e.statement, e.weight + if(e.negated AND $denials, 100, 0) AS weight, e.in_title,
        e.ordinal, a.article_id, a.title, a.url, f.publisher, f.bloc, a.dated_at,
        coalesce(s.story_id, a.article_id) AS story_id, coalesce(a.genre, '') = 'commentary' AS argued
    FROM found_on AS e
    JOIN articles AS a USING (article_id)
    JOIN feeds AS f ON f.feed_id = a.feed_id
    LEFT JOIN stories AS s ON s.article_id = a.article_id
),
best_of_story AS (
    SELECT * FROM sentences
    QUALIFY row_number() OVER (
        PARTITION BY story_id ORDER BY weight DESC, argued DESC, in_title, dated_at, article_id, ordinal
    ) = 1
),
unlike AS (
    SELECT * FROM best_of_story
    QUALIFY row_number() OVER (PARTITION BY sentence ORDER BY weight DESC, argued DESC, dated_at, article_id) = 1
)
SELECT sentence, phrase, title, url, publisher, bloc, dated_at, coalesce(statement, '')
FROM unlike
ORDER BY row_number() OVER (PARTITION BY publisher ORDER BY weight DESC, argued DESC, dated_at, article_id),
    weight DESC, argued DESC, dated_at, article_id
LIMIT $quotes
"""

_SERIES = """
SELECT (a.dated_at AT TIME ZONE 'UTC')::DATE AS day, count(DISTINCT coalesce(s.story_id, a.article_id))
FROM scores AS c
JOIN judgements AS j USING (article_id, taxonomy_id)
JOIN articles AS a USING (article_id)
LEFT JOIN stories AS s USING (article_id)
WHERE c.theme_id = $theme_id AND c.taxonomy_id = $taxonomy_id AND c.present AND j.relevant
GROUP BY day
HAVING day BETWEEN $first AND $last
"""


def save_findings(con: Connection, decided: Sequence[Decided]) -> None:
    """Save findings, their articles, what was decided about them, and an alert where that was "alert"."""
    findings = [
        row_of(f, without=_DETAILS, finding_id=f.id, decision=decision)
        | {"publishers": list(f.publishers), "blocs": list(f.blocs)}
        for f, decision in decided
    ]
    insert(con, "findings", findings)
    save_surges(con, [finding for finding, _ in decided])
    save_changes(con, [finding for finding, _ in decided])
    save_escalations(con, [finding for finding, _ in decided])
    shown = [{"finding_id": f.id, "article_id": a} for f, _ in decided for a in f.article_ids]
    insert(con, "finding_articles", shown)
    insert(con, "alerts", [_alert_row(f) for f, decision in decided if decision == "alert"])


def alert_id(finding: Finding) -> UUID:
    """The key of the alert on a finding: there is one at most."""
    return uuid5(NAMESPACE_OID, f"alert/{finding.id}")


def read_alerts(con: Connection, alert_ids: Sequence[UUID], quotes: int) -> list[Alert]:
    """Full alerts by id, oldest first; ids that are not known are left out."""
    rows = con.execute(_ALERTS, {"ids": [str(i) for i in alert_ids]}).fetchall()
    alerts = (_alert(con, row, quotes) for row in rows)
    return [emergences.completed(con, a, quotes) if a.kind == "candidate" else a for a in alerts]


def _alert_row(finding: Finding) -> Row:
    return {
        "alert_id": alert_id(finding),
        "finding_id": finding.id,
        "kind": finding.kind,
        "theme_id": finding.theme_id,
        "created_at": finding.found_at,
    }


def _alert(con: Connection, row: tuple[Any, ...], quotes: int) -> Alert:
    key, finding_id, taxonomy_id, kind, theme_id, label, definition, created_at, *counted = row
    window_days, silence_days, watched_since, articles, stories, publishers, blocs, *figures = counted
    surge, voice, turn = _detail(Surge, figures), _detail(NewVoice, figures), _detail(Turn, figures)
    theme = {"theme_id": theme_id, "taxonomy_id": taxonomy_id}
    asked = theme | {"finding_id": finding_id, "quotes": quotes, "denials": turn is not None}
    said = con.execute(_QUOTES, asked).fetchall()
    return Alert(
        id=key,
        kind=kind,
        theme_id=theme_id,
        label=label,
        definition=definition,
        created_at=created_at,
        window_days=window_days,
        silence_days=silence_days,
        watched_since=watched_since,
        articles=articles,
        stories=stories,
        publishers=tuple(publishers),
        blocs=tuple(blocs),
        quotes=tuple(Quote(*values) for values in said),
        series=_series(con, theme, surge.last_day if surge else created_at.date()),
        surge=surge,
        voice=voice,
        turn=turn,
        again=again_of(con, finding_id),
    )


def _detail(record: type[Detail], figures: list[Any]) -> Detail | None:
    """The record that the next of the figures make, which are taken away; None where it is of another kind."""
    own = [figures.pop(0) for _ in fields(record)]
    return None if own[0] is None else record(*own)


def _series(con: Connection, theme: dict[str, object], last: date) -> tuple[DayCount, ...]:
    first = last - timedelta(days=_SERIES_DAYS - 1)
    counted = dict(con.execute(_SERIES, theme | {"first": first, "last": last}).fetchall())
    days = (first + timedelta(days=n) for n in range(_SERIES_DAYS))
    return tuple(DayCount(day, counted.get(day, 0)) for day in days)
