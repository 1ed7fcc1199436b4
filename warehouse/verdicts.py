"""What people say of alerts and themes: an append-only log, and what follows from it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Literal
from uuid import UUID

from warehouse.connect import Connection
from warehouse.judgements import VOID_FINDINGS, latest_taxonomy
from warehouse.rows import insert, row_of

What = Literal["ack", "snooze", "mute", "unmute", "retract", "resend"]
Silence = Literal["muted", "snoozed"]

_NEVER, _FOR_GOOD = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)

LEAST_PREFIX = 6  # hexadecimal digits of an id that may name an alert

_SILENCES = """
WITH said AS (
    SELECT * FROM verdicts WHERE $said_until::TIMESTAMPTZ IS NULL OR given_at <= $said_until
)

SELECT theme_id, what, until_at
FROM (
    SELECT * FROM said AS v
    WHERE what IN ('mute', 'snooze')
      AND number > coalesce((SELECT max(number) FROM said WHERE what = 'unmute' AND theme_id = v.theme_id), 0)
    QUALIFY row_number() OVER (PARTITION BY theme_id, what ORDER BY number DESC) = 1
)
WHERE until_at IS NULL OR until_at > $now
ORDER BY theme_id, what DESC
"""

_SAID_OF_SILENCE = """
SELECT theme_id, what, given_at, until_at
FROM verdicts
WHERE what IN ('mute', 'snooze', 'unmute')
ORDER BY theme_id, number
"""

_WOKEN = f"""
SELECT theme_id, found_at, window_days
FROM findings AS f
WHERE kind = 'first_seen' AND decision IN ('muted', 'snoozed') AND found_at >= $since
  AND finding_id NOT IN ({VOID_FINDINGS})
  AND NOT EXISTS (
      SELECT 1 FROM findings AS later
      WHERE later.theme_id = f.theme_id AND later.kind = f.kind AND later.found_at > f.found_at
        AND later.decision NOT IN ('muted', 'snoozed')
  )
ORDER BY found_at
"""  # noqa: S608  another query

_NAMED = """
SELECT a.alert_id, a.theme_id, coalesce(t.label, k.label, a.theme_id), a.created_at
FROM alerts AS a
JOIN findings AS f USING (finding_id)
LEFT JOIN themes AS t ON t.taxonomy_id = f.taxonomy_id AND t.theme_id = a.theme_id
LEFT JOIN candidates AS k ON k.candidate_id = a.theme_id
WHERE {condition}
ORDER BY a.created_at DESC, a.alert_id
LIMIT {limit}
"""


@dataclass(frozen=True, slots=True)
class Verdict:
    """One thing somebody said, of an alert or of a theme as a whole (`alert_id` None).

    `until_at` is when a snooze or a mute ends by itself; `given_by` is whatever name was given, or "".
    """

    what: What
    theme_id: str
    given_at: datetime
    alert_id: UUID | None = None
    until_at: datetime | None = None
    note: str = ""
    given_by: str = ""


@dataclass(frozen=True, slots=True)
class Named:
    """An alert that somebody may mean."""

    alert_id: UUID
    theme_id: str
    label: str
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Woken:
    """When a theme was found in silence, and how many days the window had in which it was."""

    found_at: datetime
    window_days: int

    @property
    def opens(self) -> datetime:
        """Where that window began."""
        return self.found_at - timedelta(days=self.window_days)


def give(con: Connection, verdicts: Sequence[Verdict]) -> None:
    """Add to the log. A pass that decides after this is committed goes by it."""
    ((last,),) = con.execute("SELECT coalesce(max(number), 0) FROM verdicts").fetchall()
    insert(con, "verdicts", [row_of(verdict, number=last + n) for n, verdict in enumerate(verdicts, 1)], "fail")


def silences(
    con: Connection, now: datetime, said_until: datetime | None = None
) -> dict[str, tuple[Silence, datetime | None]]:
    """Themes that are not to be alerted at `now`, each with when that ends by itself, if it does.

    A mute counts before a snooze. Of two alike the later one holds. By all that was said, or only up to `said_until`.
    """
    found: dict[str, tuple[Silence, datetime | None]] = {}
    for theme_id, what, until in con.execute(_SILENCES, {"now": now, "said_until": said_until}).fetchall():
        found[theme_id] = ("muted" if what == "mute" else "snoozed", until)
        # Ordered so that the mute, the stronger, comes last.
    return found


def silenced(con: Connection, now: datetime) -> dict[str, Silence]:
    """Themes that are not to be alerted at `now`, and which way."""
    return {theme_id: silence for theme_id, (silence, _) in silences(con, now).items()}


def woken(con: Connection, since: datetime, silent: Collection[str]) -> dict[str, Woken]:
    """Themes found at or after `since` while muted or snoozed, but not `silent` now: how each was found first.

    After a silence that ended later than `since`: found at or after its beginning, however long it was. What was
    found then was told to nobody.
    """
    log: dict[str, list[tuple[str, datetime, datetime | None]]] = {}
    for theme_id, *said in con.execute(_SAID_OF_SILENCE).fetchall():
        log.setdefault(theme_id, []).append((said[0], said[1], said[2]))
    began = {theme: min(began, since) for theme, told in log.items() for began, end in [_silence(told)] if end > since}
    found: dict[str, Woken] = {}
    for theme_id, found_at, days in con.execute(_WOKEN, {"since": min([since, *began.values()])}).fetchall():
        if theme_id not in silent and found_at >= began.get(theme_id, since):
            # Of several findings one after the other, the first says since when the theme has been new.
            found.setdefault(theme_id, Woken(found_at, days))
    return found


def acknowledged(con: Connection, alert_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the alerts that somebody has seen to."""
    return _said(con, "ack", alert_ids)


def retracted(con: Connection, alert_ids: Sequence[UUID]) -> set[UUID]:
    """Those of the alerts that were taken back."""
    return _said(con, "retract", alert_ids)


def find_alerts(con: Connection, name: str, limit: int = 20) -> list[Named]:
    """Alerts that `name` means, the latest first: a theme's latest one, else all whose id begins so.

    Hyphens do not matter; what is shorter than six digits names no alert.
    """
    of_theme = con.execute(_NAMED.format(condition="a.theme_id = $name", limit=1), {"name": name}).fetchall()
    if of_theme:
        return [Named(*of_theme[0])]
    digits = name.lower().replace("-", "")
    if not re.fullmatch(rf"[0-9a-f]{{{LEAST_PREFIX},32}}", digits):
        return []
    begins = "starts_with(replace(a.alert_id::VARCHAR, '-', ''), $digits)"
    rows = con.execute(_NAMED.format(condition=begins, limit=limit), {"digits": digits}).fetchall()
    return [Named(*row) for row in rows]


def known_themes(con: Connection) -> list[str]:
    """Themes that can be spoken of: those in use, and those of earlier alerts and verdicts."""
    asked = (
        "SELECT theme_id FROM themes WHERE taxonomy_id = $taxonomy_id "
        "UNION SELECT theme_id FROM alerts UNION SELECT theme_id FROM verdicts ORDER BY theme_id"
    )
    rows = con.execute(asked, {"taxonomy_id": latest_taxonomy(con) or ""}).fetchall()
    return [theme_id for (theme_id,) in rows]


def _silence(log: Iterable[tuple[str, datetime, datetime | None]]) -> tuple[datetime, datetime]:
    """When the last silence of a theme began, and when it ended or will: one that is renewed in time goes on."""
    began, ends = _NEVER, {"": _NEVER}
    for what, at, until in log:
        end = max(ends.values())
        if what == "unmute":
            ends = {"": min(end, at)}
            continue
        if end < at:
            began, ends = at, {}
        ends[what] = until or _FOR_GOOD
    return began, max(ends.values())


def _said(con: Connection, what: What, alert_ids: Sequence[UUID]) -> set[UUID]:
    asked = "SELECT DISTINCT alert_id FROM verdicts WHERE what = ? AND alert_id IN (SELECT unnest(?::UUID[]))"
    return {alert_id for (alert_id,) in con.execute(asked, [what, [str(i) for i in alert_ids]]).fetchall()}
