-- one row per configured feed
CREATE VIEW feed_health AS
WITH announced AS (
    SELECT
        feed_id,
        max(first_seen_at) AS last_entry_at,
        count(*) FILTER (
            WHERE first_seen_at > (SELECT max(checked_at) FROM feed_states) - INTERVAL 30 DAY
        ) AS entries_30_days
    FROM entries
    GROUP BY feed_id
),

words (reason, in_words) AS (
    VALUES
    ('', ''),
    ('connect_refused', 'nothing answers at its address'),
    ('connection_reset', 'its server broke the connection off'),
    ('dns_unknown', 'the name of its server is not known'),
    ('dns_temporary', 'names could not be looked up just then'),
    ('timeout', 'its server did not answer in time'),
    ('deadline', 'its answer, or reading it, took too long'),
    ('too_large', 'its answer is larger than allowed'),
    ('protocol', 'its server does not speak proper HTTP'),
    ('truncated', 'its answer was cut off'),
    ('bad_encoding', 'its answer is compressed in a way that is refused, or damaged'),
    ('tls', 'its certificate or encryption is not in order'),
    ('redirects', 'it redirects too often, or nowhere'),
    ('bad_scheme', 'it leads to an address that is not on the web'),
    ('bad_url', 'its address cannot be used'),
    ('private_address', 'it leads to a private network address, which is never dialled'),
    ('empty_body', 'its answer is empty'),
    ('unexpected_status', 'its server answered with an unexpected status'),
    ('unexpected_304', 'its server said "unchanged" though nothing was known of it'),
    ('unauthorized', 'it wants a login'),
    ('forbidden', 'its server forbids access'),
    ('bot_challenge', 'its server asks for proof of being human'),
    ('not_found', 'it is not there (404)'),
    ('gone', 'it is gone for good (410)'),
    ('rate_limited', 'its server asks us to come less often'),
    ('unavailable', 'its server is out of service just now'),
    ('not_a_feed', 'what it gives is no feed'),
    ('html_not_feed', 'it gives a web page instead of a feed'),
    ('bad_charset', 'its characters cannot be decoded'),
    ('refused', 'its markup is of a kind that is not read'),
    ('not_well_formed', 'its markup is broken beyond reading'),
    ('crashed', 'reading it crashed the reader'),
    ('memory', 'reading it took too much memory'),
    ('error', 'reading it failed')
)

SELECT
    f.feed_id,
    f.name AS feed,
    f.publisher,
    f.bloc,
    f.language,
    f.enabled,
    CASE
        WHEN NOT f.enabled THEN 'paused'
        WHEN s.feed_id IS NULL THEN 'never asked'
        WHEN s.standing <> '' THEN s.standing
        WHEN s.outcome = 'failed' THEN 'failing'
        ELSE 'ok'
    END AS standing,
    coalesce(s.outcome, 'never asked') AS outcome,
    coalesce(s.reason, '') AS reason,
    CASE
        WHEN s.reason <> '' THEN coalesce(w.in_words, s.reason)
        WHEN s.standing = 'silent' THEN 'it answers, and there is nothing in it'
        WHEN s.standing = 'frozen' THEN 'it answers, and nothing in it is newer than ' || strftime(s.newest_at, '%Y-%m-%d')
        WHEN s.standing = 'moved' THEN 'its server says that it has moved to ' || s.address
        ELSE ''
    END AS in_words,
    coalesce(s.detail, '') AS detail,
    s.status,
    coalesce(s.failures, 0) AS failures,
    s.checked_at,
    s.succeeded_at,
    s.next_attempt_at,
    s.address AS moved_to,
    s.newest_at AS newest_entry_dated,
    a.last_entry_at,
    coalesce(a.entries_30_days, 0) AS entries_30_days
FROM feeds AS f
LEFT JOIN feed_states AS s USING (feed_id)
LEFT JOIN announced AS a USING (feed_id)
LEFT JOIN words AS w ON w.reason = s.reason
WHERE f.configured;

COMMENT ON VIEW feed_health IS 'one row per configured feed. Whether we hear it, and if not, why.';
COMMENT ON COLUMN feed_health.feed_id IS 'the feed''s key';
COMMENT ON COLUMN feed_health.feed IS 'its name in feeds.toml';
COMMENT ON COLUMN feed_health.publisher IS 'the house behind it';
COMMENT ON COLUMN feed_health.bloc IS 'whose voice it is, as configured';
COMMENT ON COLUMN feed_health.language IS 'its language, as configured';
COMMENT ON COLUMN feed_health.enabled IS 'whether it is asked at all';
COMMENT ON COLUMN feed_health.standing IS 'ok; failing; resting: it failed so often that it is asked as seldom as can be, or its server asked for a pause; gone: its server says so, it is asked weekly; silent: it answers and holds nothing; frozen: nothing in it has been new for long, compared with its habit; moved: well, at another address; paused; never asked';
COMMENT ON COLUMN feed_health.outcome IS 'how the last attempt ended: new, unchanged, failed, or never asked';
COMMENT ON COLUMN feed_health.reason IS 'why it failed, in one word; empty when all is well';
COMMENT ON COLUMN feed_health.in_words IS 'the same in words; and why a feed that answers is silent, frozen or moved';
COMMENT ON COLUMN feed_health.detail IS 'what exactly was said, where more is known';
COMMENT ON COLUMN feed_health.status IS 'HTTP status of the last answer; null where there was none';
COMMENT ON COLUMN feed_health.failures IS 'failures in a row; a passing cause counts a part of one';
COMMENT ON COLUMN feed_health.checked_at IS 'the last attempt';
COMMENT ON COLUMN feed_health.succeeded_at IS 'the last good answer; null where there never was one';
COMMENT ON COLUMN feed_health.next_attempt_at IS 'not asked again before';
COMMENT ON COLUMN feed_health.moved_to IS 'the address that it is asked at since its server said, three times in a row, that it has moved for good; else null';
COMMENT ON COLUMN feed_health.newest_entry_dated IS 'the date of the newest entry that it ever announced';
COMMENT ON COLUMN feed_health.last_entry_at IS 'when its last new entry was first seen';
COMMENT ON COLUMN feed_health.entries_30_days IS 'new entries in the 30 days before any feed was last asked';
