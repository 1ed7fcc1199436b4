"""The terms by which articles on one topic are known: content words, pairs of them, and who and what is named.

Pure. The names of the two sides say nothing of a topic here and are left out. Other names stand as "@" and their
English form, so they are the same in all languages; all else is in the article's own.
"""

from __future__ import annotations

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from extractors import names, russian
from extractors.english import EnglishSentence

MOST_TERMS = 120  # of an article

_SIDES = frozenset({"China", "Russia", "Beijing", "Moscow", "Kremlin", "Xi Jinping", "Vladimir Putin"})
# Of English and Russian words the beginning tells.
_OWN = re.compile(
    "(?:china|chinese|sino|prc|beijing|russia|russo|moscow|kremlin|putin|vladimir|jinping|xi$"
    "|китай|китая|китае|кнр$|пекин|росси|русск|рф$|москв|москов|кремл|путин|владимир|цзиньпин|си$)"
)
_NATIONAL = frozenset({"chinese", "russian", "китайский", "российский", "русский"})  # they tell what kind, not whose
_OWN_LETTERS = re.compile("中华人民共和国|俄罗斯|中国|中俄|俄中|中方|俄方|北京|莫斯科|克里姆林宫|习近平|普京|两国|双方")
# Letters that are words by themselves, and what cannot begin or end one that matters.
_SMALL = (
    "的了是在和与也就不有这那着过把被对从向为以及其之于而但或等将会能可要已还更最都很又并且因所由至用给让使得到说个们各每某该此些"
    "一二三四五六七八九十百千万亿两多少年月日时"
)
_RUN = re.compile(f"(?:(?![{_SMALL}])[\u4e00-\u9fff]){{2,}}")
_LONGEST_RUN = 6  # letters that may be one term as a whole


@dataclass(frozen=True, slots=True)
class Said:
    """One sentence, to be asked for its terms; an English one with its words."""

    written: str
    times: int  # that it counts
    english: EnglishSentence | None = None


def terms(said: Sequence[Said], language: str) -> tuple[tuple[str, float], ...]:
    """What sentences speak of, each term with its weight: 1 + ln(how often).

    The heaviest first, of those as heavy the names, then in the order in which they were said.
    """
    found: Counter[str] = Counter()
    for sentence in said:
        for term in _terms(sentence, language):
            found[term] += sentence.times
    heaviest = sorted(found.items(), key=lambda pair: (-pair[1], not pair[0].startswith("@")))[:MOST_TERMS]
    return tuple((term, 1 + math.log(times)) for term, times in heaviest)


def _terms(sentence: Said, language: str) -> Iterator[str]:
    if language == "zh":
        yield from _letters(sentence.written)
    elif sentence.english:
        yield from _words(sentence.english.topical)
    else:
        yield from _words(russian.topical(sentence.written))
    yield from (f"@{name}" for name in _named(sentence, language) if not _is_side(name))


def _words(lemmas: Sequence[str]) -> Iterator[str]:
    """Single words, and two that stand side by side, "Chinese car" among them; "" is any word that is none of these."""
    own = ["" if _OWN.match(lemma) else lemma for lemma in lemmas]
    yield from filter(None, own)
    kinds = [lemma if lemma in _NATIONAL else word for lemma, word in zip(lemmas, own, strict=True)]
    yield from (f"{one} {other}" for one, other in pairwise(kinds) if one and other and other not in _NATIONAL)


def _letters(written: str) -> Iterator[str]:
    """Pairs of letters, and short runs of them: without a dictionary nobody knows where a word ends."""
    for run in _RUN.findall(_OWN_LETTERS.sub(" ", written)):
        yield from map("".join, pairwise(run))
        if 2 < len(run) <= _LONGEST_RUN:  # noqa: PLR2004  a pair is one already
            yield run


def _is_side(name: str) -> bool:
    return name in _SIDES or all(_OWN.match(word) for word in name.lower().split())


def _named(sentence: Said, language: str) -> Iterable[str]:
    if sentence.english:
        return sentence.english.named
    return (mention.name for mention in names.mentions([sentence.written], language) for _ in range(mention.count))
