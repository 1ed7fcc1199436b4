"""`amur candidates`: themes that nobody configured, to be looked at and decided about."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.alert_verdicts import SHORT, by_option, ledger
from flows.commands.candidate_promotion import merge, promote
from flows.commands.candidate_words import LANGUAGES, QUIET, decided_before, in_words, one_candidate
from flows.commands.printing import count, cut, json_option, print_json, print_table, shown
from flows.commands.reading import as_of_now

if TYPE_CHECKING:
    from collections.abc import Sequence

    from warehouse.candidate_decisions import What
    from warehouse.candidate_reading import Member, Said, Standing

STATES = ("open", "promoted", "merged", "dismissed")
QUOTES = 3
WIDTH = 44  # columns of a label or a title
NONE = "No candidate yet. One emerges when several publishers say what no theme explains: docs/novelty.md"


@click.group()
def candidates() -> None:
    """List what no theme covers, look at it, and say what it is.

    \b
    Examples:
      amur candidates list
      amur candidates show c-1f2e3d4c
    """


candidates.add_command(promote)
candidates.add_command(merge)


@candidates.command("list")
@click.option("--state", type=click.Choice(STATES), help="Only those that are in this state.")
@json_option
@pass_invocation
def listing(invocation: Invocation, state: str | None, as_json: bool) -> None:
    """List candidates, the open ones first: what gathered around something that no theme explains.

    \b
    Examples:
      amur candidates list
      amur candidates list --state open
      amur candidates list --json | jq '.[] | select(.confidence > 0.7) | .label'
    """
    from warehouse.candidate_reading import standings

    with as_of_now(invocation.data()) as con:
        found = [one for one in standings(con) if state in (None, one.state)]
    if as_json:
        print_json([asdict(one) for one in found])
        return
    if not found:
        click.echo(f"No candidate is {state}." if state else NONE)
        return
    columns = ("id", "label", "stories", "publishers", "blocs", "languages", "first seen", "sure", "nearest", "state")
    print_table(columns, list(map(_row, found)), spare=("languages", "nearest", "blocs", "first seen"))


@candidates.command()
@click.argument("candidate", metavar="ID", shell_complete=completing.candidates)
@json_option
@pass_invocation
def show(invocation: Invocation, candidate: str, as_json: bool) -> None:
    """Show all that is known of a candidate: what it says and who says so, how it spreads, and what it is near to.

    ID is its id, or the beginning of it.

    \b
    Examples:
      amur candidates show c-1f2e3d4c
      amur candidates show c-1f2e --json | jq .passages
    """
    from warehouse.candidate_reading import members, passages, quotations

    with as_of_now(invocation.data()) as con:
        found = one_candidate(con, candidate)
        said, raw = quotations(con, found, QUOTES), passages(con, found)
        spoken = members(con, found.candidate_id, found.theme_id)
    if as_json:
        print_json(
            {
                **asdict(found),
                "quotes": list(map(asdict, said)),
                "spread": _spread(spoken),
                "members": list(map(asdict, spoken)),
                "passages": list(map(asdict, raw)),
            }
        )
        return
    _say(found, said, spoken)


@candidates.command()
@click.argument("candidate", metavar="ID", shell_complete=completing.open_candidates)
@click.option("--note", default="", metavar="TEXT", help="Why, for whoever looks at it later.")
@by_option
@json_option
@pass_invocation
def dismiss(invocation: Invocation, candidate: str, note: str, by: str, as_json: bool) -> None:
    """Say that a candidate is no theme: nobody hears of it again, nor of what is like it.

    It stays in the list, and in the memory that new candidates are compared with; `reopen` takes the word back.

    \b
    Examples:
      amur candidates dismiss c-1f2e3d4c --note "One summit, not a theme."
    """
    found = _settled(invocation, candidate, "dismiss", ("open",), note, by)
    if as_json:
        print_json(_done(found, "dismissed"))
        return
    click.echo(f"Dismissed {in_words(found)}. What is like it raises no alert.")
    click.echo(f"To take that back: amur candidates reopen {found.candidate_id}")


@candidates.command()
@click.argument("candidate", metavar="ID", shell_complete=completing.decided_candidates)
@by_option
@json_option
@pass_invocation
def reopen(invocation: Invocation, candidate: str, by: str, as_json: bool) -> None:
    """Take back what was decided about a candidate: it is open again. It raises no alert by that.

    A theme that it became has to be retired first (`amur themes retire`); what it taught a theme stays there.

    \b
    Examples:
      amur candidates reopen c-1f2e3d4c
    """
    found = _settled(invocation, candidate, "reopen", STATES[1:], "", by)
    if as_json:
        print_json(_done(found, "open"))
        return
    click.echo(f"{in_words(found)} is open again.")
    if found.state == "merged":
        said = f"What it taught {found.theme_id} is still there: amur themes edit {found.theme_id}"
        click.echo(said, err=True)


def _settled(invocation: Invocation, name: str, what: What, states: Sequence[str], note: str, by: str) -> Standing:
    """Decide about a candidate that is in one of the states; how it stood before. Raises `Trouble`."""
    from flows.settings import read_taxonomy
    from warehouse import candidate_decisions
    from warehouse.candidate_decisions import Decision

    now = datetime.now(UTC)
    with ledger(invocation.data()) as con:
        found = one_candidate(con, name)
        if found.state not in states:
            raise Trouble(f"{in_words(found)} is open as it is." if what == "reopen" else decided_before(found))
        themes = {theme.id for theme in read_taxonomy(invocation.config).themes} if found.state == "promoted" else ()
        if found.theme_id in themes:
            retire = f"take that out of use first: amur themes retire {found.theme_id}"
            raise Trouble(f"{in_words(found)} is the theme {found.theme_id} now; {retire}")
        decision = Decision(found.candidate_id, what, now, note=note.strip(), given_by=by)
        candidate_decisions.mean(con, decision)
        candidate_decisions.settle(con, decision)
    return found


def _done(found: Standing, state: str) -> dict[str, Any]:
    return {"candidate_id": found.candidate_id, "label": found.label, "before": found.state, "state": state}


# --- in words ---------------------------------------------------------------------------------------


def _row(one: Standing) -> tuple[object, ...]:
    return (
        one.candidate_id,
        cut(one.label, WIDTH),
        one.stories,
        len(one.publishers),
        len(one.blocs),
        ", ".join(one.languages),
        f"{one.first_at:%Y-%m-%d}",
        f"{one.confidence:.2f}",
        one.nearest,
        _state(one),
    )


def _state(one: Standing) -> str:
    if one.state == "open":
        return f"open, {one.quiet}" if one.quiet else "open"
    return f"{one.state}: {one.theme_id}" if one.theme_id else one.state


def _say(found: Standing, said: Sequence[Said], spoken: Sequence[Member]) -> None:
    click.secho(shown(found.label), bold=True)
    click.echo(f"{found.candidate_id}, {_standing(found)}")
    if found.note:
        click.echo(f"“{shown(found.note)}”")
    click.echo(f"\n{_spoken(found)}")
    click.echo(f"How sure: {found.confidence:.2f}. How alike its articles are: {found.cohesion:.2f}. {_nearest(found)}")
    if found.expected is not None:
        click.echo(f"Stories when found: {found.voices}, where {found.expected:.2g} were to be expected from before.")
    click.secho("\nWho says so", bold=True)
    for quote in said:
        click.echo(f"  “{shown(quote.sentence)}”")
        language = LANGUAGES.get(quote.language, quote.language)
        click.secho(
            f"  {quote.dated_at:%Y-%m-%d}, {shown(quote.publisher)} ({quote.bloc}, {language}): ", dim=True, nl=False
        )
        click.secho(f"{shown(quote.title)}, {shown(quote.url)}\n", dim=True)
    if not said:
        click.echo("  No sentence was kept.\n")
    spread = _spread(spoken)
    print_table(tuple(spread[0]) if spread else ("bloc",), [tuple(row.values()) for row in spread])
    click.echo()
    rows = [(str(m.article_id)[:SHORT], f"{m.dated_at:%Y-%m-%d}", m.publisher, m.language, m.title) for m in spoken]
    print_table(("article", "date", "publisher", "language", "title"), rows, spare=("language",))
    click.echo(f"\n{_to_do(found)}")


def _standing(found: Standing) -> str:
    alert = f"alert {str(found.alert_id)[:SHORT]}" if found.alert_id else QUIET.get(found.quiet, "no alert")
    since = f"found on {found.found_at:%Y-%m-%d}, {alert}"
    if found.state == "open":
        return f"open, {since}"
    became = {"promoted": f" to the theme {found.theme_id}", "merged": f" into the theme {found.theme_id}"}
    return f"{found.state}{became.get(found.state, '')} on {found.state_at:%Y-%m-%d}; {since}"


def _spoken(found: Standing) -> str:
    stories, articles = count(found.stories, "story", "stories"), count(found.articles, "article")
    who = f"{count(len(found.publishers), 'publisher')} ({', '.join(map(shown, found.publishers))})"
    days = f"{found.first_at:%Y-%m-%d} to {found.last_at:%Y-%m-%d}"
    return f"{stories} ({articles}, copies counted once) from {who}, {days}."


def _nearest(found: Standing) -> str:
    if not found.nearest:
        return "No theme is near."
    label = f" ({shown(found.nearest_label)})" if found.nearest_label else ""
    return f"The nearest theme is {found.nearest}{label}: {found.likeness:.2f}."


def _spread(spoken: Sequence[Member]) -> list[dict[str, Any]]:
    """How many stories and publishers there are in each bloc and language."""
    by_place: dict[tuple[str, str], list[Member]] = defaultdict(list)
    for one in spoken:
        by_place[one.bloc, one.language].append(one)
    return [
        {
            "bloc": bloc,
            "language": language,
            "stories": len({one.story_id for one in some}),
            "publishers": len({one.publisher for one in some}),
            "first": min(one.dated_at for one in some).date(),
        }
        for (bloc, language), some in sorted(by_place.items())
    ]


def _to_do(found: Standing) -> str:
    name = found.candidate_id
    if found.state != "open":
        return f"To decide anew: amur candidates reopen {name}"
    from alerts.todo import NEAR

    near = found.nearest if found.nearest and found.likeness >= NEAR else "THEME"
    return (
        f"A theme of its own: amur candidates promote {name}\n"
        f"Part of one: amur candidates merge {name} {near}\n"
        f"None: amur candidates dismiss {name}"
    )
