"""The commands on alerts: what is listed, what is said of alerts, and what a slip is answered with."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from click.testing import CliRunner
from rich.cells import cell_len

from builders import make_delivery, make_finding, make_message
from desk import THEME, Desk, furnish, write_settings
from flows.commands import Exit, amur
from warehouse import findings, outbox
from warehouse.publish import publish
from warehouse.query import ask
from warehouse.records import MessageState
from warehouse.store import Store

OTHER = "authoritarian-affinity"
OLD = datetime.now(UTC) - timedelta(days=30)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return more_alerts(furnish(tmp_path_factory.mktemp("desk")))


@pytest.fixture
def fresh(tmp_path: Path) -> Desk:
    return more_alerts(furnish(tmp_path))


def more_alerts(desk: Desk) -> Desk:
    """The desk with a surge of another theme a month ago, whose one message was given up."""
    surge = make_finding((), desk.settings.taxonomy, kind="surge", theme_id=OTHER, found_at=OLD)
    message = make_message(recipient="c@example.org", created_at=OLD)
    with Store(desk.settings.data).transaction() as con:
        findings.save_findings(con, [(surge, "alert")])
        outbox.save_message(con, replace(message, alert_ids=(findings.alert_id(surge),)))
        outbox.mark(con, make_delivery(message, "undeliverable", at=OLD), MessageState.UNDELIVERABLE)
    return desk


def listed(desk: Desk, *words: str) -> list[tuple[str, str, str]]:
    """Theme, state and verdict of each alert listed."""
    found = json.loads(desk.ask("alerts", "list", "--json", *words).stdout)
    return [(row["theme_id"], row["state"], row["verdict"]) for row in found]


def verdicts_of(desk: Desk) -> list[tuple[object, ...]]:
    with Store(desk.settings.data).transaction() as con:
        return con.execute("SELECT what, theme_id, alert_id, note, given_by FROM verdicts ORDER BY number").fetchall()


def test_the_list_says_what_was_told_and_said(desk: Desk) -> None:
    """One line for each alert, the latest first, with what to do about messages given up."""
    shown = desk.ask("alerts", "list").stdout
    head, gas, surge, *rest = shown.splitlines()
    assert head.split() == ["alert", "made", "kind", "theme", "told", "verdict"]
    assert gas.split()[0] == str(desk.alert)[:8]
    assert gas.split()[2:] == ["new", THEME, "waiting", "1/2", "unread"]
    assert surge.split()[2:] == ["surge", OTHER, "given", "up", "unread"]
    assert "amur alerts resend --given-up" in " ".join(rest)


@pytest.mark.parametrize(
    ("words", "themes"),
    [
        ([], [THEME, OTHER]),
        (["--since", "7d"], [THEME]),
        (["--since", f"{OLD:%Y-%m-%d}"], [THEME, OTHER]),
        (["--theme", OTHER], [OTHER]),
        (["--kind", "surge"], [OTHER]),
        (["--state", "unread"], [THEME, OTHER]),
        (["--state", "acked"], []),
        (["--limit", "1"], [THEME]),
    ],
)
def test_the_list_is_filtered(desk: Desk, words: list[str], themes: list[str]) -> None:
    """Each filter leaves what it says."""
    assert [theme for theme, *_ in listed(desk, *words)] == themes


@pytest.mark.parametrize("columns", ["80", "100"])
def test_the_list_fits_a_terminal(desk: Desk, monkeypatch: pytest.MonkeyPatch, columns: str) -> None:
    """No line takes more than 80 columns, on a terminal and in a pipe, and none is folded."""
    assert all(cell_len(line) <= 80 for line in desk.ask("alerts", "list").stdout.splitlines())
    monkeypatch.setenv("COLUMNS", columns)
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr("flows.commands.printing.on_terminal", lambda: True)
    shown = desk.ask("alerts", "list").stdout
    assert all(cell_len(line) <= 80 for line in shown.splitlines())
    assert sum(name in shown for name in (THEME, OTHER)) == 2


def test_an_alert_is_acknowledged(fresh: Desk) -> None:
    """Its short id is enough; what is still to be sent is named; a second time changes nothing."""
    short = str(fresh.alert)[:6]
    first, second = fresh.ask("alerts", "ack", short, "--by", "ann"), fresh.ask("alerts", "ack", THEME)
    assert first.stdout.startswith(f"Acknowledged {str(fresh.alert)[:8]} ({THEME}, ")
    assert "1 message still to be sent" in first.stdout
    assert "was acknowledged before" in second.stdout
    assert verdicts_of(fresh) == [("ack", THEME, fresh.alert, "", "ann")]
    assert listed(fresh, "--state", "acked") == [(THEME, "waiting", "acked")]


def test_a_theme_is_muted_and_unmuted(fresh: Desk) -> None:
    """By its own id or an alert's; the list says what is silent, and until when."""
    assert "To hear of it again" in fresh.ask("alerts", "mute", str(fresh.alert)[:8]).stdout
    assert fresh.ask("alerts", "snooze", OTHER, "--for", "2w").exit_code == Exit.FINE
    assert listed(fresh) == [(THEME, "waiting", "muted"), (OTHER, "undeliverable", "snoozed")]
    shown = fresh.ask("alerts", "list").stdout
    assert f"{THEME} is muted.\n" in shown
    assert f"{OTHER} is snoozed until {datetime.now(UTC) + timedelta(days=14):%Y-%m-%d}" in shown
    assert "is no longer muted" in fresh.ask("alerts", "unmute", THEME).stdout
    assert "was neither muted nor snoozed" in fresh.ask("alerts", "unmute", THEME).stdout
    assert listed(fresh, "--state", "unread") == [(THEME, "waiting", "unread")]


def test_a_mute_may_end_by_itself(fresh: Desk) -> None:
    """Until a day to come, at whose beginning the theme may be alerted again."""
    assert (
        f"{THEME} is muted until 2999-01-01 00:00 UTC."
        in fresh.ask("alerts", "mute", THEME, "--until", "2999-01-01").stdout
    )


def test_an_alert_is_retracted(fresh: Desk) -> None:
    """What waits only for it is withdrawn, who was told is counted, and it stays listed as retracted."""
    said = fresh.ask("alerts", "retract", str(fresh.alert)[:8], "--because", "Wrong pipeline.").stdout
    assert "1 message withdrawn" in said
    assert "1 correction to be sent" in said
    assert "was retracted before" in fresh.ask("alerts", "retract", str(fresh.alert)).stdout
    assert verdicts_of(fresh) == [("retract", THEME, fresh.alert, "Wrong pipeline.", "")]
    assert listed(fresh, "--state", "retracted") == [(THEME, "sent", "retracted")]


def test_what_was_done_as_json(fresh: Desk) -> None:
    """One object for each alert or theme: its id, and what was done to it."""

    def done(*words: str) -> list[dict[str, str]]:
        said = fresh.ask("alerts", *words, "--json")
        assert said.exit_code == Exit.FINE, said.output
        return list(json.loads(said.stdout))

    alert = {"alert_id": str(fresh.alert), "theme_id": THEME}
    assert done("ack", THEME) == [alert | {"done": "acknowledged"}]
    assert done("ack", THEME) == [alert | {"done": "acknowledged before"}]
    (snoozed,) = done("snooze", OTHER, "--for", "2w")
    assert (snoozed["theme_id"], snoozed["done"]) == (OTHER, "snoozed")
    assert snoozed["until_at"].startswith(f"{datetime.now(UTC) + timedelta(days=14):%Y-%m-%d}")
    assert done("mute", THEME, "--until", "2999-01-01") == [
        {"theme_id": THEME, "done": "muted", "until_at": "2999-01-01T00:00:00Z"}
    ]
    assert done("unmute", THEME) == [{"theme_id": THEME, "done": "unmuted"}]
    assert done("unmute", THEME) == [{"theme_id": THEME, "done": "not silent"}]
    assert done("retract", str(fresh.alert)[:8]) == [alert | {"done": "retracted"}]
    assert done("retract", str(fresh.alert)[:8]) == [alert | {"done": "retracted before"}]


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["ack", "feed12"], "There is no alert 'feed12'. `amur alerts list` names them."),
        (["ack", "abc"], "An id needs 6 letters at least."),
        (["ack", "enrgy-leverage"], "did you mean 'energy-leverage'?"),
        (["mute", "enrgy-leverage"], "There is no theme or alert 'enrgy-leverage'; did you mean 'energy-leverage'?"),
        (["mute", THEME, "--until", "2001-01-01"], "'2001-01-01' is over: give a day to come"),
        (["mute", THEME, "--until", "soon"], "give one such as 2026-12-01"),
        (["snooze", THEME, "--for", "a while"], "'a while' is no span of time: give one such as \"7d\""),
        (["snooze", THEME, "--for", "99999999d"], "'99999999d' is longer than a hundred years: give at most 36500d"),
        (["list", "--since", "9999999w"], "is longer than a hundred years: give at most 36500d"),
        (["retract", THEME], "is a theme: name the alert itself. Its latest is "),
        (["retract"], "Missing argument"),
        (["resend"], "Name alerts, or give --given-up: amur alerts resend --given-up"),
        (["resend", THEME], "No channel is on: fill in [email] or [slack]"),
        (["list", "--theme", "enrgy-leverage"], "did you mean 'energy-leverage'?"),
        (["list", "--since", "lately"], "'lately' is no moment: give a date such as 2026-03-18, or a span"),
        (["list", "--state", "seen"], "'unread', 'acked', 'snoozed', 'muted', 'retracted'"),
        (["preview", "feed12"], "`amur alerts list` names them"),
    ],
)
def test_a_slip_is_answered_by_a_sentence_that_helps(desk: Desk, words: list[str], answer: str) -> None:
    """What was not understood is named, and what would be; nothing is written down."""
    said = desk.ask("alerts", *words)
    assert said.exit_code == Exit.WRONG
    assert answer in " ".join(said.stderr.split())
    assert verdicts_of(desk) == []


def test_one_unknown_name_among_others_changes_nothing(desk: Desk) -> None:
    """A command does all that it was asked, or nothing."""
    assert desk.ask("alerts", "ack", str(desk.alert)[:8], "feed12").exit_code == Exit.WRONG
    assert verdicts_of(desk) == []


def test_a_beginning_that_fits_several_alerts_lists_them(fresh: Desk) -> None:
    """Nobody guesses which one was meant."""
    with Store(fresh.settings.data).transaction() as con:
        con.execute("UPDATE alerts SET alert_id = ('abcdef00' || substr(alert_id::VARCHAR, 9))::UUID")
    said = fresh.ask("alerts", "ack", "abcdef")
    assert said.exit_code == Exit.WRONG
    assert "'abcdef' begins several alerts: abcdef00 (" in said.stderr


def test_there_is_nothing_to_say_before_the_first_pass(tmp_path: Path) -> None:
    """Without a warehouse, a verdict makes none."""
    said = CliRunner().invoke(amur, ["--config", str(write_settings(tmp_path)), "alerts", "mute", THEME])
    assert (said.exit_code, "`amur run` makes one" in said.stderr) == (Exit.WAREHOUSE, True)
    assert not (tmp_path / "data" / "live.duckdb").exists()


def test_who_said_it_is_not_published(fresh: Desk) -> None:
    """The published file has the verdicts, without the names of those who gave them."""
    fresh.ask("alerts", "ack", THEME, "--by", "ann")
    store = Store(fresh.settings.data)
    publish(store, datetime.now(UTC))
    assert ask(store.published, "SELECT * FROM verdicts").columns == (
        "number",
        "given_at",
        "what",
        "theme_id",
        "alert_id",
        "until_at",
        "note",
    )


def test_a_warehouse_of_an_earlier_amur(fresh: Desk) -> None:
    """Looking says what to do; a verdict needs no pass before it."""
    store = Store(fresh.settings.data)
    with store.transaction() as con:
        con.execute("DROP TABLE verdicts; DROP TABLE corrections; DELETE FROM schema_versions WHERE version = 8")
    store.published.unlink()
    said = fresh.ask("alerts", "list")
    assert (said.exit_code, "`amur run` brings it up to date" in said.stderr) == (Exit.WAREHOUSE, True)
    assert fresh.ask("alerts", "ack", THEME).exit_code == Exit.FINE
    assert listed(fresh, "--state", "acked") == [(THEME, "waiting", "acked")]
