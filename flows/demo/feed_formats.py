"""The demo's feeds as bytes: RSS 2.0, Atom and JSON Feed, with all of an article, its opening, or its title."""

from __future__ import annotations

import json
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from datetime import datetime
from email.utils import format_datetime

from flows.demo.pages import body_html
from flows.demo.pieces import Channel, Piece, Publisher

ATOM = "http://www.w3.org/2005/Atom"
CONTENT = "http://purl.org/rss/1.0/modules/content/"
DUBLIN_CORE = "http://purl.org/dc/elements/1.1/"

for _prefix, _space in {"content": CONTENT, "dc": DUBLIN_CORE}.items():
    ET.register_namespace(_prefix, _space)


def feed_document(publisher: Publisher, channel: Channel, pieces: Sequence[Piece], base: str) -> tuple[str, bytes]:
    """Content type and body of a feed that shows `pieces`, newest first. `base` is the publisher's address."""
    content_type, write = _FORMATS[channel.format]
    return content_type, write(publisher, channel, pieces, base)


def _link(channel: Channel, piece: Piece, base: str) -> str:
    return f"{base}{piece.path}" + (f"?{channel.query}" if channel.query else "")


def _summary(channel: Channel, piece: Piece) -> str:
    return "" if channel.carries == "title" else piece.text.partition("\n")[0]


def _updated(publisher: Publisher, pieces: Sequence[Piece]) -> datetime:
    return max(piece.at for piece in pieces).astimezone(publisher.zone)


def _rss(publisher: Publisher, channel: Channel, pieces: Sequence[Piece], base: str) -> bytes:
    root = ET.Element("rss", version="2.0")
    top = ET.SubElement(root, "channel")
    about = {"title": channel.name, "link": f"{base}/", "description": publisher.tagline, "language": channel.language}
    _fill(top, about)
    _fill(top, {"lastBuildDate": format_datetime(_updated(publisher, pieces))} if pieces else {})
    for piece in pieces:
        item = ET.SubElement(top, "item")
        _fill(
            item, {"title": piece.title, "link": _link(channel, piece, base), "description": _summary(channel, piece)}
        )
        _fill(item, {f"{{{DUBLIN_CORE}}}creator": piece.author})
        ET.SubElement(item, "guid", isPermaLink="false").text = f"{channel.id}-{piece.section}-{piece.slug}"
        _fill(item, {"pubDate": format_datetime(piece.at.astimezone(publisher.zone))})
        if channel.carries == "full":
            _fill(item, {f"{{{CONTENT}}}encoded": body_html(piece)})
    return _document(root, channel.encoding)


def _atom(publisher: Publisher, channel: Channel, pieces: Sequence[Piece], base: str) -> bytes:
    root = ET.Element("feed", xmlns=ATOM)
    _fill(root, {"id": f"tag:{channel.id}.example,2026:feed", "title": channel.name, "subtitle": publisher.tagline})
    ET.SubElement(root, "link", rel="self", href=f"{base}{channel.path}")
    ET.SubElement(root, "link", rel="alternate", href=f"{base}/")
    _fill(root, {"updated": _updated(publisher, pieces).isoformat()} if pieces else {})
    for piece in pieces:
        at = piece.at.astimezone(publisher.zone).isoformat()
        entry = ET.SubElement(root, "entry")
        _fill(entry, {"id": f"tag:{channel.id}.example,2026:{piece.section}/{piece.slug}", "title": piece.title})
        ET.SubElement(entry, "link", rel="alternate", href=_link(channel, piece, base))
        _fill(ET.SubElement(entry, "author"), {"name": piece.author})
        _fill(entry, {"published": at, "updated": at, "summary": _summary(channel, piece)})
        if channel.carries == "full":
            ET.SubElement(entry, "content", type="html").text = body_html(piece)
    return _document(root, channel.encoding)


def _json(publisher: Publisher, channel: Channel, pieces: Sequence[Piece], base: str) -> bytes:
    feed = {
        "version": "https://jsonfeed.org/version/1.1",
        "title": channel.name,
        "description": publisher.tagline,
        "home_page_url": f"{base}/",
        "feed_url": f"{base}{channel.path}",
        "language": channel.language,
        "items": [_json_item(publisher, channel, piece, base) for piece in pieces],
    }
    return json.dumps(feed, ensure_ascii=False, indent=1).encode()


def _json_item(publisher: Publisher, channel: Channel, piece: Piece, base: str) -> dict[str, object]:
    full = {"content_html": body_html(piece)} if channel.carries == "full" else {}
    return {
        "id": f"{channel.id}/{piece.slug}",
        "url": _link(channel, piece, base),
        "title": piece.title,
        "summary": _summary(channel, piece),
        "authors": [{"name": piece.author}],
        "date_published": piece.at.astimezone(publisher.zone).isoformat(),
        "language": piece.language,
        **full,
    }


def _fill(parent: ET.Element, texts: dict[str, str]) -> None:
    """Add an element for each text that is not empty."""
    for tag, text in texts.items():
        if text:
            ET.SubElement(parent, tag).text = text


def _document(root: ET.Element, encoding: str) -> bytes:
    ET.indent(root)
    body: bytes = ET.tostring(root, encoding=encoding, xml_declaration=True)
    return body


Writer = Callable[[Publisher, Channel, Sequence[Piece], str], bytes]
_FORMATS: dict[str, tuple[str, Writer]] = {
    "rss": ("application/rss+xml", _rss),
    "atom": ("application/atom+xml", _atom),
    "json": ("application/feed+json", _json),
}
