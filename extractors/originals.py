"""Where an article says that it was published first: its feed's `<source>`, a line at its head or foot. Pure.

A report that begins `BEIJING, March 3 (Agency) -` is the agency's, whoever prints it, and under whatever lede.
"""

from __future__ import annotations

import re
import uuid
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from extractors import urls
from extractors.text import clean
from warehouse.records import Original

_HEAD, _FOOT = 600, 900  # characters in which such a line stands
_NAME, _SHORTEST_PATH = 100, 8  # characters
_STATEMENT = (
    r"(?:this|the)\s+(?:article|essay|piece|story|op-ed|commentary|analysis|interview|column|post|text|translation)"
    r"[^.\n]{0,60}?\s(?:was\s+|is\s+|has\s+been\s+)?(?:first|originally|previously)\s+"
    r"(?:published|appeared|posted|printed|run|ran)(?:\s+online)?\s+(?:in|on|by|at|with)\s+"
)
_NOTE = (
    r"^\W*(?:first|originally|previously)\s+(?:published|appeared|posted|printed)(?:\s+online)?"
    r"\s*(?:in|on|by|at|:)\s*"
)
_REPRINT = (
    r"^\W*(?:re-?published|reprinted|reproduced|cross-?posted)(?:\s+here)?\s+"
    r"(?:with\s+(?:the\s+)?permission\s+)?(?:from|of)\s+"
)
_RUSSIAN = (
    r"(?:впервые|первоначально|ранее)\s+(?:была?\s+|было\s+)?(?:опубликован[аоы]?|вышл[аои]|вышел)"
    r"\s*(?:(?:на\s+сайте|на\s+портале|в\s+газете|в\s+журнале|в\s+издании|изданием|на|в)\b|:)\s*"
)
_CHINESE = (
    r"(?:本文|此文|文章|原文)\s*(?:最初|最早|首先|原)?\s*"
    r"(?:首发于|首发在|首刊于|发表于|刊发于|刊登于|原载于|原载|原刊于|刊于|载于|首发)\s*[：:]?\s*"
)
_LINES = tuple(
    re.compile(said + r"(?P<name>[^\n]{2,300})", re.IGNORECASE | re.MULTILINE)
    for said in (_STATEMENT, _NOTE, _REPRINT, _RUSSIAN, _CHINESE)
)
# An agency's mark, at the beginning of a line: where and when, and who reports.
_DATELINES = tuple(
    re.compile(mark, re.MULTILINE)
    for mark in (
        r"^[A-Z][A-Z .,'’/-]{2,40}(?:, [A-Z]\w+\.? \d{1,2})?(?:,? \d{4})? \((?P<name>[A-Z][^()\n]{1,40})\) ?[-–—]+ ",
        r"^[А-ЯЁ][А-ЯЁ -]{2,40},\s*\d{1,2}\s+[а-я]{3,8}\.?\s*/(?P<name>[^/\n]{2,40})/",
        r"^[А-ЯЁ][А-ЯЁ -]{2,40},\s*\d{1,2}\s+[а-я]{3,8}\.?\s*[-–—]\s*(?P<name>[А-ЯЁA-Z][\w ]{2,30})[.,]\s",
        r"^[（(]?(?P<name>[\u4e00-\u9fff]{2,8}社|[\u4e00-\u9fff]{2,8}网)[\u4e00-\u9fff]{2,12}\d{1,2}月\d{1,2}日[）)]?电",
        r"^(?:来源|消息来源)\s*[：:]\s*(?P<name>[\u4e00-\u9fff]{2,12})$",
    )
)
# What an agency is called in other languages than its own English.
_AGENCIES = {
    "新华社": "xinhua",
    "新华网": "xinhua",
    "синьхуа": "xinhua",
    "тасс": "tass",
    "塔斯社": "tass",
    "риановости": "ria",
    "俄新社": "ria",
    "интерфакс": "interfax",
    "国际文传电讯社": "interfax",
    "рейтер": "reuters",
    "路透社": "reuters",
    "中新社": "china news service",
    "中新网": "china news service",
}
_ADDRESS = re.compile(r"https?://[^\s<>\"'）)》」]+", re.IGNORECASE)
_TITLED = re.compile("^(?:(?:the|la|le|der|die|das)\\s+)?[《「『«„“\"‘']+([^》」』»”\"’'\n]{2,100})")
# Where a name ends and the sentence goes on.
_NAME_ENDS = re.compile(
    r"[.,;!?](?:\s|$)|[。，；、！？（(\[|]|[》」』»”]|\s+(?:on|under|and|as|with|in|by|where|at)\s|\s[–—-]\s"
    r"|\s+\d|\s+под\s",
)
_ARTICLE = re.compile(r"^(?:the|la|le|der|die|das)\s+", re.IGNORECASE)
_FURNITURE = re.compile(r"^(?:www|feeds?|rss|m|amp|news)\.")


@dataclass(frozen=True, slots=True)
class Told:
    """What is to be searched: an article's text, and the source its feed names."""

    article_id: uuid.UUID
    text: str
    source_name: str = ""
    source_url: str = ""


@dataclass(frozen=True, slots=True)
class House:
    """A configured feed, as a name for its publisher."""

    publisher: str
    name: str
    url: str


def originals(articles: Iterable[Told], houses: Iterable[House]) -> tuple[Original, ...]:
    """Where each article says it was published first; those that do not say are left out."""
    by_name, by_host = _directory(houses)
    found = []
    for article in articles:
        name, url, said_by = _stated(article)
        if not name and not url:
            continue
        publisher = by_host.get(_host(url), "") or by_name.get(_plain(name), "") or by_name.get(_agency(name), "")
        # A feed's source is another feed, never an article.
        address = urls.canonical(url) or ""
        original_id = urls.article_id(address) if said_by == "text" and _names_an_article(address) else None
        if original_id != article.article_id:
            found.append(Original(article.article_id, name, address, original_id, publisher, said_by))
    return tuple(found)


def _stated(article: Told) -> tuple[str, str, Literal["feed", "text"]]:
    """Name and address as stated: by a line of the text, which says most of this article; its feed; a dateline."""
    head, foot = article.text[:_HEAD], article.text[_HEAD:][-_FOOT:]
    for part in (foot, head):
        for line in _LINES:
            if match := line.search(part):
                name, url = _name_and_address(match["name"])
                if name or url:
                    return name, url, "text"
    if not article.source_name and not article.source_url:
        for mark in _DATELINES:
            if match := mark.search(head):
                return clean(match["name"], _NAME), "", "text"
    return clean(article.source_name, _NAME), article.source_url, "feed"


def _name_and_address(rest: str) -> tuple[str, str]:
    """What a line names after its verb: `the Harbin Review (https://…) on Monday`."""
    address = _ADDRESS.search(rest)
    url = address[0].rstrip(".,;:") if address else ""
    before = _ADDRESS.split(rest)[0].strip(" \t:：–—-")
    titled = _TITLED.match(before)
    name = titled[1] if titled else _NAME_ENDS.split(before, maxsplit=1)[0]
    name = clean(name, 10 * _NAME).strip(" .,:;()[]")
    # What runs on for so long is no name.
    return (name if len(name) <= _NAME else ""), url


def _directory(houses: Iterable[House]) -> tuple[dict[str, str], dict[str, str]]:
    """Publishers by the names they go by, and by their hosts; what two of them share names neither."""
    by_name: dict[str, set[str]] = defaultdict(set)
    by_host: dict[str, set[str]] = defaultdict(set)
    for house in houses:
        for name in (house.name, house.publisher):
            by_name[_plain(name)].add(house.publisher)
        by_host[_host(house.url)].add(house.publisher)
    return _certain(by_name), _certain(by_host)


def _certain(found: dict[str, set[str]]) -> dict[str, str]:
    return {key: next(iter(publishers)) for key, publishers in found.items() if key and len(publishers) == 1}


def _plain(name: str) -> str:
    """Letters and digits of a name, without its article."""
    return re.sub(r"[\W_]+", "", _ARTICLE.sub("", name.casefold()))


def _agency(name: str) -> str:
    """The plain English name of an agency that is named in another language."""
    return _plain(_AGENCIES.get(_plain(name), ""))


def _host(url: str) -> str:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:  # brackets that do not match
        return ""
    return _FURNITURE.sub("", host)


def _names_an_article(url: str) -> bool:
    """A front page or a section is nobody's original: all that names one would be one story."""
    path = urlsplit(url).path.rstrip("/")
    return len(path) > _SHORTEST_PATH and re.search(r"[\d-]", path) is not None
