"""What a site says of who may read it."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class RobotsFile:
    """What is known of one origin's robots.txt. An answer is a body, or that there is none (`body` None)."""

    origin: str  # https://news.example, with the port where it is not the usual one
    asked_at: datetime
    status: int | None
    reason: str  # "" or why there is no body, in the words of `Fetch`
    body: str | None
    answered_at: datetime | None  # the last answer, whose body is kept while the file cannot be reached
    unanswered_since: datetime | None  # the first of the attempts since then that brought none
