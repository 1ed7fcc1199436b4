"""feeds.toml → feeds, with the credentials of their addresses filled in."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping
from typing import Any
from urllib.parse import urlsplit

from flows.checking import check
from flows.complaints import Complaint, nearest
from flows.secrets import OURS, Environment, fill, names_in, pasted, shows_credentials
from flows.sections import FeedRow
from warehouse.records import Feed

BLOCS = (
    "independent",
    "hong-kong",
    "central-asia",
    "russia-exile",
    "russia-private",
    "russia-state",
    "china-private",
    "china-state",
)

NO_ADDRESS = "is no address: give one such as https://example.org/feed.xml, without spaces"
NONE_ON = "switches on no feed: add one, or take out an `enabled = false`"

_LONGEST_URL = 2048
_LIKE = 0.85  # below it two blocs are two words, above it one and its misspelling


def read_feeds(
    table: Mapping[str, Any], environment: Environment, file: str, *, to_show: bool = False
) -> tuple[tuple[Feed, ...], list[Complaint], list[str]]:
    """The feeds of a feeds.toml already read, every mistake in it, and warnings.

    Where they are only `to_show`, none has to be switched on, and what a key stands for need not be known.
    """
    complaints = [
        Complaint(file, key, f"is no key that Amur knows; {nearest(key, ['feed'])}") for key in table if key != "feed"
    ]
    rows = table.get("feed", [])
    if not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        return (), [*complaints, Complaint(file, "feed", "will not do: begin every feed with a line [[feed]]")], []
    if not to_show and not any(row.get("enabled", True) for row in rows):
        complaints.append(Complaint(file, "", NONE_ON))
    feeds: list[Feed] = []
    warnings: list[str] = []
    environment = environment.keeping(name for row in rows for name in names_in(str(row.get("url"))))
    for number, row in enumerate(rows, 1):
        checked, troubles = check(FeedRow, row, file)
        if isinstance(url := row.get("url"), str):
            dialled_too = row.get("enabled", True) and not to_show
            found = url_troubles(url, environment, enabled=dialled_too)
            troubles += [Complaint(file, "url", trouble) for trouble in found]
        complaints += [_placed(trouble, number, row) for trouble in troubles]
        if checked and not troubles:
            feeds.append(_feed(checked, None if to_show else environment))
            warnings += bloc_warnings(checked, file)
    return tuple(feeds), complaints + list(_repeated(rows, file)), warnings


def _placed(trouble: Complaint, number: int, row: Mapping[str, Any]) -> Complaint:
    name = f' ("{row["name"]}")' if isinstance(row.get("name"), str) else ""
    return Complaint(trouble.file, f"feed[{number}].{trouble.path}{name}", trouble.message)


def _feed(row: FeedRow, environment: Environment | None) -> Feed:
    return Feed(
        name=row.name,
        url=row.url,
        publisher=row.publisher,
        bloc=row.bloc,
        stance=row.stance,
        language=row.language,
        evidence=row.evidence,
        enabled=row.enabled,
        # Nobody dials a feed that is switched off, so its credentials may be missing.
        fetch_url=fill(row.url, environment) if row.enabled and environment else row.url,
    )


def url_troubles(url: str, environment: Environment, *, enabled: bool = True) -> Iterator[str]:
    """What is wrong with the address of a feed, each completing the sentence "The address …"."""
    if trouble := pasted_trouble(url, environment) or address_trouble(url):
        yield trouble
        return
    if shows_credentials(url):
        yield "shows a credential: write ${NAME} in its place, with a name of your own, and put NAME=… into .env"
    for name in names_in(url):
        if name.startswith(OURS):
            yield f"asks for {name}, which is Amur's own and no feed's: give the feed's key another name"
    if enabled:
        for name in names_in(url):
            if not environment.get(name):
                yield f"needs ${{{name}}}, which is not set: put {name}=… into .env, or set it in the environment"


def pasted_trouble(url: str, environment: Environment, *, filled: bool = True) -> str:
    """That a secret stands in an address by its value, completing "The address …"; "" where none does.

    `filled`: whether a ${NAME} in this address would be filled in.
    """
    name = pasted(url, environment)
    if not name:
        return ""
    instead = f"write ${{{name}}} instead" if filled and not name.startswith(OURS) else "leave it out"
    return f"holds the value of {name}: {instead}"


def address_trouble(url: str) -> str:
    """Why `url` is no address of a web page, completing "The address …"; "" where it is one."""
    try:
        parts = urlsplit(url)
        host, _ = parts.hostname, parts.port
    except ValueError:  # whose own words may quote a password
        return NO_ADDRESS
    if parts.scheme not in ("http", "https"):
        return f"begins with {parts.scheme or 'no scheme'}: give an address that begins with https:// or http://"
    if not host or any(letter.isspace() or not letter.isprintable() for letter in url):
        return NO_ADDRESS
    if len(url) > _LONGEST_URL:
        return f"has {len(url)} characters: give an address of at most {_LONGEST_URL}"
    return ""


def bloc_warnings(row: FeedRow, file: str) -> Iterator[str]:
    """A question where the bloc looks like a misspelt one."""
    meant = difflib.get_close_matches(row.bloc, BLOCS, n=1, cutoff=_LIKE)
    if meant and row.bloc not in BLOCS:
        yield f'{file}: "{row.name}" is of bloc "{row.bloc}"; did you mean "{meant[0]}"?'


def _repeated(rows: list[dict[str, Any]], file: str) -> Iterator[Complaint]:
    for key, spelt in (("name", spoken), ("url", dialled)):
        first: dict[str, int] = {}
        for number, row in enumerate(rows, 1):
            value = row.get(key)
            if not isinstance(value, str):
                continue
            before = first.setdefault(spelt(value), number)
            if before != number:
                advice = "give each feed its own name" if key == "name" else "take one of the two out"
                complaint = Complaint(file, key, f"is the same as that of feed[{before}]: {advice}")
                yield _placed(complaint, number, row)


def spoken(name: str) -> str:
    """A name as it is compared: two that differ only in case and spaces are one."""
    return " ".join(name.casefold().split())


def dialled(url: str) -> str:
    """An address as it is compared: http and https are one, and so is a slash at the end."""
    try:
        parts = urlsplit(url.strip())
    except ValueError:
        return url
    return f"{parts.netloc.lower()}{parts.path.rstrip('/')}?{parts.query}"
