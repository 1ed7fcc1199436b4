"""Messages as their readers see them: the parts of a mail, its page, and the texts of a Slack message."""

from __future__ import annotations

from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser
from typing import Any

from alerts.letter import Envelope
from builders import NOW, key

ENVELOPE = Envelope(key("message"), "Amur <amur@example.org>", "desk@example.org", NOW)


def parsed(body: bytes) -> EmailMessage:
    return message_from_bytes(body, policy=policy.default)


def part(body: bytes, kind: str) -> str:
    found = parsed(body).get_body((kind,))
    assert found is not None
    return str(found.get_content())


class Page(HTMLParser):
    """What a reader sees of a page, and where its links lead."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.seen: list[str] = []
        self.tags: set[str] = set()
        self.links: list[str] = []
        self.images: list[str] = []
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        values = dict(attrs)
        self.links += [values.get("href") or ""] if tag == "a" else []
        self.images += [values.get("src") or ""] if tag == "img" else []

    def handle_data(self, data: str) -> None:
        self.seen.append(data)

    def text(self) -> str:
        return " ".join("".join(self.seen).split())


def slack_texts(value: Any) -> list[dict[str, Any]]:
    """All text objects of a payload."""
    if isinstance(value, list):
        return [found for item in value for found in slack_texts(item)]
    if not isinstance(value, dict):
        return []
    own = [value] if value.get("type") in {"plain_text", "mrkdwn"} else []
    return own + [found for item in value.values() for found in slack_texts(item)]
