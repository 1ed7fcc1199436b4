"""What a page says of itself: headline, date, section, author. Rules that hold for all sites, no site's own."""

from __future__ import annotations

import html
import json
import re
from collections.abc import Iterator
from datetime import datetime
from itertools import islice
from typing import Any

from extractors import dates
from extractors.text import AUTHOR, TITLE, clean

_ARTICLE_TYPES = re.compile(r"\w*(Article|BlogPosting)|Report")
_DATE_FIELDS = (
    "article:published_time",
    "og:article:published_time",
    "datepublished",
    "date.available",
    "parsely-pub-date",
    "pubdate",
    "publishdate",
    "publish_date",
    "publish-date",
    "sailthru.date",
    "dc.date",
    "dc.date.issued",
    "dcterms.created",
    "date",
)
_SECTION_FIELDS = (
    "article:section",
    "og:article:section",
    "parsely-section",
    "sailthru.section",
    "section",
    "category",
)
# Of itself a page of any kind says that it is a news article; only what more it says tells its kind.
_KIND = re.compile(r"(\w+?)(?:News)?Article|Report")
_ANY_KIND = frozenset({"", "News", "Scholarly", "Tech"})
_PRESENTS_AUTHOR = re.compile(
    r"(?:^|[\s_-])(?:about-?(?:the-?)?authors?|(?:authors?|contributors?|writer|profile)[_-]*"
    r"(?:bio|biography|info|description|desc|box|about|details|card|text|note)|bio|biography)(?:$|[\s_-])",
    re.IGNORECASE,
)
_BIOS, _BIO = 3, 700  # how many are looked at, and characters of one
_DEEPEST, _MOST = 6, 2_000  # levels and objects of JSON-LD that are looked at
_SHORTEST = 12  # bytes of a headline, which is four Chinese characters; what is shorter is a rubric
_LABEL = 60  # characters of a section's name
_LONGEST_NAME = 40  # characters of a site's name
_SET_APART = re.compile(r"\s*[-–—|｜ㅣ·•/»:：\[(]")
_SEPARATOR = re.compile(r"\s+[-–—|·•/»]+\s+|\s*[|｜ㅣ：]\s*|--+")


class PageFacts:
    """The metadata of one page; `tree` is lxml's, as trafilatura loads it."""

    def __init__(self, tree: Any) -> None:
        self._fields = _fields(tree)
        self._links = tree.findall(".//link")
        self._linked = list(_linked_articles(tree))
        self._document_title = clean(tree.findtext(".//title") or "", TITLE)
        first_level = (clean(" ".join(element.itertext()), TITLE) for element in tree.iterfind(".//h1"))
        self._bios = list(_bios(tree))
        self.shown = [headline for headline in first_level if len(headline.encode()) >= _SHORTEST]

    def canonical_link(self) -> str:
        """What the page names as its canonical address; "" if it names none."""
        links = (link for link in self._links if "canonical" in (link.get("rel") or "").lower().split())
        return next((link.get("href") or "" for link in links), "")

    def published(self) -> datetime | None:
        """When the page says it was published: JSON-LD first, then the usual fields; None if it does not say."""
        stated = [str(article.get("datePublished") or "") for article in self._linked]
        stated += [self._fields.get(field, "") for field in _DATE_FIELDS]
        return next(filter(None, map(dates.parse, filter(None, stated))), None)

    def headline(self) -> str:
        """The headline without the site's name, where that can be told; "" if there is none."""
        return next(filter(None, self._headlines()), "")

    def section(self) -> str:
        """Where the page stands and what kind it says it is of, in lower case between commas; "" if it says neither."""
        stated = [self._fields.get(field, "") for field in _SECTION_FIELDS]
        for article in self._linked:
            stated += [*_strings(article.get("articleSection")), *_kinds(article)]
        return ", ".join(dict.fromkeys(clean(html.unescape(label), _LABEL).lower() for label in stated if label))[
            :TITLE
        ]

    def about_author(self) -> str:
        """What the page says of its author beside the article: the house, the office, the life; one a line."""
        stated = [line for article in self._linked for line in _offices(article)]
        return "\n".join(dict.fromkeys(filter(None, (*(clean(line, _BIO) for line in stated), *self._bios))))

    def author(self, found: str) -> str:
        """The authors, `; ` between those found, each once; those that JSON-LD names where none was found."""
        names = found.split(";") if found.strip() else [name for article in self._linked for name in _authors(article)]
        distinct: dict[str, str] = {}
        for name in names:
            # An address made of a name, such as ann-brown, says it once more.
            distinct.setdefault(_level(name.replace("-", " ")), clean(html.unescape(name), AUTHOR))
        return clean(", ".join(filter(None, distinct.values())), AUTHOR)

    def _headlines(self) -> Iterator[str]:
        linked = [clean(html.unescape(str(article.get("headline") or "")), TITLE) for article in self._linked]
        social = self._fields.get("og:title", "")
        yield from (headline for headline in (*self.shown, *linked) if _begins(social, headline))
        if self._without_site(social) == social:
            yield social
        for headline in filter(None, linked):
            yield next((shown for shown in self.shown if _begins(headline, shown)), headline)
        yield from (shown for shown in self.shown if shown in self._document_title or len(self.shown) == 1)
        yield self._without_site(social)
        yield self._without_site(self._document_title)

    def _without_site(self, title: str) -> str:
        """The title without its last part, if that is the site's name or ends another title of the page as well."""
        separators = list(_SEPARATOR.finditer(title))
        if not separators:
            return title
        last = separators[-1]
        tail, site = _level(title[last.end() :]), _level(self._fields.get("og:site_name", ""))
        other = self._document_title if title != self._document_title else self._fields.get("og:title", "")
        is_site = bool(site and tail) and (tail in site or site in tail)
        ends_both = title != other and len(tail) <= _LONGEST_NAME and _level(other).endswith(tail)
        return title[: last.start()] if is_site or ends_both else title


def _fields(tree: Any) -> dict[str, str]:
    """The <meta> fields, names in lower case; of several of one name the first."""
    found: dict[str, str] = {}
    for element in tree.iterfind(".//meta[@content]"):
        content = clean(element.get("content") or "", TITLE)
        for name in filter(None, map(element.get, ("property", "name", "itemprop"))):
            found.setdefault(name.lower(), content)
    return found


def _linked_articles(tree: Any) -> Iterator[dict[str, Any]]:
    """The objects of JSON-LD that are articles, outermost first."""
    for script in tree.iterfind(".//script[@type='application/ld+json']"):
        try:
            stated = json.loads(script.text or "", strict=False)
        except (ValueError, RecursionError):
            continue
        for thing in _objects(stated):
            types = thing.get("@type")
            if any(_ARTICLE_TYPES.fullmatch(str(name)) for name in (types if isinstance(types, list) else [types])):
                yield thing


def _objects(stated: object) -> Iterator[dict[str, Any]]:
    level, seen = [stated], 0
    for _ in range(_DEEPEST):
        below: list[object] = []
        for thing in level[: _MOST - seen]:
            seen += 1
            if isinstance(thing, dict):
                yield thing
                below += thing.values()
            elif isinstance(thing, list):
                below += thing
        level = below


def _kinds(article: dict[str, Any]) -> Iterator[str]:
    """What kind of article JSON-LD says it is, such as `Opinion` of `OpinionNewsArticle`."""
    for name in _strings(article.get("@type")):
        kind = _KIND.fullmatch(name)
        if kind and (kind[1] or "") not in _ANY_KIND:
            yield kind[1]


def _people(article: dict[str, Any]) -> list[Any]:
    authors = article.get("author")
    return authors if isinstance(authors, list) else [authors]


def _authors(article: dict[str, Any]) -> Iterator[str]:
    """The names of the authors that JSON-LD names."""
    for author in _people(article):
        yield from _strings(author.get("name") if isinstance(author, dict) else author)


def _offices(article: dict[str, Any]) -> Iterator[str]:
    """The institutions, offices and lives of the authors that JSON-LD names."""
    for author in filter(lambda author: isinstance(author, dict), _people(article)):
        for field in ("affiliation", "worksFor", "memberOf"):
            houses = author.get(field)
            for house in houses if isinstance(houses, list) else [houses]:
                yield from _strings(house.get("name") if isinstance(house, dict) else house)
        yield from _strings(author.get("jobTitle"))
        yield from _strings(author.get("description"))


def _bios(tree: Any) -> Iterator[str]:
    """Boxes that present the author, by what their class is called."""
    named = "contains(@class, 'author') or contains(@class, 'bio') or contains(@class, 'contributor')"
    boxes = (box for box in tree.xpath(f"//*[{named}]") if _PRESENTS_AUTHOR.search(box.get("class")))
    for box in islice(boxes, _BIOS):
        yield clean(" ".join(box.itertext()), _BIO)


def _strings(value: object) -> list[str]:
    """The strings in a value of JSON-LD, which may be one or a list."""
    return [one for one in (value if isinstance(value, list) else [value]) if isinstance(one, str)]


def _begins(title: str, headline: str) -> bool:
    """Whether the title is the headline, alone or with something set apart behind it."""
    title, headline = _level(title), _level(headline)
    return (
        bool(headline)
        and title.startswith(headline)
        and (title == headline or _SET_APART.match(title, len(headline)) is not None)
    )


def _level(title: str) -> str:
    return " ".join(title.casefold().replace("’", "'").replace("‘", "'").split())
