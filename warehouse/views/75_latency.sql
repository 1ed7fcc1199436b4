-- one row per alert
CREATE VIEW latency AS
WITH shown AS (
    SELECT
        f.finding_id,
        a.article_id,
        a.url,
        a.published_at,
        -- A day without a time of day is kept as its midnight.
        (a.published_at AT TIME ZONE 'UTC')::TIME = TIME '00:00:00' AS dated_by_day,
        a.first_seen_at,
        -- A text that changed was read and judged again since.
        coalesce(v.first_read_at, a.read_at) AS read_at,
        CASE WHEN j.judged_at <= f.found_at THEN j.judged_at END AS judged_at
    FROM finding_articles AS l
    JOIN findings AS f USING (finding_id)
    JOIN articles AS a USING (article_id)
    LEFT JOIN visits AS v USING (article_id)
    LEFT JOIN judgements AS j ON j.article_id = a.article_id AND j.taxonomy_id = f.taxonomy_id
),

decisive AS (
    SELECT *, min(published_at) OVER (PARTITION BY finding_id) AS first_published_at
    FROM shown
    QUALIFY row_number() OVER (
        PARTITION BY finding_id
        ORDER BY first_seen_at DESC, published_at DESC NULLS LAST, article_id
    ) = 1
),

sent AS (
    SELECT l.alert_id, min(d.tried_at) AS sent_at
    FROM alert_messages AS l
    JOIN deliveries AS d USING (message_key)
    WHERE d.result = 'sent'
    GROUP BY l.alert_id
),

moments AS (
    SELECT
        a.alert_id,
        a.kind,
        a.theme_id,
        d.*,
        a.created_at AS found_at,
        s.sent_at,
        CASE WHEN NOT d.dated_by_day THEN d.published_at END AS moment
    FROM alerts AS a
    LEFT JOIN decisive AS d USING (finding_id)
    LEFT JOIN sent AS s USING (alert_id)
)

SELECT
    alert_id,
    kind,
    theme_id,
    article_id,
    url,
    first_published_at,
    published_at,
    dated_by_day,
    first_seen_at,
    read_at,
    judged_at,
    found_at,
    sent_at,
    round(date_diff('second', moment, first_seen_at) / 60, 1) AS minutes_to_seen,
    round(date_diff('second', first_seen_at, read_at) / 60, 1) AS minutes_to_read,
    round(date_diff('second', read_at, judged_at) / 60, 1) AS minutes_to_judged,
    round(date_diff('second', judged_at, found_at) / 60, 1) AS minutes_to_found,
    round(date_diff('second', found_at, sent_at) / 60, 1) AS minutes_to_sent,
    round(date_diff('second', moment, sent_at) / 60, 1) AS minutes_in_all
FROM moments;

COMMENT ON VIEW latency IS 'one row per alert. How long it took from the publication of the article that completed its finding to the first message that was accepted, step by step.';
COMMENT ON COLUMN latency.alert_id IS 'the alert''s key';
COMMENT ON COLUMN latency.kind IS 'the kind of finding it tells of';
COMMENT ON COLUMN latency.theme_id IS 'the theme''s id in themes.toml, or the candidate''s';
COMMENT ON COLUMN latency.article_id IS 'the article that completed the finding: of those that show it, the one seen last';
COMMENT ON COLUMN latency.url IS 'that article''s canonical address';
COMMENT ON COLUMN latency.first_published_at IS 'when the earliest of the articles that show it was published, by its own word';
COMMENT ON COLUMN latency.published_at IS 'when the completing article was published, by its own word; null where it states none';
COMMENT ON COLUMN latency.dated_by_day IS 'whether that is a day alone: then it is the day''s midnight, and nothing is counted from it';
COMMENT ON COLUMN latency.first_seen_at IS 'when it was first seen in a feed';
COMMENT ON COLUMN latency.read_at IS 'when it was first read';
COMMENT ON COLUMN latency.judged_at IS 'when it was judged; null where it was judged again since';
COMMENT ON COLUMN latency.found_at IS 'when it was decided to alert';
COMMENT ON COLUMN latency.sent_at IS 'when the first message that tells of it was accepted; null where none was';
COMMENT ON COLUMN latency.minutes_to_seen IS 'from publication to first sight; null where no time of day is stated, negative where the article is dated ahead';
COMMENT ON COLUMN latency.minutes_to_read IS 'from first sight to its text';
COMMENT ON COLUMN latency.minutes_to_judged IS 'from its text to its scores';
COMMENT ON COLUMN latency.minutes_to_found IS 'from its scores to the decision';
COMMENT ON COLUMN latency.minutes_to_sent IS 'from the decision to the first message accepted';
COMMENT ON COLUMN latency.minutes_in_all IS 'from publication to the first message accepted; null where no time of day is stated';
