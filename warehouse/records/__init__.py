"""The plain types that pass between the rooms.

Standard library only, frozen and slotted; collections are tuples; every datetime is aware and UTC.
They are named by their stage of life: configured (`Feed`, `Theme`), fetched (`Fetch`, `Entry`), read
(`Article`), judged (`Judgement`, `Score`, `Evidence`), found (`Finding`), told (`Alert`, `Message`,
`Delivery`).
"""

from __future__ import annotations

from warehouse.records.configured import Feed, Phrase, Taxonomy, Theme
from warehouse.records.fetched import Entry, FeedState, Fetch, Outcome, ParsedFeed, Request
from warehouse.records.found import Appearance, Copy, Finding
from warehouse.records.judged import Evidence, Judgement, Mention, Score
from warehouse.records.read import Article, Reading
from warehouse.records.told import Alert, DayCount, Delivery, Message, MessageState, Quote

__all__ = [
    "Alert",
    "Appearance",
    "Article",
    "Copy",
    "DayCount",
    "Delivery",
    "Entry",
    "Evidence",
    "Feed",
    "FeedState",
    "Fetch",
    "Finding",
    "Judgement",
    "Mention",
    "Message",
    "MessageState",
    "Outcome",
    "ParsedFeed",
    "Phrase",
    "Quote",
    "Reading",
    "Request",
    "Score",
    "Taxonomy",
    "Theme",
]
