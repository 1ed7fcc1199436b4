"""`amur restore`: a backup in the place of a warehouse that is damaged, lost or wrong."""

from __future__ import annotations

import sys
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.backup import in_words
from flows.commands.printing import count, json_option, print_json, print_table

if TYPE_CHECKING:
    from warehouse.backup import Listed
    from warehouse.restore import Plan
    from warehouse.store import Store

NEXT = """\
The next pass asks every feed for all it has, and sends no alert again that the journal has as sent. What feeds no
longer list is lost; `amur backfill` may bring it back. So is what was said of alerts since then (acknowledged,
snoozed, muted, retracted): say it again."""
GOES_ON = "The next pass goes on from there. What was said of alerts since then (muted, retracted …): say it again."


@click.command()
@click.option("--from", "source", type=click.Path(path_type=Path), metavar="FILE", help="Take this backup.")
@click.option("--list", "only_list", is_flag=True, help="Only show which backups there are.")
@click.option("--yes", is_flag=True, help="Do not ask.")
@json_option
@pass_invocation
def restore(invocation: Invocation, source: Path | None, only_list: bool, yes: bool, as_json: bool) -> None:
    """Put the newest good backup in the place of the warehouse's file, and that in quarantine.

    The backup is copied and read through first. Says what is lost, and asks. Nothing is deleted: the file that was
    there, and its log, go to data/quarantine. Where only the log is damaged, the file itself, without its log, is
    newer than any backup, and is taken.

    \b
    Examples:
      amur restore --list
      amur restore
      amur restore --from /mnt/usb/amur-backup-20260406-060000.duckdb
      amur restore --yes --json | jq .lost_passes
    """
    data = invocation.data()
    from flows.house import utc_now
    from warehouse import backup
    from warehouse import restore as restoring
    from warehouse.store import PassRunning, Store

    if source is not None and source.is_file() and not data.exists():
        data.mkdir(mode=0o700, parents=True)  # a new machine
    if not data.is_dir():
        said = f"There is no folder {data}: `amur run` makes one, with a new warehouse; `amur restore --from FILE` too."
        raise Trouble(said, Exit.WAREHOUSE)
    store, now = Store(data), utc_now()
    if only_list:
        if source or yes:
            raise click.UsageError("--list only shows: leave out --from and --yes.")
        _list(backup.listed(store), as_json)
        return
    if source is not None and not source.is_file():
        raise Trouble(f"There is no file {source}: `amur restore --list` shows the backups.")
    try:
        with store.pass_lock(now), restoring.prepared(store, source) as plan:
            _confirm(plan, store, yes=yes)
            quarantine = restoring.put_in_place(store, now)
    except PassRunning as running:
        raise Trouble(f"{running} Then restore.", Exit.WAREHOUSE) from running
    if as_json:
        print_json(_facts(plan, quarantine))
    else:
        _say(plan, quarantine, store)


def _confirm(plan: Plan, store: Store, *, yes: bool) -> None:
    for reason in (plan.why, *(f"Passed over: {reason}" for reason in plan.passed_over)):
        click.echo(reason, err=True)
    click.echo(f"In its place comes {_name(plan, store)}: {in_words(plan.backup)}.", err=True)
    click.echo(_loss(plan), err=True)
    if yes:
        return
    if not asked_by_a_person():
        raise Trouble("Nothing was changed, as nobody can be asked: say --yes.")
    if not click.confirm("Put it in place?", err=True):
        raise Trouble("Nothing was changed.", Exit.FINE)


def asked_by_a_person() -> bool:
    """Whether somebody can be asked back."""
    return sys.stdin.isatty()


def _loss(plan: Plan) -> str:
    since = _moment(plan.backup.last_pass) if plan.backup.last_pass else "the beginning"
    if not plan.lost:
        return f"Lost is what happened since {since}; by the journal no pass was over since."
    until = _moment(plan.lost[-1].started_at)
    return f"Lost is what happened since {since}: {count(len(plan.lost), 'pass', 'passes')}, the last of {until}."


def _say(plan: Plan, quarantine: Path | None, store: Store) -> None:
    click.echo(f"Restored: {_name(plan, store)} is {store.live} now.")
    if quarantine:
        click.echo(f"What was there is in {quarantine}.")
    click.echo(NEXT if plan.lost else GOES_ON)


def _name(plan: Plan, store: Store) -> str:
    return f"{plan.source} without its log" if plan.source == store.live else str(plan.source)


def _facts(plan: Plan, quarantine: Path | None) -> dict[str, Any]:
    return {
        "was": plan.state,
        "source": str(plan.source),
        "bytes": plan.backup.bytes,
        "last_pass": plan.backup.last_pass,
        "lost_passes": len(plan.lost),
        "lost_until": plan.lost[-1].started_at if plan.lost else None,
        "quarantine": str(quarantine) if quarantine else None,
        "passed_over": list(plan.passed_over),
    }


def _list(found: list[Listed], as_json: bool) -> None:
    rows = [_row(one) for one in found]
    if as_json:
        print_json(rows)
    elif not rows:
        click.echo("There is no backup yet: a pass makes one a day, and `amur backup` one now.", err=True)
    else:
        cells = [(r["path"], r["megabytes"], r["last_pass"], r["articles"], r["alerts"], r["trouble"]) for r in rows]
        print_table(("backup", "MB", "last pass", "articles", "alerts", "trouble"), cells)


def _row(one: Listed) -> dict[str, Any]:
    held = one.backup
    return {
        "path": str(one.path),
        "megabytes": round(one.path.stat().st_size / 1e6, 1),
        "last_pass": held.last_pass if held else None,
        "articles": held.counts["articles"] if held else None,
        "alerts": held.counts["alerts"] if held else None,
        "trouble": one.why,
    }


def _moment(moment: datetime) -> str:
    return f"{moment:%Y-%m-%d %H:%M} UTC"
