"""The command: what it teaches, how quick it is, what it ends with, and what it asks the warehouse."""

from __future__ import annotations

import csv
import io
import json
import logging
import os
import subprocess
import sys
import time
import types
from collections.abc import Callable
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from desk import Desk, furnish, write_settings
from flows.commands import COMMANDS, Amur, Exit, Invocation, amur, pass_invocation
from flows.complaints import Complaint, SettingsError
from flows.settings import load
from warehouse.store import PassRunning, WarehouseError

WEBHOOK = "https://hooks.slack.com/services/T000/B000/abcDEF123"
HEAVY = {"aiohttp", "duckdb", "matplotlib", "numpy", "prefect", "pyarrow", "pydantic", "rich", "spacy", "trafilatura"}


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


def run(*words: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, "-m", "flows.commands", *words], capture_output=True, text=True, check=False)  # noqa: S603  our own interpreter


def test_help_teaches() -> None:
    """Help lists the commands in the order a user needs them, first steps, and the exit codes."""
    shown = CliRunner().invoke(amur, ["--help"]).output
    places = [shown.index(f"\n  {name} ") for name in COMMANDS]
    assert places == sorted(places)
    for code in Exit:
        assert f"\n    {code.value}  " in shown
    assert "amur init watch" in shown


@pytest.mark.parametrize("name", COMMANDS)
def test_every_command_teaches_by_example(name: str) -> None:
    """The help of each command shows how it is typed; that of a group, the help of each of its own."""
    command = Amur("amur").get_command(click.Context(amur), name)
    assert command is not None
    assert command.get_short_help_str()
    words = [[name, inner] for inner in command.commands] if isinstance(command, click.Group) else [[name]]
    for word in words:
        shown = CliRunner().invoke(amur, [*word, "--help"])
        assert shown.exit_code == Exit.FINE
        assert "Examples:" in shown.output, f"amur {' '.join(word)} --help shows none"


def test_help_is_quick() -> None:
    """Help comes at once, because nothing heavy is imported for it."""
    took = []
    for _ in range(3):
        before = time.monotonic()
        assert run("--help").returncode == Exit.FINE
        took.append(time.monotonic() - before)
    assert min(took) < 1
    asked = "import sys; from flows.commands import amur; amur(['--help'], standalone_mode=False); print(*sys.modules)"
    loaded = subprocess.run([sys.executable, "-c", asked], capture_output=True, text=True, check=True).stdout  # noqa: S603  our own interpreter
    assert not HEAVY.intersection(loaded.splitlines()[-1].split())


def test_wrong_usage() -> None:
    """A command or option that does not exist ends with 2 and a hint."""
    misspelt = CliRunner().invoke(amur, ["statsu"])
    assert (misspelt.exit_code, "did you mean 'status'?" in misspelt.stderr) == (Exit.WRONG, True)
    assert CliRunner().invoke(amur, ["--colour"]).exit_code == Exit.WRONG
    assert CliRunner().invoke(amur, ["sql"]).exit_code == Exit.WRONG


def test_init_writes_what_works(tmp_path: Path) -> None:
    """`amur init` writes files that load, the one with secrets for its owner alone, and says what is next."""
    folder = tmp_path / "watch"
    said = CliRunner().invoke(amur, ["init", str(folder)])
    assert said.exit_code == Exit.FINE
    assert sorted(file.name for file in folder.iterdir()) == [
        ".env",
        ".gitignore",
        "amur.toml",
        "feeds.toml",
        "themes.toml",
    ]
    assert ".env" in (folder / ".gitignore").read_text().split()
    assert (folder / ".env").stat().st_mode & 0o777 == 0o600
    assert load(folder, {}).warnings == ()
    assert f"cd {folder} && amur run" in said.output
    assert "contact" in said.output


def test_init_overwrites_nothing(tmp_path: Path) -> None:
    """A file that is there is kept, whatever is in it, and named."""
    (tmp_path / "feeds.toml").write_text("mine")
    said = CliRunner().invoke(amur, ["init", str(tmp_path)])
    assert (tmp_path / "feeds.toml").read_text() == "mine"
    assert f"kept   {tmp_path / 'feeds.toml'}" in said.output
    assert f"wrote  {tmp_path / 'themes.toml'}" in said.output


def test_init_where_it_cannot_be(tmp_path: Path) -> None:
    """A folder that is none is a clear sentence."""
    (tmp_path / "file").write_text("")
    said = CliRunner().invoke(amur, ["init", str(tmp_path / "file")])
    assert (said.exit_code, said.stderr.count("\n")) == (Exit.WRONG, 1)
    assert "is not a folder" in said.stderr


def test_without_settings(tmp_path: Path) -> None:
    """Where there are no settings, the first step is named."""
    said = CliRunner().invoke(amur, ["--config", str(tmp_path), "status"])
    assert said.exit_code == Exit.WRONG
    assert "run `amur init` first" in said.stderr


def test_wrong_settings_are_listed(tmp_path: Path) -> None:
    """Several mistakes are a list with their places, without a traceback."""
    file = write_settings(tmp_path, '[fetch]\ndeadline = 0\n[alerts]\nquotes = "many"\n')
    said = run("--config", str(file), "status")
    assert said.returncode == Exit.WRONG
    assert said.stdout == ""
    assert said.stderr.splitlines()[0] == "Error: 2 things in the settings need correcting:"
    assert "  amur.toml: alerts.quotes: 'many' will not do" in said.stderr
    assert "Traceback" not in said.stderr


def command(monkeypatch: pytest.MonkeyPatch, does: Callable[[Invocation], None]) -> None:
    """Let `amur status` do something else."""
    module = types.ModuleType("stand_in")
    module.status = click.command()(pass_invocation(does))  # type: ignore[attr-defined]  # made up on the spot
    monkeypatch.setitem(sys.modules, "stand_in", module)
    monkeypatch.setitem(COMMANDS, "status", ("stand_in:status", ""))


@pytest.mark.parametrize(
    ("error", "code", "before"),
    [
        (SettingsError([Complaint("amur.toml", "fetch", "is wrong")]), Exit.WRONG, "Error: "),
        (WarehouseError("The disk is full."), Exit.WAREHOUSE, "Error: "),
        (PassRunning(None, None), Exit.FINE, ""),
    ],
)
def test_errors_a_user_can_mend(monkeypatch: pytest.MonkeyPatch, error: Exception, code: Exit, before: str) -> None:
    """Each is one sentence on standard error and the exit code of its class."""

    def fail(_: Invocation) -> None:
        raise error

    command(monkeypatch, fail)
    said = CliRunner().invoke(amur, ["status"])
    assert (said.exit_code, said.stdout, said.stderr) == (code, "", f"{before}{error}\n")


def test_bugs_keep_their_traceback() -> None:
    """A bug ends with 1 and its traceback, from which secrets are gone."""
    script = (
        "import sys, types, click\n"
        "import flows.commands as c\n"
        "m = sys.modules['m'] = types.ModuleType('m')\n"
        "@click.command()\n"
        "def status(): raise RuntimeError('no answer from ' + 'https://hooks.slack.com/' + 'services/T0/B0/s3cret')\n"
        "m.status = status\n"
        "c.COMMANDS['status'] = ('m:status', '')\n"
        "sys.argv = ['amur', 'status']\n"
        "c.main()\n"
    )
    said = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)  # noqa: S603  our own interpreter
    assert said.returncode == Exit.FAILED
    assert said.stderr.startswith("Traceback")
    assert said.stderr.endswith("RuntimeError: no answer from https://hooks.slack.com/***\n")


def test_logs_are_clean(monkeypatch: pytest.MonkeyPatch) -> None:
    """What any library logs goes to standard error without secrets."""

    def talk(invocation: Invocation) -> None:
        invocation.redaction.hide(["hunter2hunter2"])
        logging.getLogger("somebody").warning("asked %s with %s", WEBHOOK, "hunter2hunter2")

    command(monkeypatch, talk)
    said = CliRunner().invoke(amur, ["status"])
    assert (said.stdout, said.stderr) == ("", "asked https://hooks.slack.com/*** with ***\n")


def test_warnings_are_said(tmp_path: Path) -> None:
    """What is odd but no mistake is said on standard error, and nothing stops for it."""
    file = write_settings(tmp_path)
    (tmp_path / ".env").touch(mode=0o644)
    said = CliRunner(env={"AMUR_CONFIG": str(file)}).invoke(amur, ["status", "--json"])
    assert said.exit_code == Exit.FINE
    assert (
        said.stderr
        == f"Warning: {tmp_path}/.env can be read by other users of this machine: run `chmod 600 {tmp_path}/.env`.\n"
    )
    assert json.loads(said.stdout)["settings"]["feeds"] == 2


def test_a_terminal_without_the_letters(desk: Desk) -> None:
    """Where standard output cannot show a letter, the rest is shown."""
    words = [sys.executable, "-m", "flows.commands", "--config", str(desk.file), "sql", "SELECT 'газ' AS word"]
    poor = {**os.environ, "PYTHONIOENCODING": "ascii"}
    said = subprocess.run(words, capture_output=True, text=True, check=False, env=poor)  # noqa: S603  our own interpreter
    assert (said.returncode, said.stdout.split()) == (Exit.FINE, ["word", r"\u0433\u0430\u0437"])


def test_sql_as_a_table(desk: Desk) -> None:
    """In a pipe, columns are aligned whatever the letters, NULL is told from nothing, the count goes elsewhere."""
    said = desk.ask("sql", "SELECT * FROM (VALUES ('天然气', 1, NULL), ('gas', 20, '')) AS t(word, n, x) ORDER BY n")
    assert said.stdout == "word     n  x\n天然气   1  NULL\ngas     20\n"
    assert said.stderr == "(2 rows)\n"


def test_sql_as_csv(desk: Desk) -> None:
    """In CSV, text that a spreadsheet would run is disarmed, numbers are left alone, NULL is empty."""
    values = "(VALUES ('=1+1', -5, NULL), ('+1', 2, 'a,b'), ('@x', 3, '-'), (chr(9) || 'x', 4, 'x=1'))"
    said = desk.ask("sql", "--csv", f'FROM {values} AS t(word, n, "=x") ORDER BY abs(n) DESC')
    assert list(csv.reader(io.StringIO(said.stdout))) == [
        ["word", "n", "'=x"],
        ["'=1+1", "-5", ""],
        ["'\tx", "4", "x=1"],
        ["'@x", "3", "'-"],
        ["'+1", "2", "a,b"],
    ]


def test_sql_as_json(desk: Desk) -> None:
    """In JSON, times are ISO 8601 in UTC, lists are lists, and what is no number is null."""
    query = (
        "SELECT TIMESTAMPTZ '2026-03-01 12:00:00+00' AS at, [1, 2] AS l, 'nan'::DOUBLE AS d, DATE '2026-03-01' AS day"
    )
    (row,) = json.loads(desk.ask("sql", "--json", query).stdout)
    assert row == {"at": "2026-03-01T12:00:00Z", "l": [1, 2], "d": None, "day": "2026-03-01"}


def test_sql_from_a_file(desk: Desk, tmp_path: Path) -> None:
    """The question may come from a file or from standard input, but only once."""
    (tmp_path / "q.sql").write_text("SELECT 42 AS answer;")
    assert desk.ask("sql", "--file", str(tmp_path / "q.sql")).stdout == "answer\n    42\n"
    assert desk.ask("sql", "--file", "-", input="SELECT 43 AS answer").stdout == "answer\n    43\n"
    assert desk.ask("sql", "--file", "-", "SELECT 1", input="SELECT 43").exit_code == Exit.WRONG


@pytest.mark.parametrize(
    "query", ["SELEC 1", "SELECT * FROM nowhere", "DROP TABLE articles", "FROM read_text('/etc/passwd')", " "]
)
def test_sql_that_cannot_be_answered(desk: Desk, query: str) -> None:
    """A wrong question, or one that is none, is one sentence."""
    said = desk.ask("sql", query)
    assert said.exit_code == Exit.WRONG
    assert said.stderr.startswith("Error: ")
    assert "Traceback" not in said.stderr


def test_sql_before_the_first_pass(tmp_path: Path) -> None:
    """Without a published file, the next step is named."""
    said = CliRunner().invoke(amur, ["--config", str(write_settings(tmp_path)), "sql", "SELECT 1"])
    assert said.exit_code == Exit.WAREHOUSE
    assert "`amur run` makes one" in said.stderr


def test_a_reader_that_has_seen_enough(desk: Desk) -> None:
    """A closed pipe (… | head) ends the command quietly."""
    words = [sys.executable, "-m", "flows.commands", "--config", str(desk.file), "sql", "--csv", "FROM range(300000)"]
    with subprocess.Popen(words, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:  # noqa: S603  our own interpreter
        assert process.stdout
        assert process.stderr
        assert process.stdout.readline() == "range\n"
        process.stdout.close()
        assert process.stderr.read() == ""
    assert process.returncode == Exit.FINE


def test_schema_says_what_a_row_is(desk: Desk) -> None:
    """Every view is listed with its grain and its columns; tables where asked for; a misspelt name gets a hint."""
    shown = desk.ask("schema").stdout
    assert "article_themes  one row per" in shown
    assert "schema_versions" not in shown
    assert "schema_versions" in desk.ask("schema", "--tables").stdout
    one = json.loads(desk.ask("schema", "alert_log", "--json").stdout)
    assert [view["name"] for view in one] == ["alert_log"]
    assert all(column["comment"] for column in one[0]["columns"])
    wrong = desk.ask("schema", "alertlog")
    assert (wrong.exit_code, "did you mean alert_log?" in wrong.stderr) == (Exit.WRONG, True)
