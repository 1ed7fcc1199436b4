from __future__ import annotations

import uuid
from collections.abc import Collection
from datetime import UTC, datetime, timedelta

import pytest

from extractors.blocs import About, new_voices, turns
from extractors.novelty import NoveltyRules
from warehouse.records import Appearance, Finding

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
LONG_AGO = NOW - timedelta(days=100)
RULES = NoveltyRules()


def said(n: int, bloc: str, days_ago: float, *, theme: str = "water", story: int | None = None, **more: object):
    """One article of a house of its bloc."""
    dated = NOW - timedelta(days=days_ago)
    values = {"first_seen_at": dated, "baseline": False, "thin": False, **more}
    house = f"{bloc}-{n % 3}"
    return Appearance(theme, uuid.UUID(int=n), uuid.UUID(int=story or n), house, bloc=bloc, dated_at=dated, **values)


def month(bloc: str, stories: int, first: int) -> list[Appearance]:
    """So many relevant stories of a bloc, spread over the silence."""
    return [said(first + n, bloc, 8 + 55 * n / stories, theme="") for n in range(stories)]


# Others speak of it in eight of forty stories; the state press told forty without it.
OTHERS = [said(n, "independent", 8 + 6 * n) for n in range(1, 9)]
RELEVANT = [*month("independent", 40, 1_000), *month("china-state", 40, 2_000)]
JOINING = [said(101, "china-state", 1), said(102, "china-state", 2)]


def joined(
    *more: Appearance,
    relevant: list[Appearance] = RELEVANT,
    before: Collection[About] = (),
    quiet_until: datetime = LONG_AGO,
) -> tuple[Finding, ...]:
    return new_voices([*OTHERS, *more], relevant, before, {"water": quiet_until}, "t1", RULES, NOW)


def test_a_bloc_that_joins_in_is_found() -> None:
    """A bloc that told forty stories without a theme that others spoke of in every fifth is a new voice on it."""
    (finding,) = joined(*JOINING)
    assert (finding.kind, finding.theme_id, finding.blocs, finding.stories) == (
        "new_voice",
        "water",
        ("china-state",),
        2,
    )
    assert finding.voice
    assert (finding.voice.told, finding.voice.share) == (40, 0.2)
    assert finding.voice.p_value == pytest.approx(0.8**40)
    assert finding.article_ids == tuple(a.article_id for a in reversed(JOINING))


@pytest.mark.parametrize(
    ("more", "changes"),
    [
        (JOINING[:1], {}),
        ([JOINING[0], said(102, "china-state", 2, story=101)], {}),
        ([*JOINING, said(103, "china-state", 30)], {}),
        ([*JOINING, said(103, "china-state", 30, story=2)], {}),
        ([said(101, "china-state", 1, baseline=True), JOINING[1]], {}),
        ([said(n, "china-state", 1, thin=True) for n in (101, 102)], {}),
        ([said(n, "china-state", 1, brought_up=True) for n in (101, 102)], {}),
        (JOINING, {"before": {("water", "china-state")}}),
        (JOINING, {"quiet_until": NOW - timedelta(hours=30)}),
    ],
    ids=[
        "one story",
        "a copy",
        "spoke of it a month ago",
        "printed a copy of it a month ago",
        "came with a new feed",
        "only summaries",
        "brought up by edited themes",
        "was found before",
        "a new theme",
    ],
)
def test_what_is_no_new_voice(more: list[Appearance], changes: dict[str, object]) -> None:
    """Too little is said, or the silence before it proves nothing."""
    assert joined(*more, **changes) == ()


def test_a_silence_that_may_be_chance_is_none() -> None:
    """Twelve stories without a theme of every fifth come up by chance in one case of fifteen."""
    assert joined(*JOINING, relevant=[*month("independent", 40, 1_000), *month("china-state", 12, 2_000)]) == ()


def test_where_nobody_spoke_of_it_the_theme_itself_is_new() -> None:
    """Two stories elsewhere make no known theme: who takes it up is no news of its own."""
    assert new_voices([*OTHERS[:2], *JOINING], RELEVANT, (), {"water": LONG_AGO}, "t1", RULES, NOW) == ()


# --- turns ----------------------------------------------------------------------------------------

AFFIRMING = [said(n, "russia-state", 8 + 5 * n) for n in range(1, 9)]
DENYING = [said(n, "russia-state", 1 + n / 100) for n in (201, 202, 203)]


def turned(
    denying: int, *, before: int = 0, found: Collection[About] = (), past: list[Appearance] = AFFIRMING
) -> tuple[Finding, ...]:
    denials = {("water", a.article_id) for a in [*DENYING[:denying], *past[:before]]}
    return turns([*past, *DENYING], denials, found, {"water": LONG_AGO}, "t1", RULES, NOW)


def test_a_bloc_that_denies_what_it_affirmed_is_found() -> None:
    """Eight stories affirmed it, three deny it now: that is a turn, with the figures it rests on."""
    (finding,) = turned(3)
    assert (finding.kind, finding.blocs, finding.stories) == ("turn", ("russia-state",), 3)
    assert finding.turn
    assert (finding.turn.denied, finding.turn.stories) == (3, 3)
    assert (finding.turn.denied_before, finding.turn.stories_before) == (0, 8)
    assert finding.turn.p_value == pytest.approx(0.001)


@pytest.mark.parametrize(
    "changes",
    [
        {"denying": 1},
        {"denying": 2, "before": 1},
        {"denying": 3, "before": 2},
        {"denying": 3, "past": AFFIRMING[:4]},
        {"denying": 3, "found": {("water", "russia-state")}},
    ],
    ids=["one story", "it may be chance", "it was in doubt before", "little was said before", "found before"],
)
def test_what_is_no_turn(changes: dict[str, object]) -> None:
    """One denial, a theme long in doubt or hardly known, and what was told already."""
    assert turned(**changes) == ()


def test_findings_of_one_theme_in_two_blocs_are_two() -> None:
    """Their keys differ, however they are found at one moment."""
    relevant = [*RELEVANT, *month("china-state", 40, 4_000), *month("central-asia", 80, 3_000)]
    both = [*JOINING, said(301, "central-asia", 1), said(302, "central-asia", 2)]
    first, second = joined(*both, relevant=relevant)
    assert first.id != second.id
