"""What was alerted before, as whoever decides about the next alert needs it, and voices that nobody wants to hear."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class PastAlert:
    """An alert that was made before: what it told of, and how many spoke then."""

    id: uuid.UUID
    kind: str
    theme_id: str
    at: datetime
    bloc: str  # the one bloc that it told of, "" where it was about the theme at large
    publishers: int
    blocs: tuple[str, ...]
    window_days: int
    again: bool = False  # it told once more of what was told shortly before


@dataclass(frozen=True, slots=True)
class Again:
    """Why a theme is told once more while it cools down: the alert that silenced it, and what has changed since."""

    alert_id: uuid.UUID
    at: datetime
    publishers: int  # that spoke then, in as many days
    new_blocs: tuple[str, ...]  # that had not spoken of it


@dataclass(frozen=True, slots=True, order=True)
class Voice:
    """Whose articles count for nothing while they are muted: those of one feed, publisher or bloc."""

    facet: Literal["feed", "publisher", "bloc"]
    name: str

    def __str__(self) -> str:
        return f"{self.facet} {self.name}"
