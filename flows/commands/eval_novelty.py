"""`amur eval novelty`: how well new stories are found, on a labelled stream or with a theme left out."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import click

from flows.commands import Invocation, Trouble, pass_invocation
from flows.commands.labelfile import IN_BRACKETS, read_articles
from flows.commands.printing import json_option, print_json, print_table

_FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
_METHODS = (
    ("without registry", "baseline"),
    ("Amur, at its recall", ""),
    ("with registry", "registry_baseline"),
    ("Amur, at its precision", "at_registry_precision"),
    ("Amur, as chosen", "at_chosen_score"),
)


@click.command()
@click.option("--stream", type=_FILE, help="Dated items under an editor's headings.")
@click.option("--inject", "labelled", type=_FILE, help="Dated articles with their themes; each is left out in turn.")
@click.option("--theme", "only", multiple=True, metavar="THEME", help="With --inject: leave out this theme alone.")
@json_option
@pass_invocation
def novelty(
    invocation: Invocation, stream: Path | None, labelled: Path | None, only: tuple[str, ...], as_json: bool
) -> None:
    """Measure how well new stories and themes are found.

    With --stream, FILE holds one JSON object per line, with date, text, headings (the editor's, the most general first)
    and outlet. Clusters of fixed support are measured with and without a registry of what is known, and Amur's second
    look at clusters at the same recall and precision. A story is new when it has five items within 14 days and none
    before; an alert is true when at least half of its items are of a new story that was not alerted before.

    With --inject, FILE holds a corpus as `amur replay` reads it, each article with its themes. Each theme is left out
    in turn, and ought to come back as a candidate.

    \b
    Examples:
      amur eval novelty --stream current-events.jsonl
      amur eval novelty --stream current-events.jsonl --json > before.json
      amur eval novelty --inject year.jsonl
    """
    if (stream is None) == (labelled is None):
        raise Trouble("Name a file: --stream FILE or --inject FILE, and not both.")
    if stream:
        if only:
            raise Trouble("--theme goes with --inject.")
        _stream(stream, as_json=as_json)
    elif labelled:
        from flows.commands.eval_inject import inject

        inject(invocation, labelled, only, as_json=as_json)


def _stream(file: Path, *, as_json: bool) -> None:
    from extractors.encoder import load_encoder
    from extractors.evaluate_novelty import evaluate
    from extractors.novelty_stream import read_stream

    items = read_articles(file, read_stream)
    encoder = load_encoder()
    if encoder is None:
        raise Trouble("There is no encoder, and without one nothing can be put beside anything.")
    if sys.stderr.isatty():
        click.echo(f"Reading {len(items):,} items: this takes some minutes.", err=True)
    report = evaluate(items, encoder.encode)
    if as_json:
        print_json(report)
    else:
        _print(report)


def _print(report: Mapping[str, Any]) -> None:
    rows = []
    for name, key in _METHODS:
        found = report[key] if key else report
        delay = found["median_delay_items"]
        rows.append(
            (
                name,
                f"{found['strict_precision']:.2f}",
                f"{found['recall']:.2f}",
                "" if delay is None else f"{delay:g}",
                found["alerts"],
            )
        )
    print_table(("method", "strict precision", "recall", "delay", "alerts"), rows)
    for key, name, asked in (
        ("at_baseline_recall", "precision_ratio", "Precision over that without registry, at its recall"),
        ("at_registry_precision", "recall_ratio", "Recall over that with registry, at its precision"),
    ):
        found = report["intervals"][key][name]
        low, high = found["interval"] or (0.0, 0.0)
        click.echo(f"{asked}: {found['value']:.2f} [{low:.2f}, {high:.2f}]")
    nearest = report["baseline"]["first_story_ap"]
    gain = report["intervals"]["first_story_ap"]["difference"]
    low, high = gain["interval"] or (0.0, 0.0)
    click.echo(
        f"First stories, average precision: {report['first_story_ap']:.2f}, nearest neighbour {nearest:.2f}, "
        f"difference {gain['value']:.2f} [{low:.2f}, {high:.2f}]"
    )
    click.echo(f"New stories: {report['new_stories']}. {IN_BRACKETS.replace('articles', 'weeks')}")
