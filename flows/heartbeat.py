"""Signs of life: a message to whoever has heard nothing for long, and a ping to whoever watches over Amur."""

from __future__ import annotations

import uuid
from dataclasses import replace
from datetime import datetime
from http import HTTPStatus
from typing import Literal

from alerts import render
from flows.house import House, Pass
from warehouse import outbox, passes, quiet
from warehouse.records import Message, Quiet, Request


def keep_in_touch(house: House, channel: Literal["email", "slack"], recipient: str, this: Pass) -> None:
    """Store a message that there is nothing to tell, if that is due: after every alert has its own message."""
    span = house.settings.heartbeat
    if span is None:
        return
    with house.store.transaction() as con:
        since, waits = quiet.last_told(con, channel, recipient, this.now, span)
        # What waits to be sent breaks the silence by itself; behind a message that fails, a second one would fail too.
        if waits or this.now - since < span:
            return
        facts = _with(quiet.quiet(con, since, this.now), this)
        outbox.save_message(con, _rendered(house, channel, recipient, facts, this.now))


def _with(facts: Quiet, this: Pass) -> Quiet:
    """The facts with what the pass that is under way did."""
    return replace(
        facts,
        passes=facts.passes + 1,
        articles_read=facts.articles_read + this.record.articles_read,
        articles_relevant=facts.articles_relevant + this.record.articles_relevant,
    )


def _rendered(house: House, channel: Literal["email", "slack"], recipient: str, facts: Quiet, now: datetime) -> Message:
    email, key = house.settings.email, uuid.uuid4()
    if channel == "email" and email:
        made = render.quiet_email(facts, render.Envelope(key, email.sender, recipient, now))
    else:
        made = render.quiet_slack(facts, render.Envelope(key, "", recipient, now))
    return Message(key, channel, recipient, now, made.message_id, made.subject, made.body, ())


def ping(house: House, this: Pass) -> None:
    """Ask the address of a watchdog, which raises the alarm when that stops; a failure is noted, no more."""
    (answer,) = house.fetcher.fetch_all([Request(house.settings.ping, "text")])
    if answer.status is not None and answer.status // 100 == HTTPStatus.OK // 100:
        return
    said = f"The watchdog could not be pinged ({answer.reason}): {answer.detail}."
    this.record = replace(this.record, note=f"{this.record.note} {said}".lstrip())
    with house.store.transaction() as con:
        passes.finish(con, this.record)
