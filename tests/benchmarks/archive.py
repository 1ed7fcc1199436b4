"""An archive of any size, made by the engine in a minute: the same in its last hundred days, however old it is."""

from __future__ import annotations

from datetime import datetime
from uuid import uuid5

import numpy as np

from extractors.gatherings import REFERENCE
from flows.demo.world import World
from warehouse import feeds, history, judgements
from warehouse.connect import Connection
from warehouse.history import StandIn
from warehouse.records import Feed, Taxonomy
from warehouse.rows import insert

RECENT, A_DAY = 10_000, 100  # articles of the days that archives of all sizes share, and of each of these days
YEARS = 10  # over which the rest is spread
FEEDS, RELEVANT = 80, 20  # one relevant article in so many
_DENSE = 60  # days back to which every attempt is kept

# One row per article of the archive, the latest first; the same numbers are the same articles in both.
_MADE = """
CREATE TEMP TABLE made AS
SELECT n, md5(n::VARCHAR)::UUID AS article_id, hash(n + 1000000007) AS print,
    (hash(n) % $feeds + CASE WHEN n >= $recent AND n % 2 = 0 THEN $feeds ELSE 0 END)::INTEGER AS paper,
    hash(n, 'relevant') % $relevant = 0 AS relevant,
    CASE WHEN n < $recent THEN $now - to_microseconds((n * 86400000000 // $a_day)::BIGINT) - INTERVAL 1 HOUR
        ELSE $now - INTERVAL 101 DAY
            - to_microseconds(((n - $recent) * ($years * 31536000000000 // greatest($size - $recent, 1)))::BIGINT)
    END AS moment,
    'Article ' || n AS title,
    substr($stock, 1 + (hash(n, 'text') % (length($stock) - 900))::BIGINT, 800) AS text,
    CASE WHEN n % 10 = 1 THEN md5((n - 1)::VARCHAR)::UUID ELSE md5(n::VARCHAR)::UUID END AS story_id
FROM range($size) AS t(n)
ORDER BY moment, n
"""
_FILLED = (
    """INSERT INTO articles BY NAME
    SELECT m.article_id, 'https://paper' || paper || '.example/' || n AS url, p.feed_id, title, '' AS author,
        moment AS published_at, moment AS dated_at, moment AS first_seen_at,
        moment + INTERVAL 1 MINUTE AS read_at, paper >= $feeds AS baseline,
        'en' AS language, text, 'page' AS text_source, '' AS reason, print AS fingerprint, 'news' AS genre
    FROM made AS m JOIN papers AS p USING (paper) ORDER BY moment, n""",
    """INSERT INTO entries BY NAME
    SELECT p.feed_id, n::VARCHAR AS guid, m.article_id, 'https://paper' || paper || '.example/' || n AS url,
        url AS link, title, '' AS author, text[:200] AS summary, '' AS content, '' AS published_raw,
        moment AS published_at, moment AS dated_at, moment AS first_seen_at, paper >= $feeds OR n % 50 = 0 AS baseline,
        CASE WHEN n % 40 = 0 THEN 'Paper 3' ELSE '' END AS source_name
    FROM made AS m JOIN papers AS p USING (paper) ORDER BY moment, n""",
    """INSERT INTO pages BY NAME
    SELECT article_id, 'fetched' AS state, 1 AS attempts, moment AS fetched_at, '' AS final_url,
        'text/html' AS content_type, md5(n::VARCHAR) AS page_hash, '' AS reason, '' AS detail
    FROM made ORDER BY moment, n""",
    """INSERT INTO stories BY NAME
    SELECT article_id, story_id, (n % 10 = 1)::INTEGER * 3 AS distance, moment AS dated_at
    FROM made ORDER BY moment, n""",
    """INSERT INTO originals
    SELECT article_id, 'Paper 3', '', NULL, CASE WHEN n % 80 = 0 THEN 'paper-3' ELSE '' END, 'feed'
    FROM made WHERE n % 40 = 0 ORDER BY moment, n""",
    """INSERT INTO judgements BY NAME
    SELECT article_id, $taxonomy_id AS taxonomy_id, moment + INTERVAL 2 MINUTE AS judged_at, relevant,
        relevant::INTEGER * 0.9 AS relevance, CASE WHEN relevant THEN '' ELSE 'names no side' END AS reason,
        20 AS sentences, relevant::INTEGER * 5 AS co_mentions, moment AS dated_at
    FROM made ORDER BY moment, n""",
    """INSERT INTO scores BY NAME
    SELECT article_id, theme_id, $taxonomy_id AS taxonomy_id, (hash(n, theme_id) % 1000) / 1000 AS score, score >= 0.5
        AS present, 1.0 AS lexical, 0.1 AS semantic, false AS brought_up, moment AS dated_at
    FROM made CROSS JOIN (SELECT theme_id FROM themes WHERE taxonomy_id = $taxonomy_id ORDER BY ALL) AS t
    WHERE relevant AND hash(n, theme_id, 'any') % 5 = 0 ORDER BY moment, n""",
    """INSERT INTO evidence BY NAME
    SELECT article_id, theme_id, $taxonomy_id AS taxonomy_id, ordinal, text[:160] AS sentence, 0 AS start_at,
        160 AS end_at, false AS in_title, 'pipeline gas' AS phrase, 'strong' AS strength, 1.0 AS weight,
        moment AS dated_at
    FROM made JOIN scores USING (article_id) CROSS JOIN range(2) AS t(ordinal) ORDER BY moment, n""",
    """INSERT INTO mentions
    SELECT article_id, 'Name ' || name, 'PERSON', 1 FROM made CROSS JOIN range(4) AS t(name)
    WHERE relevant ORDER BY moment, n""",
    """INSERT INTO revisions BY NAME
    SELECT article_id, 1 AS revision, moment + INTERVAL 1 MINUTE AS read_at, title, text[:400] AS text,
        moment + INTERVAL 1 DAY AS ended_at, 'changed' AS ended_by, '' AS reason, 12 AS words_added, 0 AS words_removed
    FROM made WHERE relevant AND n % 3 = 0 ORDER BY moment, n""",
    """INSERT INTO past_evidence BY NAME
    SELECT e.* EXCLUDE (dated_at), 1 AS revision FROM evidence AS e JOIN revisions USING (article_id)
    ORDER BY revisions.read_at""",
    """INSERT INTO visits BY NAME
    SELECT article_id, moment AS first_read_at, 3 AS visits, moment + INTERVAL 14 DAY AS visited_at,
        'unchanged' AS outcome, '' AS reason
    FROM made WHERE relevant ORDER BY moment, n""",
    """INSERT INTO sentence_prints BY NAME
    SELECT article_id, hash(CASE WHEN s < 6 THEN story_id ELSE article_id END, s) AS print, moment AS dated_at
    FROM made CROSS JOIN range(20) AS t(s) WHERE n < $recent ORDER BY moment, n""",
    """INSERT INTO fetches BY NAME
    SELECT uuid() AS pass_id, 'feed' AS kind, feed_id, day + to_hours(h::INTEGER) AS tried_at, 'unchanged' AS outcome,
        '' AS reason, '' AS detail, 200 AS status, 0 AS raw_bytes, 0.1 AS seconds
    FROM range(CASE WHEN $size > $recent THEN $years * 365 + 101 ELSE 101 END, 0, -1) AS d(d),
        LATERAL (SELECT $now - to_days(d::INTEGER) AS day), range(16) AS h(h), papers
    WHERE paper < $feeds AND (h < 2 OR d < $dense)""",
    """INSERT INTO heard BY NAME
    SELECT $taxonomy_id AS taxonomy_id, article_id, true AS counts FROM made WHERE relevant ORDER BY moment, n""",
    """INSERT INTO term_frequencies
    SELECT $taxonomy_id, 'en', 'term ' || t, 1 FROM range(least($size // 10, 60000)) AS r(t)""",
    """INSERT INTO theme_verdicts
    SELECT row_number() OVER (ORDER BY n), article_id, theme_id, 'yes', $now - INTERVAL 1 DAY, '', ''
    FROM (SELECT n, article_id, min(theme_id) AS theme_id FROM made JOIN scores USING (article_id) GROUP BY ALL)
    ORDER BY hash(n, 'verdict') LIMIT 60""",
    """INSERT INTO passes BY NAME
    SELECT uuid() AS pass_id, $now - to_minutes(m::INTEGER) AS started_at,
        started_at + INTERVAL 1 MINUTE AS finished_at, 'complete' AS outcome,
        80 AS feeds_due, 0 AS feeds_failed, 1 AS entries_new, 1 AS pages_fetched,
        1 AS articles_read, 1 AS articles_judged, 0 AS articles_relevant, 0 AS findings, 0 AS alerts,
        0 AS messages_sent, 0 AS messages_waiting, 0 AS messages_given_up, '' AS note
    FROM range(10, CASE WHEN $size > $recent THEN ($years * 365 + 101) * 1440 ELSE 101 * 1440 END, 60) AS t(m)
    ORDER BY started_at""",
    """INSERT INTO findings BY NAME
    SELECT md5('finding' || n)::UUID AS finding_id, 'first_seen' AS kind, theme_id, $taxonomy_id AS taxonomy_id,
        moment AS found_at, 7 AS window_days, 60 AS silence_days, 2 AS stories, ['paper-1'] AS publishers,
        ['independent'] AS blocs, CASE WHEN n % 3 = 0 THEN 'alert' ELSE 'cooldown' END AS decision
    FROM made JOIN (SELECT article_id, min(theme_id) AS theme_id FROM scores GROUP BY ALL) USING (article_id)
    WHERE n % 17 = 0 ORDER BY moment, n""",
    """INSERT INTO finding_articles
    SELECT md5('finding' || n)::UUID, article_id FROM made JOIN findings ON finding_id = md5('finding' || n)::UUID
    ORDER BY moment, n""",
    """INSERT INTO alerts
    SELECT md5('alert' || finding_id)::UUID, finding_id, kind, theme_id, found_at FROM findings
    WHERE decision = 'alert' ORDER BY found_at""",
)

# What is older than all of them was half of it back-filled.
PAPERS = tuple(
    Feed(f"Paper {n}", f"https://paper{n}.example/feed", f"paper-{n}", "independent", "", "en", "", True, "")
    for n in range(FEEDS)
)


def stock() -> str:
    """A long text to cut pieces from."""
    return " ".join(piece.text for piece in World.load().pieces if piece.language == "en")


def build(con: Connection, taxonomy: Taxonomy, size: int, now: datetime) -> None:
    """Fill an empty warehouse with so many articles, the last dated an hour before `now`, with all they bring."""
    feeds.sync_feeds(con, PAPERS)
    archives = [
        StandIn(uuid5(feed.id, "archive"), feed.name, feed.url, feed.publisher, feed.bloc, stands_for=feed.id)
        for feed in PAPERS
    ]
    history.save_stand_ins(con, archives)
    judgements.use_taxonomy(con, taxonomy, now.replace(year=now.year - YEARS - 1))
    known = [*(feed.id for feed in PAPERS), *(archive.feed_id for archive in archives)]
    con.execute("CREATE TEMP TABLE papers (paper INTEGER, feed_id UUID)")
    insert(con, "papers", [{"paper": n, "feed_id": one} for n, one in enumerate(known)])
    asked = {
        "feeds": FEEDS,
        "relevant": RELEVANT,
        "recent": RECENT,
        "a_day": A_DAY,
        "years": YEARS,
        "size": size,
        "now": now,
        "stock": stock(),
        "taxonomy_id": taxonomy.id,
        "dense": _DENSE,
    }
    for statement in (_MADE, *_FILLED):
        con.execute(statement, {name: value for name, value in asked.items() if f"${name}" in statement})
    _mean(con, taxonomy.id)
    con.execute("DROP TABLE made")
    con.execute("DROP TABLE papers")


def _mean(con: Connection, taxonomy_id: str) -> None:
    """What the relevant articles of the shared days mean, and what no theme explains of them and of those before."""
    rng = np.random.default_rng(1689)
    recent = "SELECT article_id, moment, n FROM made WHERE relevant AND n < ? ORDER BY n"
    senses, left, terms, past = [], [], [], []
    for article_id, moment, n in con.execute(recent, [RECENT + REFERENCE * RELEVANT]).fetchall():
        words, weights = words_of(rng)
        about = {"taxonomy_id": taxonomy_id, "article_id": article_id, "terms": words, "weights": weights}
        left.append(about | {"share": 0.5, "vector": vector_of(rng), "anew": False})
        terms.append(about | {"dated_at": moment})
        if n < RECENT:
            known = {"candidate_id": f"c-{article_id.hex[:8]}", "last_at": moment}
            past.append(known | {"vector": vector_of(rng), "terms": words, "weights": weights})
            senses.append({"article_id": article_id, "language": "en", "dated_at": moment, "vectors": sense_of(rng)})
    for table, rows in {"senses": senses, "residuals": left, "heard_terms": terms, "known": past}.items():
        insert(con, table, rows)


def words_of(rng: np.random.Generator) -> tuple[list[str], list[float]]:
    """Twenty terms and their weights."""
    return [f"term {n}" for n in rng.integers(0, 2_000, 20)], [1.0] * 20


def vector_of(rng: np.random.Generator) -> bytes:
    """A direction, as an article's mean vector is kept."""
    vector = rng.normal(size=512)
    return (vector / np.linalg.norm(vector)).astype("<f4").tobytes()


def sense_of(rng: np.random.Generator) -> bytes:
    """Twenty sentences, as their vectors are kept."""
    return rng.integers(-127, 127, (20, 512), np.int8).tobytes()
