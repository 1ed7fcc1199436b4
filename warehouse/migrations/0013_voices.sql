-- A bloc takes up a theme that it had kept silent about, or denies what it used to affirm.

-- one row per finding that a bloc takes up a theme: what it told meanwhile, and how much others spoke of it
CREATE TABLE new_voices (
    finding_id UUID PRIMARY KEY,
    bloc VARCHAR NOT NULL,
    told INTEGER NOT NULL,
    share DOUBLE NOT NULL,
    p_value DOUBLE NOT NULL
);

-- one row per finding that a bloc denies what it affirmed: its stories in the window and before, and those that deny
CREATE TABLE turns (
    finding_id UUID PRIMARY KEY,
    bloc VARCHAR NOT NULL,
    denied INTEGER NOT NULL,
    stories INTEGER NOT NULL,
    denied_before INTEGER NOT NULL,
    stories_before INTEGER NOT NULL,
    p_value DOUBLE NOT NULL
);
