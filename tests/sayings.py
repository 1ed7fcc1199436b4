"""Articles on topics, for tests of what gathers: each topic is a direction of meaning with words of its own."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import numpy as np
from hypothesis import strategies as st

from extractors.clusters import Item

START = datetime(2026, 3, 1, tzinfo=UTC)
TOPICS = ("lunar base", "wheat terminal", "visa centre")
ELSE = 100  # topics from here on are each spoken of once

Drawn = tuple[int, int, int]  # topic, day, and whose copy it is

said = st.lists(st.tuples(st.integers(0, 2), st.integers(0, 40), st.integers(0, 3)), min_size=1, max_size=40)


def article(n: int, topic: int = 0, day: float = 0, **changes: object) -> Item:
    vector = np.zeros(ELSE, np.float32)
    vector[topic % ELSE] = 1
    name = TOPICS[topic] if topic < len(TOPICS) else f"matter{topic} other{topic}"
    one, other = name.split()
    terms = {one: 1.0, other: 1.0, name: 1.0, f"@Agency {topic}": 1.0, f"aside{n}": 1.0}
    made = Item(
        id=uuid.UUID(int=n),
        story_id=uuid.UUID(int=n),
        at=START + timedelta(days=day),
        publisher=f"paper-{n % 5}",
        bloc="West",
        language="en",
        vector=vector,
        terms=terms,
    )
    return replace(made, **changes)


def usual(many: int, day: float = -20, **changes: object) -> list[Item]:
    """So many articles of as many matters, weeks before."""
    return [article(1000 + n, ELSE + 10 + n % 80, day, terms={f"usual{n}": 1.0}, **changes) for n in range(many)]


def stream(drawn: Sequence[Drawn]) -> list[Item]:
    """What was drawn, by date; a copy is of the last story of its topic, if that is no older than a fortnight."""
    items: list[Item] = []
    for n, (topic, day, copied) in enumerate(sorted(drawn, key=lambda one: one[1])):
        made = article(n, topic, day)
        lately = [item for item in items if item.vector[topic] and made.at - item.at <= timedelta(days=14)]
        items.append(replace(made, story_id=lately[-1].story_id) if copied == 3 and lately else made)
    return items
