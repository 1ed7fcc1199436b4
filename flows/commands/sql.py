"""`amur sql`: one question to the published file."""

from __future__ import annotations

import io
import sys
from collections import Counter
from itertools import chain
from pathlib import Path
from typing import TYPE_CHECKING, BinaryIO, TextIO

import click

from flows.commands import Invocation, Trouble, pass_invocation
from flows.commands.printing import count, json_option, print_table, write_csv, write_json

if TYPE_CHECKING:
    from warehouse.query import Stream

EXAMPLE = 'amur sql "FROM new_themes"'
MOST_ROWS = 1_000_000  # of a table, whose columns are as wide as its widest row
FORMATS = ("csv", "json", "parquet")


@click.command()
@click.argument("query", required=False)
@click.option("--file", "-f", "source", type=click.File(encoding="utf-8-sig"), help="Read the query from a file.")
@click.option("--csv", "as_csv", is_flag=True, help="CSV; a cell that a spreadsheet would run is made harmless.")
@json_option
@click.option("--parquet", type=click.Path(path_type=Path), metavar="FILE", help="Write FILE, as Parquet.")
@click.option(
    "--output",
    "-o",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Write FILE instead, as its ending says: .csv, .json or .parquet.",
)
@click.option("--force", is_flag=True, help="Replace a FILE that is there.")
@click.option("--timeout", type=click.FloatRange(min=1), default=60, show_default=True, help="Seconds it may take.")
@pass_invocation
def sql(
    invocation: Invocation,
    query: str | None,
    source: TextIO | None,
    as_csv: bool,
    as_json: bool,
    parquet: Path | None,
    output: Path | None,
    force: bool,
    timeout: float,
) -> None:
    """Ask the published file a question in SQL (DuckDB's). It is only ever read.

    Without QUERY, or with - in its place, the question comes from standard input. `amur schema` describes
    what can be asked. The number of rows goes to standard error. A table has at most a million rows; the other
    forms have no end.

    \b
    Examples:
      amur sql "FROM new_themes"
      amur sql "SELECT theme_id, count(*) FROM article_themes GROUP BY ALL ORDER BY 2 DESC"
      amur sql --csv "FROM voices" > voices.csv
      amur sql "FROM article_themes" --parquet themes.parquet
      amur sql --json < question.sql
    """
    form, file = _form(as_csv=as_csv, as_json=as_json, parquet=parquet, output=output)
    if force and not file:
        raise click.UsageError("--force belongs to a file: name one with --output.")
    question = _question(query, source)
    from warehouse.query import asked

    data = invocation.data()
    with asked(data / "amur.duckdb", question, timeout=timeout) as stream:
        _say_numbered(stream, form)
        rows = _write(stream, form, file, force=force, outside=data) if file else _print(stream, form)
    sys.stdout.flush()
    click.echo(f"({count(rows, 'row')}{f' in {file}' if file else ''})", err=True)


def _form(*, as_csv: bool, as_json: bool, parquet: Path | None, output: Path | None) -> tuple[str, Path | None]:
    """What the answer becomes, and the file it goes to. Raises UsageError for what does not fit together."""
    named = [name for name, wanted in zip(FORMATS, (as_csv, as_json, parquet), strict=True) if wanted]
    if len(named) > 1:
        raise click.UsageError("Choose one of --csv, --json and --parquet.")
    if parquet and output:
        raise click.UsageError("Name one file, with --parquet or with --output.")
    file = parquet or output
    if file and str(file) == "-":
        raise click.UsageError("Leave --output out to print; Parquet needs a file.")
    ending = file.suffix.lower().removeprefix(".") if file else ""
    if file and not named and ending not in FORMATS:
        raise click.UsageError(f"What is {file} to be? End its name in .csv, .json or .parquet, or say --csv.")
    return (named or [ending])[0], file


def _question(query: str | None, source: TextIO | None) -> str:
    if source and query is not None:
        raise click.UsageError(f"Give one query, in quotes or with --file: {EXAMPLE}")
    if query == "-":
        query = None
    elif query is None and source is None and sys.stdin.isatty():
        raise click.UsageError(f"Give a query, in quotes or on standard input: {EXAMPLE}")
    try:
        question = query if query is not None else (source or sys.stdin).read()
    except UnicodeDecodeError as error:
        raise Trouble("The query is not UTF-8 text: save it as UTF-8.") from error
    if not question.strip():
        raise Trouble(f"The query is empty: try {EXAMPLE}.")
    return question


def _say_numbered(stream: Stream, form: str) -> None:
    """A name that several columns have would hide all but one of them."""
    repeated = [name for name, times in Counter(map(str.casefold, stream.columns)).items() if times > 1]
    if repeated and form in ("json", "parquet"):
        names = ", ".join(repeated)
        click.echo(f"Several columns are called {names}: they are numbered, as in {repeated[0]}_2.", err=True)


def _print(stream: Stream, form: str) -> int:
    if form:
        return _write_text(stream, form, sys.stdout)
    rows: list[tuple[object, ...]] = []
    for batch in stream.batches():
        rows += batch
        if len(rows) > MOST_ROWS:
            raise Trouble(f"A table has at most {MOST_ROWS:,} rows: use LIMIT or GROUP BY, or --csv, which has no end.")
    if stream.is_plan:
        for _, plan in rows:
            click.echo(str(plan).rstrip())
    else:
        print_table(stream.columns, rows, null="NULL")
    return len(rows)


def _write(stream: Stream, form: str, file: Path, *, force: bool, outside: Path) -> int:
    from flows.commands.outfile import new_file

    with new_file(file, force=force, outside=outside) as out:
        return stream.to_parquet(out) if form == "parquet" else _write_utf8(stream, form, out)


def _write_utf8(stream: Stream, form: str, out: BinaryIO) -> int:
    text = io.TextIOWrapper(out, encoding="utf-8", newline="\n")
    try:
        return _write_text(stream, form, text)
    finally:
        text.detach()


def _write_text(stream: Stream, form: str, out: TextIO) -> int:
    from warehouse.query import numbered

    rows = chain.from_iterable(stream.batches())
    return write_csv(stream.columns, rows, out) if form == "csv" else write_json(numbered(stream.columns), rows, out)
