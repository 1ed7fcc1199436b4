"""Recall: what a warehouse that lost its last transactions, or was restored, is told by the journal beside it.

The rule by which nothing is told again: an alert that the journal has as sent is put back as it was, with its finding,
the keys of its articles, and for each recipient who got it a message without bytes that is marked as sent. From then
on the same rules hold as if nothing had been lost: its theme is not first seen again within window and silence, it
cools down for `cooldown_days`, and whoever was told is told. A message that was under way when all was lost counts as
sent where `on_ambiguous` is "hold"; else what it told is found and told again.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from itertools import takewhile
from typing import Any
from uuid import UUID

from warehouse import outbox
from warehouse.connect import Connection
from warehouse.journal import Noted, NotedMessage, digest_of
from warehouse.records import Delivery, MessageState

_DETAIL = "The journal has it; the warehouse had lost it."

# The journal holds no verdicts: who lost some has to know.
_MENDED = (
    "Every feed is asked for all it has; alerts that were sent before are not sent again. Verdicts given since then "
    "are lost, if there were any, and have to be given again: `amur alerts mute`, snooze, ack, retract, unmute."
)

# Of a message that is being sent, whoever sends next asks the journal what came of it.
_KNOWN = """
SELECT m.message_key
FROM messages AS m
WHERE m.state = 'sending' OR m.message_key IN (
    SELECT d.message_key FROM deliveries AS d WHERE list_contains($results, d.result)
)
"""

# A feed that fails keeps its wait: it lost nothing that could be had by asking sooner.
_FORGET_VALIDATORS = """
UPDATE feed_states
SET etag = NULL, last_modified = NULL, body_hash = NULL,
    next_attempt_at = CASE WHEN outcome = 'failed' THEN next_attempt_at END
"""


def what_is_missing(con: Connection, noted: Noted, *, hold: bool = False) -> str:
    """What the journal has and the warehouse has not, in a sentence; "" when the warehouse has it all.

    With `hold` a message of which nobody knows whether it arrived counts as well.
    """
    lost = _lost_passes(con, noted)
    if lost:
        passes = "1 pass" if len(lost) == 1 else f"{len(lost):,} passes"
        what = f"{passes} since {noted.passes[-len(lost)].started_at:%Y-%m-%d %H:%M} UTC"
    else:
        unknown = [key for key in _lost_messages(con, noted, hold=hold) if key in noted.since_pass]
        if not unknown:
            return ""
        what = f"{'1 message' if len(unknown) == 1 else f'{len(unknown):,} messages'} of a pass that was broken off"
    return f"The warehouse is behind its journal (warehouse_behind): it lost {what}."


def catch_up(con: Connection, noted: Noted, told: Collection[tuple[str, str]], *, hold: bool) -> str:
    """Mend in the caller's transaction what the journal says is lost; what was done, in words, "" for nothing.

    `told` are channels with their recipients, by whose digests the journal's are known; `hold` is whether a message
    of which nobody knows whether it arrived counts as sent. Feeds are asked next without validators.
    """
    missing = what_is_missing(con, noted, hold=hold)
    if not missing:
        return ""
    names = {digest_of(channel, recipient): recipient for channel, recipient in told}
    for key in _lost_messages(con, noted, hold=hold):
        if noted.messages[key].to in names:
            _put_back(con, noted, noted.messages[key], names[noted.messages[key].to])
    con.execute(_FORGET_VALIDATORS)
    return f"{missing} {_MENDED}"


def _lost_passes(con: Connection, noted: Noted) -> Sequence[UUID]:
    """Those after the last one that the warehouse knows the end of, the latest first."""
    known = "SELECT pass_id FROM passes WHERE finished_at IS NOT NULL AND pass_id IN (SELECT unnest(?::UUID[]))"
    there = {key for (key,) in con.execute(known, [[str(one.id) for one in noted.passes]]).fetchall()}
    return [one.id for one in takewhile(lambda one: one.id not in there, reversed(noted.passes))]


def _lost_messages(con: Connection, noted: Noted, *, hold: bool = False) -> Sequence[UUID]:
    """Those that were sent, or with `hold` may have been, and of which the warehouse does not know it."""
    lost: list[UUID] = []
    for answers, results in (({"sent"}, ["sent"]), ({"unclear", ""} if hold else {}, ["sent", "unclear"])):
        known = {key for (key,) in con.execute(_KNOWN, {"results": results}).fetchall()}
        lost += [key for key, one in noted.messages.items() if one.answer in answers and key not in known]
    return lost


def _put_back(con: Connection, noted: Noted, message: NotedMessage, recipient: str) -> None:
    for alert_id in message.alert_ids:
        for table, rows in noted.alerts.get(alert_id, {}).items():
            for row in rows:
                _insert(con, table, row)
    state = MessageState.SENT if message.answer == "sent" else MessageState.HELD
    standing = {"state": state.value, "attempts": 0, "next_attempt_at": None, "body": b""}
    to = {"message_key": message.key, "channel": message.channel, "recipient": recipient}
    named = {"message_id": message.message_id, "subject": message.subject, "created_at": message.created_at}
    _insert(con, "messages", to | named | standing)
    for alert_id in message.alert_ids:
        _insert(con, "alert_messages", to | {"alert_id": alert_id})
    sent = Delivery(message.key, message.at, "sent", "journal", _DETAIL)
    outbox.mark(con, sent if state is MessageState.SENT else replace(sent, result="unclear"), state)


def _insert(con: Connection, table: str, row: Mapping[str, Any]) -> None:
    """One row, unless its key is known; of columns that a later Amur dropped nothing is kept."""
    known = "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND NOT internal"
    there = {name for (name,) in con.execute(known, [table]).fetchall()}
    names = [name for name in row if name in there]
    places = ", ".join("?" for _ in names)
    con.execute(
        f"INSERT INTO {table} ({', '.join(names)}) VALUES ({places}) ON CONFLICT DO NOTHING",  # noqa: S608  names from the catalogue
        [row[name] for name in names],
    )
