"""The plain types that pass between the rooms.

Standard library only, frozen and slotted; collections are tuples; every datetime is aware and UTC.
They are named by their stage of life: configured (`Feed`, `Theme`), fetched (`Fetch`, `Entry`), read
(`Article`), judged (`Judgement`, `Score`, `Evidence`), found (`Finding`), told (`Alert`, `Message`,
`Delivery`).
"""

from __future__ import annotations

from warehouse.records.configured import Contrast, Feed, Phrase, Statement, Taxonomy, Theme
from warehouse.records.fetched import Entry, FeedState, Fetch, HostRest, Outcome, ParsedFeed, Request, Rhythm
from warehouse.records.found import Appearance, Copy, FeedDay, Finding, Original, PastFinding, Shared, Surge
from warehouse.records.judged import Evidence, Judgement, Mention, Score
from warehouse.records.read import Article, Reading
from warehouse.records.robots import RobotsFile
from warehouse.records.told import Alert, DayCount, Delivery, Message, MessageState, Quiet, Quote, TakenBack

__all__ = [
    "Alert",
    "Appearance",
    "Article",
    "Contrast",
    "Copy",
    "DayCount",
    "Delivery",
    "Entry",
    "Evidence",
    "Feed",
    "FeedDay",
    "FeedState",
    "Fetch",
    "Finding",
    "HostRest",
    "Judgement",
    "Mention",
    "Message",
    "MessageState",
    "Original",
    "Outcome",
    "ParsedFeed",
    "PastFinding",
    "Phrase",
    "Quiet",
    "Quote",
    "Reading",
    "Request",
    "Rhythm",
    "RobotsFile",
    "Score",
    "Shared",
    "Statement",
    "Surge",
    "TakenBack",
    "Taxonomy",
    "Theme",
]
