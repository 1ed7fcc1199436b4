-- one row per relevant article and theme present in it, under the themes used last
CREATE VIEW article_themes AS
WITH latest AS (
    SELECT taxonomy_id
    FROM taxonomies
    ORDER BY last_used_at DESC, taxonomy_id DESC
    LIMIT 1
),

best_evidence AS (
    SELECT e.article_id, e.theme_id, e.sentence, e.phrase, e.statement, e.likeness, e.quoted, e.speaker, e.negated, e.hedged
    FROM evidence AS e
    JOIN latest USING (taxonomy_id)
    QUALIFY row_number() OVER (PARTITION BY e.article_id, e.theme_id ORDER BY e.weight DESC, e.in_title, e.ordinal) = 1
)

SELECT
    c.theme_id,
    coalesce(t.label, c.theme_id) AS theme,
    c.article_id,
    coalesce(s.story_id, c.article_id) AS story_id,
    (a.dated_at AT TIME ZONE 'UTC')::DATE AS day,
    a.title,
    a.url,
    f.name AS feed,
    f.publisher,
    f.bloc,
    f.stance,
    a.language,
    coalesce(a.genre, 'unknown') AS genre,
    nullif(a.institution, '') AS institution,
    c.score,
    b.sentence,
    nullif(b.phrase, '') AS phrase,
    nullif(b.statement, '') AS statement,
    b.likeness,
    b.quoted,
    nullif(b.speaker, '') AS speaker,
    b.negated,
    b.hedged,
    a.text_source,
    a.baseline,
    a.dated_at,
    a.first_seen_at
FROM scores AS c
JOIN latest USING (taxonomy_id)
JOIN judgements AS j USING (article_id, taxonomy_id)
JOIN articles AS a USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
LEFT JOIN stories AS s ON s.article_id = c.article_id
LEFT JOIN themes AS t ON t.taxonomy_id = c.taxonomy_id AND t.theme_id = c.theme_id
LEFT JOIN best_evidence AS b ON b.article_id = c.article_id AND b.theme_id = c.theme_id
WHERE c.present AND j.relevant;

COMMENT ON VIEW article_themes IS 'one row per relevant article and theme present in it, under the themes used last. Where to start: which articles speak of what, and the sentence that says so.';
COMMENT ON COLUMN article_themes.theme_id IS 'the theme''s id in themes.toml';
COMMENT ON COLUMN article_themes.theme IS 'the theme''s label';
COMMENT ON COLUMN article_themes.article_id IS 'the article''s key; `amur explain` takes it, or its beginning';
COMMENT ON COLUMN article_themes.story_id IS 'the article that was compared first of those whose texts nearly agree; a copy seen later joins it even if its date is earlier. Count these to count copies once';
COMMENT ON COLUMN article_themes.day IS 'UTC day of dated_at';
COMMENT ON COLUMN article_themes.title IS 'the article''s title';
COMMENT ON COLUMN article_themes.url IS 'its canonical address';
COMMENT ON COLUMN article_themes.feed IS 'the feed that announced it first';
COMMENT ON COLUMN article_themes.publisher IS 'the house behind that feed; independence is counted in publishers';
COMMENT ON COLUMN article_themes.bloc IS 'whose voice the feed is, as configured';
COMMENT ON COLUMN article_themes.stance IS 'the feed''s stance, as configured';
COMMENT ON COLUMN article_themes.language IS 'language of the text (en, ru, zh, …); empty where it could not be told';
COMMENT ON COLUMN article_themes.genre IS 'commentary, news, official (a statement, communiqué or protocol report) or other; unknown for what was read before genres were told';
COMMENT ON COLUMN article_themes.institution IS 'the think tank, university or office that the author speaks from; null where none is named';
COMMENT ON COLUMN article_themes.score IS 'how much of the theme is in the article, from 0 to 1';
COMMENT ON COLUMN article_themes.sentence IS 'the sentence that weighs most for the theme, word for word';
COMMENT ON COLUMN article_themes.phrase IS 'the phrase of the theme that this sentence matched; null where it is evidence by its likeness alone';
COMMENT ON COLUMN article_themes.statement IS 'the theme''s statement that this sentence is most like; null where it is evidence by its phrase alone';
COMMENT ON COLUMN article_themes.likeness IS 'how much it is like that statement: the cosine of their vectors';
COMMENT ON COLUMN article_themes.quoted IS 'whether the sentence is somebody else''s words or claim, not the author''s; null for what was judged before this was told';
COMMENT ON COLUMN article_themes.speaker IS 'whose, as written; null where nobody is named';
COMMENT ON COLUMN article_themes.negated IS 'whether it denies its point';
COMMENT ON COLUMN article_themes.hedged IS 'whether it is put as a possibility';
COMMENT ON COLUMN article_themes.text_source IS 'what was judged: the page''s text, the feed''s own full text, or only its summary';
COMMENT ON COLUMN article_themes.baseline IS 'whether it came with the first answer of its feed, from a backfill or by hand: history, not news';
COMMENT ON COLUMN article_themes.dated_at IS 'the date that counts: the published one where it is plausible, else when it was first seen';
COMMENT ON COLUMN article_themes.first_seen_at IS 'when a feed first announced it to us';
