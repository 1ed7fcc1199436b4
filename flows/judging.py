"""Judge, compare and decide: articles get scores, copies become stories, what is new becomes an alert."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from uuid import UUID

from alerts import rules as alert_rules
from extractors import novelty
from extractors.novelty import NoveltyRules
from extractors.themes import JudgeInput, judge
from extractors.workers import Failed
from flows.house import House, Pass, until_none_is_left
from warehouse import articles, judgements, outbox, passes
from warehouse.connect import Connection
from warehouse.records import Finding, Judgement

# The size of a retry and of a transaction; larger where the archive is judged anew, to stay under a hundred tasks.
ARTICLES_AT_ONCE, MOST_BATCHES = 100, 40
ATTEMPTS = 3  # to judge an article, each in another pass
# So long findings wait for what new feeds brought along: with half of the history, the rest would look new.
PATIENCE = timedelta(days=2)


def unjudged(house: House, this: Pass) -> Iterator[Sequence[JudgeInput]]:
    """Articles without a judgement under the configured themes, batch by batch."""
    taxonomy_id = house.settings.taxonomy.id
    with house.store.transaction() as con:
        waiting = passes.what_waits(con, taxonomy_id, this.now).articles
    size = max(ARTICLES_AT_ONCE, -(-waiting // MOST_BATCHES))

    def ask() -> Sequence[JudgeInput]:
        with house.store.transaction() as con:
            rows = articles.articles_to_judge(con, taxonomy_id, this.now, size)
        return [JudgeInput(*row) for row in rows]

    return until_none_is_left(house, "judge", ask)


def judge_articles(house: House, this: Pass, unjudged: Sequence[JudgeInput]) -> None:
    """Judge articles under the configured themes; one that fails again and again is rejected with the reason."""
    taxonomy = house.settings.taxonomy
    work = [(article, taxonomy, this.now) for article in unjudged]
    results = house.workers.map(judge, work, house.settings.deadlines.judge, lambda _: house.watch.advance("judge"))
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


def _rejected(article_id: UUID, taxonomy_id: str, now: datetime, reason: str) -> Judgement:
    return Judgement(article_id, taxonomy_id, now, False, 0.0, f"could not be judged: {reason}", 0, 0, (), ())


# --- compare and decide: what is new → alerts --------------------------------------------------------


def compare_and_decide(house: House, this: Pass) -> None:
    """Fold copies into stories, find what is new, and commit findings, decisions and alerts together."""
    with house.store.transaction() as con:
        _place_in_stories(con, house.settings.novelty, this.now)
        findings = _findings(house, con, this.now)
        alerted = outbox.recent_alerts(con, this.now - timedelta(days=house.settings.alerts.cooldown_days))
        decided = alert_rules.decide(findings, alerted, house.settings.alerts, this.now)
        outbox.save_findings(con, decided)
    this.count(findings=len(decided), alerts=sum(decision == "alert" for _, decision in decided))


def _place_in_stories(con: Connection, rules: NoveltyRules, now: datetime) -> None:
    arrivals = judgements.without_story(con)
    if arrivals:
        # Only what bears on what is new is compared, however old an arrival is: no cost that grows with the archive.
        oldest = max(min(copy.dated_at for copy in arrivals), now - rules.window - rules.silence)
        remembered = judgements.fingerprints_since(con, oldest - timedelta(days=rules.story_days))
        judgements.save_stories(con, novelty.assign_stories(arrivals, remembered, rules))


def _findings(house: House, con: Connection, now: datetime) -> tuple[Finding, ...]:
    rules, taxonomy_id = house.settings.novelty, house.settings.taxonomy.id
    horizon = now - rules.window - rules.silence
    burnt_in = novelty.burnt_in_at(*judgements.burn_in_facts(con, rules.burn_in_articles), rules)
    if burnt_in is None or judgements.history_waits(con, horizon, now - PATIENCE):
        return ()
    # Up to then everything is history: the burn-in, and the moment a theme came into use as it is.
    used_since = judgements.themes_used_since(con, taxonomy_id)
    return novelty.first_seen(
        judgements.appearances(con, taxonomy_id, horizon),
        judgements.recent_findings(con, horizon),
        {theme: max(burnt_in, since) for theme, since in used_since.items()},
        taxonomy_id,
        rules,
        now,
    )
