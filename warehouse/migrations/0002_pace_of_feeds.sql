-- The pace of feeds: how often each is asked, where it moved to, and how it stands. A state of before has no standing
-- yet; the next answer gives it one.
ALTER TABLE feed_states ADD COLUMN standing VARCHAR;
ALTER TABLE feed_states ADD COLUMN address VARCHAR;
ALTER TABLE feed_states ADD COLUMN moving_to VARCHAR;
ALTER TABLE feed_states ADD COLUMN moving_times INTEGER;
ALTER TABLE feed_states ADD COLUMN body_at TIMESTAMPTZ;
ALTER TABLE feed_states ADD COLUMN stated_gap DOUBLE;
ALTER TABLE feed_states ADD COLUMN gone_since TIMESTAMPTZ;
ALTER TABLE feed_states ADD COLUMN gone_times INTEGER;
ALTER TABLE feed_states ADD COLUMN empty_since TIMESTAMPTZ;
ALTER TABLE feed_states ADD COLUMN newest_at TIMESTAMPTZ;
ALTER TABLE feed_states ADD COLUMN usual_gap DOUBLE;
UPDATE feed_states SET standing = '', moving_times = 0, gone_times = 0;

-- one row per feed that announced anything: at what pace, and when in the day (UTC) and week; all counts decay with age
CREATE TABLE feed_rhythms (
    feed_id UUID PRIMARY KEY,
    learned_at TIMESTAMPTZ NOT NULL,
    entries DOUBLE NOT NULL,
    days DOUBLE NOT NULL,
    bursts DOUBLE NOT NULL,
    hours DOUBLE[] NOT NULL,
    weekdays DOUBLE[] NOT NULL
);

-- one row per host that asked for a pause and has not answered since
CREATE TABLE host_rests (
    host VARCHAR PRIMARY KEY,
    until TIMESTAMPTZ NOT NULL,
    seconds DOUBLE NOT NULL
);
