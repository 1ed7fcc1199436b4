"""Feed and page → article: whose word counts for what. Pure."""

from __future__ import annotations

from datetime import datetime
from typing import Literal

from extractors.dates import usable
from extractors.gate import known_language
from extractors.genre import GenreFacts, tell
from extractors.institutions import Affiliation, AuthorFacts, affiliation_of
from extractors.urls import article_id
from extractors.workers import Failed
from warehouse.records import Article, Entry, Feed, Reading

# A page that holds less than half of what the feed itself gave is a wall, a stub or a teaser.
STUB_SHARE = 0.5


def article_of(
    entry: Entry,
    page_hash: str | None,
    page_reason: str,
    page: Reading | Failed | None,
    own: Reading | Failed,
    now: datetime,
    feed: Feed | None = None,
) -> Article:
    """Make one article of what its feed announced and what its page held.

    `page` is None where the page could not be had, and `page_reason` says why. The page's text counts,
    unless there is none or the feed's own text is more than twice as long; then that one serves and
    `reason` says why. The feed's title, author and date count before the page's: they were written for
    this article, while a page's are picked out of its furniture. An AMP or mobile variant is the article it
    says it is a variant of. `feed` is the entry's, where it is still configured: what its user says of it helps to
    tell the genre.
    """
    shown, told = _reading(page, page_reason), _reading(own, "")
    voice, source, reason = _choose(entry, shown, told)
    published = entry.published_at or shown.published_at
    url = shown.variant_of or entry.url or ""
    title, author = entry.title or shown.title, entry.author or shown.author
    house = affiliation_of(AuthorFacts(author, shown.about_author, voice.text, url, feed.name if feed else ""))
    section = ", ".join(filter(None, (shown.section, _rubric(feed))))
    stance = feed.stance if feed else ""
    genre, cue = tell(genre_facts(title, voice.text, voice.language, url, section, author, stance, house))
    return Article(
        id=article_id(shown.variant_of) if shown.variant_of else entry.article_id,
        url=url,
        feed_id=entry.feed_id,
        title=title,
        author=author,
        published_at=published,
        # Where nobody states a date, the entry's counts: when it was first seen, or a sitemap's guess.
        dated_at=usable(published, entry.first_seen_at) or entry.dated_at,
        first_seen_at=entry.first_seen_at,
        read_at=now,
        baseline=entry.baseline,
        language=voice.language,
        text=voice.text,
        text_source=source,
        reason=reason,
        fingerprint=voice.fingerprint,
        page_hash=page_hash,
        genre=genre,
        institution=house.name if house else "",
        genre_cue=cue,
    )


def genre_facts(
    title: str, text: str, language: str, url: str, section: str, byline: str, stance: str, house: Affiliation | None
) -> GenreFacts:
    """What the genre is told by; of the author's house its kind, and of an office only where it is its own page."""
    speaks_as = house.kind if house and (house.publishes or house.kind != "government") else ""
    return GenreFacts(title, text, known_language(language), url, section, byline, stance, speaks_as)


def _rubric(feed: Feed | None) -> str:
    """The part of the house that a feed covers, where its name says so: The Courier – opinion."""
    return feed.name.partition(" – ")[2].lower() if feed else ""


def _reading(result: Reading | Failed | None, reason: str) -> Reading:
    """The reading, or an empty one that says why there is none."""
    if isinstance(result, Reading):
        return result
    return Reading("", result.reason if isinstance(result, Failed) else reason, "", "", None, "", 0)


def _choose(entry: Entry, shown: Reading, told: Reading) -> tuple[Reading, Literal["page", "feed", "summary"], str]:
    if shown.text and len(shown.text) >= STUB_SHARE * len(told.text):
        return shown, "page", ""
    return told, "feed" if entry.content else "summary", shown.reason or "stub"
