"""How well the gate and the themes do on labelled articles. Pure.

End to end: an article that the gate keeps out has no theme. Labels that the annotators disputed count neither way.
"""

from __future__ import annotations

import hashlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from typing import Any

import numpy as np

from extractors.bootstrap import (
    Counts,
    Estimate,
    Measured,
    estimate,
    measured,
    precision_recall_f1,
    share,
    shares_as_json,
)
from extractors.labels import ALL, LabelError, instead, row, text
from warehouse.records import Judgement, Score

_GATE, _PASSED = slice(0, 3), slice(3, 6)  # columns of what is counted in an article; the themes follow


@dataclass(frozen=True, slots=True)
class Labelled:
    """One article and what people say it is about."""

    language: str
    title: str
    text: str
    relevant: bool | None  # None: nobody said
    themes: frozenset[str]
    disputed: frozenset[str]  # or nobody said
    id: str = ""


@dataclass(frozen=True, slots=True)
class Found:
    """What was found in one article; `reason` is why the gate kept it out."""

    relevant: bool
    themes: frozenset[str]
    reason: str = ""
    relevance: float = 0.0  # as the gate weighs it
    scores: tuple[Score, ...] = ()


@dataclass(frozen=True, slots=True)
class Compared:
    """The themes of one article that were found rightly, found wrongly and missed."""

    right: frozenset[str]
    false_alarms: frozenset[str]
    misses: frozenset[str]


@dataclass(frozen=True, slots=True)
class Passed:
    """How many articles of which people say that they are irrelevant got past the gate, and were given a theme."""

    irrelevant: int
    let_in: int
    with_theme: int
    share: Estimate  # of the irrelevant ones that were given a theme


@dataclass(frozen=True, slots=True)
class Macro:
    """The mean over the themes that anybody, reader or scorer, saw."""

    precision: Estimate
    recall: Estimate
    f1: Estimate
    themes: int


@dataclass(frozen=True, slots=True)
class Report:
    """What was measured in one language, or in all together."""

    articles: int
    relevant: int
    gate: Measured
    micro: Measured  # over all labels together
    macro: Macro
    themes: Mapping[str, Measured]
    passed: Passed


def read_labelled(lines: Iterable[str]) -> list[Labelled]:
    """Articles from JSON lines with `language`, `text`, `relevant`, `themes`; `title`, `disputed`, `id` if any.

    Empty lines and other keys are passed over. Raises `LabelError` for the first line that will not do.
    """
    return [_labelled(number, line) for number, line in enumerate(lines, 1) if line.strip()]


def read_verdicts(said: Iterable[tuple[str, str, str, str, bool]], themes: Collection[str]) -> list[Labelled]:
    """Articles as analysts labelled them in passing: (language, title, text, theme's id, whether it speaks of it).

    `themes` are the ids of all that are measured: those of which nobody said anything count neither way. An article
    that speaks of any is relevant; of one that merely lacks some, nobody said whether it is.
    """
    articles: dict[tuple[str, str, str], dict[str, bool]] = {}
    for language, title, body, theme_id, speaks in said:
        articles.setdefault((language, title, body), {})[theme_id] = speaks
    labelled = []
    for number, (article, verdicts) in enumerate(articles.items(), 1):
        spoken = frozenset(theme for theme, speaks in verdicts.items() if speaks)
        unsaid = frozenset(themes) - verdicts.keys()
        labelled.append(Labelled(*article, True if spoken else None, spoken, unsaid, f"article {number}"))
    return labelled


def half(labelled: Iterable[Labelled], name: str) -> list[Labelled]:
    """Half "A" or "B" of the articles, in their order; what is tuned on one is measured on the other.

    The split is fixed: of the articles alike in language and relevance, sorted by the SHA-256 of the text, A has the
    first, the third and so on. It does not depend on the order of the file.
    """
    articles = list(labelled)
    digests = [hashlib.sha256(article.text.encode()).hexdigest() for article in articles]
    order = sorted(range(len(articles)), key=lambda n: (_stratum(articles[n]), digests[n], n))
    chosen = {
        n
        for _, stratum in groupby(order, key=lambda n: _stratum(articles[n]))
        for n in list(stratum)["AB".index(name) :: 2]
    }
    return [article for n, article in enumerate(articles) if n in chosen]


def found_in(judgement: Judgement) -> Found:
    """What a judgement found."""
    present = frozenset(score.theme_id for score in judgement.scores if score.present)
    return Found(judgement.relevant, present, judgement.reason, judgement.relevance, judgement.scores)


def compared(article: Labelled, found: Found) -> Compared:
    """What was found in an article against what people say."""
    themes = (found.themes if found.relevant else frozenset[str]()) - article.disputed
    wanted = article.themes - article.disputed
    return Compared(wanted & themes, themes - wanted, wanted - themes)


def measure(labelled: Sequence[Labelled], found: Sequence[Found]) -> dict[str, Report]:
    """The report of each language, and of `ALL`; `found` is in the order of `labelled`, which is not empty."""
    pairs = list(zip(labelled, found, strict=True))
    languages = sorted({article.language for article in labelled})
    reports = {language: _report([pair for pair in pairs if pair[0].language == language]) for language in languages}
    return reports | {ALL: _report(pairs)}


def as_json(reports: Mapping[str, Report]) -> dict[str, dict[str, Any]]:
    """The metrics, as `amur eval themes --json` prints them."""
    return {
        "gate": {name: {**r.gate.as_json(), "n": r.articles, "relevant": r.relevant} for name, r in reports.items()},
        "themes": {
            name: {
                "micro": r.micro.as_json(),
                "macro": {**shares_as_json(r.macro.precision, r.macro.recall, r.macro.f1), "themes": r.macro.themes},
                "per_theme": {theme: counts.as_json() for theme, counts in r.themes.items()},
            }
            for name, r in reports.items()
        },
        "irrelevant": {
            name: {
                "n": r.passed.irrelevant,
                "let_in": r.passed.let_in,
                "with_theme": r.passed.with_theme,
                "share": r.passed.share.value,
                "interval": r.passed.share.interval,
            }
            for name, r in reports.items()
        },
    }


def _report(pairs: Sequence[tuple[Labelled, Found]]) -> Report:
    answers = [compared(article, found) for article, found in pairs]
    themes = sorted(frozenset[str]().union(*(one.right | one.false_alarms | one.misses for one in answers)))
    rows = [_counts(*pair, answer, themes) for pair, answer in zip(pairs, answers, strict=True)]
    counts = np.array(rows, np.float64)
    sums, shares = counts.sum(axis=0), estimate(counts, _statistics)
    irrelevant, let_in, with_theme = map(int, sums[_PASSED])
    per_theme, (precision, recall, f1) = _per_theme(sums), shares[6:9]
    return Report(
        articles=len(pairs),
        relevant=sum(article.relevant is True for article, _ in pairs),
        gate=measured(shares[0:3], sums[_GATE]),
        micro=measured(shares[3:6], per_theme.sum(axis=0)),
        macro=Macro(precision, recall, f1, len(themes)),
        themes={theme: measured(shares[10 + 3 * n : 13 + 3 * n], per_theme[n]) for n, theme in enumerate(themes)},
        passed=Passed(irrelevant, let_in, with_theme, shares[9]),
    )


def _counts(article: Labelled, found: Found, answer: Compared, themes: Sequence[str]) -> list[bool]:
    """What one article counts: gate, irrelevant ones, and right ones, false alarms and misses of each theme."""
    irrelevant = article.relevant is False
    return [
        article.relevant is True and found.relevant,
        irrelevant and found.relevant,
        article.relevant is True and not found.relevant,
        irrelevant,
        irrelevant and found.relevant,
        irrelevant and bool(answer.false_alarms),
        *(theme in some for theme in themes for some in (answer.right, answer.false_alarms, answer.misses)),
    ]


def _statistics(sums: Counts) -> Counts:
    """Gate, micro and macro (three each), the share of irrelevant ones with a theme, and each theme (three each)."""
    per_theme, passed = _per_theme(sums), sums[..., _PASSED]
    shares = precision_recall_f1(per_theme)
    seen = per_theme.sum(axis=-1, keepdims=True) > 0
    macro = share(np.where(seen, np.nan_to_num(shares), 0).sum(axis=-2), np.repeat(seen.sum(axis=-2), 3, axis=-1))
    return np.concatenate(
        [
            precision_recall_f1(sums[..., _GATE]),
            precision_recall_f1(per_theme.sum(axis=-2)),
            macro,
            share(passed[..., 2:], passed[..., :1]),
            shares.reshape(*sums.shape[:-1], -1),
        ],
        axis=-1,
    )


def _per_theme(sums: Counts) -> Counts:
    return sums[..., _PASSED.stop :].reshape(*sums.shape[:-1], -1, 3)


def _stratum(article: Labelled) -> tuple[str, str]:
    return article.language, str(article.relevant)


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
        id=str(stated.get("id") or f"line {number}"),
    )


def _names(number: int, stated: Mapping[str, object], key: str, *, needed: bool = True) -> frozenset[str]:
    value = stated.get(key)
    if value is None and not needed:
        return frozenset()
    if isinstance(value, list) and all(isinstance(name, str) for name in value):
        return frozenset(value)
    raise LabelError(number, f'"{key}" {instead(stated, key)}: give a list of theme ids, [] for none')
