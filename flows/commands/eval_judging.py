"""Labelled articles are judged as a pass would judge them, for `amur eval themes`."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Trouble

if TYPE_CHECKING:
    from extractors.evaluate import Found, Labelled
    from extractors.themes import JudgeInput
    from warehouse.records import Judgement, Taxonomy

DEADLINE = 120.0  # seconds that one article may take
FEW = 40  # articles that are judged here: two processes would take longer to start than to judge them


def judge_all(labelled: Sequence[Labelled], taxonomy: Taxonomy, models: Path) -> list[Found]:
    """What a pass would find in each, in their order; an article that cannot be judged is kept out, as in a pass.

    `models` is the folder of what was learnt of themes; what is missing is learnt. Raises Trouble where it cannot be.
    """
    from extractors.evaluate import Found, found_in
    from extractors.themes import JudgeInput
    from extractors.workers import Failed, WorkerRules, Workers

    # Nothing is kept: any id will do.
    articles = [(JudgeInput(uuid.UUID(int=0), one.title, one.text, one.language),) for one in labelled]
    model, now = _model(taxonomy, models), datetime.now(UTC)
    with click.progressbar(
        length=len(articles), label="Judging", file=sys.stderr, hidden=not sys.stderr.isatty()
    ) as progress:
        if len(articles) <= FEW:
            results: list[Judgement | Failed] = []
            for article in articles:
                results.append(_judged(*article, taxonomy, model, now))
                progress.update(1)
        else:
            with Workers(WorkerRules()) as workers:
                results = workers.map(_judged, articles, DEADLINE, lambda _: progress.update(1), (taxonomy, model, now))
    return [
        Found(False, frozenset(), f"could not be judged: {one.reason}") if isinstance(one, Failed) else found_in(one)
        for one in results
    ]


def _judged(article: JudgeInput, taxonomy: Taxonomy, model: Path | None, now: datetime) -> Judgement:
    from extractors.themes import judge

    return judge(article, taxonomy, model=model, now=now)


def _model(taxonomy: Taxonomy, folder: Path) -> Path | None:
    from extractors.exemplars import model_file, prepare

    model = model_file(taxonomy, folder)
    if model and not model.exists() and sys.stderr.isatty():
        click.echo("Learning the themes from their statements, once: this takes a minute.", err=True)
    try:
        return prepare(taxonomy, folder)
    except OSError as error:
        said = f"What is learnt of the themes cannot be kept in {folder}: {error.strerror}. Name another in AMUR_CACHE."
        raise Trouble(said) from error
