-- one row per candidate, article that speaks of it, and sentence of that article which no theme explains
CREATE VIEW candidate_passages AS
WITH passages AS (
    SELECT
        j.candidate_id,
        c.label,
        p.article_id,
        p.ordinal,
        p.sentence,
        p.in_title
    FROM candidate_articles AS j
    JOIN candidates AS c USING (candidate_id)
    JOIN residual_passages AS p USING (article_id)
    JOIN taxonomies AS t ON t.taxonomy_id = p.taxonomy_id
    -- As the article was when the candidate was found; what joined under later themes, as it was under them.
    QUALIFY p.taxonomy_id = first_value(p.taxonomy_id) OVER (
        PARTITION BY j.candidate_id, j.article_id
        ORDER BY p.taxonomy_id <> c.taxonomy_id, t.first_used_at, p.taxonomy_id
    )
)

SELECT
    p.candidate_id,
    p.label,
    p.article_id,
    p.ordinal,
    coalesce(s.story_id, p.article_id) AS story_id,
    (a.dated_at AT TIME ZONE 'UTC')::DATE AS day,
    a.title,
    a.url,
    f.publisher,
    f.bloc,
    a.language,
    p.sentence,
    p.in_title
FROM passages AS p
JOIN articles AS a USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
LEFT JOIN stories AS s ON s.article_id = p.article_id;

COMMENT ON VIEW candidate_passages IS 'one row per candidate, article that speaks of it, and sentence of that article which no theme explains. What a candidate is made of, word for word.';
COMMENT ON COLUMN candidate_passages.candidate_id IS 'the candidate''s id; candidate_themes has the candidate';
COMMENT ON COLUMN candidate_passages.label IS 'what it is called';
COMMENT ON COLUMN candidate_passages.article_id IS 'the article''s key; `amur explain` takes it, or its beginning';
COMMENT ON COLUMN candidate_passages.ordinal IS 'counted from 0, the sentence that is nearest to all that no theme explains of the article';
COMMENT ON COLUMN candidate_passages.story_id IS 'the article''s story: count these to count copies once';
COMMENT ON COLUMN candidate_passages.day IS 'UTC day of the article''s date';
COMMENT ON COLUMN candidate_passages.title IS 'the article''s title';
COMMENT ON COLUMN candidate_passages.url IS 'its canonical address';
COMMENT ON COLUMN candidate_passages.publisher IS 'the house behind the feed that announced it first';
COMMENT ON COLUMN candidate_passages.bloc IS 'whose voice that feed is, as configured';
COMMENT ON COLUMN candidate_passages.language IS 'language of the text';
COMMENT ON COLUMN candidate_passages.sentence IS 'the sentence';
COMMENT ON COLUMN candidate_passages.in_title IS 'whether it is the title';
