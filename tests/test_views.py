"""The analysts' views: every one states its grain and keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from importlib.resources import files

import duckdb
import pytest

from builders import DAY, NOW, make_delivery, make_message
from extractors import gate
from warehouse import judgements, outbox
from warehouse.connect import Connection
from warehouse.records import MessageState
from warehouse.store import Store
from warehouse_world import (
    AMUR,
    ASLEEP,
    COOLING,
    COPIED,
    DEAL,
    EARLIER,
    FINDING,
    GAS,
    HARBIN,
    REJECTED,
    STEPPE,
    THIN,
    UNTOLD,
    VOLGA,
    WEAK,
    fill,
    rolled_back,
)

GRAINS = {
    "alert_log": ("alert_id", "channel"),
    "article_revisions": ("article_id", "revision"),
    "article_themes": ("article_id", "theme_id"),
    "candidate_passages": ("candidate_id", "article_id", "ordinal"),
    "candidate_themes": ("candidate_id",),
    "coverage": ("day", "language"),
    "feed_health": ("feed_id",),
    "latency": ("alert_id",),
    "new_themes": ("finding_id",),
    "rejected": ("article_id",),
    "story_copies": ("story_id",),
    "theme_days": ("theme_id", "day", "bloc"),
    "theme_pairs": ("first_theme_id", "second_theme_id"),
    "theme_versions": ("version", "theme_id"),
    "version_articles": ("version", "theme_id", "article_id"),
    "voices": ("theme_id", "bloc"),
}
SOURCES = {
    f.name[3:].removesuffix(".sql"): f.read_text("utf-8") for f in files("warehouse").joinpath("views").iterdir()
}
TODAY, YESTERDAY = NOW.date(), (NOW - DAY).date()


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    store = Store(tmp_path_factory.mktemp("warehouse")).open()
    with store.transaction() as con:
        fill(con)
    return store


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        yield con


def rows(con: Connection, view: str, *columns: str) -> set[tuple[object, ...]]:
    return set(con.execute(f"SELECT {', '.join(columns)} FROM {view}").fetchall())  # noqa: S608  our own names


def test_every_view_is_known_here(con: Connection) -> None:
    """The views are those this file knows the grain of, one a file."""
    made = con.execute("SELECT view_name FROM duckdb_views() WHERE NOT internal").fetchall()
    assert {name for (name,) in made} == set(GRAINS) == set(SOURCES)


@pytest.mark.parametrize("view", GRAINS)
def test_a_view_states_its_grain_and_every_column(con: Connection, view: str) -> None:
    """A view's first line says what a row is, its comment begins with it, and every column has a comment."""
    grain = SOURCES[view].splitlines()[0].removeprefix("-- ")
    assert grain.startswith("one row per ")
    ((comment,),) = con.execute("SELECT comment FROM duckdb_views() WHERE view_name = ?", [view]).fetchall()
    assert comment.startswith(f"{grain}. ")
    asked = "SELECT column_name FROM duckdb_columns() WHERE table_name = ? AND coalesce(comment, '') = ''"
    assert con.execute(asked, [view]).fetchall() == []


@pytest.mark.parametrize(("view", "keys"), GRAINS.items())
def test_a_view_keeps_its_grain(con: Connection, view: str, keys: tuple[str, ...]) -> None:
    """No two rows of a view have the same key, and there are rows to tell."""
    listed = ", ".join(keys)
    found = con.execute(f"SELECT count(*), count(DISTINCT ({listed})) FROM {view}").fetchall()  # noqa: S608  our own names
    assert found[0][0] == found[0][1] > 0


def test_every_table_states_its_grain(con: Connection) -> None:
    """Every table carries its grain as its comment."""
    commented = con.execute("SELECT table_name, comment FROM duckdb_tables()").fetchall()
    assert [name for name, comment in commented if not (comment or "").startswith("one row per ")] == []


def test_article_themes_shows_what_is_present_under_the_latest_themes(con: Connection) -> None:
    """Present themes of relevant articles under the themes used last, each with its sentence and story."""
    assert rows(con, "article_themes", "article_id", "theme_id", "story_id", "day") == {
        (DEAL.id, "gas", DEAL.id, TODAY),
        (DEAL.id, "grain", DEAL.id, TODAY),
        (COPIED.id, "gas", DEAL.id, TODAY),
        (COPIED.id, "grain", DEAL.id, TODAY),
        (EARLIER.id, "gas", EARLIER.id, YESTERDAY),
        (THIN.id, "grain", THIN.id, TODAY),
    }
    assert rows(con, "article_themes", "sentence", "phrase") == {(DEAL.text.split(". ")[0] + ".", "pipeline gas")}


def test_candidates_are_shown_with_their_sentences(con: Connection) -> None:
    """A candidate's articles and stories are counted, and its sentences stand word for word."""
    columns = ("candidate_id", "state", "quiet", "theme_id", "articles", "stories", "voices", "publishers", "alert_id")
    assert rows(con, "candidate_themes", *columns) == {("c-0a1b2c3d", "open", None, None, 2, 1, 5, 3, None)}
    assert rows(con, "candidate_passages", "article_id", "story_id", "publisher", "sentence") == {
        (DEAL.id, DEAL.id, "Amur Daily", "Nobody spoke of ice and hull."),
        (COPIED.id, DEAL.id, "Volga Post", "Nobody spoke of ice."),
    }


def test_theme_days_corrects_for_feeds_that_were_down(con: Connection) -> None:
    """Exposure is the share of the bloc's feeds that were heard that day; stories are divided by it."""
    columns = ("theme_id", "day", "bloc", "stories", "articles", "publishers", "exposure", "corrected_stories")
    assert rows(con, "theme_days", *columns) == {
        ("gas", TODAY, "independent", 1, 1, 1, 0.5, 2.0),  # Steppe Review was down, Asleep is not asked, Left no more
        ("gas", TODAY, "russia-state", 1, 1, 1, 1.0, 1.0),
        ("gas", YESTERDAY, "independent", 1, 1, 1, 1.0, 1.0),
        ("grain", TODAY, "independent", 1, 1, 1, 0.5, 2.0),
        ("grain", TODAY, "russia-state", 1, 1, 1, 1.0, 1.0),
        ("grain", TODAY, "china-state", 1, 1, 1, 1.0, 1.0),
    }


def test_theme_pairs_count_stories_once(con: Connection) -> None:
    """Two themes of one article are a pair, once, and copies do not make them closer."""
    columns = ("first_theme_id", "second_theme_id", "articles", "stories", "first_stories", "second_stories", "overlap")
    assert rows(con, "theme_pairs", *columns) == {("gas", "grain", 2, 1, 2, 2, 1 / 3)}


def test_voices_weigh_blocs(con: Connection) -> None:
    """Who speaks of what: a bloc's part of the theme, and the theme's part of the bloc."""
    assert rows(con, "voices", "theme_id", "bloc", "stories", "share_of_theme", "share_of_bloc") == {
        ("gas", "independent", 2, 1.0, 1.0),
        ("gas", "russia-state", 1, 0.5, 1.0),
        ("grain", "independent", 1, 0.5, 0.5),
        ("grain", "russia-state", 1, 0.5, 1.0),
        ("grain", "china-state", 1, 0.5, 1.0),
    }


def test_new_themes_lists_findings_with_their_decision(con: Connection) -> None:
    """Every finding is there, alerted or not."""
    assert rows(con, "new_themes", "finding_id", "theme", "articles", "publishers", "decision", "alert_id") == {
        (FINDING.id, "Gas", 3, 2, "alert", outbox.alert_id(FINDING)),
        (UNTOLD.id, "Gas", 1, 2, "alert", outbox.alert_id(UNTOLD)),
        (COOLING.id, "Grain", 1, 2, "cooldown", None),
    }


def test_feed_health_says_why(con: Connection) -> None:
    """Each configured feed with its last outcome, the reason in words, and what it brought in 30 days."""
    assert rows(con, "feed_health", "feed", "outcome", "in_words", "failures", "entries_30_days") == {
        (AMUR.name, "new", "", 0.0, 2),  # the entry seen 40 days before is not counted
        (STEPPE.name, "failed", "its server did not answer in time", 2.0, 3),
        (VOLGA.name, "new", "", 0.0, 1),
        (HARBIN.name, "new", "", 0.0, 2),
        (ASLEEP.name, "never asked", "", 0.0, 0),
    }
    assert (STEPPE.name, NOW + timedelta(hours=1)) in rows(con, "feed_health", "feed", "last_entry_at")


def test_alert_log_counts_messages_and_names_nobody(con: Connection) -> None:
    """Each alert and channel with the worst state of its messages, and no recipient anywhere."""
    columns = ("alert_id", "channel", "state", "messages", "sent", "waiting", "attempts", "repeated", "reason")
    told, untold = outbox.alert_id(FINDING), outbox.alert_id(UNTOLD)
    assert rows(con, "alert_log", *columns) == {
        (told, "email", "waiting", 2, 1, 1, 2, True, "smtp_busy"),
        (told, "slack", "undeliverable", 1, 0, 0, 1, False, "slack_revoked"),
        (untold, None, "untold", 0, 0, 0, 0, False, ""),
    }
    assert "@" not in str(con.execute("SELECT * FROM alert_log").fetchall())


def test_the_reason_is_that_of_a_message_that_was_tried(con: Connection) -> None:
    """When mail is down, the reason is there, though some messages were never tried; a sent one gives none."""
    alerts = outbox.read_alerts(con, [outbox.alert_id(UNTOLD)], 3)
    tried, untried = (make_message(alerts, recipient=f"{name}@example.org") for name in ("tried", "untried"))
    for message in (tried, untried):
        outbox.save_message(con, message)
    reasons = "SELECT reason FROM alert_log WHERE alert_id = ?"
    asked = [outbox.alert_id(UNTOLD)]
    assert con.execute(reasons, asked).fetchall() == [("",)]
    outbox.mark(con, make_delivery(tried, "retry", reason="smtp_down"), MessageState.PENDING, NOW)
    assert con.execute(reasons, asked).fetchall() == [("smtp_down",)]
    outbox.mark(con, make_delivery(tried, "sent", repeat=True), MessageState.PENDING, NOW)  # at the same moment
    assert con.execute(reasons, asked).fetchall() == [("smtp_down",)]


def test_coverage_adds_up(con: Connection) -> None:
    """Each article is counted once, on the day it was first seen, in its language, and followed to its end."""
    columns = (
        "announced",
        "baseline",
        "read",
        "from_page",
        "from_feed",
        "from_summary",
        "without_text",
        "unread",
        "judged",
        "relevant",
    )
    expected = {
        ((NOW - 40 * DAY).date(), "en", 1, 0, 0, 0, 0, 0, 0, 1, 0, 0),
        (YESTERDAY, "zh", 1, 0, 1, 0, 0, 1, 0, 0, 1, 1),
        (TODAY, "en", 5, 0, 4, 3, 1, 0, 0, 1, 4, 4),
        (TODAY, "zh", 1, 1, 1, 1, 0, 0, 0, 0, 1, 0),
    }
    assert rows(con, "coverage", "day", "language", *columns) == expected
    con.execute("UPDATE articles SET text = '' WHERE article_id = ?", [THIN.id])
    titled = (YESTERDAY, "zh", 1, 0, 1, 0, 0, 0, 1, 0, 1, 1)
    assert titled in rows(con, "coverage", "day", "language", *columns)


def test_rejected_keeps_the_reason(con: Connection) -> None:
    """What the gate kept out under the latest themes is there with its reason, and nothing else."""
    assert rows(con, "rejected", "article_id", "reason", "feed") == {(REJECTED.id, "no_russia", HARBIN.name)}


def test_comments_say_what_is_so(con: Connection) -> None:
    """A comment quotes the gate's own reasons, and promises of stories what holds for them."""
    said = {
        (table, column): comment
        for table, column, comment in con.execute(
            "SELECT table_name, column_name, comment FROM duckdb_columns() WHERE comment IS NOT NULL"
        ).fetchall()
    }
    quoted = said["rejected", "reason"].split('"')[1::2]
    assert quoted
    assert set(quoted) <= set(gate.REASONS)
    assert "compared first" in said["article_themes", "story_id"]
    assert "within this day and bloc" in said["theme_days", "stories"]


def test_views_follow_the_themes_used_last(con: Connection) -> None:
    """When earlier themes come into use again, the views speak of those."""
    judgements.use_taxonomy(con, GAS, NOW + DAY)
    assert {theme for (theme,) in rows(con, "article_themes", "theme_id")} == {"gas"}
    assert (WEAK.id,) in rows(con, "article_themes", "article_id")
    assert rows(con, "rejected", "article_id") == set()


def test_days_are_utc_days_in_any_zone(store: Store) -> None:
    """A day is a UTC day, whatever the zone of whoever asks."""
    with store.transaction() as con:
        before = rows(con, "theme_days", "day", "stories") | rows(con, "coverage", "day", "announced")
    with duckdb.connect(str(store.live)) as elsewhere:
        elsewhere.execute("SET TimeZone = 'Pacific/Kiritimati'")
        after = rows(elsewhere, "theme_days", "day", "stories") | rows(elsewhere, "coverage", "day", "announced")
    assert after == before
