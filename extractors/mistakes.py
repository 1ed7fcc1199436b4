"""What was judged wrongly: which themes are taken for which, and what spoke for them. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from extractors.evaluate import Compared, Found, Labelled, compared
from warehouse.records import Evidence, Score

KEPT_OUT = "kept out by the gate"
IRRELEVANT = "irrelevant"
NOTHING = "nothing"


@dataclass(frozen=True, slots=True)
class Mistake:
    """One article that was judged wrongly."""

    article: Labelled
    found: Found
    answer: Compared

    @property
    def gate_wrong(self) -> bool:
        return self.article.relevant not in (None, self.found.relevant)


@dataclass(frozen=True, slots=True)
class Confused:
    """In how many articles one theme was missed, and what was wrongly found in them, or was the case, instead.

    `missed` is a theme's id, `IRRELEVANT`, or `NOTHING`; `instead` is one, `KEPT_OUT`, or `NOTHING`.
    """

    missed: str
    instead: str
    articles: int


def mistakes(labelled: Sequence[Labelled], found: Sequence[Found]) -> list[Mistake]:
    """The articles that were judged wrongly, by the gate or in any theme, in their order."""
    all_ = [Mistake(one, answer, compared(one, answer)) for one, answer in zip(labelled, found, strict=True)]
    return [one for one in all_ if one.gate_wrong or one.answer.false_alarms or one.answer.misses]


def confusion(wrong: Iterable[Mistake]) -> list[Confused]:
    """For each miss, the false alarms of the same article, and the other way about; the most frequent first."""
    pairs = Counter(pair for one in wrong for pair in _pairs(one))
    return [Confused(*pair, articles) for pair, articles in sorted(pairs.items(), key=lambda p: (-p[1], p[0]))]


def spoke_for(found: Found, theme_id: str) -> tuple[float, Evidence | None]:
    """The score of a theme in an article, and the sentence that says most for it; none where none does."""
    score = _score(found, theme_id)
    return (score.score, score.evidence[0] if score.evidence else None) if score else (0.0, None)


def as_json(one: Mistake) -> dict[str, Any]:
    """One article that was judged wrongly, as `amur eval themes --json` prints it."""
    article, found = one.article, one.found
    return {
        "id": article.id,
        "language": article.language,
        "title": article.title,
        "gate": {
            "expected": article.relevant,
            "found": found.relevant,
            "reason": found.reason,
            "relevance": found.relevance,
        },
        "false_alarms": [_theme_as_json(found, theme) for theme in sorted(one.answer.false_alarms)],
        "misses": [_theme_as_json(found, theme) for theme in sorted(one.answer.misses)],
    }


def _theme_as_json(found: Found, theme_id: str) -> dict[str, Any]:
    score, evidence = spoke_for(found, theme_id)
    return {
        "theme": theme_id,
        "score": score,
        "sentence": evidence.sentence if evidence else None,
        "phrase": evidence.phrase if evidence else "",
        "statement": evidence.statement if evidence else "",
        "likeness": evidence.likeness if evidence else 0.0,
    }


def _pairs(one: Mistake) -> Iterable[tuple[str, str]]:
    misses, false_alarms = sorted(one.answer.misses), sorted(one.answer.false_alarms)
    nothing_missed = IRRELEVANT if one.article.relevant is False else NOTHING
    nothing_found = NOTHING if one.found.relevant else KEPT_OUT
    if misses or false_alarms:
        yield from ((m, f) for m in misses or [nothing_missed] for f in false_alarms or [nothing_found])


def _score(found: Found, theme_id: str) -> Score | None:
    return next((score for score in found.scores if score.theme_id == theme_id), None)
