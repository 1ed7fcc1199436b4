"""Findings, alerts and messages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import timedelta

import duckdb
import pytest

from builders import (
    DAY,
    NOW,
    make_article,
    make_delivery,
    make_evidence,
    make_feed,
    make_finding,
    make_judgement,
    make_message,
    make_score,
    make_taxonomy,
)
from warehouse import articles, feeds, judgements, ledger, outbox
from warehouse.connect import Connection
from warehouse.records import Alert, Article, Copy, Finding, MessageState
from warehouse.store import Store
from warehouse_world import rolled_back, to_tell

GAS = make_taxonomy("gas")
NAMES = ("Amur Daily", "Harbin Observer", "Steppe Review")
DESK = "desk@example.org"


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        feeds.sync_feeds(con, [make_feed(n) for n in NAMES])
        judgements.use_taxonomy(con, GAS, NOW)
        yield con


def speak(con: Connection, slug: str, name: str = NAMES[0], weight: float = 1.0, days_ago: int = 1) -> Article:
    """One relevant article on gas: its one sentence weighs `weight` and names the slug."""
    text = f"Beijing wants pipeline gas, says {slug}. Nothing else."
    article = make_article(slug, make_feed(name), text=text, dated_at=NOW - days_ago * DAY)
    evidence = make_evidence(article, weight=weight)
    articles.save_articles(con, [article])
    judged = make_judgement(article, GAS, scores=(make_score(article, "gas", evidence=(evidence,)),))
    judgements.save_judgements(con, [judged])
    judgements.save_stories(con, [Copy(article.id, article.id, article.fingerprint, article.dated_at)])
    return article


def raise_alert(con: Connection, shown: Sequence[Article], **changes: object) -> Finding:
    finding = make_finding(shown, GAS, **changes)
    outbox.save_findings(con, [(finding, "alert")])
    return finding


def alerts(con: Connection, recipient: str = DESK, quotes: int = 3) -> list[Alert]:
    return outbox.read_alerts(con, [alert.id for alert in to_tell(con, "email", recipient)], quotes)


def quoted(alert: Alert) -> list[str]:
    return [q.title.lower() for q in alert.quotes]


# --- alerts ---------------------------------------------------------------------------------------


def test_an_alert_says_everything(con: Connection) -> None:
    """An alert carries its theme's words, its counts, and quotes with title, address and voice."""
    shown = [speak(con, "one"), speak(con, "two", NAMES[1])]
    finding = raise_alert(con, shown)
    (alert,) = alerts(con)
    assert alert.id == outbox.alert_id(finding)
    assert (alert.label, alert.definition) == (GAS.themes[0].label, GAS.themes[0].definition)
    assert (alert.kind, alert.theme_id, alert.created_at) == ("first_seen", "gas", NOW)
    assert (alert.window_days, alert.silence_days) == (7, 60)
    assert (alert.articles, alert.stories) == (2, finding.stories)
    assert (alert.publishers, alert.blocs) == (finding.publishers, finding.blocs)
    quote = next(q for q in alert.quotes if q.url == shown[0].url)
    assert (quote.title, quote.publisher, quote.bloc) == (shown[0].title, NAMES[0], "independent")
    assert (quote.phrase, quote.dated_at) == ("pipeline gas", shown[0].dated_at)


def test_quotes_stand_in_their_articles_word_for_word(con: Connection) -> None:
    """Every quoted sentence is in the stored text of the article it links to."""
    raise_alert(con, [speak(con, s, n) for s, n in zip("abc", NAMES, strict=True)])
    (alert,) = alerts(con)
    assert len(alert.quotes) == 3
    for quote in alert.quotes:
        (text,) = con.execute("SELECT text FROM articles WHERE url = ?", [quote.url]).fetchall()[0]
        assert quote.sentence in text


def test_each_publisher_is_quoted_before_one_is_quoted_twice(con: Connection) -> None:
    """Quotes take turns among publishers, and the weightiest goes first."""
    shown = [
        speak(con, "loud", NAMES[0], 3.0),
        speak(con, "louder", NAMES[0], 4.0),
        speak(con, "quiet", NAMES[1], 1.0),
        speak(con, "middling", NAMES[2], 2.0),
    ]
    raise_alert(con, shown)
    assert quoted(alerts(con, quotes=9)[0]) == ["louder", "middling", "quiet", "loud"]
    assert quoted(alerts(con, quotes=2)[0]) == ["louder", "middling"]
    assert quoted(alerts(con, quotes=0)[0]) == []


def test_a_story_is_quoted_once(con: Connection) -> None:
    """Of a story's copies, and of a sentence that stands in several stories, one is quoted."""
    first, copied = speak(con, "first"), speak(con, "copied", NAMES[1], weight=2.0)
    con.execute("UPDATE stories SET story_id = ? WHERE article_id = ?", [first.id, copied.id])
    same = [speak(con, slug, NAMES[2]) for slug in ("same", "likewise")]
    con.execute("UPDATE evidence SET sentence = 'The same.' WHERE article_id IN (?, ?)", [a.id for a in same])
    raise_alert(con, [first, copied, *same])
    (alert,) = alerts(con, quotes=9)
    assert len(alert.quotes) == 2
    assert quoted(alert)[0] == "copied"


def test_the_series_has_every_day(con: Connection) -> None:
    """Sixty UTC days end with the alert's own, each with its stories, copies counted once, and zeros between."""
    shown = [speak(con, s, days_ago=d) for s, d in (("a", 0), ("b", 3), ("c", 3), ("d", 59), ("e", 60), ("f", 3))]
    con.execute("UPDATE stories SET story_id = ? WHERE article_id = ?", [shown[1].id, shown[5].id])
    raise_alert(con, shown)
    series = alerts(con)[0].series
    assert len(series) == 60
    assert [s.day for s in series] == [(NOW - n * DAY).date() for n in range(59, -1, -1)]
    assert {n: s.stories for n, s in enumerate(reversed(series)) if s.stories} == {0: 1, 3: 2, 59: 1}


def test_only_what_was_decided_to_be_an_alert_is_one(con: Connection) -> None:
    """A finding in its cooldown is kept with its articles and tells nobody; saved again, it is the same one."""
    shown = [speak(con, "one")]
    outbox.save_findings(con, [(make_finding(shown, GAS), "cooldown")])
    outbox.save_findings(con, [(make_finding(shown, GAS), "cooldown")])
    assert alerts(con) == []
    assert judgements.recent_findings(con, NOW) == [("gas", NOW)]
    assert ledger.past_alerts(con, NOW) == []
    assert con.execute("SELECT count(*) FROM finding_articles").fetchall() == [(1,)]


def test_an_alert_is_told_once_to_each(con: Connection) -> None:
    """Who has a message on an alert is not told again on that channel; everybody else still is."""
    raise_alert(con, [speak(con, "one")])
    told = alerts(con)
    outbox.save_message(con, make_message(told))
    assert alerts(con) == []
    assert alerts(con, "chief@example.org") == told
    assert to_tell(con, "slack", DESK) == told
    with pytest.raises(duckdb.ConstraintException):
        outbox.save_message(con, make_message(told, id=make_feed().id))


def test_old_alerts_can_be_left_out(con: Connection) -> None:
    """Somebody who is new is not told of what was alerted before the moment asked for."""
    raise_alert(con, (), found_at=NOW - 30 * DAY)
    raise_alert(con, ())
    told = to_tell(con, "email", DESK, NOW - DAY)
    assert [a.created_at for a in told] == [NOW]
    assert outbox.read_alerts(con, [a.id for a in told], 3) == told


# --- messages -------------------------------------------------------------------------------------


def test_a_message_is_claimed_by_one(con: Connection) -> None:
    """A claimed message is `sending` and is not claimed again; if its sender dies, it is unclear."""
    message = make_message()
    outbox.save_message(con, message)
    claimed = outbox.next_message(con, NOW)
    assert claimed == replace(message, state=MessageState.SENDING)
    assert outbox.next_message(con, NOW) is None
    assert outbox.unclear(con) == [claimed]
    assert outbox.count_waiting(con) == 1


def test_messages_wait_for_their_time_and_turn(con: Connection) -> None:
    """The oldest message that is due comes first, of the addressees asked for."""
    messages = [
        make_message(recipient=r, created_at=NOW - n * DAY, next_attempt_at=at, channel=c)
        for n, (r, c, at) in enumerate(
            [("new", "email", None), ("due", "email", NOW), ("later", "email", NOW + DAY), ("old", "slack", None)]
        )
    ]
    for message in messages:
        outbox.save_message(con, message)

    def claim(addressees: Sequence[tuple[str, str]] | None = None) -> str | None:
        claimed = outbox.next_message(con, NOW, addressees)
        return claimed.recipient if claimed else None

    assert claim([]) is None
    assert claim([("email", "due"), ("email", "later"), ("slack", "new")]) == "due"
    assert [claim(), claim(), claim()] == ["old", "new", None]


def test_every_attempt_is_kept(con: Connection) -> None:
    """Each attempt is recorded and counted, and moves its message on."""
    message = make_message()
    outbox.save_message(con, message)
    retry_at = NOW + timedelta(minutes=5)
    outbox.next_message(con, NOW)
    outbox.mark(con, make_delivery(message, "unclear", reason="interrupted"), MessageState.PENDING, retry_at)
    assert outbox.may_have_arrived(con, message.id)
    assert outbox.next_message(con, NOW) is None
    again = outbox.next_message(con, retry_at)
    assert again is not None
    assert (again.attempts, again.body, again.message_id) == (1, message.body, message.message_id)
    outbox.mark(con, make_delivery(message, repeat=True), MessageState.SENT)
    assert outbox.unclear(con) == []
    assert outbox.count_waiting(con) == 0
    kept = con.execute("SELECT result, reason, repeat FROM deliveries ORDER BY repeat").fetchall()
    assert kept == [("unclear", "interrupted", False), ("sent", "", True)]
