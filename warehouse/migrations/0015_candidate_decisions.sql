-- What people decide about candidates.

-- one row per decision on a candidate, in their order: what was meant, written down before it is done; a candidate's state
-- says what holds. before is the digest of the theme that is to be taught, empty where it is to be made
CREATE TABLE candidate_decisions (
    number BIGINT PRIMARY KEY,
    candidate_id VARCHAR NOT NULL,
    what VARCHAR NOT NULL,
    theme_id VARCHAR NOT NULL,
    before VARCHAR NOT NULL,
    given_at TIMESTAMPTZ NOT NULL,
    note VARCHAR NOT NULL,
    given_by VARCHAR NOT NULL
);
