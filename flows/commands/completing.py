"""What a shell offers for an argument: feeds, themes, candidates, views. Says nothing whatever is wrong.

A callback for click's `shell_complete`: https://click.palletsprojects.com/shell-completion/
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import click
from click.shell_completion import CompletionItem

Offer = Callable[[click.Context, click.Parameter, str], list[CompletionItem]]


def themes(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Ids of themes, each with its label."""
    del parameter
    rows = _rows(ctx, "themes.toml", "theme")
    return _offered(((row.get("id"), row.get("label")) for row in rows), begun)


def feeds(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names of feeds, each with its address."""
    del parameter
    return _offered(((row.get("name"), row.get("url")) for row in _rows(ctx, "feeds.toml", "feed")), begun)


def paused_feeds(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Names of feeds that are switched off."""
    del parameter
    rows = [row for row in _rows(ctx, "feeds.toml", "feed") if row.get("enabled", True) is not True]
    return _offered(((row.get("name"), row.get("url")) for row in rows), begun)


def publishers(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Publishers of the feeds."""
    del parameter
    return _values(ctx, "publisher", begun)


def blocs(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Blocs of the feeds."""
    del parameter
    return _values(ctx, "bloc", begun)


def candidates(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Ids of candidates, each with its label."""
    del parameter
    return _candidates(ctx, begun, ("open", "promoted", "merged", "dismissed"))


def open_candidates(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Ids of candidates that nobody has decided about."""
    del parameter
    return _candidates(ctx, begun, ("open",))


def decided_candidates(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Ids of candidates that somebody has decided about."""
    del parameter
    return _candidates(ctx, begun, ("promoted", "merged", "dismissed"))


def views(ctx: click.Context, parameter: click.Parameter, begun: str) -> list[CompletionItem]:
    """Views of the published file."""
    del ctx, parameter
    from importlib.resources import files

    names = (file.name for file in files("warehouse").joinpath("views").iterdir() if file.name.endswith(".sql"))
    return _offered(((name.partition("_")[2].removesuffix(".sql"), None) for name in sorted(names)), begun)


def _candidates(ctx: click.Context, begun: str, states: Sequence[str]) -> list[CompletionItem]:
    """From the published file, as of the last pass: the live one may be in somebody's hands."""
    from flows.amurfile import find_data
    from flows.complaints import SettingsError
    from warehouse.connect import EngineError, WarehouseError
    from warehouse.query import published

    config = ctx.find_root().params.get("config")
    with suppress(OSError, SettingsError, WarehouseError, EngineError):
        with published(find_data(Path(config) if config else None) / "amur.duckdb") as con:
            rows = con.execute(
                "SELECT candidate_id, label FROM candidates WHERE list_contains($states, state) ORDER BY found_at DESC",
                {"states": list(states)},
            ).fetchall()
        return _offered(rows, begun)
    return []


def _values(ctx: click.Context, key: str, begun: str) -> list[CompletionItem]:
    rows = _rows(ctx, "feeds.toml", "feed")
    return _offered(((value, None) for value in sorted({str(row[key]) for row in rows if key in row})), begun)


def _rows(ctx: click.Context, name: str, table: str) -> list[dict[str, Any]]:
    """The tables of a settings file as they stand; none where it cannot be read."""
    import tomllib

    config = ctx.find_root().params.get("config") or os.environ.get("AMUR_CONFIG") or "amur.toml"
    with suppress(OSError, ValueError, TypeError):
        path = Path(config).expanduser()
        file = (path if path.is_dir() else path.parent) / name
        rows = tomllib.loads(file.read_text(encoding="utf-8-sig")).get(table, [])
        return [row for row in rows if isinstance(row, dict)]
    return []


def _offered(values: Iterable[tuple[object, object]], begun: str) -> list[CompletionItem]:
    """What goes on from `begun`, whatever its case; a description is one line."""
    return [
        CompletionItem(value, help=" ".join(about.split()) if isinstance(about, str) else None)
        for value, about in values
        if isinstance(value, str) and value.isprintable() and value.casefold().startswith(begun.casefold())
    ]
