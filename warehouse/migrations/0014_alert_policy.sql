-- Alerts that respect people: voices that are muted, themes told once more, and messages that wait for their hour.

-- one row per thing that somebody said of a voice, in their order; a voice is a feed, a publisher or a bloc
CREATE TABLE voice_verdicts (
    number BIGINT PRIMARY KEY,
    given_at TIMESTAMPTZ NOT NULL,
    what VARCHAR NOT NULL,
    facet VARCHAR NOT NULL,
    name VARCHAR NOT NULL,
    until_at TIMESTAMPTZ,
    given_by VARCHAR NOT NULL
);

-- one row per finding that is told although its theme cools down: the alert that silenced it, and what is new since
CREATE TABLE escalations (
    finding_id UUID PRIMARY KEY,
    past_alert_id UUID NOT NULL,
    past_at TIMESTAMPTZ NOT NULL,
    past_publishers INTEGER NOT NULL,
    new_blocs VARCHAR[] NOT NULL
);

-- one row per channel and recipient that alerts were ever meant for: from when on made alerts are theirs
CREATE TABLE addressees (
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    told_from TIMESTAMPTZ NOT NULL,
    PRIMARY KEY (channel, recipient)
);

-- one row per alert, channel and recipient that it was not for, once all those whom it was for had been told
CREATE TABLE passed_over (
    alert_id UUID NOT NULL,
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    PRIMARY KEY (alert_id, channel, recipient)
);

-- one row per alert, channel and recipient who is told of it later, as of the last pass: when, and why then
CREATE TABLE waits (
    alert_id UUID NOT NULL,
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    until_at TIMESTAMPTZ NOT NULL,
    because VARCHAR NOT NULL,
    PRIMARY KEY (alert_id, channel, recipient)
);
