"""Add: an article that somebody names is fetched, read and judged now, by the verbs of the pass."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from extractors.listings import listed_entry
from extractors.themes import JudgeInput
from flows.collecting import collect, read, unread
from flows.history import files
from flows.house import House, Pass, batches
from flows.judging import judge_articles
from flows.modelfile import learn_themes
from flows.monitor import publish_warehouse
from warehouse import articles, history, judgements
from warehouse.connect import Connection
from warehouse.explain import Explanation, explain
from warehouse.history import Standing
from warehouse.passes import PassRecord
from warehouse.store import WarehouseError

PAGES_AT_ONCE = 50
# An address that leads nowhere is more often mistyped than out of order.
MISTYPED = frozenset({"dns_unknown", "connect_refused", "tls"})
NO_ADDRESS = "The address is none of a web page: give one such as https://example.org/article."

State = Literal["added", "known", "no text", "waiting", "failed", "bad address"]


@dataclass(frozen=True, slots=True)
class Added:
    """What came of one address; `found` is there for an article that was read."""

    url: str
    state: State
    article_id: UUID | None = None
    reason: str = ""
    detail: str = ""
    found: Explanation | None = None
    again_at: datetime | None = None


def file_away(
    house: House, asked: Sequence[str], now: datetime, *, news: bool, bad: Mapping[str, str] | None = None
) -> list[Added]:
    """Commit an entry for each address of which nobody has announced the article; what is known or wrong is said.

    `bad` are addresses that will not do, each with a sentence that says why.
    """
    troubles = bad or {}
    filing = files(house)
    first = []
    with house.store.transaction() as con:
        for url in dict.fromkeys(asked):
            filed = filing.for_address(url)
            entry = None if url in troubles else listed_entry(url, filed.feed_id, now, baseline=not news)
            if entry is None:
                detail = troubles.get(url, NO_ADDRESS)
                first.append(Added(url, "bad address", reason="bad_url", detail=detail))
                continue
            known = history.known_as(con, entry.article_id, url)
            if news:
                history.make_news(con, known or entry.article_id)
            if known is None:
                history.save_stand_ins(con, [filed])
                history.save_entries(con, [entry])
            found = explain(con, known) if known else None
            first.append(Added(url, "known" if known else "waiting", known or entry.article_id, found=found))
    return first


def bring_in(house: House, filed: Sequence[Added], now: datetime) -> list[Added]:
    """Fetch, read and judge what was filed and waits, under the pass lock, and publish. Raises PassRunning.

    A page that is not to be had for good is forgotten again; one that may come is left to the passes.
    """
    ids = [added.article_id for added in filed if added.state == "waiting" and added.article_id]
    this = Pass(now, PassRecord(uuid.uuid4(), now))
    with house.store.pass_lock(now):
        with house.store.transaction() as con:
            wanted = history.wanted(con, ids)
            entries = history.entry_keys(con, ids)
        house.watch.begin("collect", len(wanted))
        for batch in batches(wanted, PAGES_AT_ONCE):
            collect(house, this, batch)
        with house.store.transaction() as con:
            standing = history.page_standing(con, ids)
            history.forget(con, [id_ for id_, page in standing.items() if _is_hopeless(page)])
        for pages in unread(house):
            read(house, this, pages)
        with house.store.transaction() as con:
            now_called = history.called_now(con, entries)  # a variant's page may have named the article it belongs to
        _judge(house, this, [now_called.get(id_, id_) for id_ in ids])
    _publish(house, this)
    with house.store.transaction() as con:
        return [_outcome(con, added, standing, now_called, now) for added in filed]


def _is_hopeless(page: Standing) -> bool:
    return page.state == "failed" or page.reason in MISTYPED


def _judge(house: House, this: Pass, ids: Sequence[UUID]) -> None:
    taxonomy = house.settings.taxonomy
    with house.store.transaction() as con:
        last = judgements.latest_taxonomy(con)
        if last not in (None, taxonomy.id):
            return  # the themes were edited: the next pass judges the archive anew, and until then the views stand
        judgements.use_taxonomy(con, taxonomy, this.now)
        read_now = [article for id_ in dict.fromkeys(ids) if (article := articles.read_article(con, id_))]
        unjudged = [a for a in read_now if judgements.read_judgement(con, a.id, taxonomy.id) is None]
    work = [JudgeInput(a.id, a.title, a.text, a.language) for a in unjudged]
    house.watch.begin("judge", len(work))
    if work and learn_themes(house, this):
        judge_articles(house, this, work)


def _publish(house: House, this: Pass) -> None:
    try:
        publish_warehouse(house, this)
    except WarehouseError as error:  # what was added is committed; the next pass publishes it
        this.notes.append(str(error))


def _outcome(
    con: Connection, added: Added, standing: dict[UUID, Standing], now_called: dict[UUID, UUID], now: datetime
) -> Added:
    if added.article_id is None or added.state == "known":
        return added
    article_id = now_called.get(added.article_id, added.article_id)
    found, page = explain(con, article_id), standing.get(added.article_id)
    if found is None:
        why = (page.reason, page.detail) if page else ("", "")
        hopeless = page is not None and _is_hopeless(page)
        return Added(
            added.url, "failed" if hopeless else "waiting", None, *why, again_at=page.next_attempt_at if page else None
        )
    if found.article.read_at < now:  # a variant of what was known
        return Added(added.url, "known", article_id, found=found)
    state: State = "added" if found.article.text else "no text"
    return Added(added.url, state, article_id, found.article.reason, found=found)
