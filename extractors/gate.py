"""The relevance gate: is this article about China and Russia, towards one another or together?

Pure, and cheap first: a scan for surface forms settles most of the general news before anything is cut into
sentences. The forms, and what they must not be mistaken for, stand in `data/gate.toml`.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path

LANGUAGES = ("en", "ru", "zh")

NO_TEXT = "no text"
NOT_READ = "language not read"
NO_SIDE = "names no side"
ONLY_CHINA = "names only China"
ONLY_RUSSIA = "names only Russia"
IN_PASSING = "both sides only in passing"
REASONS = (NO_TEXT, NOT_READ, NO_SIDE, ONLY_CHINA, ONLY_RUSSIA, IN_PASSING)

FORMS = Path(__file__).with_name("data") / "gate.toml"

_BRIEF = 5  # sentences; so short a text (a summary, a wire flash) need not repeat itself

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


@dataclass(frozen=True, slots=True)
class Verdict:
    """What the gate says of one article; `reason` is "" for relevant ones, else one of `REASONS`."""

    relevant: bool
    relevance: float  # in [0, 1]; relevant from 0.5
    reason: str
    sentences: int = 0  # 0 where the verdict fell before the text was cut
    co_mentions: int = 0  # sentences of the text that name both sides


@dataclass(frozen=True, slots=True)
class Sides:
    """Which of the two sides a passage names."""

    china: bool
    russia: bool

    @property
    def both(self) -> bool:
        return self.china and self.russia


def known_language(tag: str) -> str:
    """The language of a tag such as `zh-Hans`, or "" where the gate has no names for it."""
    language = re.split("[-_]", tag.strip().lower(), maxsplit=1)[0]
    return language if language in LANGUAGES else ""


def sides(passage: str, language: str) -> Sides:
    """Which sides `passage` names, in whatever way. `language` is one of `LANGUAGES`."""
    china, russia = _patterns()[language]
    return Sides(_names(china, passage), _names(russia, passage))


def names_both(sentence: str, language: str) -> bool:
    """Whether `sentence` names both sides other than as two members of a longer list.

    "Brazil, Russia, India and China" says nothing of Russia and China; "Russia and China" may.
    """
    if not sides(sentence, language).both:
        return False
    return sides(_LIST[language].sub(lambda found: _without_list(found[0], language), sentence), language).both


def first_look(title: str, text: str, language: str) -> Verdict | None:
    """The verdict where surface forms alone settle it, without sentences; None where they do not."""
    if not title.strip() and not text.strip():
        return Verdict(False, 0.0, NO_TEXT)
    if not known_language(language):
        return Verdict(False, 0.0, NOT_READ)
    named = sides(f"{title}\n{text}", known_language(language))
    if named.both:
        return None
    reason = ONLY_CHINA if named.china else ONLY_RUSSIA if named.russia else NO_SIDE
    return Verdict(False, 0.0, reason)


def weigh(title: Sequence[str], text: Sequence[str], language: str) -> Verdict:
    """The verdict on an article that names both sides somewhere, given the sentences of its title and its text.

    Asked for are two co-mentions that make a tenth of the sentences; half of both where the title has one too. A brief
    of at most five sentences is taken as one passage with its title: one co-mention is enough, even across sentences.
    Relevance is s / (1 + s), with s how many times over what is asked for was found: 0.5 is exactly the rule.
    """
    count = sum(names_both(sentence, language) for sentence in text)
    titled = any(names_both(sentence, language) for sentence in title)
    if is_brief(len(text)):
        anywhere = names_both("\n".join([*title, *text]), language)
        strength = float(max(count + titled, anywhere))
    else:
        strength = min(count / 2, 10 * count / len(text)) * (2 if titled else 1)
    relevant = strength >= 1
    return Verdict(relevant, strength / (1 + strength), "" if relevant else IN_PASSING, len(text), count)


def is_brief(sentences: int) -> bool:
    """Whether a text of so many sentences is a summary or a wire flash, to be taken as one passage."""
    return sentences <= _BRIEF


def _without_list(found: str, language: str) -> str:
    """`found`, or nothing, if it is a list of one side, the other, and somebody else."""
    named = [sides(item, language) for item in re.split(_BETWEEN[language], found)]
    kinds = {(side.china, side.russia) for side in named}
    return "…" if kinds >= {(True, False), (False, True), (False, False)} else found


def _names(pattern: re.Pattern[str], passage: str) -> bool:
    return any(match.lastgroup == "name" for match in pattern.finditer(passage))


@cache
def _patterns() -> Mapping[str, tuple[re.Pattern[str], re.Pattern[str]]]:
    forms = tomllib.loads(FORMS.read_text(encoding="utf-8"))
    return {
        language: (_pattern(forms[language]["china"], language), _pattern(forms[language]["russia"], language))
        for language in LANGUAGES
    }


def _pattern(forms: Mapping[str, Sequence[str]], language: str) -> re.Pattern[str]:
    """One pass over the text finds either a name or, first at the same place, what only looks like one."""
    start, end = ("", "") if language in _UNSPACED else (r"(?<!\w)", r"(?!\w)")
    # For headlines in capitals; not with short names, or XI would be China.
    names = {*forms["names"], *(name.upper() for name in forms["names"] if len(name) >= _SHOUTED)}
    but = [f"(?i:{re.escape(form)})" for form in forms.get("but", ())]
    found = [f"{re.escape(name)}{end}" for name in sorted(names)]
    stems = forms.get("stems", ())
    found += [f"(?i:{re.escape(stem)})" for stem in stems if stem.islower()]
    found += [re.escape(form) for stem in stems if not stem.islower() for form in (stem, stem.upper())]
    return re.compile(f"{start}(?:(?P<but>{'|'.join(but)})|(?P<name>{'|'.join(found)}))")
