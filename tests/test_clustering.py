"""What no theme explains, from judgement to candidate, on a real warehouse: the same however the work is cut up."""

from __future__ import annotations

import shutil
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cache
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from builders import DAY, NOW, make_article, make_feed, make_judgement, make_taxonomy
from extractors.novelty import NoveltyRules
from flows.clustering import candidate_findings
from kills import Warehouse, differences
from warehouse import articles, candidates, feeds, findings, judgements, residuals
from warehouse.connect import Connection
from warehouse.records import Article, Copy, Finding, Judgement, Passage, Residual, Taxonomy
from warehouse.store import Store

RULES = NoveltyRules(burn_in_days=0, candidate_stories=5)
START = NOW - 20 * DAY  # of watching: burn-in is over
THEMES, EDITED = make_taxonomy("gas"), make_taxonomy("gas", "grain")
PAPERS = tuple(make_feed(f"Paper {n}", bloc="independent" if n % 2 else "russia-state") for n in range(6))
WORDS = (("ice", "hull", "insurance"), ("soil", "bean", "seed"), ("cable", "sea", "server"))
TOPICS = np.random.default_rng(7).standard_normal((len(WORDS), 512))


class Killed(Exception):  # noqa: N818  it stands for a signal
    """The process died before the transaction was committed."""


@dataclass(frozen=True, slots=True)
class Told:
    """One article of a paper about a topic, so many hours before now."""

    topic: int
    paper: int
    hours: int

    def article(self, n: int, **changes: Any) -> Article:
        at = NOW - timedelta(hours=self.hours)
        seen = {"dated_at": at, "published_at": at, "first_seen_at": at}
        return make_article(f"piece-{n}", PAPERS[self.paper], **(seen | changes))


def residual_of(told: Told, n: int) -> Residual:
    """A residual near its topic's middle."""
    vector = TOPICS[told.topic] + 0.6 * np.random.default_rng(n).standard_normal(512)
    words = WORDS[told.topic]
    terms = (*((word, 2.0) for word in words), (f"word{n}", 1.0))
    passage = Passage(f"Of {words[0]} and {words[1]}, piece {n}.", 0, 30, in_title=False)
    return Residual((vector / np.linalg.norm(vector)).astype("<f4").tobytes(), terms, (passage,), 0.8)


@cache
def watched() -> tempfile.TemporaryDirectory[str]:
    """A warehouse that has watched six papers for twenty days; made once, for it takes longer than a test."""
    folder = tempfile.TemporaryDirectory()
    with Store(Path(folder.name)).open().transaction() as con:
        feeds.sync_feeds(con, PAPERS)
        judgements.use_taxonomy(con, THEMES, START)
        articles.save_articles(con, [make_article("first", PAPERS[0], dated_at=START, first_seen_at=START)])
        for taxonomy in (THEMES, EDITED):
            candidates.save_frequencies(con, taxonomy.id, {("", ""): 1000, ("en", ""): 1000})  # of other things
    return folder


@contextmanager
def warehouse() -> Iterator[Store]:
    """A copy of it."""
    with tempfile.TemporaryDirectory() as folder:
        shutil.copytree(watched().name, folder, dirs_exist_ok=True)
        yield Store(Path(folder))


def judge(con: Connection, told: Sequence[tuple[int, Told]], taxonomy: Taxonomy = THEMES, **changes: Any) -> None:
    """Articles are read, judged and compared; none is a copy."""
    read = [one.article(n, **changes) for n, one in told]
    articles.save_articles(con, read)
    judgements.save_judgements(con, [judged(a, n, one, taxonomy) for a, (n, one) in zip(read, told, strict=True)])
    judgements.save_stories(con, [Copy(a.id, a.id, 0, a.dated_at) for a in read])


def judged(article: Article, n: int, told: Told, taxonomy: Taxonomy) -> Judgement:
    return make_judgement(article, taxonomy, [], residual=residual_of(told, n))


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
    tables = ("clusters", "cluster_members", "member_terms", "known", "term_frequencies", "candidates")
    tables += ("candidate_articles", "findings", "finding_articles", "alerts")
    with store.transaction() as con:
        found = {table: con.execute(f"SELECT * FROM {table}").fetchall() for table in tables}  # noqa: S608  names
    return {table: Counter(tuple(map(_plain, row)) for row in rows) for table, rows in found.items()}


def _plain(value: object) -> str:
    return f"{value:.9f}" if isinstance(value, float) else str(value)


def five_stories(topic: int = 0, first: int = 0) -> list[tuple[int, Told]]:
    """A story a day on one topic, of three papers."""
    return [(first + n, Told(topic, n % 3, 100 - 20 * n)) for n in range(5)]


# --- laws -------------------------------------------------------------------------------------------

told_by_somebody = st.builds(Told, st.integers(0, len(WORDS) - 1), st.integers(0, len(PAPERS) - 1), st.integers(1, 330))


@settings(max_examples=4, deadline=None, suppress_health_check=list(HealthCheck))
@given(st.lists(told_by_somebody, min_size=8, max_size=16), st.data())
def test_a_batch_may_be_split_and_killed_anywhere(told: list[Told], data: st.DataObject) -> None:
    """Killed between any two articles and gone on, in whatever batches: the same clusters, findings and alerts."""
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
    """Articles of a feed's first answer join a cluster, and make no candidate of it; news does."""
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories()[:4])
        judge(con, [(20 + n, Told(0, 3 + n % 3, 50 - n)) for n in range(4)], baseline=True)
        assert one_pass(con) == ()
        judge(con, [(30, Told(0, 4, 1))])
        (found,) = one_pass(con)
        assert (found.stories, len(found.article_ids)) == (5, 9)


def test_history_makes_no_candidate() -> None:
    """What a backfill found is older than its finding, and what is older than the days asked for is not looked at."""
    with warehouse() as store, store.transaction() as con:
        con.execute("UPDATE feeds SET history = true")
        judge(con, five_stories())
        con.execute("UPDATE feeds SET history = false")
        judge(con, [(50 + n, replace(one, hours=one.hours + 24 * 15)) for n, one in five_stories(1)])
        con.execute("UPDATE feeds SET history = true")
        assert one_pass(con) == ()
        assert con.execute("SELECT count(*) FROM cluster_members").fetchall() == [(5,)]


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
        assert con.execute("SELECT count(*) FROM cluster_members").fetchall() == [(5,)]


def test_edited_themes_raise_no_alert_about_what_was_there() -> None:
    """Judged anew, what had been told is swallowed by it, and what shows only now is kept in silence."""
    with warehouse() as store, store.transaction() as con:
        judge(con, five_stories(0))
        assert len(one_pass(con)) == 1
        later = [(60 + n, one) for n, one in five_stories(1)]
        read = [one.article(n) for n, one in later]
        articles.save_articles(con, read)
        judgements.save_judgements(con, [make_judgement(article, THEMES) for article in read])
        judgements.save_stories(con, [Copy(a.id, a.id, 0, a.dated_at) for a in read])
        judgements.use_taxonomy(con, EDITED, NOW)
        anew = [judged(one.article(n), n, one, EDITED) for n, one in [*five_stories(0), *later]]
        judgements.save_judgements(con, anew)
        assert one_pass(con, EDITED, NOW + timedelta(minutes=1)) == ()
        kept = con.execute("SELECT quiet FROM candidate_themes ORDER BY quiet NULLS FIRST").fetchall()
        assert kept == [(None,), ("themes",)]
        judge(con, five_stories(2, first=80), EDITED)
        assert len(one_pass(con, EDITED, NOW + timedelta(minutes=2))) == 1


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
    """Of clusters that ended vectors and terms go; places, candidates and their sentences stay."""
    with warehouse() as store, store.transaction() as con:
        judge(con, [*five_stories(), (70, Told(1, 0, 5))])
        assert len(one_pass(con)) == 1
        residuals.forget(con, NOW - 28 * DAY)
        candidates.forget(con, NOW - 28 * DAY)
        assert con.execute("SELECT count(*) FROM residuals").fetchall() == [(6,)]
        residuals.forget(con, NOW + DAY)
        candidates.forget(con, NOW + DAY)
        counted = "SELECT (SELECT count(*) FROM residuals), (SELECT count(*) FROM member_terms)"
        assert con.execute(counted).fetchall() == [(0, 0)]
        assert con.execute("SELECT count(*) FROM cluster_members").fetchall() == [(6,)]
        assert con.execute("SELECT count(*) FROM candidate_passages").fetchall() == [(5,)]
        assert con.execute("SELECT count(*) FROM residual_passages").fetchall() == [(5,)]
        assert len(candidates.known(con)) == 1


def test_an_archive_judged_anew_leaves_no_residuals_behind() -> None:
    """Of articles older than what can matter none is kept: their number has no end."""
    with warehouse() as store, store.transaction() as con:
        old = [(n, replace(one, hours=one.hours + 24 * 61)) for n, one in five_stories()]
        judge(con, old)
        assert con.execute("SELECT count(*) FROM residuals").fetchall() == [(0,)]
