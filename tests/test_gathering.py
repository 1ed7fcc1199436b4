"""What no theme explains, from judgement to candidate, on a real warehouse: the same however the work is cut up."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import DAY, NOW
from earlier import MANY, judged_earlier
from extractors.novelty import NoveltyRules
from flows.gathering import candidate_findings
from kills import Warehouse, differences
from tellers import EDITED, PAPERS, START, THEMES, WORDS, Told, explain, five_stories, judge, judged, warehouse
from warehouse import articles, candidates, findings, judgements, residuals
from warehouse.connect import Connection
from warehouse.records import Copy, Finding, Taxonomy
from warehouse.store import Store

RULES = NoveltyRules(burn_in_days=0, candidate_stories=5)


class Killed(Exception):  # noqa: N818  it stands for a signal
    """The process died before the transaction was committed."""


def one_pass(con: Connection, taxonomy: Taxonomy = THEMES, now: datetime = NOW) -> tuple[Finding, ...]:
    """What a pass finds, with its alerts."""
    found = candidate_findings(con, RULES, taxonomy.id, None, now)
    findings.save_findings(con, [(finding, "alert") for finding in found])
    return found


def killed_pass(store: Store) -> None:
    """A pass that is killed when all is found and nothing is committed."""
    with suppress(Killed), store.transaction() as con:
        one_pass(con)
        raise Killed


def contents(store: Store) -> Warehouse:
    """Every row of every table in which novelty is kept, but for numbers in their last digits."""
    tables = ("heard", "heard_terms", "known", "term_frequencies", "candidates")
    tables += ("candidate_articles", "findings", "finding_articles", "alerts")
    with store.transaction() as con:
        found = {table: con.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608  names
    return {table: Counter(tuple(map(_plain, row)) for row in rows) for table, rows in found.items()}


def _plain(value: object) -> str:
    return f"{value:.9f}" if isinstance(value, float) else str(value)


def lately_heard(con: Connection) -> tuple[int, int]:
    """How many were heard beside those of before, and how many of them count."""
    ((many, counting),) = con.execute("SELECT count(*), count(*) FILTER (counts) FROM heard").fetchall()
    return many - MANY, counting


# --- laws -------------------------------------------------------------------------------------------

told_by_somebody = st.builds(Told, st.integers(0, len(WORDS) - 1), st.integers(0, len(PAPERS) - 1), st.integers(1, 330))


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(told_by_somebody, min_size=8, max_size=16), st.data())
def test_a_batch_may_be_split_and_killed_anywhere(told: list[Told], data: st.DataObject) -> None:
    """Killed between any two articles and gone on, in whatever batches: the same candidates, findings and alerts."""
    in_order = sorted(enumerate(told), key=lambda pair: (-pair[1].hours, pair[1].article(pair[0]).id))
    cuts = sorted(data.draw(st.sets(st.integers(1, len(told) - 1), max_size=3), "cuts"))
    killed = data.draw(st.sets(st.integers(0, len(cuts)), max_size=2), "killed")
    with warehouse() as store:
        with store.transaction() as con:
            judge(con, in_order)
            one_pass(con)
        expected = contents(store)
    with warehouse() as store:
        for number, (start, end) in enumerate(zip([0, *cuts], [*cuts, len(told)], strict=True)):
            with store.transaction() as con:
                judge(con, in_order[start:end])
            if number in killed:
                killed_pass(store)
            with store.transaction() as con:
                one_pass(con)
        assert differences(expected, contents(store)) == []


# --- one candidate ----------------------------------------------------------------------------------


def test_five_stories_of_three_publishers_are_one_candidate() -> None:
    """It is found once, with its articles, and whatever comes later joins it without a word."""
    with warehouse() as store:
        with store.transaction() as con:
            judge(con, five_stories())
            (found,) = one_pass(con)
            assert (found.kind, found.stories, len(found.article_ids)) == ("candidate", 5, 5)
            assert found.theme_id.startswith("c-")
            assert found.theme_id == (found.candidate and found.candidate.id)
            judge(con, [(9, Told(0, 4, 1))])
            assert one_pass(con) == ()
        with store.transaction() as con:
            rows = con.execute("SELECT candidate_id, state, quiet, articles FROM candidate_themes").fetchall()
            assert rows == [(found.theme_id, "open", None, 6)]
            assert con.execute("SELECT count(*) FROM candidate_passages").fetchall() == [(6,)]


def test_four_stories_or_two_publishers_are_none() -> None:
    """Below what the settings ask for nothing is found, whatever else is spoken of."""
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories()[:4])
        judge(con, [(10 + n, Told(1, n % 2, 100 - 10 * n)) for n in range(7)])
        assert one_pass(con) == ()


# --- what is no news --------------------------------------------------------------------------------


def test_what_was_there_at_the_beginning_is_kept_in_silence() -> None:
    """A candidate of the burn-in is stored with the reason, and no finding; later articles do not raise it."""
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories(), first_seen_at=START - DAY)
        assert one_pass(con) == ()
        assert con.execute("SELECT state, quiet FROM candidate_themes").fetchall() == [("open", "burn-in")]
        judge(con, five_stories(first=20))
        assert one_pass(con) == ()


def test_what_a_new_feed_brings_along_adds_no_voice() -> None:
    """Articles of a feed's first answer are near, and make no candidate of what gathers; news does."""
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories()[:4])
        judge(con, [(20 + n, Told(0, 3 + n % 3, 50 - n)) for n in range(4)], baseline=True)
        assert one_pass(con) == ()
        judge(con, [(30, Told(0, 4, 1))])
        (found,) = one_pass(con)
        assert (found.stories, len(found.article_ids)) == (5, 9)


def test_history_makes_no_candidate() -> None:
    """What a backfill found is no voice, and neither is what is older than the days asked for."""
    with warehouse() as store, store.transaction() as con:
        con.execute("UPDATE feeds SET history = true WHERE name IN ('Paper 3', 'Paper 4', 'Paper 5')")
        judge(con, [(n, replace(one, paper=3 + one.paper)) for n, one in five_stories()])
        judge(con, [(50 + n, replace(one, hours=one.hours + 24 * 15)) for n, one in five_stories(1)])
        assert one_pass(con) == ()
        assert lately_heard(con) == (10, 0)
        assert con.execute("FROM candidates").fetchall() == []


def test_a_copy_adds_no_voice() -> None:
    """Four stories and a copy of one of them in another paper are four stories."""
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories()[:4])
        copied, one = five_stories()[3]
        copy = Told(0, 5, one.hours - 1).article(40)
        articles.save_articles(con, [copy])
        judgements.save_judgements(con, [judged(copy, 40, one, THEMES)])
        judgements.save_stories(con, [Copy(copy.id, one.article(copied).id, 0, copy.dated_at)])
        assert one_pass(con) == ()
        assert lately_heard(con) == (5, 5)


def judge_anew(con: Connection, told: Sequence[tuple[int, Told]]) -> None:
    """The themes are edited, and articles that are there are judged under them."""
    judgements.use_taxonomy(con, EDITED, NOW)
    judgements.save_judgements(con, [judged(one.article(n), n, one, EDITED) for n, one in told])


@pytest.mark.parametrize("archive", [True, False])
def test_edited_themes_raise_no_alert_about_what_was_there(*, archive: bool) -> None:
    """What was told is swallowed, what shows only now is kept in silence; without the archive nothing is surprising."""
    later = [(60 + n, one) for n, one in five_stories(1)]
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories(0))
        assert len(one_pass(con)) == 1
        explain(con, later)
        judgements.save_judgements(con, judged_earlier(EDITED, NOW) if archive else [])
        judge_anew(con, [*five_stories(0), *later])
        assert one_pass(con, EDITED, NOW + timedelta(minutes=1)) == ()
        kept = con.execute("SELECT quiet FROM candidate_themes ORDER BY quiet NULLS FIRST").fetchall()
        assert kept == [(None,), ("themes",)][: 1 + archive]
        judge(con, five_stories(2, first=80), EDITED)
        assert len(one_pass(con, EDITED, NOW + timedelta(minutes=2))) == archive


def test_under_edited_themes_the_archive_tells_what_is_usual() -> None:
    """What was spoken of as often in the weeks before is no news, though the new themes never heard of it."""
    always = [(100 + n, Told(1, n % 6, 24 * (16 + n % 40))) for n in range(100)]
    with warehouse() as store, store.transaction() as con:
        explain(con, always)
        judgements.save_judgements(con, judged_earlier(EDITED, NOW))
        judge_anew(con, always)
        judge(con, [*five_stories(1), *((20 + n, replace(one, topic=2)) for n, one in five_stories())], EDITED)
        (found,) = one_pass(con, EDITED, NOW + timedelta(minutes=1))
        assert set(found.article_ids) == {one.article(20 + n).id for n, one in five_stories()}


def test_edited_themes_in_pieces() -> None:
    """What spoke of a candidate speaks of it under edited themes, however few articles are judged anew at once."""
    kept = []
    for cuts in ((0, 7), (0, 3, 7)):
        with warehouse() as store, store.transaction() as con:
            judge(con, five_stories())
            (found,) = one_pass(con)
            judgements.use_taxonomy(con, EDITED, NOW)
            anew = [*five_stories(), (8, Told(0, 4, 2)), (9, Told(0, 5, 1))]
            more = [one.article(n) for n, one in anew[5:]]
            articles.save_articles(con, more)
            judgements.save_stories(con, [Copy(a.id, a.id, 0, a.dated_at) for a in more])
            for start, end in pairwise(cuts):
                judgements.save_judgements(con, [judged(o.article(n), n, o, EDITED) for n, o in anew[start:end]])
                assert one_pass(con, EDITED, NOW + timedelta(minutes=end)) == ()
            rows = con.execute("SELECT candidate_id, articles FROM candidate_themes").fetchall()
            assert rows == [(found.theme_id, 7)]
            kept.append(con.execute("SELECT candidate_id, last_at FROM known").fetchall())
    assert kept[0] == kept[1]


@pytest.mark.parametrize("state", ["promoted", "merged", "dismissed"])
def test_a_candidate_is_told_once_whatever_becomes_of_it(state: str) -> None:
    """Months later the same is spoken of again: whatever was decided, nobody is told of it as of something new."""
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories())
        assert len(one_pass(con)) == 1
        con.execute("UPDATE candidates SET state = ?", [state])
        later = NOW + 90 * DAY
        again = [(90 + n, one) for n, one in five_stories()]
        moved = [one.article(n, dated_at=later - timedelta(hours=one.hours), first_seen_at=later) for n, one in again]
        articles.save_articles(con, moved)
        told = [judged(a, n, one, THEMES) for a, (n, one) in zip(moved, again, strict=True)]
        judgements.save_judgements(con, [replace(one, judged_at=later) for one in told])
        judgements.save_stories(con, [Copy(a.id, a.id, 0, a.dated_at) for a in moved])
        assert one_pass(con, now=later) == ()


# --- what is forgotten ------------------------------------------------------------------------------


def test_what_can_matter_no_more_is_forgotten() -> None:
    """Of all but the last heard vectors and terms go; that they were heard, candidates and their sentences stay."""
    tables = ("residuals", "heard_terms", "heard", "residual_passages", "candidate_passages", "known")
    counted = f"SELECT {', '.join(f'(SELECT count(*) FROM {table})' for table in tables)}"  # noqa: S608  names
    with warehouse() as store, store.transaction() as con:
        judge(con, [*five_stories(), (70, Told(1, 0, 5))])
        assert len(one_pass(con)) == 1
        every = MANY + 6
        for before, last, left, sentences in (
            (NOW - 60 * DAY, 0, every, 6),
            (NOW + DAY, 1000, every, 6),
            (NOW + DAY, 3, 3, 6),
            (NOW + DAY, 0, 0, 5),
        ):
            residuals.forget(con, before, last)
            candidates.forget(con)
            assert con.execute(counted).fetchall() == [(left, left, every, sentences, 5, 1)]
