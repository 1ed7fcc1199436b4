-- Likeness to the statements of a theme is evidence beside phrases, and a sentence says whose claim it is. What was judged
-- before has neither: null, not false.
ALTER TABLE scores ADD COLUMN lexical DOUBLE;
ALTER TABLE scores ADD COLUMN semantic DOUBLE;

ALTER TABLE evidence ADD COLUMN statement VARCHAR;
ALTER TABLE evidence ADD COLUMN likeness DOUBLE;
ALTER TABLE evidence ADD COLUMN quoted BOOLEAN;
ALTER TABLE evidence ADD COLUMN speaker VARCHAR;
ALTER TABLE evidence ADD COLUMN negated BOOLEAN;
ALTER TABLE evidence ADD COLUMN hedged BOOLEAN;

ALTER TABLE past_evidence ADD COLUMN statement VARCHAR;
ALTER TABLE past_evidence ADD COLUMN likeness DOUBLE;
ALTER TABLE past_evidence ADD COLUMN quoted BOOLEAN;
ALTER TABLE past_evidence ADD COLUMN speaker VARCHAR;
ALTER TABLE past_evidence ADD COLUMN negated BOOLEAN;
ALTER TABLE past_evidence ADD COLUMN hedged BOOLEAN;
