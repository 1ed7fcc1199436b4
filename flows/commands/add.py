"""`amur add`: articles that somebody names, now."""

from __future__ import annotations

import sys
from collections.abc import Collection, Sequence
from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.feed_choice import feeds_file, page_trouble, with_scheme
from flows.commands.printing import ahead, count, json_option, print_json, shown

if TYPE_CHECKING:
    from flows.adding import Added, State
    from warehouse.explain import Explanation
    from warehouse.records import Evidence, Score

SHORT = 8  # letters of an id that name an article well enough


@click.command()
@click.argument("urls", nargs=-1, required=True, metavar="URL...")
@click.option("--news", is_flag=True, help="Let them count as news; else they raise no alert, being known to you.")
@json_option
@click.pass_context
@pass_invocation
def add(invocation: Invocation, ctx: click.Context, urls: tuple[str, ...], news: bool, as_json: bool) -> None:
    """Fetch, read and judge the articles at URL..., now, and say what came of each.

    With - the addresses are read from standard input, one a line. An article is filed under the configured feed of
    its site, else under its host, and raises no alert by itself: it is history, unless --news says otherwise.
    Ends with 2 when an address is none, else with 3 when a page could not be had.

    \b
    Examples:
      amur add https://thediplomat.com/2026/11/some-article/
      amur add --json - < addresses.txt | jq '.[] | select(.state == "added") | .themes'
    """
    asked = [with_scheme(url) for url in _addresses(urls)]
    settings = invocation.settings()
    environment = feeds_file(invocation).environment
    bad = {url: trouble for url in asked if (trouble := page_trouble(url, environment))}
    invocation.redaction.hide(environment.secrets)
    from flows.adding import bring_in, file_away
    from flows.commands.progress import watching
    from flows.house import open_house, utc_now
    from warehouse.store import PassRunning

    now = utc_now()
    with watching() as watch, open_house(settings, watch) as house:
        added = file_away(house, asked, now, news=news, bad=bad)
        if any(one.state == "waiting" for one in added):
            try:
                added = bring_in(house, added, now)
            except PassRunning as running:
                waiting = count(sum(one.state == "waiting" for one in added), "article")
                click.echo(f"{running} It, or the next one, reads the {waiting}.", err=True)
    added = [replace(one, url=invocation.redaction.clean(one.url)) if one.url in bad else one for one in added]
    if as_json:
        print_json([_as_json(one) for one in added])
    else:
        for one in added:
            _say(one, now)
    ctx.exit(_exit([one.state for one in added]))


def _exit(states: Collection[State]) -> Exit:
    if "bad address" in states:
        return Exit.WRONG
    return Exit.NO_FEED if "failed" in states else Exit.FINE


def _addresses(urls: Sequence[str]) -> list[str]:
    asked = [line.strip() for url in urls for line in (sys.stdin if url == "-" else [url])]
    found = [line for line in asked if line and not line.startswith("#")]
    if not found:
        raise Trouble("Standard input holds no address: give one a line, such as https://example.org/article.")
    return found


def _as_json(added: Added) -> dict[str, Any]:
    said: dict[str, Any] = {name: getattr(added, name) for name in ("url", "state", "article_id", "reason", "detail")}
    found = added.found
    if found is None:
        return said
    article, judgement = found.article, found.judgement
    about = {name: getattr(article, name) for name in ("title", "author", "language", "dated_at", "baseline")}
    said |= about | {"publisher": found.publisher, "bloc": found.bloc, "characters": len(article.text)}
    if judgement is None:
        return said
    themes = [
        {"theme_id": s.theme_id, "theme": found.labels.get(s.theme_id, ""), "score": s.score}
        | {"quote": evidence.sentence if (evidence := _heaviest(s)) else None}
        for s in judgement.scores
        if s.present
    ]
    verdict = {"relevant": judgement.relevant, "relevance": judgement.relevance, "why": judgement.reason}
    return said | verdict | {"themes": themes}


def _say(added: Added, now: datetime) -> None:
    if added.found:
        _say_article(added, added.found)
        return
    why = added.reason.replace("_", " ") + (f": {added.detail}" if added.detail else "")
    said = {
        "bad address": f"is left out. {added.detail}",
        "failed": f"could not be fetched ({why}). Nothing was stored.",
        "waiting": f"is not read yet ({why}); a pass tries again {ahead(added.again_at, now)}."
        if why
        else "is not read yet: the next pass does it.",
    }[added.state]
    click.echo(f"{shown(added.url)} {said}", err=True)


def _say_article(added: Added, found: Explanation) -> None:
    article, judgement, short = found.article, found.judgement, str(found.article.id)[:SHORT]
    click.secho(shown(article.title or "Untitled"), bold=True)
    size = f"{count(len(article.text), 'character')} from the {article.text_source}"
    click.echo(
        shown(
            f"{found.publisher} ({found.bloc}), {article.language or 'language unknown'}, {article.dated_at:%Y-%m-%d}"
        )
        + (f", {size}" if article.text else f", no text ({article.reason.replace('_', ' ')})")
    )
    if judgement is None:
        click.echo("Not judged yet: `amur run` does it, with the themes as they are now.")
    elif judgement.relevant:
        click.echo(f"Relevant, {judgement.relevance:.2f}")
        for score in sorted((s for s in judgement.scores if s.present), key=lambda s: -s.score):
            _say_theme(score, found.labels.get(score.theme_id, ""))
    else:
        click.echo(f"Not relevant: {judgement.reason.replace('_', ' ')}")
    known = "Known already, read" if added.state == "known" else "Stored"
    muted = "; it is history and raises no alert" if article.baseline else ""
    click.echo(f"{known} {article.read_at:%Y-%m-%d} as {short}{muted}. Why it is judged so: amur explain {short}\n")


def _say_theme(score: Score, label: str) -> None:
    click.echo(f"  {score.score:.2f}  {score.theme_id}  {shown(label)}")
    if evidence := _heaviest(score):
        click.echo(f"        “{shown(evidence.sentence)}”")


def _heaviest(score: Score) -> Evidence | None:
    return max(score.evidence, key=lambda evidence: evidence.weight, default=None)
