"""`amur themes diff`: what the edited themes.toml changes against the themes in use."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.printing import count, json_option, print_json, print_table, shown
from flows.commands.reading import as_published, remembers

if TYPE_CHECKING:
    from extractors.theme_changes import Change, Part
    from warehouse.theme_versions import Version

FIRST = 5  # texts of each theme that are shown unasked
MANY = {"statement": "statements", "counter": "counter-statements", "phrase": "phrases", "entity": "names"}
BEFORE_ANY = "No pass has judged anything yet, so there is nothing to compare with: `amur run` makes the first one."
UNKNOWN = "what was changed is not known: it was used before Amur kept this"


@click.command()
@click.option("--all", "whole", is_flag=True, help="Show every text put in or taken out, not only the first of each.")
@json_option
@pass_invocation
def diff(invocation: Invocation, whole: bool, as_json: bool) -> None:
    """Show what themes.toml changes against the themes that the last pass used.

    Theme by theme: added, retired, changed in what decides scores (statements, counter-statements, phrases, names), or
    only in words for people (label, definition, contrast). If any score changes, the next pass judges the archive anew.

    \b
    Examples:
      amur themes diff
      amur themes diff --all
      amur themes diff --json | jq '.themes[] | select(.scores) | .theme'
    """
    from extractors.theme_changes import changes
    from flows.settings import read_taxonomy

    taxonomy = read_taxonomy(invocation.config)
    used = in_use(invocation)
    found = changes(used.themes, taxonomy.themes)
    anew = used.taxonomy_id != taxonomy.id
    if as_json:
        scorer = {"scorer": taxonomy.scorer, "scorer_in_use": used.scorer}
        print_json(
            {"in_use": used.taxonomy_id, "edited": taxonomy.id, "scores": anew, **scorer, "themes": _json(found)}
        )
        return
    _say(found, whole=whole)
    _sum_up(found, anew=anew, other_scorer=used.scorer != taxonomy.scorer)


def in_use(invocation: Invocation) -> Version:
    """The themes that the last pass used. Raises `Trouble` before the first one."""
    from warehouse.theme_versions import version_in_use

    data = invocation.data()
    if not remembers(data):
        raise Trouble(BEFORE_ANY, Exit.WAREHOUSE)
    with as_published(data) as con:
        used = version_in_use(con)
    if used is None:
        raise Trouble(BEFORE_ANY, Exit.WAREHOUSE)
    return used


def _json(found: Sequence[Change]) -> list[dict[str, object]]:
    return [asdict(change) for change in found]


def _say(found: Sequence[Change], *, whole: bool) -> None:
    if not found:
        return
    rows = [(one.theme, one.kind, "change" if one.scores else "stay", _what(one)) for one in found]
    print_table(("theme", "is", "scores", "what"), rows)
    for one in found:
        if one.kind == "changed" and (one.put_in or one.taken_out):
            click.secho(f"\n{one.theme}", bold=True)
            _say_parts("-", one.taken_out, "red", whole=whole)
            _say_parts("+", one.put_in, "green", whole=whole)


def _say_parts(sign: str, parts: Sequence[Part], colour: str, *, whole: bool) -> None:
    for part in parts if whole else parts[:FIRST]:
        kind = " ".join(filter(None, (part.language, part.strength, part.what)))
        click.secho(f"  {sign} {kind}: {shown(part.text)}", fg=colour)
    if (rest := len(parts) - FIRST) > 0 and not whole:
        click.echo(f"  {sign} … and {rest:,} more, with --all")


def _what(change: Change) -> str:
    if not change.told:
        return ", ".join([UNKNOWN, *change.words])
    if change.kind == "retired":
        return "its history stays"
    said = [*_counted("+", change.put_in), *_counted("-", change.taken_out), *change.words]
    return ", ".join(said)


def _counted(sign: str, parts: Sequence[Part]) -> list[str]:
    kinds = Counter(part.what for part in parts)
    return [f"{sign}{number} {what if number == 1 else MANY[what]}" for what, number in kinds.items()]


def _sum_up(found: Sequence[Change], *, anew: bool, other_scorer: bool) -> None:
    if other_scorer:
        click.echo("Amur itself scores otherwise than at the last pass.", err=True)
    if anew:
        click.echo(
            f"{count(len(found), 'theme')} changed. Scores change: the next pass judges the archive anew. What becomes "
            "of them: `amur themes preview`; now instead of then: `amur themes apply`.",
            err=True,
        )
    elif found:
        click.echo("Only words for people changed: no article is judged anew.", err=True)
    else:
        click.echo("themes.toml is as the last pass used it.")
