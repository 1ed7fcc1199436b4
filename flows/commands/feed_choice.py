"""The list of feeds as its commands see it: where it is, and which of its feeds a user means."""

from __future__ import annotations

import contextlib
import os
import re
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from flows.commands import Invocation, Trouble

if TYPE_CHECKING:
    from flows.feedfile import Row
    from flows.secrets import Environment
    from warehouse.records import Feed

NONE_YET = "The list is empty: add a feed with `amur feeds add URL`."
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
    from flows.secrets import names_in, read_environment

    folder = find(invocation.config).parent
    held = read_environment(folder, os.environ)
    if held.complaints:
        raise SettingsError(held.complaints)
    path = folder / "feeds.toml"
    with contextlib.suppress(OSError):  # whoever reads it for its feeds says so
        held = held.keeping(names_in(path.read_text(encoding="utf-8", errors="replace")))
    return FeedsFile(path, held)


def all_feeds(file: FeedsFile) -> tuple[Feed, ...]:
    """The feeds, to be shown: what a key stands for need not be known. Raises `SettingsError`."""
    from flows.complaints import SettingsError, read_toml
    from flows.feedlist import read_feeds

    table, complaints = read_toml(file.path)
    feeds: tuple[Feed, ...] = ()
    if not complaints:
        feeds, complaints, _ = read_feeds(table, file.environment, file.path.name, to_show=True)
    if complaints:
        raise SettingsError(complaints)
    return feeds


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
    """The address of a feed as it will be asked. Raises Trouble for what is none, and for one with a secret in it."""
    from flows.feedlist import url_troubles

    url = with_scheme(url)
    for trouble in url_troubles(url, file.environment):
        raise Trouble(f"The address {trouble}.")  # without the address: it may be the secret
    return url


def page_trouble(url: str, environment: Environment) -> str:
    """What is wrong with the address of a page, as a sentence; "" where nothing is. No ${NAME} is filled in there."""
    from extractors.urls import absolute
    from flows.feedlist import NO_ADDRESS, address_trouble, pasted_trouble

    usable = absolute(url) is not None
    trouble = pasted_trouble(url, environment, filled=False) or ("" if usable else address_trouble(url) or NO_ADDRESS)
    return f"The address {trouble}." if trouble else ""


def with_scheme(url: str) -> str:
    """An address as people write it, with the https:// that they leave out."""
    url = url.strip()
    return f"https://{url}" if SCHEMELESS.fullmatch(url) else url


def record(row: Row, done: str) -> dict[str, object]:
    """A feed and what was done to it, for JSON."""
    url = str(row.get("url", ""))
    return {"feed_id": uuid.uuid5(uuid.NAMESPACE_URL, url), "name": row["name"], "url": url, "done": done}  # `Feed.id`


def named(row: Row) -> str:
    """A feed as it is spoken of."""
    return f'"{row["name"]}"'
