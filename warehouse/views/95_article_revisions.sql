-- one row per article and revision: each text it had, each withdrawal, and what it is like now
CREATE VIEW article_revisions AS
WITH states AS (
    SELECT
        article_id,
        revision,
        read_at,
        title,
        length(text) AS characters,
        false AS is_latest
    FROM revisions
    UNION ALL
    SELECT
        a.article_id,
        coalesce(f.last_revision, 0) + 1,
        coalesce(a.withdrawn_at, a.read_at),
        a.title,
        CASE WHEN a.withdrawn_at IS NULL THEN length(a.text) END,
        true
    FROM articles AS a
    LEFT JOIN (
        SELECT article_id, max(revision) AS last_revision
        FROM revisions
        GROUP BY article_id
    ) AS f USING (article_id)
)

SELECT
    s.article_id,
    s.revision,
    coalesce(before.ended_by, 'first') AS kind,
    s.read_at,
    a.url,
    s.title,
    nullif(s.characters, 0) AS characters,
    before.words_added,
    before.words_removed,
    coalesce(before.reason, '') AS reason,
    s.is_latest,
    f.publisher,
    f.bloc
FROM states AS s
JOIN articles AS a USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
LEFT JOIN revisions AS before ON before.article_id = s.article_id AND before.revision = s.revision - 1;

COMMENT ON VIEW article_revisions IS 'one row per article and revision: each text it had, each withdrawal, and what it is like now. What was rewritten, taken down or put back after it came out; `amur articles diff` shows the words.';
COMMENT ON COLUMN article_revisions.article_id IS 'the article''s key; `amur articles diff` takes it, or its beginning';
COMMENT ON COLUMN article_revisions.revision IS 'counted from 1, the text that was read first';
COMMENT ON COLUMN article_revisions.kind IS 'first, changed (another text or title), withdrawn (the page is gone, or no longer the article), or restored (it is back)';
COMMENT ON COLUMN article_revisions.read_at IS 'when this was seen: the page is looked at again only now and then, so it may have been so for days';
COMMENT ON COLUMN article_revisions.url IS 'the article''s canonical address';
COMMENT ON COLUMN article_revisions.title IS 'its title then; of a withdrawal, the last one before';
COMMENT ON COLUMN article_revisions.characters IS 'length of the text; null for a withdrawal, and once the text was dropped for its age';
COMMENT ON COLUMN article_revisions.words_added IS 'words in changed sentences that were not there before; null for the first';
COMMENT ON COLUMN article_revisions.words_removed IS 'words in changed sentences that are not there any more; null for the first';
COMMENT ON COLUMN article_revisions.reason IS 'why it counts as withdrawn: not_found, gone, soft_404, …, or replaced, where another text stands at its address';
COMMENT ON COLUMN article_revisions.is_latest IS 'whether this is what the article is like now';
COMMENT ON COLUMN article_revisions.publisher IS 'the house behind the feed that announced it first';
COMMENT ON COLUMN article_revisions.bloc IS 'whose voice the feed is, as configured';
