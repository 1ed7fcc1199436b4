"""Feed and page → article: whose word counts for what. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from extractors.dates import dated
from extractors.urls import article_id
from extractors.workers import Failed
from warehouse.records import Article, Entry, Reading

# A page that holds less than half of what the feed itself gave is a wall, a stub or a teaser.
STUB_SHARE = 0.5


def article_of(
    entry: Entry,
    page_hash: str | None,
    page_reason: str,
    page: Reading | Failed | None,
    own: Reading | Failed,
    now: datetime,
) -> Article:
    """Make one article of what its feed announced and what its page held.

    `page` is None where the page could not be had, and `page_reason` says why. The page's text counts,
    unless there is none or the feed's own text is more than twice as long; then that one serves and
    `reason` says why. The feed's title, author and date count before the page's: they were written for
    this article, while a page's are picked out of its furniture. An AMP or mobile variant is the article it
    says it is a variant of.
    """
    shown, told = _reading(page, page_reason), _reading(own, "")
    voice, source, reason = _choose(entry, shown, told)
    published = entry.published_at or shown.published_at
    return Article(
        id=article_id(shown.variant_of) if shown.variant_of else entry.article_id,
        url=shown.variant_of or entry.url or "",
        feed_id=entry.feed_id,
        title=entry.title or shown.title,
        author=entry.author or shown.author,
        published_at=published,
        dated_at=dated(published, entry.first_seen_at),
        first_seen_at=entry.first_seen_at,
        read_at=now,
        baseline=entry.baseline,
        language=voice.language,
        text=voice.text,
        text_source=source,
        reason=reason,
        fingerprint=voice.fingerprint,
        page_hash=page_hash,
    )


def _reading(result: Reading | Failed | None, reason: str) -> Reading:
    """The reading, or an empty one that says why there is none."""
    if isinstance(result, Reading):
        return result
    return Reading("", result.reason if isinstance(result, Failed) else reason, "", "", None, "", 0)


def _choose(entry: Entry, shown: Reading, told: Reading) -> tuple[Reading, Literal["page", "feed", "summary"], str]:
    if shown.text and len(shown.text) >= STUB_SHARE * len(told.text):
        return shown, "page", ""
    return told, "feed" if entry.content else "summary", shown.reason or "stub"
