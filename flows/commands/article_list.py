"""`amur articles list` and `show`: what was read, and what is in it."""

from __future__ import annotations

import dataclasses
import shutil
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, Trouble, completing, pass_invocation
from flows.commands.explain import MATCHES, let_choose, original, spellings, text_of, withdrawn
from flows.commands.printing import count, cut, json_option, on_terminal, print_csv, print_json, print_table, shown
from flows.commands.reading import as_published
from flows.commands.when import as_since, as_until

if TYPE_CHECKING:
    from warehouse.browse import Facet, Listed
    from warehouse.connect import Connection
    from warehouse.explain import Explanation

FACETS: tuple[Facet, ...] = ("theme", "publisher", "bloc", "language", "genre")
SHORT = 6  # letters of an id: enough to name an article, and the title needs the room
PUBLISHER, THEMES = 14, 18  # columns
GAPS = 8  # columns between the others
_COLUMNS = ("id", "date", "publisher", "title", "themes")


@click.command("list")
@click.option(
    "--theme", metavar="ID", shell_complete=completing.themes, help="Relevant articles with this theme in them."
)
@click.option("--publisher", metavar="NAME", shell_complete=completing.publishers, help="Articles of this house.")
@click.option("--bloc", metavar="NAME", shell_complete=completing.blocs, help="Articles of feeds of this bloc.")
@click.option("--language", metavar="CODE", help='Articles in this language: "en", "ru", "zh".')
@click.option("--genre", metavar="NAME", help='Articles of this genre: "commentary", "news", …')
@click.option("--since", callback=as_since, metavar="DATE|SPAN", help="Dated since then: 2026-03-18, or 7d for a week.")
@click.option("--until", callback=as_until, metavar="DATE|SPAN", help="Dated up to the end of that day.")
@click.option("--relevant/--rejected", default=None, help="Only what the gate let through, or only what it kept out.")
@click.option("--text", "texts", multiple=True, metavar="WORDS", help="With these words in title or text, as they are.")
@click.option("--limit", default=50, show_default=True, type=click.IntRange(1, 100_000), help="How many, latest first.")
@click.option("--csv", "as_csv", is_flag=True, help="Print CSV.")
@json_option
@pass_invocation
def listing(
    invocation: Invocation, texts: tuple[str, ...], limit: int, as_csv: bool, as_json: bool, **filters: Any
) -> None:
    """List articles, the latest first: each with the themes present in it, the strongest first.

    All filters have to hold. --text can be given more than once.

    \b
    Examples:
      amur articles list --theme energy-leverage --since 30d
      amur articles list --bloc china-state --language zh --relevant
      amur articles list --text "Power of Siberia" --json | jq '.[].url'
      amur articles list --rejected --since 7d --csv > kept-out.csv
    """
    from warehouse import browse

    if as_csv and as_json:
        raise click.UsageError("Choose one of --csv and --json.")
    if any(not text.strip() for text in texts):
        raise click.UsageError('Give words to look for: amur articles list --text "gas price"')
    with as_published(invocation.data()) as con:
        _require_known(con, filters)
        # One more than asked for tells whether there are more.
        found = browse.articles(con, browse.Filters(texts=texts, **filters), limit + 1)
    some = found[:limit]
    _print(some, as_csv=as_csv, as_json=as_json)
    if len(found) > limit:
        click.echo(f"The latest {count(limit, 'article')} of more: --limit shows more of them.", err=True)


@click.command()
@click.argument("article")
@json_option
@click.pass_context
@pass_invocation
def show(invocation: Invocation, ctx: click.Context, article: str, as_json: bool) -> None:
    """Show ARTICLE: what is known of it, and its text.

    ARTICLE is its address in any spelling, its id or the beginning of it, or a piece of its title.

    \b
    Examples:
      amur articles show 3f1c9a
      amur articles show https://thediplomat.com/2026/11/some-article/ | less
    """
    from warehouse.explain import explain as explained
    from warehouse.explain import find

    with as_published(invocation.data()) as con:
        matches = find(con, article, MATCHES + 1, spellings(article))
        found = explained(con, matches[0].article_id) if len(matches) == 1 else None
    if found is None:
        let_choose(article, matches, as_json)
        ctx.exit(Exit.WRONG)
    elif as_json:
        print_json(_facts(found) | {"text": found.article.text})
    else:
        _say(found)


def _require_known(con: Connection, filters: dict[str, Any]) -> None:
    from flows.complaints import nearest
    from warehouse import browse

    for facet in FACETS:
        value, known = filters[facet], browse.known(con, facet) if filters[facet] else []
        if value and known and value not in known:
            raise Trouble(f"No article can be found by --{facet} {value!r}; {nearest(value, known)}")


def _print(found: list[Listed], *, as_csv: bool, as_json: bool) -> None:
    from warehouse.browse import Listed

    if as_json:
        print_json([dataclasses.asdict(article) for article in found])
    elif as_csv:
        names = [field.name for field in dataclasses.fields(Listed)]
        print_csv(names, [[getattr(article, name) for name in names] for article in found])
    elif found:
        print_table(_COLUMNS, [_row(article) for article in found], narrow=True)
    else:
        click.echo("No such article. `amur articles list` without filters shows the latest.")


def _row(article: Listed) -> tuple[str, ...]:
    """One line; on a terminal it is cut to fit, elsewhere whole."""
    named = (str(article.article_id)[:SHORT], f"{article.dated_at:%Y-%m-%d}")
    title = article.title or article.url
    if not on_terminal():
        return (*named, article.publisher, title, ", ".join(article.themes) or article.reason)
    room = shutil.get_terminal_size().columns - sum(map(len, named)) - PUBLISHER - THEMES - GAPS
    themes = _first_of(article.themes) or cut(article.reason, THEMES)
    return (*named, cut(article.publisher, PUBLISHER), cut(title, max(room, 10)), themes)


def _first_of(themes: tuple[str, ...]) -> str:
    """The strongest theme, and how many more."""
    if not themes:
        return ""
    more = f" +{len(themes) - 1}" if len(themes) > 1 else ""
    return cut(themes[0], THEMES - len(more)) + more


def _facts(found: Explanation) -> dict[str, Any]:
    article, judgement = dataclasses.asdict(found.article), found.judgement
    del article["text"]
    return article | {
        "feed": found.feed,
        "publisher": found.publisher,
        "bloc": found.bloc,
        "relevant": judgement.relevant if judgement else None,
        "reason_kept_out": judgement.reason if judgement else "",
        "themes": [score.theme_id for score in judgement.scores if score.present] if judgement else [],
        "copies": [member.article_id for member in found.story if member.article_id != found.article.id],
        "copy_of": found.copy_of.url if found.copy_of else None,
        "withdrawn_at": found.withdrawn_at,
        "text_dropped_at": found.text_dropped_at,
    }


def _say(found: Explanation) -> None:
    facts = _facts(found)
    click.secho(shown(found.article.title or "Untitled"), bold=True)
    told = (
        ("address", facts["url"]),
        ("id", facts["id"]),
        ("author", ", ".join(filter(None, (facts["author"], facts["institution"])))),
        ("from", f"{facts['feed']} ({facts['publisher']}, {facts['bloc']})"),
        ("dated", facts["dated_at"]),
        ("first seen", facts["first_seen_at"]),
        ("language", facts["language"] or "unknown"),
        ("genre", facts["genre"] or "unknown"),
        ("verdict", _verdict(facts)),
        ("copies", len(facts["copies"]) or ""),
        ("copy of", original(found.copy_of) if found.copy_of else ""),
        ("withdrawn", withdrawn(found).partition(": ")[2] if found.withdrawn_at else ""),
        ("text", text_of(found) if found.article.text or found.text_dropped_at else "none is kept"),
    )
    for name, value in told:
        if isinstance(value, (int, datetime)) or value:
            click.echo(f"{name:>10}  {shown(value)}")
    click.echo()
    for line in found.article.text.splitlines():
        click.echo(shown(line))


def _verdict(facts: dict[str, Any]) -> str:
    if facts["relevant"] is None:
        return "not judged yet"
    themes = ", ".join(facts["themes"]) or "no theme"
    return f"relevant: {themes}" if facts["relevant"] else f"kept out: {facts['reason_kept_out'].replace('_', ' ')}"
