"""Why an article scored what it scored, from the published file."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from warehouse.articles import read_article
from warehouse.connect import Connection
from warehouse.judgements import latest_taxonomy, read_judgement
from warehouse.records import Article, Judgement

_LEAST_PREFIX = 4
_FIND = """
SELECT a.article_id, a.title, a.url, a.dated_at
FROM articles AS a
WHERE {condition}
ORDER BY a.dated_at DESC, a.article_id
LIMIT $limit
"""
_BY_URL = """list_contains($keys, a.url) OR a.article_id IN (
    SELECT article_id FROM entries WHERE list_contains($keys, link) OR list_contains($keys, url)
    UNION ALL
    SELECT article_id FROM pages WHERE list_contains($keys, final_url)
)"""
_BY_ID = "starts_with(a.article_id::VARCHAR, lower($key))"
_BY_TITLE = "contains(lower(a.title), lower($key))"
_STORY = """
SELECT a.article_id, a.title, a.url, f.publisher, f.bloc, a.dated_at, s.distance
FROM stories AS mine
JOIN stories AS s ON s.story_id = mine.story_id
JOIN articles AS a ON a.article_id = s.article_id
JOIN feeds AS f ON f.feed_id = a.feed_id
WHERE mine.article_id = ?
ORDER BY s.distance, a.dated_at, a.article_id
"""
# A published file may have been made before texts were withdrawn or dropped, and before copies had a voice.
_STATE = "SELECT COLUMNS('^(article_id|withdrawn_at|dropped_at)$') FROM articles WHERE article_id = ?"
_VOICE = """
SELECT c.title, c.url, c.voice
FROM stories AS s
JOIN story_copies AS c USING (story_id)
JOIN articles AS a USING (article_id)
WHERE a.article_id = ? AND c.url <> a.url
"""
_VOICE_COLUMNS = """
SELECT count(*) FROM duckdb_columns()
WHERE table_name = 'story_copies' AND column_name IN ('title', 'url', 'voice')
"""


@dataclass(frozen=True, slots=True)
class Match:
    """An article that a key may mean."""

    article_id: UUID
    title: str
    url: str
    dated_at: datetime


@dataclass(frozen=True, slots=True)
class StoryMember:
    """One article of a story; `distance` is in bits of the fingerprint from the nearest copy it was compared with."""

    article_id: UUID
    title: str
    url: str
    publisher: str
    bloc: str
    dated_at: datetime
    distance: int


@dataclass(frozen=True, slots=True)
class Voice:
    """Of articles that are copies of one another the one that counts."""

    title: str
    url: str
    publisher: str


@dataclass(frozen=True, slots=True)
class Explanation:
    """An article with everything that was decided about it; `judgement` is None until it is judged."""

    article: Article
    feed: str
    publisher: str
    bloc: str
    judgement: Judgement | None
    labels: dict[str, str]  # of the themes scored, by theme id
    story: tuple[StoryMember, ...]  # the article itself included; empty until it is compared
    copy_of: Voice | None = None  # None for the original, and for what has no copies
    withdrawn_at: datetime | None = None  # when its page was found to be gone, or no longer the article
    text_dropped_at: datetime | None = None  # when its text was dropped for its age


def find(con: Connection, key: str, limit: int = 20, spellings: Sequence[str] = ()) -> list[Match]:
    """Articles that `key` means: an URL, else an id or its beginning, else a piece of a title; latest first.

    `spellings` are other forms of the URL under which the article may be known.
    """
    key = key.strip()
    if not key:
        return []
    asked: list[tuple[str, dict[str, object]]] = [(_BY_URL, {"keys": [key, *spellings]}), (_BY_TITLE, {"key": key})]
    if len(key) >= _LEAST_PREFIX:
        asked.insert(1, (_BY_ID, {"key": key}))
    for condition, params in asked:
        rows = con.execute(_FIND.format(condition=condition), {**params, "limit": limit}).fetchall()
        if rows:
            return [Match(*row) for row in rows]
    return []


def explain(con: Connection, article_id: UUID) -> Explanation | None:
    """Everything about one article under the taxonomy used last; None when there is no such article."""
    article = read_article(con, article_id)
    if article is None:
        return None
    taxonomy_id = latest_taxonomy(con) or ""
    labels = con.execute("SELECT theme_id, label FROM themes WHERE taxonomy_id = ?", [taxonomy_id]).fetchall()
    feed = con.execute("SELECT name, publisher, bloc FROM feeds WHERE feed_id = ?", [article.feed_id]).fetchone()
    name, publisher, bloc = feed or ("", "", "")
    story = con.execute(_STORY, [article_id]).fetchall()
    state = _state(con, article_id)
    return Explanation(
        article=article,
        feed=name,
        publisher=publisher,
        bloc=bloc,
        judgement=read_judgement(con, article_id, taxonomy_id),
        labels=dict(labels),
        story=tuple(StoryMember(*row) for row in story),
        copy_of=_voice(con, article_id) if len(story) > 1 else None,
        withdrawn_at=state.get("withdrawn_at"),
        text_dropped_at=state.get("dropped_at"),
    )


def _state(con: Connection, article_id: UUID) -> dict[str, datetime | None]:
    row = con.execute(_STATE, [article_id]).fetchone() or ()
    return {column[0]: value for column, value in zip(con.description or (), row, strict=False)}


def _voice(con: Connection, article_id: UUID) -> Voice | None:
    if con.execute(_VOICE_COLUMNS).fetchall() != [(3,)]:
        return None
    row = con.execute(_VOICE, [article_id]).fetchone()
    return Voice(*row) if row else None
