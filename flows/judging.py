"""Judge, compare and decide: articles get scores, copies become stories, what is new becomes an alert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime
from uuid import UUID

from extractors.themes import JudgeInput, judge
from extractors.workers import Failed
from flows.calibrating import calibrate
from flows.comparing import place_in_stories
from flows.deciding import Asked, decide
from flows.gathering import candidate_findings
from flows.house import House, Pass
from flows.modelfile import learn_themes, model_of
from warehouse import articles, judgements, outbox, passes, theme_verdicts
from warehouse.calibrations import Threshold
from warehouse.connect import Connection
from warehouse.findings import Decided
from warehouse.records import Judgement

# The size of a retry and of a transaction; larger where the archive is judged anew, to stay under a hundred tasks.
ARTICLES_AT_ONCE, MOST_BATCHES = 100, 40
ATTEMPTS = 3  # to judge an article, each in another pass


def unjudged(house: House, this: Pass) -> Iterator[Sequence[JudgeInput]]:
    """Articles without a judgement under the configured themes, batch by batch."""
    taxonomy_id = house.settings.taxonomy.id
    with house.store.transaction() as con:
        waiting = passes.what_waits(con, taxonomy_id, this.now).articles
    if not waiting or not learn_themes(house, this):
        return iter(())
    size = max(ARTICLES_AT_ONCE, -(-waiting // MOST_BATCHES))
    house.watch.begin("judge", waiting)  # all at once: it may be the archive, of which one wants to know how long

    def ask() -> Sequence[JudgeInput]:
        with house.store.transaction() as con:
            rows = articles.articles_to_judge(con, taxonomy_id, this.now, size)
        return [JudgeInput(*row) for row in rows]

    return iter(ask, [])


def judge_articles(house: House, this: Pass, unjudged: Sequence[JudgeInput]) -> None:
    """Judge articles under the configured themes; one that fails again and again is rejected with the reason."""
    taxonomy = house.settings.taxonomy
    results = judge_all(house, unjudged, this.now)
    judged = [result for result in results if not isinstance(result, Failed)]
    failed = [(a.id, r.reason) for a, r in zip(unjudged, results, strict=True) if isinstance(r, Failed)]
    with house.store.transaction() as con:
        attempts = judgements.save_failures(con, failed, taxonomy.id, this.now)
        given_up = [_rejected(id_, taxonomy.id, this.now, why) for id_, why in failed if attempts[id_] >= ATTEMPTS]
        judgements.save_judgements(con, [*judged, *given_up])
    if failed:
        some = "1 article" if len(failed) == 1 else f"{len(failed)} articles"
        this.notes.append(f"{some} could not be judged ({failed[0][1]}); the next pass tries again.")
    this.count(articles_judged=len(judged), articles_relevant=sum(j.relevant for j in judged))


def judge_all(house: House, unjudged: Sequence[JudgeInput], now: datetime) -> list[Judgement | Failed]:
    """What articles are about under the configured themes, in their order; nothing is stored."""
    return house.workers.map(
        judge,
        [(article,) for article in unjudged],
        house.settings.deadlines.judge,
        lambda _: house.watch.advance("judge"),
        shared=(house.settings.taxonomy, now, model_of(house)),
    )


def _rejected(article_id: UUID, taxonomy_id: str, now: datetime, reason: str) -> Judgement:
    return Judgement(article_id, taxonomy_id, now, False, 0.0, f"could not be judged: {reason}", 0, 0, (), ())


# --- compare and decide: what is new → alerts --------------------------------------------------------


def compare_and_decide(house: House, this: Pass) -> None:
    """Fold copies into stories, find what is new or surges, and commit findings, decisions and alerts together."""
    all_placed = False
    moved: Sequence[Threshold] = ()
    decided: Sequence[Decided] = ()
    while not all_placed:
        with house.store.transaction() as con:
            all_placed = place_in_stories(con, house.settings.novelty, this.now)
            if all_placed:
                # First: what a new threshold lets in is history by the time that anything is called new.
                if theme_verdicts.is_due(con, house.settings.taxonomy.id):
                    moved = calibrate(con, house.settings.taxonomy.id, this.now).moved
                decided = _decide(house, con, this.now)
    if moved:
        themes = ", ".join(f"{one.theme_id} {one.threshold:.2f}" for one in moved)
        this.notes.append(f"Verdicts have moved thresholds ({themes}): what this brings up raises no alert.")
    this.count(findings=len(decided), alerts=sum(decision == "alert" for _, decision in decided))


def _decide(house: House, con: Connection, now: datetime) -> Sequence[Decided]:
    taxonomy_id = house.settings.taxonomy.id
    used_since = judgements.themes_used_since(con, taxonomy_id)
    emerged = candidate_findings(con, house.settings.novelty, taxonomy_id, model_of(house), now)
    decided = decide(con, Asked(house.settings.alerts, house.settings.novelty, taxonomy_id, used_since), now, emerged)
    outbox.save_findings(con, decided)
    return decided
