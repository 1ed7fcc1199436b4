"""Versions of the themes in the warehouse: kept, compared, forgotten; and what is no news under a new one."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from builders import DAY, NOW, make_article, make_feed, make_finding, make_judgement, make_score, make_taxonomy
from extractors.novelty import NoveltyRules, first_seen
from extractors.surge import surges
from warehouse import articles, calibrations, feeds, findings, judgements, schema, theme_versions
from warehouse.connect import Connection, connect
from warehouse.records import Copy, Taxonomy
from warehouse.store import Store
from warehouse_world import rolled_back

GAS, GRAIN = make_taxonomy("gas"), make_taxonomy("gas", "grain")
ARTICLE, OTHER = make_article("deal"), make_article("other", make_feed("Volga Post"))


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        feeds.sync_feeds(con, [make_feed(), make_feed("Volga Post")])
        articles.save_articles(con, [ARTICLE, OTHER])
        judgements.save_stories(con, [Copy(a.id, a.id, a.fingerprint, a.dated_at) for a in (ARTICLE, OTHER)])
        judgements.use_taxonomy(con, GAS, NOW)
        yield con


def judge(con: Connection, taxonomy: Taxonomy, *themes: str, at: int = 0) -> None:
    """Both articles have these themes under the taxonomy, as judged so many days later."""
    made = [make_judgement(a, taxonomy, list(themes), judged_at=NOW + at * DAY) for a in (ARTICLE, OTHER)]
    judgements.save_judgements(con, made)


def brought_up(con: Connection, taxonomy: Taxonomy) -> dict[str, bool]:
    return {a.theme_id: a.brought_up for a in judgements.appearances(con, taxonomy.id, NOW - 30 * DAY)}


def test_themes_are_kept_as_they_were(con: Connection) -> None:
    """Each version has its themes whole; a label that changes is renewed in the version in use."""
    edited = replace(GAS, themes=(replace(GAS.themes[0], entities=("Gazprom",)),))
    judgements.use_taxonomy(con, edited, NOW + DAY)
    relabelled = replace(edited, themes=(replace(edited.themes[0], label="Pipelines"),))
    judgements.use_taxonomy(con, relabelled, NOW + 2 * DAY)
    used = theme_versions.version_in_use(con)
    assert used is not None
    assert (used.taxonomy_id, used.themes["gas"].theme) == (edited.id, relabelled.themes[0])
    blocks = dict(con.execute("SELECT taxonomy_id, block FROM themes").fetchall())
    assert theme_versions.as_theme(blocks[GAS.id]) == GAS.themes[0]


def test_what_is_the_same_is_not_written_again(con: Connection) -> None:
    """A pass that changes no theme writes none."""
    assert theme_versions.theme_rows(con, GAS) == []
    assert [row["theme_id"] for row in theme_versions.theme_rows(con, GRAIN)] == ["gas", "grain"]


def test_what_judging_anew_brings_up_is_no_news(con: Connection) -> None:
    """A theme that an article has only under a later version is brought up; one that it had before is not."""
    judge(con, GAS, "gas")
    judgements.use_taxonomy(con, GRAIN, NOW + DAY)
    judge(con, GRAIN, "gas", "grain", at=1)
    assert brought_up(con, GRAIN) == {"gas": False, "grain": True}
    third = make_taxonomy("gas", "grain", scorer="another")
    judgements.use_taxonomy(con, third, NOW + 2 * DAY)
    judge(con, third, "gas", "grain", at=2)
    assert brought_up(con, third) == {"gas": False, "grain": True}  # what was no news once never is


def test_an_article_that_is_judged_first_is_news(con: Connection) -> None:
    """Whatever version is in use when an article is judged for the first time, what it speaks of is news."""
    judgements.use_taxonomy(con, GRAIN, NOW + DAY)
    judge(con, GRAIN, "gas", "grain")
    assert brought_up(con, GRAIN) == {"gas": False, "grain": False}


def test_another_scorer_is_another_theme(con: Connection) -> None:
    """When Amur scores otherwise, every theme counts as used since then, though nobody edited it."""
    other = replace(GAS, scorer="another")
    judgements.use_taxonomy(con, other, NOW + DAY)
    assert judgements.themes_used_since(con, other.id) == {"gas": NOW + DAY}
    judgements.use_taxonomy(con, GAS, NOW + 2 * DAY)
    assert judgements.themes_used_since(con, GAS.id) == {"gas": NOW}


def test_what_was_brought_up_is_not_found(con: Connection) -> None:
    """Two publishers that speak of a theme only since they were judged anew are neither a new theme nor a surge."""
    judge(con, GAS)
    rules, later = NoveltyRules(surge_false_rate=0.5), NOW + timedelta(hours=2)
    back = replace(GAS, scorer="another")
    judgements.use_taxonomy(con, back, NOW + timedelta(hours=1))
    judge(con, back, "gas", at=1)
    said = judgements.appearances(con, back.id, NOW - 60 * DAY)
    assert len(said) == 2
    assert first_seen(said, (), {"gas": NOW - 90 * DAY}, back.id, rules, later) == ()
    assert surges(said, (), (), {"gas": NOW - 90 * DAY}, back.id, rules, later) == ()
    news = [replace(a, brought_up=False) for a in said]
    assert len(first_seen(news, (), {"gas": NOW - 90 * DAY}, back.id, rules, later)) == 1


def test_what_a_lower_threshold_lets_in_is_no_news(con: Connection) -> None:
    """A threshold that falls makes themes present that are no news; one that rises makes them absent; scores stay."""
    scores = (make_score(ARTICLE, "gas", score=0.45, present=False),)
    judgements.save_judgements(con, [make_judgement(ARTICLE, GAS, scores=scores)])
    learnt = calibrations.Threshold("gas", 0.4, NOW + DAY, 6)
    assert calibrations.save_calibration(con, GAS.id, [learnt], {"gas"}) == 1
    assert brought_up(con, GAS) == {"gas": True}
    assert judgements.themes_used_since(con, GAS.id) == {"gas": NOW + DAY}
    judgements.save_judgements(con, [make_judgement(OTHER, GAS, scores=scores)])
    assert len(judgements.appearances(con, GAS.id, NOW - 30 * DAY)) == 2  # by the threshold in force, whoever judged
    assert calibrations.save_calibration(con, GAS.id, [replace(learnt, threshold=0.6)], {"gas"}) == 2
    assert judgements.appearances(con, GAS.id, NOW - 30 * DAY) == []
    assert con.execute("SELECT DISTINCT score FROM scores").fetchall() == [(0.45,)]


def test_thresholds_pass_on_to_the_next_version(con: Connection) -> None:
    """A version that is new begins with the thresholds before it: as old as they are where the theme is the same."""
    learnt = calibrations.Threshold("gas", 0.4, NOW + DAY, 6)
    calibrations.save_calibration(con, GAS.id, [learnt], ())
    judgements.use_taxonomy(con, GRAIN, NOW + 2 * DAY)
    assert calibrations.calibration(con, GRAIN.id) == {"gas": learnt}
    edited = replace(GAS, themes=(replace(GAS.themes[0], entities=("Gazprom",)),))
    judgements.use_taxonomy(con, edited, NOW + 3 * DAY)
    assert calibrations.calibration(con, edited.id) == {"gas": replace(learnt, since=NOW + 3 * DAY)}
    assert calibrations.thresholds(con, GRAIN.id) == {"gas": 0.4}


def test_old_versions_go_and_alerts_keep_their_evidence(con: Connection) -> None:
    """The two versions used last stay, and those that findings refer to; of the others only names stay."""
    versions = [GAS, *(make_taxonomy("gas", scorer=f"scorer-{n}") for n in (1, 2, 3))]
    for n, version in enumerate(versions):
        judgements.use_taxonomy(con, version, NOW + n * DAY)
        judge(con, version, "gas", at=n)
    findings.save_findings(con, [(make_finding([ARTICLE], GAS, theme_id="gas"), "alert")])
    assert theme_versions.drop_old_scores(con, versions[-1].id) == 2
    kept = {GAS.id, versions[2].id, versions[3].id}
    for table in ("judgements", "scores", "evidence"):
        assert {id_ for (id_,) in con.execute(f"SELECT taxonomy_id FROM {table}").fetchall()} == kept  # noqa: S608  own names
    (alert,) = findings.read_alerts(con, [findings.alert_id(make_finding([ARTICLE], GAS, theme_id="gas"))], 3)
    assert len(alert.quotes) == 1
    named = dict(con.execute("SELECT taxonomy_id, block IS NULL FROM themes").fetchall())
    assert named == {version.id: version is versions[1] for version in versions}
    assert theme_versions.drop_old_scores(con, versions[-1].id) == 0


def test_what_is_not_judged_anew_keeps_its_old_scores(con: Connection) -> None:
    """An article that waits to be judged anew keeps what says whether that is news."""
    judge(con, GAS, "gas")
    for n in (1, 2, 3):
        judgements.use_taxonomy(con, make_taxonomy("gas", scorer=f"scorer-{n}"), NOW + n * DAY)
    last = make_taxonomy("gas", scorer="scorer-3")
    assert theme_versions.drop_old_scores(con, last.id) == 0
    judge(con, last, "gas", at=3)
    assert brought_up(con, last) == {"gas": False}
    assert theme_versions.drop_old_scores(con, last.id) == 2


def test_two_versions_compare_in_sql(con: Connection) -> None:
    """The question in docs/themes.md says what the last edit did."""
    judge(con, GAS, "gas")
    judgements.use_taxonomy(con, GRAIN, NOW + DAY)
    gains = [make_judgement(ARTICLE, GRAIN, ["grain"]), make_judgement(OTHER, GRAIN, ["gas", "grain"])]
    judgements.save_judgements(con, gains)
    assert con.execute(documented()).fetchall() == [("gas", 2, 1, 0, 1), ("grain", 0, 2, 2, 0)]


def documented() -> str:
    lines = (Path(__file__).parent.parent / "docs" / "themes.md").read_text(encoding="utf-8").splitlines()
    start = lines.index("    WITH versions AS (")
    return "\n".join(lines[start : lines.index("", start)])


def test_a_warehouse_of_before(tmp_path: Path) -> None:
    """An earlier warehouse gets what is new, and nothing in it counts as brought up."""
    known = schema.migrations()
    con = connect(tmp_path / "old.duckdb")
    schema.migrate(con, known[:8])
    con.execute("INSERT INTO scores VALUES (uuid(), 'gas', 'old', 0.8, true)")
    con.execute("INSERT INTO taxonomies VALUES ('old', 'lexical-1', now(), now())")
    con.execute("INSERT INTO themes VALUES ('old', 'gas', 'abc', 'Gas', 'What burns.')")
    schema.migrate(con, known[8:])
    assert con.execute("SELECT brought_up FROM scores").fetchall() == [(False,)]
    used = theme_versions.version_in_use(con)
    con.close()
    assert used is not None
    assert used.themes["gas"].theme is None
