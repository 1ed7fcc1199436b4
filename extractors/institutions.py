"""The think tank, university or office that an author speaks from. Pure.

Only what is said of the author counts: the page's own data, the byline, a line about the author at either end of the
text, and at last the house that publishes, if it is such a house itself. Whom the text quotes is somebody else.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import NamedTuple
from urllib.parse import urlsplit

INSTITUTIONS = Path(__file__).with_name("data") / "institutions.toml"
KINDS = ("think tank", "university", "government")

_NAME = 120  # characters of an institution's name
_FIRST_LINES, _LAST_LINES, _LONGEST_LINE = 3, 6, 700  # where a text presents its author
_LONGEST_BYLINE = 160
_NAMED_WITHIN = 80  # characters of such a line, by which the author's name has fallen

_SPEECH = re.compile(
    r"\b(?:said|says|told|added|noted|warned)\b|(?:сказал|заявил|отмети|сообщи|считает)|(?:表示|指出|认为|说)"
)
_FORMER = re.compile(
    r"\b(?:an? )?former(?:ly)?\b[^,;.]*?(?=\b(?:and|who) (?:is|now|currently)\b|[,;.]|\Z)|"
    r"\b(?:was )?previously\b[^;.]*|\bбывш\w+[^,;.]*|\bранее\b[^;.]*|(?:曾任|原任|曾是|曾为)[^，。；]*",
    re.IGNORECASE,
)
_OPENING = re.compile(
    r"\W*(?:about the authors?|the (?:author|writer)s? (?:is|are)|об автор(?:е|ах)|авторы?\s?[:—–-]|"
    r"作者(?:系|为|是|单位|简介|介绍|[:：])|笔者(?:系|为|是)|本文作者)",
    re.IGNORECASE,
)
_PERSON = r"\w[\w.’'-]*(?: (?:de|van|von|al|bin|[^\W\d_][\w.’'-]*)){1,3}"
_ROLE = (
    r"(?:fellow|professor|director|researcher|analyst|scholar|lecturer|scientist|chair|president|head|expert|economist|"
    r"founder|editor|student|adviser|advisor|historian|diplomat|ambassador|minister|spokesperson|member|teaches|works)"
)
_PRESENTED = re.compile(
    rf"\W*{_PERSON}(?:, [^.;\n]{{0,120}},|,)? (?:is|was|serves as|works as|teaches|works|leads|heads|directs)\b"
    rf".{{0,80}}?(?:\b{_ROLE}\b|\bat\b)|"
    rf"\W*{_PERSON}\s?(?:,|[—–-])\s.{{0,100}}?(?:сотрудник|директор|профессор|доцент|эксперт|доктор|кандидат|аналитик|"
    r"заведующ|руководител|преподавател|политолог|декан|академик|посол|научн)|"
    r"\W*[一-鿿·]{2,12}[，,：:（( ].{0,40}?(?:教授|研究员|院长|所长|主任|博士|学者|大使|讲师|专家)"
)
_BY = re.compile(r"\W*(?:by |文\s?[/／|｜丨]|撰文[:：]?|作者\s?[:：])", re.IGNORECASE)

_RUSSIAN_ROLE = r"(?:эксперт|член|сотрудн|автор|директор|профессор|главн|старш|научн|ведущ)"
_HOUSE = (
    r"(?:University|Institut\w*|Cent(?:er|re)|Council|College|School|Academy|Foundation|Think Tank|Ministry|Embassy|"
    r"Association|Society|Laboratory|Program(?:me)?|Université|Universität)"
)
_STATED = (
    re.compile(
        rf"(?:[A-Z][\w’'&.-]*,? (?:(?:of|for|and|on|the|in|at|&|de|für) )*){{0,8}}{_HOUSE}\b"
        r"(?:,? (?:of|for|on|in|at)(?: (?:and|the|of|[A-Z][\w’'&-]*))+)?"
    ),
    re.compile(
        r"(?:[А-ЯЁ][\w-]+ )?(?:[а-яё-]+(?:ого|его|ой|ый|ий|ая|ом) ){0,4}"
        r"(?i:институт|университет|центр|академи|фонд|школ|министерств|посольств)\w{0,3}"
        rf"(?: (?!и {_RUSSIAN_ROLE})[\w«»-]+){{0,7}}"
    ),
    re.compile(r"[一-鿿]{2,20}?(?:大学|研究院|研究所|研究中心|学院|科学院|智库|学会|外交部|大使馆|基金会)"),
)
_UNIVERSITY = re.compile(r"universi|college|school|университет|вшэ|大学|学院", re.IGNORECASE)
_GOVERNMENT = re.compile(r"ministry|embassy|министерств|посольств|外交部|大使馆", re.IGNORECASE)


class Affiliation(NamedTuple):
    """Where an author speaks from: its name, one of `KINDS`, and whether it publishes the article itself."""

    name: str
    kind: str
    publishes: bool = False


@dataclass(frozen=True, slots=True)
class AuthorFacts:
    """What is known of an author; whatever is not known stays ""."""

    author: str  # the byline
    about: str  # what the page says of its author, apart from the text; one statement a line
    text: str
    url: str
    house: str  # the feed's name: a think tank's feed may come by another's server


@dataclass(frozen=True, slots=True)
class _Known:
    by_alias: dict[str, Affiliation]  # levelled
    by_host: dict[str, Affiliation]
    shouted: re.Pattern[str]  # names in capitals, taken as they are
    spelt: re.Pattern[str]
    unspaced: re.Pattern[str]  # Chinese


def affiliation_of(facts: AuthorFacts) -> Affiliation | None:
    """The author's institution, under the name that `data/institutions.toml` gives it; None where none is named."""
    for line in facts.about.splitlines():
        if found := _stated(line):
            return found
    if found := _in_byline(facts.author):
        return found
    for line in _lines_about(facts.author, facts.text):
        if found := _stated(line):
            return found
    house = _of_host(facts.url) or known_in(facts.house)
    return house._replace(publishes=True) if house else None


def known_in(text: str) -> Affiliation | None:
    """The institution of `data/institutions.toml` that is named first in a text."""
    known = _known()
    matches = [match for pattern in (known.shouted, known.spelt, known.unspaced) if (match := pattern.search(text))]
    if not matches:
        return None
    return known.by_alias[_level(min(matches, key=lambda match: (match.start(), -match.end()))[0])]


def _stated(line: str) -> Affiliation | None:
    """The institution that a line about an author names: a known one, else what looks like the name of one."""
    line = _FORMER.sub("", line[:_LONGEST_LINE])
    if found := known_in(line):
        return found
    names = [match for pattern in _STATED if (match := pattern.search(line))]
    if not names:
        return None
    name = " ".join(min(names, key=re.Match.start)[0].split())[:_NAME].strip(" ,-")
    kind = "university" if _UNIVERSITY.search(name) else "government" if _GOVERNMENT.search(name) else "think tank"
    return Affiliation(name, kind)


def _in_byline(author: str) -> Affiliation | None:
    """What stands behind the author's name. A house may sign alone, but a person's name is no house."""
    if found := known_in(author):
        return found
    _, _, behind = re.sub(r"[(（|/]", ",", author).partition(",")
    return _stated(behind) if behind else None


def _lines_about(author: str, text: str) -> Iterator[str]:
    """The lines at either end of a text that present its author; those at the end first."""
    lines = [line for line in text.splitlines() if line.strip()]
    last, first = lines[-_LAST_LINES:], lines[:_FIRST_LINES]
    for at, line in enumerate(last):
        if _presents(line, author, is_last=at == len(last) - 1):
            yield line
            if _OPENING.match(line):
                yield from last[at + 1 : at + 2]  # a heading, and the line it stands above
    yield from (line for line in first if _signs(line) or _presents(line, author))


def _signs(line: str) -> bool:
    """Whether a line is a byline, and not a sentence that begins like one."""
    return len(line) <= _LONGEST_BYLINE and _BY.match(line) is not None and not line.endswith((".", "。"))


def _presents(line: str, author: str, *, is_last: bool = False) -> bool:
    """Whether a line says who the author is. Without a byline only the last one can: anybody may be presented above."""
    if len(line) > _LONGEST_LINE:
        return False
    if _OPENING.match(line):
        return True
    if not (author or is_last) or _SPEECH.search(line) or not _PRESENTED.match(line):
        return False
    # Where we know who wrote, a line about somebody else presents no author.
    names = _names(author)
    return not names or any(name in line[:_NAMED_WITHIN].casefold() for name in names)


def _names(author: str) -> list[str]:
    """The parts of the authors' names that are long enough to be told by."""
    least = 2 if re.search("[一-鿿]", author) else 3
    return [name for name in re.split(r"[\s,，、.;]+", author.casefold()) if len(name) >= least]


def _of_host(url: str) -> Affiliation | None:
    try:
        host = urlsplit(url).hostname or ""
    except ValueError:
        return None
    by_host = _known().by_host
    parts = host.split(".")
    return next((by_host[tail] for at in range(len(parts)) if (tail := ".".join(parts[at:])) in by_host), None)


def _level(name: str) -> str:
    return " ".join(name.casefold().replace("’", "'").split())


@cache
def _known() -> _Known:
    by_alias: dict[str, Affiliation] = {}
    by_host: dict[str, Affiliation] = {}
    names: list[str] = []
    for table in tomllib.loads(INSTITUTIONS.read_text("utf-8"))["institution"]:
        house = Affiliation(table["name"], table["kind"])
        own = (table["name"], *table["also"])
        names += own
        by_alias.update((_level(name), house) for name in own)
        by_host.update((host, house) for host in table["hosts"])
    chinese = [name for name in names if re.search("[一-鿿]", name)]
    shouted = [name for name in names if name.isupper() and name not in chinese]
    spelt = [name for name in names if name not in shouted and name not in chinese]
    return _Known(by_alias, by_host, _any_of(shouted), _any_of(spelt, re.IGNORECASE), _any_of(chinese, bounded=False))


def _any_of(names: list[str], flags: int = 0, *, bounded: bool = True) -> re.Pattern[str]:
    """Any of the names, the longest that fits."""
    choice = "|".join(re.escape(name).replace(r"\ ", r"\s+") for name in sorted(names, key=len, reverse=True))
    choice = choice.replace("'", "['’]")
    return re.compile(rf"(?<!\w)(?:{choice})(?!\w)" if bounded else choice, flags)
