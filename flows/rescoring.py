"""Edited themes: what taking them up means, and judging the archive anew under them, now."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from flows.calibrating import calibrate
from flows.house import House, Pass
from flows.judging import judge_articles, unjudged
from warehouse import judgements, retention, theme_versions
from warehouse.connect import Connection
from warehouse.passes import PassRecord
from warehouse.publish import publish
from warehouse.records import Taxonomy

NAMED = 5  # themes that a note names


@dataclass(frozen=True, slots=True)
class TakenUp:
    """What it means that these themes are in use now; `note` is "" where nothing has to be judged anew."""

    before: str  # the taxonomy used before it, "" for the first
    behind: int  # articles to be judged anew
    silent: tuple[str, ...]  # themes for which all that was seen up to `since` is history
    since: datetime | None
    note: str = ""


@dataclass(frozen=True, slots=True)
class Rescored:
    """What came of judging the archive anew."""

    taken_up: TakenUp
    taxonomy_id: str
    judged: int
    relevant: int
    notes: tuple[str, ...]


def take_up(con: Connection, taxonomy: Taxonomy, now: datetime) -> TakenUp:
    """Have articles judged under `taxonomy` from now on, and say what that means for what was judged before."""
    judgements.use_taxonomy(con, taxonomy, now)
    retention.carry_judgements(con, taxonomy.id)
    before = theme_versions.used_before(con, taxonomy.id)
    behind = theme_versions.count_behind(con, taxonomy.id) if before else 0
    if before is None or not behind:
        return TakenUp(before.taxonomy_id if before else "", 0, (), None)
    used_since = judgements.themes_used_since(con, taxonomy.id)
    silent = tuple(sorted(theme for theme, since in used_since.items() if since > before.last_used_at))
    since = max((used_since[theme] for theme in silent), default=None)
    changed = "themes.toml has changed" if before.scorer == taxonomy.scorer else "Amur scores otherwise than before"
    anew = f"{behind:,} {'article' if behind == 1 else 'articles'} judged anew"
    note = f"{changed}: {anew}; {_quiet(silent, len(taxonomy.themes), since)}."
    return TakenUp(before.taxonomy_id, behind, silent, since, note)


def rescore(house: House, now: datetime) -> Rescored:
    """Judge the archive under the configured themes, and publish. Raises PassRunning when a pass is at work.

    Every batch is committed: what was interrupted goes on from there, by this or by the next pass. Nothing is called
    new by it: that is the passes' business, and for them what this brings up is history.
    """
    this = Pass(now, PassRecord(uuid.uuid4(), now))
    with house.store.pass_lock(now):
        with house.store.transaction() as con:
            taken_up = take_up(con, house.settings.taxonomy, now)
        for articles in unjudged(house, this):
            judge_articles(house, this, articles)
        with house.store.transaction() as con:
            calibrate(con, house.settings.taxonomy.id, now)
        publish(house.store, now)
    done, notes = this.record, tuple(dict.fromkeys(this.notes))
    return Rescored(taken_up, house.settings.taxonomy.id, done.articles_judged, done.articles_relevant, notes)


def _quiet(silent: tuple[str, ...], themes: int, since: datetime | None) -> str:
    if since is None:
        return "nothing that this brings up raises an alert"
    more = len(silent) - NAMED
    named = ", ".join(silent[:NAMED]) + (f" and {more} more" if more > 0 else "")
    about = f"all {themes} themes" if len(silent) == themes > NAMED else named
    return f"alerts about {about} are silent until articles first seen after {since:%Y-%m-%d %H:%M} UTC speak of them"
