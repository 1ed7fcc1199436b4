"""What counts without muted voices, how a theme that was told of stands, and what a theme lacks to be new."""

from __future__ import annotations

from dataclasses import replace

import pytest

from builders import DAY, NOW, key
from extractors.growth import as_they_stand, known_blocs
from extractors.novelty import NoveltyRules, first_seen, look_at
from extractors.surge import enough, loudness
from extractors.unheard import without
from press import DAY as A_DAY
from press import LONG_AGO, chatter, days, noon, polled
from press import said as spoke
from warehouse.records import Appearance, PastAlert

RULES = NoveltyRules()
SINCE = {"gas": NOW - 200 * DAY}


def said(publisher: str, bloc: str = "independent", ago: float = 1, n: int = 0, **changes: object) -> Appearance:
    """A story of its own by the one feed of a publisher, so many days ago."""
    id_, at = key(f"{publisher}/{ago}/{n}"), NOW - ago * DAY
    made = Appearance("gas", id_, id_, publisher, bloc, at, at, baseline=False, thin=False, feed_id=key(publisher))
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of an appearance


def past(ago: float = 3, **changes: object) -> PastAlert:
    made = PastAlert(key("alert"), "first_seen", "gas", NOW - ago * DAY, "", 2, ("independent",), 7)
    return replace(made, **changes)  # type: ignore[arg-type]  # fields of a past alert


# --- muted voices ---------------------------------------------------------------------------------


def test_a_muted_feed_supports_nothing_and_is_history() -> None:
    """What it says is no news; what it said before the window breaks the silence all the same."""
    fresh = [said("a"), said("b")]
    assert first_seen(without(fresh, [key("c")]), (), SINCE, "t", RULES, NOW)
    assert not first_seen(without(fresh, [key("b")]), (), SINCE, "t", RULES, NOW)
    before = [said("c", ago=20), *fresh]
    assert not first_seen(without(before, [key("c")]), (), SINCE, "t", RULES, NOW)


def test_who_copies_a_muted_voice_does_not_speak() -> None:
    """A story belongs to its voice, whoever prints it; a muted copy of another's story takes nothing from it."""
    wire = said("wire", ago=2)
    copy = replace(said("b"), story_id=wire.story_id)
    assert [a.baseline for a in without([wire, copy, said("c")], [key("wire")])] == [True, True, False]
    assert [a.baseline for a in without([wire, copy, said("c")], [key("b")])] == [False, True, False]


def test_without_mutes_nothing_changes() -> None:
    """All count, in their order."""
    assert without([said("b"), said("a")], ()) == [said("b"), said("a")]


# --- how a theme stands ---------------------------------------------------------------------------


def test_a_theme_stands_as_it_is_spoken_of_now() -> None:
    """Counted in as many days as the alert that silences it: who speaks, from where, each story once."""
    lately = [said("a"), said("b", "china-state"), said("c", ago=6), said("d", ago=8)]
    (finding,) = as_they_stand(lately, [past()], SINCE, "t", NOW)
    assert (finding.kind, finding.publishers, finding.window_days) == ("first_seen", ("a", "b", "c"), 7)
    assert finding.blocs == ("china-state", "independent")
    (loud,) = as_they_stand(lately, [past(), past(1, kind="surge", window_days=2)], SINCE, "t", NOW)
    assert (loud.kind, loud.publishers) == ("surge", ("a", "b"))


@pytest.mark.parametrize(
    ("appearances", "alerts"),
    [
        ([], [past()]),
        ([said("a", baseline=True), said("b", brought_up=True)], [past()]),
        ([said("a", thin=True), said("b", thin=True)], [past()]),
        ([said("a", first_seen_at=NOW - 300 * DAY)], [past()]),
        ([said("a")], [past(kind="turn", bloc="independent")]),
        ([said("a", theme_id="grain")], [past()]),
    ],
)
def test_what_stands_for_nothing(appearances: list[Appearance], alerts: list[PastAlert]) -> None:
    """No news, summaries alone, history, other kinds and other themes."""
    assert as_they_stand(appearances, alerts, SINCE, "t", NOW) == ()


def test_a_bloc_that_spoke_before_the_alert_is_no_news_after_it() -> None:
    """What is new is new against all that was said, not against those alone who made the alert."""
    appearances = [
        said("c", "russia-state", ago=30),
        said("d", "china-state", ago=5),
        said("e", "exile", 30, theme_id="x"),
    ]
    assert known_blocs(past(), appearances).blocs == ("independent", "russia-state")


# --- what is lacking ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("appearances", "found_before", "lacks"),
    [
        ([said("a"), said("b")], [], ()),
        ([said("a")], [], ("stories", "publishers")),
        ([said("a"), said("a", n=1)], [], ("publishers",)),
        ([said("a", thin=True), said("b", thin=True)], [], ("text",)),
        ([said("a"), said("b"), said("c", ago=30)], [], ("silence",)),
        ([said("a"), said("b", first_seen_at=NOW - 300 * DAY)], [], ("history",)),
        ([said("a"), said("b")], [("gas", NOW - 60 * DAY), ("grain", NOW)], ("known",)),
        ([], [], ("stories", "publishers")),
    ],
)
def test_what_a_theme_lacks_to_be_new(
    appearances: list[Appearance], found_before: list[tuple[str, object]], lacks: tuple[str, ...]
) -> None:
    """Each want has its name, and a theme is found exactly where there is none."""
    look = look_at("gas", appearances, found_before, SINCE["gas"], RULES, NOW)  # type: ignore[arg-type]  # moments
    assert look.lacks == lacks
    assert bool(first_seen(appearances, found_before, SINCE, "t", RULES, NOW)) is (not lacks)  # type: ignore[arg-type]  # same


def test_how_many_would_have_made_a_surge() -> None:
    """That many more publishers do, one fewer does not, all else being as it was."""
    papers, month = [f"paper-{n:02}" for n in range(24)], days(0, 39)
    usual, polls, today = chatter(["gas"], papers, month, 0.08, seed=7), polled(papers, month), month[-1]
    asked = (polls, (), {"gas": LONG_AGO}, RULES, today, noon(today))
    needed = enough("gas", usual, *asked)
    assert needed is not None
    there = {a.publisher for a in usual if a.dated_at >= noon(today) - A_DAY / 2}

    def lacks(number: int) -> tuple[str, ...]:
        loud = [spoke("gas", f"new-{n}", today, feed_id=usual[0].feed_id) for n in range(number - len(there))]
        (measured,) = loudness([*usual, *loud], *asked)
        assert measured.surge.observed == number
        return measured.lacks

    assert lacks(needed) == ()
    assert lacks(needed - 1)
