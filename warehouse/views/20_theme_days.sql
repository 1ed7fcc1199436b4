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

-- A feed's days with an attempt: whether any of them answered, and whether the first one did.
polls AS (
    SELECT
        feed_id,
        (tried_at AT TIME ZONE 'UTC')::DATE AS day,
        bool_or(outcome IN ('new', 'unchanged')) AS answered,
        arg_min(outcome IN ('new', 'unchanged'), tried_at) AS answered_first
    FROM fetches
    WHERE kind = 'feed'
    GROUP BY feed_id, day
),

-- A feed is watched from its first attempt: for good while it is configured and enabled, else to its last attempt.
watched AS (
    SELECT f.feed_id, f.bloc, min(p.day) AS first_day, f.configured AND f.enabled AS goes_on, max(p.day) AS last_day
    FROM feeds AS f
    JOIN polls AS p USING (feed_id)
    GROUP BY ALL
),

-- A feed shows for days what it published: a day is heard with an answer on it, or by the next attempt after it.
listened AS (
    SELECT
        d.day,
        d.bloc,
        coalesce(last_answer.day, w.first_day) AS alive_on,
        coalesce(last_answer.day = d.day, false) OR coalesce(following.answered_first, false) AS heard
    FROM (SELECT DISTINCT day, bloc FROM counted) AS d
    JOIN watched AS w ON w.bloc = d.bloc AND w.first_day <= d.day AND (w.goes_on OR w.last_day >= d.day)
    ASOF LEFT JOIN (FROM polls WHERE answered) AS last_answer
        ON last_answer.feed_id = w.feed_id AND last_answer.day <= d.day
    ASOF LEFT JOIN polls AS following
        ON following.feed_id = w.feed_id AND following.day > d.day
),

-- A feed that has been silent for 30 days is dead, and no longer a voice that we miss.
exposures AS (
    SELECT day, bloc, avg(heard::INTEGER) AS exposure
    FROM listened
    WHERE heard OR alive_on >= day - 30
    GROUP BY day, bloc
),

exposed AS (
    SELECT c.*, e.exposure
    FROM counted AS c
    LEFT JOIN exposures AS e ON e.day = c.day AND e.bloc = c.bloc
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
COMMENT ON COLUMN theme_days.stories IS 'stories, copies counted once within this day and bloc: a story told on two days or in two blocs counts in each, so these do not add up to the theme''s stories';
COMMENT ON COLUMN theme_days.articles IS 'articles, copies included';
COMMENT ON COLUMN theme_days.publishers IS 'different publishers among them';
COMMENT ON COLUMN theme_days.exposure IS 'share of the bloc''s feeds that we heard that day, from 0 to 1. Of a feed tried by then, and still configured and enabled or tried since, a day is heard when it answered on it, or at the next attempt after it; a feed without an answer for 30 days is left out. Null where there is no such feed, as before we began to watch';
COMMENT ON COLUMN theme_days.corrected_stories IS 'stories divided by exposure: what we would expect to have counted had every feed been heard; null where exposure is null or 0';
