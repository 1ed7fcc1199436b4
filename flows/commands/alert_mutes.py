"""`amur alerts mute, unmute`: themes of which nobody wants to hear, and voices that are to count for nothing."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any, TypeVar

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.alert_verdicts import by_option, each_theme, ledger, moment
from flows.commands.printing import json_option, print_json
from flows.commands.when import as_ahead

if TYPE_CHECKING:
    from warehouse.connect import Connection
    from warehouse.records import Voice

F = TypeVar("F", bound=Callable[..., Any])

THEMES = click.argument("themes", nargs=-1, metavar="[THEME|ID…]", shell_complete=completing.themes)
NOTHING = "Name a theme, or a voice: --publisher, --bloc or --feed"


def voice_options(command: F) -> F:
    """Whose articles are meant; each option may be given several times."""
    options = {"publisher": completing.publishers, "bloc": completing.blocs, "feed": completing.feeds}
    for facet, offered in reversed(options.items()):
        said = f"What this {facet} says."
        option = click.option(
            f"--{facet}", f"{facet}s", multiple=True, metavar="NAME", help=said, shell_complete=offered
        )
        command = option(command)
    return command


@click.command()
@THEMES
@voice_options
@click.option("--until", callback=as_ahead, metavar="DATE", help="Only up to the beginning of that day (UTC).")
@by_option
@json_option
@pass_invocation
def mute(
    invocation: Invocation,
    themes: tuple[str, ...],
    publishers: tuple[str, ...],
    blocs: tuple[str, ...],
    feeds: tuple[str, ...],
    until: datetime | None,
    by: str,
    as_json: bool,
) -> None:
    """Hear nothing more of a theme, or of what a publisher, a bloc or a feed says, until it is unmuted.

    Name a theme by its id, or by that of an alert on it. What is found until then is kept, and alerted to nobody.
    Alerts made before still go out: `amur alerts retract` takes a wrong one back.

    A voice that is muted supports no finding, and is counted in no baseline: what others carry is alerted without it,
    what needs it is kept as unheard. What it said is history all the same.

    \b
    Examples:
      amur alerts mute energy-leverage
      amur alerts mute 3f1c9a2b --until 2026-12-01
      amur alerts mute --bloc china-state
      amur alerts mute --publisher steppe-courier --until 2026-12-01
    """
    named = _named(publishers, blocs, feeds)
    if not themes and not named:
        raise click.UsageError(NOTHING)
    from warehouse import ledger as kept
    from warehouse import verdicts

    now = datetime.now(UTC)
    with ledger(invocation.data()) as con:
        muted, voices = each_theme(con, themes), _each_voice(con, named)
        verdicts.give(con, [verdicts.Verdict("mute", theme, now, until_at=until, given_by=by) for theme in muted])
        kept.give(con, [kept.VoiceVerdict("mute", voice, now, until_at=until, given_by=by) for voice in voices])
    if as_json:
        done = [*(_done(theme, "muted") for theme in muted), *(_done(voice, "muted") for voice in voices)]
        print_json([one | {"until_at": until} for one in done])
        return
    ends = f" until {moment(until)}" if until else ""
    for theme in muted:
        click.echo(f"{theme} is muted{ends}. To hear of it again: amur alerts unmute {theme}")
    for voice in voices:
        click.echo(f"{voice} is muted{ends}. To hear it again: amur alerts unmute {_as_option(voice)}")


@click.command()
@THEMES
@voice_options
@by_option
@json_option
@pass_invocation
def unmute(
    invocation: Invocation,
    themes: tuple[str, ...],
    publishers: tuple[str, ...],
    blocs: tuple[str, ...],
    feeds: tuple[str, ...],
    by: str,
    as_json: bool,
) -> None:
    """End a mute or a snooze: the theme may be alerted again, or the voice counts again.

    \b
    Examples:
      amur alerts unmute energy-leverage
      amur alerts unmute --bloc china-state
    """
    named = _named(publishers, blocs, feeds)
    if not themes and not named:
        raise click.UsageError(NOTHING)
    from warehouse import ledger as kept
    from warehouse import verdicts

    now = datetime.now(UTC)
    with ledger(invocation.data()) as con:
        silent = verdicts.silenced(con, now)
        of_themes = each_theme(con, themes)
        muted = {voice for voice, _ in kept.muted(con, now).voices}
        voices = _each_voice(con, named)
        verdicts.give(
            con, [verdicts.Verdict("unmute", theme, now, given_by=by) for theme in of_themes if theme in silent]
        )
        kept.give(con, [kept.VoiceVerdict("unmute", voice, now, given_by=by) for voice in voices if voice in muted])
    if as_json:
        done = {True: "unmuted", False: "not silent"}
        print_json([_done(t, done[t in silent]) for t in of_themes] + [_done(v, done[v in muted]) for v in voices])
        return
    for theme in of_themes:
        said = f"is no longer {silent[theme]}" if theme in silent else "was neither muted nor snoozed"
        click.echo(f"{theme} {said}.")
    for voice in voices:
        click.echo(f"{voice} {'is no longer muted' if voice in muted else 'was not muted'}.")


def _named(publishers: Sequence[str], blocs: Sequence[str], feeds: Sequence[str]) -> list[tuple[str, str]]:
    """Facets and names, each once."""
    facets = {"publisher": publishers, "bloc": blocs, "feed": feeds}
    return list(dict.fromkeys((facet, name) for facet, names in facets.items() for name in names))


def _each_voice(con: Connection, named: Sequence[tuple[str, str]]) -> list[Voice]:
    """The voice that each name means. Raises `Trouble` when one means none."""
    from flows.complaints import nearest
    from warehouse.ledger import known_voices

    known: dict[tuple[str, str], Voice] = {(voice.facet, voice.name): voice for voice in known_voices(con)}
    for facet, name in named:
        if (facet, name) not in known:
            there = [other for kind, other in known if kind == facet]
            raise Trouble(f"There is no {facet} {name!r}; {nearest(name, there) if there else 'none is known yet'}")
    return [known[one] for one in named]


def _as_option(voice: Voice) -> str:
    import shlex

    return f"--{voice.facet} {shlex.quote(voice.name)}"


def _done(one: str | Voice, done: str) -> dict[str, object]:
    """What was done to a theme or a voice, for JSON."""
    return {"theme_id": one, "done": done} if isinstance(one, str) else {one.facet: one.name, "done": done}
