"""The bytes of a seed article, a text or a web page, become passages. Runs in a worker."""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import datetime

from extractors.articles import read_page
from extractors.gate import known_language
from extractors.language import language_of
from extractors.seeds import Passage, passages
from extractors.sentences import LONGEST_TEXT
from extractors.text import CharsetError, decode

MOST_BYTES = 5_000_000

_WRAPPED = 120  # characters; who ends his lines by hand ends them before that
_MARKUP = re.compile(rb"<(?:!doctype\s+html|html|head|body|article|main|div|p)\b", re.IGNORECASE)
_SNIFFED = 4_096  # bytes
_EMPTY_LINE = re.compile(r"\n[^\S\n]*\n\s*")
_CHINESE = re.compile("[\u3000-\u303f\u3400-\u4dbf\u4e00-\u9fff\uff00-\uffef]")


@dataclass(frozen=True, slots=True)
class Seed:
    """What a seed held; `reason` says why it has no passages: no_text, language, or a reason of `read_page`."""

    reason: str
    language: str  # "" where it cannot be told
    passages: tuple[Passage, ...] = ()


def read_seed(body: bytes, content_type: str, url: str, article: int, now: datetime) -> Seed:
    """The passages of the first `LONGEST_TEXT` characters of a seed; `article` is its place among the seeds."""
    if "html" in content_type or _MARKUP.search(body[:_SNIFFED]):
        page = read_page(body, content_type, url, now)
        text, reason = page.text, page.reason
    else:
        text, reason = _plain(body)
    language = language_of("", text) if text else ""
    known = known_language(language)
    if reason or not text.strip() or not known:
        return Seed(reason or ("language" if text.strip() else "no_text"), language)
    return Seed("", known, tuple(passages(text[:LONGEST_TEXT], known, article)))


def _plain(body: bytes) -> tuple[str, str]:
    try:
        text = decode(body, ())
    except CharsetError:
        return "", "not_text"
    if "\0" in text or body.startswith(b"%PDF"):
        return "", "not_text"
    text = text.replace("\r\n", "\n").replace("\r", "\n")
    return "\n".join(_unwrapped(block) for block in _EMPTY_LINE.split(text.strip())), ""


def _unwrapped(block: str) -> str:
    """A paragraph on one line, where its lines were ended by hand; other lines are paragraphs of their own."""
    lines = [line.strip() for line in block.split("\n") if line.strip()]
    if not lines or max(map(len, lines)) > _WRAPPED:
        return "\n".join(lines)
    joint = "" if _CHINESE.search(block) else " "
    return joint.join(lines)
