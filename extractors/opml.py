"""OPML 2.0, the form in which readers exchange lists of feeds: http://opml.org/spec2.opml

A list comes from anywhere: no entities, nothing outside the file, and limits on size, depth and number.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from email.utils import format_datetime
from xml.parsers import expat
from xml.sax.saxutils import escape, quoteattr

from extractors.text import TITLE, CharsetError, clean, decode
from warehouse.records import Feed

BYTES, DEPTH, FEEDS = 10_000_000, 50, 10_000
ELEMENTS = 100_000
OURS = "urn:amur:feeds"  # the namespace of what OPML has no place for

_CHARSET = re.compile(rb"<\?xml[^>]*?encoding\s*=\s*[\"']([^\"'>]{1,40})", re.IGNORECASE)
# Many lists hold addresses as they stand in a browser. What is declared nowhere is a letter, not an entity.
_AMPERSAND = re.compile(r"&(?!(?:amp|lt|gt|quot|apos|#[0-9]{1,7}|#x[0-9A-Fa-f]{1,6});)")
_NO_XML = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\ud800-\udfff\ufffe\uffff]")
_SEPARATOR = "\n"  # between namespace and name; stands in neither
_VALUE = 4_000  # characters of an attribute


class OpmlError(Exception):
    """The file is no list that can be read; the message is a sentence about it."""


@dataclass(frozen=True, slots=True)
class Outline:
    """One feed of a list. `folders` are those around it, else its categories; `ours` what Amur itself wrote."""

    line: int
    url: str
    title: str
    site: str
    language: str
    folders: tuple[str, ...]
    ours: Mapping[str, str] = field(default_factory=dict)


def read_opml(body: bytes) -> tuple[Outline, ...]:
    """The feeds of a list, in its order; what has no address is a folder, or nothing. Raises `OpmlError`."""
    if len(body) > BYTES:
        raise OpmlError(f"It is larger than {BYTES // 1_000_000} MB: split it.")
    declared = _CHARSET.search(body[:1_000])
    try:
        document = decode(body, [declared[1].decode("ascii", "replace")] if declared else [])
    except CharsetError as error:
        raise OpmlError(str(error)) from error
    reader = _Reader()
    parser = expat.ParserCreate("utf-8", _SEPARATOR)
    parser.EntityDeclHandler = _refuse_entity
    parser.StartElementHandler = lambda name, attributes: reader.start(name, attributes, parser.CurrentLineNumber)
    parser.EndElementHandler = reader.end
    try:
        parser.Parse(_AMPERSAND.sub("&amp;", _NO_XML.sub("", document)).encode(), True)
    except expat.ExpatError as error:
        raise OpmlError(f"It is no OPML: {expat.ErrorString(error.code)} in line {error.lineno}.") from error
    if not reader.is_opml:
        raise OpmlError("It is XML, but no OPML: its first element is not <opml>.")
    return tuple(reader.outlines)


def write_opml(feeds: Iterable[Feed], title: str, now: datetime) -> str:
    """A list of feeds, one folder per bloc in the order in which blocs first appear; keys stay ${NAME}."""
    blocs: dict[str, list[Feed]] = {}
    for feed in feeds:
        blocs.setdefault(feed.bloc, []).append(feed)
    lines = [
        '<?xml version="1.0" encoding="UTF-8"?>',
        f'<opml version="2.0" xmlns:amur="{OURS}">',
        "  <head>",
        f"    <title>{escape(title)}</title>",
        f"    <dateCreated>{format_datetime(now)}</dateCreated>",
        "  </head>",
        "  <body>",
    ]
    for bloc, members in blocs.items():
        lines.append(f"    <outline text={_quoted(bloc)} title={_quoted(bloc)}>")
        lines += [f"      {_outline(feed)}" for feed in members]
        lines.append("    </outline>")
    return "\n".join((*lines, "  </body>", "</opml>", ""))


@dataclass(slots=True)
class _Reader:
    """Gathers outlines while expat runs."""

    is_opml: bool = False
    outlines: list[Outline] = field(default_factory=list)
    _open: list[str | None] = field(default_factory=list)  # per open element the name of its folder; None for others
    _elements: int = 0

    def start(self, name: str, attributes: dict[str, str], line: int) -> None:
        self._elements += 1
        if not self._open:
            self.is_opml = name.lower() == "opml"
        if len(self._open) >= DEPTH:
            raise OpmlError(f"Its outlines are nested more than {DEPTH} deep.")
        if self._elements > ELEMENTS:
            raise OpmlError(f"It has more than {ELEMENTS:,} elements: split it.")
        folder = None
        if name.lower() == "outline":
            known = {key.lower(): value[:_VALUE] for key, value in attributes.items()}
            if "xmlurl" in known:
                self._add(known, line)
            else:
                folder = _named(known)
        self._open.append(folder)

    def end(self, _name: str) -> None:
        self._open.pop()

    def _add(self, known: Mapping[str, str], line: int) -> None:
        if len(self.outlines) >= FEEDS:
            raise OpmlError(f"It lists more than {FEEDS:,} feeds: split it.")
        ours = f"{OURS}{_SEPARATOR}"
        outline = Outline(
            line=line,
            url=known["xmlurl"].strip(),
            title=_named(known),
            site=known.get("htmlurl", "").strip(),
            language=known.get("language", "").strip().lower(),
            folders=tuple(filter(None, self._open)) or _categories(known.get("category", "")),
            ours={key.removeprefix(ours): value for key, value in known.items() if key.startswith(ours)},
        )
        self.outlines.append(outline)


def _refuse_entity(*_: object) -> None:
    raise OpmlError("It declares entities, which no list of feeds needs: take its DOCTYPE out.")


def _named(known: Mapping[str, str]) -> str:
    return clean(known.get("text", ""), TITLE) or clean(known.get("title", ""), TITLE)


def _categories(text: str) -> tuple[str, ...]:
    """The first of the categories, taken apart: "/Asia/Reviews,/weekly" is Asia, Reviews."""
    first: Sequence[str] = text.partition(",")[0].split("/")
    return tuple(filter(None, (clean(part, TITLE) for part in first)))


def _outline(feed: Feed) -> str:
    attributes = {
        "type": "rss",
        "text": feed.name,
        "title": feed.name,
        "xmlUrl": feed.url,
        "language": feed.language,
        "category": f"/{feed.bloc}",
        "amur:publisher": feed.publisher,
        "amur:bloc": feed.bloc,
        "amur:stance": feed.stance,
        "amur:evidence": feed.evidence,
        "amur:enabled": "" if feed.enabled else "false",
    }
    return f"<outline {' '.join(f'{name}={_quoted(value)}' for name, value in attributes.items() if value)}/>"


def _quoted(value: str) -> str:
    # What XML cannot hold at all would make the whole list unreadable.
    return quoteattr(_NO_XML.sub("\ufffd", value), {"\n": "&#10;", "\r": "&#13;", "\t": "&#9;"})
