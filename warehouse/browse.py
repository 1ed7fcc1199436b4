"""Articles as somebody looks for them: by what they are about, whose they are, when, and by words in them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

from warehouse.connect import Connection
from warehouse.judgements import latest_taxonomy

Facet = Literal["theme", "publisher", "bloc", "language", "genre"]

_ARTICLES = """
WITH present AS (
    SELECT article_id, list(theme_id ORDER BY score DESC, theme_id) AS themes
    FROM scores
    WHERE taxonomy_id = $taxonomy_id AND present
    GROUP BY article_id
)

SELECT a.article_id, a.dated_at, f.publisher, f.bloc, a.language, coalesce(a.genre, 'unknown'), a.title, a.author,
    coalesce(a.institution, ''), a.url, j.relevant, coalesce(j.reason, ''),
    CASE WHEN j.relevant THEN coalesce(p.themes, []) ELSE [] END AS themes, a.text_source, a.first_seen_at
FROM articles AS a
JOIN feeds AS f USING (feed_id)
LEFT JOIN judgements AS j ON j.article_id = a.article_id AND j.taxonomy_id = $taxonomy_id
LEFT JOIN present AS p ON p.article_id = a.article_id
WHERE {conditions}
ORDER BY a.dated_at DESC, a.article_id
LIMIT $limit
"""

# What each filter asks for; only those that are given are asked.
_CONDITIONS = {
    "theme": "j.relevant AND list_contains(p.themes, $theme)",
    "publisher": "f.publisher = $publisher",
    "bloc": "f.bloc = $bloc",
    "language": "a.language = $language",
    "genre": "coalesce(a.genre, 'unknown') = $genre",
    "since": "a.dated_at >= $since",
    "until": "a.dated_at < $until",
    "relevant": "coalesce(j.relevant, false) = $relevant AND j.article_id IS NOT NULL",
}
_SAID = r"(a.title ILIKE ${name} ESCAPE '\' OR a.text ILIKE ${name} ESCAPE '\')"

_FACETS: dict[Facet, str] = {
    "theme": "SELECT theme_id FROM themes WHERE taxonomy_id = $taxonomy_id",
    "publisher": "SELECT publisher FROM feeds",
    "bloc": "SELECT bloc FROM feeds",
    "language": "SELECT language FROM articles WHERE language <> ''",
    "genre": "SELECT coalesce(genre, 'unknown') FROM articles",
}


@dataclass(frozen=True, slots=True)
class Filters:
    """What is looked for; None and () ask nothing. `until` is not included; every one of `texts` has to be there."""

    theme: str | None = None
    publisher: str | None = None
    bloc: str | None = None
    language: str | None = None
    genre: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    relevant: bool | None = None
    texts: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Listed:
    """One article that was found. `relevant` is None until it is judged, `reason` says why it is not relevant."""

    article_id: UUID
    dated_at: datetime
    publisher: str
    bloc: str
    language: str
    genre: str
    title: str
    author: str
    institution: str
    url: str
    relevant: bool | None
    reason: str
    themes: tuple[str, ...]  # present in it, the strongest first
    text_source: str
    first_seen_at: datetime


def articles(con: Connection, filters: Filters, limit: int) -> list[Listed]:
    """Articles that all filters let through, the latest first, as judged under the themes used last."""
    given = {name: value for name in _CONDITIONS if (value := getattr(filters, name)) is not None}
    said = {f"text_{n}": f"%{_literally(text)}%" for n, text in enumerate(filters.texts)}
    conditions = [_CONDITIONS[name] for name in given] + [_SAID.format(name=name) for name in said]
    sql = _ARTICLES.format(conditions=" AND ".join(conditions) or "true")
    rows = con.execute(sql, given | said | {"taxonomy_id": latest_taxonomy(con) or "", "limit": limit}).fetchall()
    return [Listed(*[*row[:12], tuple(row[12]), *row[13:]]) for row in rows]


def known(con: Connection, facet: Facet) -> list[str]:
    """The values of which a filter can ask, in order."""
    asked = {"taxonomy_id": latest_taxonomy(con) or ""} if facet == "theme" else {}
    rows = con.execute(f"SELECT DISTINCT * FROM ({_FACETS[facet]}) ORDER BY ALL", asked).fetchall()  # noqa: S608  our own table of questions
    return [value for (value,) in rows]


def _literally(text: str) -> str:
    return text.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
