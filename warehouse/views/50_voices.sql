-- one row per theme and bloc that speaks of it
CREATE VIEW voices AS
WITH theme_totals AS (
    SELECT theme_id, count(DISTINCT story_id) AS stories
    FROM article_themes
    GROUP BY theme_id
),

bloc_totals AS (
    SELECT bloc, count(DISTINCT story_id) AS stories
    FROM article_themes
    GROUP BY bloc
),

spoken AS (
    SELECT
        theme_id,
        any_value(theme) AS theme,
        bloc,
        count(DISTINCT story_id) AS stories,
        count(DISTINCT story_id) FILTER (WHERE genre = 'commentary') AS commentaries,
        count(*) AS articles,
        count(DISTINCT publisher) AS publishers,
        avg(score) AS mean_score,
        min(day) AS first_day,
        max(day) AS last_day
    FROM article_themes
    GROUP BY theme_id, bloc
)

SELECT
    v.theme_id,
    v.theme,
    v.bloc,
    v.stories,
    v.commentaries,
    v.articles,
    v.publishers,
    v.stories / t.stories::DOUBLE AS share_of_theme,
    v.stories / b.stories::DOUBLE AS share_of_bloc,
    v.mean_score,
    v.first_day,
    v.last_day
FROM spoken AS v
JOIN theme_totals AS t ON t.theme_id = v.theme_id
JOIN bloc_totals AS b ON b.bloc = v.bloc;

COMMENT ON VIEW voices IS 'one row per theme and bloc that speaks of it. Who tells what, and since when.';
COMMENT ON COLUMN voices.theme_id IS 'the theme''s id in themes.toml';
COMMENT ON COLUMN voices.theme IS 'the theme''s label';
COMMENT ON COLUMN voices.bloc IS 'whose voice, as configured';
COMMENT ON COLUMN voices.stories IS 'stories of the theme in this bloc, copies counted once';
COMMENT ON COLUMN voices.commentaries IS 'those of them that argue or interpret: stories with an article whose genre is commentary';
COMMENT ON COLUMN voices.articles IS 'articles, copies included';
COMMENT ON COLUMN voices.publishers IS 'different publishers';
COMMENT ON COLUMN voices.share_of_theme IS 'this bloc''s part of the theme''s stories; a story told in two blocs counts in both, so parts can add up to more than 1';
COMMENT ON COLUMN voices.share_of_bloc IS 'the theme''s part of all stories with any theme in this bloc';
COMMENT ON COLUMN voices.mean_score IS 'mean of the articles'' scores, from 0 to 1';
COMMENT ON COLUMN voices.first_day IS 'UTC day of the bloc''s earliest article on the theme';
COMMENT ON COLUMN voices.last_day IS 'UTC day of the latest';
