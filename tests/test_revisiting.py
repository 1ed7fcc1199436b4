"""Pages looked at again between passes: changed, withdrawn, restored, and never told twice."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from uuid import uuid4

import pytest
from click.testing import CliRunner, Result

from flows.commands import amur
from flows.house import Pass
from flows.monitor import run_pass
from flows.revisiting import due_again, revisit
from mailservers import MailSink
from servers import HttpServer, Reply, Seen
from town import DAY, MORNING, feed, gas_day, page, quiet_day, settings_for, watch, watching
from warehouse.passes import PassRecord
from warehouse.store import Store

GAS = MORNING + DAY  # when the two gas articles are read
CORRECTED = b"Gazprom lost its best customers and found none"
STATES = "SELECT revision, kind, reason, words_added, words_removed, is_latest FROM article_revisions"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[HttpServer, Path, MailSink]]:
    """A town, its mail, and the folder of those who read its two gas articles at `GAS` and were told."""
    folder = tmp_path_factory.mktemp("told")
    with HttpServer() as town, MailSink() as sink:
        file = settings_for(folder, town, smtp_port=sink.port)
        quiet_day(town)
        watch(file, MORNING)
        gas_day(town)
        assert watch(file, GAS).messages_sent == 1
        yield town, folder, sink


@pytest.fixture
def town(told: tuple[HttpServer, Path, MailSink]) -> HttpServer:
    """The town on the day after."""
    town, _, _ = told
    quiet_day(town)
    gas_day(town)
    town.requests.clear()
    return town


@pytest.fixture
def file(told: tuple[HttpServer, Path, MailSink], tmp_path: Path) -> Path:
    """Settings of a desk of its own that has read and been told all that."""
    return shutil.copytree(told[1], tmp_path / "desk") / "amur.toml"


def rows(file: Path, sql: str, *params: object) -> tuple[tuple[Any, ...], ...]:
    with Store(file.parent / "data").transaction() as con:
        return tuple(con.execute(sql, list(params)).fetchall())


def states(file: Path, slug: str) -> tuple[tuple[Any, ...], ...]:
    return rows(file, f"{STATES} WHERE url LIKE '%' || ? ORDER BY revision", slug)


def edited(slug: str, old: bytes = b"Gazprom lost its best\n    customers", new: bytes = CORRECTED) -> Reply:
    """An article's page with other words in it."""
    shown = page(slug)
    old = b" ".join(old.split())
    assert old in shown.body
    return Reply(body=shown.body.replace(old, new), headers=shown.headers)


def visit(file: Path, now: datetime) -> Pass:
    """The pass's own verbs, for those articles alone whose page is due."""
    with watching(file, now) as house:
        this = Pass(now, PassRecord(uuid4(), now))
        for due in due_again(house, this):
            revisit(house, this, due)
    # So that commands look at the live file.
    (file.parent / "data" / "amur.duckdb").unlink(missing_ok=True)
    return this


def unjudged(file: Path) -> int:
    """How many articles have yet to be judged."""
    return rows(file, "SELECT count(*) FROM articles ANTI JOIN judgements USING (article_id)")[0][0]


def diff(file: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(file), "articles", "diff", *words])


def test_a_page_is_looked_at_again_on_its_days_and_no_others(town: HttpServer, file: Path) -> None:
    """After 1, 3 and 14 days; and only relevant articles, whatever the number of passes between."""
    for day in (0.5, 1, 2, 3, 10, 14, 40):
        visit(file, GAS + day * DAY)
    assert len(town.seen("/patience")) == 3
    assert town.seen("/market-day") == []
    assert rows(file, "SELECT visits, next_at, outcome FROM visits") == ((3, None, "unchanged"),) * 2
    assert states(file, "/patience") == ((1, "first", "", None, None, True),)


def test_an_unchanged_page_costs_next_to_nothing(town: HttpServer, file: Path) -> None:
    """Its validators are sent back, and "not modified" is understood; the same bytes are not read again."""
    tagged = Reply(body=page("patience").body, headers={**page("patience").headers, "ETag": '"one"'})

    def answer(request: Seen) -> Reply:
        return Reply(304) if request.headers.get("if-none-match") == '"one"' else tagged

    town.routes["/patience"] = answer
    visit(file, GAS + DAY)
    visit(file, GAS + 3 * DAY)
    visit(file, GAS + 14 * DAY)
    sent = [request.headers.get("if-none-match") for request in town.seen("/patience")]
    assert sent == [None, '"one"', '"one"']
    assert rows(file, "SELECT DISTINCT outcome FROM fetches WHERE kind = 'visit'") == (("unchanged",),)


def test_furniture_is_no_change(town: HttpServer, file: Path) -> None:
    """Time stamps, counters, links to other articles and the way spaces and quotes are set make no revision."""
    shown = page("patience").body.replace(b"<nav>", b"<nav>Today: 21 degrees. ").replace(b" cannot.", b"  cannot .")
    more = b"<p>Updated 5 minutes ago, 1,203 views.</p><ul><li><a href='/x'>Cherries are dear</a></li></ul></article>"
    town.routes["/patience"] = Reply(body=shown.replace(b"</article>", more), headers=page("patience").headers)
    visit(file, GAS + DAY)
    assert rows(file, "SELECT DISTINCT outcome FROM visits") == (("unchanged",),)
    assert states(file, "/patience") == ((1, "first", "", None, None, True),)


def test_a_changed_text_is_kept_scored_and_not_told_again(
    town: HttpServer, file: Path, told: tuple[HttpServer, Path, MailSink]
) -> None:
    """The old text and what it scored are kept, the new one is scored in the same pass, and nobody is told again."""
    before = rows(file, "SELECT story_id, day, first_seen_at, baseline FROM article_themes ORDER BY ALL")
    assert before
    town.routes["/patience"] = edited("patience")
    record = watch(file, GAS + DAY)
    assert (record.articles_judged, record.articles_relevant, record.findings, record.alerts) == (1, 1, 0, 0)
    assert "1 article has been changed" in record.note
    for day in (3, 14):
        assert watch(file, GAS + day * DAY).alerts == 0
    assert len(told[2].letters) == 1
    assert states(file, "/patience") == ((1, "first", "", None, None, False), (2, "changed", "", 3, 0, True))
    ((new, old),) = rows(file, "SELECT a.text, r.text FROM articles AS a JOIN revisions AS r USING (article_id)")
    assert CORRECTED.decode() in new
    assert "Gazprom lost its best customers and has" in old
    assert rows(file, "SELECT story_id, day, first_seen_at, baseline FROM article_themes ORDER BY ALL") == before
    assert rows(file, "SELECT count(*) > 0 FROM past_evidence WHERE revision = 1") == ((True,),)


def test_an_alert_can_be_shown_after_its_article_was_rewritten(town: HttpServer, file: Path) -> None:
    """What an alert was raised on is quoted as it then stood, whatever stands there now."""
    town.routes["/patience"] = edited("patience", b"Power of Siberia 2", b"second gas")
    watch(file, GAS + DAY)
    shown = CliRunner().invoke(amur, ["--config", str(file), "alerts", "preview", "energy-leverage"])
    assert shown.exit_code == 0
    assert "Power of Siberia 2 pipeline, and Russia cannot" in " ".join(shown.output.split())
    assert "second gas pipeline, and Russia cannot" not in " ".join(shown.output.split())
    assert rows(file, "SELECT count(*) > 0 FROM past_evidence WHERE sentence LIKE '%Power of Siberia 2%'") == ((True,),)


def test_withdrawn_and_restored(town: HttpServer, file: Path) -> None:
    """An article that is taken down keeps its text and its scores and says so; so does one that comes back."""
    town.routes["/patience"] = Reply(404)
    assert "1 article has been withdrawn" in visit(file, GAS + DAY).notes[0]
    assert unjudged(file) == 0
    assert states(file, "/patience")[1:] == ((2, "withdrawn", "not_found", 0, 0, True),)
    assert rows(file, "SELECT count(*) FROM article_themes") == ((2,),)
    said = diff(file, town.url("/patience"))
    assert "Withdrawn: on 2026-04-08 Amur found that the server knows no such page" in said.output
    town.routes["/patience"] = edited("patience")
    visit(file, GAS + 3 * DAY)
    assert unjudged(file) == 1
    kinds = [(number, kind, latest) for number, kind, _, _, _, latest in states(file, "/patience")]
    assert kinds == [(1, "first", False), (2, "withdrawn", False), (3, "restored", True)]
    assert rows(file, "SELECT text = '' FROM revisions ORDER BY revision") == ((False,), (True,))
    assert rows(file, "SELECT withdrawn_at FROM articles WHERE url LIKE '%/patience'") == ((None,),)
    assert "found none" in diff(file, town.url("/patience")).output


def test_back_as_it_was_is_not_judged_anew(town: HttpServer, file: Path) -> None:
    """A page that was gone for a while and is the same again is restored, with what it had scored."""
    town.routes["/patience"] = Reply(410)
    visit(file, GAS + DAY)
    town.routes["/patience"] = page("patience")
    visit(file, GAS + 3 * DAY)
    assert unjudged(file) == 0
    assert [state[1:3] for state in states(file, "/patience")] == [
        ("first", ""),
        ("withdrawn", "gone"),
        ("restored", ""),
    ]
    assert "The text is the same." in diff(file, town.url("/patience")).output


def test_another_text_in_its_place_is_a_withdrawal(town: HttpServer, file: Path) -> None:
    """A page that holds something else altogether never overwrites the article."""
    shown = page("market-day")
    town.routes["/patience"] = Reply(body=shown.body, headers=shown.headers)
    visit(file, GAS + DAY)
    assert states(file, "/patience")[1:] == ((2, "withdrawn", "replaced", 0, 0, True),)
    assert rows(file, "SELECT text LIKE '%China can wait%' FROM articles WHERE url LIKE '%/patience'") == ((True,),)


@pytest.mark.parametrize("answer", [Reply(500), Reply(403), Reply(503, headers={"Retry-After": "60"})])
def test_what_cannot_be_had_proves_nothing(town: HttpServer, file: Path, answer: Reply) -> None:
    """A server in trouble, or one that refuses us, has withdrawn nothing; the next day of the list tries again."""
    town.routes["/patience"] = answer
    visit(file, GAS + DAY)
    town.routes["/patience"] = edited("patience")
    assert [state[1] for state in states(file, "/patience")] == ["first"]
    visit(file, GAS + 3 * DAY)
    assert [state[1] for state in states(file, "/patience")] == ["first", "changed"]


def test_no_days_mean_never(town: HttpServer, file: Path) -> None:
    """With an empty list nothing is looked at again."""
    file.write_text(f"{file.read_text(encoding='utf-8')}\n[revisit]\ndays = []\n", encoding="utf-8")
    visit(file, GAS + 3 * DAY)
    assert town.seen("/patience") == []


def test_what_is_old_when_it_comes_is_left_alone(town: HttpServer, tmp_path: Path) -> None:
    """An article that was older than the last of the days when it was read is not looked at again."""
    quiet_day(town)
    file = settings_for(tmp_path, town)
    town.routes["/alpha.xml"] = feed(town, "patience", at=MORNING - 15 * DAY)
    assert watch(file, MORNING).articles_relevant == 1
    visit(file, MORNING + 2 * DAY)
    assert len(town.seen("/patience")) == 1


def test_what_was_missed_is_looked_at_once(town: HttpServer, file: Path) -> None:
    """After days without a pass one visit serves for all that were due."""
    visit(file, GAS + 5 * DAY)
    visit(file, GAS + 6 * DAY)
    assert len(town.seen("/patience")) == 1
    ((_, due),) = rows(file, "SELECT DISTINCT first_read_at, next_at FROM visits")
    assert due == GAS + 14 * DAY


def test_a_visit_broken_off_is_made_by_the_next_pass(town: HttpServer, file: Path) -> None:
    """A pass that ends after a text was exchanged and before it was judged leaves that to the next one."""
    town.routes["/patience"] = edited("patience")

    def until(step: object, *args: object) -> None:
        if step.__name__ == "judge_articles":  # type: ignore[attr-defined]  # every verb is a function
            raise KeyboardInterrupt
        step(*args)  # type: ignore[operator]  # same

    with watching(file, GAS + DAY) as house, pytest.raises(KeyboardInterrupt):
        run_pass(house, GAS + DAY, until)
    with Store(file.parent / "data").transaction() as con:
        assert con.execute("SELECT count(*) FROM judgements").fetchall() == [(2,)]
    assert watch(file, GAS + DAY).articles_judged == 1
    assert len(town.seen("/patience")) == 1
    assert [state[1] for state in states(file, "/patience")] == ["first", "changed"]


def test_diff_shows_sentences_and_speaks_json(town: HttpServer, file: Path) -> None:
    """Any spelling of the address is understood; altered sentences stand together, without colour in a pipe."""
    town.routes["/patience"] = edited("patience")
    visit(file, GAS + DAY)
    said = diff(file, f"{town.url('/patience')}?utm_source=feed#top").output
    assert "- Gazprom lost its best customers and has no other buyer for the fields of western Siberia." in said
    assert "+ Gazprom lost its best customers and found none and has no other buyer" in said
    assert "  China can wait for the Power of Siberia 2 pipeline, and Russia cannot." in said
    assert "For Moscow every winter" not in said
    assert "\x1b" not in said
    shown = json.loads(diff(file, town.url("/patience"), "--from", "1", "--json").output)
    assert (shown["from"], shown["to"], shown["withdrawn"]) == (1, 2, False)
    assert [piece["kind"] for piece in shown["sentences"]] == ["kept", "kept", "altered", "kept", "kept"]


def test_diff_says_what_it_cannot_show(town: HttpServer, file: Path) -> None:
    """No change, an article nobody looked at again, and a revision that is not there are said in words."""
    visit(file, GAS + DAY)
    assert "No change. Its page was looked at again 1 time" in diff(file, town.url("/patience")).output
    assert "was not looked at again" in diff(file, town.url("/market-day")).output
    wrong = diff(file, town.url("/patience"), "--to", "7")
    assert wrong.exit_code == 2
    assert "There is no revision 7: this article has 1 revision." in wrong.stderr
    assert diff(file, "no such thing").exit_code == 2
