-- one row per theme, UTC day and bloc with at least one article
CREATE VIEW theme_days AS
WITH counted AS (
    SELECT
        theme_id,
        any_value(theme) AS theme,
        day,
        bloc,
        count(DISTINCT story_id) AS stories,
        count(*) AS articles,
        count(DISTINCT publisher) AS publishers
    FROM article_themes
    GROUP BY theme_id, day, bloc
),

watched AS (
    SELECT feed_id, bloc
    FROM feeds
    WHERE configured AND enabled
),

asked AS (
    SELECT bloc, count(*) AS feeds
    FROM watched
    GROUP BY bloc
),

answered AS (
    SELECT w.bloc, (a.tried_at AT TIME ZONE 'UTC')::DATE AS day, count(DISTINCT a.feed_id) AS feeds
    FROM fetches AS a
    JOIN watched AS w USING (feed_id)
    WHERE a.kind = 'feed' AND a.outcome <> 'failed'
    GROUP BY w.bloc, day
),

beginning AS (
    SELECT min((tried_at AT TIME ZONE 'UTC')::DATE) AS day
    FROM fetches
),

exposed AS (
    SELECT
        c.*,
        CASE WHEN c.day >= beginning.day THEN coalesce(answered.feeds, 0) / asked.feeds::DOUBLE END AS exposure
    FROM counted AS c
    CROSS JOIN beginning
    LEFT JOIN asked ON asked.bloc = c.bloc
    LEFT JOIN answered ON answered.bloc = c.bloc AND answered.day = c.day
)

SELECT
    theme_id,
    theme,
    day,
    bloc,
    stories,
    articles,
    publishers,
    exposure,
    CASE WHEN exposure > 0 THEN stories / exposure END AS corrected_stories
FROM exposed;

COMMENT ON VIEW theme_days IS 'one row per theme, UTC day and bloc with at least one article. How loud a theme was, and how much of the bloc we could hear that day.';
COMMENT ON COLUMN theme_days.theme_id IS 'the theme''s id in themes.toml';
COMMENT ON COLUMN theme_days.theme IS 'the theme''s label';
COMMENT ON COLUMN theme_days.day IS 'UTC day of the articles'' dates';
COMMENT ON COLUMN theme_days.bloc IS 'whose voice, as configured';
COMMENT ON COLUMN theme_days.stories IS 'stories, copies counted once';
COMMENT ON COLUMN theme_days.articles IS 'articles, copies included';
COMMENT ON COLUMN theme_days.publishers IS 'different publishers among them';
COMMENT ON COLUMN theme_days.exposure IS 'share of the bloc''s enabled feeds that answered at least once that day, from 0 to 1; null before we began to watch, or where the bloc has no enabled feed now';
COMMENT ON COLUMN theme_days.corrected_stories IS 'stories divided by exposure: what we would expect to have counted had every feed answered; null where exposure is null or 0';
