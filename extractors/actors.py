"""Who is named in a sentence: China, Russia, any other state, and whether the two are named as a pair.

Pure. The forms, and what they must not be mistaken for, stand in `data/gate.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import pairwise
from pathlib import Path
from typing import Any, NamedTuple

LANGUAGES = ("en", "ru", "zh")

FORMS = Path(__file__).with_name("data") / "gate.toml"

CHINA, RUSSIA = "China", "Russia"
BOTH = frozenset({CHINA, RUSSIA})

_SHOUTED = 4  # letters that a name needs to be known in capitals too

# Chinese puts no spaces between words, so there a name is looked for wherever it stands.
_UNSPACED = frozenset({"zh"})

# Words are bounded, and a list begins where a word does: else one endless word would take quadratic time.
_ITEM = {
    "en": r"(?:the )?[A-Z][\w.]{0,40}(?:['’]s)?(?: [A-Z][\w.]{0,40}){0,2}",
    "ru": r"[А-ЯЁ][\w.]{0,40}(?: [А-ЯЁ][\w.]{0,40}){0,2}",
    "zh": r"(?:(?![和与及])[一-鿿]){2,6}",
}
_BETWEEN = {
    "en": r"(?:,? (?:and|or|nor|&) |, |[-–/])",
    "ru": r"(?:,? (?:и|или|ни|а также) |, (?:ни )?|[-–/])",
    "zh": r"(?:、|和|与|以?及)",
}
_BEGINS = {"en": r"(?<![\w.])", "ru": r"(?<![\w.])", "zh": ""}
_LIST = {
    language: re.compile(f"{_BEGINS[language]}{item}(?:{_BETWEEN[language]}{item}){{2,}}")
    for language, item in _ITEM.items()
}

# What stands between two names that are one pair: Sino-Russian, Russia and China, российско-китайский, 俄罗斯和中国.
_LONGEST_LINK = 12  # characters, so that nothing long is tried
_LINK = {
    "en": re.compile(r"(?:['’]s)?\s?(?:[-–—/,&]|and|with|to)\s?(?:the )?"),
    "ru": re.compile(r"[а-яё]{0,5}\s?(?:[-–—/,]|и|с|от)\s?"),
    "zh": re.compile(r"[罗斯国总理统]*[和与同对、—-]?"),
}


@dataclass(frozen=True, slots=True)
class Sides:
    """Which of the two sides a passage names."""

    china: bool
    russia: bool

    @property
    def both(self) -> bool:
        return self.china and self.russia


@dataclass(frozen=True, slots=True)
class Cast:
    """Who a sentence is about, as far as names tell."""

    named: frozenset[str]  # China, Russia and others, by their names in the file
    first: str  # who is named first, which is mostly the subject; "" for nobody
    together: bool  # both sides, other than as two members of a longer list
    linked: bool  # and as one pair: Sino-Russian, Xi and Putin
    alludes: bool  # speaks of "the two countries" without naming them


class _Name(NamedTuple):
    start: int
    end: int
    actor: str


def sides(passage: str, language: str) -> Sides:
    """Which sides `passage` names, in whatever way. `language` is one of `LANGUAGES`."""
    china, russia = _patterns()[language]
    return Sides(any(_names(china, passage)), any(_names(russia, passage)))


def names_both(sentence: str, language: str) -> bool:
    """Whether `sentence` names both sides other than as two members of a longer list.

    "Brazil, Russia, India and China" says nothing of Russia and China; "Russia and China" may.
    """
    if not sides(sentence, language).both:
        return False
    return sides(_LIST[language].sub(lambda found: _without_list(found[0], language), sentence), language).both


def cast(sentence: str, language: str) -> Cast:
    """Whom `sentence` names, and how. `language` is one of `LANGUAGES`."""
    china, russia = _patterns()[language]
    pattern, actors = _others()[language]
    found = [
        *(_Name(*match.span(), CHINA) for match in _names(china, sentence)),
        *(_Name(*match.span(), RUSSIA) for match in _names(russia, sentence)),
        *(_Name(*match.span(), actors[match[0]]) for match in pattern.finditer(sentence)),
    ]
    found.sort()
    together = names_both(sentence, language)
    return Cast(
        named=frozenset(name.actor for name in found),
        first=found[0].actor if found else "",
        together=together,
        linked=together and any(_linked(sentence, *pair, language) for pair in pairwise(found)),
        alludes=bool(_allusions()[language].search(sentence)),
    )


def compares(title: str, language: str) -> bool:
    """Whether a headline sets two things side by side."""
    pattern = _comparisons()[language]
    return any(match.lastgroup == "name" for match in pattern.finditer(title))


def _linked(sentence: str, one: _Name, other: _Name, language: str) -> bool:
    if {one.actor, other.actor} != BOTH or other.start - one.end > _LONGEST_LINK:
        return False
    within_one_word = other.start < one.end  # 中俄
    return within_one_word or bool(_LINK[language].fullmatch(sentence, one.end, other.start))


def _without_list(found: str, language: str) -> str:
    """`found`, or nothing, if it is a list of one side, the other, and somebody else."""
    named = [sides(item, language) for item in re.split(_BETWEEN[language], found)]
    kinds = {(side.china, side.russia) for side in named}
    return "…" if kinds >= {(True, False), (False, True), (False, False)} else found


def _names(pattern: re.Pattern[str], passage: str) -> Iterable[re.Match[str]]:
    return (match for match in pattern.finditer(passage) if match.lastgroup == "name")


# --- forms ----------------------------------------------------------------------------------------


@cache
def _file() -> Mapping[str, Any]:
    return tomllib.loads(FORMS.read_text(encoding="utf-8"))


@cache
def _patterns() -> Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    forms = _file()
    return {
        language: (_pattern(forms[language]["china"], language), _pattern(forms[language]["russia"], language))
        for language in LANGUAGES
    }


def _pattern(forms: Mapping[str, Sequence[str]], language: str) -> re.Pattern[str]:
    """One pass over the text finds either a name or, first at the same place, what only looks like one."""
    start, end = _edges(language)
    # For headlines in capitals; not with short names, or XI would be China.
    names = {*forms["names"], *(name.upper() for name in forms["names"] if len(name) >= _SHOUTED)}
    but = [f"(?i:{re.escape(form)})" for form in forms.get("but", ())]
    found = [f"{re.escape(name)}{end}" for name in sorted(names)]
    stems = forms.get("stems", ())
    found += [f"(?i:{re.escape(stem)})" for stem in stems if stem.islower()]
    found += [re.escape(form) for stem in stems if not stem.islower() for form in (stem, stem.upper())]
    return re.compile(f"{start}(?:(?P<but>{'|'.join(but)})|(?P<name>{'|'.join(found)}))")


@cache
def _others() -> Mapping[str, tuple[re.Pattern[str], Mapping[str, str]]]:
    """Per language a pattern of all other states, and whose each form is."""
    return {language: _states(language) for language in LANGUAGES}


def _states(language: str) -> tuple[re.Pattern[str], Mapping[str, str]]:
    whole: dict[str, str] = {}
    stems: dict[str, str] = {}
    for actor, forms in _file()["others"].items():
        for name in forms.get(language, ()):
            whole |= {name: actor, **({name.upper(): actor} if len(name) >= _SHOUTED else {})}
        for stem in forms["stems"] if language == "ru" and "stems" in forms else ():
            stems |= dict.fromkeys((stem, stem.capitalize() if stem.islower() else stem, stem.upper()), actor)
    start, end = _edges(language)
    # Spelled out rather than in any case, and the longest first: letters that cannot begin a form are passed at once.
    longest = sorted({*whole, *stems}, key=lambda form: (-len(form), form))
    found = "|".join(re.escape(form) + ("" if form in stems else end) for form in longest)
    return re.compile(f"{start}(?:{found})"), {**whole, **stems}


@cache
def _allusions() -> Mapping[str, re.Pattern[str]]:
    return {language: _allusion(_file()["allusions"][language], language) for language in LANGUAGES}


def _allusion(words: Mapping[str, Sequence[str]], language: str) -> re.Pattern[str]:
    start, end = _edges(language)
    end = end if language == "en" else ""  # stems in Russian
    before, after, alone = ("|".join(map(re.escape, words[kind])) for kind in ("before", "after", "alone"))
    pairs = f"(?:{before}) (?:{after}){end}|" if before else ""
    return re.compile(f"{start}(?:{pairs}(?:{alone}){end})", re.IGNORECASE)


@cache
def _comparisons() -> Mapping[str, re.Pattern[str]]:
    forms = _file()["comparisons"]
    but = "|".join(map(re.escape, forms["but"]))
    return {
        language: re.compile(
            f"{_edges(language)[0]}(?:(?P<but>{but})|(?P<name>{'|'.join(map(re.escape, forms[language]))}))",
            re.IGNORECASE,
        )
        for language in LANGUAGES
    }


def _edges(language: str) -> tuple[str, str]:
    return ("", "") if language in _UNSPACED else (r"(?<!\w)", r"(?!\w)")
