"""The names that matter in this field, and where Russian and Chinese texts name them.

Pure. The names stand in `data/entities.toml`. Every name has one English form in all languages; English texts get it
from the recogniser of the model, to which `themes.py` gives the same file.
"""

from __future__ import annotations

import re
import tomllib
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain
from pathlib import Path
from typing import NamedTuple

from extractors.phrases import Keys, Word, keys_of
from extractors.russian import words
from warehouse.records import Mention

FORMS = Path(__file__).with_name("data") / "entities.toml"
MOST_MENTIONS = 50

_BUT = "but"
_SHOUTED = 4  # letters that a name needs to be known in capitals too, or СИ would be Xi

_CONSONANTS = "бвгджзклмнпрстфхцчшщ"
_ENDINGS = ("а", "у", "ом", "ем", "ым", "е")
_SOFT = "йье"
_SOFT_ENDINGS = ("я", "ю", "ем", "е")

# Quotes come and go, the dot in foreign names has many shapes, and so has the dash of 西伯利亚力量—2.
_SAME = str.maketrans(
    {**dict.fromkeys("“”‘’\"'《》〈〉「」『』"), **dict.fromkeys("•‧・∙", "·"), **dict.fromkeys("－–—", "-")}
)
_LATIN = re.compile("[A-Za-z0-9]")


class Named(NamedTuple):
    """What a name is counted as."""

    name: str
    label: str


@dataclass(frozen=True, slots=True)
class Entity:
    """Somebody or something with a name; without a label it only looks like one."""

    name: str
    label: str  # spaCy's
    forms: Mapping[
        str, tuple[str, ...]
    ]  # per language; English ones with the name itself, if they are to be looked for


@dataclass(frozen=True, slots=True)
class _Form:
    keys: Keys  # per word
    written: tuple[str, ...]
    named: Named


@cache
def entities() -> tuple[Entity, ...]:
    """All of them, in the order of the file."""
    tables = tomllib.loads(FORMS.read_text(encoding="utf-8"))
    looks_like = Entity("", "", {language: tuple(forms) for language, forms in tables.pop(_BUT).items()})
    return *(
        _entity(name, label, forms) for label, names in tables.items() for name, forms in names.items()
    ), looks_like


def _entity(name: str, label: str, forms: Mapping[str, Sequence[str]]) -> Entity:
    written = {language: tuple(forms.get(language, ())) for language in ("ru", "zh")}
    english = (name, *forms.get("en", ())) if forms.get("en") != [] else ()
    return Entity(name, label, {"en": english, **written})


def mentions(sentences: Iterable[str], language: str) -> tuple[Mention, ...]:
    """Whom and what `sentences` in Russian ("ru") or Chinese ("zh") name; nobody for other languages."""
    named = {"ru": _in_russian, "zh": _in_chinese}.get(language)
    return ranked(chain.from_iterable(map(named, sentences))) if named else ()


def ranked(named: Iterable[Named]) -> tuple[Mention, ...]:
    """Who is named most often first; the first `MOST_MENTIONS`."""
    found = [Mention(name, label, count) for (name, label), count in Counter(named).items()]
    found.sort(key=lambda mention: (-mention.count, mention.name, mention.label))
    return tuple(found[:MOST_MENTIONS])


# --- Russian: by lemma ----------------------------------------------------------------------------


def _in_russian(sentence: str) -> Iterator[Named]:
    """The names in their order; of those that begin at one word the longest, and none within another."""
    said = words(sentence)
    keys = [word.keys for word in said]
    place = 0
    while place < len(said):
        form = next((form for form in _likely(keys[place]) if _fits(form, said, keys, place)), None)
        if form and form.named.label:
            yield form.named
        place += len(form.keys) if form else 1


def _likely(keys: frozenset[str]) -> list[_Form]:
    starts = _russian()
    forms = {form for key in keys for form in starts.get(key, ())}
    return sorted(forms, key=lambda form: (-len(form.keys), form.written))


def _fits(form: _Form, said: Sequence[Word], keys: Sequence[frozenset[str]], place: int) -> bool:
    return len(said) - place >= len(form.keys) and all(
        not key.isdisjoint(keys[place + offset]) and _capital(written, said[place + offset].written)
        for offset, (key, written) in enumerate(zip(form.keys, form.written, strict=True))
    )


def _capital(form: str, written: str) -> bool:
    """Whether `written` has the capital that `form` asks for: Песков speaks for the Kremlin, песков are sands."""
    if not form[0].isupper():
        return True
    return written[0].isupper() and (form.isupper() or not written.isupper() or len(written) >= _SHOUTED)


@cache
def _russian() -> Mapping[str, list[_Form]]:
    starts: dict[str, list[_Form]] = defaultdict(list)
    for written, named in _forms("ru"):
        form = _form(written, named)
        for key in sorted(form.keys[0]):
            starts[key].append(form)
    return dict(starts)


def _form(written: str, named: Named) -> _Form:
    said = words(written)
    keys = keys_of(said)
    alone = said[0].written.lower()
    if len(keys) == 1 and alone in keys[0]:
        keys = (frozenset({alone}),)  # it is the lemma: what pymorphy3 takes it for (Песков for sands) is not asked
    cases = (_cases(word.written) for word in said)
    return _Form(
        tuple(key | more for key, more in zip(keys, cases, strict=True)), tuple(word.written for word in said), named
    )


def _cases(name: str) -> frozenset[str]:
    """The cases of a man's or a place's name, and of an acronym; pymorphy3 guesses half of the unknown ones wrong."""
    if name.isupper():
        return frozenset(f"={name}{ending}" for ending in _ENDINGS)  # в МИДе
    if not name[0].isupper():
        return frozenset()
    soft = name[-1] in _SOFT
    stem, endings = (name[:-1], _SOFT_ENDINGS) if soft else (name, _ENDINGS if name[-1] in _CONSONANTS else ())
    return frozenset(f"{stem}{ending}".lower() for ending in endings)


# --- Chinese: by letters --------------------------------------------------------------------------


def _in_chinese(sentence: str) -> Iterator[Named]:
    """The names in their order; of those that begin at one place the longest, and none within another."""
    said = sentence.translate(_SAME)
    starts = _chinese()
    place = 0
    while place < len(said):
        likely = starts.get(said[place], ())
        form, named = next((pair for pair in likely if _stands(pair[0], said, place)), (said[place], None))
        if named and named.label:
            yield named
        place += len(form)


def _stands(form: str, said: str, place: int) -> bool:
    """Whether `form` stands there; in Latin letters not as a part of a longer word."""
    end = place + len(form)
    return said.startswith(form, place) and not any(
        0 < edge < len(said) and _LATIN.match(said, edge - 1) and _LATIN.match(said, edge) for edge in (place, end)
    )


@cache
def _chinese() -> Mapping[str, list[tuple[str, Named]]]:
    starts: dict[str, list[tuple[str, Named]]] = defaultdict(list)
    for written, named in sorted(_forms("zh"), key=lambda pair: -len(pair[0])):
        form = written.translate(_SAME)
        starts[form[0]].append((form, named))
    return dict(starts)


def _forms(language: str) -> Iterator[tuple[str, Named]]:
    for entity in entities():
        for written in entity.forms.get(language, ()):
            yield written, Named(entity.name, entity.label)
