"""Is it commentary, news or an official statement? Pure.

A linear model with weights set by hand: every cue of `data/genre.toml` gives points to a genre, and most points win.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple
from urllib.parse import unquote, urlsplit

GENRES = ("commentary", "news", "official", "other")
CUES = Path(__file__).with_name("data") / "genre.toml"

# What no cue says anything about is news: most of what is published is. Too little to tip a scale.
_BY_DEFAULT, _HEAD_START = "news", 0.25
_LONG, _ESSAY, _LONG_POINTS = "the length of an essay", 6_000, 0.6  # characters; points of a text so long
_BRIEF, _BRIEF_POINTS = "the length of a news flash", 1.5  # points of a title without a text
_SPEECH, _MUCH_SPEECH, _SPEECH_POINTS = "what others say, word for word", 0.3, 1.5  # share of the text; points

_START, _END = 300, 600  # characters
_LOOKED_AT = 8_000  # characters of a text; an article that has not shown its hand by then will not
_SHORTEST = 700  # characters: one word in a summary is no habit
_DENSER = 3  # times as much stands in a character of Chinese
_LANGUAGES = ("en", "ru", "zh")

_TURNS = 4  # lines that name their speaker
_TURNS_SHARE = 0.25  # of all lines
_CONVERSATION, _CONVERSATION_POINTS = "turns of a conversation", 6.0
_SPEAKER = re.compile(r"([^\W\d_][^:：,?!\n]{0,30})[:：]\s?\S")

# Bounded, so that a quotation mark that is never closed costs no more than its bound, and no more text than that.
_QUOTED = re.compile(r"“[^“”]{0,1500}”|«[^«»]{0,1500}»|「[^「」]{0,1500}」|\"[^\"\n]{0,800}\"")
_NO_WORD = re.compile(r"[^\w?'’-]+")
_CAMEL = re.compile(r"(?<=[a-z])(?=[A-Z])")


@dataclass(frozen=True, slots=True)
class GenreFacts:
    """What is known of an article; whatever is not known stays "". `institution` is the kind of the author's house."""

    title: str
    text: str
    language: str = ""
    url: str = ""
    section: str = ""  # of the page, and its kind, separated by commas
    byline: str = ""
    stance: str = ""  # of the feed, as configured
    institution: str = ""  # think tank, university or government


class Points(NamedTuple):
    """Points that one cue gave to, or took from, one genre."""

    genre: str
    cue: str
    points: float


@dataclass(frozen=True, slots=True)
class _Cue:
    name: str
    place: str
    weights: tuple[tuple[str, float], ...]
    full: float  # per 1,000 characters
    words: Mapping[str, tuple[str, ...]]  # per language, levelled
    patterns: Mapping[str, tuple[re.Pattern[str], ...]]  # per language, and for "any"


def tell(facts: GenreFacts) -> tuple[str, str]:
    """One of `GENRES`, and the name of the cue that spoke loudest for it; "" where none did: it is news by default."""
    points = points_of(facts)
    sums = dict.fromkeys(GENRES, 0.0) | {_BY_DEFAULT: _HEAD_START}
    for genre, _, value in points:
        sums[genre] += value
    genre = max(GENRES, key=lambda genre: sums[genre])
    speaking = [p for p in points if p.genre == genre and p.points > 0]
    return genre, max(speaking, key=lambda p: p.points).cue if speaking else ""


def points_of(facts: GenreFacts) -> tuple[Points, ...]:
    """What each cue found in the article says, in the order of the cues."""
    language = facts.language if facts.language in _LANGUAGES else ""
    places = _Places(facts, language)
    found = [
        Points(genre, cue.name, weight * strength)
        for cue in _cues()
        if (strength := places.strength(cue))
        for genre, weight in cue.weights
    ]
    found += [Points("other", _CONVERSATION, _CONVERSATION_POINTS)] * _is_conversation(facts.text)
    found.append(Points("news", _SPEECH, _SPEECH_POINTS * min(1.0, places.quoted / _MUCH_SPEECH)))
    length = _length(facts.text, language)
    found.append(Points("commentary", _LONG, _LONG_POINTS * min(1.0, length / _ESSAY)))
    found.append(Points("news", _BRIEF, _BRIEF_POINTS * max(0.0, 1.0 - length / _SHORTEST)))
    return tuple(found)


class _Places:
    """Where cues are looked for, each made ready once."""

    def __init__(self, facts: GenreFacts, language: str) -> None:
        text = facts.text[:_LOOKED_AT]
        self._language = language
        own = _QUOTED.sub(" ", text)
        self._title, self._text = _levelled(facts.title, language), _levelled(own, language)
        self._thousands = max(_length(self._text, language), _SHORTEST) / 1_000
        self.quoted = 1 - len(own) / max(1, len(text))
        self._raw = {
            "start": (facts.text[:_START],),
            "end": (facts.text[-_END:],),
            "section": tuple(_labels(facts)),
            "byline": (facts.byline,),
            "stance": (facts.stance,),
            "institution": (facts.institution,),
        }

    def strength(self, cue: _Cue) -> float:
        """How much of the cue there is, in [0, 1]."""
        words = cue.words.get(self._language, ())
        if cue.place == "text":
            return min(1.0, sum(map(self._text.count, words)) / self._thousands / cue.full)
        if cue.place == "title":
            starts = (self._title.startswith(word[1:]) for word in words if word.startswith("^"))
            return float(any(starts) or any(word in self._title for word in words))
        patterns = cue.patterns.get("any", ()) + cue.patterns.get(self._language, ())
        return float(any(pattern.search(text) for text in self._raw[cue.place] for pattern in patterns))


def _levelled(text: str, language: str) -> str:
    """Words in lower case between single spaces; Chinese has no words to set apart."""
    if language == "zh":
        return "".join(text.split())
    return f" {_NO_WORD.sub(' ', text.casefold().replace('’', chr(39)).replace('?', ' ? ')).strip()} "


def _word(word: str, language: str) -> str:
    """A word as it is looked for in a levelled text."""
    if word.startswith("^"):
        return f"^{_word(word[1:], language)}"
    if language == "zh":
        return word
    bare = _levelled(word.strip("*"), language).strip()
    return " " * (not word.startswith("*")) + bare + " " * (not word.endswith("*"))


def _length(text: str, language: str) -> int:
    return len(text) * (_DENSER if language == "zh" else 1)


def _labels(facts: GenreFacts) -> Iterator[str]:
    """What the page says of where it stands: its section, its kind, the parts of its address without the slug."""
    yield from (_CAMEL.sub(" ", label).casefold() for label in facts.section.split(","))
    try:
        address = urlsplit(facts.url)
        host = (address.hostname or "").split(".")
    except ValueError:
        return
    yield from host[:-2]
    yield from (unquote(part).casefold() for part in address.path.split("/")[1:-1])


def _is_conversation(text: str) -> bool:
    """Whether lines begin with the names of speakers, who come back: a heading with a colon does not."""
    lines = [line for line in text[:_LOOKED_AT].splitlines() if line.strip()]
    speakers = Counter(match[1] for match in map(_SPEAKER.match, lines) if match)
    turns = sum(count for count in speakers.values() if count > 1)
    return turns >= _TURNS and turns >= _TURNS_SHARE * len(lines)


@cache
def _cues() -> tuple[_Cue, ...]:
    return tuple(map(_cue, tomllib.loads(CUES.read_text("utf-8"))["cue"]))


def _cue(table: Mapping[str, Any]) -> _Cue:
    told = {language: table[language] for language in ("any", *_LANGUAGES) if language in table}
    are_words = table["in"] in {"text", "title"}
    return _Cue(
        name=table["name"],
        place=table["in"],
        weights=tuple(sorted(table["weights"].items())),
        full=table.get("full", 1.0),
        words={tag: tuple(_word(word, tag) for word in set(words)) for tag, words in told.items() if are_words},
        patterns={tag: tuple(map(re.compile, words)) for tag, words in told.items() if not are_words},
    )
