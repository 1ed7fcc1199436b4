"""What is forgotten after a time, and what never is."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from builders import (
    DAY,
    NOW,
    key,
    make_feed,
    make_fetch,
    make_state,
    make_taxonomy,
)
from servers import HttpServer
from town import MORNING, feed, gas_day, page, quiet_day, settings_for, watch
from warehouse import articles, feeds, judgements, passes, retention
from warehouse.connect import Connection
from warehouse.findings import alert_id, read_alerts
from warehouse.records import Outcome, Taxonomy
from warehouse.retention import Horizon, KeepRules, horizon
from warehouse.store import Store
from warehouse_world import COOLING, DEAL, FINDING, GAS_AND_GRAIN, READ, fill, rolled_back

LATER = NOW + 100 * DAY
RULES = KeepRules(text_days=90, quote_chars=40)


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("warehouse")).open()
    with store.transaction() as con:
        fill(con)
        con.execute("UPDATE entries SET content = 'All of it.', summary = 'Some of it.'")
        con.execute(
            "INSERT INTO revisions (article_id, revision, read_at, title, text) VALUES (?, 1, ?, 'Once', 'Gone.')",
            [DEAL.id, NOW],
        )
    return store


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        yield con


def drop(con: Connection, before: datetime = LATER, taxonomy: Taxonomy = GAS_AND_GRAIN) -> int:
    return retention.drop_texts(con, before, RULES, taxonomy.id, LATER)


def everything(con: Connection, but: frozenset[str]) -> dict[str, list[tuple[object, ...]]]:
    """All rows of all tables, less what texts are made of."""
    tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
    return {
        t: con.execute(f"SELECT COLUMNS(c -> c NOT IN ({', '.join(map(repr, but))})) FROM {t} ORDER BY ALL").fetchall()  # noqa: S608  names from the catalogue
        for t in tables
    }


def test_days_become_moments() -> None:
    """Texts stay for ever where nothing else is said; raw pages never outlive them; attempts go by whole days."""
    kept = horizon(KeepRules(), NOW)
    assert kept == Horizon(NOW - 90 * DAY, None, datetime(2025, 1, 26, tzinfo=UTC))
    assert horizon(KeepRules(text_days=30), NOW).pages == horizon(KeepRules(text_days=30), NOW).texts == NOW - 30 * DAY
    assert horizon(KeepRules(text_days=300), NOW).pages == NOW - 90 * DAY


def test_only_texts_go(con: Connection) -> None:
    """Keys, fingerprints, titles, scores, findings and the sent log stay as they are, and alerts can still be shown."""
    gone = frozenset({"text", "content", "summary", "sentence", "dropped_at"})
    before, alerts = everything(con, gone), read_alerts(con, [alert_id(FINDING)], 3)
    assert drop(con) == len(READ)
    assert everything(con, gone) == before
    assert con.execute("SELECT DISTINCT text, dropped_at FROM articles").fetchall() == [("", LATER)]
    assert con.execute("SELECT DISTINCT text FROM revisions").fetchall() == [("",)]
    read = "SELECT DISTINCT content || summary FROM entries WHERE article_id IN (SELECT article_id FROM articles)"
    assert con.execute(read).fetchall() == [("",)]
    unread = "SELECT count(*) FROM entries WHERE article_id NOT IN (SELECT article_id FROM articles) AND content <> ''"
    assert con.execute(unread).fetchall()[0][0] > 0
    after = read_alerts(con, [alert_id(FINDING)], 3)
    quotes = [[replace(q, sentence="") for q in alert.quotes] for alert in (*alerts, *after)]
    assert quotes[0] == quotes[1] != []


def test_coverage_does_not_notice(con: Connection) -> None:
    """An article whose text is gone still counts as read from where it was read; one that never had a text does not."""
    con.execute("UPDATE articles SET text = '' WHERE article_id = ?", [DEAL.id])
    before = con.execute("SELECT * FROM coverage ORDER BY ALL").fetchall()
    assert drop(con) == len(READ) - 1
    assert con.execute("SELECT * FROM coverage ORDER BY ALL").fetchall() == before


def test_a_long_quote_is_cut(con: Connection) -> None:
    """Of a sentence from a text that is gone no more stays than the settings say; until then all of it."""
    cut = "SELECT max(length(sentence)), bool_and(sentence LIKE '%…') FROM evidence"
    drop(con, NOW)
    assert con.execute(cut).fetchall() == [(len(DEAL.text.split(". ")[0]) + 1, False)]
    drop(con)
    assert con.execute(cut).fetchall() == [(40, True)]


@pytest.mark.parametrize(
    "still_wanted",
    [
        "DELETE FROM judgements WHERE article_id = ?",
        "DELETE FROM stories WHERE article_id = ?",
        """INSERT INTO visits (article_id, first_read_at, visits, visited_at, next_at, outcome, reason)
        SELECT article_id, read_at, 1, read_at, read_at + INTERVAL 200 DAY, 'unchanged', ''
        FROM articles WHERE article_id = ?""",
        "UPDATE articles SET read_at = read_at + INTERVAL 200 DAY WHERE article_id = ?",
    ],
)
def test_a_text_stays_while_it_is_wanted(con: Connection, still_wanted: str) -> None:
    """A text that is not judged, not compared, to be compared with its page, or not old enough is not dropped."""
    con.execute(still_wanted, [DEAL.id])
    assert drop(con) == len(READ) - 1
    assert con.execute("SELECT article_id FROM articles WHERE text <> ''").fetchall() == [(DEAL.id,)]
    assert drop(con) == 0


def test_what_cannot_be_scored_any_more_keeps_its_scores(con: Connection) -> None:
    """Under changed themes an article without its text keeps its judgement, and the scores of themes that stayed."""
    drop(con)
    changed = make_taxonomy("gas", "timber")
    later = LATER + DAY
    judgements.use_taxonomy(con, changed, later)
    assert retention.carry_judgements(con, changed.id) == len(READ)
    assert retention.carry_judgements(con, changed.id) == 0
    assert articles.articles_to_judge(con, changed.id, later, 100) == []
    assert passes.what_waits(con, changed.id, later).articles == 0
    was, now = (judgements.read_judgement(con, DEAL.id, taxonomy.id) for taxonomy in (GAS_AND_GRAIN, changed))
    assert was
    assert now == replace(was, taxonomy_id=changed.id, scores=tuple(s for s in was.scores if s.theme_id == "gas"))
    told = {a.theme_id for a in judgements.appearances(con, changed.id, NOW - 30 * DAY)}
    assert told == {"gas"}


def test_what_has_its_text_is_judged_anew(con: Connection) -> None:
    """Nothing is carried over for articles that can be read again."""
    changed = make_taxonomy("gas", "timber")
    judgements.use_taxonomy(con, changed, LATER)
    assert retention.carry_judgements(con, changed.id) == 0
    assert len(articles.articles_to_judge(con, changed.id, LATER, 100)) == len(READ)
    assert COOLING.theme_id == "grain"


def test_attempts_are_thinned_and_views_do_not_notice(con: Connection) -> None:
    """Of old attempts those stay that tell what was heard on a day; what feeds were heard counts as before."""
    steppe = make_feed("Steppe Review")
    outcomes = (Outcome.FAILED, Outcome.NEW, Outcome.UNCHANGED, Outcome.FAILED)
    for day in (2, 3, 4):
        for hour, outcome in enumerate(outcomes[day % 2 :]):
            at = NOW - day * DAY + timedelta(hours=hour)
            feeds.save_polls(
                con,
                key("pass"),
                [(steppe, make_fetch(at=at, outcome=outcome), make_state(steppe, outcome=outcome), ())],
            )
    heard = "SELECT * FROM theme_days ORDER BY ALL"
    before = con.execute(heard).fetchall()
    midnight = datetime(2026, 3, 1, tzinfo=UTC)
    pages = "SELECT count(*) FROM fetches WHERE kind = 'page'"
    assert con.execute(pages).fetchall() == [(1,)]
    retention.thin_attempts(con, midnight)
    assert con.execute(heard).fetchall() == before
    assert con.execute(pages).fetchall() == [(1,)]  # of today
    left = (
        "SELECT day(tried_at), list(outcome ORDER BY tried_at) FROM fetches WHERE tried_at < ? GROUP BY ALL ORDER BY 1"
    )
    assert con.execute(left, [midnight]).fetchall() == [(26, ["failed", "new"]), (27, ["new"]), (28, ["failed", "new"])]
    retention.thin_attempts(con, NOW + DAY)
    assert con.execute(pages).fetchall() == [(0,)]


def test_once_a_day(con: Connection) -> None:
    """What is done once a UTC day is due again at midnight, and after a clock was put right."""
    assert retention.is_due(con, "all", NOW)
    retention.done(con, "all", NOW)
    assert [retention.is_due(con, "all", NOW + timedelta(hours=h)) for h in (0, 11, 12, 24)] == [
        False,
        False,
        True,
        True,
    ]
    assert retention.is_due(con, "all", NOW - timedelta(minutes=1))


def test_a_visit_that_is_never_made_keeps_no_text(con: Connection) -> None:
    """A text waits for the visit that is to come; one whose day passed as long ago as texts are kept holds nothing."""
    con.execute(
        "INSERT INTO visits (article_id, first_read_at, visits, visited_at, next_at, outcome, reason) "
        "SELECT article_id, read_at, 1, read_at, $later, 'changed', '' FROM articles",
        {"later": LATER + DAY},
    )
    assert drop(con) == 0
    con.execute("UPDATE visits SET next_at = ?", [LATER])
    assert drop(con) > 0


def test_passes_go_on_without_the_texts(tmp_path: Path) -> None:
    """What lost its text is not read, judged or told again, under changed themes either, and others are."""
    with HttpServer() as town:
        quiet_day(town)
        file = settings_for(tmp_path, town)
        file.write_text(f"{file.read_text(encoding='utf-8')}\n[keep]\ntext_days = 30\n", encoding="utf-8")
        watch(file, MORNING)
        gas_day(town)
        assert watch(file, MORNING + DAY).alerts == 1
        assert watch(file, MORNING + 40 * DAY).articles_judged == 0
        themes = file.with_name("themes.toml")
        themes.write_text(themes.read_text(encoding="utf-8").replace('"junior partner"', '"lesser friend"', 1), "utf-8")
        town.routes["/gamma.xml"] = feed(town, "valves", "market-day", at=MORNING + 41 * DAY)
        town.routes["/valves"] = page("valves")
        record = watch(file, MORNING + 41 * DAY)
        assert (record.articles_read, record.articles_judged, record.alerts) == (1, 1, 0)
    with Store(tmp_path / "data").transaction() as con:
        kept = con.execute("SELECT text <> '', count(*) FROM articles GROUP BY ALL ORDER BY ALL").fetchall()
        assert kept == [(False, 3), (True, 1)]
        assert con.execute("SELECT count(DISTINCT article_id) FROM article_themes").fetchall() == [(3,)]
        assert con.execute("SELECT count(*) FROM rejected").fetchall() == [(1,)]
    assert not [
        p for p in (tmp_path / "data" / "pages").rglob("*.gz") if p.stat().st_mtime < (MORNING + 5 * DAY).timestamp()
    ]
