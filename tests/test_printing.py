"""How answers look on a terminal, and what no answer may do to one."""

from __future__ import annotations

import csv
import io
import sys
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import click
import pytest
from hypothesis import given
from hypothesis import strategies as st
from rich.cells import cell_len

from flows.commands.printing import FORMULA, ago, ahead, print_csv, print_json, print_table, shown

NOW = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
LONG = "The pipeline deal that nobody wanted to sign was signed after all, in a hurry, and without a price."


class Terminal(io.StringIO):
    """Standard output as a terminal."""

    def isatty(self) -> bool:
        return True


def on_terminal(
    monkeypatch: pytest.MonkeyPatch, columns: tuple[str, ...], rows: list[list[object]], spare: tuple[str, ...] = ()
) -> str:
    """What a table looks like on a terminal of 60 columns."""
    for name, value in {"COLUMNS": "60", "TERM": "xterm"}.items():
        monkeypatch.setenv(name, value)
    with monkeypatch.context() as patch:
        patch.setattr(sys, "stdout", terminal := Terminal())
        print_table(columns, rows, spare=spare)
    return click.unstyle(terminal.getvalue())


def test_a_table_fits_the_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    """No line is wider than the terminal, no word is lost, and markup in data is data."""
    printed = on_terminal(monkeypatch, ("id", "title"), [[1, LONG], [2, "[bold red]天然气[/bold red]"]])
    assert all(cell_len(line) <= 60 for line in printed.splitlines())
    assert "[bold red]天然气[/bold red]" in printed
    assert set(LONG.split()) <= set(printed.split())


def test_a_wide_row_becomes_lines(monkeypatch: pytest.MonkeyPatch) -> None:
    """More columns than a terminal is wide are shown one value a line."""
    names = tuple(f"column_{n}" for n in range(12))
    lines = on_terminal(monkeypatch, names, [[f"a rather long value {n}" for n in range(12)]]).splitlines()
    assert lines[0] == "row 1"
    assert lines[1] == " column_0  a rather long value 0"
    assert len(lines) == 13


def test_a_narrow_terminal_leaves_out_what_can_be_spared(monkeypatch: pytest.MonkeyPatch) -> None:
    """Columns that can be spared go one after the other, and only as many as it takes."""
    names = tuple(f"column_{n}" for n in range(8))
    rows: list[list[object]] = [[1] * 8]
    shown = on_terminal(monkeypatch, names, rows, spare=("column_2", "column_5", "column_7"))
    assert shown.split()[:6] == ["column_0", "column_1", "column_3", "column_4", "column_6", "column_7"]
    assert on_terminal(monkeypatch, names[:5], [[1] * 5], spare=("column_2",)).split()[2] == "column_2"


def test_a_long_text_does_not_push_the_rest_away(capsys: pytest.CaptureFixture[str]) -> None:
    """In a pipe nothing is cut, and one long cell does not widen all the others."""
    print_table(("text", "n"), [(LONG, 1), ("short", 2)])
    lines = capsys.readouterr().out.splitlines()
    assert lines[1].startswith(LONG)
    assert len(lines[2]) < 80


@given(st.text())
def test_nothing_steers_a_terminal(text: str) -> None:
    """What is shown is one line of printable characters."""
    assert shown(text).isprintable()


@given(st.lists(st.text(min_size=1), min_size=1, max_size=4))
def test_no_cell_is_a_formula(row: list[str]) -> None:
    """A text cell never begins like a formula, and a harmless one is left as it is."""
    out = io.StringIO()
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(sys, "stdout", out)
        print_csv(["a"] * len(row), [row])
    expected = [f"'{cell}" if cell.startswith(FORMULA) else cell for cell in row]
    reader = csv.reader(io.StringIO(out.getvalue(), newline=""))
    next(reader)
    assert next(reader) == expected


def test_json_of_odd_values(capsys: pytest.CaptureFixture[str]) -> None:
    """Every value a warehouse gives has a form in JSON."""
    print_json([Decimal("1.50"), Decimal(3), timedelta(minutes=1), b"\x01", float("inf"), {1: (NOW,)}, {NOW.date()}])
    printed = "".join(capsys.readouterr().out.split())
    assert printed == '[1.5,3,60.0,"01",null,{"1":["2026-03-02T12:00:00Z"]},["2026-03-02"]]'


@pytest.mark.parametrize(
    ("seconds", "before", "after"),
    [
        (5, "just now", "next pass"),
        (300, "5 min ago", "in 5 min"),
        (10_800, "3 h ago", "in 3 h"),
        (864_000, "10 days ago", "in 10 days"),
    ],
)
def test_spans_in_words(seconds: int, before: str, after: str) -> None:
    """A moment is told by its distance."""
    span = timedelta(seconds=seconds)
    assert (ago(NOW - span, NOW), ahead(NOW + span, NOW)) == (before, after)
    assert ahead(None, NOW) == "next pass"
