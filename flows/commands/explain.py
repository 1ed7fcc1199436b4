"""`amur explain`: why an article scored what it scored."""

from __future__ import annotations

import dataclasses
import re
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.evidence_lines import marks
from flows.commands.printing import count, json_option, print_json, print_table, shown
from flows.commands.reading import as_published

if TYPE_CHECKING:
    from warehouse.explain import Explanation, Match, Voice
    from warehouse.records import Score

MATCHES = 20
SHORT = 8  # letters of an id that name an article well enough
SENTENCES = 5  # of a theme, the heaviest first
LOOK = "`amur articles list` shows the latest."
BARE_ADDRESS = re.compile(r"[\w-]+(\.[\w-]+)+(:\d+)?/")  # as browsers show it


@click.command()
@click.argument("article")
@click.option("--all", "every", is_flag=True, help=f"Show all evidence, not only the {SENTENCES} heaviest sentences.")
@json_option
@click.pass_context
@pass_invocation
def explain(invocation: Invocation, ctx: click.Context, article: str, every: bool, as_json: bool) -> None:
    """Show why ARTICLE scored what it scored: the gate's verdict, each theme with its sentences, and its copies.

    ARTICLE is its address in any spelling, its id or the beginning of it, or a piece of its title.

    \b
    Examples:
      amur explain https://thediplomat.com/2026/11/some-article/
      amur explain 3f1c9a
      amur explain "junior partner"
    """
    from warehouse.explain import explain as explained
    from warehouse.explain import find

    with as_published(invocation.data()) as con:
        matches = find(con, article, MATCHES + 1, spellings(article))
        found = explained(con, matches[0].article_id) if len(matches) == 1 else None
    if found and as_json:
        print_json(_as_json(found))
    elif found:
        _say(found, every)
    else:
        let_choose(article, matches, as_json)
        ctx.exit(Exit.WRONG)


def spellings(address: str) -> list[str]:
    """The forms in which an article may be known whose address somebody typed or copied; none if it is none."""
    from extractors.urls import canonical

    typed = address.strip()
    if BARE_ADDRESS.match(typed):
        typed = f"https://{typed}"
    found = canonical(typed) if "://" in typed else None
    if not found:
        return []
    _, _, rest = found.partition("://")
    host, _, path = rest.partition("/")
    hosts = dict.fromkeys((host, host.removeprefix("www."), f"www.{host.removeprefix('www.')}"))
    paths = dict.fromkeys((path, path.removesuffix("/"), path.removesuffix("/") + "/" * ("?" not in path)))
    return [f"{scheme}://{h}/{p}" for scheme in ("https", "http") for h in hosts for p in paths]


def let_choose(key: str, matches: list[Match], as_json: bool) -> None:
    """Show the articles that `key` may mean. Raises `Trouble` when there is none."""
    if not matches:
        raise Trouble(f"No article has the address, id or title {key!r}. {LOOK}")
    _choose(key, matches, as_json)


def _choose(key: str, matches: list[Match], as_json: bool) -> None:
    some = matches[:MATCHES]
    if as_json:
        print_json({"matches": [dataclasses.asdict(match) for match in some]})
    else:
        print_table(
            ("id", "date", "title"), [(str(m.article_id)[:SHORT], f"{m.dated_at:%Y-%m-%d}", m.title) for m in some]
        )
    many = f"{len(some)} articles" if len(matches) <= MATCHES else f"More than {MATCHES} articles"
    click.echo(f"{many} match {key!r}: name one by its id.", err=True)


def _as_json(found: Explanation) -> dict[str, Any]:
    article = dataclasses.asdict(found.article)
    return {**dataclasses.asdict(found), "article": {key: value for key, value in article.items() if key != "text"}}


def _say(found: Explanation, every: bool) -> None:
    article, judgement = found.article, found.judgement
    click.secho(shown(article.title or "Untitled"), bold=True)
    click.echo(shown(article.url))
    author = f"by {article.author}, " if article.author else ""
    language = article.language or "language unknown"
    click.echo(shown(f"{author}{found.publisher} ({found.bloc}), {language}, {article.dated_at:%Y-%m-%d}"))
    if article.genre is not None:
        speaks_from = f"; the author speaks from {article.institution}" if article.institution else ""
        click.echo(shown(f"{article.genre}, by {article.genre_cue or 'default'}{speaks_from}"))
    click.echo(f"id {article.id}, {text_of(found)}")
    if found.withdrawn_at:
        click.echo(shown(withdrawn(found)))
    if found.copy_of:
        click.echo(shown(f"A copy of {original(found.copy_of)}"))
    click.echo()
    if judgement is None:
        click.echo("Not judged yet: the next pass does it.")
    else:
        click.echo(f"Gate: {_verdict(found)}")
        for score in judgement.scores:
            _say_score(score, found.labels.get(score.theme_id, ""), every)
        if judgement.relevant and not judgement.scores:
            click.echo("No theme has any evidence in it.")
    _say_story(found)


def text_of(found: Explanation) -> str:
    """How much text there is of an article, and whose; or why there is none."""
    article = found.article
    if found.text_dropped_at:
        return f"text dropped for its age on {found.text_dropped_at:%Y-%m-%d}: see text_days in amur.toml"
    why = f" ({article.reason.replace('_', ' ')})" if article.reason else ""
    return f"{count(len(article.text), 'character')} from the {article.text_source}{why}"


def withdrawn(found: Explanation) -> str:
    """That an article was withdrawn, and what tells why."""
    short = str(found.article.id)[:SHORT]
    return f"Withdrawn: found so on {found.withdrawn_at:%Y-%m-%d}. What was found there: amur articles diff {short}"


def original(voice: Voice) -> str:
    """An original as a copy of it names it."""
    return f"“{voice.title}” ({voice.publisher}), {voice.url}"


def _verdict(found: Explanation) -> str:
    judgement = found.judgement
    if judgement is None:
        return ""
    named = f"{judgement.co_mentions} of {count(judgement.sentences, 'sentence')} name both sides"
    if judgement.relevant:
        return f"relevant, {judgement.relevance:.2f}; {named}"
    return f"kept out, {judgement.reason.replace('_', ' ')}" + (f"; {named}" if judgement.sentences else "")


def _say_score(score: Score, label: str, every: bool) -> None:
    click.echo()
    standing = "present" if score.present else "too weak"
    click.secho(f"{score.score:.2f}  {score.theme_id}  {standing}", bold=score.present, nl=False)
    click.echo(f"  {shown(label)}")
    heaviest = sorted(score.evidence, key=lambda evidence: -evidence.weight)
    for evidence in heaviest if every else heaviest[:SENTENCES]:
        click.echo(marks(evidence))
    if not every and len(heaviest) > SENTENCES:
        click.echo(f"      … and {len(heaviest) - SENTENCES} more: --all")


def _say_story(found: Explanation) -> None:
    others = [member for member in found.story if member.article_id != found.article.id]
    if not found.story:
        return
    click.secho(f"\nStory: {count(len(others), 'other copy', 'other copies') if others else 'no copies'}", bold=True)
    if others:
        rows = [
            (str(m.article_id)[:SHORT], f"{m.dated_at:%Y-%m-%d}", m.publisher, m.bloc, m.distance, m.title)
            for m in others
        ]
        print_table(("id", "date", "publisher", "bloc", "bits apart", "title"), rows)
