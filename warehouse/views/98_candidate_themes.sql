-- one row per candidate: a theme that nobody configured and several publishers spoke of
CREATE VIEW candidate_themes AS
WITH told AS (
    SELECT
        j.candidate_id,
        count(*) AS articles,
        count(DISTINCT coalesce(s.story_id, j.article_id)) AS stories,
        max(a.dated_at) AS last_at
    FROM candidate_articles AS j
    LEFT JOIN articles AS a USING (article_id)
    LEFT JOIN stories AS s USING (article_id)
    GROUP BY j.candidate_id
),

alerted AS (
    SELECT theme_id AS candidate_id, min(created_at) AS alerted_at, min_by(alert_id, created_at) AS alert_id
    FROM alerts
    WHERE kind = 'candidate'
    GROUP BY theme_id
)

SELECT
    c.candidate_id,
    c.label,
    c.phrases,
    c.state,
    c.state_at,
    nullif(c.theme_id, '') AS theme_id,
    c.found_at,
    nullif(c.quiet, '') AS quiet,
    x.alert_id,
    x.alerted_at,
    c.first_at,
    t.last_at,
    coalesce(t.articles, 0) AS articles,
    coalesce(t.stories, 0) AS stories,
    c.voices,
    c.expected,
    len(c.publishers) AS publishers,
    c.publishers AS publisher_names,
    c.blocs,
    c.languages,
    c.cohesion,
    nullif(c.nearest, '') AS nearest,
    c.likeness,
    c.confidence
FROM candidates AS c
LEFT JOIN told AS t USING (candidate_id)
LEFT JOIN alerted AS x USING (candidate_id);

COMMENT ON VIEW candidate_themes IS 'one row per candidate: a theme that nobody configured and several publishers spoke of. What no theme in themes.toml explains, and what became of it.';
COMMENT ON COLUMN candidate_themes.candidate_id IS 'the candidate''s id: c- and eight letters';
COMMENT ON COLUMN candidate_themes.label IS 'what it is called: its phrases';
COMMENT ON COLUMN candidate_themes.phrases IS 'the words and names that set it apart from all else that is relevant';
COMMENT ON COLUMN candidate_themes.state IS 'open, promoted (it became a theme), merged (a theme was taught it) or dismissed; in no state it is told again';
COMMENT ON COLUMN candidate_themes.state_at IS 'since when';
COMMENT ON COLUMN candidate_themes.theme_id IS 'the theme that it became, or that was taught it; null else';
COMMENT ON COLUMN candidate_themes.found_at IS 'the pass that found it';
COMMENT ON COLUMN candidate_themes.quiet IS 'why it is kept without an alert: burn-in (it was there when Amur began to watch), themes (it showed when articles were judged anew under edited themes); null for one that was found as news';
COMMENT ON COLUMN candidate_themes.alert_id IS 'the alert made of it; null where there is none';
COMMENT ON COLUMN candidate_themes.alerted_at IS 'when that alert was made';
COMMENT ON COLUMN candidate_themes.first_at IS 'the date of the earliest article when it was found';
COMMENT ON COLUMN candidate_themes.last_at IS 'the date of the latest one by now';
COMMENT ON COLUMN candidate_themes.articles IS 'articles that speak of it by now, copies included';
COMMENT ON COLUMN candidate_themes.stories IS 'stories among them, copies counted once';
COMMENT ON COLUMN candidate_themes.voices IS 'stories when it was found, without those that a new feed brought along';
COMMENT ON COLUMN candidate_themes.expected IS 'how many such stories there would have been in those days, were it spoken of as much as before; null for one that was found before that was kept';
COMMENT ON COLUMN candidate_themes.publishers IS 'how many different publishers then';
COMMENT ON COLUMN candidate_themes.publisher_names IS 'their names';
COMMENT ON COLUMN candidate_themes.blocs IS 'the blocs they belong to';
COMMENT ON COLUMN candidate_themes.languages IS 'the languages in which they spoke of it';
COMMENT ON COLUMN candidate_themes.cohesion IS 'how alike its articles are: the mean cosine to their middle';
COMMENT ON COLUMN candidate_themes.nearest IS 'the theme in themes.toml that it is most like';
COMMENT ON COLUMN candidate_themes.likeness IS 'how much it is like that theme, a cosine';
COMMENT ON COLUMN candidate_themes.confidence IS 'how sure it is that it is one theme and a new one, from 0 to 1';
