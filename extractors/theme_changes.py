"""What an edited set of themes changes against the one in use: theme by theme, and whether scores change. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Literal, Protocol

from warehouse.records import Theme

Kind = Literal["added", "retired", "changed", "words"]


class Used(Protocol):
    """A theme in use; `theme` is None where only its digest, label and definition are known."""

    @property
    def digest(self) -> str: ...
    @property
    def label(self) -> str: ...
    @property
    def definition(self) -> str: ...
    @property
    def theme(self) -> Theme | None: ...


@dataclass(frozen=True, slots=True, order=True)
class Part:
    """One thing that a theme is known by; `language` is "" for a name."""

    what: Literal["statement", "counter", "phrase", "entity"]
    language: str
    text: str
    strength: str = ""  # of a phrase


@dataclass(frozen=True, slots=True)
class Change:
    """What becomes of one theme. Only `words` for people leave the scores alone.

    `told` is False where the theme in use is not known in full: then it is not known either what was put in and taken
    out.
    """

    theme: str
    label: str
    kind: Kind
    scores: bool
    put_in: tuple[Part, ...] = ()
    taken_out: tuple[Part, ...] = ()
    words: tuple[str, ...] = ()  # label, definition, contrast
    told: bool = True


def changes(before: Mapping[str, Used], after: Iterable[Theme]) -> tuple[Change, ...]:
    """Every theme that is not as it was: in the order of the edited file, then those that are gone."""
    edited = {theme.id: theme for theme in after}
    found = [_changed(before.get(id_), theme) for id_, theme in edited.items()]
    gone = [_retired(id_, used) for id_, used in before.items() if id_ not in edited]
    return tuple(change for change in [*found, *gone] if change)


def _changed(used: Used | None, theme: Theme) -> Change | None:
    if used is None:
        return Change(theme.id, theme.label, "added", scores=True, put_in=tuple(sorted(_parts(theme))))
    words = _words(used, theme)
    if used.digest == theme.digest:
        return Change(theme.id, theme.label, "words", scores=False, words=words) if words else None
    if used.theme is None:
        return Change(theme.id, theme.label, "changed", scores=True, words=words, told=False)
    was, now = Counter(_parts(used.theme)), Counter(_parts(theme))
    return Change(
        theme=theme.id,
        label=theme.label,
        kind="changed",
        scores=True,
        put_in=tuple(sorted((now - was).elements())),
        taken_out=tuple(sorted((was - now).elements())),
        words=words,
    )


def _retired(id_: str, used: Used) -> Change:
    parts = tuple(sorted(_parts(used.theme))) if used.theme else ()
    return Change(id_, used.label, "retired", scores=True, taken_out=parts, told=used.theme is not None)


def _words(used: Used, theme: Theme) -> tuple[str, ...]:
    pairs = [("label", used.label, theme.label), ("definition", used.definition, theme.definition)]
    if used.theme:
        was, now = ({(c.theme_id, c.how) for c in one.contrasts} for one in (used.theme, theme))
        if was != now:
            return (*(name for name, before, after in pairs if before != after), "contrast")
    return tuple(name for name, before, after in pairs if before != after)


def _parts(theme: Theme) -> list[Part]:
    return [
        *(Part("statement", one.language, one.text) for one in theme.statements),
        *(Part("counter", one.language, one.text) for one in theme.counter),
        *(Part("phrase", one.language, one.text, one.strength) for one in theme.phrases),
        *(Part("entity", "", name) for name in theme.entities),
    ]
