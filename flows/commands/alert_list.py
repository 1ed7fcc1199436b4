"""`amur alerts list`: what was told, what became of it, and what people said of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from itertools import groupby
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.alert_verdicts import SHORT
from flows.commands.printing import count, cut, json_option, print_json, print_table
from flows.commands.reading import as_of_now
from flows.commands.when import as_since

if TYPE_CHECKING:
    from warehouse.connect import Connection
    from warehouse.verdicts import Silence

Record = dict[str, Any]

KINDS = {"first_seen": "new", "surge": "surge", "candidate": "candidate", "new_voice": "voice", "turn": "turn"}
STATES = ("unread", "acked", "snoozed", "muted", "retracted")
WORST = ("held", "undeliverable", "waiting", "later", "sent", "withdrawn", "untold")
LONGEST_THEME = 24  # columns: with it, a line takes 80
_COLUMNS = ("alert", "made", "kind", "theme", "told", "verdict")

# Of an alert that nobody spoke of, what was said of its theme; a snooze ends without anybody's word.
_LOG = """
WITH judged AS (
    SELECT * EXCLUDE (verdict),
        CASE
            WHEN verdict <> 'unread' THEN verdict
            WHEN list_contains($muted, theme_id) THEN 'muted'
            WHEN list_contains($snoozed, theme_id) THEN 'snoozed'
            ELSE 'unread'
        END AS verdict
    FROM alert_log
),

chosen AS (
    SELECT DISTINCT alert_id, created_at
    FROM judged
    WHERE ($since::TIMESTAMPTZ IS NULL OR created_at >= $since)
      AND ($theme::VARCHAR IS NULL OR theme_id = $theme)
      AND ($kind::VARCHAR IS NULL OR kind = $kind)
      AND ($state::VARCHAR IS NULL OR verdict = $state)
    ORDER BY created_at DESC, alert_id
    LIMIT $limit
)

SELECT alert_id, created_at, kind, theme_id, theme, channel, state, sent, messages, later, later_at,
    later_because, attempts, next_attempt_at, reason, repeated, verdict, acknowledged_at, retracted_at, because
FROM judged
JOIN chosen USING (alert_id, created_at)
ORDER BY created_at DESC, alert_id, channel
"""


@click.command("list")
@click.option(
    "--since", callback=as_since, metavar="DATE|SPAN", help="Alerts made since then: 2026-03-18, or 7d for a week."
)
@click.option("--theme", metavar="ID", shell_complete=completing.themes, help="Alerts on this theme.")
@click.option("--kind", type=click.Choice(list(KINDS)), help="Alerts of this kind.")
@click.option("--state", type=click.Choice(STATES), help="Alerts of which this was said, or nothing: unread.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 10_000), help="How many, latest first.")
@json_option
@pass_invocation
def listing(
    invocation: Invocation,
    since: datetime | None,
    theme: str | None,
    kind: str | None,
    state: str | None,
    limit: int,
    as_json: bool,
) -> None:
    """List alerts, the latest first: what became of their messages, and what was said of them.

    \b
    Examples:
      amur alerts list
      amur alerts list --state unread --since 7d
      amur alerts list --theme energy-leverage
      amur alerts list --json | jq '.[] | select(.state == "waiting")'
    """
    from warehouse import ledger, verdicts

    filters = {"since": since, "theme": theme, "kind": kind, "state": state, "limit": limit}
    with as_of_now(invocation.data()) as con:
        if theme:
            _require_theme(theme, verdicts.known_themes(con))
        silences = verdicts.silences(con, datetime.now(UTC))
        muted = ledger.muted(con, datetime.now(UTC)).voices
        rows = _ask(con, filters | _by_silence({name: silence for name, (silence, _) in silences.items()}))
    if as_json:
        print_json(rows)
        return
    if rows:
        print_table(_COLUMNS, [_row(list(group)) for _, group in groupby(rows, key=lambda row: row["alert_id"])])
    else:
        click.echo(_nothing(filtered=any((since, theme, kind, state))))
    _say_later(rows)
    quiet = [(name, silence, until) for name, (silence, until) in silences.items()]
    for name, silence, until in [*quiet, *((str(voice), "muted", until) for voice, until in muted)]:
        click.echo(f"{name} is {silence}{f' until {until:%Y-%m-%d %H:%M} UTC' if until else ''}.")
    stuck = {row["alert_id"] for row in rows if row["state"] == "undeliverable"}
    if stuck:
        click.echo(f"{count(len(stuck), 'alert has', 'alerts have')} messages given up: `amur status` says why,")
        click.echo("`amur alerts resend --given-up` tries again.")


def _say_later(rows: Sequence[Record]) -> None:
    """What waits for its hour, and until when."""
    waiting = [row for row in rows if row["state"] == "later"]
    if waiting:
        first = min(waiting, key=lambda row: row["later_at"])
        alerts = count(len({row["alert_id"] for row in waiting}), "alert is", "alerts are")
        click.echo(f"{alerts} told later, from {first['later_at']:%Y-%m-%d %H:%M} UTC on ({first['later_because']}).")


def _ask(con: Connection, params: dict[str, Any]) -> list[Record]:
    con.execute(_LOG, params)
    columns = [column[0] for column in con.description or ()]
    return [dict(zip(columns, row, strict=True)) for row in con.fetchall()]


def _by_silence(silenced: dict[str, Silence]) -> dict[str, list[str]]:
    return {way: [theme for theme, silence in silenced.items() if silence == way] for way in ("muted", "snoozed")}


def _require_theme(theme: str, known: Sequence[str]) -> None:
    from flows.complaints import nearest

    if theme not in known:
        raise Trouble(f"There is no theme {theme!r}; {nearest(theme, known) if known else 'none is known yet'}")


def _nothing(*, filtered: bool) -> str:
    if filtered:
        return "No such alert. Without the filters, `amur alerts list` shows all."
    return "No alert yet. A theme is new when several publishers speak of it after a silence: see amur.toml."


def _row(channels: Sequence[Record]) -> tuple[object, ...]:
    """One alert on one line, whatever the number of its channels."""
    alert = channels[0]
    return (
        str(alert["alert_id"])[:SHORT],
        f"{alert['created_at']:%Y-%m-%d}",
        KINDS.get(alert["kind"], alert["kind"]),
        cut(alert["theme_id"], LONGEST_THEME),
        _told(channels),
        alert["verdict"],
    )


def _told(channels: Sequence[Record]) -> str:
    """The worst of its states, with how many messages were sent where not all were."""
    worst = min((row["state"] for row in channels), key=WORST.index)
    sent, messages, later = (sum(row[name] for row in channels) for name in ("sent", "messages", "later"))
    name = "given up" if worst == "undeliverable" else str(worst)
    return f"{name} {sent}/{messages + later}" if sent not in (0, messages + later) else name
