-- Texts that change, are withdrawn or come back, and what is forgotten after a time. A revision says how it ended, so
-- that each is written once: what an article's latest one is like stands in articles.

ALTER TABLE articles ADD COLUMN withdrawn_at TIMESTAMPTZ;
ALTER TABLE articles ADD COLUMN dropped_at TIMESTAMPTZ;

ALTER TABLE revisions ADD COLUMN ended_at TIMESTAMPTZ;
ALTER TABLE revisions ADD COLUMN ended_by VARCHAR;
ALTER TABLE revisions ADD COLUMN reason VARCHAR;
ALTER TABLE revisions ADD COLUMN words_added INTEGER;
ALTER TABLE revisions ADD COLUMN words_removed INTEGER;
ALTER TABLE revisions ADD COLUMN page_hash VARCHAR;

-- one row per article whose page was looked at again; next_at is null once that was done for the last time
CREATE TABLE visits (
    article_id UUID PRIMARY KEY,
    first_read_at TIMESTAMPTZ NOT NULL,
    visits INTEGER NOT NULL,
    visited_at TIMESTAMPTZ NOT NULL,
    next_at TIMESTAMPTZ,
    outcome VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    body_hash VARCHAR,
    etag VARCHAR,
    last_modified VARCHAR
);

-- one row per sentence and phrase that earned a score in a text that its article no longer has
CREATE TABLE past_evidence (
    article_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    theme_id VARCHAR NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    ordinal INTEGER NOT NULL,
    sentence VARCHAR NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    in_title BOOLEAN NOT NULL,
    phrase VARCHAR NOT NULL,
    strength VARCHAR NOT NULL,
    weight DOUBLE NOT NULL,
    PRIMARY KEY (article_id, revision, theme_id, taxonomy_id, ordinal)
);

-- one row per kind of upkeep: up to which moment it is done
CREATE TABLE upkeep (
    what VARCHAR PRIMARY KEY,
    done_until TIMESTAMPTZ NOT NULL
);
