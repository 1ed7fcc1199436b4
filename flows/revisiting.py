"""Revisit: pages of relevant articles are looked at again, and their former texts kept."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from uuid import UUID

from extractors import polling
from extractors.revisions import Known, Look, judged_by_answer, look_again, next_visit
from extractors.workers import Failed
from flows.collecting import PAGES_AT_ONCE
from flows.house import House, Pass, batches
from flows.permission import fetch_pages, was_left
from warehouse import revisions
from warehouse.connect import Connection
from warehouse.records import Fetch, Request
from warehouse.revisions import Due, Remembered, Visit


def visits_due(house: House, con: Connection, now: datetime) -> bool:
    """Whether any page is to be looked at again."""
    days, taxonomy_id = house.settings.revisit, house.settings.taxonomy.id
    return bool(days and revisions.due_again(con, taxonomy_id, days, now, limit=1, per_host=1))


def due_again(house: House, this: Pass) -> Iterator[Sequence[Due]]:
    """Articles whose page is to be looked at again, batch by batch."""
    settings = house.settings
    if not settings.revisit or (polling.network_down(this.fetches) and not this.heard):
        return
    with house.store.transaction() as con:
        due = revisions.due_again(
            con, settings.taxonomy.id, settings.revisit, this.now, settings.pages_per_pass, settings.pages_per_host
        )
    house.watch.begin("revisit", len(due))
    yield from batches(due, PAGES_AT_ONCE)


def revisit(house: House, this: Pass, due: Sequence[Due]) -> None:
    """Fetch pages again and compare; a changed text takes the place of the old one, which is kept."""
    requests = [Request(d.address, "page", d.etag, d.last_modified, d.body_hash) for d in due]
    answers = fetch_pages(house, requests, this.now)
    if polling.network_down(answers):
        return  # it is our own network: they stay due
    answered = [
        (d, a) for d, a in zip(due, answers, strict=True) if not was_left(a, patient=_is_patient(house, d, this))
    ]
    visits = _looked_at(house, answered, this.now)
    for visit in visits:
        if visit.outcome == "changed" and visit.fetch.body is not None:
            house.store.pages.put(visit.fetch.body, this.now)
    with house.store.transaction() as con:
        revisions.save_visits(con, this.id, visits, this.now)
    for visit in visits:
        house.watch.advance("revisit", failed=visit.outcome == "unreachable")
    this.notes += _notes(visits)


def _is_patient(house: House, due: Due, this: Pass) -> bool:
    """Whether a page whose host pauses, or has others in line, can wait for a later pass."""
    return this.now < due.first_read_at + house.settings.revisit[-1] + revisions.LATE


def _looked_at(house: House, answered: Sequence[tuple[Due, Fetch]], now: datetime) -> list[Visit]:
    """What became of each: told by the answer, or by reading the page in a worker."""
    looks = {i: look for i, (_, answer) in enumerate(answered) if (look := judged_by_answer(answer))}
    unread = [i for i in range(len(answered)) if i not in looks]
    with house.store.transaction() as con:
        texts = revisions.remembered(con, [answered[i][0].article_id for i in unread])
    work = [_work(house, *answered[i], texts, now) for i in unread]
    results = house.workers.map(look_again, work, 2 * house.settings.deadlines.page)  # two pages are read
    looks |= {i: _look(result) for i, result in zip(unread, results, strict=True)}
    return [_visit(house, *pair, looks[i], now) for i, pair in enumerate(answered)]


def _work(
    house: House, due: Due, answer: Fetch, texts: Mapping[UUID, Remembered], now: datetime
) -> tuple[Known, bytes, str, str, str, datetime]:
    text = texts[due.article_id]
    page = house.store.pages.get(text.page_hash) if text.page_hash else None
    known = Known(text.title, text.text, text.language, page, text.content_type)
    return known, answer.body or b"", answer.content_type, answer.final_url, due.address, now


def _look(result: Look | Failed) -> Look:
    return Look("unreachable", result.reason) if isinstance(result, Failed) else result


def _visit(house: House, due: Due, fetch: Fetch, look: Look, now: datetime) -> Visit:
    next_at = next_visit(due.first_read_at, house.settings.revisit, now)
    return Visit(due, fetch, look.outcome, look.reason, next_at, look.reading, look.words_added, look.words_removed)


def _notes(visits: Sequence[Visit]) -> list[str]:
    counted = Counter(visit.outcome for visit in visits)
    return [
        f"{'1 article has' if n == 1 else f'{n} articles have'} been {what} since Amur read "
        f"{'it' if n == 1 else 'them'}; `amur articles diff` shows how."
        for what, n in (("changed", counted["changed"]), ("withdrawn", counted["withdrawn"]))
        if n
    ]
