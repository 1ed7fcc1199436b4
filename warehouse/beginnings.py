"""When watching began, and what of a feed's own beginning is still to come: until then nothing is called new."""

from __future__ import annotations

from datetime import datetime, timedelta

from warehouse.connect import Connection
from warehouse.rows import written

_WATCHED = "feed_id NOT IN (SELECT feed_id FROM feeds WHERE history)"
_ANY = f"SELECT first_seen_at FROM articles WHERE {_WATCHED} LIMIT 1"  # noqa: S608  this file's own words
_FIRST = f"SELECT min(first_seen_at) FROM articles WHERE {_WATCHED} AND first_seen_at <= ?"  # noqa: S608  same

# An article is dated an hour after it was seen at the latest.
_NTH_RELEVANT = f"""
SELECT first_seen_at
FROM articles
WHERE article_id IN (SELECT article_id FROM judgements WHERE relevant AND dated_at <= $until + INTERVAL 1 HOUR)
  AND {_WATCHED} AND first_seen_at <= $until
ORDER BY first_seen_at
LIMIT 1 OFFSET $before
"""  # noqa: S608  same

_BROUGHT_ALONG = f"""
SELECT DISTINCT article_id
FROM entries
WHERE baseline AND dated_at >= $dated_since AND first_seen_at >= $seen_since AND {_WATCHED}
"""  # noqa: S608  same


def burn_in_facts(con: Connection, n: int, within: timedelta) -> tuple[datetime | None, datetime | None]:
    """When the first article was first seen, and when the n-th relevant one was, if `within` so long of the first.

    None where there is none. What was back-filled or added by hand counts in neither: it says nothing of how long, or
    how much, was watched.
    """
    any_of_them = con.execute(_ANY).fetchone()
    if any_of_them is None:
        return None, None
    # Of most of the archive it is known that it is later than any one of them.
    first: datetime = con.execute(_FIRST, any_of_them).fetchall()[0][0]
    nth = con.execute(_NTH_RELEVANT, {"before": max(n, 1) - 1, "until": first + within}).fetchone()
    return first, (nth[0] if nth else None)


def history_waits(con: Connection, dated_since: datetime, seen_since: datetime) -> bool:
    """Whether articles that a feed brought along at its first answer are still to be fetched or read.

    Of those dated at or after `dated_since`, and first seen at or after `seen_since`: no feed can hold up all others
    for longer. A backfill holds up nobody: without it there would be no history at all.
    """
    asked = {"dated_since": dated_since, "seen_since": seen_since}
    brought = [article_id for (article_id,) in con.execute(_BROUGHT_ALONG, asked).fetchall()]
    counted = f"SELECT count(*) FROM articles WHERE article_id IN ({written(brought)})"  # noqa: S608  keys
    return bool(brought) and con.execute(counted).fetchall() != [(len(brought),)]
