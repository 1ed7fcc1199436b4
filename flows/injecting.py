"""Injection: of each theme in turn nobody is told, and a year is replayed to see whether it comes back by itself.

After Christophe et al. 2019 (arXiv 1909.05099): a class is held out, its documents are injected into the stream, and
what counts is whether it is found, after how many of them, and how much else is called new.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import timedelta
from pathlib import Path

from extractors import exemplars
from extractors.naming import names
from extractors.replayed import Graded, Labelled, grade
from extractors.workers import Failed
from flows.house import House
from flows.modelfile import LEARNING
from flows.replaying import Item, NotReplayed, replay
from warehouse.records import Taxonomy, Theme

SEPARATOR = " · "  # between the phrases of a label
STEP = timedelta(days=3)  # between two passes: a delay is counted in articles, whenever they are looked at


@dataclass(frozen=True, slots=True)
class Injected:
    """What came of leaving one theme out; `delay_articles` counts its articles up to the alert, that one included."""

    theme_id: str
    came_back: bool
    label: str  # of the first candidate that is it
    named: bool  # the label holds a strong phrase of the theme, or an entity that is this theme's alone
    delay_articles: int | None
    delay_days: float | None  # to within a step
    repeats: int  # further candidates that are the same theme
    false: tuple[str, ...]  # labels of candidates that are something else
    relevant: int


def inject(house: House, corpus: Sequence[Item], only: Sequence[str] = ()) -> Iterator[Injected]:
    """Leave out one theme after the other, or those of `only`, and replay the corpus.

    Raises `NotReplayed`.
    """
    taxonomy = house.settings.taxonomy
    by_heart = _by_heart(taxonomy, corpus)
    labelled = [Labelled(i.article.id, i.article.dated_at, i.themes or frozenset()) for i in corpus]
    for theme in taxonomy.themes:
        if not only or theme.id in only:
            with _without(house, theme.id, by_heart) as played:
                found = replay(played, corpus, STEP)
            told = [one for one in found.told if one.kind == "candidate" and one.decision == "alert"]
            yield _judged(theme, taxonomy, grade(told, labelled), found.relevant)


def _judged(theme: Theme, taxonomy: Taxonomy, graded: Sequence[Graded], relevant: int) -> Injected:
    back = [one for one in graded if one.about == theme.id]
    first = back[0] if back else None
    label = first.told.label if first else ""
    return Injected(
        theme_id=theme.id,
        came_back=first is not None,
        label=label,
        named=names(theme, taxonomy, label.split(SEPARATOR)),
        delay_articles=first.delay_articles if first else None,
        delay_days=first.delay_days if first else None,
        repeats=max(len(back) - 1, 0),
        false=tuple(one.told.label for one in graded if one.about != theme.id),
        relevant=relevant,
    )


@contextmanager
def _without(house: House, theme_id: str, by_heart: frozenset[str]) -> Iterator[House]:
    """The same house, told neither of the theme nor of any sentence `by_heart`. Raises `NotReplayed`."""
    taxonomy = house.settings.taxonomy
    kept = [
        replace(theme, statements=tuple(s for s in theme.statements if s.text not in by_heart))
        for theme in taxonomy.themes
        if theme.id != theme_id
    ]
    held_out = Taxonomy(tuple(kept), taxonomy.scorer)
    with tempfile.TemporaryDirectory(prefix="amur-inject-") as folder:
        models = Path(folder)
        (learnt,) = house.workers.map(exemplars.prepare, [(held_out, models, by_heart)], LEARNING)
        if isinstance(learnt, Failed):
            raise NotReplayed(
                f"The themes could not be learnt without {theme_id} ({learnt.reason}: {learnt.detail}). Is there room "
                "for temporary files? Run it again with --theme for those that are left."
            )
        yield replace(house, settings=replace(house.settings, taxonomy=held_out), models=models)


def _by_heart(taxonomy: Taxonomy, corpus: Sequence[Item]) -> frozenset[str]:
    """The sentences that stand in the corpus word for word: who has learnt them would know it by heart."""
    said = "\n".join(f"{item.article.title}\n{item.article.text}" for item in corpus)
    statements = [statement for theme in taxonomy.themes for statement in theme.statements]
    return frozenset(s.text for s in (*statements, *exemplars.background()) if s.text in said)
