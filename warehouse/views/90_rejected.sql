-- one row per article found not to be about China and Russia together, under the themes used last
CREATE VIEW rejected AS
WITH latest AS (
    SELECT taxonomy_id
    FROM taxonomies
    ORDER BY last_used_at DESC, taxonomy_id DESC
    LIMIT 1
)

SELECT
    j.article_id,
    (a.dated_at AT TIME ZONE 'UTC')::DATE AS day,
    a.title,
    a.url,
    f.name AS feed,
    f.publisher,
    f.bloc,
    a.language,
    coalesce(a.genre, 'unknown') AS genre,
    nullif(a.institution, '') AS institution,
    j.reason,
    j.relevance,
    j.sentences,
    j.co_mentions,
    a.text_source,
    j.judged_at
FROM judgements AS j
JOIN latest USING (taxonomy_id)
JOIN articles AS a USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
WHERE NOT j.relevant;

COMMENT ON VIEW rejected IS 'one row per article found not to be about China and Russia together, under the themes used last. What we left out, and why: look here for what we missed.';
COMMENT ON COLUMN rejected.article_id IS 'the article''s key; `amur explain` takes it, or its beginning';
COMMENT ON COLUMN rejected.day IS 'UTC day of the article''s date';
COMMENT ON COLUMN rejected.title IS 'the article''s title';
COMMENT ON COLUMN rejected.url IS 'its canonical address';
COMMENT ON COLUMN rejected.feed IS 'the feed that announced it first';
COMMENT ON COLUMN rejected.publisher IS 'the house behind that feed';
COMMENT ON COLUMN rejected.bloc IS 'whose voice the feed is, as configured';
COMMENT ON COLUMN rejected.language IS 'language of the text; empty where it could not be told';
COMMENT ON COLUMN rejected.genre IS 'commentary, news, official or other; unknown for what was read before genres were told';
COMMENT ON COLUMN rejected.institution IS 'the think tank, university or office that the author speaks from; null where none is named';
COMMENT ON COLUMN rejected.reason IS 'why the gate kept it out, in a few words, such as "names only China" or "both sides only in passing"';
COMMENT ON COLUMN rejected.relevance IS 'how close it came, from 0 to 1';
COMMENT ON COLUMN rejected.sentences IS 'sentences looked at';
COMMENT ON COLUMN rejected.co_mentions IS 'sentences that name both sides';
COMMENT ON COLUMN rejected.text_source IS 'what was judged: the page''s text, the feed''s own full text, or only its summary, which may be empty';
COMMENT ON COLUMN rejected.judged_at IS 'when';
