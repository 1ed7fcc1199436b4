-- one row per finding that a theme is new
CREATE VIEW new_themes AS
WITH shown AS (
    SELECT finding_id, count(*) AS articles
    FROM finding_articles
    GROUP BY finding_id
)

SELECT
    f.finding_id,
    f.kind,
    f.theme_id,
    coalesce(t.label, f.theme_id) AS theme,
    f.found_at,
    f.window_days,
    f.silence_days,
    coalesce(s.articles, 0) AS articles,
    f.stories,
    len(f.publishers) AS publishers,
    f.publishers AS publisher_names,
    f.blocs,
    f.decision,
    a.alert_id,
    a.created_at AS alerted_at
FROM findings AS f
LEFT JOIN shown AS s USING (finding_id)
LEFT JOIN themes AS t ON t.taxonomy_id = f.taxonomy_id AND t.theme_id = f.theme_id
LEFT JOIN alerts AS a USING (finding_id);

COMMENT ON VIEW new_themes IS 'one row per finding that a theme is new. What was found, and whether anybody was to be told.';
COMMENT ON COLUMN new_themes.finding_id IS 'the finding''s key';
COMMENT ON COLUMN new_themes.kind IS 'first_seen: the theme appeared for the first time, or again after a long silence';
COMMENT ON COLUMN new_themes.theme_id IS 'the theme''s id in themes.toml';
COMMENT ON COLUMN new_themes.theme IS 'the theme''s label at the time';
COMMENT ON COLUMN new_themes.found_at IS 'the pass that found it';
COMMENT ON COLUMN new_themes.window_days IS 'the days in which it appeared';
COMMENT ON COLUMN new_themes.silence_days IS 'the days before them in which it did not';
COMMENT ON COLUMN new_themes.articles IS 'articles that show it';
COMMENT ON COLUMN new_themes.stories IS 'stories among them, copies counted once';
COMMENT ON COLUMN new_themes.publishers IS 'how many different publishers';
COMMENT ON COLUMN new_themes.publisher_names IS 'their names';
COMMENT ON COLUMN new_themes.blocs IS 'the blocs they belong to';
COMMENT ON COLUMN new_themes.decision IS 'alert, or why there was none (cooldown: the theme was alerted shortly before)';
COMMENT ON COLUMN new_themes.alert_id IS 'the alert made of it; null where there is none';
COMMENT ON COLUMN new_themes.alerted_at IS 'when that alert was made';
