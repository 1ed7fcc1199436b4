"""`amur sql`: where a question comes from, what becomes of its answer, and what no answer overwrites."""

from __future__ import annotations

import csv
import io
import json
import os
import resource
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

from desk import Desk, furnish
from flows.commands import Exit

TYPES = (
    "SELECT 1::HUGEINT AS big, 'газ' AS word, TIMESTAMPTZ '2026-03-01 12:00:00+00' AS \"at\", [1, 2] AS l, "
    "{'a': 1} AS s, 1.50::DECIMAL(10, 2) AS d, NULL AS nothing, "
    "'3f1c9a00-0000-4000-8000-000000000000'::UUID AS id"
)


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


# --- the question ---------------------------------------------------------------------------------


@pytest.mark.parametrize("words", [(), ("-",), ("--file", "-")])
def test_a_question_from_standard_input(desk: Desk, words: tuple[str, ...]) -> None:
    """Without a query, with - and with --file -, standard input is asked."""
    assert desk.ask("sql", *words, input="SELECT 43 AS answer;").stdout == "answer\n    43\n"


def test_a_question_that_is_no_text(desk: Desk, tmp_path: Path) -> None:
    """A file in another encoding is told so; the mark that some editors write first is none of the question."""
    (tmp_path / "q.sql").write_bytes("SELECT 'газ'".encode("utf-16"))
    said = desk.ask("sql", "--file", str(tmp_path / "q.sql"))
    assert (said.exit_code, "save it as UTF-8" in said.stderr) == (Exit.WRONG, True)
    (tmp_path / "q.sql").write_text("\ufeffSELECT 7 AS x", encoding="utf-8")
    assert desk.ask("sql", "--file", str(tmp_path / "q.sql")).stdout == "x\n7\n"


@pytest.mark.parametrize(
    "words",
    [
        ("--csv", "--json", "SELECT 1"),
        ("--csv", "--parquet", "x.parquet", "SELECT 1"),
        ("--parquet", "x.parquet", "-o", "y.parquet", "SELECT 1"),
        ("-o", "answer.xlsx", "SELECT 1"),
        ("-o", "-", "SELECT 1"),
        ("--force", "SELECT 1"),
        ("--file", "-", "SELECT 1"),
    ],
)
def test_what_does_not_fit_together(desk: Desk, words: tuple[str, ...]) -> None:
    """Wrong usage is one sentence, and nothing is asked or written."""
    said = desk.ask("sql", *words, input="")
    assert (said.exit_code, said.stdout) == (Exit.WRONG, "")
    assert "Error: " in said.stderr


# --- the answer -----------------------------------------------------------------------------------


def test_a_plan_is_shown_as_it_is_drawn(desk: Desk) -> None:
    """EXPLAIN keeps its lines."""
    plan = desk.ask("sql", "EXPLAIN FROM voices").stdout
    assert len(plan.splitlines()) > 5
    assert all(line.startswith(("┌", "│", "└", " ")) for line in plan.splitlines())


def test_columns_of_one_name(desk: Desk) -> None:
    """JSON keeps both of two columns that are called alike, and says so."""
    said = desk.ask("sql", "--json", "SELECT 1 AS n, 2 AS n")
    assert json.loads(said.stdout) == [{"n": 1, "n_2": 2}]
    assert "Several columns are called n" in said.stderr
    assert desk.ask("sql", "--csv", "SELECT 1 AS n, 2 AS n").stdout == "n,n\n1,2\n"


def test_json_row_by_row(desk: Desk) -> None:
    """A list of any length is whole JSON, whatever line ends are in its texts."""
    assert json.loads(desk.ask("sql", "--json", "SELECT 1 WHERE false").stdout) == []
    odd = "SELECT 'a' || chr(8232) || 'b' || chr(10) || 'c' || chr(133) AS t FROM range(3)"
    assert json.loads(desk.ask("sql", "--json", odd).stdout) == [{"t": "a\u2028b\nc\x85"}] * 3


def test_parquet_keeps_types(desk: Desk, tmp_path: Path) -> None:
    """A Parquet file gives back what was asked, and names its columns apart."""
    file = tmp_path / "answer.parquet"
    said = desk.ask("sql", "--parquet", str(file), TYPES)
    assert (said.exit_code, said.stdout, said.stderr) == (Exit.FINE, "", f"(1 row in {file})\n")
    con = duckdb.connect()
    con.execute("SET TimeZone = 'UTC'")
    back = """SELECT big, word, "at"::VARCHAR, l, s, d::VARCHAR, nothing, id::VARCHAR FROM read_parquet(?)"""
    kept = (1, "газ", "2026-03-01 12:00:00+00", [1, 2], {"a": 1}, "1.50", None, "3f1c9a00-0000-4000-8000-000000000000")
    assert con.execute(back, [str(file)]).fetchall() == [kept]
    desk.ask("sql", "--force", "--parquet", str(file), "SELECT 1 AS n, 2 AS n")
    assert con.execute("SELECT n, n_2 FROM read_parquet(?)", [str(file)]).fetchall() == [(1, 2)]


def test_a_type_that_parquet_has_not(desk: Desk, tmp_path: Path) -> None:
    """What cannot be stored is named with the way out, and no half file is left."""
    said = desk.ask("sql", "--parquet", str(tmp_path / "x.parquet"), "SELECT INTERVAL 1 DAY AS span")
    assert (said.exit_code, "cast it to another" in said.stderr) == (Exit.WRONG, True)
    assert list(tmp_path.iterdir()) == []


def test_the_ending_says_what_a_file_is(desk: Desk, tmp_path: Path) -> None:
    """CSV and JSON files hold what would have been printed; a flag wins where the ending says nothing."""
    words = "SELECT '=1+1' AS word, 'газ' AS other"
    for name, flags in (("a.csv", ()), ("a.json", ()), ("a.txt", ("--csv",))):
        file = tmp_path / name
        assert desk.ask("sql", *flags, "-o", str(file), words).exit_code == Exit.FINE
        printed = desk.ask("sql", "--json" if name == "a.json" else "--csv", words).stdout
        assert file.read_text(encoding="utf-8") == printed
    assert next(csv.reader(io.StringIO((tmp_path / "a.csv").read_text().splitlines()[1])))[0] == "'=1+1"


def test_no_file_is_overwritten_unasked(desk: Desk, tmp_path: Path) -> None:
    """A file that is there stays unless --force is given, and also then when the question fails."""
    file = tmp_path / "mine.csv"
    file.write_text("mine")
    said = desk.ask("sql", "-o", str(file), "SELECT 1")
    assert (said.exit_code, "--force" in said.stderr) == (Exit.WRONG, True)
    assert desk.ask("sql", "--force", "-o", str(file), "SELECT error('no') FROM range(3)").exit_code == Exit.WRONG
    assert file.read_text() == "mine"
    assert desk.ask("sql", "--force", "-o", str(file), "SELECT 1 AS n").exit_code == Exit.FINE
    assert file.read_text() == "n\n1\n"
    assert [left.name for left in tmp_path.iterdir()] == ["mine.csv"]


def test_a_link_keeps_leading_where_it_led(desk: Desk, tmp_path: Path) -> None:
    """With --force, what a link leads to is replaced; one that leads nowhere is left alone."""
    (tmp_path / "real.csv").write_text("old")
    (tmp_path / "link.csv").symlink_to(tmp_path / "real.csv")
    desk.ask("sql", "--force", "-o", str(tmp_path / "link.csv"), "SELECT 1 AS n")
    assert (tmp_path / "link.csv").is_symlink()
    assert (tmp_path / "real.csv").read_text() == "n\n1\n"
    (tmp_path / "dangling.csv").symlink_to(tmp_path / "nowhere")
    assert desk.ask("sql", "--force", "-o", str(tmp_path / "dangling.csv"), "SELECT 1").exit_code == Exit.WRONG
    assert not (tmp_path / "nowhere").exists()


@pytest.mark.parametrize("place", ["", "no/such/folder/x.csv", "pipe"])
def test_where_no_file_can_be(desk: Desk, tmp_path: Path, place: str) -> None:
    """A folder, a missing folder and a device are one sentence each."""
    os.mkfifo(tmp_path / "pipe")
    said = desk.ask("sql", "--csv", "--force", "-o", str(tmp_path / place), "SELECT 1")
    assert (said.exit_code, said.stderr.count("\n")) == (Exit.WRONG, 1)
    assert (tmp_path / "pipe").is_fifo()


def test_a_full_disk(desk: Desk, tmp_path: Path) -> None:
    """What does not fit is one sentence, and nothing of it stays."""

    def tiny() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (100_000, 100_000))

    words = [sys.executable, "-m", "flows.commands", "--config", str(desk.file), "sql", "FROM range(300000)", "-o"]
    said = subprocess.run(  # noqa: S603  our own interpreter
        [*words, str(tmp_path / "x.csv")],
        capture_output=True, text=True, check=False, preexec_fn=tiny,
    )  # fmt: skip
    assert (said.returncode, said.stderr) == (
        Exit.FAILED,
        f"Error: Cannot write {tmp_path}/x.csv: File too large. Nothing was left there.\n",
    )
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(not Path("/proc/self/status").exists(), reason="the kernel does not tell")
def test_memory_does_not_grow_with_the_answer(desk: Desk, tmp_path: Path) -> None:
    """Rows of 800 MB go through a process that takes a fraction of that."""
    script = (
        "import re, sys\n"
        "from pathlib import Path\n"
        "from warehouse.query import asked\n"
        "with asked(Path(sys.argv[1]), sys.argv[2]) as s, open(sys.argv[3], 'wb') as out:\n"
        "    print(s.to_parquet(out) if sys.argv[4] == 'parquet' else sum(map(len, s.batches())))\n"
        # Not getrusage: what it tells of a child is at least what its parent held when it was born.
        "print(int(re.search(r'VmHWM:\\s+(\\d+)', Path('/proc/self/status').read_text())[1]) // 1024)\n"
    )
    rows = "SELECT repeat('x', 1000) || range AS text FROM range(800000)"
    for form in ("parquet", "rows"):
        arguments = [str(desk.settings.data / "amur.duckdb"), rows, str(tmp_path / "out"), form]
        said = subprocess.run([sys.executable, "-c", script, *arguments], capture_output=True, text=True, check=True)  # noqa: S603  our own interpreter
        number, peak = map(int, said.stdout.split())
        assert number == 800_000
        assert peak < 600  # MB; the modules alone are 130


def test_the_data_folder_is_not_written_to(desk: Desk) -> None:
    """No answer takes the place of the warehouse, or lies beside it."""
    live = desk.settings.data / "live.duckdb"
    before = live.read_bytes()
    for words in (["--parquet", str(live), "--force"], ["-o", str(desk.settings.data / "x.json")]):
        refused = desk.ask("sql", "SELECT 1", *words)
        assert refused.exit_code == Exit.WRONG
        assert "name a file somewhere else" in refused.stderr
    assert live.read_bytes() == before
