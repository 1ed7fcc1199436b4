"""Judge, compare and decide: articles get scores, copies become stories, what is new becomes an alert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime

from alerts import rules as alert_rules
from extractors import novelty
from extractors.themes import JudgeInput, judge
from extractors.workers import Failed
from flows.house import House, Pass, until_none_is_left
from warehouse import articles, judgements, outbox
from warehouse.connect import Connection
from warehouse.records import Judgement

# The size of a retry and of a transaction.
ARTICLES_AT_ONCE = 100


def unjudged(house: House) -> Iterator[Sequence[JudgeInput]]:
    def ask() -> Sequence[JudgeInput]:
        with house.store.transaction() as con:
            rows = articles.articles_to_judge(con, house.settings.taxonomy.id, ARTICLES_AT_ONCE)
        return [JudgeInput(*row) for row in rows]

    return until_none_is_left(house, "judge", ask)


def judge_articles(house: House, this: Pass, unjudged: Sequence[JudgeInput]) -> None:
    """Judge articles under the configured themes; one that cannot be judged is rejected with the reason."""
    taxonomy = house.settings.taxonomy
    work = [(article, taxonomy, this.now) for article in unjudged]
    results = house.workers.map(judge, work, house.settings.deadlines.judge, lambda _: house.watch.advance("judge"))
    judged = [
        _rejected(article, taxonomy.id, this.now, result) if isinstance(result, Failed) else result
        for article, result in zip(unjudged, results, strict=True)
    ]
    with house.store.transaction() as con:
        judgements.save_judgements(con, judged)
    this.count(articles_judged=len(judged), articles_relevant=sum(j.relevant for j in judged))


def _rejected(article: JudgeInput, taxonomy_id: str, now: datetime, failed: Failed) -> Judgement:
    return Judgement(article.id, taxonomy_id, now, False, 0.0, f"could not be judged: {failed.reason}", 0, 0, (), ())


# --- compare and decide: what is new → alerts --------------------------------------------------------


def compare_and_decide(house: House, this: Pass) -> None:
    """Fold copies into stories, find what is new, and commit findings, decisions and alerts together."""
    settings, rules = house.settings, house.settings.novelty
    # Older than this, nothing bears on what is new: the cost of a pass does not grow with the archive.
    horizon = this.now - rules.window - rules.silence
    with house.store.transaction() as con:
        remembered = judgements.fingerprints_since(con, horizon)
        judgements.save_stories(con, novelty.assign_stories(judgements.without_story(con), remembered, rules))
        findings = novelty.first_seen(
            judgements.appearances(con, settings.taxonomy.id, horizon),
            judgements.recent_findings(con, horizon),
            _quiet_until(house, con),
            settings.taxonomy.id,
            rules,
            this.now,
        )
        decided = alert_rules.decide(findings, outbox.recent_alerts(con, horizon), settings.alerts, this.now)
        outbox.save_findings(con, decided)
    this.count(findings=len(decided), alerts=sum(decision == "alert" for _, decision in decided))


def _quiet_until(house: House, con: Connection) -> datetime | None:
    """Up to when everything is history: the burn-in, and the moment the present themes came into use."""
    rules = house.settings.novelty
    first_at, nth_relevant_at = judgements.burn_in_facts(con, rules.burn_in_articles)
    burnt_in = novelty.burnt_in_at(first_at, nth_relevant_at, rules)
    if burnt_in is None:
        return None
    return max(burnt_in, judgements.first_used_at(con, house.settings.taxonomy.id))
