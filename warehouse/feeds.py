"""Feeds, what is remembered of them between passes, and the entries they announced."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from uuid import UUID

from warehouse.connect import Connection
from warehouse.records import Entry, Feed, FeedState, Fetch
from warehouse.rows import Row, columns_of, insert, row_of

Poll = tuple[Feed, Fetch, FeedState, Sequence[Entry]]

# A feed that changes its guids announces nothing new: the article is known. One that repeats a guid neither.
_ARTICLE_UNKNOWN = """NOT EXISTS (
    SELECT 1 FROM entries AS known
    WHERE known.feed_id = incoming.feed_id AND known.article_id = incoming.article_id
)"""


def sync_feeds(con: Connection, feeds: Sequence[Feed]) -> None:
    """Bring the table to what is configured; a feed that left stays, as not configured."""
    con.execute("UPDATE feeds SET configured = false WHERE configured")
    rows = [row_of(f, without=("fetch_url",), feed_id=f.id, configured=True) for f in feeds]
    insert(con, "feeds", rows, "replace")


def states(con: Connection) -> dict[UUID, FeedState]:
    """The state of every feed that was ever asked for."""
    rows = con.execute(f"SELECT {columns_of(FeedState, 's')} FROM feed_states AS s").fetchall()  # noqa: S608  field names
    return {row[0]: FeedState(*row) for row in rows}


def save_polls(con: Connection, pass_id: UUID, polls: Sequence[Poll]) -> int:
    """Save attempts, states and entries together; how many entries were new.

    All in the caller's transaction: a validator that outlived its entries would hide them for ever.
    """
    insert(con, "fetches", [_attempt(pass_id, *poll) for poll in polls])
    insert(con, "feed_states", [row_of(state) for _, _, state, _ in polls], "replace")
    entries = _once_per_article(entry for *_, announced in polls for entry in announced)
    return insert(con, "entries", entries, only_where=_ARTICLE_UNKNOWN)


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
