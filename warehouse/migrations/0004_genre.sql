-- What told an article's genre, in words: nobody believes a label without a reason. Articles read before have neither
-- genre nor cue, and keep none: the views call them unknown.
ALTER TABLE articles ADD COLUMN genre_cue VARCHAR;
