"""`amur themes`: what is looked for, what it is known by, and how much of it there was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.evidence_lines import highlighted
from flows.commands.printing import ago, count, json_option, print_json, print_table, shown
from flows.commands.reading import as_published, remembers
from flows.commands.theme_draft import draft
from flows.commands.theme_edit import edit, new, retire
from flows.commands.themes_apply import apply, calibrate
from flows.commands.themes_check import check
from flows.commands.themes_diff import diff
from flows.commands.themes_preview import preview

if TYPE_CHECKING:
    from datetime import datetime

    from warehouse.connect import Connection
    from warehouse.records import Statement, Taxonomy, Theme

Record = dict[str, Any]

SENTENCES = 5
FIRST = 5  # statements of each language that are shown unasked
LANGUAGES = {"en": "English", "ru": "Russian", "zh": "Chinese"}
EDITED = (
    "These counts are of the themes as they were at the last pass: the next one judges anew what themes.toml changed."
)

_COUNTS = """
SELECT
    theme_id,
    count(*) FILTER (dated_at > $now - INTERVAL 7 DAY) AS articles_7_days,
    count(*) FILTER (dated_at > $now - INTERVAL 60 DAY) AS articles_60_days,
    count(*) AS articles,
    min(dated_at) AS first_seen,
    max(dated_at) AS last_seen
FROM article_themes
GROUP BY theme_id
"""
_SENTENCES = """
SELECT sentence, phrase, title, url, publisher, bloc, dated_at, article_id
FROM article_themes
WHERE theme_id = $theme AND sentence IS NOT NULL
-- Copies say the same.
QUALIFY row_number() OVER (PARTITION BY story_id ORDER BY article_id <> story_id, dated_at, article_id) = 1
ORDER BY dated_at DESC, article_id
LIMIT $limit
"""
_TAXONOMY = "SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT 1"
_UNSEEN = {"articles_7_days": 0, "articles_60_days": 0, "articles": 0, "first_seen": None, "last_seen": None}


@click.group()
def themes() -> None:
    """List the themes, show what each is known by, and check them.

    They are in themes.toml, whose first lines say how to change them.
    """


themes.add_command(check)
themes.add_command(draft)
themes.add_command(new)
themes.add_command(edit)
themes.add_command(retire)
themes.add_command(diff)
themes.add_command(preview)
themes.add_command(apply)
themes.add_command(calibrate)


@themes.command("list")
@json_option
@pass_invocation
def listing(invocation: Invocation, as_json: bool) -> None:
    """List the themes with their statements and phrases per language, and how many articles spoke of them.

    Works before the first pass, too.

    \b
    Examples:
      amur themes list
      amur themes list --json | jq '.[] | select(.articles_7_days > 0) | .id'
    """
    from flows.house import utc_now
    from flows.settings import read_taxonomy

    now = utc_now()
    taxonomy = read_taxonomy(invocation.config)
    known, edited = _known(invocation, taxonomy, now)
    records = [_record(theme, known.get(theme.id, {})) for theme in taxonomy.themes]
    if as_json:
        print_json(records)
        return
    columns = ("id", "label", "statements", "phrases", "in 7 days", "in 60 days", "last seen")
    print_table(columns, [_row(record, now) for record in records], spare=("statements", "phrases", "in 60 days"))
    if edited:
        click.echo(EDITED, err=True)


@themes.command()
@click.argument("theme", shell_complete=completing.themes)
@click.option("--all", "whole", is_flag=True, help="Show every statement, not only the first of each language.")
@json_option
@pass_invocation
def show(invocation: Invocation, theme: str, whole: bool, as_json: bool) -> None:
    """Show THEME: its definition, statements and phrases, what it is told apart from, and what it was seen in lately.

    THEME is its id. JSON has every statement.

    \b
    Examples:
      amur themes show energy-leverage
      amur themes show energy-leverage --all
      amur themes show energy-leverage --json | jq .phrases.en.strong
    """
    from flows.house import utc_now
    from flows.settings import read_taxonomy

    now = utc_now()
    taxonomy = read_taxonomy(invocation.config)
    found = next((one for one in taxonomy.themes if one.id == theme.strip().lower()), None)
    if found is None:
        raise Trouble(f"There is no theme {theme!r}; {_meant(theme, taxonomy.themes)}")
    known, edited = _known(invocation, taxonomy, now)
    record = _record(found, known.get(found.id, {}))
    told = {**record, **_whole(found, taxonomy.themes), "latest": _latest(invocation, found.id)}
    if as_json:
        print_json(told)
        return
    _say(told, now, None if whole else FIRST)
    if edited:
        click.echo(f"\n{EDITED}", err=True)


def _meant(name: str, known: Sequence[Theme]) -> str:
    import difflib

    wanted = re.sub(r"[\s_]+", "-", name.strip().lower())
    labels = {theme.label.lower(): theme.id for theme in known}
    ids = [theme.id for theme in known]
    close = difflib.get_close_matches(wanted, ids, n=3) or [i for i in ids if wanted and wanted in i][:3]
    close = close or [labels[near] for near in difflib.get_close_matches(name.lower(), labels, n=1)]
    return f"did you mean {' or '.join(map(repr, close))}?" if close else "`amur themes list` names them all."


# --- what the warehouse knows ---------------------------------------------------------------------


def _known(invocation: Invocation, taxonomy: Taxonomy, now: datetime) -> tuple[dict[str, Record], bool]:
    """Counts by theme, and whether they are of other themes than these."""
    data = invocation.data()
    if not remembers(data):
        return {}, False
    with as_published(data) as con:
        counts = {row.pop("theme_id"): row for row in _records(con, _COUNTS, {"now": now})}
        used = con.execute(_TAXONOMY).fetchone()
    return counts, used is not None and used[0] != taxonomy.id


def _latest(invocation: Invocation, theme_id: str) -> list[Record]:
    data = invocation.data()
    if not remembers(data):
        return []
    with as_published(data) as con:
        return _records(con, _SENTENCES, {"theme": theme_id, "limit": SENTENCES})


def _records(con: Connection, sql: str, params: dict[str, object]) -> list[Record]:
    con.execute(sql, params)
    names = [column[0] for column in con.description or ()]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


# --- what is shown --------------------------------------------------------------------------------


def _record(theme: Theme, known: Record) -> Record:
    return {
        "id": theme.id,
        "label": theme.label,
        "statement_counts": dict(Counter(statement.language for statement in theme.statements)),
        "phrase_counts": dict(Counter(phrase.language for phrase in theme.phrases)),
        **_UNSEEN,
        **known,
    }


def _row(record: Record, now: datetime) -> tuple[object, ...]:
    statements, phrases = _per_language(record["statement_counts"]), _per_language(record["phrase_counts"])
    seen = ago(record["last_seen"], now) if record["last_seen"] else "never"
    lately = (record["articles_7_days"], record["articles_60_days"])
    return (record["id"], record["label"], statements, phrases, *lately, seen)


def _per_language(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{language} {number}" for language, number in counts.items())


def _whole(theme: Theme, others: Iterable[Theme]) -> Record:
    phrases: dict[str, dict[str, list[str]]] = {}
    for phrase in theme.phrases:
        phrases.setdefault(phrase.language, {}).setdefault(phrase.strength, []).append(phrase.text)
    return {
        "definition": theme.definition,
        "statements": _by_language(theme.statements),
        "counter": _by_language(theme.counter),
        "phrases": phrases,
        "entities": theme.entities,
        "contrasts": {contrast.theme_id: contrast.how for contrast in theme.contrasts},
        "contrasted_by": [other.id for other in others if any(c.theme_id == theme.id for c in other.contrasts)],
    }


def _by_language(statements: Iterable[Statement]) -> dict[str, list[str]]:
    texts: dict[str, list[str]] = {}
    for statement in statements:
        texts.setdefault(statement.language, []).append(statement.text)
    return texts


def _say(theme: Record, now: datetime, most: int | None) -> None:
    click.secho(shown(f"{theme['label']}"), bold=True)
    click.echo(f"{theme['id']}\n\n{shown(theme['definition'])}")
    _say_statements("Said outright", theme["statements"], most)
    _say_statements("Sounds like it and is not", theme["counter"], most)
    for language, by_strength in theme["phrases"].items():
        for strength, phrases in by_strength.items():
            said = f"{LANGUAGES.get(language, language)}, {strength} phrases ({len(phrases)})"
            _say_line(said, phrases)
    _say_line("Names that go with it", theme["entities"])
    _say_list("Told apart from", [f"{other}: {how}" for other, how in theme["contrasts"].items()])
    _say_line("Taken for it at times", theme["contrasted_by"])
    _say_counts(theme, now)
    for quote in theme["latest"]:
        click.echo(f"\n  {highlighted(quote['sentence'], quote['phrase'] or '')}")
        click.secho(f"  {quote['dated_at']:%Y-%m-%d}, {quote['publisher']} ({quote['bloc']}): ", dim=True, nl=False)
        click.secho(f"{shown(quote['title'])}, {shown(quote['url'])}", dim=True)


def _say_statements(heading: str, by_language: Mapping[str, Sequence[str]], most: int | None) -> None:
    for language, texts in by_language.items():
        rest = len(texts[most:]) if most else 0
        more = [f"… and {rest:,} more, with --all"] if rest else []
        _say_list(f"{heading}, in {LANGUAGES.get(language, language)} ({len(texts)})", [*texts[:most], *more])


def _say_counts(theme: Record, now: datetime) -> None:
    if not theme["articles"]:
        click.echo("\nNo article has spoken of it so far.")
        return
    first, last = theme["first_seen"], ago(theme["last_seen"], now)
    click.echo(
        f"\n{count(theme['articles'], 'article')} since {first:%Y-%m-%d}, {theme['articles_60_days']:,} in the last "
        f"60 days, {theme['articles_7_days']:,} in the last 7; the last one {last}. What they said:"
    )


def _say_list(heading: str, lines: Sequence[str]) -> None:
    if lines:
        click.secho(f"\n{heading}", bold=True)
        for line in lines:
            click.echo(f"  {shown(line)}")


def _say_line(heading: str, words: Sequence[str]) -> None:
    if words:
        click.secho(f"\n{heading}", bold=True)
        click.echo(click.wrap_text(shown(", ".join(words)), 100, initial_indent="  ", subsequent_indent="  "))
