"""A candidate changes the themes: themes.toml first, its state next, and killed in between it is told what was done."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace
from pathlib import Path

from flows.themefile import replace_text
from warehouse import candidate_decisions, theme_versions
from warehouse.candidate_decisions import Decision
from warehouse.connect import Connection
from warehouse.records import Taxonomy, Theme
from warehouse.store import Store


def digest_of(themes: Iterable[Theme], theme_id: str) -> str:
    """What decides the scores of a theme; "" where there is none of that id."""
    return next((theme.digest for theme in themes if theme.id == theme_id), "")


def carry_out(store: Store, file: Path, before: bytes, text: str, decision: Decision) -> bool:
    """Put `text` in the place of themes.toml and let the candidate's state follow; False when the file has changed.

    What is meant is written down first. Killed anywhere, `begun` tells whether the file was written.
    """
    with store.transaction() as con:
        candidate_decisions.mean(con, decision)
    if not replace_text(file, before, text):
        with store.transaction() as con:  # what somebody else has saved is not to be taken for this
            candidate_decisions.mean(con, replace(decision, what="reopen", theme_id="", before=""))
        return False
    with store.transaction() as con:
        candidate_decisions.settle(con, decision)
    return True


def begun(con: Connection, candidate_id: str, themes: Iterable[Theme]) -> Decision | None:
    """What was meant to be done with an open candidate, if themes.toml was changed for it and its state did not follow.

    Then the theme is there, or another one than it was.
    """
    meant = candidate_decisions.meant(con, candidate_id)
    if meant is None or meant.what not in ("promote", "merge"):
        return None
    return meant if digest_of(themes, meant.theme_id) not in ("", meant.before) else None


def unfinished(con: Connection, candidate_id: str, taxonomy: Taxonomy) -> Decision | None:
    """What became of a decided candidate, if the archive has yet to be judged under the themes that it changed."""
    meant = candidate_decisions.meant(con, candidate_id)
    if meant is None or meant.theme_id not in {theme.id for theme in taxonomy.themes}:
        return None
    return meant if theme_versions.count_behind(con, taxonomy.id) else None
