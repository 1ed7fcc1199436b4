"""What was alerted before and why, which voices are muted, and what was found but would not be without those."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Again, Finding, PastAlert, Voice
from warehouse.rows import insert, row_of

# What was decided about a finding that muted voices alone carry: it counts as found neither before nor after.
UNHEARD: Literal["unheard"] = "unheard"

_PAST = """
SELECT a.alert_id, a.kind, a.theme_id, a.created_at, coalesce(v.bloc, w.bloc, ''), len(f.publishers), f.blocs,
    f.window_days, e.finding_id IS NOT NULL
FROM alerts AS a
JOIN findings AS f USING (finding_id)
LEFT JOIN new_voices AS v USING (finding_id)
LEFT JOIN turns AS w USING (finding_id)
LEFT JOIN escalations AS e USING (finding_id)
WHERE a.created_at >= $since
  AND ($until::TIMESTAMPTZ IS NULL OR a.created_at < $until)
  AND a.alert_id NOT IN (SELECT r.alert_id FROM verdicts AS r WHERE r.what = 'retract')
ORDER BY a.created_at, a.theme_id, a.kind, a.alert_id
"""

_MUTED = """
SELECT facet, name, until_at
FROM voice_verdicts
WHERE $said_until::TIMESTAMPTZ IS NULL OR given_at <= $said_until
QUALIFY row_number() OVER (PARTITION BY facet, name ORDER BY number DESC) = 1
    AND what = 'mute' AND (until_at IS NULL OR until_at > $now)
ORDER BY facet, name
"""

_FEEDS = "SELECT feed_id, name, publisher, bloc FROM feeds ORDER BY feed_id"

_UNHEARD = """
SELECT f.kind, f.theme_id, coalesce(v.bloc, w.bloc, '')
FROM findings AS f
LEFT JOIN new_voices AS v USING (finding_id)
LEFT JOIN turns AS w USING (finding_id)
WHERE f.decision = 'unheard' AND f.found_at >= ?
"""


@dataclass(frozen=True, slots=True)
class VoiceVerdict:
    """One thing somebody said of a voice; `until_at` is when a mute ends by itself."""

    what: Literal["mute", "unmute"]
    voice: Voice
    given_at: datetime
    until_at: datetime | None = None
    given_by: str = ""


@dataclass(frozen=True, slots=True)
class Muted:
    """The voices that count for nothing now, each with when that ends, and what follows for feeds, houses and blocs."""

    voices: tuple[tuple[Voice, datetime | None], ...] = ()
    feeds: frozenset[UUID] = frozenset()
    publishers: frozenset[str] = frozenset()  # all of whose feeds are muted
    blocs: frozenset[str] = frozenset()  # same

    def __bool__(self) -> bool:
        return bool(self.feeds)


def past_alerts(con: Connection, since: datetime, until: datetime | None = None) -> list[PastAlert]:
    """Alerts made at or after `since` (and before `until`) and not retracted, oldest first."""
    rows = con.execute(_PAST, {"since": since, "until": until}).fetchall()
    return [PastAlert(*[*row[:6], tuple(row[6]), *row[7:]]) for row in rows]


def save_escalations(con: Connection, findings: Iterable[Finding]) -> None:
    """Keep why those findings are told that their cooldown would have kept quiet."""
    told = [_escalation(finding.id, finding.again) for finding in findings if finding.again]
    insert(con, "escalations", told)


def again_of(con: Connection, finding_id: UUID) -> Again | None:
    """Why a finding is told although its theme cooled down; None where it did not."""
    asked = "SELECT past_alert_id, past_at, past_publishers, new_blocs FROM escalations WHERE finding_id = ?"
    row = con.execute(asked, [finding_id]).fetchone()
    if row is None:
        return None
    alert_id, at, publishers, new_blocs = row
    return Again(alert_id, at, publishers, tuple(new_blocs))


def _escalation(finding_id: UUID, again: Again) -> dict[str, object]:
    return {
        "finding_id": finding_id,
        "past_alert_id": again.alert_id,
        "past_at": again.at,
        "past_publishers": again.publishers,
        "new_blocs": list(again.new_blocs),
    }


def unheard_since(con: Connection, since: datetime) -> set[tuple[str, str, str]]:
    """Kind, theme and bloc of what was found at or after `since` by muted voices alone."""
    return set(con.execute(_UNHEARD, [since]).fetchall())


# --- voices ---------------------------------------------------------------------------------------


def give(con: Connection, verdicts: Sequence[VoiceVerdict]) -> None:
    """Add to the log. A pass that decides after this is committed goes by it."""
    ((last,),) = con.execute("SELECT coalesce(max(number), 0) FROM voice_verdicts").fetchall()
    rows = [
        row_of(verdict, without=("voice",), number=last + n, facet=verdict.voice.facet, name=verdict.voice.name)
        for n, verdict in enumerate(verdicts, 1)
    ]
    insert(con, "voice_verdicts", rows, "fail")


def muted(con: Connection, now: datetime, said_until: datetime | None = None) -> Muted:
    """The voices that are muted at `now`; by what was said up to `said_until`, or by all that was."""
    rows = con.execute(_MUTED, {"now": now, "said_until": said_until}).fetchall()
    voices = tuple((Voice(facet, name), until) for facet, name, until in rows)
    if not voices:
        return Muted()
    named = {voice for voice, _ in voices}
    feeds = con.execute(_FEEDS).fetchall()
    off = frozenset(id_ for id_, *names in feeds if not named.isdisjoint(_voices_of(*names)))
    publishers, blocs = (
        frozenset(row[at] for row in feeds) - {row[at] for row in feeds if row[0] not in off} for at in (2, 3)
    )
    return Muted(voices, off, publishers, blocs)


def known_voices(con: Connection) -> list[Voice]:
    """Every feed, publisher and bloc that there is or was."""
    rows = con.execute(_FEEDS).fetchall()
    return sorted({voice for _, *names in rows for voice in _voices_of(*names)})


def _voices_of(feed: str, publisher: str, bloc: str) -> tuple[Voice, Voice, Voice]:
    return Voice("feed", feed), Voice("publisher", publisher), Voice("bloc", bloc)
