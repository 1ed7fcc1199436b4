from __future__ import annotations

import re
import shlex
from pathlib import Path

import click
import pytest

from flows.commands import COMMANDS, Amur, Exit, amur

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")


def commands() -> dict[str, click.Command]:
    """Every command a user can type, by its words."""
    found: dict[str, click.Command] = {}
    group = Amur(commands={})
    for name in COMMANDS:
        command = group.get_command(click.Context(group), name)
        assert command
        if isinstance(command, click.Group):
            found |= {f"amur {name} {sub}": inner for sub, inner in command.commands.items()}
        else:
            found[f"amur {name}"] = command
    return found


@pytest.mark.parametrize("words", commands())
def test_every_command_is_in_the_readme(words: str) -> None:
    """The README's table lists each command."""
    assert f"| `{words}` |" in README


def test_every_command_in_the_readme_exists() -> None:
    """What the README tells to type is there, with the options it names."""
    known = commands()
    typed = re.findall(r"^(?: {4}\$? ?|\| `)(amur [a-z][^\n|]*)", README, re.MULTILINE)
    assert len(typed) > len(known)
    for line in typed:
        words = shlex.split(line.split("#")[0].split("`")[0].split(" && ")[0].replace('"', "'").replace("'", ""))
        name = next((" ".join(words[:n]) for n in (3, 2) if " ".join(words[:n]) in known), None)
        assert name, line
        options = {option for parameter in known[name].params for option in parameter.opts}
        assert {word for word in words if word.startswith("--")} <= options, line


def test_exit_codes_are_told_alike() -> None:
    """The README and `amur --help` name every exit code."""
    for code in Exit:
        assert re.search(rf"\b{code.value} \w+", README)
        assert re.search(rf"^  {code.value}  \w+", amur.epilog or "", re.MULTILINE)


def test_every_command_teaches_by_example() -> None:
    """Each command's help shows what to type."""
    for words, command in commands().items():
        assert words in (command.help or ""), words
