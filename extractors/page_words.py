"""The words by which walls, stubs and missing pages are told, in English, Russian and Chinese: data/page_kinds.toml."""

from __future__ import annotations

import re
import tomllib
from functools import cache
from importlib.resources import files


@cache
def words(name: str) -> re.Pattern[str]:
    """One table of the file as one pattern, all languages together: pages are not always in the one they say."""
    return re.compile("|".join(part for parts in _tables()[name].values() for part in parts), re.IGNORECASE)


@cache
def _tables() -> dict[str, dict[str, list[str]]]:
    return tomllib.loads((files("extractors") / "data" / "page_kinds.toml").read_text("utf-8"))
