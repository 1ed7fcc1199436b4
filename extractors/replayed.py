"""What came of a replay, against what people say its articles speak of: truth, delay and false alarms. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from statistics import median
from uuid import UUID

MAJORITY = 0.5  # of a finding's articles speak of the theme that it is said to be about


@dataclass(frozen=True, slots=True)
class Told:
    """A finding of the replay, as it was told or would have been."""

    kind: str
    theme_id: str  # a configured theme, or a candidate's id
    label: str
    found_at: datetime
    decision: str  # alert, or why there was none
    article_ids: tuple[UUID, ...]


@dataclass(frozen=True, slots=True)
class Labelled:
    """An article of which people say what it speaks of."""

    id: UUID
    at: datetime
    themes: frozenset[str]


@dataclass(frozen=True, slots=True)
class Graded:
    """A finding, and what it is really about: the theme most of its articles speak of, "" where they agree on none.

    `delay_articles` and `delay_days` count from the first article that speaks of it: the articles up to the newest that
    the finding rests on, that one included, and the days until it was found. None where the finding is false.
    """

    told: Told
    about: str
    is_true: bool
    delay_articles: int | None = None
    delay_days: float | None = None


@dataclass(frozen=True, slots=True)
class Grades:
    """The alerts of a replay; rates are None where there was nothing to count them by."""

    true: int
    false: int
    median_delay_articles: float | None
    median_delay_days: float | None
    false_per_1000_relevant: float | None
    false_per_1000_theme_days: float | None


def grade(told: Iterable[Told], articles: Sequence[Labelled]) -> list[Graded]:
    """Grade findings, in their order.

    One of a configured theme is true where most of its articles speak of that theme; a candidate, where most speak of
    one and the same theme.
    """
    themes = {article.id: article.themes for article in articles}
    return [_graded(one, themes, articles) for one in told]


def _graded(told: Told, themes: Mapping[UUID, frozenset[str]], articles: Sequence[Labelled]) -> Graded:
    spoken = Counter(theme for article in told.article_ids for theme in themes.get(article, ()))
    # By name where several are as common, so that the same replay has the same grades.
    about = min(spoken, key=lambda theme: (-spoken[theme], theme), default="")
    if not about or spoken[about] <= MAJORITY * len(told.article_ids):
        return Graded(told, "", is_true=False)
    if told.kind != "candidate" and spoken[told.theme_id] <= MAJORITY * len(told.article_ids):
        return Graded(told, about, is_true=False)
    theme = about if told.kind == "candidate" else told.theme_id
    rests_on = set(told.article_ids)
    newest = max((article.at for article in articles if article.id in rests_on), default=told.found_at)
    # Not up to the pass that found it: how seldom a replay looks is no delay of what it looks at.
    until = [article.at for article in articles if theme in article.themes and article.at <= newest]
    days = (told.found_at - min(until)).total_seconds() / 86_400 if until else 0.0
    return Graded(told, theme, is_true=True, delay_articles=len(until), delay_days=days)


def grades(graded: Iterable[Graded], relevant: int, theme_days: int) -> Grades:
    """Sum up those findings that became alerts; `theme_days` is the number of themes times that of days."""
    alerts = [one for one in graded if one.told.decision == "alert"]
    true = [one for one in alerts if one.is_true]
    false = len(alerts) - len(true)
    return Grades(
        true=len(true),
        false=false,
        median_delay_articles=_median([one.delay_articles for one in true]),
        median_delay_days=_median([one.delay_days for one in true]),
        false_per_1000_relevant=1000 * false / relevant if relevant else None,
        false_per_1000_theme_days=1000 * false / theme_days if theme_days else None,
    )


def _median(values: Iterable[float | None]) -> float | None:
    known = [value for value in values if value is not None]
    return median(known) if known else None
