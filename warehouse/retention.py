"""What is forgotten after a time: texts and attempts. Identity, novelty and the sent log never need what goes."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, time, timedelta

from warehouse.connect import Connection

# Texts of one transaction: their old versions are held in memory until it commits.
TEXTS_AT_ONCE = 5_000


@dataclass(frozen=True, slots=True)
class KeepRules:
    """How long things are kept; `text_days` 0 is for ever. Of what is quoted from a lost text, `quote_chars` stay."""

    pages_days: int = 90
    text_days: int = 0
    quote_chars: int = 400
    attempts_days: int = 400


@dataclass(frozen=True, slots=True)
class Horizon:
    """The moments before which things go; `texts` is None where texts stay for ever."""

    pages: datetime
    texts: datetime | None
    attempts: datetime


_OLD_TEXTS = """
SELECT a.article_id
FROM articles AS a
WHERE a.read_at < $before AND a.dropped_at IS NULL AND a.text <> ''
  -- Whatever has yet to be asked of a text is asked before it goes.
  AND a.article_id IN (SELECT article_id FROM judgements WHERE taxonomy_id = $taxonomy_id)
  AND a.article_id IN (SELECT article_id FROM stories)
  -- What is no longer relevant is not visited any more, whatever day was set for that.
  AND a.article_id NOT IN (SELECT article_id FROM visits WHERE next_at > $before)
ORDER BY a.read_at, a.article_id
LIMIT $limit
"""

_OLD = "article_id IN (SELECT unnest($old::UUID[]))"
_CUT = f"sentence = left(sentence, $chars - 1) || '…' WHERE length(sentence) > $chars AND {_OLD}"

_HOMELESS = """
SELECT article_id
FROM articles
WHERE dropped_at IS NOT NULL
  AND article_id NOT IN (SELECT article_id FROM judgements WHERE taxonomy_id = $taxonomy_id)
"""
_SOURCE = f"""
WITH source AS (
    SELECT article_id, taxonomy_id
    FROM judgements
    WHERE article_id IN ({_HOMELESS})
    QUALIFY row_number() OVER (PARTITION BY article_id ORDER BY judged_at DESC, taxonomy_id) = 1
),
same AS (
    SELECT was.taxonomy_id, was.theme_id
    FROM themes AS was
    JOIN themes AS now ON now.theme_id = was.theme_id AND now.digest = was.digest
    WHERE now.taxonomy_id = $taxonomy_id
)
"""  # noqa: S608  this file's own words

# Judgements last: from them follows whose scores are still to come.
_CARRIED = (
    """INSERT INTO scores BY NAME
    SELECT * REPLACE ($taxonomy_id AS taxonomy_id)
    FROM scores JOIN source USING (article_id, taxonomy_id) JOIN same USING (taxonomy_id, theme_id)""",
    """INSERT INTO evidence BY NAME
    SELECT * REPLACE ($taxonomy_id AS taxonomy_id)
    FROM evidence JOIN source USING (article_id, taxonomy_id) JOIN same USING (taxonomy_id, theme_id)""",
    """INSERT INTO judgements
        (article_id, taxonomy_id, judged_at, relevant, relevance, reason, sentences, co_mentions, dated_at)
    SELECT article_id, $taxonomy_id, judged_at, relevant, relevance, reason, sentences, co_mentions, dated_at
    FROM judgements JOIN source USING (article_id, taxonomy_id)""",
)

# Exposure is told by whether a feed was heard on a day, and whether at once: these two attempts of the day stay.
_THIN = """
DELETE FROM fetches
WHERE tried_at < $until AND ($since::TIMESTAMPTZ IS NULL OR tried_at >= $since) AND rowid NOT IN (
    SELECT rowid
    FROM fetches
    WHERE kind = 'feed' AND tried_at < $until AND ($since::TIMESTAMPTZ IS NULL OR tried_at >= $since)
    WINDOW of_day AS (PARTITION BY feed_id, (tried_at AT TIME ZONE 'UTC')::DATE)
    QUALIFY row_number() OVER (of_day ORDER BY tried_at, rowid) = 1
        OR row_number() OVER (of_day ORDER BY outcome NOT IN ('new', 'unchanged'), tried_at, rowid) = 1
)
"""


def horizon(rules: KeepRules, now: datetime) -> Horizon:
    """Before which moments things go as of `now`. Raw pages go with the texts at the latest."""
    pages = min(rules.pages_days, rules.text_days) if rules.text_days else rules.pages_days
    return Horizon(
        pages=now - timedelta(days=pages),
        texts=now - timedelta(days=rules.text_days) if rules.text_days else None,
        attempts=_midnight(now - timedelta(days=rules.attempts_days)),
    )


def is_due(con: Connection, what: str, now: datetime) -> bool:
    """Whether `what`, which is done once a UTC day, has yet to be done today."""
    done = con.execute("SELECT done_until FROM upkeep WHERE what = ?", [what]).fetchone()
    return done is None or not _midnight(now) <= done[0] <= now


def done(con: Connection, what: str, until: datetime) -> None:
    """Say up to when `what` is done."""
    con.execute(
        "INSERT INTO upkeep VALUES ($what, $until) ON CONFLICT DO UPDATE SET done_until = excluded.done_until",
        {"what": what, "until": until},
    )


def drop_texts(con: Connection, before: datetime, rules: KeepRules, taxonomy_id: str, now: datetime) -> int:
    """Drop texts read before a moment, and the entries they came from; how many. Of quotes stays what the rules say.

    At most `TEXTS_AT_ONCE`, of articles that are judged and compared, and due for no visit after that moment.
    """
    asked = {"before": before, "taxonomy_id": taxonomy_id, "limit": TEXTS_AT_ONCE}
    keys = [str(key) for (key,) in con.execute(_OLD_TEXTS, asked).fetchall()]
    if keys:
        old = {"old": keys}
        con.execute(f"UPDATE entries SET content = '', summary = '' WHERE {_OLD}", old)  # noqa: S608  own words
        con.execute(f"UPDATE revisions SET text = '' WHERE {_OLD}", old)  # noqa: S608  same
        for table in ("evidence", "past_evidence", "residual_passages"):
            con.execute(f"UPDATE {table} SET {_CUT}", old | {"chars": rules.quote_chars})  # noqa: S608  same
        con.execute(f"UPDATE articles SET text = '', dropped_at = $now WHERE {_OLD}", old | {"now": now})  # noqa: S608  same
    return len(keys)


def carry_judgements(con: Connection, taxonomy_id: str) -> int:
    """Let articles whose text is gone keep their last judgement under the themes now in use; how many did.

    With their scores for the themes that are the same as then. Others cannot be scored any more, and have none.
    """
    asked = {"taxonomy_id": taxonomy_id}
    if not con.execute(f"SELECT 1 FROM ({_HOMELESS}) LIMIT 1", asked).fetchall():  # noqa: S608  own words
        return 0
    carried = 0
    for statement in _CARRIED:
        carried = int(con.execute(_with_source(statement), asked).fetchall()[0][0])
    return carried


def thin_attempts(con: Connection, until: datetime) -> None:
    """Drop attempts made before a midnight, but of a feed's day the first one and the first that was answered."""
    since = con.execute("SELECT done_until FROM upkeep WHERE what = 'attempts'").fetchone()
    con.execute(_THIN, {"until": until, "since": since[0] if since else None})
    done(con, "attempts", until)


def _with_source(statement: str) -> str:
    into, select, rest = statement.partition("SELECT")
    return f"{into} {_SOURCE} {select}{rest}"


def _midnight(moment: datetime) -> datetime:
    return datetime.combine(moment.date(), time.min, moment.tzinfo)
