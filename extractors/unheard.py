"""What counts once some voices are muted: theirs is history like any other, but news of nothing. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import replace
from uuid import UUID

from extractors.stories import voices
from warehouse.records import Appearance


def without(appearances: Iterable[Appearance], feeds: Collection[UUID]) -> list[Appearance]:
    """The appearances, in their order, with those of muted feeds marked as if their feeds had brought them along.

    So is a story whose voice is muted, whoever else prints it: who copies does not speak. What is marked neither
    supports a finding nor is counted in a baseline, and breaks a silence all the same.
    """
    given = list(appearances)
    if not feeds:
        return given
    by_theme: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in given:
        by_theme[appearance.theme_id].append(appearance)
    off = {
        (theme, voice.story_id) for theme, said in by_theme.items() for voice in voices(said) if voice.feed_id in feeds
    }
    return [replace(a, baseline=True) if a.feed_id in feeds or (a.theme_id, a.story_id) in off else a for a in given]
