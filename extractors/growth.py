"""How themes stand that were told of shortly before: who speaks now, in as many days as then. Pure."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from extractors.stories import appearance_order, voices
from warehouse.records import Appearance, Finding, PastAlert

# Kinds that are about a theme at large, so that one of them may be compared with how the theme stands now.
AT_LARGE = ("first_seen", "surge")

_DAY = timedelta(days=1)


def known_blocs(past: PastAlert, appearances: Iterable[Appearance]) -> PastAlert:
    """The alert, with the blocs that had spoken of its theme before it as well: they are no news after it."""
    spoke = {a.bloc for a in appearances if a.theme_id == past.theme_id and a.dated_at <= _opens(past)}
    return replace(past, blocs=tuple(sorted(spoke.union(past.blocs))))


def as_they_stand(
    appearances: Iterable[Appearance],
    told: Sequence[PastAlert],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    now: datetime,
) -> tuple[Finding, ...]:
    """Each theme of an earlier alert as it stands: a finding of that alert's kind on what is fresh in as many days.

    Of several alerts on a theme the last one at large counts. Nothing where nothing is fresh, or where all that is
    are summaries.
    """
    last = {past.theme_id: past for past in sorted(told, key=lambda past: past.at) if past.kind in AT_LARGE}
    said: dict[str, list[Appearance]] = defaultdict(list)
    for appearance in appearances:
        said[appearance.theme_id].append(appearance)
    found = (
        _finding(last[theme], said[theme], quiet_until[theme], taxonomy_id, now)
        for theme in sorted(last.keys() & said.keys() & quiet_until.keys())
    )
    return tuple(finding for finding in found if finding)


def _finding(
    past: PastAlert, said: Sequence[Appearance], quiet_until: datetime, taxonomy_id: str, now: datetime
) -> Finding | None:
    fresh = sorted((a for a in said if _is_fresh(a, now - past.window_days * _DAY, quiet_until)), key=appearance_order)
    if all(a.thin for a in fresh):
        return None
    speaking = voices(fresh)
    return Finding(
        kind="surge" if past.kind == "surge" else "first_seen",
        theme_id=past.theme_id,
        taxonomy_id=taxonomy_id,
        found_at=now,
        window_days=past.window_days,
        silence_days=0,
        article_ids=tuple(a.article_id for a in fresh),
        stories=len(speaking),
        publishers=tuple(sorted({voice.publisher for voice in speaking})),
        blocs=tuple(sorted({voice.bloc for voice in speaking})),
    )


def _opens(past: PastAlert) -> datetime:
    return past.at - past.window_days * _DAY


def _is_fresh(appearance: Appearance, opens: datetime, quiet_until: datetime) -> bool:
    news = not appearance.baseline and not appearance.brought_up
    return news and appearance.dated_at > opens and appearance.first_seen_at > quiet_until
