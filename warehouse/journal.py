"""The side journal: what was committed and what was sent, in a file of its own beside the warehouse.

The engine opens a warehouse whose log was cut or lost without a word, with fewer rows. A pass that finished, and a
message that went out, are therefore noted here as well, each as a line of JSON that is on the disk before anything
goes on. `warehouse.recall` compares the two.
"""

from __future__ import annotations

import hashlib
import json
import os
import zlib
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal
from uuid import UUID

from warehouse.connect import Connection, flush, writable
from warehouse.records import Message

if TYPE_CHECKING:
    from warehouse.passes import PassRecord
    from warehouse.store import Store

# With two files of it, the messages of months: longer ago than the oldest backup.
MOST_BYTES = 4_000_000

Line = dict[str, Any]
Answer = Literal["sent", "retry", "undeliverable", "unclear"]

# What an alert is made of; of the articles their keys, which are the same whenever the articles come again.
_ITS_FINDING = "finding_id = (SELECT a.finding_id FROM alerts AS a WHERE a.alert_id = $alert_id)"
_ITS_CANDIDATE = "candidate_id = (SELECT a.theme_id FROM alerts AS a WHERE a.alert_id = $alert_id)"
_OF_ALERT = {
    "findings": _ITS_FINDING,
    "surges": _ITS_FINDING,
    "new_voices": _ITS_FINDING,
    "turns": _ITS_FINDING,
    "escalations": _ITS_FINDING,
    "finding_articles": _ITS_FINDING,
    "candidates": _ITS_CANDIDATE,
    "candidate_articles": _ITS_CANDIDATE,
    "known": _ITS_CANDIDATE,
    "alerts": "alert_id = $alert_id",
}


@dataclass(frozen=True, slots=True)
class NotedPass:
    """A pass that was over, whatever came of it."""

    id: UUID
    started_at: datetime


@dataclass(frozen=True, slots=True)
class NotedMessage:
    """A message that was about to be sent; `answer` is "" until it is known what came of it."""

    key: UUID
    channel: str
    to: str  # `digest_of` its recipient
    message_id: str
    subject: str
    created_at: datetime
    alert_ids: tuple[UUID, ...]
    at: datetime
    answer: Answer | Literal[""] = ""


@dataclass(slots=True)
class Noted:
    """What the journal holds, oldest first; `since_pass` are keys of messages noted after the last pass was over."""

    passes: list[NotedPass] = field(default_factory=list)
    messages: dict[UUID, NotedMessage] = field(default_factory=dict)
    alerts: dict[UUID, dict[str, list[Line]]] = field(default_factory=dict)  # rows by their table
    since_pass: set[UUID] = field(default_factory=set)

    def answer_to(self, key: UUID) -> Answer | Literal[""]:
        """What came of the last attempt to send this message; "" where that is not known."""
        return self.messages[key].answer if key in self.messages else ""


class Journal:
    """The journal at `path`. When it is full it is put aside once, and what was put aside before goes."""

    def __init__(self, path: Path, most_bytes: int = MOST_BYTES) -> None:
        self.path = path
        self.older = path.with_suffix(".1.jsonl")
        self._most_bytes = most_bytes
        self._alerts: set[UUID] | None = None  # those that are noted, once that was asked

    def passed(self, record: PassRecord) -> None:
        """Note a pass that is over and committed."""
        ended = {"finished_at": record.finished_at, "outcome": record.outcome}
        self._append({"what": "pass", "id": record.pass_id, "started_at": record.started_at, **ended})
        if self.path.stat().st_size > self._most_bytes:
            self.path.replace(self.older)
            flush(self.path.parent)
            self._alerts = None

    def sending(self, con: Connection, message: Message, at: datetime) -> None:
        """Note a message that is about to be sent, and its alerts; ask before the claim on it is committed."""
        if self._alerts is None:
            self._alerts = set(self.read().alerts)
        new = [alert_id for alert_id in message.alert_ids if alert_id not in self._alerts]
        line = {
            "what": "sending",
            "key": message.id,
            "channel": message.channel,
            "to": digest_of(message.channel, message.recipient),
            "message_id": message.message_id,
            "subject": message.subject,
            "created_at": message.created_at,
            "alert_ids": message.alert_ids,
            "at": at,
        }
        self._append(*(_alert(con, alert_id) for alert_id in new), line)
        self._alerts.update(new)

    def answered(self, key: UUID, answer: Answer, at: datetime) -> None:
        """Note what came of sending a message; ask before that is committed."""
        self._append({"what": "answered", "key": key, "answer": answer, "at": at})

    def read(self) -> Noted:
        """All that is noted. A line that was cut short or is damaged is as if it had never been."""
        noted = Noted()
        for path in (self.older, self.path):
            for line in _lines(path):
                _take_in(noted, line)
        return noted

    def _append(self, *lines: Line) -> None:
        text = "".join(map(_checked, lines))
        with writable(self.path):
            is_new = not self.path.exists()
            handle = os.open(self.path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600)
            try:
                torn = os.fstat(handle).st_size and os.pread(handle, 1, os.fstat(handle).st_size - 1) != b"\n"
                _write(handle, ("\n" * bool(torn) + text).encode())
                os.fsync(handle)
            finally:
                os.close(handle)
            if is_new:
                flush(self.path.parent)


def digest_of(channel: str, recipient: str) -> str:
    """Stands for a recipient where no address is to be read."""
    return hashlib.sha256(f"{channel}:{recipient}".encode()).hexdigest()[:32]


def behind(store: Store) -> str:
    """What the warehouse has lost by its journal, in a sentence or two; "" when it has lost nothing.

    Raises WarehouseError when the live file is not to be had.
    """
    from warehouse.recall import what_is_missing

    with store.transaction() as con:
        return what_is_missing(con, store.journal.read())


def _alert(con: Connection, alert_id: UUID) -> Line:
    rows = {table: _rows(con, f"SELECT * FROM {table} WHERE {of_it}", alert_id) for table, of_it in _OF_ALERT.items()}  # noqa: S608  this file's own words
    return {"what": "alert", "id": alert_id, "rows": rows}


def _rows(con: Connection, query: str, alert_id: UUID) -> list[Line]:
    found = con.execute(query, {"alert_id": alert_id})
    names = [column[0] for column in found.description or ()]
    return [dict(zip(names, row, strict=True)) for row in found.fetchall()]


def _plain(value: object) -> str:
    if isinstance(value, bytes):
        return "".join(f"\\x{byte:02X}" for byte in value)  # as the engine reads it in again
    return value.isoformat() if isinstance(value, date) else str(value)


def _write(handle: int, text: bytes) -> None:
    while text:
        text = text[os.write(handle, text) :]


def _text(line: Line) -> str:
    return json.dumps(line, default=_plain, ensure_ascii=False)


def _checked(line: Line) -> str:
    """The line with the checksum of its text without it."""
    return f'{_text(line)[:-1]}, "crc": {zlib.crc32(_text(line).encode())}}}\n'


def _lines(path: Path) -> Iterator[Line]:
    """Lines of our own writing, as they were written."""
    if not path.exists():
        return
    with path.open("rb") as file:
        for text in file:
            with suppress(ValueError):
                line = json.loads(text)
                if isinstance(line, dict) and line.pop("crc", None) == zlib.crc32(_text(line).encode()):
                    yield line


def _take_in(noted: Noted, line: Line) -> None:
    if line["what"] == "pass":
        noted.passes.append(NotedPass(UUID(line["id"]), datetime.fromisoformat(line["started_at"])))
        noted.since_pass.clear()
    elif line["what"] == "alert":
        noted.alerts[UUID(line["id"])] = line["rows"]
    elif line["what"] == "sending":
        message = _message(line)
        noted.messages[message.key] = message
        noted.since_pass.add(message.key)
    elif line["what"] == "answered":
        key = UUID(line["key"])
        if key in noted.messages:  # else it was put aside, with its file, long ago
            noted.messages[key] = replace(noted.messages[key], answer=line["answer"])


def _message(line: Line) -> NotedMessage:
    return NotedMessage(
        key=UUID(line["key"]),
        channel=line["channel"],
        to=line["to"],
        message_id=line["message_id"],
        subject=line["subject"],
        created_at=datetime.fromisoformat(line["created_at"]),
        alert_ids=tuple(UUID(alert_id) for alert_id in line["alert_ids"]),
        at=datetime.fromisoformat(line["at"]),
    )
