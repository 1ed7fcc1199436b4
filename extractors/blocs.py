"""What changes in one bloc: it takes up a theme that others spoke of, or denies what it used to affirm.

Pure and deterministic. A bloc's silence is proof only as far as it was heard: it counts by how many relevant stories
the bloc told meanwhile, against how often the others spoke of the theme in theirs.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from math import comb
from uuid import UUID

from extractors.novelty import NoveltyRules
from extractors.stories import appearance_order, voices
from warehouse.records import Appearance, Finding, NewVoice, Turn

CHANCE = 0.01  # of the same, had nothing changed: what is likelier is not told
FEWEST_ELSEWHERE = 3  # stories of others by which a theme is known, before a bloc can join in
FEWEST_BEFORE = 5  # stories of a bloc that affirmed what it now denies
STEADY = 0.2  # the largest share of them that may have denied it even then

About = tuple[str, str]  # a theme and a bloc
Denial = tuple[str, UUID]  # a theme and an article most of whose evidence denies its point


def new_voices(
    appearances: Iterable[Appearance],
    relevant: Iterable[Appearance],
    found_before: Collection[About],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """Find the blocs that take up, in the last `window_days`, a theme that others spoke of in the silence before.

    `relevant` are all relevant articles of that time, one appearance each, whatever their themes. A bloc is new where
    its silence was no chance: it told n stories meanwhile, and had it spoken of the theme as often as the others did,
    in a share s of theirs, it would have kept silent with probability (1 - s)^n, which is at most `CHANCE`. It takes
    as many stories as for a theme that is first seen, but one publisher: a bloc may have no more. New feeds, themes
    and blocs have too short a past to be found. `found_before` are findings that a silence does not lie behind yet.
    """
    told, told_before = _told(relevant, rules, now)
    found = []
    for talk in _talks(appearances, quiet_until, rules, now):
        if talk.about in found_before or talk.printed_before or not _carries(talk, rules):
            continue
        if len(talk.elsewhere) < FEWEST_ELSEWHERE or len({v.publisher for v in talk.elsewhere}) < rules.publishers:
            continue
        share = min(len(talk.elsewhere) / max(told.total() - told[talk.bloc], 1), 1.0)
        chance = (1 - share) ** told_before[talk.bloc]
        if chance <= CHANCE:
            voice = NewVoice(talk.bloc, told_before[talk.bloc], share, chance)
            found.append(_finding(talk, taxonomy_id, rules, now, voice))
    return tuple(found)


def turns(
    appearances: Iterable[Appearance],
    denials: Collection[Denial],
    found_before: Collection[About],
    quiet_until: Mapping[str, datetime],
    taxonomy_id: str,
    rules: NoveltyRules,
    now: datetime,
) -> tuple[Finding, ...]:
    """Find the blocs that deny, in the last `window_days`, what they affirmed in the `silence_days` before.

    Most of a bloc's stories on the theme deny it now, at least as many as carry a first-seen theme, and hardly any did
    before; so many denials would have come up by chance, at the rate of before, with a probability of at most
    `CHANCE` (binomial; the rate with one story of either kind added).
    """
    found = []
    for talk in _talks(appearances, quiet_until, rules, now):
        if talk.about in found_before or len(talk.before) < FEWEST_BEFORE or not _carries(talk, rules):
            continue
        denied = sum((talk.theme_id, voice.article_id) in denials for voice in talk.fresh)
        denied_before = sum((talk.theme_id, voice.article_id) in denials for voice in talk.before)
        if denied < rules.stories or 2 * denied <= len(talk.fresh) or denied_before > STEADY * len(talk.before):
            continue
        rate = (denied_before + 1) / (len(talk.before) + 2)
        chance = _as_many_or_more(denied, len(talk.fresh), rate)
        if chance <= CHANCE:
            turn = Turn(talk.bloc, denied, len(talk.fresh), denied_before, len(talk.before), chance)
            found.append(_finding(talk, taxonomy_id, rules, now, turn))
    return tuple(found)


@dataclass(frozen=True, slots=True)
class _Talk:
    """One theme in one bloc: its voices in the window and in the silence before, and everybody else's then."""

    theme_id: str
    bloc: str
    fresh: tuple[Appearance, ...]
    shown: tuple[Appearance, ...]  # the fresh ones with their copies in the bloc
    before: tuple[Appearance, ...]
    printed_before: bool  # so much as a copy
    elsewhere: tuple[Appearance, ...]

    @property
    def about(self) -> About:
        return self.theme_id, self.bloc


def _talks(
    appearances: Iterable[Appearance], quiet_until: Mapping[str, datetime], rules: NoveltyRules, now: datetime
) -> Iterator[_Talk]:
    """What was said theme by theme and bloc by bloc, where there is anything fresh; in their order."""
    opens = now - rules.window
    by_theme: dict[str, list[Appearance]] = {}
    for appearance in sorted(appearances, key=appearance_order):
        if appearance.dated_at > opens - rules.silence:
            by_theme.setdefault(appearance.theme_id, []).append(appearance)
    for theme_id in sorted(theme for theme in by_theme if theme in quiet_until and now > quiet_until[theme]):
        said = by_theme[theme_id]
        speaking = voices(said)
        past = [voice for voice in speaking if voice.dated_at <= opens]
        for bloc in sorted({voice.bloc for voice in speaking}):
            inside = [a for a in said if a.bloc == bloc]
            fresh = [a for a in inside if _is_fresh(a, opens, quiet_until[theme_id])]
            heard = {voice.article_id for voice in speaking} & {a.article_id for a in fresh}
            if heard:
                yield _Talk(
                    theme_id=theme_id,
                    bloc=bloc,
                    fresh=tuple(a for a in fresh if a.article_id in heard),
                    shown=tuple(fresh),
                    before=tuple(voice for voice in past if voice.bloc == bloc),
                    printed_before=any(a.dated_at <= opens or a.first_seen_at <= quiet_until[theme_id] for a in inside),
                    elsewhere=tuple(voice for voice in past if voice.bloc != bloc),
                )


def _is_fresh(appearance: Appearance, opens: datetime, quiet_until: datetime) -> bool:
    news = not appearance.baseline and not appearance.brought_up
    return news and appearance.dated_at > opens and appearance.first_seen_at > quiet_until


def _carries(talk: _Talk, rules: NoveltyRules) -> bool:
    # A summary is thin evidence: it may support a finding, it may not carry one alone.
    return len(talk.fresh) >= rules.stories and not all(voice.thin for voice in talk.fresh)


def _told(relevant: Iterable[Appearance], rules: NoveltyRules, now: datetime) -> tuple[Counter[str], Counter[str]]:
    """How many stories each bloc told in the silence; and how many of them came in no feed's first answer."""
    opens = now - rules.window
    past = [voice for voice in voices(relevant) if opens - rules.silence < voice.dated_at <= opens]
    return Counter(v.bloc for v in past), Counter(v.bloc for v in past if not v.baseline)


def _as_many_or_more(successes: int, trials: int, rate: float) -> float:
    return sum(comb(trials, n) * rate**n * (1 - rate) ** (trials - n) for n in range(successes, trials + 1))


def _finding(talk: _Talk, taxonomy_id: str, rules: NoveltyRules, now: datetime, what: NewVoice | Turn) -> Finding:
    return Finding(
        kind="new_voice" if isinstance(what, NewVoice) else "turn",
        theme_id=talk.theme_id,
        taxonomy_id=taxonomy_id,
        found_at=now,
        window_days=rules.window_days,
        silence_days=rules.silence_days,
        article_ids=tuple(a.article_id for a in talk.shown),
        stories=len(talk.fresh),
        publishers=tuple(sorted({voice.publisher for voice in talk.fresh})),
        blocs=(talk.bloc,),
        voice=what if isinstance(what, NewVoice) else None,
        turn=what if isinstance(what, Turn) else None,
    )
