"""Whole passes over a town in which a theme surges, papers reprint one another, and nobody looked for a while."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from mailservers import MailSink
from messages import parsed, part
from servers import HttpServer, Reply
from town import DAY, MORNING, feed, quiet_day, settings_for, watch
from warehouse.connect import Connection
from warehouse.query import ask
from warehouse.store import Store

BEFORE, EVENING = MORNING - 35 * DAY, MORNING + timedelta(hours=14)
THEME = "energy-leverage"
BILL = """Nobody in Beijing is in a hurry about the second pipeline, and Moscow has stopped pretending otherwise. Russia
has offered China a gas price below what its own households pay. China answered that it will think about it. A seller
with one customer, say traders in Harbin, learns to smile: Gazprom needs the contract more than China needs its gas."""


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        server.routes["/bill"] = _page("bill", BILL)
        yield server


def _page(slug: str, text: str) -> Reply:
    body = f"""<!DOCTYPE html><html lang="en"><head><title>{slug}</title></head><body><main><article>
    <h1>On {slug}</h1><p>{" ".join(text.split())}</p></article></main></body></html>"""
    return Reply(body=body.encode(), headers={"Content-Type": "text/html; charset=utf-8"})


def a_month_passes(folder: Path, heard: int = 35) -> None:
    """Every day had its pass; three feeds answered on the first so many days, and had nothing new."""
    first = BEFORE + timedelta(hours=1)
    with Store(folder / "data").transaction() as con:
        con.execute(
            "INSERT INTO fetches BY NAME SELECT f.* REPLACE (f.tried_at + to_days(n::INTEGER) AS tried_at) "
            "FROM (SELECT * FROM fetches WHERE kind = 'feed' AND tried_at <= $first) AS f, range(1, $days) AS t(n)",
            {"first": first, "days": heard},
        )
        daily_passes(con, first, 36)


def daily_passes(con: Connection, first: datetime, until: int) -> None:
    con.execute(
        "INSERT INTO passes BY NAME "
        "SELECT p.* REPLACE (uuid() AS pass_id, p.started_at + to_days(n::INTEGER) AS started_at) "
        "FROM (SELECT * FROM passes WHERE started_at <= $first) AS p, range(1, $days) AS t(n)",
        {"first": first, "days": until},
    )


def all_speak(town: HttpServer) -> None:
    for paper, slug in {"alpha": "patience", "beta": "second-line", "gamma": "bill"}.items():
        town.routes[f"/{paper}.xml"] = feed(town, slug, "market-day", at=MORNING + timedelta(hours=9))


def a_theme_known_before(town: HttpServer, folder: Path, smtp_port: int | None = None) -> Path:
    file = settings_for(folder, town, smtp_port=smtp_port)
    watch(file, BEFORE)
    town.routes["/alpha.xml"] = feed(town, "valves", "market-day", at=BEFORE + 15 * DAY)
    assert watch(file, BEFORE + 16 * DAY).findings == 0
    return file


def test_a_surge_is_told_once(town: HttpServer, tmp_path: Path) -> None:
    """Three papers speak on one day of what one paper spoke of in a month: one mail says so, with the figures."""
    with MailSink() as sink:
        file = a_theme_known_before(town, tmp_path, sink.port)
        a_month_passes(tmp_path)
        all_speak(town)
        record = watch(file, EVENING)
        assert (record.findings, record.alerts, record.messages_sent) == (1, 1, 1)
        again = watch(file, EVENING + DAY)
        assert (again.findings, again.messages_sent) == (0, 0)
        (letter,) = sink.letters
    message = parsed(letter.body)
    assert message["Subject"].startswith("Amur: surge – ")
    assert message["Subject"].endswith("(3 publishers)")
    text = part(letter.body, "plain")
    assert "On 6 Apr 2026, until 20:00 UTC: 3 publishers, where 0.1 were expected from the 28 days before." in text
    assert "Chance of so many without a change: 1 in " in text
    rows = ask(
        tmp_path / "data" / "amur.duckdb",
        "SELECT kind, theme_id, publishers, round(expected, 1), silence_days, decision FROM new_themes",
    ).rows
    assert rows == (("surge", THEME, 3, 0.1, None, "alert"),)


def test_feeds_without_a_month_make_no_surge(town: HttpServer, tmp_path: Path) -> None:
    """The same day after two weeks of listening is no surge: nobody knows what is usual."""
    file = a_theme_known_before(town, tmp_path)
    a_month_passes(tmp_path, heard=14)
    all_speak(town)
    assert watch(file, EVENING).findings == 0


def test_a_reprint_is_its_source_s(town: HttpServer, tmp_path: Path) -> None:
    """A reprint that comes first and names its source is a copy, and the source is the story's voice."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING)
    bill = " ".join(BILL.split())
    opening = "A gas deal is a marriage in which one side owns the house, and everybody at the table knows it."
    reworded = bill.replace("Nobody in Beijing is in a hurry", "No one in the Chinese capital hurries")
    ending = "This article was first published by the Beta and is used with thanks."
    town.routes["/reprint"] = _page("reprint", f"{opening} {reworded}</p><p>{ending}")
    town.routes["/alpha.xml"] = feed(town, "reprint", "market-day", at=MORNING + DAY / 4)
    town.routes["/beta.xml"] = feed(town, "bill", "market-day", at=MORNING + DAY / 2)
    watch(file, MORNING + DAY)
    rows = ask(
        tmp_path / "data" / "amur.duckdb",
        "SELECT voice, bloc, original, articles, publisher_names FROM story_copies WHERE title NOT LIKE '%market%'",
    ).rows
    assert rows == (("beta", "china-state", "the Beta", 2, ["alpha", "beta"]),)


@pytest.mark.parametrize(("passed", "found"), [(False, 1), (True, 0)])
def test_what_came_up_while_nobody_looked_is_new(town: HttpServer, tmp_path: Path, passed: bool, found: int) -> None:
    """After twelve days without a pass, what was new meanwhile is found; what feeds held back from passes is not."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING)
    for paper, slug in {"alpha": "patience", "beta": "second-line"}.items():
        town.routes[f"/{paper}.xml"] = feed(town, slug, "market-day", at=MORNING + DAY)
    if passed:
        with Store(tmp_path / "data").transaction() as con:
            daily_passes(con, MORNING, 12)
    record = watch(file, MORNING + 12 * DAY)
    assert (record.articles_relevant, record.findings) == (2, found)
    assert watch(file, MORNING + 13 * DAY).findings == 0
