-- Who may be asked for pages, texts that a site shows at every address, and pages that could not be read yet.

-- one row per origin whose robots.txt was asked for; body is null where there is none to be had
CREATE TABLE robots (
    origin VARCHAR PRIMARY KEY,
    asked_at TIMESTAMPTZ NOT NULL,
    status INTEGER,
    reason VARCHAR NOT NULL,
    body VARCHAR,
    answered_at TIMESTAMPTZ,
    unanswered_since TIMESTAMPTZ
);

-- one row per text of a page and article that has it, for some weeks; text_key is of host and text together
CREATE TABLE page_texts (
    text_key UUID NOT NULL,
    article_id UUID NOT NULL,
    title_key UUID NOT NULL,
    length INTEGER NOT NULL,
    read_at TIMESTAMPTZ NOT NULL
);

-- one row per text that a host shows at several addresses: it is no article's
CREATE TABLE boilerplate (
    text_key UUID PRIMARY KEY,
    host VARCHAR NOT NULL,
    found_at TIMESTAMPTZ NOT NULL
);

-- one row per article whose page a worker could not read, so far
CREATE TABLE misreadings (
    article_id UUID PRIMARY KEY,
    attempts INTEGER NOT NULL,
    again_at TIMESTAMPTZ NOT NULL,
    reason VARCHAR NOT NULL
);
