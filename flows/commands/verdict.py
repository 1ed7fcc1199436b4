"""`amur verdict`: what people say of single articles, for thresholds to learn from."""

from __future__ import annotations

from dataclasses import asdict
from datetime import UTC, datetime
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, completing, pass_invocation
from flows.commands.alert_verdicts import ledger
from flows.commands.explain import let_choose, spellings
from flows.commands.printing import ago, count, cut, json_option, print_json, print_table
from flows.commands.reading import as_of_now

if TYPE_CHECKING:
    from uuid import UUID

    from warehouse.connect import Connection
    from warehouse.explain import Match
    from warehouse.theme_verdicts import Says

MATCHES = 20
SHORT = 8  # letters of an id that name an article well enough
WIDTH = 50  # columns of a title


class Verdicts(click.Group):
    """A group whose first command need not be named: `amur verdict ARTICLE THEME yes`."""

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        if args and args[0] not in self.commands and not ctx.resilient_parsing:
            args = ["give", *args]
        return super().resolve_command(ctx, args)


@click.group(cls=Verdicts, subcommand_metavar="ARTICLE THEME yes|no|undo")
def verdict() -> None:
    """Say whether an article speaks of a theme, and list what was said.

    \b
    Examples:
      amur verdict 3f1c9a2b energy-leverage yes
      amur verdict list
    """


@verdict.command(context_settings={"ignore_unknown_options": False})
@click.argument("article")
@click.argument("theme", shell_complete=completing.themes)
@click.argument("says", metavar="yes|no|undo", type=click.Choice(["yes", "no", "undo"], case_sensitive=False))
@click.option("--sentence", default="", metavar="TEXT", help="The sentence that decides it, as the article has it.")
@click.option("--note", default="", metavar="TEXT", help="Why, for whoever reads the list.")
@json_option
@click.pass_context
@pass_invocation
def give(
    invocation: Invocation,
    ctx: click.Context,
    article: str,
    theme: str,
    says: Says,
    sentence: str,
    note: str,
    as_json: bool,
) -> None:
    """Say that ARTICLE speaks of THEME, or that it does not; the word `give` may be left out.

    ARTICLE is an address, an id or the beginning of one, or a piece of its title, as for `amur explain`. The last
    verdict on an article and a theme holds, and undo takes it back. With five of them a theme's threshold begins to
    follow (`amur themes calibrate`, or the next pass), and `amur eval themes --verdicts` measures by them.

    \b
    Examples:
      amur verdict give 3f1c9a2b energy-leverage yes
      amur verdict 3f1c9a2b energy-leverage no --note "Only quotes it to deny it."
      amur verdict 3f1c9a2b energy-leverage undo
    """
    from warehouse import theme_verdicts

    now = datetime.now(UTC)
    with ledger(invocation.data()) as con:
        matches = _matches(con, article)
        if len(matches) != 1:
            let_choose(article, matches, as_json)
            ctx.exit(Exit.WRONG)
        (match,) = matches
        theme_id = _theme(con, theme)
        said = " ".join(sentence.split())
        _require_said(con, match.article_id, said)
        if says == "undo":
            _require_given(con, match, theme_id)
        given = theme_verdicts.ThemeVerdict(match.article_id, theme_id, says, now, said, note.strip())
        theme_verdicts.give(con, given)
        number = theme_verdicts.count_on(con, theme_id)
        kept_out = _kept_out(con, match.article_id) if says != "undo" else ""
    if as_json:
        print_json({**asdict(given), "title": match.title, "verdicts_on_theme": number})
        return
    learnt = f"The gate keeps it out ({kept_out}): that moves no threshold." if kept_out else _learnt(number, theme_id)
    click.echo(f"{_in_words(given.verdict, match, theme_id)} {learnt}")


@verdict.command("list")
@click.option("--theme", help="Only those on this theme.", shell_complete=completing.themes)
@json_option
@pass_invocation
def listing(invocation: Invocation, theme: str | None, as_json: bool) -> None:
    """List the verdicts that hold, the latest first, each beside what Amur says of the article.

    \b
    Examples:
      amur verdict list
      amur verdict list --theme energy-leverage
      amur verdict list --json | jq '.[] | select((.verdict == "yes") != .present)'
    """
    from warehouse import theme_verdicts
    from warehouse.judgements import latest_taxonomy

    with as_of_now(invocation.data()) as con:
        if theme is not None:
            theme = _theme(con, theme)
        found = theme_verdicts.standing(con, latest_taxonomy(con) or "")
    shown = [one for one in found if theme in (None, one.theme_id)]
    if as_json:
        print_json([asdict(one) for one in shown])
        return
    if not shown:
        click.echo("Nobody has given a verdict yet: amur verdict ARTICLE THEME yes", err=True)
        return
    now = datetime.now(UTC)
    rows = [
        (
            str(one.article_id)[:SHORT],
            one.theme_id,
            one.verdict,
            f"{one.score or 0:.2f} {'present' if one.present else 'absent'}",
            ago(one.given_at, now),
            cut(one.title, WIDTH),
            one.note,
        )
        for one in shown
    ]
    print_table(("article", "theme", "verdict", "amur says", "given", "title", "note"), rows, spare=("note", "given"))


def _matches(con: Connection, article: str) -> list[Match]:
    from warehouse.explain import find

    return find(con, article, MATCHES + 1, spellings(article))


def _theme(con: Connection, name: str) -> str:
    from flows.complaints import nearest
    from warehouse.verdicts import known_themes

    known = known_themes(con)
    wanted = name.strip().lower()
    if wanted not in known:
        raise Trouble(f"There is no theme {name!r}; {nearest(wanted, known)}")
    return wanted


def _require_said(con: Connection, article_id: UUID, sentence: str) -> None:
    """Raises `Trouble` unless the sentence is in the article, wherever its lines break; a lost text holds anything."""
    from warehouse.articles import read_article

    found = read_article(con, article_id)
    whole = " ".join(f"{found.title} {found.text}".split()) if found else ""
    if sentence and found and found.text and sentence not in whole:
        raise Trouble("The article has no such sentence: give it word for word, or leave --sentence out.")


def _require_given(con: Connection, match: Match, theme_id: str) -> None:
    from warehouse import theme_verdicts
    from warehouse.judgements import latest_taxonomy

    standing = theme_verdicts.standing(con, latest_taxonomy(con) or "")
    if not any((one.article_id, one.theme_id) == (match.article_id, theme_id) for one in standing):
        short = str(match.article_id)[:SHORT]
        raise Trouble(f"There is no verdict on {short} and {theme_id} to take back: amur verdict list")


def _kept_out(con: Connection, article_id: UUID) -> str:
    """Why the gate keeps an article out under the themes used last; "" where it does not, or has not judged it."""
    from warehouse.judgements import latest_taxonomy, read_judgement

    judged = read_judgement(con, article_id, latest_taxonomy(con) or "")
    return judged.reason if judged and not judged.relevant else ""


def _in_words(verdict: Says, match: Match, theme_id: str) -> str:
    named = f"“{cut(match.title, WIDTH)}” ({str(match.article_id)[:SHORT]})"
    if verdict == "undo":
        return f"Taken back: the verdict on {named} and {theme_id}."
    return f"Noted: {named} {'speaks' if verdict == 'yes' else 'does not speak'} of {theme_id}."


def _learnt(number: int, theme_id: str) -> str:
    from extractors.calibration import FEWEST

    held = f"{count(number, 'verdict')} on {theme_id}"
    if number < FEWEST:
        return f"{held}; from {FEWEST} on its threshold follows them."
    return f"{held}; the next pass learns from them, or `amur themes calibrate` now."
