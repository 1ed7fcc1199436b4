"""status, explain and alerts: what they say of a warehouse, and what they send."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk import THEME, Desk, furnish, write_settings
from flows.commands import Exit, amur
from mailservers import MailSink
from servers import HttpServer, Reply
from warehouse.store import Store


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


def test_status_says_what_fails_and_why(desk: Desk) -> None:
    """Feeds by state, why one fails and when it is asked next, passes, what waits, what is stuck."""
    shown = desk.ask("status").stdout
    assert "2 feeds (1 off)" in shown
    assert "Feeds: 1 ok, 1 failing, 1 off" in shown
    failing = next(line for line in shown.splitlines() if line.startswith("Harbin Observer"))
    assert "3 days ago" in failing
    assert "in 4 h" in failing
    assert failing.endswith("nothing answers at its address: Port 443 is closed")
    assert "Steppe Review" not in shown
    assert "Waiting: 2 pages to fetch, 1 message to send" in shown or "1 page to fetch, 1 message to send" in shown
    stuck = next(line for line in shown.splitlines() if "b@example.org" in line)
    assert "smtp busy: Try again later." in stuck
    assert "a@example.org" not in shown
    assert "sent to nobody" in shown
    assert "sites cannot reach you" in shown
    assert "Quiet Quarterly" in desk.ask("status", "--all").stdout


def test_status_as_json(desk: Desk) -> None:
    """The same facts for programs."""
    facts = json.loads(desk.ask("status", "--json").stdout)
    assert {feed["name"]: feed["state"] for feed in facts["feeds"]} == {
        "Steppe Review": "ok",
        "Harbin Observer": "failing",
        "Quiet Quarterly": "off",
    }
    assert facts["passes"][0]["outcome"] == "complete"
    assert facts["waiting"]["messages"] == 1
    assert facts["published"]["bytes"] > 0


def test_status_before_the_first_pass(tmp_path: Path) -> None:
    """Status works on settings alone, and makes no warehouse."""
    said = CliRunner().invoke(amur, ["--config", str(write_settings(tmp_path)), "status"])
    assert said.exit_code == Exit.FINE
    assert "Feeds: 2 not asked yet, 1 off" in said.stdout
    assert "`amur run` runs one" in said.stdout
    assert not (tmp_path / "data").exists()


def test_looking_while_a_pass_writes(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """While somebody holds the live file for long, everything is answered from the published one."""
    monkeypatch.setattr("flows.commands.reading.PATIENCE", 0.1)
    with Store(desk.settings.data).transaction():
        shown = desk.ask("status")
        assert (shown.exit_code, "1 failing" in shown.stdout) == (Exit.FINE, True)
        assert "smtp busy" in shown.stdout
        for words in (
            ["explain", desk.told[0].url],
            ["alerts", "list"],
            ["alerts", "preview", THEME],
            ["sql", "SELECT 1"],
        ):
            assert desk.ask(*words).exit_code == Exit.FINE


def test_looking_at_a_damaged_warehouse(tmp_path: Path) -> None:
    """A file that is no warehouse is named, and left as it is."""
    file = write_settings(tmp_path)
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "live.duckdb").write_text("not a database at all")
    said = CliRunner().invoke(amur, ["--config", str(file), "status"])
    assert said.exit_code == Exit.WAREHOUSE
    assert "Traceback" not in said.stderr


def test_explain_shows_the_evidence(desk: Desk) -> None:
    """The verdict, each theme's score with its sentences and phrases, and the copies."""
    shown = desk.ask("explain", desk.told[0].url).stdout
    assert shown.startswith("Gas contract signed\n")
    assert "Gate: relevant, 0.90; 2 of 2 sentences name both sides" in shown
    assert f"0.80  {THEME}  present" in shown
    assert 'strong "pipeline gas", at 0' in shown
    assert "Moscow and Beijing signed a long-term contract for pipeline gas on Monday." in shown
    assert "Story: 1 other copy" in shown
    assert str(desk.told[1].id)[:8] in shown
    assert "\x1b[" not in shown


def test_explain_sets_off_the_phrase_on_a_terminal(desk: Desk) -> None:
    """Where there are colours, what matched stands out."""
    shown = desk.ask("explain", desk.told[0].url, color=True).stdout
    assert "\x1b[33m\x1b[1mpipeline\x1b[0m \x1b[33m\x1b[1mgas\x1b[0m on Monday" in shown


def test_explain_says_why_an_article_was_kept_out(desk: Desk) -> None:
    """A rejected article has its reason."""
    assert "Gate: kept out, names only China" in desk.ask("explain", str(desk.rejected.id)).stdout


def test_explain_finds_by_any_name(desk: Desk) -> None:
    """An id, its beginning, an address and a piece of a title all name an article."""
    article = desk.told[0]
    for name in (str(article.id), str(article.id)[:8], article.url, "contract SIGNED"):
        found = json.loads(desk.ask("explain", name, "--json").stdout)
        assert found["article"]["id"] == str(article.id)
    evidence = found["judgement"]["scores"][0]["evidence"][0]
    assert article.text[evidence["start"] : evidence["end"]] == evidence["sentence"]


def test_explain_lets_choose(desk: Desk) -> None:
    """A name that fits several articles lists them; one that fits none says how to look."""
    several = desk.ask("explain", "gas")
    assert several.exit_code == Exit.WRONG
    assert "2 articles match 'gas': name one by its id." in several.stderr
    assert str(desk.rejected.id)[:8] in several.stdout
    none = desk.ask("explain", "submarines")
    assert (none.exit_code, "No article has" in none.stderr) == (Exit.WRONG, True)


def test_alerts_are_listed(desk: Desk) -> None:
    """An alert's line says what became of it."""
    (alert,) = json.loads(desk.ask("alerts", "list", "--json").stdout)
    assert (alert["theme_id"], alert["channel"], alert["state"], alert["sent"]) == (THEME, "email", "waiting", 1)
    assert THEME in desk.ask("alerts", "list").stdout


def test_alerts_before_there_are_any(tmp_path: Path) -> None:
    """An empty list says when there will be something in it."""
    file = write_settings(tmp_path)
    Store(tmp_path / "data").open()
    said = CliRunner().invoke(amur, ["--config", str(file), "alerts", "list"])
    assert said.stdout.startswith("No alert yet.")


def test_a_preview_in_every_form(desk: Desk, tmp_path: Path) -> None:
    """The same alert as text, as a page with its chart inside, and as Slack's JSON."""
    text = desk.ask("alerts", "preview", THEME).stdout
    assert "Moscow and Beijing signed" in text
    page = tmp_path / "alert.html"
    assert desk.ask("alerts", "preview", str(desk.alert)[:8], "--html", str(page)).exit_code == Exit.FINE
    assert "Moscow and Beijing signed" in page.read_text()
    assert "data:image/png;base64," in page.read_text()
    assert "cid:" not in page.read_text()
    assert json.loads(desk.ask("alerts", "preview", THEME, "--slack").stdout)["blocks"]
    unknown = desk.ask("alerts", "preview", "nothing")
    assert (unknown.exit_code, "`amur alerts list`" in unknown.stderr) == (Exit.WRONG, True)


def test_a_test_message_really_goes_out(tmp_path: Path) -> None:
    """`alerts test` sends through every channel that is on, and says how each went."""
    with MailSink() as mail, HttpServer({"/hook": Reply(200, b"ok")}) as hook:
        file = write_settings(
            tmp_path,
            f'[email]\nhost = "127.0.0.1"\nport = {mail.port}\nsecurity = "none"\nsender = "amur@example.org"\n'
            'recipients = ["a@example.org", "b@example.org"]\n[slack]\nname = "desk"\n',
        )
        said = CliRunner(env={"AMUR_SLACK_WEBHOOK": hook.url("/hook")}).invoke(
            amur, ["--config", str(file), "alerts", "test"]
        )
        assert said.stdout == "email to a@example.org: sent\nemail to b@example.org: sent\nslack to desk: sent\n"
        assert said.exit_code == Exit.FINE
        assert [letter.recipients for letter in mail.letters] == [("a@example.org",), ("b@example.org",)]
        assert len(hook.seen("/hook")) == 1


def test_a_test_message_that_does_not_arrive(tmp_path: Path) -> None:
    """A channel that fails says why, and the command says so with its exit code; the webhook is not repeated."""
    with HttpServer({"/hook/s3cret": Reply(404, b"no_service")}) as hook:
        file = write_settings(tmp_path, '[slack]\nname = "desk"\n')
        said = CliRunner(env={"AMUR_SLACK_WEBHOOK": hook.url("/hook/s3cret")}).invoke(
            amur, ["--config", str(file), "alerts", "test", "--channel", "slack"]
        )
    assert said.exit_code == Exit.UNSENT
    assert "slack to desk: not sent (slack_webhook)" in said.stdout
    assert "s3cret" not in said.output


def test_a_test_message_with_nowhere_to_go(tmp_path: Path) -> None:
    """Without a channel, what to fill in is named."""
    said = CliRunner().invoke(amur, ["--config", str(write_settings(tmp_path)), "alerts", "test"])
    assert said.exit_code == Exit.WRONG
    assert "set enabled = true" in said.stderr
