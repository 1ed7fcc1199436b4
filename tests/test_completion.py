"""Shell completion: what is offered where, and that a shell never hears of anything that is wrong."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
from click.testing import CliRunner

from desk import FEEDS, write_settings
from flows.commands import COMMANDS, COMPLETE, Exit, amur
from flows.commands.completion import QuotingBash


def typed(folder: Path, line: str, shell: str = "bash") -> list[str]:
    """What the script `amur` offers at the end of `line`; whatever happens, nothing is said on standard error."""
    words = line.split(" ")
    place = words[-1] if shell == "fish" else str(len(words) - 1)
    asked = subprocess.run(
        [sys.executable, "-c", "from flows.commands import main; main()"],
        capture_output=True,
        text=True,
        check=True,
        cwd=folder,
        env={**os.environ, "_AMUR_COMPLETE": f"{shell}_complete", "COMP_WORDS": line, "COMP_CWORD": place},
    )
    assert asked.stderr == ""
    return [line.partition(",")[2] for line in asked.stdout.splitlines() if line]


def offered(line: str) -> list[str]:
    """The same for bash and without a process, from where we are."""
    *words, begun = line.split(" ")
    shell = QuotingBash(amur, {}, "amur", COMPLETE)
    found = shell.get_completions(words[1:], begun)
    return [shell.format_completion(item).partition(",")[2] for item in found]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Settings where we are."""
    write_settings(tmp_path)
    monkeypatch.chdir(tmp_path)
    return tmp_path


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_script_says_where_it_belongs(shell: str) -> None:
    """Each shell's script comes with a comment on where to put it, and asks `amur`."""
    said = CliRunner().invoke(amur, ["completion", shell])
    assert said.exit_code == Exit.FINE
    assert "_AMUR_COMPLETE" in said.stdout
    assert f"# Add to ~/.{shell}rc" in said.stdout or f"amur completion {shell} >" in said.stdout
    assert (said.stdout.splitlines()[0] == "#compdef amur") == (shell == "zsh")


def test_bash_takes_the_script() -> None:
    """Bash reads it without a word, and completes `amur` with it."""
    bash = shutil.which("bash")
    assert bash
    script = CliRunner().invoke(amur, ["completion", "bash"]).stdout
    ran = subprocess.run([bash, "-c", f"{script}\ncomplete -p amur"], capture_output=True, text=True, check=True)  # noqa: S603  our own script
    assert (ran.stderr, "-F _amur_completion amur" in ran.stdout) == ("", True)


def test_a_shell_that_is_not_known() -> None:
    """Another shell is told which ones there are."""
    said = CliRunner().invoke(amur, ["completion", "tcsh"])
    assert (said.exit_code, "'bash', 'fish', 'zsh'" in said.stderr) == (Exit.WRONG, True)


def test_commands_and_options(folder: Path) -> None:
    """Commands, those of a group, and options are offered."""
    assert typed(folder, "amur ") == offered("amur ") == list(COMMANDS)
    assert offered("amur feeds re") == ["remove", "resume"]
    assert offered("amur sql --par") == ["--parquet"]


@pytest.mark.parametrize(
    ("line", "wanted"),
    [
        ("amur feeds pause ste", ["'Steppe Review'"]),
        ("amur feeds verify ", ["'Steppe Review'", "'Harbin Observer'", "'Quiet Quarterly'"]),
        ("amur feeds resume ", ["'Quiet Quarterly'"]),
        ("amur feeds list --bloc c", ["central-asia"]),
        ("amur articles list --publisher h", ["harbin-observer"]),
        ("amur themes show energy", ["energy-leverage"]),
        ("amur alerts mute energy", ["energy-leverage"]),
        ("amur alerts snooze energy-leverage distr", ["distracting-the-west"]),
        ("amur schema theme_p", ["theme_pairs"]),
    ],
)
@pytest.mark.usefixtures("folder")
def test_names_are_offered(line: str, wanted: list[str]) -> None:
    """Feeds, themes and views are offered by what the settings say, quoted where a shell needs it."""
    assert offered(line) == wanted


@pytest.mark.usefixtures("folder")
def test_other_settings_are_heeded(tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """--config and AMUR_CONFIG say whose names are offered."""
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    other = write_settings(elsewhere, feeds_toml=FEEDS.replace("Steppe Review", "Other"))
    assert offered(f"amur --config {other} feeds pause o") == ["Other"]
    monkeypatch.setenv("AMUR_CONFIG", str(elsewhere))
    assert offered("amur feeds pause o") == ["Other"]


def test_what_a_name_stands_for(folder: Path) -> None:
    """Where the shell shows descriptions, a feed has its address."""
    assert typed(folder, "amur feeds pause Ste", "fish") == ["Steppe Review\thttps://steppe-review.example/feed.xml"]


@pytest.mark.parametrize("text", ["[[feed", "feed = 3\n", "[[feed]]\nname = 3\n", None, b"\xff\xfe"])
def test_nothing_is_said_of_what_is_wrong(
    folder: Path, capfd: pytest.CaptureFixture[str], text: str | bytes | None
) -> None:
    """Files that cannot be read are met with silence."""
    file = folder / "feeds.toml"
    file.unlink()
    if text is None:
        file.mkdir()
    else:
        file.write_bytes(text if isinstance(text, bytes) else text.encode())
    assert offered("amur feeds pause ") == []
    assert offered("amur --config /nowhere/at/all themes show ") == []
    assert capfd.readouterr() == ("", "")


def test_a_command_that_does_not_exist(folder: Path) -> None:
    """A wrong word is no error while a line is being typed."""
    assert typed(folder, "amur nosuchcommand --x") == []
