-- Versions of the themes that can be compared, what people say of single articles, and the thresholds that follow.

-- The theme as it was used, as JSON; null for what was used before this was kept, and for versions long gone.
ALTER TABLE themes ADD COLUMN block VARCHAR;

-- The thresholds in force, by their calibration; null while none was ever learnt.
ALTER TABLE taxonomies ADD COLUMN calibration_id VARCHAR;

-- Whether a theme became present only when an article that had been judged before was judged anew: no news.
-- In steps: a column with this default at once would change a setting, and these are locked.
ALTER TABLE scores ADD COLUMN brought_up BOOLEAN;
ALTER TABLE scores ALTER brought_up SET DEFAULT false;
UPDATE scores SET brought_up = false;

-- one row per verdict on whether an article speaks of a theme, in their order; of one article and theme the last holds
CREATE TABLE theme_verdicts (
    number BIGINT PRIMARY KEY,
    article_id UUID NOT NULL,
    theme_id VARCHAR NOT NULL,
    verdict VARCHAR NOT NULL,
    given_at TIMESTAMPTZ NOT NULL,
    sentence VARCHAR NOT NULL,
    note VARCHAR NOT NULL
);

-- one row per calibration and theme: the score from which it is present, since when, and from how many verdicts
CREATE TABLE calibrations (
    calibration_id VARCHAR NOT NULL,
    taxonomy_id VARCHAR NOT NULL,
    theme_id VARCHAR NOT NULL,
    threshold DOUBLE NOT NULL,
    since TIMESTAMPTZ NOT NULL,
    verdicts INTEGER NOT NULL,
    PRIMARY KEY (calibration_id, theme_id)
);
