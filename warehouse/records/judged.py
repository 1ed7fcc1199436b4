"""What an article is about, and the sentences that say so."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime

from warehouse.records.novel import Residual


@dataclass(frozen=True, slots=True)
class Evidence:
    """One sentence that earned a score: `article.text[start:end] == sentence`, always.

    A sentence of the title has `in_title` set, and its offsets count in the title.
    """

    sentence: str
    start: int
    end: int
    in_title: bool
    phrase: str  # the phrase of the theme that matched, the strongest of them; "" where none did
    strength: str  # strong | weak, "" where no phrase matched
    weight: float
    statement: str = ""  # the statement of the theme that it is most like, where its likeness counts
    likeness: float = 0.0  # cosine between the two
    quoted: bool = False  # somebody else's words or claim
    speaker: str = ""  # whose, as written; "" where nobody is named
    negated: bool = False  # denies its point
    hedged: bool = False  # is not sure of it


@dataclass(frozen=True, slots=True)
class Score:
    """How much of one theme is in one article, in [0, 1], with what earned it."""

    theme_id: str
    score: float
    present: bool
    evidence: tuple[Evidence, ...]
    lexical: float = 0.0  # what the phrases brought to it
    semantic: float = 0.0  # how much its best sentences make the theme's point; 0 where that was not asked


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
    residual: Residual | None = None  # what no theme explains of it; None where there is none, or too little
    # What its sentences mean, to tell translations: 512 signed bytes each, the title first, at most 60; b"" without.
    sense: bytes = b""
