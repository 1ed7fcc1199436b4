"""An e-mail as bytes: its headers, its parts, and the check that nobody added a header to it."""

from __future__ import annotations

import re
import uuid
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from email.header import Header
from email.headerregistry import Address, BaseHeader, HeaderRegistry, UniqueUnstructuredHeader
from email.message import EmailMessage, Message
from email.parser import BytesParser
from email.policy import SMTP, Policy, compat32
from email.utils import parseaddr

from alerts.words import LINK, NAME, SUBJECT, clean

HEADERS = {
    "From",
    "To",
    "Subject",
    "Date",
    "Message-ID",
    "Auto-Submitted",
    "List-Id",
    "MIME-Version",
    "Content-Type",
}
THREADED = {"In-Reply-To", "References"}  # what makes a message part of a conversation
PART_HEADERS = {"Content-Type", "Content-Transfer-Encoding", "Content-Disposition", "Content-ID", "MIME-Version"}

# A Slack message has no sender's domain; nobody can own this one.
NOWHERE = "amur.invalid"


class _Subject(UniqueUnstructuredHeader, BaseHeader):  # type: ignore[misc]  # typeshed says how Python mixes them, and differs
    """A subject in lines of our own making.

    Python's lose spaces, and some hosts refuse them: https://github.com/python/cpython/issues/144156
    """

    def fold(self, *, policy: Policy[Message]) -> str:
        charset = "us-ascii" if self.isascii() else "utf-8"
        folded = Header(str(self), charset, header_name=self.name).encode(linesep=policy.linesep)
        return f"{self.name}: {folded}{policy.linesep}"


_registry = HeaderRegistry()
_registry.map_to_type("subject", _Subject)

# Lines end in CRLF, and no server needs 8BITMIME to take the message.
POLICY = SMTP.clone(cte_type="7bit", header_factory=_registry)


class RenderError(Exception):
    """A message that must not be sent as it is; the text says why."""


@dataclass(frozen=True, slots=True)
class Envelope:
    """Whose message it is: the message's key, sender (`Name <a@b>` or `a@b`), recipient and date (aware)."""

    key: uuid.UUID
    sender: str
    recipient: str
    at: datetime


@dataclass(frozen=True, slots=True)
class Rendered:
    """A message ready to be stored: nothing of it is made anew before it is sent."""

    message_id: str
    subject: str
    body: bytes


def message_id(envelope: Envelope) -> str:
    """The Message-ID: it follows from the message's key and the domain of its sender, if it has one.

    Raises RenderError for a sender that is not an address.
    """
    domain = address(envelope.sender).domain if envelope.sender else NOWHERE
    return f"<{envelope.key}@{domain}>"


def image_id(envelope: Envelope, name: str) -> str:
    """The Content-ID of an image of the message, without brackets."""
    return f"{name}.{envelope.key}@{address(envelope.sender).domain}"


def address(text: str) -> Address:
    """The mailbox that `text` names, with an ASCII domain.

    Raises RenderError for anything that SMTP would not carry.
    """
    name, bare = parseaddr(text)
    user, _, domain = bare.rpartition("@")
    try:
        domain = domain.encode("idna").decode("ascii")
    except UnicodeError:
        domain = ""
    # parseaddr finds an address in nearly anything; here all of the text has to be one.
    whole = clean(text, LINK) == text and (text == bare or text.endswith(f"<{bare}>"))
    if not whole or not re.fullmatch(r"[!-~]+", user) or not re.fullmatch(r"[A-Za-z0-9.:\[\]-]+", domain):
        raise RenderError(f"{clean(text, NAME)!r} is not an e-mail address that can be written to")
    return Address(header_value(name, NAME), user, domain)


def header_value(text: str, limit: int = SUBJECT) -> str:
    """Text for a header: one clean line in which nothing looks like an encoded word."""
    # Some Pythons decode and write back what stands between "=?" and "?=", line breaks and all (CVE-2024-6923).
    return clean(text, limit).replace("=?", "= ?")


def compose(
    envelope: Envelope, subject: str, text: str, html: str, images: Mapping[str, bytes], answers: str = ""
) -> Rendered:
    """The message: text and HTML as alternatives, PNG images (by Content-ID) beside the HTML.

    `answers` is the Message-ID of an earlier message that this one belongs to. Equal arguments give equal bytes.
    Raises RenderError for a bad address, or if the bytes hold a header that we did not write.
    """
    sender, subject = address(envelope.sender), header_value(subject)
    message = EmailMessage(policy=POLICY)
    message["From"] = sender
    message["To"] = address(envelope.recipient)
    message["Subject"] = subject
    message["Date"] = envelope.at
    message["Message-ID"] = message_id(envelope)
    # Keeps vacation replies away; the list's id gives people something to filter by.
    message["Auto-Submitted"] = "auto-generated"
    message["List-Id"] = f"Amur alerts <amur-alerts.{sender.domain}>"
    for name in THREADED if answers else ():
        message[name] = answers
    _fill(message, envelope.key, text, html, images)
    raw = message.as_bytes()
    check_headers(raw, HEADERS | THREADED if answers else HEADERS)
    return Rendered(message_id(envelope), subject, raw)


def _fill(message: EmailMessage, key: uuid.UUID, text: str, html: str, images: Mapping[str, bytes]) -> None:
    message.set_content(text)
    message.add_alternative(html, subtype="html")
    page = message.get_payload(1)
    assert isinstance(page, EmailMessage)  # noqa: S101  tells mypy what add_alternative has just made
    for cid, png in images.items():
        name = cid.partition(".")[0]
        page.add_related(png, "image", "png", cid=f"<{cid}>", filename=f"{name}.png", disposition="inline")
    message.set_boundary(f"amur-{key}-a")
    if images:
        page.set_boundary(f"amur-{key}-r")


def check_headers(raw: bytes, expected: Collection[str] = frozenset(HEADERS)) -> None:
    """Compare the headers of the message and of its parts with those that we write.

    Raises RenderError on any difference: whatever a title managed to do, it is not sent.
    """
    top, *parts = BytesParser(policy=compat32).parsebytes(raw).walk()
    if sorted(top.keys()) != sorted(expected):
        raise RenderError(f"unexpected headers in the message: {clean(', '.join(top.keys()), LINK)}")
    for part in parts:
        if not set(part.keys()) <= PART_HEADERS:
            raise RenderError(f"unexpected headers in a part: {clean(', '.join(part.keys()), LINK)}")
