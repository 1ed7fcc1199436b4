"""`amur feeds verify`: every feed asked now, and nothing stored."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, completing, pass_invocation
from flows.commands.feed_choice import FeedsFile, all_feeds, chosen, feeds_file
from flows.commands.printing import count, json_option, print_json, print_table

if TYPE_CHECKING:
    from flows.asking import Answer
    from flows.feedfile import Row

QUIET = timedelta(days=180)  # a feed whose newest entry is older may have moved

Record = dict[str, Any]


@click.command(short_help="Ask every feed now, and say what is wrong.")
@click.argument("feed", nargs=-1, shell_complete=completing.feeds)
@json_option
@click.pass_context
@pass_invocation
def verify(invocation: Invocation, ctx: click.Context, feed: tuple[str, ...], as_json: bool) -> None:
    """Ask every feed now, or each FEED named, and say what it gives, or why it gives nothing and what to do.

    Nothing is stored: neither state nor entries. A feed that is paused is asked when it is named.
    Ends with 0 when all answered with a feed, with 3 when none did, else with 1.

    \b
    Examples:
      amur feeds verify
      amur feeds verify "Steppe Review" "Harbin Observer"
      amur feeds verify --json | jq -r '.[] | select(.ok | not) | .name'
    """
    from flows.feedfile import read_rows

    file = feeds_file(invocation)
    all_feeds(file)  # a mistake in the list is told before anybody is asked
    rows = read_rows(file.path)
    places = chosen(rows, feed) if feed else [place for place, row in enumerate(rows) if row.get("enabled", True)]
    records = _verified(invocation, file, [rows[place] for place in places])
    if as_json:
        print_json(records)
    else:
        columns = ("name", "result", "entries", "newest", "language", "note")
        print_table(columns, [_line(record) for record in records])
    failed = Counter(record["ok"] for record in records)[False]
    click.echo(f"{count(len(records) - failed, 'feed')} of {len(records):,} answered with a feed.", err=True)
    if failed:
        ctx.exit(Exit.NO_FEED if failed == len(records) else Exit.FAILED)


def _verified(invocation: Invocation, file: FeedsFile, rows: Sequence[Row]) -> list[Record]:
    from flows.asking import open_asker
    from flows.commands.progress import watching
    from flows.secrets import fill, names_in

    names = sorted({name for row in rows for name in names_in(row["url"])})
    invocation.redaction.hide(map(file.environment.get, names))
    unset = {id(row): missing for row in rows if (missing := _unset(row, file))}
    dialled = [row for row in rows if id(row) not in unset]
    with watching() as watch, open_asker(invocation.config) as asker:
        watch.begin("poll", len(dialled))
        addresses = [fill(row["url"], file.environment) for row in dialled]
        answers = asker.ask(addresses, lambda _, fetch: watch.advance("poll", failed=bool(fetch.reason)))
        known = {id(row): _record(row, answer, asker.now) for row, answer in zip(dialled, answers, strict=True)}
    return [known[id(row)] if id(row) in known else _not_asked(row, unset[id(row)]) for row in rows]


def _unset(row: Row, file: FeedsFile) -> str:
    from flows.secrets import names_in

    return next((name for name in names_in(row["url"]) if not file.environment.get(name)), "")


def _not_asked(row: Row, name: str) -> Record:
    detail, what = f"{name} is not set", f"put {name}=… into .env"
    return {**_blank(row), "reason": "unset", "detail": detail, "advice": what}


def _blank(row: Row) -> Record:
    return {
        "name": row["name"],
        "url": row["url"],
        "ok": False,
        "reason": "",
        "detail": "",
        "advice": "",
        "entries": None,
        "newest": None,
        "language": "",
        "notes": [],
    }


def _record(row: Row, answer: Answer, now: datetime) -> Record:
    from flows.advice import advice
    from flows.secrets import names_in

    seen = answer.sample
    if seen is None:
        detail = answer.detail.rstrip(".")
        what = advice(answer.reason, redirected=answer.redirected)
        return {**_blank(row), "reason": answer.reason, "detail": detail, "advice": what}
    language = row.get("language", "")
    moved = "" if names_in(row["url"]) else answer.fetch.redirects_to  # it may repeat what ${NAME} stands for
    notes = (
        (f"it has moved to {moved}", moved),
        ("it holds nothing just now", not seen.entries),
        (f"nothing new since {seen.newest:%Y-%m-%d}" if seen.newest else "", seen.newest and now - seen.newest > QUIET),
        (f"feeds.toml says language {language}", language and seen.language and language != seen.language),
    )
    return {
        **_blank(row),
        "ok": True,
        "entries": seen.entries,
        "newest": seen.newest,
        "language": seen.language,
        "notes": [note for note, holds in notes if holds],
    }


def _line(record: Record) -> tuple[object, ...]:
    newest = f"{record['newest']:%Y-%m-%d}" if record["newest"] else None
    note = "; ".join(record["notes"]) if record["ok"] else f"{record['detail']}: {record['advice']}"
    result = "ok" if record["ok"] else record["reason"].replace("_", " ")
    return (record["name"], result, record["entries"], newest, record["language"], note)
