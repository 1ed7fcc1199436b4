"""What people decide about candidates: an append-only log, and the state that follows from it."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import datetime
from typing import Literal

from warehouse import verdicts
from warehouse.connect import Connection
from warehouse.rows import insert, row_of
from warehouse.verdicts import Verdict

What = Literal["promote", "merge", "dismiss", "reopen"]

STATES = {"promote": "promoted", "merge": "merged", "dismiss": "dismissed", "reopen": "open"}

_ALERTS = """
SELECT a.alert_id
FROM alerts AS a
ANTI JOIN (SELECT alert_id FROM verdicts WHERE what = 'ack') AS acknowledged USING (alert_id)
WHERE a.theme_id = ?
ORDER BY a.created_at
"""


@dataclass(frozen=True, slots=True)
class Decision:
    """What somebody means to be done with a candidate.

    `theme_id` is what it becomes or teaches, "" for the others, and `before` the digest of that theme up to now, ""
    where there is none yet.
    """

    candidate_id: str
    what: What
    given_at: datetime
    theme_id: str = ""
    before: str = ""
    note: str = ""
    given_by: str = ""


def mean(con: Connection, decision: Decision) -> None:
    """Write down what is meant, before themes.toml is changed: what is killed in between can be told from it."""
    ((last,),) = con.execute("SELECT coalesce(max(number), 0) FROM candidate_decisions").fetchall()
    insert(con, "candidate_decisions", [row_of(decision, number=last + 1)], "fail")


def meant(con: Connection, candidate_id: str) -> Decision | None:
    """What was meant last to be done with a candidate, done or not."""
    columns = ", ".join(f.name for f in fields(Decision))
    row = con.execute(
        f"SELECT {columns} FROM candidate_decisions WHERE candidate_id = ? ORDER BY number DESC LIMIT 1",  # noqa: S608  names of fields
        [candidate_id],
    ).fetchone()
    return Decision(*row) if row else None


def became_themes(con: Connection, since: datetime) -> list[tuple[str, datetime]]:
    """Theme and moment of each candidate that became one, or part of one, at or after `since`: no news as a theme."""
    asked = "SELECT theme_id, state_at FROM candidates WHERE state IN ('promoted', 'merged') AND state_at >= ?"
    return con.execute(f"{asked} ORDER BY state_at, theme_id", [since]).fetchall()


def settle(con: Connection, decision: Decision) -> None:
    """Let the candidate's state be what was decided. Its alert is seen to by that."""
    con.execute(
        "UPDATE candidates SET state = $state, state_at = $at, theme_id = $theme WHERE candidate_id = $candidate",
        {
            "state": STATES[decision.what],
            "at": decision.given_at,
            "theme": decision.theme_id,
            "candidate": decision.candidate_id,
        },
    )
    if decision.what != "reopen":
        unseen = con.execute(_ALERTS, [decision.candidate_id]).fetchall()
        at, by = decision.given_at, decision.given_by
        verdicts.give(con, [Verdict("ack", decision.candidate_id, at, alert_id, given_by=by) for (alert_id,) in unseen])
