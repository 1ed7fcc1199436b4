"""`amur themes`: what is looked for, what it is known by, and how much of it there was."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from flows.commands import Invocation, Trouble, completing, pass_invocation
from flows.commands.explain import highlighted
from flows.commands.printing import ago, count, json_option, print_json, print_table, shown
from flows.commands.reading import as_published

if TYPE_CHECKING:
    from datetime import datetime

    from warehouse.connect import Connection
    from warehouse.records import Taxonomy, Theme

Record = dict[str, Any]

SENTENCES = 5
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
ORDER BY dated_at DESC, article_id
LIMIT $limit
"""
_TAXONOMY = "SELECT taxonomy_id FROM taxonomies ORDER BY last_used_at DESC, taxonomy_id DESC LIMIT 1"
_UNSEEN = {"articles_7_days": 0, "articles_60_days": 0, "articles": 0, "first_seen": None, "last_seen": None}


@click.group()
def themes() -> None:
    """List the themes, and show what each is known by.

    They are in themes.toml, whose first lines say how to change them.
    """


@themes.command("list")
@json_option
@pass_invocation
def listing(invocation: Invocation, as_json: bool) -> None:
    """List the themes with their phrases per language, and how many articles spoke of them.

    Works before the first pass, too.

    \b
    Examples:
      amur themes list
      amur themes list --json | jq '.[] | select(.articles_7_days > 0) | .id'
    """
    from flows.house import utc_now

    now = utc_now()
    taxonomy = _taxonomy(invocation)
    known, edited = _known(invocation, taxonomy, now)
    records = [_record(theme, known.get(theme.id, {})) for theme in taxonomy.themes]
    if as_json:
        print_json(records)
        return
    columns = ("id", "label", "phrases", "in 7 days", "in 60 days", "last seen")
    print_table(columns, [_row(record, now) for record in records])
    if edited:
        click.echo(EDITED, err=True)


@themes.command()
@click.argument("theme", shell_complete=completing.themes)
@json_option
@pass_invocation
def show(invocation: Invocation, theme: str, as_json: bool) -> None:
    """Show THEME: its definition, statements and phrases, what it is told apart from, and what it was seen in lately.

    THEME is its id.

    \b
    Examples:
      amur themes show energy-leverage
      amur themes show energy-leverage --json | jq .phrases.en.strong
    """
    from flows.house import utc_now

    now = utc_now()
    taxonomy = _taxonomy(invocation)
    found = next((one for one in taxonomy.themes if one.id == theme.strip().lower()), None)
    if found is None:
        raise Trouble(f"There is no theme {theme!r}; {_meant(theme, taxonomy.themes)}")
    known, edited = _known(invocation, taxonomy, now)
    record = _record(found, known.get(found.id, {}))
    whole = {**record, **_whole(found, taxonomy.themes), "latest": _latest(invocation, found.id)}
    if as_json:
        print_json(whole)
        return
    _say(whole, now)
    if edited:
        click.echo(f"\n{EDITED}", err=True)


def _taxonomy(invocation: Invocation) -> Taxonomy:
    """The themes of themes.toml; feeds and channels may be wrong. Raises `SettingsError`."""
    from extractors.taxonomy import ThemeError, parse_themes
    from flows.amurfile import find
    from flows.complaints import Complaint, SettingsError, read_toml

    file = find(invocation.config).parent / "themes.toml"
    table, complaints = read_toml(file)
    if complaints:
        raise SettingsError(complaints)
    try:
        return parse_themes(table)
    except ThemeError as error:
        raise SettingsError(Complaint(file.name, path, message) for path, message in error.complaints) from error


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
    if not _is_there(data):
        return {}, False
    with as_published(data) as con:
        counts = {row.pop("theme_id"): row for row in _records(con, _COUNTS, {"now": now})}
        used = con.execute(_TAXONOMY).fetchone()
    return counts, used is not None and used[0] != taxonomy.id


def _latest(invocation: Invocation, theme_id: str) -> list[Record]:
    data = invocation.data()
    if not _is_there(data):
        return []
    with as_published(data) as con:
        return _records(con, _SENTENCES, {"theme": theme_id, "limit": SENTENCES})


def _is_there(data: Path) -> bool:
    return any((data / name).exists() for name in ("live.duckdb", "amur.duckdb"))


def _records(con: Connection, sql: str, params: dict[str, object]) -> list[Record]:
    con.execute(sql, params)
    names = [column[0] for column in con.description or ()]
    return [dict(zip(names, row, strict=True)) for row in con.fetchall()]


# --- what is shown --------------------------------------------------------------------------------


def _record(theme: Theme, known: Record) -> Record:
    by_language = Counter(phrase.language for phrase in theme.phrases)
    return {"id": theme.id, "label": theme.label, "phrase_counts": dict(by_language), **_UNSEEN, **known}


def _row(record: Record, now: datetime) -> tuple[object, ...]:
    phrases = ", ".join(f"{language} {number}" for language, number in record["phrase_counts"].items())
    seen = ago(record["last_seen"], now) if record["last_seen"] else "never"
    return (record["id"], record["label"], phrases, record["articles_7_days"], record["articles_60_days"], seen)


def _whole(theme: Theme, others: Iterable[Theme]) -> Record:
    phrases: dict[str, dict[str, list[str]]] = {}
    for phrase in theme.phrases:
        phrases.setdefault(phrase.language, {}).setdefault(phrase.strength, []).append(phrase.text)
    named = re.compile(rf"(?<![\w-]){re.escape(theme.id)}(?![\w-])")
    return {
        "definition": theme.definition,
        "statements": theme.statements,
        "phrases": phrases,
        "entities": theme.entities,
        "confusions": theme.confusions,
        "confused_with_it": [other.id for other in others if any(map(named.search, other.confusions))],
    }


def _say(theme: Record, now: datetime) -> None:
    click.secho(shown(f"{theme['label']}"), bold=True)
    click.echo(f"{theme['id']}\n\n{shown(theme['definition'])}")
    _say_list("Said outright", theme["statements"])
    for language, by_strength in theme["phrases"].items():
        for strength, phrases in by_strength.items():
            said = f"{LANGUAGES.get(language, language)}, {strength} phrases ({len(phrases)})"
            _say_line(said, phrases)
    _say_line("Names that go with it", theme["entities"])
    _say_list("Told apart from", theme["confusions"])
    _say_line("Taken for it at times", theme["confused_with_it"])
    _say_counts(theme, now)
    for quote in theme["latest"]:
        click.echo(f"\n  {highlighted(quote['sentence'], quote['phrase'] or '')}")
        click.secho(f"  {quote['dated_at']:%Y-%m-%d}, {quote['publisher']} ({quote['bloc']}): ", dim=True, nl=False)
        click.secho(f"{shown(quote['title'])}, {shown(quote['url'])}", dim=True)


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
