"""How answers are printed: tables on a terminal, aligned lines in a pipe, JSON and CSV where asked for."""

from __future__ import annotations

import csv
import json
import math
import sys
from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TextIO

import click
from rich.cells import cell_len

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON.")

# A spreadsheet takes a cell that begins so for a formula.
FORMULA = ("=", "+", "-", "@", "\t", "\r")

_MINUTE, _HOUR, _DAY = 60, 3600, 86_400  # seconds
_GAP = "  "
_WIDEST_PAD = 60  # columns; one long text must not push everything after it off the page
_NARROWEST = 14  # columns that a cell needs on a terminal before a table stops being readable


def on_terminal() -> bool:
    """True when a person reads standard output as it comes."""
    return sys.stdout.isatty()


def print_json(value: object) -> None:
    """`value` as JSON: times in ISO 8601, what is no number as null."""
    click.echo(_as_json(value))


def write_json(columns: Sequence[str], rows: Iterable[Sequence[object]], out: TextIO) -> int:
    """Rows as a list of JSON objects, like `print_json` but as they come; how many there were."""
    number = 0
    for number, row in enumerate(rows, 1):
        one = _as_json(dict(zip(columns, row, strict=True)))
        out.write(("[\n  " if number == 1 else ",\n  ") + one.replace("\n", "\n  "))
    out.write("\n]\n" if number else "[]\n")
    return number


def write_csv(columns: Sequence[str], rows: Iterable[Sequence[object]], out: TextIO) -> int:
    """Columns and rows as CSV; how many rows. NULL is empty, text that a spreadsheet would run is prefixed with '."""
    writer = csv.writer(_UnixLines(out))
    writer.writerow([_harmless(name) for name in columns])
    number = 0
    for row in rows:
        writer.writerow([_csv_cell(value) for value in row])
        number += 1
    return number


def print_csv(columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    """Columns and rows as CSV on standard output."""
    write_csv(columns, rows, sys.stdout)


def print_table(
    columns: Sequence[str],
    rows: Sequence[Sequence[object]],
    null: str = "",
    *,
    narrow: bool = False,
    spare: Sequence[str] = (),
) -> None:
    """Columns and rows for people: a table that fits the terminal, or aligned lines where there is none.

    `narrow` saves the table's own room: aligned lines, also on a terminal, which whoever asks has made fit.
    On a narrow terminal as many of the columns `spare`, in that order, are left out as it takes.
    """
    cells = [[null if value is None else shown(value) for value in row] for row in rows]
    right = [_is_numeric([row[at] for row in rows]) for at in range(len(columns))]
    if on_terminal() and not narrow:
        _print_rich(columns, cells, right, spare)
    else:
        _print_aligned(sys.stdout, columns, cells, right)


def shown(value: object) -> str:
    """`value` on one line, without anything that would steer a terminal."""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds").replace("+00:00", "Z")
    if isinstance(value, (list, tuple)):
        return ", ".join(map(shown, value))
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    if isinstance(value, Mapping):
        return json.dumps(_plain(value), ensure_ascii=False)
    return "".join(letter if letter.isprintable() else " " for letter in str(value))


def ago(moment: datetime, now: datetime) -> str:
    """How long before `now` that was, in words."""
    seconds = (now - moment).total_seconds()
    return "just now" if seconds < _MINUTE else f"{span(seconds)} ago"


def ahead(moment: datetime | None, now: datetime) -> str:
    """How long after `now` that will be, in words."""
    seconds = (moment - now).total_seconds() if moment else 0.0
    return "next pass" if seconds < _MINUTE else f"in {span(seconds)}"


def cut(text: str, columns: int) -> str:
    """`text` on one line in at most so many columns of a terminal; what is cut ends in an ellipsis."""
    text = shown(text)
    if cell_len(text) <= columns:
        return text
    while cell_len(text) > columns - 1:
        text = text[: -max(1, (cell_len(text) - columns) // 2)]
    return text.rstrip() + "…"


def count(number: int, one: str, many: str = "") -> str:
    """A number with its noun: 1 row, 1,200 rows."""
    return f"{number:,} {one if number == 1 else many or one + 's'}"


def span(seconds: float) -> str:
    """So many seconds, in words."""
    if seconds < 2 * _HOUR:
        return f"{seconds / _MINUTE:.0f} min"
    return f"{seconds / _HOUR:.0f} h" if seconds < 2 * _DAY else f"{seconds / _DAY:.0f} days"


def _is_numeric(values: Sequence[object]) -> bool:
    present = [value for value in values if value is not None]
    return bool(present) and all(isinstance(v, (int, float, Decimal)) and not isinstance(v, bool) for v in present)


def _print_aligned(out: TextIO, columns: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool]) -> None:
    lines = [[shown(name) for name in columns], *cells]
    widths = [min(_WIDEST_PAD, max(cell_len(line[at]) for line in lines)) for at in range(len(columns))]
    for line in lines:
        padded = (_pad(cell, width, to_right) for cell, width, to_right in zip(line, widths, right, strict=True))
        out.write(_GAP.join(padded).rstrip() + "\n")


def _pad(cell: str, width: int, to_right: bool) -> str:
    blank = " " * (width - cell_len(cell))
    return blank + cell if to_right else cell + blank


def _print_rich(
    columns: Sequence[str], cells: Sequence[Sequence[str]], right: Sequence[bool], spare: Sequence[str]
) -> None:
    from rich.box import SIMPLE_HEAD
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console(file=sys.stdout, highlight=False)
    chosen = _fitting(columns, cells, spare, console.width)
    if chosen is None:
        _print_records(columns, cells)
        return
    columns, right = [columns[at] for at in chosen], [right[at] for at in chosen]
    cells = [[line[at] for at in chosen] for line in cells]
    table = Table(box=SIMPLE_HEAD, pad_edge=False, show_edge=False, padding=(0, 1, 0, 0))  # gaps of two
    for name, to_right in zip(columns, right, strict=True):
        table.add_column(Text(shown(name)), justify="right" if to_right else "left", overflow="fold")
    for line in cells:
        table.add_row(*map(Text, line))
    console.print(table)


def _fitting(
    columns: Sequence[str], cells: Sequence[Sequence[str]], spare: Sequence[str], width: int
) -> list[int] | None:
    """Places of the columns that a table of this width has room for; None where it has none."""
    needs = [min(_NARROWEST, max(cell_len(line[at]) for line in [columns, *cells])) for at in range(len(columns))]
    for left_out in range(len(spare) + 1):
        chosen = [at for at, name in enumerate(columns) if name not in spare[:left_out]]
        # The last column has no gap after it.
        if sum(needs[at] + len(_GAP) for at in chosen) - len(_GAP) <= width:
            return chosen
    return None


def _print_records(columns: Sequence[str], cells: Sequence[Sequence[str]]) -> None:
    """One line per value: for rows of more columns than a terminal is wide."""
    width = max(map(cell_len, columns))
    for number, line in enumerate(cells, 1):
        click.secho(f"row {number}", dim=True)
        for name, cell in zip(columns, line, strict=True):
            click.echo(f"{_pad(shown(name), width, to_right=True)}{_GAP}{cell}")


class _UnixLines:
    """Lines end as they do here; told so, the writer would leave a carriage return in a cell without quotes."""

    def __init__(self, out: TextIO) -> None:
        self._out = out

    def write(self, line: str) -> None:
        self._out.write(line.removesuffix("\r\n") + "\n")


def _as_json(value: object) -> str:
    return json.dumps(_plain(value), ensure_ascii=False, indent=2)


def _csv_cell(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    if isinstance(value, (int, float, Decimal)):
        return value
    plain = _plain(value)
    return _harmless(plain if isinstance(plain, str) else json.dumps(plain, ensure_ascii=False))


def _harmless(text: str) -> str:
    return f"'{text}" if text.startswith(FORMULA) else text


def _plain(value: Any) -> Any:
    """`value` in the types that JSON has."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if value is None or isinstance(value, (bool, int, str)):
        return value
    if isinstance(value, Mapping):
        return {str(key): _plain(inner) for key, inner in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [_plain(inner) for inner in value]
    return _spelt(value)


def _spelt(value: object) -> object:
    if isinstance(value, datetime):
        return value.isoformat().replace("+00:00", "Z")
    if isinstance(value, (date, time)):
        return value.isoformat()
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    if isinstance(value, timedelta):
        return value.total_seconds()
    if isinstance(value, (bytes, bytearray)):
        return value.hex()
    return str(value)
