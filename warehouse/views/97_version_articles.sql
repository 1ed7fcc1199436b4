-- one row per version of the themes, theme and relevant article in which it is present
CREATE VIEW version_articles AS
SELECT
    c.taxonomy_id AS version,
    c.theme_id,
    c.article_id,
    a.title,
    f.publisher,
    f.bloc,
    a.language,
    a.dated_at,
    c.score,
    c.brought_up
FROM scores AS c
JOIN judgements AS j USING (article_id, taxonomy_id)
JOIN articles AS a USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
WHERE c.present AND j.relevant;

COMMENT ON VIEW version_articles IS 'one row per version of the themes, theme and relevant article in which it is present. To compare two versions; article_themes has the one used last, with sentences.';
COMMENT ON COLUMN version_articles.version IS 'the taxonomy''s id; theme_versions says when each was used';
COMMENT ON COLUMN version_articles.theme_id IS 'the theme''s id in themes.toml';
COMMENT ON COLUMN version_articles.article_id IS 'the article''s key';
COMMENT ON COLUMN version_articles.title IS 'the article''s title';
COMMENT ON COLUMN version_articles.publisher IS 'the house behind the feed that announced it first';
COMMENT ON COLUMN version_articles.bloc IS 'whose voice that feed is, as configured';
COMMENT ON COLUMN version_articles.language IS 'language of the text; empty where it could not be told';
COMMENT ON COLUMN version_articles.dated_at IS 'the date that counts, as in article_themes';
COMMENT ON COLUMN version_articles.score IS 'how much of the theme is in the article under this version, from 0 to 1';
COMMENT ON COLUMN version_articles.brought_up IS 'whether the theme became present only when the article was judged anew: that is history, and raises no alert';
