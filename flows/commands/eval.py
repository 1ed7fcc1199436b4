"""`amur eval`: how well Amur does on texts of which people said what they are about."""

from __future__ import annotations

import sys
import uuid
from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from flows.commands import Trouble
from flows.commands.printing import json_option, print_json, print_table

if TYPE_CHECKING:
    from extractors.evaluate import Found, Labelled, Metrics, Tally
    from extractors.evaluate_genre import ToldGenre
    from warehouse.records import Taxonomy

T = TypeVar("T")

_THEMES = Path(__file__).parent.parent / "defaults" / "themes.toml"
_METRICS = ("precision", "recall", "f1", "tp", "fp", "fn")


@click.group("eval")
def evaluate() -> None:
    """Measure the gate, the themes and the genres against labelled articles.

    \b
    Examples:
      amur eval themes labelled.jsonl
      amur eval genre labelled.jsonl
    """


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@json_option
@click.option(
    "--themes",
    "themes_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    default=_THEMES,
    show_default="those that come with Amur",
    help="The themes file to measure.",
)
def themes(file: Path, themes_file: Path, as_json: bool) -> None:
    """Print precision, recall and F1 of the gate and of the themes, per language.

    FILE holds one JSON object per line, with language, title, text, relevant (true or false), themes (a list of ids)
    and, if any, disputed: ids that count neither way. An article that the gate keeps out has no theme. tp, fp and fn
    count what was found rightly, found wrongly and missed; a theme is listed where anybody, reader or Amur, saw it.

    \b
    Examples:
      amur eval themes labelled.jsonl
      amur eval themes --themes themes.toml labelled.jsonl
      amur eval themes --json labelled.jsonl > before.json
    """
    from extractors.evaluate import as_json as report
    from extractors.evaluate import read_labelled, tally

    taxonomy = _read_themes(themes_file)
    labelled = _read(file, read_labelled)
    tallies = tally(labelled, _judge(labelled, taxonomy))
    if as_json:
        print_json(report(tallies))
    else:
        _print(tallies)
    _name_strangers(labelled, taxonomy)


@evaluate.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
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
    from extractors.evaluate_genre import accuracies, confusion, read_labelled_genres, tell_all

    told = tell_all(_read(file, read_labelled_genres))
    if as_json:
        report: dict[str, object] = {"accuracy": accuracies(told), "confusion": confusion(told)}
        missed = [
            {"id": o.article.id, "title": o.article.title, "is": o.article.genre, "told": o.genre, "cue": o.cue}
            for o in told
            if not o.right
        ]
        print_json(report | {"wrong": missed})
        return
    _print_genres(accuracies(told), confusion(told))
    if wrong:
        _print_wrong([one for one in told if not one.right])


def _read_themes(file: Path) -> Taxonomy:
    from extractors.taxonomy import ThemeError, parse_themes
    from flows.complaints import Complaint, SettingsError, read_toml

    table, complaints = read_toml(file)
    if complaints:
        raise SettingsError(complaints)
    try:
        return parse_themes(table)
    except ThemeError as error:
        raise SettingsError(Complaint(file.name, path, message) for path, message in error.complaints) from error


def _read(file: Path, reader: Callable[[Iterable[str]], list[T]]) -> list[T]:
    from extractors.labels import LabelError

    try:
        with file.open(encoding="utf-8-sig") as lines:
            labelled = reader(lines)
    except LabelError as error:
        raise Trouble(f"{file}: {error}") from error
    except UnicodeDecodeError as error:
        raise Trouble(f"{file}: is not UTF-8 text (byte {error.start}): save it as UTF-8") from error
    except OSError as error:
        raise Trouble(f"{file}: cannot be read: {error.strerror}") from error
    if not labelled:
        raise Trouble(f"{file}: holds no labelled article: write one JSON object per line")
    return labelled


def _judge(labelled: Sequence[Labelled], taxonomy: Taxonomy) -> list[Found]:
    from extractors.evaluate import Found
    from extractors.themes import JudgeInput, judge

    now = datetime.now(UTC)
    found = []
    with click.progressbar(labelled, label="Judging", file=sys.stderr, hidden=not sys.stderr.isatty()) as articles:
        for article in articles:
            # Nothing is kept: any id will do.
            judged = judge(JudgeInput(uuid.UUID(int=0), article.title, article.text, article.language), taxonomy, now)
            found.append(Found(judged.relevant, frozenset(s.theme_id for s in judged.scores if s.present)))
    return found


def _print(tallies: Mapping[str, Tally]) -> None:
    from extractors.evaluate import macro, micro

    click.echo("Gate: is it about China and Russia?")
    columns = ("language", "articles", "relevant")
    print_table(
        (*columns, *_METRICS),
        [(language, t.articles, t.relevant, *_row(t.gate.metrics())) for language, t in tallies.items()],
    )
    click.echo("\nThemes, end to end")
    rows: list[Sequence[object]] = []
    for language, counts in tallies.items():
        rows.append((language, "micro: all labels", *_row(micro(counts))))
        rows.append((language, f"macro: mean of {len(counts.themes)} themes", *_row(macro(counts))))
        rows += [(language, theme, *_row(counts.themes[theme].metrics())) for theme in sorted(counts.themes)]
    print_table(("language", "theme", *_METRICS), rows)


def _print_genres(accuracies: Mapping[str, Mapping[str, float]], confusion: Mapping[str, Mapping[str, int]]) -> None:
    print_table(
        ("language", "articles", "right", "accuracy", "by the commonest"),
        [
            (language, a["articles"], a["right"], f"{a['accuracy']:.2f}", f"{a['commonest']:.2f}")
            for language, a in accuracies.items()
        ],
    )
    click.echo("\nWhat people say (rows), and what was told (columns)")
    columns = tuple(next(iter(confusion.values())))
    print_table(("", *columns), [(genre, *row.values()) for genre, row in confusion.items()])


def _print_wrong(missed: Sequence[ToldGenre]) -> None:
    click.echo("\nTold wrongly" if missed else "\nNone is told wrongly.")
    if missed:
        rows = [(o.article.id, o.article.language, o.article.genre, o.genre, o.cue, o.article.title) for o in missed]
        print_table(("id", "language", "is", "told", "by", "title"), rows)


def _row(metrics: Metrics) -> list[object]:
    shares = [f"{metrics[key]:.2f}" for key in ("precision", "recall", "f1")]
    return [*shares, *(metrics.get(key) for key in ("tp", "fp", "fn"))]


def _name_strangers(labelled: Sequence[Labelled], taxonomy: Taxonomy) -> None:
    known = {theme.id for theme in taxonomy.themes}
    strangers = sorted({theme for article in labelled for theme in article.themes} - known)
    if strangers:
        click.echo(f"Note: no theme has the id {', '.join(strangers)}: these labels count as missed.", err=True)
