"""What the sentences of relevant articles mean, kept for as long as their translations are looked for."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from warehouse.connect import Connection
from warehouse.records import Judgement, Meaning
from warehouse.rows import insert, written

# What was published so long before it is judged is translated no more. An archive that is judged anew adds nothing.
REMEMBERED = timedelta(days=100)

_ABOUT = "SELECT article_id, language, dated_at FROM articles WHERE article_id IN ({keys})"


def save_senses(con: Connection, judged: Sequence[Judgement]) -> None:
    """Keep what these articles mean, in place of what they meant before; of old ones nothing."""
    meant = {j.article_id: j for j in judged if j.sense}
    if not meant:
        return
    about = con.execute(_ABOUT.format(keys=written(meant))).fetchall()
    rows = [
        {"article_id": key, "language": language, "dated_at": dated_at, "vectors": meant[key].sense}
        for key, language, dated_at in about
        if dated_at >= meant[key].judged_at - REMEMBERED
    ]
    insert(con, "senses", rows, "replace")


def meanings(con: Connection, since: datetime, until: datetime) -> list[Meaning]:
    """What articles mean that are dated between two moments."""
    asked = "SELECT article_id, language, dated_at, vectors FROM senses WHERE dated_at BETWEEN ? AND ? "
    asked += "ORDER BY dated_at, article_id"
    return [Meaning(*row) for row in con.execute(asked, [since, until]).fetchall()]


def forget_senses(con: Connection, before: datetime) -> None:
    """Drop what articles mean that are dated before a moment: no translation of theirs is looked for any more."""
    con.execute("DELETE FROM senses WHERE dated_at < ?", [before])
