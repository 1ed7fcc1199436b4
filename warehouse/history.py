"""History: what was published before anybody watched, kept apart from what feeds announce.

It is filed under stand-ins: rows of `feeds` that nobody polls, with the publisher and bloc of the feed they stand for.
An article counts as history only until a watched feed announces it; then it is that feed's, as if there had been no
history (`adopt`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from warehouse.articles import Wanted
from warehouse.connect import Connection
from warehouse.records import Entry
from warehouse.rows import insert, row_of, written

_NOBODY_KNOWS = """NOT EXISTS (SELECT 1 FROM entries AS known WHERE known.article_id = incoming.article_id)
AND NOT EXISTS (SELECT 1 FROM articles AS known WHERE known.article_id = incoming.article_id)"""

_HOSTS = """
WITH announced AS (
    SELECT lower(regexp_extract(link, '^[A-Za-z]+://(?:[^/?#]*@)?(?:[wW]{3}[.])?([^/?#:]+)', 1)) AS host,
        e.feed_id, count(*) AS articles
    FROM entries AS e
    JOIN feeds AS f USING (feed_id)
    WHERE f.configured AND e.link IS NOT NULL
    GROUP BY ALL
)
SELECT host, arg_max(feed_id, (articles, feed_id)) FROM announced GROUP BY host
"""

# What waits to be compared says whose it is: of most that was announced, nothing has to be looked up.
_ANNOUNCED = """
SELECT DISTINCT e.article_id
FROM entries AS e
JOIN feeds AS f USING (feed_id)
LEFT JOIN uncompared AS u ON u.article_id = e.article_id
WHERE NOT f.history AND e.first_seen_at >= $since
  AND (u.article_id IS NULL OR u.feed_id IN (SELECT feed_id FROM feeds WHERE history))
"""

_ADOPT = """
WITH announced AS (
    SELECT e.article_id, e.feed_id, e.first_seen_at, e.baseline
    FROM entries AS e
    JOIN feeds AS f USING (feed_id)
    WHERE NOT f.history AND e.article_id IN (SELECT unnest($articles::UUID[]))
    QUALIFY row_number() OVER (PARTITION BY e.article_id ORDER BY e.first_seen_at, f.name, e.guid) = 1
)
UPDATE articles
SET feed_id = announced.feed_id, first_seen_at = announced.first_seen_at,
    baseline = articles.baseline AND announced.baseline
FROM announced
WHERE articles.article_id = announced.article_id
"""

_WANTED = """
SELECT e.article_id, e.feed_id, e.link, coalesce(p.attempts, 0)
FROM entries AS e
JOIN feeds AS f USING (feed_id)
LEFT JOIN pages AS p USING (article_id)
ANTI JOIN articles USING (article_id)
WHERE e.article_id IN (SELECT unnest(?::UUID[])) AND e.link IS NOT NULL AND (p.state IS NULL OR p.state = 'waiting')
QUALIFY row_number() OVER (PARTITION BY e.article_id ORDER BY f.history, e.first_seen_at, f.name, e.guid) = 1
"""


_KNOWN = """
SELECT article_id FROM articles WHERE article_id = $id
UNION ALL
SELECT article_id FROM entries JOIN articles USING (article_id) WHERE entries.link = $url
UNION ALL
SELECT article_id FROM pages JOIN articles USING (article_id) WHERE pages.final_url = $url
LIMIT 1
"""


@dataclass(frozen=True, slots=True)
class StandIn:
    """A feed that nobody polls, under which history is filed; `stands_for` is a configured one, if there is one."""

    feed_id: UUID
    name: str
    url: str
    publisher: str
    bloc: str
    stance: str = ""
    language: str = ""
    evidence: str = ""
    stands_for: UUID | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """How an article's page stands: fetched, waiting for another attempt, or failed."""

    state: str
    reason: str
    detail: str
    next_attempt_at: datetime | None


def save_stand_ins(con: Connection, stand_ins: Collection[StandIn]) -> None:
    """Make or renew rows of `feeds` for history; feeds.toml knows nothing of them."""
    rows = [row_of(stand_in, enabled=False, configured=False, history=True) for stand_in in stand_ins]
    insert(con, "feeds", rows, "replace")


def renew_stand_ins(con: Connection) -> None:
    """Let stand-ins follow when publisher or bloc of the feed they stand for are configured anew."""
    con.execute(
        "UPDATE feeds SET publisher = f.publisher, bloc = f.bloc, stance = f.stance, language = f.language "
        "FROM feeds AS f WHERE feeds.stands_for = f.feed_id AND f.configured"
    )


def announced_hosts(con: Connection) -> dict[str, UUID]:
    """For each host, without `www.`, the configured feed that announced most of its articles."""
    return dict(con.execute(_HOSTS).fetchall())


def unknown(con: Connection, article_ids: Collection[UUID]) -> set[UUID]:
    """Those articles that nobody announced so far."""
    rows = con.execute(
        "SELECT asked FROM (SELECT unnest(?::UUID[]) AS asked) WHERE asked NOT IN (SELECT article_id FROM entries) "
        "AND asked NOT IN (SELECT article_id FROM articles)",
        [[str(article_id) for article_id in article_ids]],
    ).fetchall()
    return {article_id for (article_id,) in rows}


def save_entries(con: Connection, entries: Sequence[Entry]) -> int:
    """Save entries of articles that nobody announced so far, one for each article; how many those were."""
    once = {entry.article_id: row_of(entry) for entry in reversed(entries)}
    return insert(con, "entries", list(once.values()), only_where=_NOBODY_KNOWS)


def adopt(con: Connection, since: datetime) -> None:
    """Hand articles that were read as history to the watched feed that announced them at or after `since`.

    It says when they were first seen and whether they are news: a backfill takes no news away.
    """
    archives = {feed_id for (feed_id,) in con.execute("SELECT feed_id FROM feeds WHERE history").fetchall()}
    if not archives:
        return
    announced = [article_id for (article_id,) in con.execute(_ANNOUNCED, {"since": since}).fetchall()]
    if not announced:
        return
    # By their keys alone: with any other condition the engine would read the whole table.
    asked = f"SELECT article_id, feed_id FROM articles WHERE article_id IN ({written(announced)})"  # noqa: S608  keys
    found = [article_id for article_id, feed_id in con.execute(asked).fetchall() if feed_id in archives]
    if found:
        con.execute(_ADOPT, {"articles": [str(article_id) for article_id in found]})


def wanted(con: Connection, article_ids: Collection[UUID]) -> list[Wanted]:
    """Those articles whose page can be asked for, whenever the next attempt was due."""
    return [Wanted(*row) for row in con.execute(_WANTED, [[str(id_) for id_ in article_ids]]).fetchall()]


def make_news(con: Connection, article_id: UUID) -> None:
    """Let an article that was filed as history count as news after all."""
    for table in ("articles", "entries"):
        con.execute(
            f"UPDATE {table} SET baseline = false "  # noqa: S608  the two names above
            "WHERE article_id = ? AND feed_id IN (SELECT feed_id FROM feeds WHERE history)",
            [article_id],
        )


def known_as(con: Connection, article_id: UUID, url: str) -> UUID | None:
    """The article that was read under this key, or under this address before it turned out to be another's."""
    row = con.execute(_KNOWN, {"id": article_id, "url": url}).fetchone()
    return row[0] if row else None


def entry_keys(con: Connection, article_ids: Collection[UUID]) -> dict[tuple[UUID, str], UUID]:
    """Feed and guid of the entries of those articles, and the article."""
    asked = [[str(article_id) for article_id in article_ids]]
    rows = con.execute(
        "SELECT feed_id, guid, article_id FROM entries WHERE article_id IN (SELECT unnest(?::UUID[]))", asked
    ).fetchall()
    return {(feed_id, guid): article_id for feed_id, guid, article_id in rows}


def called_now(con: Connection, keys: Mapping[tuple[UUID, str], UUID]) -> dict[UUID, UUID]:
    """For articles by `entry_keys`, the article that their entry belongs to by now: a variant's page may have said."""
    found = {}
    for (feed_id, guid), before in keys.items():
        row = con.execute("SELECT article_id FROM entries WHERE feed_id = ? AND guid = ?", [feed_id, guid]).fetchone()
        if row:
            found[before] = row[0]
    return found


def page_standing(con: Connection, article_ids: Collection[UUID]) -> dict[UUID, Standing]:
    """How the pages of those articles stand that were asked for."""
    rows = con.execute(
        "SELECT article_id, state, reason, detail, next_attempt_at FROM pages "
        "WHERE article_id IN (SELECT unnest(?::UUID[]))",
        [[str(article_id) for article_id in article_ids]],
    ).fetchall()
    return {article_id: Standing(*standing) for article_id, *standing in rows}


def forget(con: Connection, article_ids: Collection[UUID]) -> None:
    """Take back what was filed as history and never read."""
    asked = [[str(article_id) for article_id in article_ids]]
    con.execute(
        "DELETE FROM entries WHERE article_id IN (SELECT unnest(?::UUID[])) "
        "AND feed_id IN (SELECT feed_id FROM feeds WHERE history) "
        "AND article_id NOT IN (SELECT article_id FROM articles)",
        asked,
    )
    con.execute(
        "DELETE FROM pages WHERE article_id IN (SELECT unnest(?::UUID[])) "
        "AND article_id NOT IN (SELECT article_id FROM entries)",
        asked,
    )
