-- Themes that nobody configured: what no theme explains of an article is compared with that of others, and what several
-- publishers say within some days becomes a candidate.

-- one row per article and taxonomy of whose sentences some are explained by no theme, for as long as that may matter;
-- anew is true where the article had been judged before, under other themes or with another text
CREATE TABLE residuals (
    article_id UUID NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    share DOUBLE NOT NULL,
    vector BLOB NOT NULL,
    terms VARCHAR[] NOT NULL,
    weights DOUBLE[] NOT NULL,
    anew BOOLEAN NOT NULL,
    PRIMARY KEY (article_id, taxonomy_id)
);

-- one row per sentence that no theme explained, of each article and taxonomy the best
CREATE TABLE residual_passages (
    article_id UUID NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    ordinal INTEGER NOT NULL,
    sentence VARCHAR NOT NULL,
    start_at INTEGER NOT NULL,
    end_at INTEGER NOT NULL,
    in_title BOOLEAN NOT NULL,
    PRIMARY KEY (article_id, taxonomy_id, ordinal)
);

-- one row per taxonomy and cluster of articles of which the same is unexplained, named by the article that opened it;
-- candidate_id is empty unless it became one, attached_to unless it continues what was known before
CREATE TABLE clusters (
    taxonomy_id VARCHAR NOT NULL,
    cluster_id UUID NOT NULL,
    opened_at TIMESTAMPTZ NOT NULL,
    last_at TIMESTAMPTZ NOT NULL,
    candidate_id VARCHAR NOT NULL,
    attached_to VARCHAR NOT NULL,
    PRIMARY KEY (taxonomy_id, cluster_id)
);

-- one row per taxonomy and clustered article; one that does not count (history, what a new feed brought along) adds no
-- voice
CREATE TABLE cluster_members (
    taxonomy_id VARCHAR NOT NULL,
    article_id UUID NOT NULL,
    cluster_id UUID NOT NULL,
    position INTEGER NOT NULL,
    similarity DOUBLE NOT NULL,
    counts BOOLEAN NOT NULL,
    PRIMARY KEY (taxonomy_id, article_id)
);

-- one row per taxonomy and article in a cluster that lives: its terms as they were weighed when it came
CREATE TABLE member_terms (
    taxonomy_id VARCHAR NOT NULL,
    article_id UUID NOT NULL,
    terms VARCHAR[] NOT NULL,
    weights DOUBLE[] NOT NULL,
    PRIMARY KEY (taxonomy_id, article_id)
);

-- one row per candidate, in whatever state: where it stands by now in meaning and in words, so that nothing like it is
-- new again
CREATE TABLE known (
    candidate_id VARCHAR PRIMARY KEY,
    last_at TIMESTAMPTZ NOT NULL,
    vector BLOB NOT NULL,
    terms VARCHAR[] NOT NULL,
    weights DOUBLE[] NOT NULL
);

-- one row per taxonomy, language and term: in how many clustered articles it stood; an empty term counts all of them
CREATE TABLE term_frequencies (
    taxonomy_id VARCHAR NOT NULL,
    language VARCHAR NOT NULL,
    term VARCHAR NOT NULL,
    articles INTEGER NOT NULL,
    PRIMARY KEY (taxonomy_id, language, term)
);

-- one row per candidate: a theme that nobody configured and several publishers spoke of; quiet says why it raised no
-- alert (burn-in, themes), state is open, promoted, merged or dismissed, theme_id what it became
CREATE TABLE candidates (
    candidate_id VARCHAR PRIMARY KEY,
    cluster_id UUID NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    label VARCHAR NOT NULL,
    phrases VARCHAR[] NOT NULL,
    found_at TIMESTAMPTZ NOT NULL,
    first_at TIMESTAMPTZ NOT NULL,
    cohesion DOUBLE NOT NULL,
    nearest VARCHAR NOT NULL,
    likeness DOUBLE NOT NULL,
    voices INTEGER NOT NULL,
    publishers VARCHAR[] NOT NULL,
    blocs VARCHAR[] NOT NULL,
    languages VARCHAR[] NOT NULL,
    confidence DOUBLE NOT NULL,
    quiet VARCHAR NOT NULL,
    state VARCHAR NOT NULL,
    state_at TIMESTAMPTZ NOT NULL,
    theme_id VARCHAR NOT NULL
);

-- one row per candidate and article that speaks of it
CREATE TABLE candidate_articles (
    candidate_id VARCHAR NOT NULL,
    article_id UUID NOT NULL,
    joined_at TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (candidate_id, article_id)
);
