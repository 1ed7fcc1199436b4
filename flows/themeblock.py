"""A candidate as a theme: the block that stands for it in themes.toml, from its phrases and its passages. Pure."""

from __future__ import annotations

import json
import re
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date

from extractors.theme_words import FEWEST, length, name_of, other_script, phrase_spelling, spelling, tells_nothing
from warehouse.candidate_reading import RawPassage

OFFER = "#: "  # lines that begin so are raw material: they are left out again
MOST = 15  # passages of each language
FEWEST_CHARACTERS = 4  # of a Chinese phrase that carries a theme
FROM_TERMS = 4  # phrases of a language that the label is not in
NAME = "@"  # what a term begins with that is a name
LONGEST_ID, LONGEST_LABEL, LONGEST_DEFINITION, LONGEST_STATEMENT, LONGEST_PHRASE = 40, 100, 500, 600, 100

_NOT_ASCII = re.compile(r"[^a-z0-9]+")
_OFFERED = re.compile(rf"(?m)^[ \t]*{re.escape(OFFER.rstrip())}(?:[ \t][^\n]*)?(?:\n|$)")
_ADVICE = (
    "Below is what was said, in others' words. Put their point into sentences of your own, in each language you read:",
    "with fifteen or more a theme is known by its meaning, with fewer by its phrases alone. Take out lists that you",
    "leave empty. Lines that begin as these do are left out when you save.",
)


def theme_id_of(phrases: Sequence[str], candidate_id: str, taken: Collection[str]) -> str:
    """An id for the theme that a candidate becomes: its phrases in small letters, where they are Latin."""
    words = _NOT_ASCII.sub("-", " ".join(phrases).lower()).strip("-")
    if len(words) > LONGEST_ID:
        words = words[: LONGEST_ID + 1].rpartition("-")[0] or words[:LONGEST_ID]
    name = words or f"theme-{candidate_id.removeprefix('c-')}"
    others = (f"{name}-{n}" for n in range(2, len(taken) + 3))
    return next(one for one in (name, *others) if one not in taken)


def block(
    candidate_id: str,
    theme_id: str,
    label: str,
    phrases: Sequence[str],
    terms: Sequence[str],
    passages: Sequence[RawPassage],
    day: date,
    *,
    to_edit: bool,
) -> str:
    """The theme as TOML: to be filled in beside its passages, or with the passages themselves as its statements.

    Its phrases are those of the label, and in the languages that the label is not in, the terms that tell most.
    """
    phrases = _sound(phrases)
    about = f"What is said of {_listed(phrases)}." if phrases else "What belongs here."
    lines = [
        f"# From the candidate {candidate_id}, promoted on {day.isoformat()}.",
        "[[theme]]",
        f"id = {_text(theme_id)}",
        f"label = {_text(_seen(label)[:LONGEST_LABEL].strip() or theme_id)}",
        f"definition = {_text(about[:LONGEST_DEFINITION].strip())}",
        *_names(phrases),
        *(_to_fill_in(passages, candidate_id) if to_edit else _as_statements(statements(passages))),
        *_phrases(phrases, _sound(terms)),
    ]
    return "\n".join(lines) + "\n"


def offers(passages: Iterable[RawPassage], candidate_id: str) -> dict[str, list[str]]:
    """By language, the passages as raw material: lines that are left out again."""
    found: dict[str, list[str]] = defaultdict(list)
    for one in passages:
        if one.language in FEWEST and len(found[one.language]) < MOST:
            found[one.language].append(_offer(f"{one.sentence} ({one.publisher}, {one.dated_at:%Y-%m-%d})"))
    heading = _offer(f"What the candidate {candidate_id} says; these lines are left out when you save:")
    return {language: [heading, *found[language]] for language in FEWEST if found[language]}


def without_offers(text: str) -> str:
    """The text of a themes file without the raw material in it."""
    return _OFFERED.sub("", text)


def statements(passages: Iterable[RawPassage], known: Iterable[str] = ()) -> dict[str, list[str]]:
    """By language, the telling passages that will do as statements: none twice, none that is `known`."""
    said, found = {spelling(text) for text in known}, defaultdict[str, list[str]](list)
    for one in passages:
        text = " ".join(one.sentence.split())
        sound = one.telling and _will_do(text, one.language)
        if sound and len(found[one.language]) < MOST and spelling(text) not in said:
            said.add(spelling(text))
            found[one.language].append(text)
    return {language: found[language] for language in FEWEST if found[language]}


def quoted(text: str) -> str:
    """A text as TOML has it."""
    return _text(text)


def _will_do(text: str, language: str) -> bool:
    if language not in FEWEST or len(text) > LONGEST_STATEMENT or not text.isprintable():
        return False
    return length(text, language) >= FEWEST[language] and not other_script(text, language)


def _to_fill_in(passages: Sequence[RawPassage], candidate_id: str) -> Iterator[str]:
    offered = offers(passages, candidate_id)
    yield ""
    yield "[theme.statements]"
    yield from map(_offer, _ADVICE)
    for language in offered or ("en",):
        yield f"{language} = ["
        yield from offered.get(language, ())
        yield '  "",'
        yield "]"


def _as_statements(by_language: Mapping[str, Sequence[str]]) -> Iterator[str]:
    if by_language:
        yield ""
        yield "[theme.statements]  # quotations: put them into words of your own"
    for language, texts in by_language.items():
        yield f"{language} = ["
        yield from (f"  {_text(text)}," for text in texts)
        yield "]"


def _names(phrases: Sequence[str]) -> Iterator[str]:
    """What begins with a capital is a name."""
    named = [phrase for phrase in phrases if phrase[:1].isupper()]
    if named:
        yield f"entities = [{', '.join(map(_text, named))}]"


def _phrases(phrases: Sequence[str], terms: Sequence[str]) -> Iterator[str]:
    labelled, known = _by_language(phrases), _by_language([term for term in terms if not term.startswith(NAME)])
    for language in FEWEST:
        whence = "its label" if labelled[language] else "what was said"
        telling = [phrase for phrase in known[language] if _carries(phrase, language)][:FROM_TERMS]
        found = labelled[language] or telling
        strong = [phrase for phrase in found if _carries(phrase, language)] or found
        weak = [phrase for phrase in found if phrase not in strong]
        if strong:
            yield ""
            yield f"[theme.phrases.{language}]  # {name_of(language)}, from {whence}"
            yield f"strong = [{', '.join(map(_text, strong))}]"
        if weak:
            yield f"weak = [{', '.join(map(_text, weak))}]"


def _by_language(phrases: Iterable[str]) -> defaultdict[str, list[str]]:
    """Phrases that tell something, each once, by the letters they are written in."""
    found, said = defaultdict[str, list[str]](list), set[tuple[str, str]]()
    for phrase in phrases:
        language = other_script(phrase, "en") or "en"
        spelt = (language, phrase_spelling(phrase))
        if spelt not in said and ".." not in phrase and not tells_nothing(phrase, language):
            found[language].append(phrase)
            said.add(spelt)
    return found


def _carries(phrase: str, language: str) -> bool:
    """A single word, or a name of one, stands in too many texts to carry a theme."""
    return len(phrase) >= FEWEST_CHARACTERS if language == "zh" else " " in phrase


def _sound(phrases: Iterable[str]) -> list[str]:
    return [phrase for phrase in map(_seen, phrases) if phrase and len(phrase) <= LONGEST_PHRASE]


def _listed(phrases: Sequence[str]) -> str:
    *first, last = phrases
    return f"{', '.join(first)} and {last}" if first else last


def _offer(text: str) -> str:
    return OFFER + _seen(text)


def _seen(text: str) -> str:
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def _text(text: str) -> str:
    return json.dumps(text, ensure_ascii=False)  # what can be seen is written alike in JSON and in TOML
