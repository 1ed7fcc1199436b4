"""What a user configures: feeds and themes."""

from __future__ import annotations

import hashlib
import json
import uuid
from dataclasses import dataclass, field
from functools import cache
from typing import Literal


@dataclass(frozen=True, slots=True)
class Feed:
    """A feed as its user configured it.

    `url` is stored and shown; it may hold `${NAME}` where a credential belongs. `fetch_url` is the
    same with the credentials filled in: it is dialled, and never stored, logged or shown.
    """

    name: str
    url: str
    publisher: str
    bloc: str
    stance: str
    language: str
    evidence: str
    enabled: bool
    fetch_url: str = field(repr=False)

    @property
    def id(self) -> uuid.UUID:
        """The feed's key in the warehouse: uuid5 of `url`."""
        return _feed_id(self.url)


@cache
def _feed_id(url: str) -> uuid.UUID:
    # Asked for several times per feed and pass, of the few thousand that are configured.
    return uuid.uuid5(uuid.NAMESPACE_URL, url)


@dataclass(frozen=True, slots=True)
class Phrase:
    """One phrase of a theme: lemmas separated by spaces; `a .. b` means both in one sentence."""

    text: str
    language: str
    strength: Literal["strong", "weak"]


@dataclass(frozen=True, slots=True)
class Statement:
    """A whole sentence that makes a theme's point, or that only sounds as if it did."""

    text: str
    language: str


@dataclass(frozen=True, slots=True)
class Contrast:
    """Another theme that is easily taken for this one, and how people tell them apart."""

    theme_id: str
    how: str


@dataclass(frozen=True, slots=True)
class Theme:
    """One theme as configured; `statements`, `counter` and `phrases` decide scores, the rest is for people.

    `counter` are sentences that sound like the theme and are not it. A statement may stand under two themes: then it
    makes both points.
    """

    id: str
    label: str
    definition: str
    statements: tuple[Statement, ...]
    counter: tuple[Statement, ...]
    phrases: tuple[Phrase, ...]
    entities: tuple[str, ...]  # no score rests on them, but they are in the digest
    contrasts: tuple[Contrast, ...]
    # Sixteen hex digits of what decides its scores, whatever the order of phrases and statements.
    digest: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        decisive = {
            "id": self.id,
            "statements": sorted((s.language, s.text) for s in self.statements),
            "counter": sorted((s.language, s.text) for s in self.counter),
            "phrases": sorted((p.language, p.strength, p.text) for p in self.phrases),
            "entities": sorted(self.entities),
        }
        object.__setattr__(self, "digest", _digest(decisive))


@dataclass(frozen=True, slots=True)
class Taxonomy:
    """All themes that are scored together, and the id of everything that decides their scores."""

    themes: tuple[Theme, ...]
    scorer: str
    # Sixteen hex digits; labels, definitions and contrasts do not change it.
    id: str = field(init=False, compare=False, repr=False)

    def __post_init__(self) -> None:
        stated = {"scorer": self.scorer, "themes": sorted(theme.digest for theme in self.themes)}
        object.__setattr__(self, "id", _digest(stated))


def _digest(value: object) -> str:
    stated = json.dumps(value, ensure_ascii=False, sort_keys=True)
    return hashlib.sha256(stated.encode()).hexdigest()[:16]
