"""Feeds, what is remembered of them between passes, and the entries they announced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import fields
from datetime import datetime, timedelta
from uuid import UUID

from warehouse.connect import Connection
from warehouse.history import renew_stand_ins
from warehouse.records import Entry, Feed, FeedState, Fetch, HostRest, Outcome, Rhythm
from warehouse.rows import Row, columns_of, insert, row_of

Poll = tuple[Feed, Fetch, FeedState, Sequence[Entry]]

# A feed that changes its guids announces nothing new: the article is known. One that repeats a guid neither.
_ARTICLE_UNKNOWN = """NOT EXISTS (
    SELECT 1 FROM entries AS known
    WHERE known.feed_id = incoming.feed_id AND known.article_id = incoming.article_id
)"""

_UNKNOWN = f"""
WITH incoming AS (
    SELECT unnest(?::UUID[]) AS feed_id, unnest(?::VARCHAR[]) AS guid, unnest(?::UUID[]) AS article_id
)
SELECT feed_id, list(guid)
FROM incoming
ANTI JOIN entries USING (feed_id, guid)
WHERE {_ARTICLE_UNKNOWN}
GROUP BY feed_id
"""  # noqa: S608  a constant

# A pause is remembered for so long after its end, unless its host answers: the next one is twice as long.
_REMEMBERED = timedelta(days=2)

_STATED = tuple(field.name for field in fields(Feed) if field.name != "fetch_url")
_STATE_COLUMNS = columns_of(FeedState, "s").removesuffix(", s.rhythm")


def sync_feeds(con: Connection, feeds: Sequence[Feed]) -> None:
    """Bring the table to what is configured; a feed that left stays, as not configured."""
    rows = {f.id: row_of(f, without=("fetch_url",), feed_id=f.id, configured=True) for f in feeds}
    known = con.execute(f"SELECT feed_id, {', '.join(_STATED)} FROM feeds WHERE configured").fetchall()  # noqa: S608  field names
    settled = {feed_id for feed_id, *held in known if feed_id in rows and held == [rows[feed_id][c] for c in _STATED]}
    left = [str(feed_id) for feed_id, *_ in known if feed_id not in rows]  # UUIDs as parameters take a millisecond each
    con.execute("UPDATE feeds SET configured = false WHERE configured AND list_contains(?::UUID[], feed_id)", [left])
    insert(con, "feeds", [row for feed_id, row in rows.items() if feed_id not in settled], "replace")
    renew_stand_ins(con)


def states(con: Connection) -> dict[UUID, FeedState]:
    """The state of every feed that was ever asked for."""
    rhythms = con.execute(f"SELECT feed_id, {columns_of(Rhythm, 'r')} FROM feed_rhythms AS r").fetchall()  # noqa: S608  field names
    known = {key: Rhythm(at, n, days, b, tuple(hours), tuple(week)) for key, at, n, days, b, hours, week in rhythms}
    rows = con.execute(f"SELECT {_STATE_COLUMNS} FROM feed_states AS s").fetchall()  # noqa: S608  field names
    return {row[0]: FeedState(*(*row, known.get(row[0]))) for row in rows}


def unknown(con: Connection, entries: Sequence[Entry]) -> dict[UUID, frozenset[str]]:
    """For each feed the guids of those entries that are new, by the rule by which they are saved."""
    if not entries:
        return {}
    keys = [[str(e.feed_id) for e in entries], [e.guid for e in entries], [str(e.article_id) for e in entries]]
    return {feed_id: frozenset(guids) for feed_id, guids in con.execute(_UNKNOWN, keys).fetchall()}


def save_polls(con: Connection, pass_id: UUID, polls: Sequence[Poll]) -> int:
    """Save attempts, states and entries together; how many entries were new.

    All in the caller's transaction: a validator that outlived its entries would hide them for ever.
    """
    insert(con, "fetches", [_attempt(pass_id, *poll) for poll in polls])
    insert(con, "feed_states", [row_of(state, without=("rhythm",)) for _, _, state, _ in polls], "replace")
    # Only a body can have changed a rhythm, and rows with lists are dear.
    learned = [row_of(s.rhythm, feed_id=s.feed_id) for _, f, s, _ in polls if f.outcome is Outcome.NEW and s.rhythm]
    insert(con, "feed_rhythms", learned, "replace")
    entries = _once_per_article(entry for *_, announced in polls for entry in announced)
    return insert(con, "entries", entries, only_where=_ARTICLE_UNKNOWN)


def host_rests(con: Connection, now: datetime) -> tuple[HostRest, ...]:
    """The pauses that hosts asked for, those that ended within two days included: the next would be longer."""
    rows = con.execute("SELECT host, until, seconds FROM host_rests WHERE until > ?", [now - _REMEMBERED]).fetchall()
    return tuple(HostRest(*row) for row in rows)


def resting_hosts(con: Connection, now: datetime) -> frozenset[str]:
    """The hosts of which nothing is to be asked now; as `extractors.targets.host_of` names them."""
    return frozenset(rest.host for rest in host_rests(con, now) if rest.until > now)


def save_host_rests(con: Connection, rests: Sequence[HostRest]) -> None:
    """Keep these pauses and no others: what a fetcher that took up the kept ones knows now."""
    known = [host for (host,) in con.execute("SELECT host FROM host_rests").fetchall()]
    if known or rests:
        con.execute("DELETE FROM host_rests WHERE NOT list_contains(?::VARCHAR[], host)", [[r.host for r in rests]])
        insert(con, "host_rests", [row_of(rest) for rest in rests], "replace")


def _attempt(pass_id: UUID, feed: Feed, fetch: Fetch, state: FeedState, _: Sequence[Entry]) -> Row:
    # The state's outcome, not the answer's: a page of HTML fetched in good order is no answer of a feed.
    return {
        "pass_id": pass_id,
        "kind": "feed",
        "feed_id": feed.id,
        "article_id": None,
        "tried_at": fetch.at,
        "outcome": state.outcome or fetch.outcome,
        "reason": state.reason,
        "detail": state.detail,
        "status": fetch.status,
        "raw_bytes": fetch.raw_bytes,
        "seconds": fetch.seconds,
    }


def _once_per_article(entries: Iterable[Entry]) -> list[Row]:
    chosen: dict[tuple[UUID, UUID], Entry] = {}
    for entry in entries:
        chosen.setdefault((entry.feed_id, entry.article_id), entry)
    return [row_of(entry) for entry in chosen.values()]
