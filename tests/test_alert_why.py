"""Why there was an alert, or none: what is said, step by step; what would be told now; and voices that are muted."""

from __future__ import annotations

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from builders import DAY, make_article, make_finding, make_judgement, make_score
from desk import THEME, Desk, furnish
from flows.commands import Exit
from gleanings import make_candidate
from warehouse import articles, candidates, findings, judgements, ledger, tellings, verdicts
from warehouse.candidates import Emergence
from warehouse.connect import Connection
from warehouse.ledger import UNHEARD, VoiceVerdict
from warehouse.records import Copy, Voice
from warehouse.store import Store
from warehouse.tellings import Wait
from warehouse.verdicts import Verdict

COOLING, SNOOZED, CARRIED, SPOKEN = "china-headwinds", "multi-alignment", "multipolar-order", "economic-dependence"
NOW = datetime.now(UTC)
YESTERDAY = NOW - DAY
STEPPE = Voice("publisher", "steppe-review")
ROUTES = """
[email]
host = "smtp.example.org"
sender = "Amur <amur@example.org>"
recipients = ["a@example.org", "b@example.org", "c@example.org", "d@example.org"]

[[route]]
to = "d@example.org"
when = "weekly mon 08:00"

[[route]]
to = "c@example.org"

[[route]]
to = "a@example.org"
"""


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return with_history(furnish(tmp_path_factory.mktemp("desk")))


@pytest.fixture
def fresh(tmp_path: Path) -> Desk:
    return furnish(tmp_path)


def with_history(desk: Desk) -> Desk:
    """The desk with routes, and with findings of yesterday of which nobody was told."""
    desk.file.write_text(desk.file.read_text(encoding="utf-8") + ROUTES, encoding="utf-8")
    taxonomy = desk.settings.taxonomy

    def found(theme: str, ago: int = 1, **changes: Any) -> Any:
        return make_finding((), taxonomy, theme_id=theme, found_at=NOW - ago * DAY, **changes)

    earlier = found(COOLING, 3)
    with Store(desk.settings.data).transaction() as con:
        con.execute("UPDATE taxonomies SET first_used_at = ?", [NOW - 200 * DAY])
        for n, ago in enumerate((30, 2)):
            speak_of(con, desk, f"trade-{n}", ago)
        decided = [(earlier, "alert"), (found(COOLING), "cooldown"), (found(SNOOZED), "snoozed")]
        candidates.save_candidates(con, taxonomy.id, [Emergence(make_candidate(), ())], YESTERDAY)
        decided.append((found(make_candidate().id, kind="candidate"), "cooldown"))
        findings.save_findings(con, [*decided, (found(CARRIED), UNHEARD)])
        verdicts.give(con, [Verdict("snooze", SNOOZED, NOW - 3 * DAY, until_at=NOW + DAY)])
        ledger.give(con, [VoiceVerdict("mute", STEPPE, NOW - 2 * DAY)])
        tellings.enrol(con, [("email", "b@example.org")], NOW - 14 * DAY)
        tellings.save_waits(con, [Wait(desk.alert, "email", "d@example.org", NOW + 2 * DAY, "digest")])
        tellings.pass_over(con, [(desk.alert, ("slack", "newsroom")), (alert_of(earlier), ("email", "b@example.org"))])
    return desk


def alert_of(finding: Any) -> UUID:
    return findings.alert_id(finding)


def speak_of(con: Connection, desk: Desk, slug: str, ago: int) -> None:
    """One article of the Harbin paper on trade, so many days ago."""
    at = NOW - ago * DAY
    article = make_article(slug, desk.settings.feeds[1], dated_at=at, first_seen_at=at)
    articles.save_articles(con, [article])
    judgements.save_stories(con, [Copy(article.id, article.id, article.fingerprint, at)])
    score = make_score(article, SPOKEN)
    judgements.save_judgements(con, [make_judgement(article, desk.settings.taxonomy, [], scores=(score,))])


def why(desk: Desk, theme: str, ago: int = 0) -> dict[str, Any]:
    said = desk.ask("alerts", "why", theme, "--on", f"{NOW - ago * DAY:%Y-%m-%d}", "--json")
    assert said.exit_code == Exit.FINE, said.output
    return dict(json.loads(said.stdout))


def steps(answer: dict[str, Any], about: str) -> list[tuple[str, bool | None]]:
    return [(step["said"], step["speaks"]) for step in answer["steps"] if step["about"] == about]


# --- why ------------------------------------------------------------------------------------------


def test_an_alert_says_who_was_told(desk: Desk) -> None:
    """What was decided, and of each recipient what became of the message, what it waits for, or why there is none."""
    answer = why(desk, THEME)
    assert answer["verdict"].startswith(f"There was an alert on {THEME} on ")
    assert steps(answer, "decision")[0][0].endswith(f"Alerted: {str(desk.alert)[:8]}.")
    told = dict(said.split(": ", 1) for said, _ in steps(answer, "told"))
    assert told["email to a@example.org"].startswith("sent ")
    assert told["email to b@example.org"].startswith("the message waits to be sent (smtp_busy, 1 attempt), again ")
    assert told["email to c@example.org"] == "with the next pass that sends."
    assert told["email to d@example.org"].endswith("UTC (digest).")
    assert told["slack to newsroom"] == "not meant for them, by the routes as they were."


@pytest.mark.parametrize(
    ("theme", "ago", "says"),
    [
        (COOLING, 1, "Not alerted: it cools down: alert "),
        (SNOOZED, 1, "Not alerted: it is snoozed until "),
        (CARRIED, 1, "Not alerted: voices that are muted carry it: publisher steppe-review."),
        (SPOKEN, 0, "harbin-observer spoke of it on "),
        ("friendship-diplomacy", 0, "no relevant article that had been seen by then spoke of it."),
        (THEME, 300, "What was seen before is history for it."),
    ],
)
def test_no_alert_says_why_in_its_first_sentence(desk: Desk, theme: str, ago: int, says: str) -> None:
    """The decision where something was found, else what it lacked first."""
    answer = why(desk, theme, ago)
    assert answer["verdict"].startswith(f"No alert on {theme} on ")
    assert says in answer["verdict"]


def test_what_a_theme_lacked(desk: Desk) -> None:
    """What was counted against what it takes, what broke the silence, and the voices that count for nothing."""
    answer = why(desk, SPOKEN)
    ((voices, speaks),) = steps(answer, "first seen: voices")
    assert voices == (
        "1 story from 1 publisher counted, of 2 stories from 2 publishers that it takes; "
        "it lacked 1 story more and 1 publisher more."
    )
    assert speaks is False
    assert steps(answer, "first seen: silence")[0][1] is False
    assert steps(answer, "muted voices") == [("Counted for nothing: publisher steppe-review.", None)]
    assert len([step for step in answer["steps"] if step["about"].startswith("surge: ")]) == 2


def test_a_candidate(desk: Desk) -> None:
    """What no theme covers has no baseline to miss: what it had, and what was decided."""
    answer = why(desk, make_candidate().id, 1)
    ((said, _),) = steps(answer, "candidate")
    assert "5 voices of Amur Daily, Harbin Observer, Volga Post: amur candidates show c-0a1b2c3d" in said
    assert "Not alerted: it cooled down" in answer["verdict"]


def test_the_steps_as_text(desk: Desk) -> None:
    """One line for each, with a sign that says for what it speaks."""
    shown = desk.ask("alerts", "why", COOLING, "--on", f"{YESTERDAY:%Y-%m-%d}").stdout.splitlines()
    assert shown[0].startswith("No alert on china-headwinds on ")
    assert any(line.startswith("- cooldown: new theme") for line in shown)
    assert any(line.startswith("- decision") for line in shown)


@pytest.mark.parametrize(
    ("words", "answer"),
    [
        (["why", "enrgy-leverage"], "did you mean 'energy-leverage'?"),
        (["why", THEME, "--on", "lately"], "'lately' is no date: give one such as 2026-03-18"),
        (["why", THEME, "--on", "2999-01-01"], "is yet to come: `amur alerts preview`"),
        (["mute"], "Name a theme, or a voice: --publisher, --bloc or --feed"),
        (["unmute"], "Name a theme, or a voice"),
        (["mute", THEME, "--bloc", "china-stat"], "There is no bloc 'china-stat'"),
        (["mute", "--publisher", "steppe"], "did you mean 'steppe-review'?"),
        (["preview", "--slack"], "Name the alert to show"),
    ],
)
def test_a_slip_is_answered_by_a_sentence_that_helps(desk: Desk, words: list[str], answer: str) -> None:
    """What was not understood is named, and what would be; nothing is muted."""
    said = desk.ask("alerts", *words)
    assert (said.exit_code, answer in " ".join(said.stderr.split())) == (Exit.WRONG, True), said.stderr
    with Store(desk.settings.data).transaction() as con:
        assert con.execute("SELECT count(*) FROM verdicts WHERE what = 'mute'").fetchall() == [(0,)]


# --- what would be told ---------------------------------------------------------------------------


def test_what_would_be_told_now(desk: Desk) -> None:
    """To whom and when, with the text of each alert once; nothing is left of having asked."""
    before = kept(desk)
    said = desk.ask("alerts", "preview")
    for recipient in ("a@example.org", "c@example.org"):  # who was told of one of them before gets the other
        assert f"With the next pass, to {recipient}\n" in said.stdout
    assert "08:00 UTC (digest), to d@example.org" in said.stdout
    assert said.stdout.count("Moscow and Beijing signed a long-term contract") == 1
    assert "Nothing was stored or sent." in said.stderr
    assert kept(desk) == before


def test_what_would_be_told_now_as_json(desk: Desk) -> None:
    """Each letter with its recipients, its hour, and its alerts as text."""
    found = json.loads(desk.ask("alerts", "preview", "--json").stdout)
    told = {one["recipient"]: letter for letter in found["letters"] for one in letter["told"]}
    assert set(told) == {"a@example.org", "c@example.org", "d@example.org"}
    assert (told["c@example.org"]["at"], told["d@example.org"]["because"]) == (None, "digest")
    assert {alert["theme_id"] for alert in told["c@example.org"]["alerts"]} == {THEME, COOLING}
    assert "New theme" in told["c@example.org"]["alerts"][0]["text"]


def kept(desk: Desk) -> list[tuple[object, ...]]:
    tables = ("findings", "alerts", "messages", "addressees", "waits", "passed_over")
    with Store(desk.settings.data).transaction() as con:
        return [row for table in tables for row in con.execute(f"SELECT * FROM {table} ORDER BY ALL").fetchall()]  # noqa: S608  these tables


# --- voices ---------------------------------------------------------------------------------------


def test_a_voice_is_muted_and_unmuted(fresh: Desk) -> None:
    """By publisher, bloc or feed, with a theme or without; the list says what is muted, and until when."""
    said = fresh.ask("alerts", "mute", THEME, "--bloc", "independent", "--feed", "Steppe Review", "--by", "ann").stdout
    assert f"{THEME} is muted." in said
    assert "bloc independent is muted. To hear it again: amur alerts unmute --bloc independent" in said
    assert "unmute --feed 'Steppe Review'" in said
    fresh.ask("alerts", "mute", "--publisher", "steppe-review", "--until", "2999-01-01")
    shown = fresh.ask("alerts", "list").stdout
    assert "bloc independent is muted.\n" in shown
    assert "publisher steppe-review is muted until 2999-01-01 00:00 UTC.\n" in shown
    assert "is no longer muted" in fresh.ask("alerts", "unmute", "--bloc", "independent").stdout
    assert "was not muted" in fresh.ask("alerts", "unmute", "--bloc", "independent").stdout
    done = json.loads(fresh.ask("alerts", "unmute", THEME, "--feed", "Steppe Review", "--json").stdout)
    assert done == [{"theme_id": THEME, "done": "unmuted"}, {"feed": "Steppe Review", "done": "unmuted"}]


def test_the_list_says_what_waits(desk: Desk) -> None:
    """An alert whose hour has not come yet is told later, and the list says when."""
    rows = json.loads(desk.ask("alerts", "list", "--theme", THEME, "--json").stdout)
    assert [(row["later"], row["later_because"]) for row in rows] == [(1, "digest")]
    with Store(desk.settings.data).transaction() as con:
        con.execute("UPDATE messages SET state = 'sent'")
    shown = desk.ask("alerts", "list", "--theme", THEME).stdout
    assert "later 2/3" in shown
    assert f"1 alert is told later, from {NOW + 2 * DAY:%Y-%m-%d %H:%M} UTC on (digest)." in shown
