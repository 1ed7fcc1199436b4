"""`amur themes check`: what could be better about the themes, though nothing of it is a mistake."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING

import click

from flows.commands import Invocation, pass_invocation
from flows.commands.printing import count, json_option, print_json, print_table
from flows.commands.reading import as_published, remembers

if TYPE_CHECKING:
    from extractors.phrases import Lemmatiser
    from extractors.theme_checks import Advice, Archive
    from warehouse.connect import Connection

SHOWN = 8  # phrases named in a table; JSON names all
SENTENCES = 2_000  # of the archive, read anew for phrases that stand beside a stronger one
BEHIND = (
    "The archive was judged with the themes as they were at the last pass: it cannot know a phrase that is newer, and "
    "`amur run` judges anew."
)

_TAXONOMY = "SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT 1"
_LED = "SELECT theme_id, phrase, count(*) FROM evidence WHERE taxonomy_id = ? AND phrase <> '' GROUP BY ALL"
_SENTENCES = """
SELECT e.theme_id, e.sentence, a.language
FROM evidence AS e
JOIN articles AS a USING (article_id)
WHERE e.taxonomy_id = ?
GROUP BY ALL
ORDER BY max(a.dated_at) DESC, e.theme_id, e.sentence
LIMIT ?
"""


@click.command()
@json_option
@pass_invocation
def check(invocation: Invocation, as_json: bool) -> None:
    """Check the themes, and advise: which are thin, which are hard to tell apart, which phrases find nothing.

    A theme wants fifteen statements and some phrases in each language that any theme has. Two themes are hard to tell
    apart when they share a fifth of their phrases or statements. Phrases are looked for in the statements, and in the
    archive where there is one. Advice ends with 0; mistakes in themes.toml are named, and end with 2.

    \b
    Examples:
      amur themes check
      amur themes check --json | jq '.[] | select(.kind == "thin") | .theme'
    """
    from extractors.theme_checks import advise
    from flows.settings import read_taxonomy

    taxonomy = read_taxonomy(invocation.config)
    archive, used = _archive(invocation.data())
    advice = advise(taxonomy, _lemmatisers(), archive)
    if as_json:
        print_json([asdict(one) for one in advice])
    elif advice:
        print_table(("theme", "language", "advice"), _rows(advice))
        click.echo(f"\n{count(len(taxonomy.themes), 'theme')}. Nothing of this is a mistake.", err=True)
    else:
        click.echo(f"Nothing to advise on {count(len(taxonomy.themes), 'theme')}.")
    if archive is not None and used != taxonomy.id:
        click.echo(BEHIND, err=True)


def _lemmatisers() -> dict[str, Lemmatiser]:
    from extractors import russian
    from extractors.english import lemmatised

    return {"en": lemmatised, "ru": lambda texts: [russian.words(text) for text in texts]}


# --- the archive ----------------------------------------------------------------------------------


def _archive(data: Path) -> tuple[Archive | None, str]:
    """What phrases found under the themes used last, and the id of these; None where nothing was judged yet."""
    if not remembers(data):
        return None, ""
    with as_published(data) as con:
        used = con.execute(_TAXONOMY).fetchone()
        archive = _read(con, used[0]) if used else None
    return archive, used[0] if used else ""


def _read(con: Connection, taxonomy_id: str) -> Archive | None:
    from extractors.gate import known_language
    from extractors.theme_checks import Archive
    from warehouse.records import Statement

    led = {(theme, phrase): number for theme, phrase, number in con.execute(_LED, [taxonomy_id]).fetchall()}
    if not led:
        return None
    rows = con.execute(_SENTENCES, [taxonomy_id, SENTENCES]).fetchall()
    return Archive(led, [(theme, Statement(sentence, known_language(language))) for theme, sentence, language in rows])


# --- what is shown --------------------------------------------------------------------------------


def _rows(advice: Sequence[Advice]) -> list[tuple[str, str, str]]:
    """One row per theme, kind and language: phrases that find other themes are told together."""
    groups: dict[tuple[str, str, str, str], list[Advice]] = defaultdict(list)
    for one in advice:
        groups[one.theme, one.kind, one.language, one.other if one.kind == "alike" else ""].append(one)
    return [(theme, language, _told(group)) for (theme, _, language, _), group in groups.items()]


def _told(group: Sequence[Advice]) -> str:
    if group[0].kind == "elsewhere":
        worst_first = sorted(group, key=lambda one: one.numbers["own"] - one.numbers["others"])
        found = [
            f"{one.phrases[0]} ({one.numbers['own']} here, {one.numbers['others']} elsewhere: {one.other})"
            for one in worst_first
        ]
        many = count(len(group), "phrase is", "phrases are")
        return f"{many} found more in statements of other themes: make them narrower or weaker. {_listed(found)}"
    return f"{group[0].says}. {_listed(group[0].phrases)}" if group[0].phrases else group[0].says


def _listed(phrases: Sequence[str]) -> str:
    rest = len(phrases) - SHOWN
    return ", ".join(phrases[:SHOWN]) + (f", and {rest:,} more" if rest > 0 else "")
