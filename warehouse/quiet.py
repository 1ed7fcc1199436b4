"""Silence: since when a recipient was sent nothing, and what Amur did meanwhile."""

from __future__ import annotations

from datetime import datetime, timedelta

from warehouse.connect import Connection
from warehouse.records import Quiet

# A moment further ahead than this was written by a clock that has since been put right.
_LAST = """
SELECT
    coalesce(
        max(greatest(m.created_at, coalesce(d.sent_at, m.created_at))) FILTER (
            m.state <> 'withdrawn' AND m.created_at <= $now + INTERVAL 2 DAY
        ),
        greatest((SELECT min(p.started_at) FROM passes AS p), $now - $span)
    ),
    coalesce(bool_or(m.state IN ('pending', 'sending')), false)
FROM messages AS m
LEFT JOIN (
    SELECT message_key, max(tried_at) AS sent_at
    FROM deliveries
    WHERE result = 'sent' AND tried_at <= $now + INTERVAL 2 DAY
    GROUP BY message_key
) AS d USING (message_key)
WHERE m.channel = $channel AND m.recipient = $recipient
"""

_PASSES = """
SELECT count(*) FILTER (outcome = 'complete'), coalesce(sum(articles_read), 0), coalesce(sum(articles_relevant), 0)
FROM passes
WHERE started_at > $since AND finished_at IS NOT NULL
"""

_FEEDS = """
SELECT
    count(*),
    count(*) FILTER (feed_id IN (
        SELECT a.feed_id FROM fetches AS a WHERE a.kind = 'feed' AND a.outcome <> 'failed' AND a.tried_at > $since
    )),
    coalesce(list(name ORDER BY s.failures DESC, name) FILTER (s.outcome = 'failed'), [])
FROM feeds
LEFT JOIN feed_states AS s USING (feed_id)
WHERE configured AND enabled AND NOT history
"""


def last_told(con: Connection, channel: str, recipient: str, now: datetime, span: timedelta) -> tuple[datetime, bool]:
    """When a message was last made for this recipient or accepted, and whether one waits to be sent.

    Before the first message it is the beginning of the first pass, or `span` before `now` if that is later.
    """
    asked = {"channel": channel, "recipient": recipient, "now": now, "span": span}
    since, waits = con.execute(_LAST, asked).fetchall()[0]
    return since, waits


def quiet(con: Connection, since: datetime, now: datetime) -> Quiet:
    """What was done between `since` and `now` by passes that are over, and which feeds fail."""
    passes, read, relevant = con.execute(_PASSES, {"since": since}).fetchall()[0]
    feeds, heard, failing = con.execute(_FEEDS, {"since": since}).fetchall()[0]
    return Quiet(since, now, passes, int(read), int(relevant), feeds, heard, tuple(failing))
