"""How well the gate and the themes do on labelled articles. Pure.

End to end: an article that the gate keeps out has no theme. Labels that the annotators disputed count neither way.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from extractors.labels import LabelError, instead, row, text

Metrics = dict[str, float | int]


@dataclass(frozen=True, slots=True)
class Labelled:
    """One article and what people say it is about."""

    language: str
    title: str
    text: str
    relevant: bool
    themes: frozenset[str]
    disputed: frozenset[str]


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one article."""

    relevant: bool
    themes: frozenset[str]


@dataclass(slots=True)
class Counts:
    """Right ones, false alarms and misses."""

    tp: int = 0
    fp: int = 0
    fn: int = 0

    def add(self, *, expected: bool, found: bool) -> None:
        self.tp += expected and found
        self.fp += found and not expected
        self.fn += expected and not found

    def metrics(self) -> Metrics:
        """Precision, recall and F1, 0 where there is nothing to divide by, and the counts."""
        return {
            "precision": _share(self.tp, self.tp + self.fp),
            "recall": _share(self.tp, self.tp + self.fn),
            "f1": _share(2 * self.tp, 2 * self.tp + self.fp + self.fn),
            "tp": self.tp,
            "fp": self.fp,
            "fn": self.fn,
        }


@dataclass(slots=True)
class Tally:
    """What was counted in one language."""

    articles: int = 0
    relevant: int = 0
    gate: Counts = field(default_factory=Counts)
    themes: dict[str, Counts] = field(default_factory=dict)


def read_labelled(lines: Iterable[str]) -> list[Labelled]:
    """Articles from JSON lines with `language`, `text`, `relevant` and `themes`, and `title` and `disputed` if any.

    Empty lines and other keys are passed over. Raises `LabelError` for the first line that will not do.
    """
    return [_labelled(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def tally(labelled: Sequence[Labelled], found: Sequence[Found]) -> dict[str, Tally]:
    """The counts per language; `found` is in the order of `labelled`."""
    tallies: dict[str, Tally] = {}
    for article, answer in zip(labelled, found, strict=True):
        counts = tallies.setdefault(article.language, Tally())
        counts.articles += 1
        counts.relevant += article.relevant
        counts.gate.add(expected=article.relevant, found=answer.relevant)
        themes = answer.themes if answer.relevant else frozenset[str]()
        for theme in (article.themes | themes) - article.disputed:
            counts.themes.setdefault(theme, Counts()).add(expected=theme in article.themes, found=theme in themes)
    return dict(sorted(tallies.items()))


def as_json(tallies: Mapping[str, Tally]) -> dict[str, dict[str, Any]]:
    """The metrics, as `amur eval themes --json` prints them."""
    return {
        "gate": {
            language: {**counts.gate.metrics(), "n": counts.articles, "relevant": counts.relevant}
            for language, counts in tallies.items()
        },
        "themes": {
            language: {
                "micro": micro(counts),
                "macro": macro(counts),
                "per_theme": {theme: counts.themes[theme].metrics() for theme in sorted(counts.themes)},
            }
            for language, counts in tallies.items()
        },
    }


def micro(counts: Tally) -> Metrics:
    """Over all labels of a language together."""
    sums = Counter[str]()
    for theme in counts.themes.values():
        sums.update(tp=theme.tp, fp=theme.fp, fn=theme.fn)
    return Counts(sums["tp"], sums["fp"], sums["fn"]).metrics()


def macro(counts: Tally) -> Metrics:
    """The mean over the themes that anybody, reader or scorer, saw in that language."""
    seen = [theme.metrics() for theme in counts.themes.values()]
    means: Metrics = {key: _share(sum(m[key] for m in seen), len(seen)) for key in ("precision", "recall", "f1")}
    return {**means, "themes": len(seen)}


def _share(part: float, whole: float) -> float:
    return part / whole if whole else 0.0


def _labelled(number: int, line: str) -> Labelled:
    stated = row(number, line, "language, text, relevant and themes")
    relevant = stated.get("relevant")
    if not isinstance(relevant, bool):
        raise LabelError(number, f'"relevant" {instead(stated, "relevant")}: give true or false')
    return Labelled(
        language=text(number, stated, "language"),
        title=text(number, stated, "title", needed=False),
        text=text(number, stated, "text"),
        relevant=relevant,
        themes=_names(number, stated, "themes"),
        disputed=_names(number, stated, "disputed", needed=False),
    )


def _names(number: int, stated: Mapping[str, object], key: str, *, needed: bool = True) -> frozenset[str]:
    value = stated.get(key)
    if value is None and not needed:
        return frozenset()
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return frozenset(value)
    raise LabelError(number, f'"{key}" {instead(stated, key)}: give a list of theme ids, [] for none')
