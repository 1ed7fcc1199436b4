"""Who is told of which alerts: what is open for whom, what waits for its hour, and whom an alert was not for."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from warehouse.connect import Connection
from warehouse.rows import insert, row_of

Addressee = tuple[str, str]  # channel and recipient

_ENROL = """
INSERT INTO addressees
SELECT $channel, $recipient, CASE WHEN count(*) > 0 THEN TIMESTAMPTZ '1970-01-01 00:00:00+00' ELSE $told_from END
FROM alert_messages
WHERE channel = $channel AND recipient = $recipient
"""

_OPEN = """
SELECT a.alert_id, a.kind, a.theme_id, a.created_at, d.channel, d.recipient
FROM alerts AS a
-- Whoever was enrolled by a clock that was ahead is told of the last days all the same.
JOIN addressees AS d ON a.created_at >= least(d.told_from, $told_from)
ANTI JOIN alert_messages AS m ON m.alert_id = a.alert_id AND m.channel = d.channel AND m.recipient = d.recipient
ANTI JOIN passed_over AS p ON p.alert_id = a.alert_id AND p.channel = d.channel AND p.recipient = d.recipient
WHERE list_contains($told, d.channel || ':' || d.recipient)
  AND a.alert_id NOT IN (SELECT v.alert_id FROM verdicts AS v WHERE v.what = 'retract')
ORDER BY a.created_at, a.theme_id, a.alert_id, d.channel, d.recipient
"""


@dataclass(frozen=True, slots=True)
class OpenAlert:
    """An alert that somebody may have to be told of yet, and who that is."""

    alert_id: UUID
    kind: str
    theme_id: str
    created_at: datetime
    untold: frozenset[Addressee]


@dataclass(frozen=True, slots=True, order=True)
class Wait:
    """One recipient is told of one alert later: when, and why then."""

    alert_id: UUID
    channel: str
    recipient: str
    until_at: datetime
    because: str


def enrol(con: Connection, told: Iterable[Addressee], told_from: datetime) -> None:
    """Take in whoever is new: told of alerts made since `told_from`; who was told before is told of all."""
    known = set(con.execute("SELECT channel, recipient FROM addressees").fetchall())
    for channel, recipient in [one for one in told if one not in known]:
        con.execute(_ENROL, {"channel": channel, "recipient": recipient, "told_from": told_from})


def open_alerts(con: Connection, told: Collection[Addressee], told_from: datetime) -> list[OpenAlert]:
    """Alerts of which one of `told` was not told, and is not passed over; oldest first. No retracted ones."""
    keys = [f"{channel}:{recipient}" for channel, recipient in told]
    found: dict[tuple[UUID, str, str, datetime], list[Addressee]] = {}
    for *alert, channel, recipient in con.execute(_OPEN, {"told": keys, "told_from": told_from}).fetchall():
        id_, kind, theme_id, created_at = alert
        found.setdefault((id_, kind, theme_id, created_at), []).append((channel, recipient))
    return [OpenAlert(*alert, frozenset(untold)) for alert, untold in found.items()]


def pass_over(con: Connection, pairs: Sequence[tuple[UUID, Addressee]]) -> None:
    """Say once and for all that these alerts were not for these recipients: others were told."""
    rows = [{"alert_id": id_, "channel": channel, "recipient": recipient} for id_, (channel, recipient) in pairs]
    insert(con, "passed_over", rows)


def waits(con: Connection) -> list[Wait]:
    """What waited for its hour when it was last looked at."""
    rows = con.execute("SELECT alert_id, channel, recipient, until_at, because FROM waits").fetchall()
    return sorted(Wait(*row) for row in rows)


def save_waits(con: Connection, waiting: Iterable[Wait]) -> None:
    """Put what waits now in the place of what waited before."""
    wanted = sorted(waiting)
    if wanted == waits(con):
        return
    con.execute("DELETE FROM waits")
    insert(con, "waits", [row_of(wait) for wait in wanted])
