"""The `amur` command. A subcommand is imported when it is asked for, so that `amur --help` comes at once."""

from __future__ import annotations

import importlib
import io
import logging
import os
import select
import sys
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from enum import IntEnum
from errno import EACCES, EDQUOT, EFBIG, ENOSPC, EPERM, EROFS
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, TextIO

import click
from click.shell_completion import CompletionItem

from flows.secrets import Redaction

if TYPE_CHECKING:
    from flows.settings import Settings

# name → module:attribute and one line of help, in the order in which a user needs them.
COMMANDS = {
    "demo": ("flows.commands.demo:demo", "Play three weeks in a small world, up to the alert they bring."),
    "init": ("flows.commands.init:init", "Write the settings files, ready to be filled in."),
    "run": ("flows.commands.run:run", "Run one pass: poll, read, judge, tell, publish."),
    "serve": ("flows.commands.serve:serve", "Run a pass again and again, on a schedule."),
    "add": ("flows.commands.add:add", "Fetch, read and judge articles that you name, now."),
    "backfill": ("flows.commands.backfill:backfill", "Bring in history: a feed's archive, a sitemap, a file."),
    "status": ("flows.commands.status:status", "Show feeds, passes, what waits and what fails."),
    "doctor": ("flows.commands.doctor:doctor", "Look for what is wrong, and say what to do about it."),
    "feeds": ("flows.commands.feeds:feeds", "List, add, find, pause and check the feeds that are watched."),
    "themes": ("flows.commands.themes:themes", "List, show, check, edit and compare the themes."),
    "candidates": (
        "flows.commands.candidates:candidates",
        "List what no theme covers, and make it a theme, part of one, or none.",
    ),
    "verdict": (
        "flows.commands.verdict:verdict",
        "Say whether an article speaks of a theme; thresholds learn from it.",
    ),
    "explain": ("flows.commands.explain:explain", "Show why an article scored what it scored."),
    "articles": ("flows.commands.articles:articles", "List articles by theme, publisher, date or words, and show one."),
    "alerts": ("flows.commands.alerts:alerts", "List alerts, acknowledge, mute or retract them, test the channels."),
    "backup": ("flows.commands.backup:backup", "Make a backup of the warehouse now; a pass makes one a day."),
    "restore": ("flows.commands.restore:restore", "Put a backup in the place of a damaged or lost warehouse."),
    "compact": ("flows.commands.compact:compact", "Give the disk back what was dropped for its age."),
    "sql": ("flows.commands.sql:sql", "Ask the published file a question in SQL."),
    "schema": ("flows.commands.schema:schema", "Describe the views that SQL can ask."),
    "completion": ("flows.commands.completion:completion", "Print what a shell needs to complete commands and names."),
    "replay": ("flows.commands.replay:replay", "Run a dated corpus through compare and decide, by its own clock."),
    "eval": ("flows.commands.eval:evaluate", "Measure the gate and the themes against labelled articles."),
}

COMPLETE = "_AMUR_COMPLETE"  # the variable through which a shell asks what could go on from here

EPILOG = """\b
First steps:
  amur demo                     what it does, in two minutes
  amur init watch && cd watch   the settings, in a folder of their own
  amur run                      one pass
  amur status                   how it went

\b
Exit codes:
  0  fine
  1  unexpected failure
  2  wrong usage or settings
  3  no feed, or not the page that you named, could be reached
  4  trouble with the warehouse
  5  an alert could not be sent and waits
  6  no complete pass for too long (amur status)
  130  stopped with Ctrl-C
"""


class Exit(IntEnum):
    """What `amur` ends with."""

    FINE = 0
    FAILED = 1
    WRONG = 2
    NO_FEED = 3
    WAREHOUSE = 4
    UNSENT = 5
    OVERDUE = 6
    STOPPED = 130


# Errors that a user can do something about. A class that was never imported was never raised.
EXITS = (
    ("flows.complaints", "SettingsError", Exit.WRONG),
    ("warehouse.query", "QueryError", Exit.WRONG),
    # Somebody else is doing the work: nothing is wrong, and cron need not write a mail about it.
    ("warehouse.store", "PassRunning", Exit.FINE),
    ("warehouse.connect", "WarehouseError", Exit.WAREHOUSE),
)


class Trouble(click.ClickException):
    """One clear sentence for the user, and what `amur` ends with."""

    def __init__(self, message: str, code: Exit = Exit.WRONG) -> None:
        super().__init__(message)
        self.exit_code = code  # type: ignore[misc]  # click declares it for the class and reads it from the instance

    def show(self, file: IO[Any] | None = None) -> None:
        """Print it on standard error; what ends with 0 is news rather than an error."""
        click.echo(
            self.format_message() if self.exit_code == Exit.FINE else f"Error: {self.format_message()}",
            file=file,
            err=True,
        )


@dataclass(frozen=True, slots=True)
class Invocation:
    """What every subcommand works with: `ctx.obj`."""

    config: Path | None
    redaction: Redaction

    def settings(self) -> Settings:
        """All settings, with their secrets hidden from now on. Raises `SettingsError`."""
        from flows.settings import load

        settings = load(self.config)
        self.redaction.hide(settings.secrets)
        for warning in settings.warnings:
            click.echo(f"Warning: {warning}", err=True)
        return settings

    def data(self) -> Path:
        """The data folder; reads amur.toml alone, so that a question needs no working feeds. Raises `SettingsError`."""
        from flows.amurfile import find_data

        return find_data(self.config)


pass_invocation: Callable[[Callable[..., Any]], Callable[..., Any]] = click.make_pass_decorator(Invocation)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to what is standard error when a record comes, not when logging was set up."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _: TextIO) -> None:
        pass


class Amur(click.Group):
    """A group whose commands are imported late, and the one place where errors become messages."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, _, attribute = COMMANDS[cmd_name][0].partition(":")
        command = getattr(importlib.import_module(module), attribute)
        assert isinstance(command, click.Command)  # noqa: S101  the table above is ours
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in COMMANDS and not ctx.resilient_parsing:
            from flows.complaints import nearest

            ctx.fail(f"There is no command {args[0]!r}; {nearest(args[0], list(COMMANDS))}")
        return super().resolve_command(ctx, args)

    def shell_complete(self, ctx: click.Context, incomplete: str) -> list[CompletionItem]:
        """Commands and options, without importing any of them."""
        named = [CompletionItem(name, help=line) for name, (_, line) in COMMANDS.items() if name.startswith(incomplete)]
        return [*named, *click.Command.shell_complete(self, ctx, incomplete)]

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        del ctx
        with formatter.section("Commands"):
            formatter.write_dl([(name, line) for name, (_, line) in COMMANDS.items()])

    def invoke(self, ctx: click.Context) -> Any:
        try:
            try:
                return super().invoke(ctx)
            finally:
                sys.stdout.flush()
        except KeyboardInterrupt:
            click.echo("\nStopped. Nothing is lost: the next pass goes on from here.", err=True)
            ctx.exit(Exit.STOPPED)
        except BrokenPipeError as error:
            if not _nobody_reads(sys.stdout):
                raise RuntimeError("a line broke in the middle of the work") from error
            _drop_output()  # whoever read it has seen enough
            ctx.exit(Exit.FINE)
        except Exception as error:
            trouble = _trouble(error, ctx)
            if trouble is None:
                raise
            raise trouble from error


def _nobody_reads(out: TextIO) -> bool:
    """Whether the far end of a pipe or terminal is gone."""
    try:
        far_end = select.poll()
        far_end.register(out.fileno(), 0)
    except (OSError, ValueError):  # it is neither
        return False
    return any(event & (select.POLLERR | select.POLLHUP) for _, event in far_end.poll(0))


def _drop_output() -> None:
    """What is still buffered must not fail again at exit."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _of_the_disk(error: OSError) -> Trouble | None:
    """A full disk or a missing right, wherever it shows itself; None for another error."""
    where = f"{error.filename} " if isinstance(error.filename, str | Path) else ""
    if error.errno in (ENOSPC, EDQUOT, EFBIG):
        _drop_output()  # it may be what does not fit
        what = f"{where}cannot be written: {error.strerror}. Free some space"
        return Trouble(f"{what} and run again; what was saved before is still there.", Exit.FAILED)
    if error.errno in (EACCES, EPERM, EROFS) and where:
        return Trouble(f"{where}cannot be used: {error.strerror}. Give this user the right to.", Exit.FAILED)
    return None


def _trouble(error: Exception, ctx: click.Context) -> Trouble | None:
    """A message with its exit code where the user can help; None for a bug, which keeps its traceback."""
    for module, name, code in EXITS:
        kind = getattr(sys.modules.get(module), name, None)
        if kind and isinstance(error, kind):
            redaction = ctx.obj.redaction if isinstance(ctx.obj, Invocation) else Redaction()
            return Trouble(redaction.clean(_sentence(error)), code)
    return _of_the_disk(error) if isinstance(error, OSError) else None


def _sentence(error: Exception) -> str:
    complaints = getattr(error, "complaints", ())
    if len(complaints) < 2:  # noqa: PLR2004  one mistake is a sentence, several are a list
        return str(error)
    return "\n".join((f"{len(complaints)} things in the settings need correcting:", *(f"  {c}" for c in complaints)))


@click.command(cls=Amur, epilog=EPILOG, context_settings={"help_option_names": ["-h", "--help"]})
@click.option(
    "--config",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Settings file; else $AMUR_CONFIG, else ./amur.toml.",
)
@click.option("-v", "--verbose", is_flag=True, help="Log what goes on, on standard error.")
@click.version_option(package_name="amur")
@click.pass_context
def amur(ctx: click.Context, config: Path | None, verbose: bool) -> None:
    """Amur watches what the world writes about China and Russia, and tells you when a theme is new."""
    if os.environ.get("NO_COLOR") or os.environ.get("TERM") == "dumb":
        ctx.color = False  # https://no-color.org
    redaction = ctx.obj if isinstance(ctx.obj, Redaction) else Redaction()
    ctx.obj = Invocation(config, redaction)
    if isinstance(sys.stdout, io.TextIOWrapper):
        sys.stdout.reconfigure(errors="backslashreplace")  # a terminal that lacks a letter still gets the rest
    root = logging.getLogger()
    root.handlers = [handler for handler in root.handlers if not isinstance(handler, _Stderr)] + [_Stderr()]
    root.setLevel(logging.INFO if verbose else logging.WARNING)
    redaction.cover()


def main() -> None:
    """The script `amur`."""
    redaction = Redaction()
    # A bug keeps its traceback, without the secrets that its message may quote.
    sys.excepthook = lambda *error: click.echo(redaction.report(*error), err=True, nl=False)
    if os.environ.get(COMPLETE):
        from flows.commands import completion

        completion.answer(amur)
    amur(obj=redaction, prog_name="amur", complete_var=COMPLETE)
