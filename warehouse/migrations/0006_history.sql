-- History: what was published before anybody watched. It is filed under feeds of its own, which stand for those that
-- are watched, so that what a feed announces is the same with history and without.

-- In three steps: a column with this default at once would change a setting, and these are locked.
ALTER TABLE feeds ADD COLUMN history BOOLEAN;
ALTER TABLE feeds ALTER history SET DEFAULT false;
ALTER TABLE feeds ADD COLUMN stands_for UUID;
-- Last: a table that was updated cannot be altered in the same transaction.
UPDATE feeds SET history = false;

-- one row per backfill: the archive of a feed, a sitemap or a file, and what of it was asked for
CREATE TABLE backfills (
    backfill_id UUID PRIMARY KEY,
    kind VARCHAR NOT NULL,
    what VARCHAR NOT NULL,
    options VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ
);

-- one row per backfill and page of its archive: walked, or waiting for its turn
CREATE TABLE backfill_pages (
    backfill_id UUID NOT NULL,
    page VARCHAR NOT NULL,
    ordinal INTEGER NOT NULL,
    depth INTEGER NOT NULL,
    state VARCHAR NOT NULL,
    listed INTEGER NOT NULL,
    found INTEGER NOT NULL,
    digest VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    PRIMARY KEY (backfill_id, page)
);

-- one row per backfill and article that it found, and that nobody had announced before
CREATE TABLE backfill_articles (
    backfill_id UUID NOT NULL,
    article_id UUID NOT NULL,
    PRIMARY KEY (backfill_id, article_id)
);
