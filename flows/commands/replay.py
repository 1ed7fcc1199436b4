"""`amur replay`: what would have been found, and when, had a corpus come in day by day."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.labelfile import read_articles
from flows.commands.printing import count, cut, json_option, print_json, print_table
from flows.commands.reading import as_published
from flows.commands.when import as_since

if TYPE_CHECKING:
    from extractors.replayed import Graded, Grades, Told
    from flows.replaying import Item, Replay

LONGEST_LABEL = 44  # columns
DAY = timedelta(days=1)


@click.command()
@click.argument("file", required=False, type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option(
    "--since", callback=as_since, metavar="DATE|SPAN", help="Replay the warehouse from this day on, in place of FILE."
)
@click.option("--every", default=24, show_default=True, type=click.IntRange(1, 168), help="Hours between two passes.")
@json_option
@pass_invocation
def replay(invocation: Invocation, file: Path | None, since: datetime | None, every: int, as_json: bool) -> None:
    """Run a dated corpus, or the warehouse itself, through judge, compare and decide by a clock of its own.

    FILE holds one JSON object per line, with date, publisher and text and, if at hand, title, bloc, language, url, id
    and themes (what people say the article speaks of). Where they say it, findings are graded: true where most of its
    articles speak of one theme, with the delay since the first of them. Of the warehouse only what was relevant is
    judged again. Nothing is stored, nothing is sent, no site is asked.

    \b
    Examples:
      amur replay corpus.jsonl
      amur replay corpus.jsonl --every 6 --json | jq '.findings[] | select(.decision == "alert")'
      amur replay --since 2026-01-01
    """
    if (file is None) == (since is None):
        raise Trouble("Replay either a FILE or the warehouse: `amur replay corpus.jsonl` or `amur replay --since DAY`.")
    settings = invocation.settings()
    from extractors.corpus import read_corpus
    from flows.commands.progress import watching
    from flows.house import open_house
    from flows.replaying import NotReplayed, corpus_of
    from flows.replaying import replay as replayed

    corpus = corpus_of(read_articles(file, read_corpus)) if file else _archive(settings.data, since)
    with watching() as watch, open_house(settings, watch) as house:
        try:
            found = replayed(house, corpus, timedelta(hours=every))
        except NotReplayed as error:
            raise Trouble(str(error), Exit.FAILED) from error
    themes = len(settings.taxonomy.themes)
    if as_json:
        print_json(_as_json(found, corpus, themes))
    else:
        _say(found, corpus, themes)


def _archive(data: Path, since: datetime | None) -> list[Item]:
    from flows.replaying import Item
    from warehouse import replays

    if since is None:
        return []
    with as_published(data) as con:
        return [Item(feed, article) for feed, article in replays.archive(con, since)]


def _graded(found: Replay, corpus: list[Item], themes: int) -> tuple[list[Graded], Grades] | None:
    """The grades, where people said of every article what it speaks of."""
    from extractors.replayed import Labelled, grade, grades

    labelled = [Labelled(i.article.id, i.article.dated_at, i.themes) for i in corpus if i.themes is not None]
    if len(labelled) < len(corpus):
        return None
    graded = grade(found.told, labelled)
    return graded, grades(graded, found.relevant, themes * max((found.last - found.first) // DAY, 1))


def _as_json(found: Replay, corpus: list[Item], themes: int) -> dict[str, Any]:
    judged = _graded(found, corpus, themes)
    told = [_finding(one) for one in found.told]
    if judged:
        told = [
            one | {"about": g.about, "true": g.is_true, "delay_articles": g.delay_articles, "delay_days": g.delay_days}
            for one, g in zip(told, judged[0], strict=True)
        ]
    counts = {name: getattr(found, name) for name in ("articles", "relevant", "failed", "passes", "first", "last")}
    return counts | {"findings": told, "grades": asdict(judged[1]) if judged else None}


def _finding(one: Told) -> dict[str, Any]:
    return asdict(one) | {"article_ids": [str(id_) for id_ in one.article_ids]}


def _say(found: Replay, corpus: list[Item], themes: int) -> None:
    click.echo(
        f"{count(found.articles, 'article')} from {found.first:%Y-%m-%d} to {found.last:%Y-%m-%d}, "
        f"{found.relevant:,} relevant; {count(found.passes, 'pass', 'passes')}.\n"
    )
    if found.failed:
        click.echo(f"{count(found.failed, 'article')} could not be judged and is left out.\n", err=True)
    judged = _graded(found, corpus, themes)
    if not found.told:
        click.echo("Nothing was found.")
    elif judged:
        rows = [(*_row(g.told), _truth(g), _number(g.delay_articles), _number(g.delay_days)) for g in judged[0]]
        print_table(("found", "kind", "theme", "decision", "true", "articles", "days"), rows)
        _say_grades(judged[1])
    else:
        print_table(("found", "kind", "theme", "decision"), [_row(one) for one in found.told])


def _row(one: Told) -> tuple[str, str, str, str]:
    return f"{one.found_at:%Y-%m-%d}", one.kind, cut(one.label, LONGEST_LABEL), one.decision


def _truth(graded: Graded) -> str:
    return "yes" if graded.is_true else "no"


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:.0f}"


def _say_grades(grades: Grades) -> None:
    click.echo(
        f"\n{count(grades.true + grades.false, 'alert')}, {grades.true:,} of them true. Median delay: "
        f"{_number(grades.median_delay_articles) or 'no'} articles, {_number(grades.median_delay_days) or 'no'} days.\n"
        f"False alarms: {_rate(grades.false_per_1000_relevant)} per 1,000 relevant articles, "
        f"{_rate(grades.false_per_1000_theme_days)} per 1,000 theme-days."
    )


def _rate(value: float | None) -> str:
    return "none counted" if value is None else f"{value:.2f}"
