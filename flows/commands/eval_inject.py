"""`amur eval novelty --inject`: whether a theme that nobody configured comes back by itself."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from statistics import median
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, Trouble
from flows.commands.labelfile import read_articles
from flows.commands.printing import count, cut, print_json, print_table

if TYPE_CHECKING:
    from flows.injecting import Injected

LONGEST_LABEL = 60  # columns


def inject(invocation: Invocation, file: Path, only: tuple[str, ...], *, as_json: bool) -> None:
    """Leave out each theme in turn, replay the file, and print what came back."""
    settings = invocation.settings()
    from extractors.corpus import read_corpus
    from flows.commands.progress import watching
    from flows.house import open_house
    from flows.injecting import inject as injected
    from flows.replaying import NotReplayed, corpus_of

    unknown = sorted(set(only) - {theme.id for theme in settings.taxonomy.themes})
    if unknown:
        raise Trouble(f"No theme is called {unknown[0]!r}: `amur themes list` names them.")
    articles = read_articles(file, read_corpus)
    unlabelled = next((number for number, one in enumerate(articles, 1) if one.themes is None), 0)
    if unlabelled:
        raise Trouble(f'{file}: article {unlabelled} by date has no "themes": give every article a list, [] for none.')
    found = []
    with watching() as watch, open_house(settings, watch) as house:
        try:
            for one in injected(house, corpus_of(articles), only):
                found.append(one)
                click.echo(_line(one), err=True)
        except NotReplayed as error:
            raise Trouble(str(error), Exit.FAILED) from error
    if as_json:
        print_json(summary(found) | {"themes": [asdict(one) for one in found]})
    else:
        _say(found)


def summary(found: list[Injected]) -> dict[str, Any]:
    """All themes together; `false_per_1000` counts candidates that are none of them, per 1,000 relevant articles."""
    delays = [one.delay_articles for one in found if one.delay_articles is not None]
    false, relevant = sum(len(one.false) for one in found), sum(one.relevant for one in found)
    return {
        "left_out": len(found),
        "came_back": sum(one.came_back for one in found),
        "named": sum(one.named for one in found),
        "median_delay_articles": median(delays) if delays else None,
        "repeats": sum(one.repeats for one in found),
        "false": false,
        "relevant": relevant,
        "false_per_1000": 1000 * false / relevant if relevant else None,
    }


def _line(one: Injected) -> str:
    return f"{one.theme_id}: {f'came back as {one.label!r}' if one.came_back else 'did not come back'}"


def _say(found: list[Injected]) -> None:
    rows = [
        (
            one.theme_id,
            "yes" if one.came_back else "no",
            "yes" if one.named else "no",
            "" if one.delay_articles is None else one.delay_articles,
            "" if one.delay_days is None else f"{one.delay_days:.0f}",
            one.repeats,
            len(one.false),
            cut(one.label, LONGEST_LABEL),
        )
        for one in found
    ]
    print_table(("theme", "back", "named", "articles", "days", "repeats", "false", "label"), rows)
    total = summary(found)
    delay, rate = total["median_delay_articles"], total["false_per_1000"]
    click.echo(
        f"\n{total['came_back']} of {count(len(found), 'theme')} came back, {total['named']} by name. "
        f"Median delay: {'none' if delay is None else f'{delay:.0f}'} articles.\n"
        f"{count(total['false'], 'false candidate')}: {'none counted' if rate is None else f'{rate:.2f}'} per 1,000 "
        f"relevant articles. {count(total['repeats'], 'repeat')}."
    )
