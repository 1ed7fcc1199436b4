"""The plain types that pass between the rooms.

Standard library only, frozen and slotted; collections are tuples; every datetime is aware and UTC.
They are named by their stage of life: configured (`Feed`, `Theme`), fetched (`Fetch`, `Entry`), read
(`Article`), judged (`Judgement`, `Score`, `Evidence`, `Residual`), found (`Finding`), told (`Alert`, `Message`,
`Delivery`).
"""

from __future__ import annotations

from warehouse.records.configured import Contrast, Feed, Phrase, Statement, Taxonomy, Theme
from warehouse.records.fetched import Entry, FeedState, Fetch, HostRest, Outcome, ParsedFeed, Request, Rhythm
from warehouse.records.found import (
    Alike,
    Appearance,
    Copy,
    FeedDay,
    Finding,
    Meaning,
    NewVoice,
    Original,
    PastFinding,
    Shared,
    Surge,
    Turn,
)
from warehouse.records.judged import Evidence, Judgement, Mention, Score
from warehouse.records.ledger import Again, PastAlert, Voice
from warehouse.records.novel import Candidate, Passage, Residual
from warehouse.records.read import Article, Reading
from warehouse.records.robots import RobotsFile
from warehouse.records.told import Alert, Base, DayCount, Delivery, Message, MessageState, Quiet, Quote, TakenBack

__all__ = [
    "Again",
    "Alert",
    "Alike",
    "Appearance",
    "Article",
    "Base",
    "Candidate",
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
    "Meaning",
    "Mention",
    "Message",
    "MessageState",
    "NewVoice",
    "Original",
    "Outcome",
    "ParsedFeed",
    "Passage",
    "PastAlert",
    "PastFinding",
    "Phrase",
    "Quiet",
    "Quote",
    "Reading",
    "Request",
    "Residual",
    "Rhythm",
    "RobotsFile",
    "Score",
    "Shared",
    "Statement",
    "Surge",
    "TakenBack",
    "Taxonomy",
    "Theme",
    "Turn",
    "Voice",
]
