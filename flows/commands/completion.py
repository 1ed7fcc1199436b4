"""`amur completion`: what a shell needs to complete commands, options, feeds and themes."""

from __future__ import annotations

import shlex
import sys
from contextlib import suppress
from typing import NoReturn

import click
from click.shell_completion import BashComplete, CompletionItem, add_completion_class, get_completion_class

from flows.commands import COMPLETE

PROGRAM = "amur"

PLACES = {
    "bash": "Put it where bash looks:  amur completion bash > ~/.local/share/bash-completion/completions/amur\n"
    'or add to ~/.bashrc:      eval "$(amur completion bash)"',
    "zsh": 'Add to ~/.zshrc, below compinit:  eval "$(amur completion zsh)"',
    "fish": "Put it where fish looks:  amur completion fish > ~/.config/fish/completions/amur.fish",
}


class QuotingBash(BashComplete):
    """Bash takes what it is offered as it stands: names with blanks in them have to come quoted."""

    def format_completion(self, item: CompletionItem) -> str:
        """One line, as click's script for bash reads it."""
        return f"{item.type},{shlex.quote(str(item.value))}"


add_completion_class(QuotingBash)


@click.command()
@click.argument("shell", type=click.Choice(sorted(PLACES)))
@click.pass_context
def completion(ctx: click.Context, shell: str) -> None:
    """Print what SHELL needs to complete commands, options, feeds and themes. A comment in it says where to put it.

    \b
    Examples:
      eval "$(amur completion bash)"
      amur completion fish > ~/.config/fish/completions/amur.fish
    """
    first, *rest = _script(shell, ctx.find_root().command).splitlines()
    click.echo("\n".join((first, *(f"# {line}" for line in PLACES[shell].splitlines()), *rest)).strip())


def answer(command: click.Command) -> NoReturn:
    """Tell the shell what could go on from here, and nothing where that cannot be known; ends the process."""
    with suppress(Exception):  # a mistake of ours must not end up in the middle of the user's line
        command.main(prog_name=PROGRAM, complete_var=COMPLETE)
    sys.exit(0)


def _script(shell: str, command: click.Command) -> str:
    kind = get_completion_class(shell)
    assert kind  # noqa: S101  there is one for each of our shells
    asked = kind(command, {}, PROGRAM, COMPLETE)
    # Not `source()`: for bash it runs bash, and complains where there is none.
    return asked.source_template % asked.source_vars()
