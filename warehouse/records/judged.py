"""What an article is about, and the sentences that say so."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence that earned a score: `article.text[start:end] == sentence`, always.

    A sentence of the title has `in_title` set, and its offsets count in the title.
    """

    sentence: str
    start: int
    end: int
    in_title: bool
    phrase: str  # the phrase of the theme that matched
    strength: str  # strong | weak
    weight: float


@dataclass(frozen=True, slots=True)
class Score:
    """How much of one theme is in one article, in [0, 1], with what earned it."""

    theme_id: str
    score: float
    present: bool
    evidence: tuple[Evidence, ...]


@dataclass(frozen=True, slots=True)
class Mention:
    """A named entity and how often the article names it."""

    name: str
    label: str  # spaCy's entity label
    count: int


@dataclass(frozen=True, slots=True)
class Judgement:
    """What one article is about, under one taxonomy. Rejected articles are judged too: `reason` says why."""

    article_id: uuid.UUID
    taxonomy_id: str
    judged_at: datetime
    relevant: bool
    relevance: float  # in [0, 1]
    reason: str  # "" for relevant ones, else one of the gate's reasons
    sentences: int
    co_mentions: int  # sentences that name both sides
    scores: tuple[Score, ...]  # only themes with any evidence
    mentions: tuple[Mention, ...]
