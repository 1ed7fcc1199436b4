-- Translations are told by what their sentences mean. And no pass reads more of the archive than the days it asks about:
-- what is joined by article carries the article's date, and what waits to be compared is written down.

-- one row per relevant article that was compared: its sentences as vectors, for as long as translations are looked for
CREATE TABLE senses (
    article_id UUID PRIMARY KEY,
    language VARCHAR NOT NULL,
    dated_at TIMESTAMPTZ NOT NULL,
    vectors BLOB NOT NULL
);

-- one row per article that was read and not compared with the others yet
CREATE TABLE uncompared (
    article_id UUID PRIMARY KEY,
    feed_id UUID NOT NULL,
    dated_at TIMESTAMPTZ NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL
);
INSERT INTO uncompared
SELECT article_id, feed_id, dated_at, first_seen_at FROM articles ANTI JOIN stories USING (article_id);

-- one row per taxonomy whose thresholds were learnt: when, and up to which verdict
CREATE TABLE learnt (
    taxonomy_id VARCHAR PRIMARY KEY,
    learnt_at TIMESTAMPTZ NOT NULL,
    verdict BIGINT NOT NULL
);

-- Sentences weigh by their letters; those of before weigh nothing, and count all the same.
ALTER TABLE sentence_prints ADD COLUMN letters INTEGER;

-- Without a key: to look a hundred new ones up among a million takes longer than all else that comparing them does. What
-- waits to be compared is a key already, and has a story once it waits no more.
ALTER TABLE stories RENAME TO stories_before;

-- one row per article: the story it belongs to, named by the article that was compared first; told_by is how a copy was
-- told (original, fingerprint, sentences, translation), empty for what is none, null for what was compared before that
-- was kept
CREATE TABLE stories (
    article_id UUID NOT NULL,
    story_id UUID NOT NULL,
    distance UTINYINT NOT NULL,
    told_by VARCHAR,
    dated_at TIMESTAMPTZ DEFAULT TIMESTAMPTZ '9999-12-31 00:00:00+00'
);
INSERT INTO stories
SELECT s.article_id, s.story_id, s.distance, NULL, coalesce(a.dated_at, TIMESTAMPTZ '9999-12-31 00:00:00+00')
FROM stories_before AS s
LEFT JOIN articles AS a USING (article_id)
ORDER BY a.dated_at, s.article_id;
DROP TABLE stories_before;

-- In steps: a column with this default at once would change a setting, and these are locked. What has no date is never
-- too old.
ALTER TABLE judgements ADD COLUMN dated_at TIMESTAMPTZ;
ALTER TABLE judgements ALTER dated_at SET DEFAULT TIMESTAMPTZ '9999-12-31 00:00:00+00';
ALTER TABLE scores ADD COLUMN dated_at TIMESTAMPTZ;
ALTER TABLE scores ALTER dated_at SET DEFAULT TIMESTAMPTZ '9999-12-31 00:00:00+00';
ALTER TABLE evidence ADD COLUMN dated_at TIMESTAMPTZ;
ALTER TABLE evidence ALTER dated_at SET DEFAULT TIMESTAMPTZ '9999-12-31 00:00:00+00';
UPDATE judgements SET dated_at = a.dated_at FROM articles AS a WHERE a.article_id = judgements.article_id;
UPDATE scores SET dated_at = a.dated_at FROM articles AS a WHERE a.article_id = scores.article_id;
UPDATE evidence SET dated_at = a.dated_at FROM articles AS a WHERE a.article_id = evidence.article_id;
UPDATE judgements SET dated_at = TIMESTAMPTZ '9999-12-31 00:00:00+00' WHERE dated_at IS NULL;
UPDATE scores SET dated_at = TIMESTAMPTZ '9999-12-31 00:00:00+00' WHERE dated_at IS NULL;
UPDATE evidence SET dated_at = TIMESTAMPTZ '9999-12-31 00:00:00+00' WHERE dated_at IS NULL;
