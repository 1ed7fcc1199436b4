"""`amur schema`: what SQL can ask."""

from __future__ import annotations

import dataclasses
import difflib

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.printing import json_option, print_json, print_table


@click.command()
@click.argument("view", required=False, shell_complete=completing.views)
@click.option("--tables", is_flag=True, help="Show the tables below the views, too.")
@json_option
@pass_invocation
def schema(invocation: Invocation, view: str | None, tables: bool, as_json: bool) -> None:
    """Describe the views of the published file: what one row is, and what each column means.

    Names one VIEW (or table) with its columns, or all views.

    \b
    Examples:
      amur schema
      amur schema article_themes
      amur schema --json
    """
    from warehouse.query import describe

    relations = describe(invocation.data() / "amur.duckdb")
    chosen = [r for r in relations if r.name == view or (view is None and (tables or r.kind == "view"))]
    if not chosen:
        names = [r.name for r in relations]
        close = difflib.get_close_matches(view or "", names, n=1)
        advice = f"did you mean {close[0]}?" if close else f"there are {', '.join(names)}."
        raise Trouble(f"There is no view {view}: {advice}")
    if as_json:
        print_json([dataclasses.asdict(relation) for relation in chosen])
        return
    for relation in chosen:
        click.secho(relation.name, bold=True, nl=False)
        click.echo(f"  {relation.comment}")
        print_table(("column", "type", "meaning"), [(c.name, c.type, c.comment) for c in relation.columns])
        click.echo()
