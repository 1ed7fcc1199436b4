"""What is on record of one theme: what was found and decided on some days, and what became of the messages."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from warehouse.connect import Connection
from warehouse.judgements import latest_taxonomy

_FOUND = """
SELECT f.finding_id, f.kind, f.found_at, f.decision, f.stories, f.publishers, f.blocs, f.window_days, f.silence_days,
    a.alert_id,
    (SELECT min(v.given_at) FROM verdicts AS v WHERE v.alert_id = a.alert_id AND v.what = 'retract')
FROM findings AS f
LEFT JOIN alerts AS a USING (finding_id)
WHERE f.theme_id = $theme_id AND f.found_at >= $since AND f.found_at < $until
ORDER BY f.found_at, f.kind, f.finding_id
"""

_TOLD = """
SELECT l.channel, l.recipient, m.state, m.attempts, m.next_attempt_at,
    (SELECT min(d.tried_at) FROM deliveries AS d WHERE d.message_key = m.message_key AND d.result = 'sent'),
    coalesce((
        SELECT max_by(d.reason, d.tried_at) FROM deliveries AS d
        WHERE d.message_key = m.message_key AND d.result <> 'sent'
    ), '')
FROM alert_messages AS l
JOIN messages AS m USING (message_key)
WHERE l.alert_id = ?
ORDER BY l.channel, l.recipient
"""

_LABEL = """
SELECT t.label, min(u.first_used_at)
FROM themes AS t
JOIN taxonomies AS u USING (taxonomy_id)
WHERE t.theme_id = ?
GROUP BY t.label, u.last_used_at
ORDER BY u.last_used_at DESC
LIMIT 1
"""


# Of those in use then, one whose scores are still kept.
_IN_USE = """
SELECT taxonomy_id
FROM taxonomies
WHERE first_used_at <= $moment AND taxonomy_id IN (SELECT s.taxonomy_id FROM scores AS s)
ORDER BY last_used_at >= $moment DESC, first_used_at DESC, taxonomy_id
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class Found:
    """One finding as it was kept, with what was decided about it."""

    finding_id: UUID
    kind: str
    found_at: datetime
    decision: str
    stories: int
    publishers: tuple[str, ...]
    blocs: tuple[str, ...]
    window_days: int
    silence_days: int
    alert_id: UUID | None
    retracted_at: datetime | None


@dataclass(frozen=True, slots=True)
class Told:
    """What became of the message that tells one recipient of an alert."""

    channel: str
    recipient: str
    state: str
    attempts: int
    next_attempt_at: datetime | None
    sent_at: datetime | None
    reason: str  # of the last attempt that failed


def found(con: Connection, theme_id: str, since: datetime, until: datetime) -> list[Found]:
    """Findings on a theme made since a moment and before another, oldest first."""
    rows = con.execute(_FOUND, {"theme_id": theme_id, "since": since, "until": until}).fetchall()
    return [Found(*[*row[:5], tuple(row[5]), tuple(row[6]), *row[7:]]) for row in rows]


def told(con: Connection, alert_id: UUID) -> list[Told]:
    """Who has a message on an alert, and what became of it."""
    return [Told(*row) for row in con.execute(_TOLD, [alert_id]).fetchall()]


def passed_over(con: Connection, alert_id: UUID) -> list[tuple[str, str]]:
    """Channels and recipients for whom an alert was not."""
    asked = "SELECT channel, recipient FROM passed_over WHERE alert_id = ? ORDER BY ALL"
    return [(channel, recipient) for channel, recipient in con.execute(asked, [alert_id]).fetchall()]


def taxonomy_at(con: Connection, moment: datetime) -> str:
    """The taxonomy that articles were judged under at a moment, as far as its scores are kept; else the latest one."""
    row = con.execute(_IN_USE, {"moment": moment}).fetchone()
    return str(row[0]) if row else latest_taxonomy(con) or ""


def label_of(con: Connection, theme_id: str) -> str:
    """What a theme was called last, or its id."""
    row = con.execute(_LABEL, [theme_id]).fetchone()
    return str(row[0]) if row else theme_id
