"""What the next decision goes by: earlier alerts, muted voices, and who was told of what."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from builders import DAY, NOW, make_article, make_finding, make_judgement, make_message, make_taxonomy
from warehouse import articles, chronicle, feeds, findings, judgements, ledger, outbox, tellings, verdicts
from warehouse.connect import Connection
from warehouse.ledger import UNHEARD, VoiceVerdict
from warehouse.records import Again, Feed, NewVoice, PastAlert, Voice
from warehouse.store import Store
from warehouse.tellings import Wait
from warehouse.verdicts import Verdict
from warehouse_world import AMUR, HARBIN, STEPPE, VOLGA, rolled_back

GAS = make_taxonomy("gas")
ANN, BOB = ("email", "ann@example.org"), ("slack", "desk")
BACK = NOW - 14 * DAY


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        judgements.use_taxonomy(con, GAS, NOW)
        feeds.sync_feeds(con, [AMUR, STEPPE, VOLGA, HARBIN])
        yield con


def alert_on(con: Connection, ago: float = 1, **changes: Any) -> UUID:
    finding = make_finding((), GAS, found_at=NOW - ago * DAY, **changes)
    findings.save_findings(con, [(finding, "alert")])
    return findings.alert_id(finding)


# --- earlier alerts -------------------------------------------------------------------------------


def test_earlier_alerts(con: Connection) -> None:
    """With what they told of, oldest first; neither those that were retracted nor those before."""
    alert_on(con, 9)
    told, wrong = alert_on(con, 3), alert_on(con, 2)
    verdicts.give(con, [Verdict("retract", "gas", NOW, wrong)])
    voice = NewVoice("china-state", 9, 0.5, 0.001)
    joined = alert_on(con, kind="new_voice", voice=voice, blocs=("china-state",), publishers=("Harbin Observer",))
    publishers = ("independent",)
    assert ledger.past_alerts(con, NOW - 7 * DAY) == [
        PastAlert(told, "first_seen", "gas", NOW - 3 * DAY, "", 2, publishers, 7),
        PastAlert(joined, "new_voice", "gas", NOW - DAY, "china-state", 1, ("china-state",), 7),
    ]
    assert [one.id for one in ledger.past_alerts(con, NOW - 7 * DAY, NOW - 2 * DAY)] == [told]


def test_what_is_told_once_more_is_kept_as_such(con: Connection) -> None:
    """The alert says what it followed, and the ledger that it was one of these."""
    first = alert_on(con, 3)
    again = Again(first, NOW - 3 * DAY, 2, ("china-state",))
    second = alert_on(con, again=again)
    (alert,) = findings.read_alerts(con, [second], 3)
    assert alert.again == again
    assert [one.again for one in ledger.past_alerts(con, NOW - 7 * DAY)] == [False, True]


def test_what_muted_voices_carry_counts_as_found_nowhere(con: Connection) -> None:
    """It is kept with its decision, and the theme can be found by others the next day."""
    findings.save_findings(con, [(make_finding((), GAS, found_at=NOW - DAY), UNHEARD)])
    assert ledger.unheard_since(con, NOW - 2 * DAY) == {("first_seen", "gas", "")}
    assert ledger.unheard_since(con, NOW) == set()
    assert judgements.recent_findings(con, NOW - 60 * DAY) == []
    assert con.execute("SELECT decision, alert_id FROM new_themes").fetchall() == [("unheard", None)]


# --- voices ---------------------------------------------------------------------------------------


def mute(con: Connection, *voices: Voice, until: float | None = None, what: str = "mute") -> None:
    end = None if until is None else NOW + until * DAY
    ledger.give(con, [VoiceVerdict(what, voice, NOW - DAY, until_at=end) for voice in voices])  # type: ignore[arg-type]  # tests name it


@pytest.mark.parametrize(
    ("voice", "feeds_off", "publishers", "blocs"),
    [
        (Voice("feed", "Amur Daily"), [AMUR], {"Amur Daily"}, set()),
        (Voice("publisher", "Harbin Observer"), [HARBIN], {"Harbin Observer"}, {"china-state"}),
        (Voice("bloc", "independent"), [AMUR, STEPPE], {"Amur Daily", "Steppe Review"}, {"independent"}),
        (Voice("bloc", "gone"), [], set(), set()),
    ],
)
def test_whom_a_mute_means(
    con: Connection, voice: Voice, feeds_off: list[Feed], publishers: set[str], blocs: set[str]
) -> None:
    """Feeds, and the houses and blocs that have no other feed."""
    mute(con, voice)
    found = ledger.muted(con, NOW)
    assert found.voices == ((voice, None),)
    assert found.feeds == {feed.id for feed in feeds_off}
    assert (set(found.publishers), set(found.blocs)) == (publishers, blocs)


def test_what_holds_of_voices_follows_from_the_log(con: Connection) -> None:
    """The last word counts until it ends; by what was said up to a moment, what was said later counts for nothing."""
    volga, harbin = Voice("publisher", "Volga Post"), Voice("bloc", "china-state")
    mute(con, volga, harbin)
    mute(con, volga, what="unmute")
    mute(con, harbin, until=1)
    assert ledger.muted(con, NOW).voices == ((harbin, NOW + DAY),)
    assert not ledger.muted(con, NOW + 2 * DAY)
    assert not ledger.muted(con, NOW, NOW - 2 * DAY)
    assert harbin in ledger.known_voices(con)


# --- who is told ----------------------------------------------------------------------------------


def untold(con: Connection, *told: tuple[str, str]) -> list[tuple[UUID, set[tuple[str, str]]]]:
    return [(alert.alert_id, set(alert.untold)) for alert in tellings.open_alerts(con, told, BACK)]


def test_whoever_is_new_is_told_of_the_last_days(con: Connection) -> None:
    """Whoever was told before misses nothing, however long ago it was; nobody is open who is not asked for."""
    old, new = alert_on(con, 30), alert_on(con, 3)
    message = make_message(channel="email", recipient=ANN[1], created_at=NOW - 40 * DAY)
    outbox.save_message(con, replace(message, alert_ids=(alert_on(con, 40),)))
    tellings.enrol(con, [ANN, BOB], BACK)
    assert untold(con, ANN, BOB) == [(old, {ANN}), (new, {ANN, BOB})]
    assert untold(con, BOB) == [(new, {BOB})]
    tellings.enrol(con, [BOB], NOW)  # for the second time: it stays as it was
    assert untold(con, BOB) == [(new, {BOB})]


def test_a_clock_that_was_ahead_keeps_nobody_from_the_last_days(con: Connection) -> None:
    """Enrolled in a year to come, a recipient is told as if it were today."""
    tellings.enrol(con, [BOB], NOW + 3650 * DAY)
    new = alert_on(con, 3)
    assert untold(con, BOB) == [(new, {BOB})]


def test_what_is_open_for_nobody(con: Connection) -> None:
    """Neither for whoever was told, nor for whoever was passed over; and nothing that was retracted."""
    tellings.enrol(con, [ANN, BOB], BACK)
    alert, wrong = alert_on(con, 2), alert_on(con, 1)
    verdicts.give(con, [Verdict("retract", "gas", NOW, wrong)])
    outbox.save_message(con, replace(make_message(channel="slack", recipient="desk"), alert_ids=(alert,)))
    assert untold(con, ANN, BOB) == [(alert, {ANN})]
    tellings.pass_over(con, [(alert, ANN)] * 2)
    assert untold(con, ANN, BOB) == []


def test_what_waits_is_seen_where_alerts_are_listed(con: Connection) -> None:
    """One row for each channel: how many wait, until when and for what; what waits no longer is gone."""
    alert = alert_on(con)
    at = NOW + timedelta(hours=8)
    asked = "SELECT channel, state, messages, later, later_at, later_because FROM alert_log ORDER BY channel"
    tellings.save_waits(con, [Wait(alert, *ANN, at, "digest"), Wait(alert, *BOB, at, "quiet hours")])
    assert con.execute(asked).fetchall() == [
        ("email", "later", 0, 1, at, "digest"),
        ("slack", "later", 0, 1, at, "quiet hours"),
    ]
    outbox.save_message(con, replace(make_message(channel="slack", recipient="desk"), alert_ids=(alert,)))
    tellings.save_waits(con, [Wait(alert, *ANN, at, "digest")])
    assert [row[:4] for row in con.execute(asked).fetchall()] == [("email", "later", 0, 1), ("slack", "waiting", 1, 0)]
    tellings.save_waits(con, [])
    assert [row[:2] for row in con.execute(asked).fetchall()] == [("slack", "waiting")]


# --- looking back ---------------------------------------------------------------------------------


def test_the_themes_of_that_day(con: Connection) -> None:
    """What was true then is told by the themes in use then, while their scores are kept; else by those of now."""
    article, later = make_article(), make_taxonomy("gas", "grain")
    articles.save_articles(con, [article])
    judgements.save_judgements(con, [make_judgement(article, GAS)])
    judgements.use_taxonomy(con, later, NOW + 2 * DAY)
    assert [chronicle.taxonomy_at(con, NOW + n * DAY) for n in (-1, 1, 3)] == [later.id, GAS.id, GAS.id]
    judgements.save_judgements(con, [make_judgement(article, later)])
    assert chronicle.taxonomy_at(con, NOW + 3 * DAY) == later.id
