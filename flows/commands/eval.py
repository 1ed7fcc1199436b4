"""`amur eval`: how well Amur does on texts of which people said what they are about."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands.eval_novelty import novelty
from flows.commands.eval_themes import themes
from flows.commands.labelfile import IN_BRACKETS, labelled_file, read_articles
from flows.commands.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from extractors.bootstrap import Measured
    from extractors.evaluate_genre import ToldGenre


@click.group("eval")
def evaluate() -> None:
    """Measure the gate, the themes, the genres and what is new against labelled articles.

    \b
    Examples:
      amur eval themes labelled.jsonl
      amur eval genre labelled.jsonl
      amur eval novelty --stream stream.jsonl
    """


evaluate.add_command(themes)
evaluate.add_command(novelty)


@evaluate.command()
@labelled_file
@json_option
@click.option("--wrong", is_flag=True, help="Name the articles told wrongly, and the cue that told.")
def genre(file: Path, wrong: bool, as_json: bool) -> None:
    """Print how often commentary, news, official statements and the rest are told apart rightly.

    FILE holds one JSON object per line, with language, text and genre (commentary, news, official, other; null leaves
    the article out) and, if at hand, title, url, section, author and id. Beside the accuracy stands the one that is had
    by always answering with the language's commonest genre.

    \b
    Examples:
      amur eval genre labelled.jsonl
      amur eval genre --wrong labelled.jsonl
      amur eval genre --json labelled.jsonl > before.json
    """
    from extractors.evaluate_genre import accuracies, confusion, genres, read_labelled_genres, tell_all

    told = tell_all(read_articles(file, read_labelled_genres))
    if as_json:
        missed = [
            {"id": o.article.id, "title": o.article.title, "is": o.article.genre, "told": o.genre, "cue": o.cue}
            for o in told
            if not o.right
        ]
        by_genre = {name: found.as_json() for name, found in genres(told).items()}
        report = {"accuracy": accuracies(told), "genres": by_genre, "confusion": confusion(told), "wrong": missed}
        print_json(report)
        return
    _print_accuracies(accuracies(told))
    _print_genres(genres(told), confusion(told))
    if wrong:
        _print_wrong([one for one in told if not one.right])


def _print_accuracies(accuracies: Mapping[str, Mapping[str, Any]]) -> None:
    rows = [
        (
            language,
            a["articles"],
            a["right"],
            f"{a['accuracy']:.2f} [{a['interval'][0]:.2f}, {a['interval'][1]:.2f}]",
            f"{a['commonest']:.2f}",
        )
        for language, a in accuracies.items()
    ]
    print_table(("language", "articles", "right", "accuracy", "by the commonest"), rows)
    click.echo(IN_BRACKETS)


def _print_genres(genres: Mapping[str, Measured], confusion: Mapping[str, Mapping[str, int]]) -> None:
    click.echo("\nEach genre, over all languages")
    print_table(
        ("genre", "precision", "recall", "f1", "tp", "fp", "fn"),
        [(name, *map(str, (m.precision, m.recall, m.f1)), m.tp, m.fp, m.fn) for name, m in genres.items()],
    )
    click.echo("\nWhat people say (rows), and what was told (columns)")
    columns = tuple(next(iter(confusion.values())))
    print_table(("", *columns), [(genre, *row.values()) for genre, row in confusion.items()])


def _print_wrong(missed: Sequence[ToldGenre]) -> None:
    click.echo("\nTold wrongly" if missed else "\nNone is told wrongly.")
    if missed:
        rows = [(o.article.id, o.article.language, o.article.genre, o.genre, o.cue, o.article.title) for o in missed]
        print_table(("id", "language", "is", "told", "by", "title"), rows)
