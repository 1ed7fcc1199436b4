"""Compare: new articles are folded into the stories of those they copy."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from extractors import stories, translations
from extractors.novelty import NoveltyRules
from extractors.originals import House as Publisher
from extractors.originals import Told, originals
from extractors.sentence_prints import sentence_prints
from warehouse import copies, history, judgements, passes, senses
from warehouse.connect import Connection
from warehouse.copies import Arrival
from warehouse.records import Copy

# Their texts are held in memory.
ARTICLES_AT_ONCE = 1_000
_OVERLAP = timedelta(hours=1)  # a backfill may have been at work beside that pass


def place_in_stories(con: Connection, rules: NoveltyRules, now: datetime) -> bool:
    """Give articles that were not compared yet their story, the earliest dated first; whether that was all of them."""
    # Only what bears on what is new is compared, however old an arrival is: no cost that grows with the archive.
    horizon = now - rules.window - rules.silence
    # Whose voice an article is comes before whom it copies. Up to the last pass, that was asked then.
    history.adopt(con, passes.last_complete(con, now) - _OVERLAP)
    arrivals = copies.arrivals(con, ARTICLES_AT_ONCE)
    if arrivals:
        _place(con, arrivals, rules, horizon)
    copies.forget_prints(con, horizon - 2 * rules.reach)
    senses.forget_senses(con, horizon - 2 * rules.reach)
    return len(arrivals) < ARTICLES_AT_ONCE


def _place(con: Connection, arrivals: Sequence[Arrival], rules: NoveltyRules, horizon: datetime) -> None:
    since = max(arrivals[0].dated_at, horizon) - rules.reach
    told = [Told(a.article_id, a.text, a.source_name, a.source_url) for a in arrivals]
    named = {o.article_id: o for o in originals(told, [Publisher(*row) for row in copies.houses(con)])}
    copies.save_originals(con, list(named.values()))
    # A text too short for a fingerprint is too short to be a copy by its sentences.
    prints = {a.article_id: sentence_prints(a.text) for a in arrivals if a.fingerprint}
    copies.save_prints(con, prints, {a.article_id: a.dated_at for a in arrivals})
    new = [
        Copy(
            article_id=a.article_id,
            story_id=a.article_id,
            fingerprint=a.fingerprint,
            dated_at=a.dated_at,
            original_id=named[a.article_id].original_id if a.article_id in named else None,
        )
        for a in arrivals
    ]
    shared = copies.shared_sentences(con, list(prints), since, stories.SENTENCES, stories.WHOLE)
    meanings = senses.meanings(con, since, arrivals[-1].dated_at + rules.reach)
    alike = translations.alike(meanings, {a.article_id for a in arrivals}, rules.reach)
    meant = {meaning.article_id for meaning in meanings}
    remembered = copies.remembered(con, since)
    placed = stories.assign_stories(new, remembered, rules.reach, rules.story_distance, shared, alike, meant)
    judgements.save_stories(con, placed)
