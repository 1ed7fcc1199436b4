"""What a page shows of its kind, gathered from its tree: plain facts, by which `page_kinds` decides."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

_MOST_SHOWN = 20_000  # characters of the visible text that are looked at
_MOST_NAMED = 400  # pictures, captions and headings each
_LONGEST = 400  # characters of a title or heading
_UNSEEN = frozenset({"script", "style", "template", "svg", "head", "noscript", "iframe", "object", "select"})
_FURNITURE = frozenset({"header", "nav", "footer", "aside"})
_BLOCKS = frozenset({"p", "div", "section", "article", "li", "h1", "h2", "h3", "h4", "br", "td", "button", "figure"})
_HIDDEN = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
# Read as text, not as JSON: half of what sites put there is broken, and only a few words of it count here.
_TYPE = re.compile(r'"@type"\s*:\s*(?:"(\w{1,40})"|\[([^\]]{0,200})\])')
_PAID = re.compile(r'"isAccessibleForFree"\s*:\s*"?(?:https?://schema\.org/)?false', re.IGNORECASE)
_WORD_COUNT = re.compile(r'"wordCount"\s*:\s*"?(\d{1,6})\b')
_LOCKED = frozenset({"locked", "metered", "paid", "premium", "subscriber"})
_CAPTION = re.compile(r"(?:^|[\s_-])(?:photo|image|img|slide|gallery)?[_-]?caption", re.IGNORECASE)
_PLAYER = re.compile(r"youtube|youtu\.be|vimeo|rutube|dailymotion|brightcove|jwplatform|/player|vk\.com/video|bilibili")
_ARTICLE = re.compile(r"\w*Article|\w*BlogPosting|Report|Review")


@dataclass(frozen=True, slots=True)
class PageSigns:
    """Facts on one page, before anything is concluded from them. Texts are as the page has them, in lines."""

    titles: tuple[str, ...]  # of the document and for networks, then the headlines
    shown: str  # what a reader sees, without menus and the like; its beginning
    without_scripts: str  # what one sees whose browser runs no scripts
    sources: str  # where scripts, frames and forms lead, and what scripts do first
    types: frozenset[str]  # those that its data name
    network_type: str  # og:type
    paid: bool  # it says that its text is not free
    words: int  # that its text has as it says itself; 0 where it says nothing
    pictures: int
    players: int
    captions: tuple[str, ...]
    linked_headings: tuple[str, ...]  # headings that lead to another page

    @property
    def is_article(self) -> bool:
        """Whether the page says of itself that it is an article."""
        return self.network_type == "article" or any(map(_ARTICLE.fullmatch, self.types))


def signs_of(tree: Any) -> PageSigns:
    """Gather the facts; `tree` is lxml's, as trafilatura loads it."""
    fields = _fields(tree)
    data = "\n".join(script.text or "" for script in tree.iterfind(".//script[@type='application/ld+json']"))
    titles = [_text(element) for element in (*tree.findall(".//title")[:1], *tree.findall(".//h1")[:3])]
    social = fields.get("og:title", "")
    frames = [frame.get("src") or "" for frame in tree.iterfind(".//iframe")]
    return PageSigns(
        titles=tuple(filter(None, (*titles[:1], social, *titles[1:]))),
        shown=_shown(tree),
        without_scripts="\n".join(filter(None, map(_text, tree.findall(".//noscript")[:10]))),
        sources=_sources(tree),
        types=frozenset(_types(data)),
        network_type=fields.get("og:type", "").lower(),
        paid=bool(_PAID.search(data)) or fields.get("article:content_tier", "").lower() in _LOCKED,
        words=max((int(count) for count in _WORD_COUNT.findall(data)), default=0),
        pictures=sum(1 for _ in tree.iter("img", "amp-img")),
        players=sum(1 for _ in tree.iter("video", "amp-video", "amp-youtube"))
        + len(list(filter(_PLAYER.search, frames))),
        captions=tuple(_captions(tree)),
        linked_headings=tuple(_linked_headings(tree)),
    )


def _fields(tree: Any) -> dict[str, str]:
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        for name in filter(None, map(element.get, ("property", "name"))):
            found.setdefault(name.lower(), " ".join(element.get("content").split())[:_LONGEST])
    return found


def _types(data: str) -> Iterator[str]:
    for one, several in _TYPE.findall(data):
        yield from [one] if one else re.findall(r"\w+", several)


def _shown(tree: Any) -> str:
    """The visible text in lines; elements that are not displayed and furniture are left out with all they hold."""
    parts: list[str] = []
    length = 0
    body = tree.find(".//body")
    waiting: list[Any] = [tree if body is None else body]
    while waiting and length < _MOST_SHOWN:
        thing = waiting.pop()
        if isinstance(thing, str):
            parts.append(thing)
            length += len(thing)
            continue
        waiting.append(thing.tail or "")
        if not isinstance(thing.tag, str) or thing.tag in _UNSEEN or thing.tag in _FURNITURE or _is_hidden(thing):
            continue
        if thing.tag in _BLOCKS:
            parts.append("\n")
            waiting.append("\n")
        waiting.extend(reversed(thing))
        waiting.append(thing.text or "")
    lines = (" ".join(line.split()) for line in "".join(parts).split("\n"))
    return "\n".join(filter(None, lines))[:_MOST_SHOWN]


def _is_hidden(element: Any) -> bool:
    # A dialog of an AMP page waits until its scripts show it.
    hidden = element.get("hidden") is not None or element.get("subscriptions-dialog") is not None
    return hidden or bool(_HIDDEN.search(element.get("style") or ""))


def _sources(tree: Any) -> str:
    found = []
    for element in tree.iter("script", "iframe", "form"):
        found.append(element.get("src") or element.get("action") or (element.text or "")[:_LONGEST])
        found.append(element.get("id") or "")
    return "\n".join(found)[:_MOST_SHOWN]


def _captions(tree: Any) -> Iterator[str]:
    elements = [*tree.iter("figcaption"), *(e for e in tree.xpath("//*[contains(@class, 'aption')]"))]
    for element in elements[:_MOST_NAMED]:
        if element.tag == "figcaption" or _CAPTION.search(element.get("class")):
            yield _text(element)


def _linked_headings(tree: Any) -> Iterator[str]:
    for heading in list(tree.iter("h2", "h3", "h4"))[:_MOST_NAMED]:
        above = heading.getparent()
        if heading.find(".//a[@href]") is not None or (above is not None and above.tag == "a"):
            yield _text(heading)


def _text(element: Any) -> str:
    return " ".join(" ".join(element.itertext()).split())[:_LONGEST]
