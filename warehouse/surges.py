"""What surges are told by: when feeds were heard, and what was found before."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import datetime

from warehouse.connect import Connection
from warehouse.records import FeedDay, Finding, PastFinding
from warehouse.rows import insert, row_of

_FEED_DAYS = """
SELECT feed_id, (tried_at AT TIME ZONE 'UTC')::DATE AS day, bool_or(outcome IN ('new', 'unchanged')) AS answered
FROM fetches
WHERE kind = 'feed' AND tried_at >= $since
GROUP BY feed_id, day
ORDER BY feed_id, day
"""

_PAST = """
SELECT f.theme_id, f.found_at, s.last_day, s.expected + s.deviation,
    f.decision NOT IN ('muted', 'snoozed') OR list_contains($silent, f.theme_id)
FROM findings AS f
LEFT JOIN surges AS s USING (finding_id)
WHERE f.found_at >= $since AND f.kind IN ('first_seen', 'surge') AND f.decision <> 'unheard'
  AND f.finding_id NOT IN (SELECT finding_id FROM alerts JOIN verdicts USING (alert_id) WHERE what = 'retract')
ORDER BY f.found_at, f.theme_id
"""


def feed_days(con: Connection, since: datetime) -> list[FeedDay]:
    """Each feed's days with an attempt since a moment, and whether one of them was answered."""
    return [FeedDay(*row) for row in con.execute(_FEED_DAYS, {"since": since}).fetchall()]


def past_findings(con: Connection, since: datetime, silent: Collection[str]) -> list[PastFinding]:
    """Themes that were first seen or surged since a moment, oldest first; none whose alert was retracted.

    What was found while a theme was snoozed or muted pauses nothing once it is no longer `silent`: nobody was told.
    """
    rows = con.execute(_PAST, {"since": since, "silent": list(silent)}).fetchall()
    return [PastFinding(*row) for row in rows]


def save_surges(con: Connection, findings: Sequence[Finding]) -> None:
    """Keep the figures of those findings that are surges."""
    insert(con, "surges", [row_of(f.surge, finding_id=f.id) for f in findings if f.surge])
