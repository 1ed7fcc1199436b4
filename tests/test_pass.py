from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from flows.commands import amur
from flows.monitor import run_pass
from mailservers import MailSink
from processes import process
from servers import HttpServer, Reply, free_port
from town import DAY, MORNING, PAPERS, TEXTS, feed, gas_day, page, papers_toml, quiet_day, settings_for, watch, watching
from warehouse.query import ask
from warehouse.store import Store

# What may differ between two runs of the same passes: attempts, times, and the keys made of them.
VOLATILE = {"fetches", "passes", "schema_versions", "view_texts", "deliveries"}
HOLDER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
before = con.execute("SELECT count(*) FROM articles").fetchone()
print("ready", flush=True)
sys.stdin.readline()
assert con.execute("SELECT count(*) FROM articles").fetchone() == before
con.close()
print(duckdb.connect(sys.argv[1], read_only=True).execute("SELECT count(*) FROM articles").fetchone()[0], flush=True)
"""


@pytest.fixture
def town() -> Iterator[HttpServer]:
    with HttpServer() as server:
        quiet_day(server)
        yield server


def counts(file: Path) -> dict[str, int]:
    """Rows per table of the live warehouse."""
    with Store(file.parent / "data").transaction() as con:
        tables = [name for (name,) in con.execute("SELECT table_name FROM duckdb_tables()").fetchall()]
        return {t: con.execute(f'SELECT count(*) FROM "{t}"').fetchall()[0][0] for t in tables if t not in VOLATILE}  # noqa: S608  names from the catalogue


def amur_run(file: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(file), "run", *words])


def test_a_new_theme_is_told_once_and_an_unchanged_world_brings_nothing(town: HttpServer, tmp_path: Path) -> None:
    """Two papers take up a theme: one mail, quoting them word for word. The next pass fetches and adds nothing."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        file.write_text(f"{file.read_text(encoding='utf-8')}\n[revisit]\ndays = []\n", encoding="utf-8")
        assert watch(file, MORNING).alerts == 0
        gas_day(town)
        told = watch(file, MORNING + DAY)
        assert (told.findings, told.alerts, told.messages_sent) == (1, 1, 1)
        (letter,) = sink.letters
        assert letter.recipients == ("analyst@desk.example",)
        quoted = ask(tmp_path / "data" / "amur.duckdb", "SELECT sentence FROM article_themes").rows
        assert quoted
        for (sentence,) in quoted:
            assert any(sentence in " ".join(text.split()) for text in TEXTS.values())

        before, pages_before = counts(file), len(town.seen("/patience"))
        again = watch(file, MORNING + 2 * DAY)
        assert again.feeds_due == 3
        assert counts(file) == before
        assert len(town.seen("/patience")) == pages_before == 1
        assert (again.entries_new, again.pages_fetched, again.articles_read, again.messages_sent) == (0, 0, 0, 0)
        assert len(sink.letters) == 1


def test_a_faulty_feed_costs_only_itself(town: HttpServer, tmp_path: Path) -> None:
    """The feeds before and behind a faulty one are read; it is named with its reason, and caught up with later."""
    file = settings_for(tmp_path, town)
    town.routes["/beta.xml"] = Reply(body=b"<html><title>Back soon</title>", headers={"Content-Type": "text/html"})
    record = watch(file, MORNING)
    assert (record.outcome, record.feeds_failed, record.entries_new) == ("complete", 1, 2)
    with Store(tmp_path / "data").transaction() as con:
        states = con.execute("SELECT reason, failures FROM feed_states ORDER BY reason").fetchall()
    assert states == [("", 0.0), ("", 0.0), ("html_not_feed", 1.0)]
    town.routes["/beta.xml"] = feed(town, "second-line")
    record = watch(file, MORNING + DAY)
    assert (record.feeds_failed, record.entries_new) == (0, 1)


def test_a_page_that_is_gone_leaves_the_feeds_own_text(town: HttpServer, tmp_path: Path) -> None:
    """Where a page cannot be had, the feed's summary serves, marked as what it is."""
    file = settings_for(tmp_path, town)
    town.routes["/alpha.xml"] = feed(town, "vanished", summary="China and Russia disagree about a bridge.")
    watch(file, MORNING)
    rows = ask(
        tmp_path / "data" / "amur.duckdb", "SELECT text, text_source, reason FROM articles WHERE url LIKE '%vani%'"
    )
    assert rows.rows == (("China and Russia disagree about a bridge.", "summary", "not_found"),)


def test_an_amp_page_is_the_article_it_is_a_variant_of(town: HttpServer, tmp_path: Path) -> None:
    """An article announced by its AMP address in one feed and by its own in another is one article."""
    file = settings_for(tmp_path, town)
    link = f'<link rel="canonical" href="{town.url("/patience")}"><title>'.encode()
    amp = page("patience")
    town.routes["/patience/amp"] = Reply(body=amp.body.replace(b"<title>", link), headers=amp.headers)
    town.routes["/alpha.xml"] = feed(town, "patience/amp")
    watch(file, MORNING)
    town.routes["/beta.xml"] = feed(town, "patience")
    assert watch(file, MORNING + DAY).pages_fetched == 0
    rows = ask(tmp_path / "data" / "amur.duckdb", "SELECT url FROM articles WHERE url LIKE '%patience%'").rows
    assert rows == ((town.url("/patience"),),)
    town.routes["/gamma.xml"] = feed(town, "patience/amp")
    assert watch(file, MORNING + 2 * DAY).articles_read == 1
    assert watch(file, MORNING + 3 * DAY).pages_fetched == 0
    assert counts(file)["articles"] == 2


def test_an_unreachable_mail_server_loses_nothing(town: HttpServer, tmp_path: Path) -> None:
    """The alert waits with a clear sentence and exit code 5, and goes out once when the server is back."""
    file = settings_for(tmp_path, town, smtp_port=free_port())
    watch(file, MORNING)
    gas_day(town)
    record = watch(file, MORNING + DAY)
    assert (record.alerts, record.messages_sent, record.messages_waiting) == (1, 0, 1)
    assert "e-mail could not be sent and waits for the next pass (smtp_unreachable)" in record.note

    result = amur_run(file)
    assert result.exit_code == 5
    assert "waits for the next pass" in result.stderr
    with MailSink() as sink:
        settings_for(tmp_path, town, smtp_port=sink.port)
        assert watch(file, MORNING + 2 * DAY).messages_sent == 1
        assert watch(file, MORNING + 3 * DAY).messages_sent == 0
        assert len(sink.letters) == 1


def test_no_network_is_one_sentence_and_blames_no_feed(town: HttpServer, tmp_path: Path) -> None:
    """When nothing can be reached, the pass says so with exit code 3, and no feed's failures are counted."""
    port = free_port()
    feeds = papers_toml({paper: f"http://127.0.0.1:{port}/{paper}.xml" for paper in PAPERS})
    file = settings_for(tmp_path, town, feeds_toml=feeds)
    file.write_text(file.read_text(encoding="utf-8").replace(town.netloc, f"127.0.0.1:{port}"), encoding="utf-8")
    result = amur_run(file)
    assert result.exit_code == 3
    assert "check this machine's connection" in result.stderr
    assert "Nothing is lost" in result.stderr
    with Store(tmp_path / "data").transaction() as con:
        assert con.execute("SELECT max(failures), count(*) FROM feed_states").fetchall() == [(0.0, 3)]


def test_a_second_pass_at_the_same_time_steps_aside(town: HttpServer, tmp_path: Path) -> None:
    """A pass that finds another one running says since when, ends well, and touches nothing."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING)
    before = counts(file)
    with Store(tmp_path / "data").pass_lock(MORNING):
        result = amur_run(file)
    assert result.exit_code == 0
    assert "Another pass is running since 2026-04-06 06:00 UTC" in result.stderr
    assert counts(file) == before


@pytest.mark.parametrize("verb", ["poll", "collect", "read", "judge_articles", "compare_and_decide", "tell"])
def test_a_pass_broken_off_is_finished_by_the_next(town: HttpServer, tmp_path: Path, verb: str) -> None:
    """Wherever a pass ends too early, the next one brings the warehouse to where it would have been."""
    with MailSink() as sink:
        file = settings_for(tmp_path, town, smtp_port=sink.port)
        watch(file, MORNING)
        gas_day(town)

        def until(step: object, *args: object) -> None:
            if step.__name__ == verb:  # type: ignore[attr-defined]  # every verb is a function
                raise KeyboardInterrupt
            step(*args)  # type: ignore[operator]  # same

        with watching(file, MORNING + DAY) as house:
            with pytest.raises(KeyboardInterrupt):
                run_pass(house, MORNING + DAY, until)
            run_pass(house, MORNING + DAY)
        assert len(sink.letters) == 1
        with Store(tmp_path / "data").transaction() as con:
            ends = con.execute("SELECT outcome FROM passes ORDER BY started_at, outcome").fetchall()
        assert ends == [("complete",), ("broken off",), ("complete",)]
        found = counts(file)
        assert (found["articles"], found["findings"], found["alerts"], found["messages"]) == (3, 1, 1, 1)


def test_an_analyst_holding_the_file_neither_blocks_nor_fails(town: HttpServer, tmp_path: Path) -> None:
    """A shell in another process keeps its file through a pass; a new one then sees what is new."""
    file = settings_for(tmp_path, town)
    watch(file, MORNING)
    with process(HOLDER, tmp_path / "data" / "amur.duckdb") as other:
        gas_day(town)
        assert watch(file, MORNING + DAY).articles_read == 2
        assert other.stdin
        assert other.stdout
        other.stdin.write("\n")
        other.stdin.flush()
        assert other.stdout.readline() == "3\n"
