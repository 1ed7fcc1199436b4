"""Keep house: what is older than the settings say goes, once a day."""

from __future__ import annotations

from extractors.gatherings import REFERENCE
from flows.house import House, Pass
from warehouse import candidates, residuals, retention, theme_versions


def keep_house(house: House, this: Pass) -> None:
    """Drop old pages, texts, attempts and scores, once a UTC day: looking through them costs more than they do."""
    rules, taxonomy_id = house.settings.keep, house.settings.taxonomy.id
    before = retention.horizon(rules, this.now)
    with house.store.transaction() as con:
        if not retention.is_due(con, "all", this.now):
            return
        retention.thin_attempts(con, before.attempts)
    house.store.pages.prune(before.pages)
    dropped = retention.TEXTS_AT_ONCE if before.texts else 0
    while before.texts and dropped == retention.TEXTS_AT_ONCE:
        with house.store.transaction() as con:
            dropped = retention.drop_texts(con, before.texts, rules, taxonomy_id, this.now)
    _drop_old_scores(house, taxonomy_id)
    # Twice as long as a candidate gathers in: whatever comes late finds what it belongs to as it was.
    outlived = this.now - 2 * house.settings.novelty.candidate_span
    with house.store.transaction() as con:
        residuals.forget(con, outlived, REFERENCE)
        candidates.forget(con)
    with house.store.transaction() as con:
        retention.done(con, "all", this.now)


def _drop_old_scores(house: House, taxonomy_id: str) -> None:
    """Of versions of the themes that nobody compares any more only the names stay."""
    dropped = theme_versions.ARTICLES_AT_ONCE
    while dropped == theme_versions.ARTICLES_AT_ONCE:
        with house.store.transaction() as con:
            dropped = theme_versions.drop_old_scores(con, taxonomy_id)
