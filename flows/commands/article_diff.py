"""`amur articles diff`: what became of a text after it came out."""

from __future__ import annotations

import dataclasses
from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.explain import MATCHES, let_choose, spellings
from flows.commands.printing import count, json_option, print_json, print_table, shown
from flows.commands.reading import as_published

if TYPE_CHECKING:
    from extractors.revisions import Piece
    from warehouse.records import Article
    from warehouse.revisions import LastVisit, Revision

REVISIONS = 7  # the migration that made a place for them
AROUND = 1  # sentences shown before and behind a change
WHY = {
    "not_found": "the server knows no such page",
    "gone": "the server says that it is gone for good",
    "unexpected_status": "the server may not show it for legal reasons",
    "soft_404": "the page says that there is nothing here",
    "listing": "the address leads to a list of articles",
    "no_text": "the page holds no text any more",
    "video": "the page holds a video instead",
    "gallery": "the page holds pictures instead",
    "replaced": "another text stands there",
}


@click.command()
@click.argument("article")
@click.option("--from", "first", metavar="N", type=click.IntRange(1), help="The revision to compare from.")
@click.option("--to", "last", metavar="N", type=click.IntRange(1), help="The revision to compare with; else the last.")
@json_option
@click.pass_context
@pass_invocation
def diff(
    invocation: Invocation, ctx: click.Context, article: str, first: int | None, last: int | None, as_json: bool
) -> None:
    """Show what changed in ARTICLE after it was first read, sentence by sentence, and whether it was withdrawn.

    ARTICLE is its address in any spelling, its id or the beginning of it, or a piece of its title. Pages of relevant
    articles are looked at again after some days: see [revisit] in amur.toml. Without --from and --to the latest change.

    \b
    Examples:
      amur articles diff https://thediplomat.com/2026/11/some-article/
      amur articles diff 3f1c9a --from 1
      amur sql "SELECT * FROM article_revisions WHERE kind = 'withdrawn'"
    """
    from warehouse.articles import read_article
    from warehouse.explain import find
    from warehouse.revisions import last_visit, read_revisions
    from warehouse.schema import has

    with as_published(invocation.data()) as con:
        if not has(con, REVISIONS):
            raise Trouble("The published file is older than revisions: `amur run` publishes it anew.", Exit.WAREHOUSE)
        matches = find(con, article, MATCHES + 1, spellings(article))
        key = matches[0].article_id if len(matches) == 1 else None
        found = read_article(con, key) if key else None
        revisions, visit = (read_revisions(con, key), last_visit(con, key)) if key else ([], None)
    if found is None:
        let_choose(article, matches, as_json)
        ctx.exit(Exit.WRONG)
    pair = _chosen(revisions, first, last)
    if as_json:
        print_json(_as_json(found, revisions, pair, visit))
    else:
        _say(found, revisions, pair, visit)


def _chosen(revisions: Sequence[Revision], first: int | None, last: int | None) -> tuple[Revision, Revision] | None:
    """The two texts to compare; None where there is but one. Raises `Trouble` for revisions that have no text."""
    for number in filter(None, (first, last)):
        if number > len(revisions):
            raise Trouble(f"There is no revision {number}: this article has {count(len(revisions), 'revision')}.")
        if revisions[number - 1].kind == "withdrawn":
            raise Trouble(f"Revision {number} is the withdrawal and has no text: compare with another one.")
    texts = [r for r in revisions if r.kind != "withdrawn"]
    if len(texts) == 1 and not first and not last:
        return None
    to = revisions[last - 1] if last else texts[-1]
    earlier = [r for r in texts if r.number < to.number]
    since = revisions[first - 1] if first else earlier[-1] if earlier else to
    if dropped := [r for r in (since, to) if not r.text]:
        raise Trouble(f"The text of revision {dropped[0].number} is no longer kept: see text_days in amur.toml.")
    return since, to


def _pieces(article: Article, pair: tuple[Revision, Revision]) -> tuple[Piece, ...]:
    from extractors.revisions import differences

    return differences(pair[0].text, pair[1].text, article.language)


def _as_json(
    article: Article, revisions: Sequence[Revision], pair: tuple[Revision, Revision] | None, visit: LastVisit | None
) -> dict[str, Any]:
    listed = [dataclasses.asdict(revision) for revision in revisions]
    return {
        "article_id": article.id,
        "url": article.url,
        "title": article.title,
        "withdrawn": revisions[-1].kind == "withdrawn",
        "last_visit": dataclasses.asdict(visit) if visit else None,
        "revisions": [{key: value for key, value in one.items() if key != "text"} for one in listed],
        "from": pair[0].number if pair else None,
        "to": pair[1].number if pair else None,
        "sentences": [piece._asdict() for piece in _pieces(article, pair)] if pair else [],
    }


def _say(
    article: Article, revisions: Sequence[Revision], pair: tuple[Revision, Revision] | None, visit: LastVisit | None
) -> None:
    click.secho(shown(article.title or "Untitled"), bold=True)
    click.echo(f"{shown(article.url)}\n")
    columns = ("revision", "seen", "kind", "characters", "words added", "words removed")
    print_table(columns, [_row(revision) for revision in revisions])
    if revisions[-1].kind == "withdrawn":
        click.echo(f"\n{_withdrawn(revisions[-1])}")
    if pair:
        _say_changes(article, pair)
    elif len(revisions) == 1:
        click.echo(_unchanged(revisions[0].at, visit))


def _row(revision: Revision) -> tuple[object, ...]:
    words = (revision.words_added, revision.words_removed) if revision.kind in ("changed", "restored") else ("", "")
    return revision.number, revision.at, revision.kind, len(revision.text) or None, *words


def _withdrawn(revision: Revision) -> str:
    why = WHY.get(revision.reason, revision.reason.replace("_", " "))
    return f"Withdrawn: on {revision.at:%Y-%m-%d} Amur found that {why}. What it had read is kept."


def _unchanged(read_at: datetime, visit: LastVisit | None) -> str:
    if visit is None:
        return (
            f"\nIts page was not looked at again since it was read on {read_at:%Y-%m-%d}. That is done with relevant "
            "articles, on the days named under [revisit] in amur.toml."
        )
    looked = f"was looked at again {count(visit.visits, 'time')}, last on {visit.at:%Y-%m-%d}"
    if visit.outcome == "unreachable":
        why = visit.reason.replace("_", " ")
        return f"\nNo change is known. Its page {looked}, and was not to be read then ({why})."
    return f"\nNo change. Its page {looked}."


def _say_changes(article: Article, pair: tuple[Revision, Revision]) -> None:
    before, after = pair
    click.secho(f"\nRevision {before.number} of {before.at:%Y-%m-%d %H:%M} UTC", fg="red", nl=False)
    click.echo(" against ", nl=False)
    click.secho(f"{after.number} of {after.at:%Y-%m-%d %H:%M} UTC", fg="green")
    if before.title != after.title:
        _say_sentence("-", "red", before.title)
        _say_sentence("+", "green", after.title)
    pieces = _pieces(article, pair)
    changed = [i for i, piece in enumerate(pieces) if piece.kind != "kept"]
    if not changed:
        click.echo("\nThe text is the same.")
    near = {i + around for i in changed for around in range(-AROUND, AROUND + 1)}
    last = -1
    for i in sorted(near & set(range(len(pieces)))):
        if i != last + 1 or last == -1:
            click.echo()
        _say_piece(pieces[i])
        last = i


def _say_piece(piece: Piece) -> None:
    if piece.kind == "kept":
        click.echo(f"  {shown(piece.after)}")
    elif piece.kind == "altered":
        _say_altered(piece)
    elif piece.before:
        _say_sentence("-", "red", piece.before)
    else:
        _say_sentence("+", "green", piece.after)


def _say_altered(piece: Piece) -> None:
    """Both forms, with the words that differ set off on a terminal."""
    from extractors.revisions import word_differences

    turns = word_differences(piece.before, piece.after)
    for side, (sign, colour) in enumerate((("-", "red"), ("+", "green"))):
        words = (click.style(shown(turn[side]), fg=colour, underline=turn[0] != turn[1]) for turn in turns)
        click.echo(click.style(f"{sign} ", fg=colour) + "".join(words))


def _say_sentence(sign: str, colour: str, sentence: str) -> None:
    click.secho(f"{sign} {shown(sentence)}", fg=colour)
