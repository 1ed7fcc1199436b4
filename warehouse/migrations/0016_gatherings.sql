-- Candidates are looked for around each article, not in clusters that it is put into once and for all.

-- one row per taxonomy and article that was heard of what no theme explains; one that does not count (history, what a new
-- feed brought along) is no voice
CREATE TABLE heard (
    taxonomy_id VARCHAR NOT NULL,
    article_id UUID NOT NULL,
    counts BOOLEAN NOT NULL,
    PRIMARY KEY (taxonomy_id, article_id)
);

INSERT INTO heard SELECT taxonomy_id, article_id, counts FROM cluster_members;

-- one row per taxonomy and article that may still matter: its date, and its terms as they were weighed when it was heard
CREATE TABLE heard_terms (
    taxonomy_id VARCHAR NOT NULL,
    article_id UUID NOT NULL,
    dated_at TIMESTAMPTZ NOT NULL,
    terms VARCHAR[] NOT NULL,
    weights DOUBLE[] NOT NULL,
    PRIMARY KEY (taxonomy_id, article_id)
);

INSERT INTO heard_terms
SELECT t.taxonomy_id, t.article_id, a.dated_at, t.terms, t.weights
FROM member_terms AS t
JOIN articles AS a USING (article_id);

DROP TABLE member_terms;

DROP TABLE cluster_members;

DROP TABLE clusters;

ALTER TABLE candidates DROP COLUMN cluster_id;

-- how many stories there would have been, were it spoken of as much as before; null where that was not kept yet
ALTER TABLE candidates ADD COLUMN expected DOUBLE;
