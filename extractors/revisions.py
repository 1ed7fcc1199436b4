"""Two readings of one page: is it still the same text, a changed one, or no longer there? Pure.

`look_again` runs in a worker: it reads pages, and comparing hostile texts may take any time.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from difflib import SequenceMatcher
from itertools import pairwise
from typing import Literal, NamedTuple

from extractors.articles import read_page
from extractors.sentences import blocks, cut
from warehouse.records import Fetch, Outcome, Reading

# The page answers, and there is no article in it; whatever else keeps its text back is a wall, which may open again.
NO_ARTICLE = frozenset({"soft_404", "listing", "no_text", "video", "gallery"})
GONE = frozenset({"not_found", "gone"})
LEGALLY_GONE = 451

_ALIKE = 0.5  # share of common words from which one sentence is another one altered
_STUB = 0.5  # a page with less than this share of its former text, and nothing new, has a wall before the rest
_NOTHING_LEFT = 0.1  # share of the former word pairs below which a text under another title is another text
_SHORT_LINE, _FRAGMENT = 200, 120  # characters; of Chinese ones each counts three times
_AS_MUCH = 3  # times as long may one list of teasers be as the other
_STAMP_WORDS = 14

_TOKEN = re.compile("[\u3041-\u30ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]|\\w+")
_HAN = re.compile("[\u3400-\u9fff]")
_ENDS = re.compile(r"[.!?…。！？][\"'”’»)\]」』）]*$")
_STAMP = re.compile(
    r"\b(updated|modified|published|posted|ago|views?|reads?|shares?|comments?|listen|min(ute)?s? read)\b|"
    r"обновлен|изменен|опубликован|просмотр|прочит|комментари|назад\b|更新|发布|发表|阅读|浏览|评论|点击|字号",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True)
class Known:
    """An article as it is remembered; `page` holds the bytes it was read from, where they are still kept."""

    title: str
    text: str
    language: str
    page: bytes | None
    content_type: str


@dataclass(frozen=True, slots=True)
class Look:
    """What another look at an article's page brought.

    `reason` says why it is withdrawn or could not be looked at; `reading`, for a changed one, is the page as it is now,
    with the title that counts.
    """

    outcome: Literal["unchanged", "changed", "withdrawn", "unreachable"]
    reason: str = ""
    reading: Reading | None = None
    words_added: int = 0
    words_removed: int = 0


class Piece(NamedTuple):
    """A sentence of two texts; "" where one of them does not have it."""

    kind: Literal["kept", "altered", "removed", "added"]
    before: str
    after: str


class _Sentence(NamedTuple):
    text: str
    key: str  # letters and digits: what stays when spaces, quotes and commas are mended
    line: int  # length of the line it stands in


class _Pair(NamedTuple):
    before: _Sentence | None
    after: _Sentence | None


def next_visit(first_read_at: datetime, days: Sequence[timedelta], now: datetime) -> datetime | None:
    """When to look at a page again that was first read then; None after the last of `days`, which are ascending.

    What was missed meanwhile is not made up for: one look serves for all that were due.
    """
    return next((first_read_at + after for after in days if first_read_at + after > now), None)


def judged_by_answer(fetch: Fetch) -> Look | None:
    """What the server's answer alone tells; None where the page has to be read."""
    if fetch.outcome is Outcome.UNCHANGED:
        return Look("unchanged")
    if fetch.outcome is Outcome.NEW:
        return None
    gone = fetch.reason in GONE or fetch.status == LEGALLY_GONE
    return Look("withdrawn" if gone else "unreachable", fetch.reason)


def look_again(known: Known, body: bytes, content_type: str, url: str, asked: str, now: datetime) -> Look:
    """Read a page again and compare it with what is known of it.

    With the page as it was, where that is kept, read once more in the same way: so nothing seems to change when
    the way of reading does.
    """
    now_shown = read_page(body, content_type, url, now, asked)
    if now_shown.reason or not now_shown.text:
        why = now_shown.reason or "no_text"
        return Look("withdrawn" if why in NO_ARTICLE else "unreachable", why)
    once_shown = read_page(known.page, known.content_type, asked, now, asked) if known.page else None
    if once_shown is None or not once_shown.text:
        return compare(Reading(known.text, "", "", "", None, known.language, 0), now_shown, known)
    return compare(once_shown, now_shown, known)


def compare(before: Reading, after: Reading, known: Known) -> Look:
    """Say what became of a text. A title is compared only where the page's own was known before.

    Spaces, punctuation, time stamps, counters and lists of links to other articles are no change. Neither is a text of
    which less than half is left and nothing is new: that is a wall. A text that shares next to nothing with
    the former one, under another title, is no revision of it: then the article is withdrawn.
    """
    titles_differ = bool(before.title) and _key(before.title) != _key(after.title)
    pairs = _aligned(before.text, after.text, known.language)
    changes = _real(pairs)
    if not changes and not titles_differ:
        return Look("unchanged")
    if _walled(before.text, after.text, changes):
        return Look("unreachable", "stub")
    if not _alike(before.title or known.title, after.title) and _kept(before.text, after.text) < _NOTHING_LEFT:
        return Look("withdrawn", "replaced")
    title = after.title if titles_differ and after.title else known.title
    added, removed = _words_changed(changes)
    reading = Reading(after.text, "", title, after.author, after.published_at, after.language, after.fingerprint)
    return Look("changed", "", reading, added, removed)


def differences(before: str, after: str, language: str) -> tuple[Piece, ...]:
    """Both texts sentence by sentence, in the order in which they are read."""
    return tuple(_piece(pair) for pair in _aligned(before, after, language))


def word_differences(before: str, after: str) -> list[tuple[str, str]]:
    """A sentence and its altered form, in turns: what stood there, and what stands there now; equal where kept."""
    old, new = (re.findall(r"[\u3400-\u9fff]|[^\s\u3400-\u9fff]+|\s+", text) for text in (before, after))
    turns = SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
    return [("".join(old[a:b]), "".join(new[c:d])) for _, a, b, c, d in turns]


def _piece(pair: _Pair) -> Piece:
    before, after = pair
    if before and after:
        return Piece("kept" if before.key == after.key else "altered", before.text, after.text)
    return Piece("removed", before.text, "") if before else Piece("added", "", after.text if after else "")


def _aligned(before: str, after: str, language: str) -> list[_Pair]:
    """The sentences of both texts, those side by side that are the same or one the other one altered."""
    old, new = list(_sentences(before, language)), list(_sentences(after, language))
    turns = SequenceMatcher(None, [s.key for s in old], [s.key for s in new], autojunk=False).get_opcodes()
    pairs: list[_Pair] = []
    for turn, a, b, c, d in turns:
        if turn == "equal":
            pairs += map(_Pair, old[a:b], new[c:d])
        else:
            pairs += _matched(old[a:b], new[c:d])
    return pairs


def _matched(old: Sequence[_Sentence], new: Sequence[_Sentence]) -> Iterator[_Pair]:
    """Removed and added sentences in order, those in one pair that are alike."""
    waiting = 0
    for sentence in old:
        found = next((i for i in range(waiting, len(new)) if _alike(sentence.text, new[i].text)), None)
        if found is None:
            yield _Pair(sentence, None)
            continue
        yield from (_Pair(None, other) for other in new[waiting:found])
        yield _Pair(sentence, new[found])
        waiting = found + 1
    yield from (_Pair(None, other) for other in new[waiting:])


def _sentences(text: str, language: str) -> Iterator[_Sentence]:
    lines = iter(blocks(text))
    end = line = 0
    for first, last in cut(text, language):
        while last > end:
            start, end = next(lines)
            line = _length(text[start:end])
        if key := _key(text[first:last]):
            yield _Sentence(text[first:last], key, line)


def _real(pairs: Sequence[_Pair]) -> list[_Pair]:
    """The pairs in which something changed that its author wrote."""
    counted = [pair for pair in pairs if not all(_furniture(s) for s in pair if s)]
    kept = [i for i, (before, after) in enumerate(counted) if before and after]
    if not kept:
        return counted
    edges = counted[: kept[0]], counted[kept[-1] + 1 :]
    middle = counted[kept[0] : kept[-1] + 1]
    return [
        pair
        for part in (edges[0], middle, edges[1])
        if part is middle or not _other_articles(part)
        for pair in part
        if _piece(pair).kind != "kept"
    ]


def _furniture(sentence: _Sentence) -> bool:
    """Whether it is a rubric, a link, a time stamp or a counter: short, and no sentence or about the page itself."""
    if not _ENDS.search(sentence.text):
        return _length(sentence.text) < _FRAGMENT
    return len(_TOKEN.findall(sentence.text)) <= _STAMP_WORDS and bool(
        _STAMP.search(sentence.text) and re.search(r"\d", sentence.text)
    )


def _other_articles(edge: Sequence[_Pair]) -> bool:
    """Whether short lines before or behind all that was kept gave way to others: teasers of other articles."""
    gone, come = (sum(_length(s.text) for s in side if s) for side in zip(*edge, strict=True)) if edge else (0, 0)
    as_much = 0 < max(gone, come) <= _AS_MUCH * min(gone, come)
    return as_much and all(s.line <= _SHORT_LINE for pair in edge for s in pair if s)


def _walled(before: str, after: str, changes: Sequence[_Pair]) -> bool:
    added = sum(1 for pair in changes if pair.after)
    return added <= 1 and _length(after) < _STUB * _length(before)


def _kept(before: str, after: str) -> float:
    """The share of the pairs of neighbouring words that are in the other text as well."""
    old, new = (Counter(pairwise(_words(text))) for text in (before, after))
    return (old & new).total() / max(old.total(), 1)


def _alike(one: str, other: str) -> bool:
    a, b = Counter(_words(one)), Counter(_words(other))
    return 2 * (a & b).total() >= _ALIKE * (a.total() + b.total())


def _words_changed(changes: Sequence[_Pair]) -> tuple[int, int]:
    old = Counter(word for pair in changes if pair.before for word in _words(pair.before.text))
    new = Counter(word for pair in changes if pair.after for word in _words(pair.after.text))
    return (new - old).total(), (old - new).total()


def _words(text: str) -> list[str]:
    return _TOKEN.findall(unicodedata.normalize("NFKC", text).casefold())


def _key(text: str) -> str:
    return "".join(filter(str.isalnum, unicodedata.normalize("NFKC", text).casefold()))


def _length(text: str) -> int:
    """Characters, of which a Chinese one says as much as three letters."""
    return len(text) + 2 * len(_HAN.findall(text))
