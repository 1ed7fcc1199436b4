-- The first tables. Every relation states its grain; keys are uuid5 values of what they name, so that
-- finding the same thing twice is finding one thing. There are no foreign keys: DuckDB refuses to update
-- a row that another one references even where the key stays.

-- one row per feed ever configured; `configured` is false once it has left feeds.toml
CREATE TABLE feeds (
    feed_id UUID PRIMARY KEY,
    name VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    publisher VARCHAR NOT NULL,
    bloc VARCHAR NOT NULL,
    stance VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    evidence VARCHAR NOT NULL,
    enabled BOOLEAN NOT NULL,
    configured BOOLEAN NOT NULL
);

-- one row per feed that was ever asked for
CREATE TABLE feed_states (
    feed_id UUID PRIMARY KEY,
    etag VARCHAR,
    last_modified VARCHAR,
    body_hash VARCHAR,
    failures DOUBLE NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    checked_at TIMESTAMPTZ,
    succeeded_at TIMESTAMPTZ,
    outcome VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    status INTEGER
);

-- one row per attempt to fetch a feed or a page
CREATE TABLE fetches (
    pass_id UUID NOT NULL,
    kind VARCHAR NOT NULL,
    feed_id UUID NOT NULL,
    article_id UUID,
    tried_at TIMESTAMPTZ NOT NULL,
    outcome VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    status INTEGER,
    raw_bytes BIGINT NOT NULL,
    seconds DOUBLE NOT NULL
);

-- one row per feed and entry
CREATE TABLE entries (
    feed_id UUID NOT NULL,
    guid VARCHAR NOT NULL,
    article_id UUID NOT NULL,
    url VARCHAR,
    link VARCHAR,
    title VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    summary VARCHAR NOT NULL,
    content VARCHAR NOT NULL,
    published_raw VARCHAR NOT NULL,
    published_at TIMESTAMPTZ,
    dated_at TIMESTAMPTZ NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    baseline BOOLEAN NOT NULL,
    PRIMARY KEY (feed_id, guid)
);

-- one row per article whose page was asked for; state is fetched, waiting (for another attempt) or failed (final)
CREATE TABLE pages (
    article_id UUID PRIMARY KEY,
    state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ,
    fetched_at TIMESTAMPTZ NOT NULL,
    final_url VARCHAR NOT NULL,
    content_type VARCHAR NOT NULL,
    page_hash VARCHAR,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL
);

-- one row per article, as it was read
CREATE TABLE articles (
    article_id UUID PRIMARY KEY,
    url VARCHAR NOT NULL,
    feed_id UUID NOT NULL,
    title VARCHAR NOT NULL,
    author VARCHAR NOT NULL,
    institution VARCHAR,
    genre VARCHAR,
    published_at TIMESTAMPTZ,
    dated_at TIMESTAMPTZ NOT NULL,
    first_seen_at TIMESTAMPTZ NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    baseline BOOLEAN NOT NULL,
    language VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    text_source VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    fingerprint UBIGINT NOT NULL,
    page_hash VARCHAR
);

-- one row per article and text it once had
CREATE TABLE revisions (
    article_id UUID NOT NULL,
    revision INTEGER NOT NULL,
    read_at TIMESTAMPTZ NOT NULL,
    title VARCHAR NOT NULL,
    text VARCHAR NOT NULL,
    PRIMARY KEY (article_id, revision)
);

-- one row per article: the story it belongs to, named by the article that was compared first
CREATE TABLE stories (
    article_id UUID PRIMARY KEY,
    story_id UUID NOT NULL,
    distance UTINYINT NOT NULL
);

-- one row per set of themes and scorer that ever scored
CREATE TABLE taxonomies (
    taxonomy_id VARCHAR PRIMARY KEY,
    scorer VARCHAR NOT NULL,
    first_used_at TIMESTAMPTZ NOT NULL,
    last_used_at TIMESTAMPTZ NOT NULL
);

-- one row per taxonomy and theme
CREATE TABLE themes (
    taxonomy_id VARCHAR NOT NULL,
    theme_id VARCHAR NOT NULL,
    digest VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    definition VARCHAR NOT NULL,
    PRIMARY KEY (taxonomy_id, theme_id)
);

-- one row per article and taxonomy under which a worker could not judge it, so far
CREATE TABLE misjudgements (
    article_id UUID NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    failed_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL,
    PRIMARY KEY (article_id, taxonomy_id)
);

-- one row per article and taxonomy it was judged under; rejected articles keep their reason here
CREATE TABLE judgements (
    article_id UUID NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    judged_at TIMESTAMPTZ NOT NULL,
    relevant BOOLEAN NOT NULL,
    relevance DOUBLE NOT NULL,
    reason VARCHAR NOT NULL,
    sentences INTEGER NOT NULL,
    co_mentions INTEGER NOT NULL,
    PRIMARY KEY (article_id, taxonomy_id)
);

-- one row per article, theme and taxonomy with any evidence
CREATE TABLE scores (
    article_id UUID NOT NULL,
    theme_id VARCHAR NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    score DOUBLE NOT NULL,
    present BOOLEAN NOT NULL,
    PRIMARY KEY (article_id, theme_id, taxonomy_id)
);

-- one row per sentence and phrase that earned a score
CREATE TABLE evidence (
    article_id UUID NOT NULL,
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
    PRIMARY KEY (article_id, theme_id, taxonomy_id, ordinal)
);

-- one row per article and named entity
CREATE TABLE mentions (
    article_id UUID NOT NULL,
    name VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    count INTEGER NOT NULL,
    PRIMARY KEY (article_id, name, label)
);

-- one row per theme that was found to be new, and what was decided about it
CREATE TABLE findings (
    finding_id UUID PRIMARY KEY,
    kind VARCHAR NOT NULL,
    theme_id VARCHAR NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    window_days INTEGER NOT NULL,
    silence_days INTEGER NOT NULL,
    stories INTEGER NOT NULL,
    publishers VARCHAR[] NOT NULL,
    blocs VARCHAR[] NOT NULL,
    decision VARCHAR NOT NULL
);

-- one row per finding and article that shows it
CREATE TABLE finding_articles (
    finding_id UUID NOT NULL,
    article_id UUID NOT NULL,
    PRIMARY KEY (finding_id, article_id)
);

-- one row per alert
CREATE TABLE alerts (
    alert_id UUID PRIMARY KEY,
    finding_id UUID NOT NULL,
    kind VARCHAR NOT NULL,
    theme_id VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL
);

-- one row per message to one recipient; body and message_id never change
CREATE TABLE messages (
    message_key UUID PRIMARY KEY,
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    created_at TIMESTAMPTZ NOT NULL,
    message_id VARCHAR NOT NULL,
    subject VARCHAR NOT NULL,
    body BLOB NOT NULL,
    state VARCHAR NOT NULL,
    attempts INTEGER NOT NULL,
    next_attempt_at TIMESTAMPTZ
);

-- one row per alert, channel and recipient: nobody is told twice
CREATE TABLE alert_messages (
    alert_id UUID NOT NULL,
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    message_key UUID NOT NULL,
    PRIMARY KEY (alert_id, channel, recipient)
);

-- one row per attempt to send a message
CREATE TABLE deliveries (
    message_key UUID NOT NULL,
    tried_at TIMESTAMPTZ NOT NULL,
    result VARCHAR NOT NULL,
    reason VARCHAR NOT NULL,
    detail VARCHAR NOT NULL,
    repeat BOOLEAN NOT NULL
);

-- one row per pass; finished_at is null while it runs, and for one that was killed
CREATE TABLE passes (
    pass_id UUID PRIMARY KEY,
    started_at TIMESTAMPTZ NOT NULL,
    finished_at TIMESTAMPTZ,
    outcome VARCHAR NOT NULL,
    feeds_due INTEGER NOT NULL,
    feeds_failed INTEGER NOT NULL,
    entries_new INTEGER NOT NULL,
    pages_fetched INTEGER NOT NULL,
    articles_read INTEGER NOT NULL,
    articles_judged INTEGER NOT NULL,
    articles_relevant INTEGER NOT NULL,
    findings INTEGER NOT NULL,
    alerts INTEGER NOT NULL,
    messages_sent INTEGER NOT NULL,
    messages_waiting INTEGER NOT NULL,
    messages_given_up INTEGER NOT NULL,
    note VARCHAR NOT NULL
);
