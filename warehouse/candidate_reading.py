"""Candidates as whoever has to decide about them wants to see them."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from warehouse.connect import Connection
from warehouse.emergences import QUOTES, stems

_STANDINGS = """
WITH spoken AS (
    SELECT ca.candidate_id, count(*) AS articles, count(DISTINCT coalesce(s.story_id, a.article_id)) AS stories,
        list(DISTINCT f.publisher ORDER BY f.publisher) AS publishers, list(DISTINCT f.bloc ORDER BY f.bloc) AS blocs,
        list(DISTINCT a.language ORDER BY a.language) AS languages, max(a.dated_at) AS last_at
    FROM candidate_articles AS ca
    JOIN articles AS a USING (article_id)
    JOIN feeds AS f ON f.feed_id = a.feed_id
    LEFT JOIN stories AS s ON s.article_id = a.article_id
    GROUP BY ca.candidate_id
)
SELECT c.candidate_id, c.label, c.phrases, c.state, c.state_at, c.theme_id, c.found_at, c.first_at,
    coalesce(n.last_at, c.first_at), coalesce(n.articles, 0), coalesce(n.stories, 0), coalesce(n.publishers, []),
    coalesce(n.blocs, []), coalesce(n.languages, []), c.confidence, c.cohesion, c.nearest, coalesce(t.label, ''),
    c.likeness, c.voices, c.expected, c.quiet,
    (SELECT max_by(a.alert_id, a.created_at) FROM alerts AS a WHERE a.theme_id = c.candidate_id),
    coalesce((
        SELECT max_by(d.note, d.number)
        FROM candidate_decisions AS d
        WHERE d.candidate_id = c.candidate_id AND d.given_at = c.state_at AND c.state <> 'open'
    ), '')
FROM candidates AS c
LEFT JOIN spoken AS n USING (candidate_id)
LEFT JOIN themes AS t ON t.taxonomy_id = c.taxonomy_id AND t.theme_id = c.nearest
ORDER BY c.state <> 'open', CASE WHEN c.state = 'open' THEN c.found_at ELSE c.state_at END DESC, c.candidate_id
"""

_ARTICLES = """
SELECT a.article_id, a.dated_at, f.publisher, f.bloc, a.language, a.title, a.url,
    coalesce(s.story_id, a.article_id) AS story_id,
    coalesce((
        SELECT bool_or(c.present AND j.relevant)
        FROM scores AS c
        JOIN judgements AS j USING (article_id, taxonomy_id)
        WHERE c.article_id = a.article_id AND c.theme_id = $theme AND c.taxonomy_id = (
            SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT 1
        )
    ), false)
FROM candidate_articles AS ca
JOIN articles AS a USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
LEFT JOIN stories AS s ON s.article_id = a.article_id
WHERE ca.candidate_id = $candidate
ORDER BY a.dated_at, a.article_id
"""
_OF_CANDIDATE = "SELECT article_id FROM candidate_articles WHERE candidate_id = $candidate"

_PASSAGES = """
WITH passages AS (
    SELECT p.article_id, p.taxonomy_id, p.ordinal, p.sentence,
        len(list_filter($stems::VARCHAR[], lambda stem: contains(lower(p.sentence), stem))) AS hits
    FROM residual_passages AS p
    WHERE p.article_id IN (SELECT article_id FROM candidate_articles WHERE candidate_id = $candidate)
),
-- What has the candidate's words; of an article where nothing has, as in another language, its best sentence.
told AS (
    SELECT *, hits > 0 OR (ordinal = 0 AND max(hits) OVER (PARTITION BY article_id) = 0) AS telling FROM passages
)
SELECT t.sentence, a.language, f.publisher, a.dated_at, t.telling
FROM told AS t
JOIN articles AS a USING (article_id)
JOIN feeds AS f ON f.feed_id = a.feed_id
QUALIFY row_number() OVER (
    PARTITION BY t.sentence ORDER BY t.telling DESC, a.dated_at, a.article_id, t.taxonomy_id, t.ordinal
) = 1
ORDER BY NOT t.telling, t.ordinal, a.dated_at, a.article_id, t.taxonomy_id
"""


@dataclass(frozen=True, slots=True)
class Standing:
    """A candidate as it stands now; counts are of all articles that have joined it since.

    `quiet` says why it raised no alert, and `note` what was said with the decision that holds; both may be "".
    """

    candidate_id: str
    label: str
    phrases: list[str]
    state: str
    state_at: datetime
    theme_id: str
    found_at: datetime
    first_at: datetime
    last_at: datetime
    articles: int
    stories: int
    publishers: list[str]
    blocs: list[str]
    languages: list[str]
    confidence: float
    cohesion: float
    nearest: str
    nearest_label: str
    likeness: float
    voices: int  # stories when it was found
    expected: float | None  # how many there would have been, were it spoken of as much as before
    quiet: str
    alert_id: UUID | None
    note: str


@dataclass(frozen=True, slots=True)
class Said:
    """A sentence of a candidate's, as it is quoted."""

    sentence: str
    title: str
    url: str
    publisher: str
    bloc: str
    dated_at: datetime
    language: str


@dataclass(frozen=True, slots=True)
class Member:
    """An article of a candidate's; `present` says whether the theme that was asked for is present in it now."""

    article_id: UUID
    dated_at: datetime
    publisher: str
    bloc: str
    language: str
    title: str
    url: str
    story_id: UUID
    present: bool


@dataclass(frozen=True, slots=True)
class RawPassage:
    """A sentence of a candidate's that no theme explains, and whose it is; `telling` where it may stand for it."""

    sentence: str
    language: str
    publisher: str
    dated_at: datetime
    telling: bool


def standings(con: Connection) -> list[Standing]:
    """All candidates: the open ones, the latest found first, then the decided ones, the latest decided first."""
    return [Standing(*row) for row in con.execute(_STANDINGS).fetchall()]


def quotations(con: Connection, candidate: Standing, most: int) -> list[Said]:
    """What was said, the most telling sentence of each story; one of each publisher before the second of any."""
    asked = {"candidate": candidate.candidate_id, "stems": stems(candidate.phrases), "quotes": most}
    rows = con.execute(QUOTES.format(articles=_OF_CANDIDATE), asked).fetchall()
    return [
        Said(sentence, title, url, publisher, bloc, dated_at, language)
        for sentence, _, title, url, publisher, bloc, dated_at, _, language in rows
    ]


def members(con: Connection, candidate_id: str, theme_id: str) -> list[Member]:
    """The articles that speak of a candidate, the earliest first, and whether a theme is present in them."""
    return [Member(*row) for row in con.execute(_ARTICLES, {"candidate": candidate_id, "theme": theme_id}).fetchall()]


def passages(con: Connection, candidate: Standing) -> list[RawPassage]:
    """All that no theme explains in a candidate's articles, each sentence once: what a theme may be made of."""
    asked = {"candidate": candidate.candidate_id, "stems": stems(candidate.phrases)}
    return [RawPassage(*row) for row in con.execute(_PASSAGES, asked).fetchall()]


def terms(con: Connection, candidate_id: str) -> list[str]:
    """What a candidate is known by, in the languages of its articles, the most telling first; names begin with "@"."""
    row = con.execute("SELECT terms, weights FROM known WHERE candidate_id = ?", [candidate_id]).fetchone()
    by_weight = sorted(zip(*row, strict=True), key=lambda one: (-one[1], one[0])) if row else []
    return [term for term, _ in by_weight]
