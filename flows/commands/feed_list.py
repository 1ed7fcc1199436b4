"""`amur feeds list`: every feed, and how it fares."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.feed_choice import NONE_YET, all_feeds, feeds_file
from flows.commands.printing import ago, json_option, print_json, print_table, span
from flows.commands.reading import as_of_now

if TYPE_CHECKING:
    from pathlib import Path
    from uuid import UUID

    from warehouse.records import Feed

Record = dict[str, Any]

PAUSED, UNASKED, FAILING, OK = "paused", "not asked yet", "failing", "ok"

# A published file may be older than this version: only columns that are there are asked for.
_HEALTH = """
SELECT feed_id, COLUMNS('^(outcome|standing|in_words|detail|[a-z_]+_at|entries_30_days)$')
FROM feed_health
"""


@dataclass(frozen=True, slots=True)
class Filters:
    """Which feeds to list; "" and False are no wish."""

    bloc: str
    publisher: str
    language: str
    failing: bool
    paused: bool


@click.command("list", short_help="List the feeds, and how they fare.")
@click.option("--bloc", default="", shell_complete=completing.blocs, help="Only feeds of this bloc.")
@click.option("--publisher", default="", shell_complete=completing.publishers, help="Only feeds of this publisher.")
@click.option("--language", default="", help="Only feeds of this language: en, ru, zh.")
@click.option("--failing", is_flag=True, help="Only feeds that fail.")
@click.option("--paused", is_flag=True, help="Only feeds that are paused.")
@json_option
@pass_invocation
def listing(
    invocation: Invocation, bloc: str, publisher: str, language: str, failing: bool, paused: bool, as_json: bool
) -> None:
    """List the feeds: whose they are, how they fare, how often they are asked, what they brought in 30 days.

    Works while a pass runs, and before the first one. An address shows its ${NAME}, never what that stands for.

    \b
    Examples:
      amur feeds list
      amur feeds list --failing
      amur feeds list --bloc china-state --json | jq -r '.[].url'
    """
    from flows.house import utc_now

    wanted = Filters(bloc, publisher, language, failing, paused)
    feeds, known = all_feeds(feeds_file(invocation)), _health(invocation.data())
    records = [_record(feed, known.get(feed.id, {})) for feed in feeds]
    shown = [record for record in records if _fits(record, wanted)]
    if records and not shown:
        _explain(wanted, records)
    if as_json:
        print_json(shown)
    elif shown:
        now = utc_now()
        columns = ("name", "publisher", "bloc", "lang", "standing", "heard", "every", "30 days")
        print_table(columns, [_row(record, now) for record in shown])
        if any(record["failing"] for record in shown):
            click.echo("Why some fail: amur status", err=True)
    elif records:
        click.echo("No such feed.")
    if not records:
        click.echo(NONE_YET, err=as_json)


def _health(data: Path) -> dict[UUID, Record]:
    """What the warehouse knows of each feed; nothing before the first pass."""
    if not any((data / name).exists() for name in ("live.duckdb", "amur.duckdb")):
        return {}
    with as_of_now(data) as con:
        con.execute(_HEALTH)
        names = [column[0] for column in con.description or ()]
        return {row[0]: dict(zip(names[1:], row[1:], strict=True)) for row in con.fetchall()}


def _record(feed: Feed, known: Record) -> Record:
    checked, due = known.get("checked_at"), known.get("next_attempt_at")
    return {
        "name": feed.name,
        "url": feed.url,
        "publisher": feed.publisher,
        "bloc": feed.bloc,
        "stance": feed.stance,
        "language": feed.language,
        "enabled": feed.enabled,
        "standing": _standing(feed, known),
        "failing": feed.enabled and known.get("outcome") == "failed",
        "why": ": ".join(filter(None, (known.get("in_words"), known.get("detail")))),
        "checked_at": checked,
        "succeeded_at": known.get("succeeded_at"),
        "next_attempt_at": due,
        "interval": due - checked if feed.enabled and due and checked and due > checked else None,
        "last_entry_at": known.get("last_entry_at"),
        "entries_30_days": known.get("entries_30_days", 0),
    }


def _standing(feed: Feed, known: Record) -> str:
    if not feed.enabled:
        return PAUSED
    if not known.get("checked_at"):
        return UNASKED
    return known.get("standing") or (FAILING if known["outcome"] == "failed" else OK)


def _fits(record: Record, wanted: Filters) -> bool:
    named = all(not value or record[key] == value for key, value in _named(wanted))
    either = (wanted.failing and record["failing"]) or (wanted.paused and not record["enabled"])
    return named and (either or not (wanted.failing or wanted.paused))


def _named(wanted: Filters) -> Iterable[tuple[str, str]]:
    return (("bloc", wanted.bloc), ("publisher", wanted.publisher), ("language", wanted.language))


def _explain(wanted: Filters, records: list[Record]) -> None:
    """Raises Trouble when a filter names what no feed has."""
    from flows.complaints import nearest

    for key, value in _named(wanted):
        there = sorted({record[key] for record in records if record[key]})
        if value and value not in there:
            raise Trouble(f"No feed has the {key} {value!r}; {nearest(value, there)}")


def _row(record: Record, now: datetime) -> tuple[object, ...]:
    succeeded, interval = record["succeeded_at"], record["interval"]
    said = [record[key] for key in ("name", "publisher", "bloc", "language", "standing")]
    last = ago(succeeded, now) if succeeded else "never"
    return (*said, last, _spoken(interval), record["entries_30_days"])


def _spoken(interval: timedelta | None) -> str:
    return span(interval.total_seconds()) if interval else ""
