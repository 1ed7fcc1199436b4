"""Keep house: what is older than the settings say goes, once a day."""

from __future__ import annotations

from flows.house import House, Pass
from warehouse import retention


def keep_house(house: House, this: Pass) -> None:
    """Drop old pages, texts and attempts, at most once a UTC day: looking through them costs more than they do."""
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
    with house.store.transaction() as con:
        retention.done(con, "all", this.now)
