"""A small warehouse with a little of everything, for the tests of what is read out of it."""

from __future__ import annotations

import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from builders import (
    DAY,
    NOW,
    key,
    make_article,
    make_delivery,
    make_entry,
    make_feed,
    make_fetch,
    make_finding,
    make_judgement,
    make_message,
    make_score,
    make_state,
    make_taxonomy,
)
from gleanings import make_candidate, make_residual
from warehouse import articles, candidates, feeds, judgements, outbox, passes, tellings
from warehouse.candidates import Emergence
from warehouse.connect import Connection
from warehouse.records import Alert, Copy, MessageState
from warehouse.store import Store

AMUR = make_feed("Amur Daily")
STEPPE = make_feed("Steppe Review")
VOLGA = make_feed("Volga Post", bloc="russia-state")
HARBIN = make_feed("Harbin Observer", bloc="china-state", language="zh")
ASLEEP = make_feed("Asleep", enabled=False)
LEFT = make_feed("Left Long Ago")

GAS, GAS_AND_GRAIN = make_taxonomy("gas"), make_taxonomy("gas", "grain")

DEAL = make_article("deal", AMUR, title="The gas deal, explained")
COPIED = make_article("deal-copied", VOLGA, title="The gas deal, explained anew")
EARLIER = make_article("earlier", STEPPE, dated_at=NOW - DAY, language="")
THIN = make_article("thin", HARBIN, language="zh", text_source="summary", reason="timeout", first_seen_at=NOW - DAY)
WEAK = make_article("weak", STEPPE, text_source="feed", reason="no_text")
REJECTED = make_article("rejected", HARBIN, title="Harbin's winter festival", language="zh")
READ = (DEAL, COPIED, EARLIER, THIN, WEAK, REJECTED)

FINDING = make_finding([DEAL, COPIED, EARLIER], GAS_AND_GRAIN)
UNTOLD = make_finding([THIN], GAS, found_at=NOW - 2 * DAY)
COOLING = make_finding([WEAK], GAS_AND_GRAIN, theme_id="grain")

SECRET = uuid.uuid5(uuid.NAMESPACE_OID, "body").hex.encode() * 40
RECIPIENTS = ("analyst@ministry.example", "chief@ministry.example")


@contextmanager
def rolled_back(store: Store) -> Iterator[Connection]:
    """A transaction of which nothing is left: tests that need no commit can share one store."""
    with store.transaction() as con:
        try:
            yield con
        finally:
            con.execute("ROLLBACK; BEGIN")


def to_tell(con: Connection, channel: str, recipient: str, since: datetime = NOW - 3650 * DAY) -> list[Alert]:
    """The alerts made since then of which this recipient was not told yet, oldest first."""
    tellings.enrol(con, [(channel, recipient)], since)
    found = tellings.open_alerts(con, [(channel, recipient)], since)
    return outbox.read_alerts(con, [alert.alert_id for alert in found], 3)


def fill(con: Connection) -> None:
    """Two days of five feeds, six articles under two sets of themes, two alerts and their messages."""
    passes.finish(con, passes.PassRecord(key("pass"), NOW, NOW + timedelta(minutes=3), "complete"))
    _poll(con)
    wanted = articles.Wanted(WEAK.id, STEPPE.id, WEAK.url, 0)
    fetched = make_fetch(final_url="https://steppe-review.example/weak/final")
    articles.save_pages(con, key("pass"), [articles.Collected(wanted, fetched)])
    articles.save_articles(con, READ)
    _judge(con)
    _gather(con)
    _tell(con)


def _poll(con: Connection) -> None:
    feeds.sync_feeds(con, [LEFT])
    feeds.sync_feeds(con, [AMUR, STEPPE, VOLGA, HARBIN, ASLEEP])
    announced = {
        AMUR: (
            make_entry("deal", AMUR),
            make_entry("unread", AMUR),
            make_entry("old", AMUR, first_seen_at=NOW - 40 * DAY),
        ),
        # Its own sighting of somebody else's article, seen later.
        STEPPE: (
            make_entry("earlier", STEPPE),
            make_entry("weak", STEPPE),
            make_entry("deal", STEPPE, article_id=DEAL.id, first_seen_at=NOW + timedelta(hours=1)),
        ),
        VOLGA: (make_entry("deal-copied", VOLGA),),
        HARBIN: (make_entry("thin", HARBIN, first_seen_at=NOW - DAY), make_entry("rejected", HARBIN, baseline=True)),
    }
    feeds.save_polls(con, key("yesterday"), [(LEFT, make_fetch(at=NOW - DAY), make_state(LEFT), ())])
    for feed, entries in announced.items():
        feeds.save_polls(con, key("yesterday"), [(feed, make_fetch(at=NOW - DAY), make_state(feed), ())])
        state = make_state(feed)
        if feed is STEPPE:
            state = make_state(feed, outcome="failed", reason="timeout", failures=2.0, status=None)
        feeds.save_polls(con, key("pass"), [(feed, make_fetch(), state, entries)])


def _judge(con: Connection) -> None:
    judgements.use_taxonomy(con, GAS, NOW - 5 * DAY)
    judgements.use_taxonomy(con, GAS_AND_GRAIN, NOW)
    judgements.save_judgements(con, [make_judgement(a, GAS) for a in READ])
    both = GAS_AND_GRAIN
    judgements.save_judgements(
        con,
        [
            make_judgement(DEAL, both, residual=make_residual("ice", "hull")),
            make_judgement(COPIED, both, residual=make_residual("ice")),
            make_judgement(EARLIER, both, ["gas"]),
            make_judgement(THIN, both, ["grain"]),
            make_judgement(WEAK, both, scores=(make_score(WEAK, "gas", score=0.1, present=False),)),
            make_judgement(REJECTED, both, relevant=False, relevance=0.1, reason="no_russia", co_mentions=0),
        ],
    )
    alone = [Copy(a.id, a.id, a.fingerprint, a.dated_at) for a in READ if a is not COPIED]
    judgements.save_stories(con, [*alone, Copy(COPIED.id, DEAL.id, COPIED.fingerprint, COPIED.dated_at, 2)])


def _gather(con: Connection) -> None:
    emerged = Emergence(make_candidate(), (DEAL.id, COPIED.id))
    candidates.save_candidates(con, GAS_AND_GRAIN.id, [emerged], NOW)


def _tell(con: Connection) -> None:
    outbox.save_findings(con, [(FINDING, "alert"), (UNTOLD, "alert"), (COOLING, "cooldown")])
    alerts = outbox.read_alerts(con, [outbox.alert_id(FINDING)], 3)
    sent = make_message(alerts, recipient=RECIPIENTS[0], body=SECRET)
    waiting = make_message(alerts, recipient=RECIPIENTS[1], body=SECRET[::-1])
    posted = make_message(alerts, channel="slack", recipient="newsroom")
    for message in (sent, waiting, posted):
        outbox.save_message(con, message)
    refused = f"550 5.1.1 {RECIPIENTS[1]} is unknown here"
    retry_at = NOW + timedelta(hours=1)
    deliveries = (
        (make_delivery(sent, "unclear", at=NOW - DAY, reason="interrupted"), MessageState.PENDING, None),
        (make_delivery(sent, repeat=True), MessageState.SENT, None),
        (make_delivery(waiting, "retry", reason="smtp_busy", detail=refused), MessageState.PENDING, retry_at),
        (make_delivery(posted, "undeliverable", reason="slack_revoked"), MessageState.UNDELIVERABLE, None),
    )
    for delivery, state, next_attempt_at in deliveries:
        outbox.mark(con, delivery, state, next_attempt_at)
