"""Whom a Chinese sentence names as the one who says it: 据X统计, X表示，, X：. Pure.

What is returned is what `speakers.py` says.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache

from extractors.names import entities
from extractors.sentences import Span, trim
from extractors.stance_cues import lists

LONGEST_NAME = 30  # characters of a name with its office

_EDGE = '，。；：、！？“”「」『』()（）"\0,;:!?— \n'
_BROKEN = re.compile(f"[{re.escape(_EDGE.replace('、', ''))}]")
_LIKE = re.compile(
    rf"^(?:正?如|如同|诚如|用|在|援引)([^{re.escape(_EDGE)}]{{1,{LONGEST_NAME}}}?)"
    r"(?:所说|所言|所指出|所述|所强调|看来|的话说|的话来说)"
)
_TURN = re.compile(rf"\s{{0,9}}([^{re.escape(_EDGE)}]{{2,20}})[：:]")


def attribution(sentence: str) -> Span | None:
    """Where the speaker is named; an empty span for one without a name, None where nobody speaks."""
    found = [frame for frame in (*_sourced(sentence), *_spoken(sentence)) if frame]
    named = [frame for frame in found if frame[0] < frame[1]]
    return next(iter(named or found), None)


def turn(sentence: str) -> Span | None:
    """Where the speaker stands with whose name or office and a colon `sentence` begins; None where it is a topic."""
    match = _TURN.match(sentence)
    known = match and (_ends("offices").search(match[1]) or match[1] in _people())
    return match.span(1) if match and known else None


def _sourced(sentence: str) -> Iterator[Span]:
    """据国际能源署统计, 正如基辛格所说."""
    for clause in _clauses(sentence):
        start, end = clause
        said = sentence[start:end]
        like = _LIKE.match(said)
        if like:
            yield start + like.start(1), start + like.end(1)
        elif said.startswith(("据", "根据", "按照")) and not said.startswith(("据称", "据此", "据传", "据悉", "据说")):
            first = start + (1 if said[0] == "据" else 2)
            stop = _any("stops").search(sentence, first, end)
            if stop:
                yield _named(sentence, first, stop.start())


def _spoken(sentence: str) -> Iterator[Span]:
    for verb in _verbs().finditer(sentence):
        if verb.lastgroup != "verb":
            continue
        start = _clause_start(sentence, verb.start())
        yield from _subject(sentence, start, verb.start())


def _subject(sentence: str, start: int, end: int) -> Iterator[Span]:
    """The speaker before a verb; where nothing but 5日 or 对此 stands there, the clause before is asked."""
    if start >= end and start > 0 and sentence[start - 1] not in "”」』\0":
        return
    first, last = _bare(sentence, start, end)
    if first < last:
        if not _any("authors").match(sentence, first, last):
            yield _named(sentence, first, last)
    elif start < end and start > 1 and sentence[start - 1] in "，,":
        earlier = _clause_start(sentence, start - 1)
        first, last = _bare(sentence, earlier, start - 1)
        if first < last and _ends("offices").search(sentence[first:last]):
            yield _named(sentence, first, last)


def _bare(sentence: str, start: int, end: int) -> Span:
    """A passage without what says when and where: before the name, and from its end on."""
    start, end = trim(sentence, start, end)
    while start < end and (match := _leading().match(sentence, start, end)):
        start = match.end()
    later = _any("when").search(sentence, min(end, start + 2), end)
    return trim(sentence, start, later.start() if later else end)


def _named(sentence: str, start: int, end: int) -> Span:
    start, end = trim(sentence, start, end)
    if not 1 < end - start <= LONGEST_NAME or _any("nobody").match(sentence, start, end):
        return start, start
    return start, end


def _clauses(sentence: str) -> Iterator[Span]:
    last = 0
    for edge in _BROKEN.finditer(sentence):
        if last < edge.start():
            yield last, edge.start()
        last = edge.end()
    if last < len(sentence):
        yield last, len(sentence)


def _clause_start(sentence: str, place: int) -> int:
    return 1 + max(sentence.rfind(mark, 0, place) for mark in _EDGE if mark != "、")


@cache
def _any(name: str) -> re.Pattern[str]:
    return re.compile("|".join(sorted(lists("zh")[name], key=len, reverse=True)))


@cache
def _ends(name: str) -> re.Pattern[str]:
    return re.compile(f"(?:{'|'.join(lists('zh')[name])})$")


@cache
def _leading() -> re.Pattern[str]:
    return re.compile(
        r"(?:也|就连|连|可|甚至|日前|近日|当天|当日|今天|昨天|今日|昨日|此前|随后|最近|同时|对此|就此|但|而|不过|\d{1,2}[日月]|(?:周|星期)[一二三四五六日天])"
    )


@cache
def _people() -> frozenset[str]:
    return frozenset(form for entity in entities() if entity.label == "PERSON" for form in entity.forms["zh"])


@cache
def _verbs() -> re.Pattern[str]:
    verbs = sorted(lists("zh")["verbs"], key=len, reverse=True)
    that = "|".join(lists("zh")["that"])
    return re.compile(
        f"(?P<not>{'|'.join(lists('zh')['not_said'])})|(?P<verb>{'|'.join(verbs)}|(?:{that})(?=[，：:“「]))"
    )
