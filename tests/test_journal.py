from __future__ import annotations

import json
import stat
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from builders import NOW, key, make_article, make_finding, make_message, make_surge
from desk import furnish
from flows.telling import rendered
from gleanings import make_candidate
from warehouse import candidates, feeds, journal, outbox, passes, recall
from warehouse.candidates import Emergence, Known
from warehouse.connect import Connection
from warehouse.findings import alert_id, save_findings
from warehouse.journal import Journal, digest_of
from warehouse.passes import PassRecord
from warehouse.records import Delivery, Finding, Message, MessageState
from warehouse.store import Store
from warehouse_world import to_tell

TOLD = [("email", "analyst@example.org")]


def a_pass(store: Store, name: str, at: datetime = NOW) -> None:
    """One pass from begin to end, noted."""
    with store.transaction() as con:
        over = replace(passes.begin(con, key(name), at), finished_at=at + timedelta(minutes=1), outcome="complete")
        passes.finish(con, over)
    store.journal.passed(over)


def found(con: Connection, **changes: Any) -> Finding:
    """A finding with its alert."""
    finding = make_finding([make_article()], found_at=NOW, **changes)
    save_findings(con, [(finding, "alert")])
    return finding


def message_on(finding: Finding) -> Message:
    """A rendered message on its alert."""
    return replace(make_message(recipient=TOLD[0][1], created_at=NOW), alert_ids=(alert_id(finding),))


def send(store: Store, message: Message, answer: journal.Answer | None = "sent") -> None:
    """Claim, send and mark as a pass does; with None it dies before the answer is there."""
    with store.transaction() as con:
        outbox.save_message(con, message)
        claimed = outbox.next_message(con, NOW)
        assert claimed
        store.journal.sending(con, claimed, NOW)
    if answer:
        store.journal.answered(message.id, answer, NOW)
        with store.transaction() as con:
            outbox.mark(con, Delivery(message.id, NOW, answer), MessageState.SENT)


def emptied(store: Store) -> Store:
    """Another warehouse beside the same journal: all is lost."""
    store.live.unlink()
    Path(f"{store.live}.wal").unlink(missing_ok=True)
    return Store(store.folder).open()


def caught_up(store: Store, *, hold: bool = False, told: list[tuple[str, str]] = TOLD) -> str:
    with store.transaction() as con:
        return recall.catch_up(con, store.journal.read(), told, hold=hold)


def rows_of_alerts(con: Connection) -> list[list[tuple[object, ...]]]:
    """All that makes the alerts."""
    tables = ("alerts", "findings", "surges", "finding_articles", "candidates", "candidate_articles", "known")
    return [con.table(name).fetchall() for name in tables]


# --- the file --------------------------------------------------------------------------------------


def test_what_is_noted_is_read_again_and_names_nobody(tmp_path: Path) -> None:
    """Passes, messages and what came of them come back in order; no address is in the file, which is its owner's."""
    store = Store(tmp_path).open()
    a_pass(store, "one")
    with store.transaction() as con:
        message = message_on(found(con))
    send(store, message)
    noted = store.journal.read()
    assert [one.id for one in noted.passes] == [key("one")]
    assert noted.answer_to(message.id) == "sent"
    assert noted.since_pass == {message.id}
    assert list(noted.alerts) == list(message.alert_ids)
    assert noted.messages[message.id].to == digest_of(*TOLD[0])
    text = store.journal.path.read_text(encoding="utf-8")
    assert message.message_id in text
    assert "analyst" not in text.replace(message.subject, "")
    assert stat.S_IMODE(store.journal.path.stat().st_mode) == 0o600
    a_pass(store, "two")
    assert store.journal.read().since_pass == set()


def test_a_torn_line_hides_no_other(tmp_path: Path) -> None:
    """What was cut short or is damaged is as if never written; the next line begins afresh."""
    book = Journal(tmp_path / "journal.jsonl")
    book.passed(PassRecord(key("bad"), NOW, NOW))
    text = book.path.read_text(encoding="utf-8")
    book.path.write_text(text.replace("running", "runnong"), encoding="utf-8")
    book.passed(PassRecord(key("one"), NOW, NOW))
    with book.path.open("a", encoding="utf-8") as file:
        file.write('[1]\n{"what": "pass", "id": 7}\n{"what": "answered", "key": "x"}\n{"what": "pass", "id": "3f')
    book.passed(PassRecord(key("two"), NOW, NOW))
    assert [one.id for one in book.read().passes] == [key("one"), key("two")]


def test_the_journal_is_bounded(tmp_path: Path) -> None:
    """A full journal is put aside once, so that the file and the one before it are all there ever is."""
    book = Journal(tmp_path / "journal.jsonl", most_bytes=1000)
    for number in range(40):
        book.passed(PassRecord(key(str(number)), NOW, NOW))
    files = list(tmp_path.iterdir())
    assert {file.name for file in files} == {"journal.jsonl", "journal.1.jsonl"} or len(files) == 1
    assert sum(file.stat().st_size for file in files) < 3000
    assert [one.id for one in book.read().passes][-3:] == [key("37"), key("38"), key("39")]


def test_an_alert_is_noted_once(tmp_path: Path) -> None:
    """However many are told of an alert, and after a restart as well, it is in the journal once."""
    store = Store(tmp_path).open()
    with store.transaction() as con:
        finding = found(con)
    send(store, message_on(finding))
    other = replace(message_on(finding), id=key("b"), message_id="<b@example>", recipient="b@example.org")
    send(Store(tmp_path), other)
    lines = [json.loads(line) for line in store.journal.path.read_text(encoding="utf-8").splitlines()]
    assert [line["what"] for line in lines].count("alert") == 1


# --- what is missing, and how it is mended ----------------------------------------------------------


def test_a_warehouse_that_has_it_all_is_not_behind(tmp_path: Path) -> None:
    """Nothing is said, and nothing is asked anew, before the first pass, after it, and after a kill while sending."""
    store = Store(tmp_path).open()
    assert journal.behind(store) == caught_up(store) == ""
    a_pass(store, "one")
    with store.transaction() as con:
        message = message_on(found(con))
    send(store, message, None)
    store.journal.answered(message.id, "sent", NOW)
    assert journal.behind(store) == caught_up(store) == ""


def test_lost_passes_are_counted(tmp_path: Path) -> None:
    """A pass that the journal has and the warehouse has not is named with its time."""
    store = Store(tmp_path).open()
    a_pass(store, "kept", NOW - timedelta(days=1))
    a_pass(store, "lost")
    a_pass(store, "lost too", NOW + timedelta(hours=1))
    with store.transaction() as con:
        con.execute("DELETE FROM passes WHERE pass_id <> ?", [key("kept")])
    assert f"lost 2 passes since {NOW:%Y-%m-%d %H:%M} UTC" in journal.behind(store)
    a_pass(store, "next", NOW + timedelta(hours=2))
    assert journal.behind(store) == ""


def test_a_lost_message_of_a_killed_pass_is_noticed(tmp_path: Path) -> None:
    """Though no pass was over since, a message that went out and is not in the warehouse tells of the loss."""
    store = Store(tmp_path).open()
    a_pass(store, "one")
    with store.transaction() as con:
        message = message_on(found(con))
    send(store, message)
    with store.transaction() as con:
        con.execute("DELETE FROM deliveries; UPDATE messages SET state = 'pending'")
    assert "lost 1 message" in journal.behind(store)
    assert caught_up(store)
    with store.transaction() as con:
        assert con.execute("SELECT state, octet_length(body) > 0 FROM messages").fetchall() == [("sent", True)]
    assert journal.behind(store) == ""


def test_what_was_sent_is_put_back(tmp_path: Path) -> None:
    """Alert, finding and the keys of its articles are as they were, and whoever was told is told; all of it once."""
    store = Store(tmp_path).open()
    with store.transaction() as con:
        finding = found(con, kind="surge", surge=make_surge())
        before = rows_of_alerts(con)
    message = message_on(finding)
    send(store, message)
    a_pass(store, "one")
    store = emptied(store)
    for _ in range(2):
        assert "warehouse_behind" in caught_up(store)
    with store.transaction() as con:
        after = rows_of_alerts(con)
        assert to_tell(con, *TOLD[0]) == []
        (known,) = con.execute("SELECT message_key, message_id, state FROM messages").fetchall()
        assert con.execute("SELECT result, reason FROM deliveries").fetchall() == [("sent", "journal")]
        # Without its bytes it cannot be sent once more.
        assert outbox.resend(con, [MessageState.SENT], TOLD) == []
    assert after == before
    assert known == (message.id, message.message_id, "sent")


def test_a_candidate_is_put_back_with_its_alert(tmp_path: Path) -> None:
    """Bytes and all: were it not known any more, the same articles would raise it again."""
    store = Store(tmp_path).open()
    made = make_candidate()
    with store.transaction() as con:
        candidates.save_candidates(con, "t1", [Emergence(made, (key("a"), key("b")))], NOW)
        candidates.save_known(con, [Known(made.id, NOW, bytes(range(256)), ("ice",), (0.5,))])
        finding = found(con, kind="candidate", theme_id=made.id, candidate=made)
        before = rows_of_alerts(con)
    send(store, message_on(finding))
    a_pass(store, "one")
    store = emptied(store)
    assert "warehouse_behind" in caught_up(store)
    with store.transaction() as con:
        assert rows_of_alerts(con) == before


def test_whoever_was_not_told_still_is(tmp_path: Path) -> None:
    """An alert that comes back from the journal goes to those whose message was lost unsent, and can be rendered."""
    desk = furnish(tmp_path)
    store = Store(desk.settings.data)
    with store.transaction() as con:
        con.execute(
            "DELETE FROM deliveries; DELETE FROM alert_messages; DELETE FROM messages; DELETE FROM findings;"
            "DELETE FROM alerts; DELETE FROM finding_articles"
        )
        finding = found(con, kind="surge", surge=make_surge())
    send(store, message_on(finding))
    a_pass(store, "one")
    store.published.unlink()
    store = emptied(store)
    caught_up(store)
    with store.transaction() as con:
        (alert,) = to_tell(con, "email", "other@example.org")
    assert alert.quotes == ()
    assert alert.surge == make_surge()
    assert rendered(desk.settings, "slack", "other", [alert], key("again"), NOW).body


def test_a_message_under_way_counts_as_sent_only_where_none_may_come_twice(tmp_path: Path) -> None:
    """What was lost before its answer came is forgotten, and told again, unless unclear messages are held."""
    for hold, alerts in ((False, 0), (True, 1)):
        store = Store(tmp_path / str(hold)).open()
        with store.transaction() as con:
            message = message_on(found(con))
        send(store, message, None)
        a_pass(store, "one")
        store = emptied(store)
        caught_up(store, hold=hold)
        with store.transaction() as con:
            assert con.execute("SELECT count(*) FROM alerts").fetchall() == [(alerts,)]
            assert con.execute("SELECT state FROM messages").fetchall() == [("held",)] * alerts


def test_a_message_under_way_of_a_killed_pass_is_held_though_no_pass_is_lost(tmp_path: Path) -> None:
    """Where none may come twice, a lost message whose answer nobody knows is reason enough to catch up, once."""
    for hold, states in ((False, []), (True, [("held",)])):
        store = Store(tmp_path / str(hold)).open()
        a_pass(store, "one")
        with store.transaction() as con:
            message = message_on(found(con))
        send(store, message, None)
        with store.transaction() as con:
            con.execute("DELETE FROM alert_messages; DELETE FROM messages")
        assert ("lost 1 message of a pass that was broken off" in caught_up(store, hold=hold)) is hold
        assert caught_up(store, hold=hold) == ""
        with store.transaction() as con:
            assert con.execute("SELECT state FROM messages").fetchall() == states


def test_nobody_is_guessed(tmp_path: Path) -> None:
    """A recipient who is configured no longer cannot be told from a digest, and is left out."""
    store = Store(tmp_path).open()
    with store.transaction() as con:
        message = message_on(found(con))
    send(store, message)
    a_pass(store, "one")
    store = emptied(store)
    assert caught_up(store, told=[("email", "new@example.org")])
    with store.transaction() as con:
        assert con.execute("SELECT count(*) FROM messages").fetchall() == [(0,)]


def test_only_feeds_that_were_heard_are_asked_at_once(tmp_path: Path) -> None:
    """After a loss no validator is left; a feed that fails keeps its wait."""
    desk = furnish(tmp_path)
    store = Store(desk.settings.data)
    a_pass(store, "lost")
    with store.transaction() as con:
        con.execute("DELETE FROM passes WHERE pass_id = ?", [key("lost")])
        con.execute("UPDATE feed_states SET etag = 'x', next_attempt_at = ?", [NOW])
    caught_up(store)
    with store.transaction() as con:
        states = feeds.states(con).values()
    assert {state.etag for state in states} == {None}
    assert {state.outcome == "failed": state.next_attempt_at for state in states} == {True: NOW, False: None}
