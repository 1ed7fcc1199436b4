-- What people say of alerts, and the messages that take one back.

-- one row per verdict that somebody gave, in their order; nothing is changed or taken out, what holds now follows from it
CREATE TABLE verdicts (
    number BIGINT PRIMARY KEY,
    given_at TIMESTAMPTZ NOT NULL,
    what VARCHAR NOT NULL,
    theme_id VARCHAR NOT NULL,
    alert_id UUID,
    until_at TIMESTAMPTZ,
    note VARCHAR NOT NULL,
    given_by VARCHAR NOT NULL
);

-- one row per retracted alert, channel and recipient who had been told: the message that takes it back
CREATE TABLE corrections (
    alert_id UUID NOT NULL,
    channel VARCHAR NOT NULL,
    recipient VARCHAR NOT NULL,
    message_key UUID NOT NULL,
    PRIMARY KEY (alert_id, channel, recipient)
);
