-- one row per finding that a theme is new, surges or changes its voice, or that one may be wanting
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
    coalesce(t.label, c.label, f.theme_id) AS theme,
    f.found_at,
    f.window_days,
    CASE WHEN f.kind NOT IN ('surge', 'candidate') THEN f.silence_days END AS silence_days,
    coalesce(s.articles, 0) AS articles,
    f.stories,
    len(f.publishers) AS publishers,
    f.publishers AS publisher_names,
    f.blocs,
    coalesce(v.bloc, w.bloc) AS bloc,
    u.expected,
    coalesce(u.p_value, v.p_value, w.p_value) AS p_value,
    u.baseline_days,
    u.exposure,
    u.last_day,
    f.decision,
    a.alert_id,
    a.created_at AS alerted_at,
    (SELECT min(v.given_at) FROM verdicts AS v WHERE v.alert_id = a.alert_id AND v.what = 'retract') AS retracted_at
FROM findings AS f
LEFT JOIN shown AS s USING (finding_id)
LEFT JOIN surges AS u USING (finding_id)
LEFT JOIN new_voices AS v USING (finding_id)
LEFT JOIN turns AS w USING (finding_id)
LEFT JOIN candidates AS c ON c.candidate_id = f.theme_id
LEFT JOIN themes AS t ON t.taxonomy_id = f.taxonomy_id AND t.theme_id = f.theme_id
LEFT JOIN alerts AS a USING (finding_id);

COMMENT ON VIEW new_themes IS 'one row per finding that a theme is new, surges or changes its voice, or that one may be wanting. What was found, and whether anybody was to be told.';
COMMENT ON COLUMN new_themes.finding_id IS 'the finding''s key';
COMMENT ON COLUMN new_themes.kind IS 'first_seen: the theme appeared for the first time, or again after a long silence. surge: more publishers spoke of it than its own history explains. candidate: several publishers spoke of what no theme explains. new_voice: a bloc took it up that had kept silent about it. turn: a bloc denies what it used to affirm';
COMMENT ON COLUMN new_themes.theme_id IS 'the theme''s id in themes.toml, or the candidate''s';
COMMENT ON COLUMN new_themes.theme IS 'the theme''s label at the time';
COMMENT ON COLUMN new_themes.found_at IS 'the pass that found it';
COMMENT ON COLUMN new_themes.window_days IS 'the days in which it appeared, or was loud';
COMMENT ON COLUMN new_themes.silence_days IS 'the days before them: first_seen, in which it did not appear; new_voice, in which the bloc kept silent; turn, in which it affirmed';
COMMENT ON COLUMN new_themes.articles IS 'articles that show it';
COMMENT ON COLUMN new_themes.stories IS 'stories among them, copies counted once';
COMMENT ON COLUMN new_themes.publishers IS 'how many different publishers';
COMMENT ON COLUMN new_themes.publisher_names IS 'their names';
COMMENT ON COLUMN new_themes.blocs IS 'the blocs they belong to';
COMMENT ON COLUMN new_themes.bloc IS 'new_voice and turn: the bloc';
COMMENT ON COLUMN new_themes.expected IS 'surge: how many publishers were to be expected';
COMMENT ON COLUMN new_themes.p_value IS 'surge, new_voice, turn: the chance of the same without a change';
COMMENT ON COLUMN new_themes.baseline_days IS 'surge: the days before the window from which that was reckoned';
COMMENT ON COLUMN new_themes.exposure IS 'surge: the share of the theme''s usual voices that could be heard, from 0 to 1; the others are left out on both sides';
COMMENT ON COLUMN new_themes.last_day IS 'surge: the last UTC day of the window';
COMMENT ON COLUMN new_themes.decision IS 'alert, or why there was none (cooldown: the theme was alerted shortly before; muted, snoozed: nobody wanted to hear of it; unheard: voices that are muted carry it)';
COMMENT ON COLUMN new_themes.alert_id IS 'the alert made of it; null where there is none';
COMMENT ON COLUMN new_themes.alerted_at IS 'when that alert was made';
COMMENT ON COLUMN new_themes.retracted_at IS 'when that alert was taken back as wrong; null where it stands';
