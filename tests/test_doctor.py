"""`amur doctor`: what it prints, what it ends with, and that it tells no secret."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk import Desk, furnish, write_settings
from flows.commands import Exit, amur

PASSWORD = "correct horse battery"


@pytest.fixture(scope="module")
def desk(tmp_path_factory: pytest.TempPathFactory) -> Desk:
    return furnish(tmp_path_factory.mktemp("desk"))


def ask(file: Path, *words: str) -> Result:
    return CliRunner().invoke(amur, ["--config", str(file), "doctor", "--offline", *words])


def test_all_is_well(desk: Desk) -> None:
    """With warnings alone it ends with 0; each check has its line, each warning its advice."""
    said = ask(desk.file)
    assert said.exit_code == Exit.FINE, said.output
    lines = said.stdout.splitlines()
    assert "Settings" in lines
    assert any("room: " in line and line.startswith("  ok ") for line in lines)
    at = next(at for at, line in enumerate(lines) if "contact: sites cannot reach you" in line)
    assert lines[at].startswith("  warning ")
    assert "Fill in contact" in lines[at + 1]
    assert lines[-1].startswith("0 troubles, ")


def test_as_json(desk: Desk) -> None:
    """One object for each finding."""
    results = json.loads(ask(desk.file, "--json").stdout)
    assert all(set(result) == {"group", "check", "level", "said", "advice"} for result in results)
    assert {"settings", "versions", "disk", "clock", "locks", "warehouse"} <= {result["group"] for result in results}
    assert "left out" in {result["level"] for result in results if result["group"] == "network"}


@pytest.mark.parametrize(
    ("amur_toml", "live", "code"),
    [
        ("[fetch]\ndeadline = 0\n", "nothing", Exit.WRONG),
        ("", "nothing", Exit.WAREHOUSE),
        ("[fetch", None, Exit.WRONG),
        ("", None, Exit.FINE),
    ],
)
def test_what_it_ends_with(tmp_path: Path, amur_toml: str, live: str | None, code: Exit) -> None:
    """The exit code is that of the first kind of trouble, also with settings that cannot be read, and no pass yet."""
    file = write_settings(tmp_path, amur_toml)
    if live:
        (tmp_path / "data").mkdir()
        (tmp_path / "data" / "live.duckdb").write_text(live)
    said = ask(file)
    assert said.exit_code == code, said.output
    assert "Traceback" not in said.output
    assert "the check itself failed" not in said.output


def test_without_settings_it_looks_at_the_rest(tmp_path: Path) -> None:
    """Where there are no settings, that is said, and versions are looked at."""
    said = CliRunner().invoke(amur, ["--config", str(tmp_path), "doctor", "--offline"])
    assert (said.exit_code, "amur init" in said.stdout, "libraries within range" in said.stdout) == (2, True, True)


def test_no_secret_is_told(tmp_path: Path) -> None:
    """Neither a password nor a webhook nor a key in an address is in anything it prints."""
    amur_toml = (
        '[email]\nenabled = true\nhost = "127.0.0.1"\nport = 1\nsender = "a@example.org"\n'
        'recipients = ["b@example.org"]\nusername = "me"\n[slack]\nenabled = true\n'
    )
    feed = '[[feed]]\nname = "One"\nurl = "http://127.0.0.1:1/?id=${KEY}"\npublisher = "one"\nbloc = "independent"\n'
    env = f"AMUR_SMTP_PASSWORD='{PASSWORD}'\nAMUR_SLACK_WEBHOOK=https://hooks.invalid/s3cret-hook\nKEY=s3cret-key\n"
    file = write_settings(tmp_path, amur_toml, feed, env)
    said = CliRunner().invoke(amur, ["--config", str(file), "doctor"])
    assert said.exit_code in (Exit.NO_FEED, Exit.UNSENT)
    assert not any(secret in said.output for secret in (PASSWORD, "s3cret-hook", "s3cret-key"))


def test_a_misspelt_option_is_named(desk: Desk) -> None:
    """A slip of the finger gets the word that was meant."""
    said = ask(desk.file, "--jason")
    assert (said.exit_code, "--json" in said.stderr) == (Exit.WRONG, True)
