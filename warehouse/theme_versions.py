"""Versions of the themes: what each was, what of the archive is judged under it, and which may be forgotten."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from warehouse.connect import Connection
from warehouse.records import Contrast, Phrase, Statement, Taxonomy, Theme
from warehouse.rows import Row

KEPT = 2  # versions used last, whose scores stay
ARTICLES_AT_ONCE = 20_000  # of one transaction: their old versions are held in memory until it commits

_KNOWN = """
SELECT theme_id, digest, label, definition, md5(coalesce(block, '')) FROM themes WHERE taxonomy_id = ?
"""

_USED = "SELECT theme_id, digest, label, definition, block FROM themes WHERE taxonomy_id = ? ORDER BY theme_id"

_LATEST = """
SELECT taxonomy_id, scorer, last_used_at
FROM taxonomies
WHERE taxonomy_id <> $but
ORDER BY last_used_at DESC, taxonomy_id DESC
LIMIT 1
"""

_BEHIND = """
SELECT count(DISTINCT article_id)
FROM judgements
WHERE article_id NOT IN (SELECT article_id FROM judgements WHERE taxonomy_id = $taxonomy_id)
"""

_FORGOTTEN = f"""
SELECT taxonomy_id
FROM taxonomies
WHERE taxonomy_id NOT IN (
    SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT {KEPT}
)
  -- The evidence of alerts is in their version's.
  AND taxonomy_id NOT IN (SELECT taxonomy_id FROM findings)
"""  # noqa: S608  a number of this file

# What an article was judged like before says what is no news: it stays until the article is judged anew.
_OLD = f"""
SELECT DISTINCT article_id
FROM judgements
WHERE taxonomy_id IN ({_FORGOTTEN})
  AND article_id IN (SELECT article_id FROM judgements WHERE taxonomy_id = $taxonomy_id)
ORDER BY article_id
LIMIT {ARTICLES_AT_ONCE}
"""  # noqa: S608  this file's own words


@dataclass(frozen=True, slots=True)
class UsedTheme:
    """A theme as a taxonomy had it; `theme` is None where only its digest, label and definition are known."""

    id: str
    digest: str
    label: str
    definition: str
    theme: Theme | None


@dataclass(frozen=True, slots=True)
class Version:
    """A taxonomy that articles were judged under, with its themes by id."""

    taxonomy_id: str
    scorer: str
    last_used_at: datetime
    themes: Mapping[str, UsedTheme] = field(default_factory=dict)


def theme_rows(con: Connection, taxonomy: Taxonomy) -> list[Row]:
    """The rows of a taxonomy's themes that are not in the warehouse as they now are."""
    known = {tuple(row) for row in con.execute(_KNOWN, [taxonomy.id]).fetchall()}
    rows: list[Row] = []
    for theme in taxonomy.themes:
        block = as_block(theme)
        said = (theme.id, theme.digest, theme.label, theme.definition)
        # Every pass asks: what is the same is not written again.
        if (*said, hashlib.md5(block.encode(), usedforsecurity=False).hexdigest()) not in known:
            names = ("theme_id", "digest", "label", "definition")
            rows.append({"taxonomy_id": taxonomy.id, **dict(zip(names, said, strict=True)), "block": block})
    return rows


def as_block(theme: Theme) -> str:
    """A theme as JSON, all of it."""
    # Not by `asdict`: it copies a thousand sentences in ten times as long, and every pass asks.
    stated = {
        "id": theme.id,
        "label": theme.label,
        "definition": theme.definition,
        "statements": [{"text": one.text, "language": one.language} for one in theme.statements],
        "counter": [{"text": one.text, "language": one.language} for one in theme.counter],
        "phrases": [{"text": p.text, "language": p.language, "strength": p.strength} for p in theme.phrases],
        "entities": theme.entities,
        "contrasts": [{"theme_id": one.theme_id, "how": one.how} for one in theme.contrasts],
    }
    return json.dumps(stated, ensure_ascii=False)


def as_theme(block: str) -> Theme:
    """The theme that `as_block` wrote."""
    read = json.loads(block)
    return Theme(
        id=read["id"],
        label=read["label"],
        definition=read["definition"],
        statements=tuple(Statement(**one) for one in read["statements"]),
        counter=tuple(Statement(**one) for one in read["counter"]),
        phrases=tuple(Phrase(**one) for one in read["phrases"]),
        entities=tuple(read["entities"]),
        contrasts=tuple(Contrast(**one) for one in read["contrasts"]),
    )


def version_in_use(con: Connection) -> Version | None:
    """What articles were judged under last; None before the first pass."""
    row = con.execute(_LATEST, {"but": ""}).fetchone()
    if row is None:
        return None
    used = con.execute(_USED, [row[0]]).fetchall()
    themes = {
        id_: UsedTheme(id_, digest, label, definition, as_theme(block) if block else None)
        for id_, digest, label, definition, block in used
    }
    return replace(Version(*row), themes=themes)


def used_before(con: Connection, taxonomy_id: str) -> Version | None:
    """The taxonomy that was used last of all others, without its themes; None where there was none."""
    row = con.execute(_LATEST, {"but": taxonomy_id}).fetchone()
    return Version(*row) if row else None


def count_behind(con: Connection, taxonomy_id: str) -> int:
    """How many articles were judged, but not under this taxonomy."""
    return int(con.execute(_BEHIND, {"taxonomy_id": taxonomy_id}).fetchall()[0][0])


def drop_old_scores(con: Connection, taxonomy_id: str) -> int:
    """Drop what articles were judged like under versions that nobody compares any more; of how many it was dropped.

    The two versions used last stay, and those that findings refer to. At most `ARTICLES_AT_ONCE`, of articles that are
    judged under `taxonomy_id`.
    """
    # In the engine: to hand it thousands of keys takes it far longer than to find them.
    con.execute(f"CREATE TEMP TABLE outlived AS {_OLD}", {"taxonomy_id": taxonomy_id})
    ((dropped,),) = con.execute("SELECT count(*) FROM outlived").fetchall()
    gone = f"taxonomy_id IN ({_FORGOTTEN})"
    for table in ("evidence", "scores", "judgements", "misjudgements") if dropped else ():
        con.execute(f"DELETE FROM {table} WHERE {gone} AND article_id IN (SELECT article_id FROM outlived)")  # noqa: S608  own words
    con.execute("DROP TABLE outlived")
    if dropped < ARTICLES_AT_ONCE:
        con.execute(f"UPDATE themes SET block = NULL WHERE block IS NOT NULL AND {gone}")  # noqa: S608  same
    return int(dropped)
