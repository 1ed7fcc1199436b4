"""`amur compact`: give back the room that is no longer needed."""

from __future__ import annotations

import dataclasses
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.printing import count, json_option, print_json

if TYPE_CHECKING:
    from warehouse.compact import Compaction


@click.command()
@json_option
@pass_invocation
def compact(invocation: Invocation, as_json: bool) -> None:
    """Write the warehouse's file anew, so that the disk gets back what rows that went had taken, and publish it.

    Worth its while after texts were dropped for their age ([keep] in amur.toml). Needs as much free disk as the file
    has; no pass runs meanwhile. Nothing is lost if it is stopped anywhere.

    \b
    Examples:
      amur compact
      amur compact --json | jq .after
    """
    data = invocation.data()
    from flows.house import utc_now
    from warehouse.compact import compact as compacted
    from warehouse.publish import publish
    from warehouse.store import PassRunning, Store

    if not (data / "live.duckdb").exists():
        raise Trouble(f"There is no warehouse in {data} yet: `amur run` makes one.", Exit.WAREHOUSE)
    store, now = Store(data).open(), utc_now()
    try:
        with store.pass_lock(now):
            done = compacted(store)
            publish(store, now)
    except PassRunning as running:
        raise Trouble(f"{running} Then compact again.", Exit.WAREHOUSE) from running
    if as_json:
        print_json(dataclasses.asdict(done))
    else:
        click.echo(_said(done))


def _said(done: Compaction) -> str:
    before, after = (f"{size / 1e6:,.1f} MB" for size in (done.before, done.after))
    saved = 1 - done.after / done.before
    share = f", {saved:.0%} less" if saved > 0 else ""
    return f"live.duckdb: {before} before, {after} now{share}; {count(done.rows, 'row')}, every one compared."
