-- one row per two themes that are present in the same article, the first one before the second by id
CREATE VIEW theme_pairs AS
WITH theme_totals AS (
    SELECT theme_id, count(DISTINCT story_id) AS stories
    FROM article_themes
    GROUP BY theme_id
),

together AS (
    SELECT
        a.theme_id AS first_theme_id,
        b.theme_id AS second_theme_id,
        any_value(a.theme) AS first_theme,
        any_value(b.theme) AS second_theme,
        count(*) AS articles,
        count(DISTINCT a.story_id) AS stories,
        count(DISTINCT a.publisher) AS publishers,
        min(a.day) AS first_day,
        max(a.day) AS last_day
    FROM article_themes AS a
    JOIN article_themes AS b ON b.article_id = a.article_id AND b.theme_id > a.theme_id
    GROUP BY a.theme_id, b.theme_id
)

SELECT
    p.first_theme_id,
    p.second_theme_id,
    p.first_theme,
    p.second_theme,
    p.articles,
    p.stories,
    p.publishers,
    x.stories AS first_stories,
    y.stories AS second_stories,
    p.stories / (x.stories + y.stories - p.stories)::DOUBLE AS overlap,
    p.first_day,
    p.last_day
FROM together AS p
JOIN theme_totals AS x ON x.theme_id = p.first_theme_id
JOIN theme_totals AS y ON y.theme_id = p.second_theme_id;

COMMENT ON VIEW theme_pairs IS 'one row per two themes that are present in the same article, the first one before the second by id. Which themes are told together.';
COMMENT ON COLUMN theme_pairs.first_theme_id IS 'the theme whose id comes first in the alphabet';
COMMENT ON COLUMN theme_pairs.second_theme_id IS 'the other theme';
COMMENT ON COLUMN theme_pairs.first_theme IS 'label of the first';
COMMENT ON COLUMN theme_pairs.second_theme IS 'label of the second';
COMMENT ON COLUMN theme_pairs.articles IS 'articles in which both are present, copies included';
COMMENT ON COLUMN theme_pairs.stories IS 'stories in which both are present, copies counted once';
COMMENT ON COLUMN theme_pairs.publishers IS 'different publishers of those articles';
COMMENT ON COLUMN theme_pairs.first_stories IS 'all stories of the first theme';
COMMENT ON COLUMN theme_pairs.second_stories IS 'all stories of the second theme';
COMMENT ON COLUMN theme_pairs.overlap IS 'stories of both, divided by stories of either (Jaccard), from 0 to 1';
COMMENT ON COLUMN theme_pairs.first_day IS 'UTC day of the earliest such article';
COMMENT ON COLUMN theme_pairs.last_day IS 'UTC day of the latest';
