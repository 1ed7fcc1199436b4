-- Copies are told by their sentences too, articles say where they were published first, and themes surge.

-- one row per article and sentence by which its copies are known, for as long as they are looked for
CREATE TABLE sentence_prints (
    article_id UUID NOT NULL,
    print UBIGINT NOT NULL,
    dated_at TIMESTAMPTZ NOT NULL
);

-- one row per article that says where it was published first
CREATE TABLE originals (
    article_id UUID PRIMARY KEY,
    name VARCHAR NOT NULL,
    url VARCHAR NOT NULL,
    original_id UUID,
    publisher VARCHAR NOT NULL,
    said_by VARCHAR NOT NULL
);

-- one row per finding that a theme surges: what was counted, and what was expected
CREATE TABLE surges (
    finding_id UUID PRIMARY KEY,
    last_day DATE NOT NULL,
    observed INTEGER NOT NULL,
    expected DOUBLE NOT NULL,
    deviation DOUBLE NOT NULL,
    p_value DOUBLE NOT NULL,
    baseline_days INTEGER NOT NULL,
    exposure DOUBLE NOT NULL
);

-- What a feed's own item names as its source.
ALTER TABLE entries ADD COLUMN source_name VARCHAR DEFAULT '';
ALTER TABLE entries ADD COLUMN source_url VARCHAR DEFAULT '';
