-- one row per version of the themes and theme in it
CREATE VIEW theme_versions AS
WITH judged AS (
    SELECT taxonomy_id, count(*) AS articles, count(*) FILTER (relevant) AS relevant
    FROM judgements
    GROUP BY taxonomy_id
),

spoken AS (
    SELECT c.taxonomy_id, c.theme_id, count(*) AS articles
    FROM scores AS c
    JOIN judgements AS j USING (article_id, taxonomy_id)
    WHERE c.present AND j.relevant
    GROUP BY c.taxonomy_id, c.theme_id
)

SELECT
    t.taxonomy_id AS version,
    row_number() OVER (PARTITION BY t.theme_id ORDER BY u.last_used_at DESC, t.taxonomy_id DESC) AS age,
    t.theme_id,
    t.label AS theme,
    t.digest,
    u.scorer,
    u.first_used_at,
    u.last_used_at,
    coalesce(c.threshold, 0.5) AS threshold,
    coalesce(c.verdicts, 0) AS verdicts,
    coalesce(j.articles, 0) AS judged,
    coalesce(j.relevant, 0) AS relevant,
    CASE WHEN j.articles > 0 THEN coalesce(s.articles, 0) END AS articles
FROM themes AS t
JOIN taxonomies AS u USING (taxonomy_id)
LEFT JOIN calibrations AS c ON c.calibration_id = u.calibration_id AND c.theme_id = t.theme_id
LEFT JOIN judged AS j ON j.taxonomy_id = t.taxonomy_id
LEFT JOIN spoken AS s ON s.taxonomy_id = t.taxonomy_id AND s.theme_id = t.theme_id;

COMMENT ON VIEW theme_versions IS 'one row per version of the themes and theme in it. What the themes were, and how much was found under each version; version_articles says in which articles.';
COMMENT ON COLUMN theme_versions.version IS 'the taxonomy''s id: a digest of all that decides scores';
COMMENT ON COLUMN theme_versions.age IS '1 for the version of this theme that was used last, 2 for the one before it, …';
COMMENT ON COLUMN theme_versions.theme_id IS 'the theme''s id in themes.toml';
COMMENT ON COLUMN theme_versions.theme IS 'its label at the time';
COMMENT ON COLUMN theme_versions.digest IS 'a digest of what decides the theme''s own scores: where two versions have the same, it was not edited between them';
COMMENT ON COLUMN theme_versions.scorer IS 'the version of Amur''s own part in the scores';
COMMENT ON COLUMN theme_versions.first_used_at IS 'when the version came into use';
COMMENT ON COLUMN theme_versions.last_used_at IS 'when it was last used';
COMMENT ON COLUMN theme_versions.threshold IS 'the score from which the theme is present; 0.5 unless verdicts moved it';
COMMENT ON COLUMN theme_versions.verdicts IS 'verdicts that the threshold was learnt from';
COMMENT ON COLUMN theme_versions.judged IS 'articles whose judgement under the version is kept; 0 for a version long gone';
COMMENT ON COLUMN theme_versions.relevant IS 'relevant ones among them';
COMMENT ON COLUMN theme_versions.articles IS 'relevant articles in which the theme is present; null where no judgement is kept';
