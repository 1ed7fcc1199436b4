"""Surges are found, once; and nothing but a surge is."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from extractors.exposure import heard_days
from extractors.surge import surges
from press import DAY, LONG_AGO, START, Watch, chatter, days, key, noon, polled, said
from warehouse.records import Appearance, FeedDay, PastFinding

PAPERS = [f"paper-{n:02}" for n in range(24)]
THEMES = [f"theme-{n}" for n in range(6)]
MONTH = days(0, 39)
RATE = 0.08  # times 24 papers: about two a day
TODAY = MONTH[-1]


def shout(theme: str = THEMES[0], papers: list[str] = PAPERS[:14], day=TODAY, **changes: object) -> list[Appearance]:
    return [said(theme, paper, day, n=9, **changes) for paper in papers]


def again(press: Watch, past: list[PastFinding], now: datetime):
    return surges(press.appearances, press.polls, past, dict.fromkeys(THEMES, LONG_AGO), "t1", press.rules, now)


def watch(extra: list[Appearance] = [], papers: list[str] = PAPERS, **changes) -> Watch:  # noqa: B006  never changed
    usual = chatter(THEMES, papers, MONTH, RATE, seed=7)
    return replace(Watch([*usual, *extra], polled(papers, MONTH), THEMES), **changes)


def test_a_surge_is_found_with_its_figures() -> None:
    """When many more papers speak of a theme than usual, it is found with what was counted and expected."""
    (finding,) = watch(shout()).look_daily(MONTH)
    assert (finding.kind, finding.theme_id, finding.found_at.date()) == ("surge", THEMES[0], TODAY)
    assert finding.surge is not None
    assert finding.surge.last_day == TODAY
    assert finding.surge.observed == len(finding.publishers) >= 14
    assert 1 < finding.surge.expected < 4
    assert finding.surge.p_value < 0.001
    assert (finding.surge.baseline_days, finding.surge.exposure) == (28, 1.0)
    assert {key(f"{THEMES[0]}/{paper}/{TODAY}/9") for paper in PAPERS[:14]} <= set(finding.article_ids)


def test_it_is_found_as_soon_as_it_is_one_and_not_again() -> None:
    """The day's count only grows: the pass by which it is too high finds the theme, and no later one."""
    theme = [replace(a, first_seen_at=noon(TODAY) + timedelta(minutes=n)) for n, a in enumerate(shout())]
    press = watch(theme)
    found = [len(press.look(noon(TODAY) + timedelta(minutes=n))) for n in range(-1, 30)]
    assert sum(found) == 1
    assert 2 < found.index(1) < 14


def test_a_surge_of_yesterday_is_found_today() -> None:
    """Who looks once a day, in the morning, finds what surged on the day before."""
    late = [replace(a, first_seen_at=noon(TODAY)) for a in shout(day=TODAY - DAY)]
    (finding,) = watch(late).look(noon(TODAY))
    assert finding.surge is not None
    assert finding.surge.last_day == TODAY - DAY


def test_copies_and_eager_papers_are_no_surge() -> None:
    """Fourteen copies of one story are one voice, and so are fourteen articles of one paper."""
    copies = [replace(a, story_id=key("wire")) for a in shout()]
    eager = [said(THEMES[1], PAPERS[0], TODAY, n=n) for n in range(14)]
    assert watch([*copies, *eager]).look_daily(MONTH) == ()


def test_summaries_alone_are_no_surge() -> None:
    """Of papers of which only summaries are to be had, no number makes a surge; one whole article among them does."""
    nothing_else = replace(watch(shout(thin=True)), appearances=shout(thin=True))
    assert nothing_else.look_daily(MONTH) == ()
    one_whole = [*shout(thin=True), said(THEMES[0], PAPERS[20], TODAY)]
    assert len(replace(nothing_else, appearances=one_whole).look_daily(MONTH)) == 1


@pytest.mark.parametrize("known_days", [0, 5, 19])
def test_there_is_none_on_a_cold_start(known_days: int) -> None:
    """Until feeds have been heard for most of a baseline, nothing surges, however loud it is."""
    press = watch(shout(), polls=polled(PAPERS, MONTH[-1 - known_days :]))
    assert press.look_daily(MONTH) == ()


def test_there_is_none_before_a_theme_is_as_it_is() -> None:
    """Articles found before a theme came into use, or before the burn-in ended, make it no surge."""
    assert watch(shout(), quiet_until=noon(TODAY)).look_daily(MONTH) == ()
    assert len(watch(shout(), quiet_until=noon(TODAY - DAY)).look_daily(MONTH)) == 1


def test_it_can_be_switched_off() -> None:
    """With a rate of nought nothing is looked for."""
    press = watch(shout())
    assert replace(press, rules=replace(press.rules, surge_false_rate=0.0)).look_daily(MONTH) == ()


def test_a_window_of_days_finds_what_is_rare() -> None:
    """A theme that hardly anybody speaks of, and then one paper a day does, surges over a week."""
    papers, rules = PAPERS[:12], replace(watch().rules, surge_window_days=7)
    quiet = [said(THEMES[0], papers[n], MONTH[n * 9 + 5]) for n in range(3)]
    rising = [said(THEMES[0], papers[n], MONTH[-1 - n], n=9) for n in range(7)]
    rising += [said(THEMES[0], papers[n + 7], MONTH[-1 - n], n=9) for n in range(4)]
    press = Watch([*quiet, *rising], polled(papers, MONTH), THEMES[:1])
    assert press.look_daily(MONTH) == ()
    (finding,) = replace(press, rules=rules, found=()).look_daily(MONTH[-2:])
    assert finding.window_days == 7
    assert finding.surge is not None
    assert finding.surge.observed > 7


# --- what is found once ----------------------------------------------------------------------------


def test_a_theme_still_loud_is_not_found_again() -> None:
    """A theme that has surged and stayed loud ever since is not found again, even if it grows; one that was calm is."""
    loud = [a for day in MONTH[30:39] for a in shout(papers=PAPERS[:9], day=day)]
    calm = [a for a in loud if _day(a) != MONTH[35]]
    (day,) = [a for a in watch().appearances if a.theme_id == THEMES[0] and _day(a) == MONTH[35]][:1] or [None]
    past = [PastFinding(THEMES[0], noon(MONTH[30]), MONTH[30], calm=4.0)]
    now = noon(TODAY) + timedelta(hours=11)
    assert [f.theme_id for f in again(watch([*calm, *shout(papers=PAPERS)]), past, now)] == [THEMES[0]], day
    assert again(watch([*loud, *shout(papers=PAPERS)]), past, now) == ()
    recent = [replace(past[0], found_at=now - timedelta(days=6))]
    assert again(watch([*calm, *shout(papers=PAPERS)]), recent, now) == ()


def test_a_new_theme_does_not_surge_as_well() -> None:
    """What was found to be new is not told again as a surge within a week; another theme is."""
    press = watch([*shout(), *shout(THEMES[1])])
    now = noon(TODAY) + timedelta(hours=11)
    past = [PastFinding(THEMES[0], now - timedelta(days=2))]
    assert [f.theme_id for f in again(press, past, now)] == [THEMES[1]]


def test_the_day_of_a_surge_is_no_baseline() -> None:
    """A surge of three weeks ago does not hide the next one: its day counts for nothing."""
    press = watch([*shout(papers=PAPERS, day=MONTH[18]), *shout(papers=PAPERS[:10])])
    now = noon(TODAY) + timedelta(hours=11)
    past = [PastFinding(THEMES[0], noon(MONTH[18]), MONTH[18], calm=4.0)]
    assert again(press, [], now) == ()
    assert [finding.theme_id for finding in again(press, past, now)] == [THEMES[0]]


def test_what_was_told_to_nobody_pauses_nothing() -> None:
    """A surge found while muted is no baseline for the next one, and does not put it off, recent or loud as it was."""
    days_ago = MONTH[35:38]
    loud = [a for day in days_ago for a in shout(papers=PAPERS, day=day)]
    now = noon(TODAY) + timedelta(hours=11)
    press = watch([*loud, *shout(papers=PAPERS[:10])])
    past = [PastFinding(THEMES[0], noon(day), day, calm=4.0, pauses=False) for day in days_ago]
    assert [finding.theme_id for finding in again(press, past, now)] == [THEMES[0]]
    assert again(press, [replace(finding, pauses=True) for finding in past], now) == ()


# --- what is no surge --------------------------------------------------------------------------------


def test_an_outage_and_its_end_raise_nothing() -> None:
    """While half of the feeds are down for ten days nothing surges, nor when they bring along what they held back."""
    down, gone = PAPERS[:12], days(25, 34)
    usual = [a for a in chatter(THEMES, PAPERS, MONTH, RATE, seed=7) if not (a.publisher in down and _day(a) in gone)]
    backlog = [said(theme, paper, days(35, 35)[0], n=5) for theme in THEMES for paper in down]
    polls = [
        FeedDay(poll.feed_id, poll.day, not (poll.feed_id in map(key, down) and poll.day in gone))
        for poll in polled(PAPERS, MONTH)
    ]
    assert Watch([*usual, *backlog], polls, THEMES).look_daily(MONTH) == ()
    # The same on a day without an outage is a surge of all themes.
    assert len(Watch([*usual, *backlog], polled(PAPERS, MONTH), THEMES).look_daily(MONTH)) == len(THEMES)


def test_a_recovered_feed_counts_once_it_has_a_baseline() -> None:
    """After an outage feeds count again, on both sides, as soon as they were heard for most of a baseline."""
    longer = days(0, 75)
    down, gone = PAPERS[:12], days(10, 40)
    polls = [
        FeedDay(poll.feed_id, poll.day, not (poll.feed_id in map(key, down) and poll.day in gone))
        for poll in polled(PAPERS, longer)
    ]
    usual = [
        a for a in chatter(THEMES[:2], PAPERS, longer, RATE, seed=11) if not (a.publisher in down and _day(a) in gone)
    ]
    assert Watch(usual, polls, THEMES[:2]).look_daily(longer) == ()
    theirs = lambda day: shout(papers=down, day=day)  # noqa: E731  used twice
    assert Watch([*usual, *theirs(longer[50])], polls, THEMES[:2]).look_daily(longer) == ()
    assert len(Watch([*usual, *theirs(longer[70])], polls, THEMES[:2]).look_daily(longer)) == 1


def test_new_feeds_raise_nothing() -> None:
    """Twelve new feeds that speak of everything every day are no surge: neither at first, nor when they count."""
    longer = days(0, 75)
    new, since = [f"new-{n}" for n in range(12)], longer[30:]
    first_answer = [said(theme, paper, since[0], n=1, baseline=True) for theme in THEMES for paper in new]
    daily = [said(theme, paper, day) for theme in THEMES for paper in new for day in since[1:]]
    usual = chatter(THEMES, PAPERS, longer, RATE, seed=7)
    polls = [*polled(PAPERS, longer), *polled(new, since)]
    assert Watch([*usual, *first_answer, *daily], polls, THEMES).look_daily(longer[20:]) == ()
    as_if_old = [*polled(PAPERS, longer), *polled(new, longer)]
    assert len(Watch([*usual, *daily], as_if_old, THEMES).look_daily(longer[28:40])) == len(THEMES)


def test_a_backfilled_month_raises_nothing() -> None:
    """History that is filed today counts on no side, whichever days it is dated."""
    filed = [
        said(theme, f"archive-{n}", day, baseline=True, first_seen_at=noon(TODAY))
        for theme in THEMES
        for day in days(12, 39)
        for n in range(6)
    ]
    assert watch(filed).look_daily(MONTH) == ()
    ours = [replace(a, publisher=PAPERS[n % 24], feed_id=key(PAPERS[n % 24])) for n, a in enumerate(filed)]
    assert watch(ours).look_daily(MONTH) == ()


def test_while_we_were_down_nothing_surged() -> None:
    """When Amur itself did not run for a week, the day of its return is judged by nobody, and later days as ever."""
    asleep = days(28, 34)
    polls = polled(PAPERS, [day for day in MONTH if day not in asleep])
    returned = [said(theme, paper, days(35, 35)[0], n=5) for theme in THEMES for paper in PAPERS]
    usual = chatter(THEMES, PAPERS, MONTH, RATE, seed=7)
    assert Watch([*usual, *returned], polls, THEMES).look_daily(MONTH) == ()


def test_days_that_are_known() -> None:
    """A day is known by an answer, or by the answers around it if nobody asked; the day after a gap is left out."""
    feed = key("a")

    def known(pattern: str) -> str:
        tried = [FeedDay(feed, START + n * DAY, mark == "+") for n, mark in enumerate(pattern) if mark in "+-"]
        found = heard_days(tried)[feed]
        return "".join("x" if START + n * DAY in found else "." for n in range(len(pattern)))

    assert known("+++++") == ".xxxx"
    assert known("++ ++") == ".xxxx"
    assert known("++-++") == ".x..x"
    assert known("++  ++") == ".x...x"
    assert known("+ + +") == ".xxxx"


def _day(appearance: Appearance):
    return appearance.dated_at.date()
