"""Records for tests: sensible defaults, and one keyword for what a test is about.

Everything hangs on `NOW` and on names, so that two calls with the same words give equal records.
"""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from warehouse.records import (
    Alert,
    Article,
    DayCount,
    Delivery,
    Entry,
    Evidence,
    Feed,
    FeedState,
    Fetch,
    Finding,
    Judgement,
    Mention,
    Message,
    Outcome,
    Phrase,
    Quote,
    Score,
    Statement,
    Surge,
    Taxonomy,
    Theme,
)

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
DAY = timedelta(days=1)
TEXT = (
    "Moscow and Beijing signed a long-term contract for pipeline gas on Monday. "
    "Analysts doubt that China will pay what Russia hopes for."
)


def key(name: str) -> uuid.UUID:
    """The same UUID for the same name."""
    return uuid.uuid5(uuid.NAMESPACE_URL, name)


def make_feed(name: str = "Steppe Review", **changes: Any) -> Feed:
    """An enabled English feed of an independent house, one publisher for each name."""
    slug = name.lower().replace(" ", "-")
    url = changes.get("url", f"https://{slug}.example/feed.xml")
    feed = Feed(
        name=name,
        url=url,
        publisher=name,
        bloc="independent",
        stance="analytical",
        language="en",
        evidence="edited",
        enabled=True,
        fetch_url=url,
    )
    return replace(feed, **changes)


def make_state(feed: Feed | None = None, **changes: Any) -> FeedState:
    """The state of a feed that answered at `NOW` and is due again in half an hour."""
    state = FeedState(
        feed_id=(feed or make_feed()).id,
        etag='"a1"',
        next_attempt_at=NOW + timedelta(minutes=30),
        checked_at=NOW,
        succeeded_at=NOW,
        outcome="new",
        status=200,
    )
    return replace(state, **changes)


def make_fetch(**changes: Any) -> Fetch:
    """A good answer with a body."""
    fetch = Fetch(at=NOW, outcome=Outcome.NEW, status=200, content_type="text/html", body_hash="0" * 64, raw_bytes=900)
    return replace(fetch, **changes)


def make_entry(slug: str = "gas-contract", feed: Feed | None = None, **changes: Any) -> Entry:
    """An entry named by its slug: its address, guid and article follow from it."""
    feed = feed or make_feed()
    url = f"https://{feed.name.lower().replace(' ', '-')}.example/{slug}"
    entry = Entry(
        feed_id=feed.id,
        guid=url,
        article_id=key(url),
        url=url,
        link=url,
        title=slug.replace("-", " ").capitalize(),
        author="Aisulu Bekova",
        summary="Two sentences of summary.",
        content="",
        published_raw="Mon, 02 Mar 2026 10:00:00 GMT",
        published_at=NOW - timedelta(hours=2),
        dated_at=NOW - timedelta(hours=2),
        first_seen_at=NOW,
        baseline=False,
    )
    return replace(entry, **changes)


def make_article(slug: str = "gas-contract", feed: Feed | None = None, **changes: Any) -> Article:
    """The article that `make_entry` of the same slug and feed announces, read from its page."""
    entry = make_entry(slug, feed)
    article = Article(
        id=entry.article_id,
        url=entry.url or "",
        feed_id=entry.feed_id,
        title=entry.title,
        author=entry.author,
        published_at=entry.published_at,
        dated_at=entry.dated_at,
        first_seen_at=entry.first_seen_at,
        read_at=NOW,
        baseline=False,
        language="en",
        text=TEXT,
        text_source="page",
        reason="",
        fingerprint=key(slug).int >> 64,
        page_hash="0" * 64,
    )
    return replace(article, **changes)


def make_theme(theme_id: str = "power-of-siberia", **changes: Any) -> Theme:
    """A theme with one statement and one strong phrase."""
    theme = Theme(
        id=theme_id,
        label=theme_id.replace("-", " ").capitalize(),
        definition=f"What is said about {theme_id.replace('-', ' ')}.",
        statements=(Statement("Russia sells its gas to China by pipeline.", "en"),),
        counter=(),
        phrases=(Phrase("pipeline gas", "en", "strong"),),
        entities=(),
        contrasts=(),
    )
    return replace(theme, **changes)


def make_taxonomy(*theme_ids: str, scorer: str = "lexical-1") -> Taxonomy:
    """A taxonomy of made themes."""
    return Taxonomy(tuple(make_theme(t) for t in theme_ids or ("power-of-siberia",)), scorer)


def make_evidence(article: Article, sentence: str = "", **changes: Any) -> Evidence:
    """One sentence of the article's text, by default its first, with its true offsets."""
    sentence = sentence or article.text.split(". ")[0] + "."
    start = article.text.index(sentence)
    evidence = Evidence(sentence, start, start + len(sentence), False, "pipeline gas", "strong", 1.0)
    return replace(evidence, **changes)


def make_score(article: Article, theme_id: str = "power-of-siberia", **changes: Any) -> Score:
    """A theme that is present, on the evidence of the article's first sentence."""
    return replace(Score(theme_id, 0.8, True, (make_evidence(article),)), **changes)


def make_judgement(
    article: Article | None = None,
    taxonomy: Taxonomy | None = None,
    theme_ids: Sequence[str] | None = None,
    **changes: Any,
) -> Judgement:
    """A relevant article in which `theme_ids` (by default all themes of the taxonomy) are present."""
    article = article or make_article()
    taxonomy = taxonomy or make_taxonomy()
    chosen = [t.id for t in taxonomy.themes] if theme_ids is None else theme_ids
    judgement = Judgement(
        article_id=article.id,
        taxonomy_id=taxonomy.id,
        judged_at=NOW,
        relevant=True,
        relevance=0.9,
        reason="",
        sentences=2,
        co_mentions=2,
        scores=tuple(make_score(article, t) for t in chosen),
        mentions=(Mention("Moscow", "GPE", 1), Mention("Beijing", "GPE", 1)),
    )
    return replace(judgement, **changes)


def make_finding(articles: Sequence[Article] = (), taxonomy: Taxonomy | None = None, **changes: Any) -> Finding:
    """The finding that the taxonomy's first theme is new, shown by `articles`."""
    taxonomy = taxonomy or make_taxonomy()
    finding = Finding(
        kind="first_seen",
        theme_id=taxonomy.themes[0].id,
        taxonomy_id=taxonomy.id,
        found_at=NOW,
        window_days=7,
        silence_days=60,
        article_ids=tuple(a.id for a in articles),
        stories=max(len(articles), 2),
        publishers=("Amur Daily", "Steppe Review"),
        blocs=("independent",),
    )
    return replace(finding, **changes)


def make_quote(n: int = 1, **changes: Any) -> Quote:
    """The n-th quote, each of another publisher."""
    publishers = ("Amur Daily", "Steppe Review", "Harbin Observer")
    quote = Quote(
        sentence="Moscow and Beijing signed a long-term contract for pipeline gas on Monday.",
        phrase="pipeline gas",
        title=f"Gas contract, part {n}",
        url=f"https://example.org/gas-contract-{n}",
        publisher=publishers[(n - 1) % len(publishers)],
        bloc="independent",
        dated_at=NOW - n * DAY,
    )
    return replace(quote, **changes)


def make_series(*last: int, until: datetime = NOW, days: int = 60) -> tuple[DayCount, ...]:
    """`days` counts up to the day of `until`: zeros, and `last` at the end."""
    counts = [0] * (days - len(last)) + list(last)
    return tuple(DayCount((until - (days - 1 - i) * DAY).date(), n) for i, n in enumerate(counts))


def make_alert(theme_id: str = "power-of-siberia", **changes: Any) -> Alert:
    """An alert on a theme first seen: three stories of three publishers, three quotes, sixty days."""
    theme = make_theme(theme_id)
    alert = Alert(
        id=key(f"alert/{theme_id}"),
        kind="first_seen",
        theme_id=theme.id,
        label=theme.label,
        definition=theme.definition,
        created_at=NOW,
        window_days=7,
        silence_days=60,
        watched_since=NOW - 200 * DAY,
        articles=4,
        stories=3,
        publishers=("Amur Daily", "Harbin Observer", "Steppe Review"),
        blocs=("central-asia", "independent"),
        quotes=tuple(make_quote(n) for n in (1, 2, 3)),
        series=make_series(1, 0, 2),
    )
    return replace(alert, **changes)


def make_surge(**changes: Any) -> Surge:
    """Nine publishers on the day of `NOW`, where about two were expected."""
    surge = Surge(
        last_day=NOW.date(),
        observed=9,
        expected=1.84,
        deviation=1.7,
        p_value=0.000246,
        baseline_days=28,
        exposure=1.0,
    )
    return replace(surge, **changes)


def make_loud_alert(**changes: Any) -> Alert:
    """An alert on a theme that surges."""
    publishers = tuple(f"House {n}" for n in range(1, 10))
    loud = {"kind": "surge", "window_days": 1, "silence_days": 0, "publishers": publishers, "surge": make_surge()}
    return make_alert(**{**loud, "series": make_series(2, 1, 11), **changes})


def make_message(alerts: Sequence[Alert] = (), **changes: Any) -> Message:
    """A rendered e-mail to one recipient that nobody has tried to send."""
    message = Message(
        id=key(f"message/{changes.get('channel', 'email')}/{changes.get('recipient', 'desk@example.org')}"),
        channel="email",
        recipient="desk@example.org",
        created_at=NOW,
        message_id="<1@amur.example.org>",
        subject="New theme: Power of Siberia",
        body=b"From: amur@example.org\r\n\r\nA theme is new.\r\n",
        alert_ids=tuple(a.id for a in alerts),
    )
    return replace(message, **changes)


def make_delivery(message: Message, result: str = "sent", **changes: Any) -> Delivery:
    """One attempt to send `message` at `NOW`."""
    return replace(Delivery(message.id, NOW, result), **changes)  # type: ignore[arg-type]  # tests name the result
