"""Changes of voice: a bloc takes up a theme that others spoke of, or denies what it used to affirm."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime

from extractors.blocs import new_voices, turns
from extractors.novelty import NoveltyRules
from warehouse import blocs
from warehouse.connect import Connection
from warehouse.records import Appearance, Finding


def changes_of_voice(
    con: Connection,
    appearances: Sequence[Appearance],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """The blocs that changed their voice on a theme, as of `now`; `appearances` reach back over window and silence."""
    if not any(a.dated_at > now - rules.window for a in appearances):
        return ()  # most passes: nothing was said lately, and three questions are saved
    since = now - rules.window - rules.silence
    relevant = blocs.relevant_articles(con, taxonomy_id, since)
    denials = blocs.denials(con, taxonomy_id, since)
    joined, turned = (blocs.found_since(con, kind, since) for kind in ("new_voice", "turn"))
    return (
        *new_voices(appearances, relevant, joined, quiet_until, taxonomy_id, rules, now),
        *turns(appearances, denials, turned, quiet_until, taxonomy_id, rules, now),
    )
