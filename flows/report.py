"""A pass in words: one line, a table, and Markdown. Pure."""

from __future__ import annotations

from warehouse.passes import PassRecord

_ONE = {
    "feeds asked": "feed asked",
    "feeds failing": "feed failing",
    "new entries": "new entry",
    "pages fetched": "page fetched",
    "articles read": "article read",
    "articles judged": "article judged",
    "new themes found": "new theme found",
    "alerts": "alert",
    "messages sent": "message sent",
    "messages waiting": "message waiting",
    "messages given up": "message given up",
}


def line(record: PassRecord) -> str:
    """The pass on one line."""
    counts = [(_ONE.get(words, words) if count == 1 else words, count) for words, count in _counts(record)]
    return ", ".join(f"{count:,} {words}" for words, count in counts if count) or "nothing new"


def rows(record: PassRecord) -> list[dict[str, str | int]]:
    """The pass as a table: one row per count, in the order of the verbs."""
    return [{"what": words, "count": count} for words, count in _counts(record)]


def markdown(record: PassRecord) -> str:
    """The pass as a short Markdown page."""
    lines = [f"# Pass of {record.started_at:%Y-%m-%d %H:%M} UTC", "", f"Outcome: **{record.outcome}**", ""]
    lines += [f"- {words}: {count:,}" for words, count in _counts(record)]
    if record.note:
        lines += ["", record.note]
    return "\n".join(lines)


def _counts(record: PassRecord) -> list[tuple[str, int]]:
    return [
        ("feeds asked", record.feeds_due),
        ("feeds failing", record.feeds_failed),
        ("new entries", record.entries_new),
        ("pages fetched", record.pages_fetched),
        ("articles read", record.articles_read),
        ("articles judged", record.articles_judged),
        ("relevant", record.articles_relevant),
        ("new themes found", record.findings),
        ("alerts", record.alerts),
        ("messages sent", record.messages_sent),
        ("messages waiting", record.messages_waiting),
        ("messages given up", record.messages_given_up),
    ]
