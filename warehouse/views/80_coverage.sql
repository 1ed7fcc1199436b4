-- one row per UTC day of first sight and language
CREATE VIEW coverage AS
WITH latest AS (
    SELECT taxonomy_id
    FROM taxonomies
    ORDER BY last_used_at DESC, taxonomy_id DESC
    LIMIT 1
),

first_sightings AS (
    SELECT e.article_id, e.first_seen_at, e.baseline, f.language
    FROM entries AS e
    JOIN feeds AS f USING (feed_id)
    QUALIFY row_number() OVER (PARTITION BY e.article_id ORDER BY e.first_seen_at, f.name, e.guid) = 1
)

SELECT
    (e.first_seen_at AT TIME ZONE 'UTC')::DATE AS day,
    coalesce(nullif(a.language, ''), e.language) AS language,
    count(*) AS announced,
    count(*) FILTER (WHERE e.baseline) AS baseline,
    count(a.article_id) AS read,
    count(*) FILTER (WHERE a.text_source = 'page' AND (a.text <> '' OR a.dropped_at IS NOT NULL)) AS from_page,
    count(*) FILTER (WHERE a.text_source = 'feed' AND (a.text <> '' OR a.dropped_at IS NOT NULL)) AS from_feed,
    count(*) FILTER (WHERE a.text_source = 'summary' AND (a.text <> '' OR a.dropped_at IS NOT NULL)) AS from_summary,
    count(*) FILTER (WHERE a.text = '' AND a.dropped_at IS NULL) AS without_text,
    count(*) - count(a.article_id) AS unread,
    count(j.article_id) AS judged,
    count(*) FILTER (WHERE j.relevant) AS relevant
FROM first_sightings AS e
LEFT JOIN articles AS a USING (article_id)
LEFT JOIN (
    SELECT judgements.article_id, judgements.relevant
    FROM judgements
    JOIN latest USING (taxonomy_id)
) AS j USING (article_id)
GROUP BY ALL;

COMMENT ON VIEW coverage IS 'one row per UTC day of first sight and language. What came in, and what became of it under the themes used last.';
COMMENT ON COLUMN coverage.day IS 'UTC day on which the articles were first seen';
COMMENT ON COLUMN coverage.language IS 'language of the text, or the feed''s where it is not read or cannot be told';
COMMENT ON COLUMN coverage.announced IS 'articles announced by any feed, each counted once';
COMMENT ON COLUMN coverage.baseline IS 'those that came with the first answer of their feed, or from a backfill: history, not news';
COMMENT ON COLUMN coverage.read IS 'articles read: from their page, the feed or its summary, or without text';
COMMENT ON COLUMN coverage.from_page IS 'read from their page';
COMMENT ON COLUMN coverage.from_feed IS 'read from the feed''s own full text, because the page could not be had or held no text';
COMMENT ON COLUMN coverage.from_summary IS 'known by their summary alone: thin evidence';
COMMENT ON COLUMN coverage.without_text IS 'known by their title alone: neither page nor feed gave any text';
COMMENT ON COLUMN coverage.unread IS 'still to be fetched or read';
COMMENT ON COLUMN coverage.judged IS 'judged under the themes used last';
COMMENT ON COLUMN coverage.relevant IS 'found to be about China and Russia together';
