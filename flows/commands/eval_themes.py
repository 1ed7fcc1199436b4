"""`amur eval themes`: how well the gate and the themes do on labelled articles, and what they got wrong."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import click

from flows.commands import Invocation, Trouble, pass_invocation
from flows.commands.eval_judging import judge_all
from flows.commands.evidence_lines import reason
from flows.commands.labelfile import IN_BRACKETS, read_articles
from flows.commands.printing import count, json_option, print_json, print_table, shown

if TYPE_CHECKING:
    from extractors.bootstrap import Measured
    from extractors.evaluate import Found, Labelled, Macro, Report
    from extractors.mistakes import Confused, Mistake
    from warehouse.records import Taxonomy

Half = Literal["A", "B", "both"]

_THEMES = Path(__file__).parent.parent / "defaults" / "themes.toml"
_METRICS = ("precision", "recall", "f1", "tp", "fp", "fn")


@click.command()
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path), required=False)
@json_option
@click.option("--verdicts", is_flag=True, help="Measure on your own verdicts (amur verdict) instead of a file.")
@click.option(
    "--themes",
    "themes_file",
    type=click.Path(exists=True, dir_okay=False, path_type=Path),
    show_default="those that come with Amur; with --verdicts your own",
    help="The themes file to measure.",
)
@click.option("--wrong", is_flag=True, help="Name the articles judged wrongly, and what spoke for it.")
@click.option(
    "--half",
    "which",
    type=click.Choice(["A", "B", "both"]),
    default="both",
    show_default=True,
    help="Measure on half of the articles only.",
)
@pass_invocation
def themes(
    invocation: Invocation,
    file: Path | None,
    verdicts: bool,
    themes_file: Path | None,
    wrong: bool,
    which: Half,
    as_json: bool,
) -> None:
    """Print precision, recall and F1 of the gate and of the themes, per language and over all.

    FILE holds one JSON object per line, with language, title, text, relevant (true or false), themes (a list of ids)
    and, if any, id and disputed: theme ids that count neither way. An article that the gate keeps out has no theme. tp,
    fp and fn count what was found rightly, found wrongly and missed; a theme is listed where anybody, reader or Amur,
    saw it. Tune themes on half A and measure them on half B: the halves stay the same, whatever the file's order.

    With --verdicts, each theme is measured on the articles on which you gave a verdict, at the threshold that it had
    before any: what was learnt from a verdict cannot be measured by it.

    \b
    Examples:
      amur eval themes labelled.jsonl
      amur eval themes --half A --wrong labelled.jsonl
      amur eval themes --themes themes.toml labelled.jsonl
      amur eval themes --verdicts --wrong
      amur eval themes --json labelled.jsonl > before.json
    """
    from extractors.evaluate import half, measure, read_labelled
    from extractors.mistakes import mistakes
    from flows.modelfile import models_folder
    from flows.settings import read_taxonomy

    if verdicts == (file is not None):
        raise Trouble("Name a file of labelled articles, or give --verdicts, and not both.")
    own = verdicts and themes_file is None
    taxonomy = read_taxonomy(invocation.config) if own else _read_themes(themes_file or _THEMES)
    labelled = read_articles(file, read_labelled) if file else _said(invocation.data(), taxonomy)
    if which != "both":
        labelled = half(labelled, which)
        if not labelled:
            raise Trouble(f"Half {which} is empty: there are too few articles to be halved.")
    found = judge_all(labelled, taxonomy, models_folder(invocation.data() if verdicts else None))
    _show(which, measure(labelled, found), mistakes(labelled, found), wrong=wrong, as_json=as_json)
    _name_strangers(labelled, taxonomy)


def _said(data: Path, taxonomy: Taxonomy) -> list[Labelled]:
    """The articles on which there are verdicts. Raises Trouble where there is none."""
    from extractors.evaluate import read_verdicts
    from flows.commands.reading import as_of_now
    from warehouse import theme_verdicts

    with as_of_now(data) as con:
        found = read_verdicts(theme_verdicts.labelled(con), [theme.id for theme in taxonomy.themes])
    if not found:
        raise Trouble("There is no verdict yet on an article whose text is kept: amur verdict ARTICLE THEME yes")
    return found


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


# --- printing -------------------------------------------------------------------------------------


def _show(
    which: Half, reports: Mapping[str, Report], mistaken: Sequence[Mistake], *, wrong: bool, as_json: bool
) -> None:
    from extractors.mistakes import confusion

    if as_json:
        _print_json(which, reports, mistaken)
        return
    _print(reports)
    _print_confusion(confusion(mistaken))
    if wrong:
        _print_wrong(mistaken)


def _print_json(which: Half, reports: Mapping[str, Report], mistaken: Sequence[Mistake]) -> None:
    from extractors.bootstrap import COVERED, RESAMPLES
    from extractors.evaluate import as_json
    from extractors.mistakes import as_json as mistake_as_json
    from extractors.mistakes import confusion

    print_json(
        {
            "half": which,
            "intervals": {"resamples": RESAMPLES, "covered": COVERED},
            **as_json(reports),
            "confusion": [
                {"missed": one.missed, "instead": one.instead, "articles": one.articles} for one in confusion(mistaken)
            ],
            "wrong": [mistake_as_json(one) for one in mistaken],
        }
    )


def _print(reports: Mapping[str, Report]) -> None:
    click.echo("Gate: is it about China and Russia?")
    print_table(
        ("language", "articles", "relevant", *_METRICS),
        [(name, r.articles, r.relevant, *_row(r.gate)) for name, r in reports.items()],
    )
    click.echo("\nIrrelevant articles that the gate let in, and that were given a theme")
    print_table(
        ("language", "irrelevant", "let in", "with a theme", "share"),
        [
            (name, r.passed.irrelevant, r.passed.let_in, r.passed.with_theme, str(r.passed.share))
            for name, r in reports.items()
        ],
    )
    click.echo("\nThemes, end to end")
    rows: list[Sequence[object]] = []
    for name, report in reports.items():
        rows.append((name, "micro: all labels", *_row(report.micro)))
        rows.append((name, f"macro: mean of {count(report.macro.themes, 'theme')}", *_row(report.macro)))
        rows += [(name, theme, *_row(measured)) for theme, measured in report.themes.items()]
    print_table(("language", "theme", *_METRICS), rows)
    click.echo(IN_BRACKETS)


def _row(measured: Measured | Macro) -> list[object]:
    """Precision, recall and F1 with their intervals, and the counts, of which a mean has none."""
    counts = (getattr(measured, name, None) for name in ("tp", "fp", "fn"))
    return [str(measured.precision), str(measured.recall), str(measured.f1), *counts]


def _print_confusion(confused: Sequence[Confused]) -> None:
    if confused:
        click.echo("\nWhat was missed, and what was wrongly found in the same articles")
        rows = [(one.missed, one.instead, one.articles) for one in confused]
        print_table(("missed", "found instead", "articles"), rows)


def _print_wrong(mistaken: Sequence[Mistake]) -> None:
    click.echo(f"\nJudged wrongly: {count(len(mistaken), 'article')}" if mistaken else "\nNone is judged wrongly.")
    for one in mistaken:
        click.echo(f"\n{shown(one.article.id)} ({shown(one.article.language)}) {shown(one.article.title)}".rstrip())
        if one.gate_wrong:
            gate = f"kept out, {one.found.reason}" if one.article.relevant else "let in"
            click.echo(f"  gate: {gate} (relevance {one.found.relevance:.2f})")
        for theme in sorted(one.answer.false_alarms):
            _print_theme("wrong", theme, one.found)
        for theme in sorted(one.answer.misses):
            _print_theme("missed", theme, one.found)


def _print_theme(what: str, theme_id: str, found: Found) -> None:
    from extractors.mistakes import spoke_for

    if found.relevant:  # else it has no scores, and the gate is the reason
        score, evidence = spoke_for(found, theme_id)
        click.echo(
            f"  {what}: {shown(theme_id)} {score:.2f}, {reason(evidence) if evidence else 'nothing spoke for it'}"
        )
        if evidence:
            click.echo(f"    {shown(evidence.sentence)}")
    else:
        click.echo(f"  {what}: {shown(theme_id)}")


def _name_strangers(labelled: Sequence[Labelled], taxonomy: Taxonomy) -> None:
    known = {theme.id for theme in taxonomy.themes}
    strangers = sorted({theme for article in labelled for theme in article.themes} - known)
    if strangers:
        click.echo(f"Note: no theme has the id {', '.join(strangers)}: these labels count as missed.", err=True)
