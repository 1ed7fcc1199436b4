"""What a page holds, and the article made of it."""

from __future__ import annotations

import uuid
from dataclasses import dataclass
from datetime import datetime
from typing import Literal


@dataclass(frozen=True, slots=True)
class Reading:
    """What a page's bytes held: plain text and the page's own metadata."""

    text: str  # "" when there is no article in the page
    reason: str  # "" or why there is no text: no_text, too_big, not_html, …
    title: str
    author: str
    published_at: datetime | None
    language: str  # "" when it cannot be told
    fingerprint: int  # 64 bit; 0 when there is too little text
    variant_of: str = ""  # canonical URL of the article of which this page is the AMP or mobile variant
    section: str = ""  # where the page stands and what kind it says it is of, in lower case between commas
    about_author: str = ""  # what the page says of its author beside the article, one statement a line


@dataclass(frozen=True, slots=True)
class Article:
    """One article as read: the text that is judged, and where it came from."""

    id: uuid.UUID
    url: str
    feed_id: uuid.UUID  # the feed that announced it first
    title: str
    author: str
    published_at: datetime | None
    dated_at: datetime
    first_seen_at: datetime
    read_at: datetime
    baseline: bool
    language: str
    text: str
    text_source: Literal["page", "feed", "summary"]
    reason: str  # why the page's text does not serve; "" for text_source "page"
    fingerprint: int
    page_hash: str | None  # sha256 of the raw page in the page store
    genre: str | None = None  # commentary, news, official or other; None for what was read before genres were told
    institution: str | None = None  # the think tank, university or office that the author speaks from; "" for none
    genre_cue: str | None = None  # what told the genre, in words; "" where nothing did and it counts as news
