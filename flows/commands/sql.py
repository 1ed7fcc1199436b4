"""`amur sql`: one question to the published file."""

from __future__ import annotations

import sys
from typing import TextIO

import click

from flows.commands import Invocation, Trouble, pass_invocation
from flows.commands.printing import count, json_option, print_csv, print_json, print_table


@click.command()
@click.argument("query", required=False)
@click.option(
    "--file", "-f", type=click.File(encoding="utf-8"), help="Read the query from a file; - is standard input."
)
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@pass_invocation
def sql(invocation: Invocation, query: str | None, file: TextIO | None, as_csv: bool, as_json: bool) -> None:
    """Ask the published file a question in SQL (DuckDB's). It is only ever read.

    `amur schema` describes what can be asked. The number of rows goes to standard error.

    \b
    Examples:
      amur sql "FROM new_themes"
      amur sql "SELECT theme_id, count(*) FROM article_themes GROUP BY ALL ORDER BY 2 DESC"
      amur sql --csv "FROM voices" > voices.csv
      amur sql --json --file question.sql
    """
    from warehouse.query import ask

    if (query is None) == (file is None):
        raise click.UsageError('Give one query, in quotes or with --file: amur sql "FROM new_themes"')
    if as_csv and as_json:
        raise click.UsageError("Choose one of --csv and --json.")
    question = query if file is None else file.read()
    if not question or not question.strip():
        raise Trouble('The query is empty: try amur sql "FROM new_themes".')
    answer = ask(invocation.data() / "amur.duckdb", question)
    if as_csv:
        print_csv(answer.columns, answer.rows)
    elif as_json:
        print_json([dict(zip(answer.columns, row, strict=True)) for row in answer.rows])
    else:
        print_table(answer.columns, answer.rows, null="NULL")
    sys.stdout.flush()
    click.echo(f"({count(len(answer.rows), 'row')})", err=True)
