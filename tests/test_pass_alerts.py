from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from extractors.workers import Failed
from flows.house import House
from flows.monitor import run_pass
from mailservers import MailSink, ScriptedServer
from servers import HttpServer, Reply
from town import DAY, MORNING, feed, gas_day, page, quiet_day, settings_for, watch, watching
from warehouse import outbox
from warehouse.query import ask
from warehouse.store import Store

STUDENTS = Reply(
    body=b"""<html lang=en><head><title>Students</title></head><body><article><p>The university in Harbin takes three
    hundred students from Russia this year. China pays for the rooms, and Russia for the trains. Professors from Moscow
    teach there in the autumn, and those from China answer the visit in the spring. Russia and China count these
    exchanges every year, and every year both call the number a record.</p></article></body></html>""",
    headers={"Content-Type": "text/html; charset=utf-8"},
)


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


def alone(town: HttpServer, paper: str, *slugs: str) -> None:
    """One paper brings articles."""
    town.routes[f"/{paper}.xml"] = feed(town, *slugs, "market-day", at=MORNING + DAY / 2)


def rows(file: Path, sql: str) -> list[tuple[object, ...]]:
    with Store(file.parent / "data").transaction() as con:
        return con.execute(sql).fetchall()


def edit_themes(file: Path, old: str, new: str) -> None:
    themes = file.with_name("themes.toml")
    text = themes.read_text(encoding="utf-8")
    assert old in text
    themes.write_text(text.replace(old, new, 1), encoding="utf-8")


def test_an_edit_to_one_theme_silences_no_other(town: HttpServer, tmp_path: Path) -> None:
    """A theme that is just emerging is found, though another one was edited in between."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING)
    alone(town, "alpha", "patience")
    assert watch(file, MORNING + DAY).findings == 0
    edit_themes(file, '"junior partner"', '"junior partner in the house"')
    alone(town, "beta", "second-line")
    assert watch(file, MORNING + 2 * DAY).alerts == 1


def test_an_edit_to_a_theme_makes_its_past_no_news(town: HttpServer, tmp_path: Path) -> None:
    """What was seen before a theme came into use as it is, is history for it: the archive raises no alert."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING)
    edit_themes(file, '"Power of Siberia"', '"Power of Siberia", "Strength of Siberia"')
    gas_day(town)
    with watching(file, MORNING + DAY) as house:
        run_pass(replace(house, settings=replace(house.settings, taxonomy=_without_gas(house))), MORNING + DAY)
    assert watch(file, MORNING + 2 * DAY).findings == 0


def _without_gas(house: House):
    taxonomy = house.settings.taxonomy
    return replace(taxonomy, themes=tuple(theme for theme in taxonomy.themes if theme.id != "energy-leverage"))


def test_a_theme_put_into_an_old_article_ends_no_silence(town: HttpServer, tmp_path: Path) -> None:
    """Words added to an article today are no proof that its theme was there on the article's day, and no news."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING - DAY)
    town.routes["/students"] = STUDENTS
    town.routes["/gamma.xml"] = feed(town, "students", "market-day", at=MORNING)
    assert watch(file, MORNING).articles_relevant == 1
    watch(file, MORNING + 7 * DAY)
    added = b"a record. Russia will pay China back in gas from the Power of Siberia pipeline, Gazprom told Beijing."
    town.routes["/students"] = Reply(body=STUDENTS.body.replace(b"a record.", added), headers=STUDENTS.headers)
    assert watch(file, MORNING + 14 * DAY).findings == 0
    assert rows(file, "SELECT theme_id FROM article_themes") == [("energy-leverage",)]
    for paper, slug in {"alpha": "patience", "beta": "second-line"}.items():
        town.routes[f"/{paper}.xml"] = feed(town, slug, "market-day", at=MORNING + 15 * DAY)
    assert watch(file, MORNING + 15 * DAY).alerts == 1
    shown = "SELECT list(split_part(url, '/', -1) ORDER BY url) FROM finding_articles JOIN articles USING (article_id)"
    assert rows(file, shown) == [(["patience", "second-line"],)]
    assert watch(file, MORNING + 16 * DAY).findings == 0


def test_nothing_is_sent_unless_it_may_be(town: HttpServer, tmp_path: Path) -> None:
    """A pass that is not to send leaves its alert for the next one, which sends it once."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        watch(file, MORNING)
        gas_day(town)
        assert watch(file, MORNING + DAY, send=False).alerts == 1
        assert sink.letters == []
        assert watch(file, MORNING + 2 * DAY).messages_sent == 1
        assert watch(file, MORNING + 3 * DAY).messages_sent == 0


def test_a_refused_recipient_keeps_nobody_waiting(town: HttpServer, tmp_path: Path) -> None:
    """One mailbox that is full for now does not hold up the mail to the others."""
    with ScriptedServer(RCPT=b"452 4.2.2 mailbox full") as full:
        file = settings_for(tmp_path, town, smtp_port=full.port)
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('["analyst@desk', '["full@desk.example", "good@desk'), encoding="utf-8")
        watch(file, MORNING)
        gas_day(town)
        record = watch(file, MORNING + DAY)
    assert (record.messages_sent, record.messages_waiting) == (0, 2)
    with Store(tmp_path / "data").transaction() as con:
        assert con.execute("SELECT attempts FROM messages").fetchall() == [(1,), (1,)]


def test_a_message_given_up_is_said_to_be(town: HttpServer, tmp_path: Path) -> None:
    """A mailbox that does not exist is named as given up in the record, without its address."""
    with ScriptedServer(RCPT=b"550 5.1.1 <analyst@desk.example> unknown") as server:
        file = settings_for(tmp_path, town, smtp_port=server.port)
        watch(file, MORNING)
        gas_day(town)
        record = watch(file, MORNING + DAY)
    assert (record.messages_waiting, record.messages_given_up) == (0, 1)
    assert "is given up (smtp_refused)" in record.note
    assert "analyst" not in record.note


def test_a_message_left_half_sent_goes_out_again_as_it_was(town: HttpServer, tmp_path: Path) -> None:
    """When a pass dies between claim and mark, the next one sends the same bytes and marks them as a repeat."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        watch(file, MORNING)
        gas_day(town)
        watch(file, MORNING + DAY)
        with Store(tmp_path / "data").transaction() as con:
            con.execute("UPDATE messages SET state = 'sending', attempts = 0")
            con.execute("DELETE FROM deliveries")
        (tmp_path / "data" / "journal.jsonl").unlink()  # it would know that the message arrived
        assert watch(file, MORNING + 2 * DAY).messages_sent == 1
        first, second = sink.letters
        assert first.body == second.body
        with Store(tmp_path / "data").transaction() as con:
            results = con.execute("SELECT result, repeat FROM deliveries ORDER BY repeat").fetchall()
            assert results == [("unclear", False), ("sent", True)]
            assert outbox.count_waiting(con) == 0


def test_half_a_first_answer_is_history_whole(town: HttpServer, tmp_path: Path) -> None:
    """What was cut off a feed's first answer is history too when it comes; a feed that is always cut brings news."""
    file = settings_for(tmp_path, town)
    whole = feed(town, "patience", "market-day")
    town.routes["/alpha.xml"] = replace(whole, body=whole.body[: whole.body.index(b"market-day</guid>")])
    watch(file, MORNING)
    longer = feed(town, "patience", "second-line", "market-day")
    town.routes["/alpha.xml"] = replace(longer, body=longer.body[: longer.body.rindex(b"market-day</guid>")])
    watch(file, MORNING + DAY)
    town.routes["/alpha.xml"] = feed(town, "patience", "second-line", "valves")
    watch(file, MORNING + 2 * DAY)
    rows = ask(
        tmp_path / "data" / "amur.duckdb", "SELECT url, baseline FROM articles WHERE url NOT LIKE '%market%'"
    ).rows
    assert {str(url).rpartition("/")[2]: first for url, first in rows} == {
        "patience": True,
        "second-line": True,
        "valves": False,
    }


def test_judging_that_fails_is_tried_again(town: HttpServer, tmp_path: Path) -> None:
    """An article whose judging fails is judged by the next pass; after three failures it is rejected, with why."""

    class Failing:
        """Workers that read, but cannot judge."""

        def __init__(self, house: House) -> None:
            self.workers = house.workers

        def map(self, function, items, deadline, *rest, **named):
            if function.__name__ != "judge":
                return self.workers.map(function, items, deadline, *rest, **named)
            return [Failed("deadline", "It took too long.") for _ in items]

    file = settings_for(tmp_path, town)
    for day in range(3):
        with watching(file, MORNING + day * DAY) as house:
            record = run_pass(replace(house, workers=Failing(house)), MORNING + day * DAY)
        assert "could not be judged (deadline)" in record.note
        if day == 1:
            alone(town, "alpha", "patience")
    assert watch(file, MORNING + 3 * DAY).articles_judged == 1
    rows = ask(tmp_path / "data" / "amur.duckdb", "SELECT title, reason FROM rejected").rows
    assert rows == (("About market-day", "could not be judged: deadline"),)


def test_one_dead_feed_stops_nothing(town: HttpServer, tmp_path: Path) -> None:
    """Among feeds that answer, one that is refused counts as failing, however the feeds fall into batches."""
    papers = "".join(
        f'[[feed]]\nname = "p{n}"\nurl = "{town.url(f"/p{n}.xml")}"\npublisher = "p"\nbloc = "independent"\n'
        for n in range(50)
    )
    dead = '[[feed]]\nname = "dead"\nurl = "http://127.0.0.1:1/feed"\npublisher = "p"\nbloc = "independent"\n'
    file = settings_for(tmp_path, town, feeds_toml=papers + dead)
    text = file.read_text(encoding="utf-8")
    file.write_text(text.replace(f'["{town.netloc}"]', f'["{town.netloc}", "127.0.0.1:1"]'), encoding="utf-8")
    town.routes.update({f"/p{n}.xml": Reply(404) for n in range(1, 50)} | {"/p0.xml": feed(town, "valves")})
    town.routes["/valves"] = page("valves")
    record = watch(file, MORNING)
    assert (record.outcome, record.pages_fetched) == ("complete", 1)
    with Store(tmp_path / "data").transaction() as con:
        assert con.execute("SELECT failures FROM feed_states WHERE reason = 'connect_refused'").fetchall() == [(0.5,)]


def test_findings_wait_for_history(town: HttpServer, tmp_path: Path) -> None:
    """While pages of a feed's first answer are still to be had, nothing is called new; then it is history."""
    file = settings_for(tmp_path, town)
    with file.open("a", encoding="utf-8") as settings:
        settings.write('[schedule]\nlongest = "10m"\n')  # all feeds at every pass
    town.routes["/gamma.xml"] = feed(town, "valves", at=MORNING - 20 * DAY)
    town.routes["/valves"] = [Reply(503), page("valves")]
    watch(file, MORNING)
    gas_day(town)
    waiting = watch(file, MORNING + DAY / 48)
    assert (waiting.articles_read, waiting.findings) == (2, 0)
    assert watch(file, MORNING + DAY).findings == 0


def test_a_recipient_is_one_however_it_is_spelt(town: HttpServer, tmp_path: Path) -> None:
    """Writing a recipient otherwise tells nobody twice."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        watch(file, MORNING)
        gas_day(town)
        watch(file, MORNING + DAY)
        text = file.read_text(encoding="utf-8")
        file.write_text(text.replace('"analyst@desk.example"', '"Ann <Analyst@desk.example>"'), encoding="utf-8")
        assert watch(file, MORNING + 2 * DAY).messages_sent == 0
        assert len(sink.letters) == 1
