"""`amur demo`: three weeks in a small world, up to the alert they bring."""

from __future__ import annotations

import os
import shutil
import socket
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Trouble
from flows.commands.printing import print_table

if TYPE_CHECKING:
    from flows.demo.play import Conduct, Stage
    from warehouse.passes import PassRecord

MARK = ".amur-demo"
QUESTIONS = {
    "Who speaks of what, and whose voice is it?": """
SELECT theme_id, bloc, stories, publishers FROM voices ORDER BY stories DESC, theme_id, bloc LIMIT 8
""",
    "What does the new theme rest on?": """
SELECT dated_at::DATE AS day, publisher, bloc, round(score, 2) AS score, title FROM article_themes
WHERE theme_id IN (SELECT theme_id FROM new_themes) ORDER BY dated_at
""",
}


@click.command()
@click.option(
    "--folder",
    type=click.Path(path_type=Path),
    default="amur-demo",
    show_default=True,
    help="Where its files go; an earlier demo there is replaced.",
)
@click.option("--bare", is_flag=True, help="Without Prefect: quicker, and no history of flow runs.")
@click.pass_context
def demo(ctx: click.Context, folder: Path, bare: bool) -> None:
    """Play three weeks in a small world on this machine, up to the alert they bring.

    Twelve feeds, some seventy articles written for it, a mail server and a webhook run on loopback;
    nothing leaves this machine. A pass runs for each of 22 days, as a Prefect flow. Afterwards the
    folder holds a warehouse to ask, the mail and the Slack message.

    \b
    Examples:
      amur demo
      amur --config amur-demo/amur.toml status
      amur --config amur-demo/amur.toml sql "FROM new_themes"
    """
    began = time.monotonic()
    with _alone_in(folder), _conducting(folder, bare) as conduct:
        from flows.demo.play import complaints, stage

        with stage(folder) as on:
            size = f"{len(on.settings.feeds)} feeds and {len(on.world.pieces)} articles"
            click.echo(f"A world of {size}, three weeks from {on.clock.now:%d %B %Y}.\n")
            for day, record in on.play(conduct):
                click.echo(_day(on, day, record))
            wrong = complaints(on)
            _tell_alerts(on)
    _tell_files(folder, on)
    _tell_questions(folder)
    click.echo(f"\nThree weeks in {time.monotonic() - began:.0f} seconds.")
    if wrong:
        click.echo("Not as the script says:\n" + "\n".join(f"  {line}" for line in wrong), err=True)
        ctx.exit(Exit.FAILED)
    click.echo(
        "As the script says: one new theme, alerted once by mail and Slack; "
        "ten copies of one report, and the burn-in, raised nothing."
    )


@contextmanager
def _alone_in(folder: Path) -> Iterator[None]:
    """Take the folder and make room: only one that a demo made, or an empty one, and of which no other demo is."""
    from warehouse.connect import FileLock

    if folder.exists() and not folder.is_dir():
        raise Trouble(f"{folder} is not a folder: name another with --folder.")
    lock = FileLock(folder / MARK)
    try:
        if folder.exists() and any(folder.iterdir()) and not (folder / MARK).exists():
            raise Trouble(f"{folder} holds something else than a demo: name another with --folder.")
        folder.mkdir(parents=True, exist_ok=True)
        if not lock.take():
            raise Trouble(f"Another demo plays in {folder}: wait for its end, or name another with --folder.")
        _clear(folder)
    except OSError as error:
        lock.free()
        raise Trouble(f"Cannot write to {folder}: {error.strerror}. Name another with --folder.") from error
    try:
        yield
    finally:
        lock.free()


def _clear(folder: Path) -> None:
    """Take away all that is in it, but for the mark that says whose it is."""
    for path in folder.iterdir():
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        elif path.name != MARK:
            path.unlink()


@contextmanager
def _conducting(folder: Path, bare: bool) -> Iterator[Conduct]:
    """How a pass is run: as a Prefect flow against a server of the demo's own whatever is configured, or bare."""
    if bare:
        from flows.monitor import run_pass

        yield run_pass
        return
    from flows.prefect_server import keep_to, own_server

    keep_to(folder / "prefect")
    click.echo("Starting a Prefect server on this machine …")
    os.environ["PREFECT_LOGGING_LEVEL"] = "WARNING"  # the day's line says what the flow run did
    with ExitStack() as stack:
        try:
            stack.enter_context(own_server(folder / "prefect", _free_port()))
        except OSError as error:
            raise Trouble(f"{error}. `amur demo --bare` needs no server.", Exit.FAILED) from error
        from flows.prefect_flows import pass_as_flow, settle

        yield pass_as_flow
        settle()


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port: int = listener.getsockname()[1]
    return port


def _day(on: Stage, day: int, record: PassRecord) -> str:
    feeds = f"{record.feeds_due - record.feeds_failed:2} of {record.feeds_due} feeds"
    articles = f"{record.articles_read:2} new articles, {record.articles_relevant:2} on China and Russia"
    said = f"day {day:2}  {_date(record.started_at)}  {feeds}  {articles}"
    if record.alerts:
        return click.style(f"{said}   → {record.alerts} alert, {record.messages_sent} messages", bold=True)
    return said + ("   (burn-in)" if day < on.world.script.burn_in_days else "")


def _date(moment: datetime) -> str:
    return f"{moment:%a} {moment.day:2} {moment:%b}"


def _tell_alerts(on: Stage) -> None:
    from alerts.render import text

    for alert in on.alerts():
        click.echo("\n" + "─" * 78)
        click.echo(text(alert, on.settings.alerts).strip())
        click.echo("─" * 78)


def _tell_files(folder: Path, on: Stage) -> None:
    click.echo(f"\nWhere everything is, in {folder}:")
    for mail in on.servers.mails:
        click.echo(f"  {mail.path.relative_to(folder)}     the mail, with its chart; open it in a mail program")
    for message in on.servers.slack_messages:
        click.echo(f"  {message.path.relative_to(folder)}   the Slack message")
    click.echo("  data/amur.duckdb  the warehouse for analysts; any DuckDB opens it, also while a pass runs")
    click.echo("  amur.toml, feeds.toml, themes.toml   the settings")


def _tell_questions(folder: Path) -> None:
    from warehouse.query import ask

    for question, sql in QUESTIONS.items():
        click.echo(f'\n{question}\n$ amur --config {folder}/amur.toml sql "{sql.strip()}"')
        answer = ask(folder / "data" / "amur.duckdb", sql)
        print_table(answer.columns, answer.rows)
