from __future__ import annotations

import uuid
from datetime import UTC, datetime, timedelta

import pytest

from extractors.replayed import Labelled, Told, grade, grades

NOW = datetime(2026, 3, 20, tzinfo=UTC)


def key(n: int) -> uuid.UUID:
    return uuid.UUID(int=n)


def labelled(n: int, days_ago: float, *themes: str) -> Labelled:
    return Labelled(key(n), NOW - timedelta(days=days_ago), frozenset(themes))


def told(kind: str, theme: str, *articles: int, decision: str = "alert") -> Told:
    return Told(kind, theme, theme.title(), NOW, decision, tuple(key(n) for n in articles))


ARTICLES = [
    labelled(1, 9, "water"),
    labelled(2, 6, "water", "gas"),
    labelled(3, 5, "water"),
    labelled(4, 4, "gas"),
    labelled(5, 3),
    labelled(6, -1, "water"),
]


@pytest.mark.parametrize(
    ("finding", "about", "is_true", "articles", "days"),
    [
        (told("candidate", "c-1", 1, 2, 3), "water", True, 3, 9.0),
        (told("candidate", "c-1", 1, 2, 4, 5), "", False, None, None),
        (told("candidate", "c-1", 5), "", False, None, None),
        (told("first_seen", "gas", 2, 4), "gas", True, 2, 6.0),
        (told("first_seen", "gas", 1, 2, 3), "water", False, None, None),
        (told("surge", "grain", 5), "", False, None, None),
    ],
)
def test_a_finding_is_what_most_of_its_articles_are(
    finding: Told, about: str, is_true: bool, articles: int | None, days: float | None
) -> None:
    """A candidate is any one theme that most speak of, a configured theme only itself; delays count from the first."""
    (graded,) = grade([finding], ARTICLES)
    assert (graded.about, graded.is_true, graded.delay_articles, graded.delay_days) == (about, is_true, articles, days)


def test_only_alerts_are_counted() -> None:
    """What was held back is neither right nor wrong; rates stand against articles, and days times themes."""
    findings = [told("first_seen", "gas", 2, 4), told("surge", "gas", 5), told("surge", "gas", 5, decision="muted")]
    summed = grades(grade(findings, ARTICLES), relevant=500, theme_days=2_000)
    assert (summed.true, summed.false, summed.median_delay_articles) == (1, 1, 2)
    assert (summed.false_per_1000_relevant, summed.false_per_1000_theme_days) == (2.0, 0.5)


def test_without_articles_there_is_no_rate() -> None:
    """Nothing divided by nothing is not none."""
    summed = grades([], relevant=0, theme_days=0)
    assert summed.false_per_1000_relevant is None
    assert summed.median_delay_days is None
