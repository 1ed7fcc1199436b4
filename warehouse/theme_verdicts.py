"""What people say of single articles: whether they speak of a theme. An append-only log; the last word holds."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Literal, NamedTuple
from uuid import UUID

from warehouse.connect import Connection
from warehouse.rows import insert, row_of, written

Says = Literal["yes", "no", "undo"]

_LAST = """
SELECT *
FROM theme_verdicts
QUALIFY row_number() OVER (PARTITION BY article_id, theme_id ORDER BY number DESC) = 1
"""

_STANDING = f"""
SELECT v.article_id, v.theme_id, v.verdict, v.given_at, v.sentence, v.note, a.title, a.url, c.score,
    coalesce(c.present AND j.relevant, false)
FROM ({_LAST}) AS v
JOIN articles AS a USING (article_id)
LEFT JOIN judgements AS j ON j.article_id = v.article_id AND j.taxonomy_id = $taxonomy_id
LEFT JOIN scores AS c ON c.article_id = v.article_id AND c.theme_id = v.theme_id AND c.taxonomy_id = $taxonomy_id
WHERE v.verdict <> 'undo'
ORDER BY v.number DESC
"""  # noqa: S608  another query of this file

_HOLDING = f"SELECT article_id FROM ({_LAST}) WHERE verdict <> 'undo'"  # noqa: S608  same

_JUDGED = f"""
SELECT v.theme_id, coalesce(c.score, 0.0), v.verdict = 'yes', j.relevant
FROM ({_LAST}) AS v
JOIN articles USING (article_id)
LEFT JOIN judgements AS j ON j.article_id = v.article_id AND j.taxonomy_id = $taxonomy_id
LEFT JOIN scores AS c ON c.article_id = v.article_id AND c.theme_id = v.theme_id AND c.taxonomy_id = $taxonomy_id
WHERE v.verdict <> 'undo'
ORDER BY v.theme_id, v.article_id
"""  # noqa: S608  same

_OVERLAP = timedelta(days=2)  # clocks are set back
_JUDGED_SINCE = """
SELECT 1 FROM judgements WHERE taxonomy_id = $taxonomy_id AND judged_at >= $since AND article_id IN ({keys}) LIMIT 1
"""

_LABELLED = f"""
SELECT a.language, a.title, a.text, v.theme_id, v.verdict = 'yes'
FROM ({_LAST}) AS v
JOIN articles AS a USING (article_id)
WHERE v.verdict <> 'undo' AND a.dropped_at IS NULL AND a.text <> ''
ORDER BY a.language, a.article_id, v.theme_id
"""  # noqa: S608  same


@dataclass(frozen=True, slots=True)
class ThemeVerdict:
    """What somebody said of an article: that it speaks of a theme, or not, or nothing after all."""

    article_id: UUID
    theme_id: str
    verdict: Says
    given_at: datetime
    sentence: str = ""
    note: str = ""


@dataclass(frozen=True, slots=True)
class Standing:
    """A verdict that holds, and what Amur says of the same; `score` is None where it saw nothing of the theme."""

    article_id: UUID
    theme_id: str
    verdict: Literal["yes", "no"]
    given_at: datetime
    sentence: str
    note: str
    title: str
    url: str
    score: float | None
    present: bool


class LabelledText(NamedTuple):
    """An article of which somebody said whether it speaks of a theme."""

    language: str
    title: str
    text: str
    theme_id: str
    speaks: bool


def give(con: Connection, verdict: ThemeVerdict) -> None:
    """Add to the log."""
    insert(con, "theme_verdicts", [row_of(verdict, number=_last(con) + 1)], "fail")


def standing(con: Connection, taxonomy_id: str) -> list[Standing]:
    """The verdicts that hold, the latest first, with the scores under a taxonomy."""
    return [Standing(*row) for row in con.execute(_STANDING, {"taxonomy_id": taxonomy_id}).fetchall()]


def count_on(con: Connection, theme_id: str) -> int:
    """How many verdicts on a theme hold."""
    asked = f"SELECT count(*) FROM ({_LAST}) WHERE verdict <> 'undo' AND theme_id = ?"  # noqa: S608  another query of this file
    return int(con.execute(asked, [theme_id]).fetchall()[0][0])


def judged(con: Connection, taxonomy_id: str) -> dict[str, list[tuple[float, bool]]] | None:
    """By theme: what each relevant article with a verdict scored under a taxonomy, and the verdict.

    None while one of them is not judged under it: from some of the verdicts another threshold would follow than from
    all of them.
    """
    found: dict[str, list[tuple[float, bool]]] = defaultdict(list)
    for theme_id, score, speaks, relevant in con.execute(_JUDGED, {"taxonomy_id": taxonomy_id}).fetchall():
        if relevant is None:
            return None
        if relevant:  # no threshold lets in what the gate keeps out
            found[theme_id].append((score, speaks))
    return dict(found)


def is_due(con: Connection, taxonomy_id: str) -> bool:
    """Whether anything was said since thresholds were last learnt, or an article with a verdict was judged."""
    last = con.execute("SELECT learnt_at, verdict FROM learnt WHERE taxonomy_id = ?", [taxonomy_id]).fetchone()
    if last is None or last[1] != _last(con):
        return True
    holding = [article_id for (article_id,) in con.execute(_HOLDING).fetchall()]
    asked = {"taxonomy_id": taxonomy_id, "since": last[0] - _OVERLAP}
    return bool(holding) and con.execute(_JUDGED_SINCE.format(keys=written(holding)), asked).fetchone() is not None


def learnt(con: Connection, taxonomy_id: str, now: datetime) -> None:
    """Say that thresholds were learnt under the taxonomy from all that was said by now."""
    insert(con, "learnt", [{"taxonomy_id": taxonomy_id, "learnt_at": now, "verdict": _last(con)}], "replace")


def _last(con: Connection) -> int:
    return int(con.execute("SELECT coalesce(max(number), 0) FROM theme_verdicts").fetchall()[0][0])


def labelled(con: Connection) -> Iterator[LabelledText]:
    """Every verdict that holds with its article's text, one row each; none of articles whose text is gone."""
    return (LabelledText(*row) for row in con.execute(_LABELLED).fetchall())
