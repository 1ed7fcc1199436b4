"""A feed's bytes become entries: RSS 0.9x to 2.0, RDF, Atom, JSON Feed. The only file that knows feedparser.

Runs in a worker: what gets past the checks here may still take feedparser any time and memory.
"""

from __future__ import annotations

import io
import re
import uuid
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parseaddr
from html import escape
from html.entities import html5
from typing import Any
from xml.parsers import expat

import feedparser

from extractors import dates, urls
from extractors.entries import Announced, Occasion, entries_of
from extractors.json_feed import read_json
from extractors.text import TITLE, CharsetError, clean, decode, plain_text
from warehouse.records import ParsedFeed

_ATTRIBUTES, _DEPTH, _ELEMENTS = 256, 256, 500_000  # of one element, of the document, of the document
_TAIL = 4_096  # characters in which the end of the root element stands, if it is there
_HTML_TITLE, _GENERATOR = 80, 200  # characters

_DECLARATION = re.compile(r"[^<]*<\?xml[^>]*\?>|\s+")
_CHARSET_IN_DECLARATION = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]*)", re.IGNORECASE)
_CHARSET_IN_HEADER = re.compile(r"charset\s*=\s*[\"']?([^\"';\s]+)", re.IGNORECASE)
_FIRST_ELEMENT = re.compile(r"<([A-Za-z_][\w.:-]*)")
_NOT_ELEMENTS = re.compile(r"<!--.*?(?:-->|\Z)|<[!?][^>]*(?:>|\Z)", re.DOTALL)
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_REFERENCE = re.compile(r"&#(?:[xX]([0-9A-Fa-f]+)|([0-9]+));")
_FEEDPARSER_RAISES = (ArithmeticError, AssertionError, AttributeError, LookupError, RuntimeError, TypeError, ValueError)
_AMPERSAND = re.compile(r"(?P<cdata><!\[CDATA\[.*?(?:\]\]>|\Z))|&(?!#[xX]?[0-9A-Fa-f]+;)(?:(?P<name>\w+);)?", re.DOTALL)
_DATES = ("published", "updated", "created")
_COUNT = re.compile(r"[0-9]{1,7}")
_PERIODS = {"hourly": 3600.0, "daily": 86_400.0, "weekly": 604_800.0, "monthly": 2_592_000.0, "yearly": 31_536_000.0}
_XML_ENTITIES = ("amp", "lt", "gt", "quot", "apos")
_CONTENTS = ("yandex_full-text", "full-text")  # besides content itself


class FeedError(Exception):
    """The body is no feed that can be read; `reason` is one word of a fixed list, `detail` a sentence."""

    def __init__(self, reason: str, detail: str) -> None:
        super().__init__(reason, detail)
        self.reason = reason
        self.detail = detail


def parse_feed(
    body: bytes, content_type: str, url: str, feed_id: uuid.UUID, now: datetime, baseline: bool
) -> ParsedFeed:
    """Read one answer. Raises FeedError: empty_body, bad_charset, html_not_feed, not_a_feed, refused, not_well_formed.

    Warnings of the result: `truncated_xml` (the answer was cut off; its last item is left out, and its validators
    should not be kept), not_well_formed, truncated_items, repeated_guid, bad_link.
    """
    document = _document(body, content_type)
    occasion = Occasion(feed_id, url, now, baseline)
    read = _read_json(document) if document.startswith("{") else _read_xml(document)
    entries, odd = entries_of(read.items, occasion)
    title = clean(plain_text(read.title, TITLE), TITLE)
    older = urls.absolute(read.older, url) or ""
    generator = clean(read.generator, _GENERATOR)
    return ParsedFeed(title, entries, (*read.warnings, *odd), older, generator, read.stated_gap)


@dataclass(frozen=True, slots=True)
class _Document:
    """What a document holds, still untrusted."""

    title: str
    items: list[Announced]
    warnings: tuple[str, ...] = ()
    older: str = ""
    generator: str = ""
    stated_gap: float | None = None


def _document(body: bytes, content_type: str) -> str:
    """The body as text, without XML declaration and whatever stands before that."""
    if not body.strip():
        raise FeedError("empty_body", "The answer has no content.")
    in_header = _CHARSET_IN_HEADER.search(content_type)
    in_document = _CHARSET_IN_DECLARATION.search(body[:1_000])
    declared = (
        in_header[1] if in_header else "",
        in_document[1].decode("ascii", "replace") if in_document else "",
    )
    try:
        document = decode(body, declared)
    except CharsetError as error:
        raise FeedError("bad_charset", str(error)) from error
    start = _DECLARATION.match(document)
    return document[start.end() :].lstrip() if start else document


def _read_json(document: str) -> _Document:
    try:
        read = read_json(document)
    except RecursionError as error:
        raise FeedError("refused", "The JSON is nested too deeply.") from error
    if read is None:
        raise FeedError("not_a_feed", "The answer looks like JSON but is no JSON Feed.")
    title, items, older = read
    return _Document(title, items, older=older)


# --- XML ------------------------------------------------------------------------------------------


def _read_xml(document: str) -> _Document:
    document = _AMPERSAND.sub(_repaired, _REFERENCE.sub(_possible, _NO_XML.sub("", document)))
    root = _FIRST_ELEMENT.search(_NOT_ELEMENTS.sub("", document))
    if root is None:
        raise FeedError("not_a_feed", "The answer holds no XML element.")
    if root[1].lower() == "html":
        raise FeedError("html_not_feed", f"The answer is a web page{_page_title(document)}.")
    fault = _survey(document)
    cut = bool(fault) and not re.search(rf"</{re.escape(root[1])}\s*>", document[-_TAIL:])
    result = _feedparser(document)
    if not result.get("version") and not result["entries"]:
        raise FeedError("not_a_feed", f"The answer is XML but no feed: it begins with <{clean(root[1], 40)}>.")
    items = [_announced(entry) for entry in result["entries"]]
    if fault and not cut and not items:
        raise FeedError("not_well_formed", f"The feed cannot be read: {fault}.")
    feed = result["feed"]
    title, older, generator = feed.get("title") or "", _older(feed), _string(feed.get("generator"))
    if cut:
        # Where it was cut cannot be seen: the last item may lack its guid, and would come back as another one.
        return _Document(title, items[:-1], ("truncated_xml",), older, generator, _stated_gap(feed))
    return _Document(title, items, ("not_well_formed",) if fault else (), older, generator, _stated_gap(feed))


def _older(feed: dict[str, Any]) -> str:
    """Where the feed says that its older entries are: RFC 5005, sections 3 and 4."""
    links = {_string(link.get("rel")): _string(link.get("href")) for link in feed.get("links") or ()}
    return links.get("prev-archive") or links.get("next") or ""


def _stated_gap(feed: dict[str, Any]) -> float | None:
    """Seconds between two visits that the feed asks for: <ttl>, or period and frequency of the syndication module."""
    ttl, period = _string(feed.get("ttl")).strip(), _string(feed.get("sy_updateperiod")).strip().lower()
    frequency = _string(feed.get("sy_updatefrequency")).strip()
    gaps = [60.0 * int(ttl)] if _COUNT.fullmatch(ttl) else []
    if period in _PERIODS:
        gaps.append(_PERIODS[period] / max(int(frequency) if _COUNT.fullmatch(frequency) else 1, 1))
    return max(gaps, default=None)


def _possible(reference: re.Match[str]) -> str:
    """A reference to a character, unless XML has no such character: feedparser raises for some of those."""
    try:
        character = chr(int(reference[1], 16) if reference[1] else int(reference[2]))
    except (ValueError, OverflowError):  # beyond Unicode; thousands of digits
        return "\ufffd"
    return "\ufffd" if _NO_XML.match(character) else reference[0]


def _repaired(found: re.Match[str]) -> str:
    """`AT&T` and `&nbsp;` as XML has them: feedparser would make `AT&T;` of the first. CDATA stays as it is."""
    if found["cdata"] or found["name"] in _XML_ENTITIES:
        return found[0]
    if not found["name"]:
        return "&amp;"
    return escape(html5[name], quote=False) if (name := f"{found['name']};") in html5 else found[0]


def _page_title(document: str) -> str:
    title = re.search(r"<title[^>]*>([^<]*)", document, re.IGNORECASE)
    stated = clean(plain_text(title[1], _HTML_TITLE), _HTML_TITLE) if title else ""
    return f": {stated}" if stated else ""


@dataclass(slots=True)
class _Census:
    """Counts elements while expat runs: feedparser takes minutes for what expat takes milliseconds."""

    depth: int = 0
    elements: int = 0

    def start(self, _name: str, attributes: list[str]) -> None:
        self.depth += 1
        self.elements += 1
        if len(attributes) > 2 * _ATTRIBUTES:
            raise FeedError("refused", f"An element has more than {_ATTRIBUTES} attributes.")
        if self.depth > _DEPTH:
            raise FeedError("refused", f"Elements are nested more than {_DEPTH} deep.")
        if self.elements > _ELEMENTS:
            raise FeedError("refused", f"There are more than {_ELEMENTS} elements.")

    def end(self, _name: str) -> None:
        self.depth -= 1


def _survey(document: str) -> str:
    """What keeps the document from being well-formed, "" if nothing. Raises FeedError when it is too big to parse."""
    census = _Census()
    parser = expat.ParserCreate("utf-8")
    parser.ordered_attributes = True
    parser.StartElementHandler = census.start
    parser.EndElementHandler = census.end
    # Entities that only an external DTD could declare (&nbsp;) are passed over, and the counting goes on.
    parser.UseForeignDTD(True)
    parser.SetParamEntityParsing(expat.XML_PARAM_ENTITY_PARSING_ALWAYS)
    parser.ExternalEntityRefHandler = lambda *_: 1
    try:
        parser.Parse(document.encode(), True)
    except expat.ExpatError as error:
        return clean(str(error), 100)
    return ""


def _feedparser(document: str) -> Any:
    # Without a location: feedparser would resolve guids as well, and they would change with the feed's address.
    headers = {"content-type": "application/xml; charset=utf-8"}
    try:
        # Never the bytes themselves: feedparser would open a body that is a path as a file.
        return feedparser.parse(
            io.BytesIO(document.encode()), response_headers=headers, sanitize_html=False, resolve_relative_uris=False
        )
    except _FEEDPARSER_RAISES as error:
        raise FeedError("not_well_formed", f"The feed cannot be read: {type(error).__name__}.") from error


def _announced(entry: dict[str, Any]) -> Announced:
    raw, published = _published(entry)
    source = entry.get("source") or {}
    guid, link = _string(entry.get("id")), _string(entry.get("feedburner_origlink")) or _string(entry.get("link"))
    return Announced(
        guid=guid,
        # Where there is no link feedparser offers the guid, whatever it is.
        link="" if link == guid and not link.lower().startswith("http") else link,
        title=_string(entry.get("title")),
        author=_author(entry),
        summary=_string(entry.get("summary")),
        content=_content(entry),
        published_raw=raw,
        published=published,
        source_name=_string(source.get("title")),
        source_url=_string(source.get("href")) or _string(source.get("link")),
    )


def _published(entry: dict[str, Any]) -> tuple[str, datetime | None]:
    """The first date the entry states that can be read, and as it stands there."""
    # dict's own get: feedparser's gives one date for another, and warns that it will not for ever.
    stated = [(_string(dict.get(entry, key)), dict.get(entry, f"{key}_parsed")) for key in _DATES]
    for raw, parsed in stated:
        # Of a bare number feedparser makes a date of its own invention.
        moment = dates.parse(raw) or (None if raw.isdecimal() else _moment(parsed))
        if moment:
            return raw, moment
    return next((raw for raw, _ in stated if raw), ""), None


def _moment(parsed: Any) -> datetime | None:
    """Of a struct_time, or whatever else feedparser left there."""
    try:
        year, month, day, hour, minute, second = parsed[:6]
        return datetime(year, month, day, hour, minute, min(second, 59), tzinfo=UTC)
    except (TypeError, ValueError, OverflowError):  # none, or the year 10000
        return None


def _author(entry: dict[str, Any]) -> str:
    """The names of the authors, without addresses; feedparser takes `@x.example (A. Name)` apart in the wrong place."""
    names = [_string(author.get("name")) for author in entry.get("authors") or () if author]
    if len(names) > 1:
        return ", ".join(dict.fromkeys(filter(None, names)))
    author = _string(entry.get("author"))
    return parseaddr(author)[0] if "@" in author else author


def _content(entry: dict[str, Any]) -> str:
    """The longest text the entry carries besides its summary."""
    texts = [_string(content.get("value")) for content in entry.get("content") or ()]
    return max((*texts, *(_string(entry.get(key)) for key in _CONTENTS)), key=len)


def _string(value: object) -> str:
    return value if isinstance(value, str) else ""
