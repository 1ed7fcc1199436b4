"""`amur status`: feeds, passes, what waits, what fails and why."""

from __future__ import annotations

import dataclasses
from collections import Counter
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, pass_invocation
from flows.commands.printing import ago, ahead, count, json_option, print_json, print_table
from flows.commands.pulse import say_alive, say_speed
from flows.commands.standing import LOOK_BACK, Record, Standing, gather

if TYPE_CHECKING:
    from warehouse.passes import PassRecord, Waiting

STATES = ("ok", "moved", "frozen", "silent", "failing", "resting", "gone", "not asked yet", "off")
WELL = ("ok", "not asked yet", "off")
NOT_FINISHED = "The last one has not finished: it still runs, or was killed, and then the next one finishes its work."


@click.command()
@click.option("--all", "every", is_flag=True, help="List every feed, not only those that fail.")
@json_option
@click.pass_context
@pass_invocation
def status(invocation: Invocation, ctx: click.Context, every: bool, as_json: bool) -> None:
    """Show how things stand: settings, feeds, the last passes, what waits, what fails and why.

    Works while a pass runs, and before the first one. Names every mistake in the settings files, if there are any.
    For monitoring, it ends with 6 when no complete pass has ended for more than twice the time between two passes,
    and with 4 when the warehouse cannot be read.

    \b
    Examples:
      amur status
      amur status --all
      amur status --json | jq '.feeds[] | select(.state == "failing")'
    """
    settings = invocation.settings()
    now = datetime.now(UTC)
    standing = gather(settings, now)
    if as_json:
        print_json(dataclasses.asdict(standing))
    else:
        _say(standing, now, every)
    ctx.exit(Exit.WAREHOUSE if standing.damaged else Exit.OVERDUE if standing.pulse.overdue else Exit.FINE)


def _say(standing: Standing, now: datetime, every: bool) -> None:
    _say_settings(standing, now)
    say_alive(standing.pulse, now)
    _say_feeds(standing.feeds, now, every)
    _say_passes(standing.passes, now)
    _say_waiting(standing.waiting)
    say_speed(standing.pulse)
    _say_pages(standing.pages)
    _say_messages(standing.messages, now)


def _say_settings(standing: Standing, now: datetime) -> None:
    facts, published = standing.settings, standing.published
    off = f" ({facts['feeds_off']} off)" if facts["feeds_off"] else ""
    email = f"e-mail to {count(len(facts['email']), 'address', 'addresses')}" if facts["email"] else "e-mail off"
    slack = f"Slack to {facts['slack']}" if facts["slack"] else "Slack off"
    click.echo(f"Settings   {count(facts['feeds'], 'feed')}{off}, {count(facts['themes'], 'theme')}; {email}, {slack}")
    said = "not yet"
    if published:
        said = f"{ago(published['at'], now)}, {published['bytes'] / 1e6:,.1f} MB, {published['file']}"
    click.echo(f"Published  {said}")
    if standing.behind:
        click.secho(f"Note       {standing.behind} What follows is as of the last publication.", fg="red")
    if standing.lost:
        click.secho(f"Note       {standing.lost} The next pass catches up and sends no alert again.", fg="red")
    if not facts["email"] and not facts["slack"]:
        click.echo("Note       alerts are kept but sent to nobody: switch on [email] or [slack] in amur.toml.")
    if not facts["contact"]:
        click.echo("Note       sites cannot reach you: fill in contact under [fetch] in amur.toml.")


def _say_feeds(feeds: list[Record], now: datetime, every: bool) -> None:
    found = Counter(feed["state"] for feed in feeds)
    summary = ", ".join(f"{found[state]} {state}" for state in STATES if found[state])
    click.secho(f"\nFeeds: {summary}", bold=True)
    rows = [_feed_row(feed, now) for feed in feeds if every or feed["state"] not in WELL]
    if rows:
        print_table(("feed", "state", "last success", "next attempt", "why"), rows)


def _feed_row(feed: Record, now: datetime) -> tuple[str, ...]:
    succeeded = feed.get("succeeded_at")
    return (
        feed["name"],
        feed["state"],
        ago(succeeded, now) if succeeded else "never",
        ahead(feed.get("next_attempt_at"), now) if feed["state"] != "off" else "",
        _why(feed["in_words"], feed["detail"]) if feed["state"] not in WELL else "",
    )


def _why(words: str, detail: str) -> str:
    return f"{words}: {detail}" if words and detail else words or detail


def _say_passes(passes: list[PassRecord], now: datetime) -> None:
    click.secho("\nLast passes" if passes else "\nNo pass yet: `amur run` runs one.", bold=True)
    if not passes:
        return
    columns = (
        "started",
        "took",
        "outcome",
        "feeds",
        "failing",
        "entries",
        "pages",
        "read",
        "relevant",
        "alerts",
        "sent",
    )
    print_table(columns, [_pass_row(record, now) for record in passes], spare=("pages", "entries", "failing", "took"))
    if passes[0].note:
        click.echo(f"The last one: {passes[0].note}")
    if passes[0].finished_at is None:
        click.echo(NOT_FINISHED)


def _pass_row(record: PassRecord, now: datetime) -> tuple[object, ...]:
    took = f"{(record.finished_at - record.started_at).total_seconds():.0f} s" if record.finished_at else None
    return (
        ago(record.started_at, now),
        took,
        record.outcome,
        record.feeds_due,
        record.feeds_failed,
        record.entries_new,
        record.pages_fetched,
        record.articles_read,
        record.articles_relevant,
        record.alerts,
        record.messages_sent,
    )


def _say_waiting(waiting: Waiting | None) -> None:
    if waiting is None:
        return
    waits = (
        (waiting.entries, "page to fetch", "pages to fetch"),
        (waiting.retries, "page to try again later", "pages to try again later"),
        (waiting.pages, "article to read", "articles to read"),
        (waiting.articles, "article to judge", "articles to judge"),
        (waiting.messages, "message to send", "messages to send"),
    )
    said = ", ".join(count(number, one, many) for number, one, many in waits if number)
    click.echo(f"\nWaiting: {said or 'nothing'}")


def _say_pages(pages: list[Record]) -> None:
    if pages:
        said = ", ".join(f"{row['pages']:,} {row['reason'].replace('_', ' ')}" for row in pages)
        click.echo(f"Pages not to be had in the last {LOOK_BACK.days} days: {said}")


def _say_messages(messages: list[Record], now: datetime) -> None:
    if not messages:
        return
    click.secho("\nMessages not delivered", bold=True)
    columns = ("channel", "recipient", "state", "attempts", "next attempt", "subject", "why")
    print_table(columns, [_message_row(message, now) for message in messages], spare=("attempts", "next attempt"))


def _message_row(message: Record, now: datetime) -> tuple[object, ...]:
    return (
        message["channel"],
        message.get("recipient"),
        message["state"],
        message["attempts"],
        ahead(message["next_attempt_at"], now) if message["state"] == "pending" else None,
        message["subject"],
        _why((message["reason"] or "").replace("_", " "), message.get("detail") or ""),
    )
