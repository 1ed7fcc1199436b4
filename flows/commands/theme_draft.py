"""`amur themes draft`: an analyst's own articles become a theme file to edit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Exit, Invocation, Trouble, pass_invocation
from flows.commands.feed_choice import SCHEMELESS, feeds_file, page_trouble, with_scheme
from flows.commands.printing import count, json_option, print_json

if TYPE_CHECKING:
    from extractors.drafting import Draft
    from extractors.seed_files import Seed
    from extractors.workers import Failed, Workers
    from flows.house import Watch

DEADLINE = 120.0  # seconds for a seed, and for the draft; models are loaded within them

WHY = {
    "no_text": "holds no text",
    "not_text": "is neither a text nor a web page: save it as one of them",
    "not_html": "is no web page",
    "too_big": "is too big",
    "deadline": "took too long to read",
}
READ = "English, Russian and Chinese are read"


@dataclass(frozen=True, slots=True)
class _Source:
    """A seed that was had; or why not, as a sentence."""

    name: str
    body: bytes = b""
    content_type: str = ""
    url: str = ""
    trouble: str = ""
    code: Exit = Exit.WRONG


@click.command(short_help="Draft a theme file from articles that say what you look for.")
@click.argument("seeds", nargs=-1, required=True, metavar="FILE|URL...")
@click.option(
    "-o", "--output", type=click.Path(path_type=Path), metavar="FILE", help="Write it there, not on the screen."
)
@click.option("--force", is_flag=True, help="Replace a file that is there already.")
@click.option(
    "--themes", type=click.IntRange(1, 200), metavar="N", help="At most so many; else one for 3 or 4 passages."
)
@json_option
@pass_invocation
def draft(
    invocation: Invocation, seeds: tuple[str, ...], output: Path | None, force: bool, themes: int | None, as_json: bool
) -> None:
    """Draft themes from your own seed articles: text files, web pages, or both, in English, Russian or Chinese.

    Sentences and clauses that seem to make one point become a theme, with the passages as evidence, and with an id, a
    label and phrases to correct. The definitions are yours to write. The same articles give the same draft, and none
    is stored.

    \b
    Examples:
      amur themes draft seed.txt another.html -o draft.toml
      amur themes draft https://steppe-review.example/essay --themes 12
      amur themes draft seed.txt --json | jq -r '.themes[].label'
    """
    from flows.commands.outfile import new_file
    from flows.draftfile import as_json as in_json
    from flows.draftfile import as_toml

    names = list(dict.fromkeys(seeds))
    short = _short(list(map(invocation.redaction.clean, names)))
    if output:
        with new_file(output, force=force, outside=invocation.data()) as out:  # before minutes of work for nothing
            made = _drafted(invocation, names, themes)
            out.write(as_toml(made, short).encode())
        click.echo(f"{count(len(made.themes), 'theme')} in {output}: a draft, and yours to edit.", err=True)
    else:
        made = _drafted(invocation, names, themes)
    if as_json:
        print_json(in_json(made, short))
    elif not output:
        click.echo(as_toml(made, short), nl=False)


def _drafted(invocation: Invocation, names: Sequence[str], themes: int | None) -> Draft:
    from extractors.drafting import FEWEST_PASSAGES, MOST_PASSAGES, distinct, drafted
    from extractors.workers import Failed, WorkerRules, Workers
    from flows.commands.progress import watching
    from flows.house import utc_now

    now = utc_now()
    with Workers(WorkerRules(count=1)) as workers:
        with watching() as watch:
            sources = _sources(invocation, names, now, watch)
            _require(sources)
            watch.begin("read", len(sources))
            read = _read(workers, sources, now, watch)
        _require([_judged(source, seed) for source, seed in zip(sources, read, strict=True)])
        passages = distinct(passage for seed in read if not isinstance(seed, Failed) for passage in seed.passages)
        if len(passages) < FEWEST_PASSAGES:
            has = count(len(passages), "sentence") if passages else "no sentence"
            raise Trouble(f"There is too little to draft from, {has}: give an article of some paragraphs.")
        if len(passages) > MOST_PASSAGES:
            said = f"There are {len(passages):,} sentences, and at most {MOST_PASSAGES:,} can be compared"
            raise Trouble(f"{said}: give fewer articles at a time.")
        click.echo(f"Comparing {count(len(passages), 'passage')} …", err=True)
        (made,) = workers.map(drafted, [(passages, themes)], DEADLINE)
    if isinstance(made, Failed):
        raise Trouble(f"The draft could not be made ({made.reason}): give fewer articles at a time.", Exit.FAILED)
    return made


def _require(sources: Sequence[_Source]) -> None:
    """Raise Trouble with all that is wrong with the seeds: half of them would give another draft."""
    wrong = [source for source in sources if source.trouble]
    if wrong:
        code = Exit.WRONG if any(source.code is Exit.WRONG for source in wrong) else Exit.NO_FEED
        raise Trouble("\n".join(source.trouble for source in wrong), code)


def _short(names: Sequence[str]) -> list[str]:
    """Files without their folders, where that tells them apart."""
    short = [name if _is_address(name) else Path(name).name for name in names]
    return short if len(set(short)) == len(short) else list(names)


# --- seeds ----------------------------------------------------------------------------------------


def _sources(invocation: Invocation, names: Sequence[str], now: datetime, watch: Watch) -> list[_Source]:
    addresses = [name for name in names if _is_address(name)]
    pages = dict(zip(addresses, _pages(invocation, addresses, now, watch), strict=True))
    return [pages.get(name) or _file(name) for name in names]


def _is_address(name: str) -> bool:
    """A name without https:// is one of a file, unless there is none and it looks like a page's address."""
    return "://" in name or ("/" in name and bool(SCHEMELESS.fullmatch(name)) and not Path(name).exists())


def _file(name: str) -> _Source:
    from extractors.seed_files import MOST_BYTES

    path = Path(name).expanduser()
    try:
        if path.stat().st_size > MOST_BYTES:
            return _Source(name, trouble=f"{name} is too big: at most {MOST_BYTES // 1_000_000} MB will do.")
        return _Source(name, path.read_bytes())
    except IsADirectoryError:
        return _Source(name, trouble=f"{name} is a folder: name the files in it.")
    except FileNotFoundError:
        return _Source(name, trouble=f"There is no file {name}: correct its name, or begin an address with https://.")
    except OSError as error:
        return _Source(name, trouble=f"{name} cannot be read: {error.strerror or error}.")


def _pages(invocation: Invocation, addresses: Sequence[str], now: datetime, watch: Watch) -> list[_Source]:
    if not addresses:
        return []
    settings, environment = invocation.settings(), feeds_file(invocation).environment
    invocation.redaction.hide(environment.secrets)
    from flows.house import open_house
    from flows.permission import fetch_pages
    from warehouse.records import Request

    urls = [with_scheme(address) for address in addresses]
    # Without the address, as in `amur add`: it may be the secret.
    troubles = [page_trouble(url, environment) for url in urls]
    if any(troubles):
        return [_Source(name, trouble=trouble) for name, trouble in zip(addresses, troubles, strict=True)]
    with open_house(settings) as house:
        watch.begin("collect", len(urls))
        requests = [Request(url, "page") for url in urls]
        answers = fetch_pages(house, requests, now, lambda fetch: watch.advance("collect", failed=fetch.body is None))
    return [
        _Source(name, fetch.body, fetch.content_type, fetch.final_url)
        if fetch.body is not None
        else _Source(name, trouble=f"{name} could not be had: {fetch.detail.rstrip('.')}.", code=Exit.NO_FEED)
        for name, fetch in zip(addresses, answers, strict=True)
    ]


def _read(workers: Workers, sources: Sequence[_Source], now: datetime, watch: Watch) -> list[Seed | Failed]:
    from extractors.seed_files import read_seed

    work = [(source.body, source.content_type, source.url, n, now) for n, source in enumerate(sources)]
    return workers.map(read_seed, work, DEADLINE, lambda _: watch.advance("read"))


def _judged(source: _Source, seed: Seed | Failed) -> _Source:
    """The source, with what is wrong with its content if anything is."""
    if not seed.reason:
        return source
    if seed.reason == "language":
        language = getattr(seed, "language", "")
        why = (
            f"is in a language that is not read ({language}); {READ}"
            if language
            else f"is in no language that can be told; {READ}"
        )
    else:
        why = WHY.get(seed.reason, f"is no article but something else ({seed.reason.replace('_', ' ')})")
    return _Source(source.name, trouble=f"{source.name} {why}.")
