"""A page's bytes become what an article needs. The only file that knows trafilatura.

Runs in a worker: what gets past the checks here may still take trafilatura any time and memory.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Iterable
from datetime import datetime

import trafilatura

from extractors.dates import parse, usable
from extractors.fingerprint import fingerprint
from extractors.language import language_of
from extractors.metadata import PageFacts
from extractors.page_kinds import kind_of
from extractors.page_signs import signs_of
from extractors.text import TEXT, TITLE, CharsetError, clean, clean_text, decode
from extractors.urls import variant_of
from warehouse.records import Entry, Reading

logging.getLogger("trafilatura").addHandler(logging.NullHandler())  # what it says of a page stands in `reason`
logging.getLogger("htmldate").addHandler(logging.NullHandler())

_MOST_BYTES, _MOST_TAGS = 5_000_000, 60_000  # trafilatura is quadratic in the number of elements,
_MOST_ATTRIBUTES, _LONG_TAG = 2_000, 8_000  # and lxml in the number of attributes of one of them
_SNIFFED = 65_536  # characters
_TAG = re.compile(rb"<[A-Za-z][^<>]{%d,}" % _LONG_TAG)
_HTML = re.compile(r"<(?:html|head|body|meta|title|div|p|article|main|section|table|h1|span)\b", re.IGNORECASE)
_OTHER_XML = re.compile(r"\s*(?:<\?xml[^>]*>\s*)?<(?:rss|feed|rdf:rdf|svg|urlset|opml)\b", re.IGNORECASE)
_BINARY = (b"%PDF", b"\x89PNG", b"GIF8", b"\xff\xd8\xff", b"PK\x03\x04", b"\x1f\x8b", b"RIFF", b"OggS", b"ID3")
_CHARSET = re.compile(r"charset\s*=\s*[\"']?([^\"';\s/>]+)", re.IGNORECASE)

_HEADLINE_WITHIN = 8  # lines of furniture (rubrics, breadcrumbs) before the headline, each shorter than
_FURNITURE = 80  # characters
_POINTER = re.compile(
    r"(read (more|also)|also read|see also|related( articles| stories)?|more on this( story)?|photo|image|"
    r"advertisement|(all )?comments|share( this)?|фото|читайте также|реклама|поделиться|"
    r"相关阅读|相关新闻|责任编辑|责编|编辑|来源)"
    r"(\s\d+|\s?[:：].{0,160})?|"
    r"(sign up|subscribe|follow us|click here|подписывайтесь)\b.{0,120}|_{2,}",
    re.IGNORECASE,
)
_SENTENCE_END = '.!?…:;"”»)。！？：；'
_CONTINUATION = re.compile(r"[,.;!?%)’'”»]")


def read_page(body: bytes, content_type: str, url: str, now: datetime, asked: str = "") -> Reading:
    """Read one page. Nothing is ever fetched; `url` is where it was found, by the link that `asked` for it.

    `reason` says why there is no text: too_big, not_html, no_text, or the kind of page that is no article, such as
    consent (see `page_kinds`). A date in the future or before 1990 is none; a date without time is midnight UTC.
    """
    reason = _refusal(body)
    document = "" if reason else _decoded(body, content_type)
    if not reason and (_OTHER_XML.match(document) or not _HTML.search(document[:_SNIFFED])):
        reason = "not_html"
    tree = None if reason else trafilatura.load_html(document)
    if tree is None:
        return Reading("", reason or "no_text", "", "", None, "", 0)
    facts = PageFacts(tree)
    found = trafilatura.bare_extraction(tree, url=url or None, with_metadata=True, include_comments=False)
    title = facts.headline() or clean(getattr(found, "title", None) or "", TITLE)
    text = _article_text(getattr(found, "text", None) or "", (title, *facts.shown))
    reason = kind_of(signs_of(tree), text, url, asked) or ("" if text else "no_text")
    text = "" if reason else text
    return Reading(
        text=text,
        reason=reason,
        title=title,
        author=facts.author(getattr(found, "author", None) or ""),
        published_at=usable(facts.published(), now) or usable(parse(getattr(found, "date", None) or ""), now),
        language=language_of(title, text),
        fingerprint=fingerprint(text),
        variant_of=variant_of(url, facts.canonical_link()),
        section=facts.section(),
        about_author=facts.about_author(),
    )


def read_feed_text(entry: Entry) -> Reading:
    """Read what the feed itself carries: its full text, else its summary."""
    text = entry.content or entry.summary
    return Reading(
        text=text,
        reason="" if text else "no_text",
        title=entry.title,
        author=entry.author,
        published_at=entry.published_at,
        language=language_of(entry.title, text),
        fingerprint=fingerprint(text),
    )


def _refusal(body: bytes) -> str:
    """Why the bytes are not worth, or not safe, parsing; "" if they are."""
    if body.startswith(_BINARY):
        return "not_html"
    crowded = any(tag[0].count(b"=") > _MOST_ATTRIBUTES for tag in _TAG.finditer(body))
    return "too_big" if len(body) > _MOST_BYTES or body.count(b"<") > _MOST_TAGS or crowded else ""


def _decoded(body: bytes, content_type: str) -> str:
    in_header, in_page = _CHARSET.search(content_type), _CHARSET.search(body[:4_096].decode("ascii", "replace"))
    try:
        return decode(body, [match[1] for match in (in_header, in_page) if match])
    except CharsetError:
        return decode(body, ())


def _article_text(extracted: str, headlines: Iterable[str]) -> str:
    """The article's lines, without bullets and pointers, without its own headline and the furniture before that."""
    lines = _joined(line.removeprefix("- ") for line in clean_text(extracted, TEXT).split("\n"))
    known = {_bare(headline) for headline in headlines} - {""}
    starts = [i for i, line in enumerate(lines[:_HEADLINE_WITHIN]) if _bare(line) in known]
    if starts and all(len(line) < _FURNITURE for line in lines[: starts[0]]):
        lines = lines[starts[0] + 1 :]
    return "\n".join(line for line in lines if not _POINTER.fullmatch(line))


def _joined(lines: Iterable[str]) -> list[str]:
    """The lines, those put together again that were cut at a link in the middle of a sentence."""
    whole: list[str] = []
    for line in filter(None, lines):
        if whole and whole[-1][-1] not in _SENTENCE_END and (line[0].islower() or _CONTINUATION.match(line)):
            whole[-1] += line if _CONTINUATION.match(line) else f" {line}"
        else:
            whole.append(line)
    return whole


def _bare(line: str) -> str:
    """The letters and digits of a line: headlines differ in spaces and quotation marks only."""
    return "".join(filter(str.isalnum, line.casefold()))
