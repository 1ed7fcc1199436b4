-- one row per alert and channel it was put on or waits for; an alert that is on none yet has one row without a channel
CREATE VIEW alert_log AS
WITH tries AS (
    SELECT
        message_key,
        max(tried_at) AS last_tried_at,
        min(tried_at) FILTER (WHERE result = 'sent') AS sent_at,
        max({'tried_at': tried_at, 'unsent': result <> 'sent', 'repeat': repeat, 'reason': reason}).reason AS reason,
        bool_or(repeat) AS repeated
    FROM deliveries
    GROUP BY message_key
),

told AS (
    SELECT
        l.alert_id,
        l.channel,
        count(*) AS messages,
        count(*) FILTER (WHERE m.state = 'sent') AS sent,
        count(*) FILTER (WHERE m.state IN ('pending', 'sending')) AS waiting,
        count(*) FILTER (WHERE m.state = 'undeliverable') AS undeliverable,
        count(*) FILTER (WHERE m.state = 'held') AS held,
        count(*) FILTER (WHERE m.state = 'withdrawn') AS withdrawn,
        max(m.attempts) AS attempts,
        min(m.created_at) AS rendered_at,
        min(t.sent_at) AS first_sent_at,
        max(t.last_tried_at) AS last_tried_at,
        min(m.next_attempt_at) FILTER (WHERE m.state = 'pending') AS next_attempt_at,
        -- A null would be the greatest of all moments: a message that was never tried has no reason to give.
        max({'tried_at': t.last_tried_at, 'reason': t.reason}) FILTER (
            WHERE m.state <> 'sent' AND t.last_tried_at IS NOT NULL
        ).reason AS reason,
        coalesce(bool_or(t.repeated), false) AS repeated
    FROM alert_messages AS l
    JOIN messages AS m USING (message_key)
    LEFT JOIN tries AS t USING (message_key)
    GROUP BY l.alert_id, l.channel
),

later AS (
    SELECT alert_id, channel, count(*) AS recipients, min(until_at) AS until_at, min_by(because, until_at) AS because
    FROM waits
    GROUP BY alert_id, channel
),

channels AS (
    SELECT alert_id, channel FROM told
    UNION
    SELECT alert_id, channel FROM later
),

said AS (
    SELECT
        alert_id,
        min(given_at) FILTER (WHERE what = 'ack') AS acknowledged_at,
        min(given_at) FILTER (WHERE what = 'retract') AS retracted_at,
        min_by(note, number) FILTER (WHERE what = 'retract') AS because
    FROM verdicts
    WHERE alert_id IS NOT NULL
    GROUP BY alert_id
)

SELECT
    a.alert_id,
    a.kind,
    a.theme_id,
    coalesce(n.label, d.label, a.theme_id) AS theme,
    a.created_at,
    c.channel,
    CASE
        WHEN c.channel IS NULL THEN 'untold'
        WHEN t.held > 0 THEN 'held'
        WHEN t.undeliverable > 0 THEN 'undeliverable'
        WHEN t.waiting > 0 THEN 'waiting'
        WHEN l.recipients > 0 AND v.retracted_at IS NULL THEN 'later'
        WHEN t.sent > 0 THEN 'sent'
        ELSE 'withdrawn'
    END AS state,
    coalesce(t.messages, 0) AS messages,
    coalesce(t.sent, 0) AS sent,
    coalesce(t.waiting, 0) AS waiting,
    coalesce(t.undeliverable, 0) AS undeliverable,
    coalesce(t.held, 0) AS held,
    coalesce(t.withdrawn, 0) AS withdrawn,
    coalesce(l.recipients, 0) AS later,
    l.until_at AS later_at,
    coalesce(l.because, '') AS later_because,
    coalesce(t.attempts, 0) AS attempts,
    t.rendered_at,
    t.first_sent_at,
    t.last_tried_at,
    t.next_attempt_at,
    coalesce(t.reason, '') AS reason,
    coalesce(t.repeated, false) AS repeated,
    CASE
        WHEN v.retracted_at IS NOT NULL THEN 'retracted'
        WHEN v.acknowledged_at IS NOT NULL THEN 'acked'
        ELSE 'unread'
    END AS verdict,
    v.acknowledged_at,
    v.retracted_at,
    coalesce(v.because, '') AS because
FROM alerts AS a
JOIN findings AS f USING (finding_id)
LEFT JOIN channels AS c USING (alert_id)
LEFT JOIN told AS t ON t.alert_id = c.alert_id AND t.channel = c.channel
LEFT JOIN later AS l ON l.alert_id = c.alert_id AND l.channel = c.channel
LEFT JOIN said AS v ON v.alert_id = a.alert_id
LEFT JOIN themes AS n ON n.taxonomy_id = f.taxonomy_id AND n.theme_id = a.theme_id
LEFT JOIN candidates AS d ON d.candidate_id = a.theme_id;

COMMENT ON VIEW alert_log IS 'one row per alert and channel it was put on or waits for; an alert that is on none yet has one row without a channel. What was told, when, and what still waits; nobody''s address is in here.';
COMMENT ON COLUMN alert_log.alert_id IS 'the alert''s key';
COMMENT ON COLUMN alert_log.kind IS 'the kind of finding it tells of';
COMMENT ON COLUMN alert_log.theme_id IS 'the theme''s id in themes.toml, or the candidate''s';
COMMENT ON COLUMN alert_log.theme IS 'the theme''s label at the time';
COMMENT ON COLUMN alert_log.created_at IS 'when it was decided to alert';
COMMENT ON COLUMN alert_log.channel IS 'email or slack; null while it is on no channel and waits for none';
COMMENT ON COLUMN alert_log.state IS 'the worst of its messages'': held, undeliverable, waiting (to be sent), later (not made yet: it waits for its hour), sent; withdrawn where none but retracted ones were to go; untold without any of these';
COMMENT ON COLUMN alert_log.messages IS 'messages on this channel, one per recipient';
COMMENT ON COLUMN alert_log.sent IS 'messages that were accepted';
COMMENT ON COLUMN alert_log.waiting IS 'messages still to be sent';
COMMENT ON COLUMN alert_log.undeliverable IS 'messages given up';
COMMENT ON COLUMN alert_log.held IS 'messages of which it is unclear whether they arrived, and which are not sent again';
COMMENT ON COLUMN alert_log.withdrawn IS 'messages that were not sent because all they told of was retracted';
COMMENT ON COLUMN alert_log.later IS 'recipients who are told later, as of the last pass';
COMMENT ON COLUMN alert_log.later_at IS 'when the first of them is told';
COMMENT ON COLUMN alert_log.later_because IS 'what that waits for: digest, quiet hours, or both';
COMMENT ON COLUMN alert_log.attempts IS 'most attempts that one message took, since it was last given a fresh try';
COMMENT ON COLUMN alert_log.rendered_at IS 'when the first message was rendered';
COMMENT ON COLUMN alert_log.first_sent_at IS 'when the first message was accepted';
COMMENT ON COLUMN alert_log.last_tried_at IS 'the last attempt';
COMMENT ON COLUMN alert_log.next_attempt_at IS 'the next attempt, where one waits';
COMMENT ON COLUMN alert_log.reason IS 'why the last attempt at a message that is not sent failed; empty where all are sent, or none was tried';
COMMENT ON COLUMN alert_log.repeated IS 'whether a message may have been delivered twice, with the same Message-ID';
COMMENT ON COLUMN alert_log.verdict IS 'retracted: it was wrong; acked: somebody saw to it; unread: nobody said anything of it';
COMMENT ON COLUMN alert_log.acknowledged_at IS 'when it was acknowledged first';
COMMENT ON COLUMN alert_log.retracted_at IS 'when it was retracted';
COMMENT ON COLUMN alert_log.because IS 'why it was retracted, if that was said';
