"""The list of feeds as its commands see it: where it is, and which of its feeds a user means."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.commands import Invocation, Trouble

if TYPE_CHECKING:
    from flows.feedfile import Row
    from flows.secrets import Environment

SCHEMELESS = re.compile(r"(?:localhost|[\w-]+(?:\.[\w-]+)+)(?::\d+)?(?:/.*)?")


@dataclass(frozen=True, slots=True)
class FeedsFile:
    """feeds.toml, and where the values of its ${NAME} come from."""

    path: Path
    environment: Environment


def feeds_file(invocation: Invocation) -> FeedsFile:
    """The feeds.toml beside amur.toml; needs neither themes nor channels. Raises `SettingsError`."""
    from flows.amurfile import find
    from flows.complaints import SettingsError
    from flows.secrets import read_environment

    folder = find(invocation.config).parent
    held = read_environment(folder, os.environ)
    if held.complaints:
        raise SettingsError(held.complaints)
    return FeedsFile(folder / "feeds.toml", held)


def chosen(rows: Sequence[Row], keys: Sequence[str]) -> list[int]:
    """Places of the feeds that `keys` name, each once. Raises Trouble for a key that names none, with what is near."""
    from flows.feednames import meant, places

    found: dict[int, None] = {}
    for key in keys:
        here = places(rows, key)
        if not here:
            near = " or ".join(map(repr, meant(rows, key)))
            hint = f"did you mean {near}?" if near else "`amur feeds list` names them all."
            raise Trouble(f"No feed has the name or address {key!r}; {hint}")
        found.update(dict.fromkeys(here))
    return list(found)


def web_address(url: str, file: FeedsFile) -> str:
    """The address as it will be asked. Raises Trouble for what is none, and for one with a secret in it."""
    from flows.feedlist import url_troubles

    url = url.strip()
    if SCHEMELESS.fullmatch(url):
        url = f"https://{url}"
    for trouble in url_troubles(url, file.environment):
        raise Trouble(f"The address {trouble}.")  # without the address: it may be the secret
    return url


def named(row: Row) -> str:
    """A feed as it is spoken of."""
    return f'"{row["name"]}"'
