"""The pass: what Amur does, once, from feed to message.

Every verb asks the warehouse what is missing and commits what it did, so a pass killed anywhere is
finished by the next one. `run_pass` is the whole story; `step` decides how each batch is carried out:
directly here, as a Prefect task in `flows.prefect_flows`.
"""

from __future__ import annotations

import uuid
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from datetime import datetime

from flows.collecting import collect, read, uncollected, unread
from flows.heartbeat import ping
from flows.house import House, Pass
from flows.judging import compare_and_decide, judge_articles, unjudged
from flows.keeping import keep_house
from flows.polling import due_feeds, poll
from flows.rescoring import take_up
from flows.revisiting import due_again, revisit, visits_due
from flows.safekeeping import back_up, recall_lost, require_room
from flows.telling import tell
from warehouse import feeds, passes, retention
from warehouse.passes import PassRecord
from warehouse.publish import publish
from warehouse.store import WarehouseError

COMPLETE, NO_FEED, BROKEN_OFF = "complete", "no feed reached", "broken off"

Step = Callable[..., None]


def directly(verb: Callable[..., None], *args: object) -> None:
    """Carry out one batch here and now."""
    verb(*args)


def run_pass(house: House, now: datetime, step: Step = directly, *, send: bool = True) -> PassRecord:
    """Run one pass and return its record.

    Raises `PassRunning` when another pass is at work, `WarehouseError` when the warehouse fails; what
    was committed until then stays and the next pass goes on from there.
    """
    with house.store.pass_lock(now):
        this = _begin(house, now)
        try:
            _go_through(house, this, step, send=send)
        except BaseException:
            with suppress(WarehouseError):  # it may be what broke the pass off
                _finish(house, this, BROKEN_OFF)
            raise
        if _finish(house, this, NO_FEED if _heard_nobody(house, this) else COMPLETE):
            step(keep_house, house, this)
        step(back_up, house, this)
        step(publish_warehouse, house, this)
        if house.settings.ping and this.record.outcome == COMPLETE:
            step(ping, house, this)
    return this.record


def _go_through(house: House, this: Pass, step: Step, *, send: bool) -> None:
    """The verbs, in their order."""
    for due in due_feeds(house, this):
        step(poll, house, this, due)
    if not at_rest(house, this):
        for wanted in uncollected(house, this):
            step(collect, house, this, wanted)
        for pages in unread(house):
            step(read, house, this, pages)
        for visits in due_again(house, this):
            step(revisit, house, this, visits)
        for articles in unjudged(house, this):
            step(judge_articles, house, this, articles)
    step(compare_and_decide, house, this)
    if send:
        step(tell, house, this)


def at_rest(house: House, this: Pass) -> bool:
    """Whether no article is anywhere on its way: most passes bring none, and one question is cheaper than four."""
    with house.store.transaction() as con:
        waits = passes.what_waits(con, house.settings.taxonomy.id, this.now)
        return not (waits.entries or waits.pages or waits.articles or visits_due(house, con, this.now))


def publish_warehouse(house: House, this: Pass) -> None:
    """Put the analysts' file in place."""
    publish(house.store, this.now)


def _begin(house: House, now: datetime) -> Pass:
    require_room(house)
    with house.store.transaction() as con:
        lost = recall_lost(house, con)
        feeds.sync_feeds(con, house.settings.feeds)
        edited = take_up(con, house.settings.taxonomy, now).note
        return Pass(now, passes.begin(con, uuid.uuid4(), now), [note for note in (lost, edited) if note])


def _heard_nobody(house: House, this: Pass) -> bool:
    """Whether all feeds that were asked failed; a single one that is due alone proves nothing."""
    enabled = sum(feed.enabled for feed in house.settings.feeds)
    return this.record.feeds_failed == this.record.feeds_due >= max(1, min(3, enabled))


def _finish(house: House, this: Pass, outcome: str) -> bool:
    """Write down how the pass ended; whether the day's upkeep is still to be done."""
    if outcome == NO_FEED:
        this.notes.append("No feed could be read. Nothing is lost: the next pass asks again; `amur status` says why.")
    note = " ".join(dict.fromkeys(this.notes))  # batches may say the same
    this.record = replace(this.record, finished_at=house.clock(), outcome=outcome, note=note)
    with house.store.transaction() as con:
        passes.finish(con, this.record)
        upkeep = retention.is_due(con, "all", this.now)
    house.store.journal.passed(this.record)
    return upkeep
