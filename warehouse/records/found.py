"""Copies, where themes appear, and what is new."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Copy:
    """An article's place among its copies: the story it belongs to, and how many bits it differs from its nearest copy.

    Before it is compared, `story_id` is the article's own id.
    """

    article_id: uuid.UUID
    story_id: uuid.UUID
    fingerprint: int  # 64 bit; 0 when there is too little text to compare
    dated_at: datetime
    distance: int = 0


@dataclass(frozen=True, slots=True)
class Appearance:
    """One relevant article in which one theme is present, as novelty needs it."""

    theme_id: str
    article_id: uuid.UUID
    story_id: uuid.UUID
    publisher: str
    bloc: str
    dated_at: datetime
    first_seen_at: datetime
    baseline: bool
    thin: bool  # only a summary was to be had


@dataclass(frozen=True, slots=True)
class Finding:
    """A theme is new, and the articles that show it."""

    kind: Literal["first_seen"]
    theme_id: str
    taxonomy_id: str
    found_at: datetime
    window_days: int
    silence_days: int
    article_ids: tuple[uuid.UUID, ...]
    stories: int
    publishers: tuple[str, ...]
    blocs: tuple[str, ...]

    @property
    def id(self) -> uuid.UUID:
        """uuid5 of kind, theme and moment: one theme is found at most once per pass."""
        return uuid.uuid5(uuid.NAMESPACE_OID, f"{self.kind}/{self.theme_id}/{self.found_at.isoformat()}")
