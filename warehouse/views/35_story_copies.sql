-- one row per story
CREATE VIEW story_copies AS
WITH told AS (
    SELECT
        s.story_id,
        a.title,
        a.url,
        f.publisher,
        f.bloc,
        a.dated_at,
        nullif(o.name, '') AS original,
        CASE WHEN o.publisher <> f.publisher THEN nullif(o.publisher, '') END AS copied_from,
        -- What is dated by day alone, which is midnight, comes at the end of its day: it may be the copy.
        row_number() OVER (
            PARTITION BY s.story_id
            ORDER BY
                CASE
                    WHEN a.dated_at = date_trunc('day', a.dated_at AT TIME ZONE 'UTC') AT TIME ZONE 'UTC'
                        THEN a.dated_at + INTERVAL 1 DAY
                    ELSE a.dated_at
                END,
                a.first_seen_at,
                a.article_id
        ) AS turn
    FROM stories AS s
    JOIN articles AS a USING (article_id)
    JOIN feeds AS f ON f.feed_id = a.feed_id
    LEFT JOIN originals AS o ON o.article_id = s.article_id
),

copied AS (
    SELECT DISTINCT story_id, copied_from AS publisher
    FROM told
    WHERE copied_from IS NOT NULL
),

ranked AS (
    SELECT t.*, t.turn - CASE WHEN c.publisher IS NULL THEN 0 ELSE 1000000 END AS rank
    FROM told AS t
    LEFT JOIN copied AS c ON c.story_id = t.story_id AND c.publisher = t.publisher
)

SELECT
    story_id,
    arg_min(title, rank) AS title,
    arg_min(url, rank) AS url,
    arg_min(publisher, rank) AS voice,
    arg_min(bloc, rank) AS bloc,
    arg_min(original, turn) AS original,
    count(*) AS articles,
    count(DISTINCT publisher) AS publishers,
    list_sort(list(DISTINCT publisher)) AS publisher_names,
    list_sort(list(DISTINCT bloc)) AS blocs,
    min(dated_at) AS first_at,
    max(dated_at) AS last_at
FROM ranked
GROUP BY story_id;

COMMENT ON VIEW story_copies IS 'one row per story. An article and its copies, syndicated, reprinted or lightly rewritten: whose it is, and who carried it.';
COMMENT ON COLUMN story_copies.story_id IS 'the article that was compared first of those that are copies of one another';
COMMENT ON COLUMN story_copies.title IS 'the title at the voice';
COMMENT ON COLUMN story_copies.url IS 'the canonical address at the voice';
COMMENT ON COLUMN story_copies.voice IS 'the publisher who counts: the one that another copy names as its source, where that one is among them, else the earliest';
COMMENT ON COLUMN story_copies.bloc IS 'the voice''s bloc, as configured';
COMMENT ON COLUMN story_copies.original IS 'where the earliest copy that says so was published first, as it is named there; null where none says';
COMMENT ON COLUMN story_copies.articles IS 'articles, copies included';
COMMENT ON COLUMN story_copies.publishers IS 'how many different publishers carried it';
COMMENT ON COLUMN story_copies.publisher_names IS 'their names';
COMMENT ON COLUMN story_copies.blocs IS 'the blocs they belong to';
COMMENT ON COLUMN story_copies.first_at IS 'the date of the earliest';
COMMENT ON COLUMN story_copies.last_at IS 'the date of the latest';
