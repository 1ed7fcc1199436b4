"""Which feed is meant, whether a feed is in the list already, and what a new one may be called. Pure."""

from __future__ import annotations

import difflib
import ipaddress
import re
import socket
from collections.abc import Iterable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from extractors.addresses import is_public
from extractors.urls import canonical
from flows.feedlist import spoken

Row = Mapping[str, Any]

UNKNOWN = "unknown"  # the bloc of a feed until somebody says whose voice it is
LONGEST_NAME, LONGEST_SLUG = 80, 60

_LIKE = 0.6  # a name this much alike may be what was meant
_HINTS = 3
_PRIVATE_NAMES = ("localhost", ".localhost", ".local", ".internal", ".intranet", ".lan", ".home.arpa")
_SERVICES = ("www", "feeds", "feed", "rss", "blog", "blogs", "news", "m", "amp")
_SECOND = frozenset({"ac", "co", "com", "edu", "go", "gob", "gov", "gouv", "ne", "net", "or", "org"})
_PLATFORMS = (
    "substack.com",
    "wordpress.com",
    "blogspot.com",
    "medium.com",
    "ghost.io",
    "github.io",
    "livejournal.com",
    "tumblr.com",
    "beehiiv.com",
)
# Hosts that say nothing of the house behind a feed.
_SHARED = frozenset({"feeds.feedburner.com", "feeds2.feedburner.com", "medium.com", "rsshub.app", "youtube.com"})
_SUFFIX_PARTS = 3  # labels of a host under a suffix of two: bbc.co.uk


class Register:
    """The feeds of a list by what may clash with a new one, or say whose it is."""

    def __init__(self, rows: Iterable[Row]) -> None:
        self._by_address: dict[str, Row] = {}
        self._by_host: dict[str, Row] = {}
        self._by_publisher: dict[str, Row] = {}
        self._names: set[str] = set()
        self._numbers: dict[str, int] = {}
        for row in rows:
            self.add(row)

    def add(self, row: Row) -> None:
        """Take one more feed in."""
        url = str(row.get("url", ""))
        self._by_address.setdefault(identity(url), row)
        self._by_host.setdefault(_bare(host_of(url)), row)
        self._by_publisher.setdefault(str(row.get("publisher", "")), row)
        self._names.add(spoken(str(row.get("name", ""))))

    def feed_at(self, url: str) -> Row | None:
        """The feed that has this address, however it is spelt."""
        return self._by_address.get(identity(url))

    def sibling(self, host: str) -> Row | None:
        """A feed of the same house, unless many houses share the host."""
        bare = _bare(host)
        return self._by_host.get(bare) if bare and bare not in _SHARED else None

    def of_publisher(self, publisher: str) -> Row | None:
        """A feed of this publisher."""
        return self._by_publisher.get(publisher)

    def free_name(self, wanted: str, host: str) -> str:
        """A name that no feed has: as wanted, with its host, or numbered."""
        host = _bare(host)
        name = _line(wanted or host, LONGEST_NAME)
        for ending in ("", f" ({host})" if name != host else ""):
            proposed = _line(name, LONGEST_NAME - len(ending)) + ending
            if len(proposed) <= LONGEST_NAME and spoken(proposed) not in self._names:
                return proposed
        while True:
            number = self._numbers[name] = self._numbers.get(name, 1) + 1
            proposed = f"{_line(name, LONGEST_NAME - len(str(number)) - 3)} ({number})"
            if spoken(proposed) not in self._names:
                return proposed


def identity(url: str) -> str:
    """What makes two addresses one feed: spelling, scheme, a slash at the end and the order of a query do not."""
    whole, _, query = url.partition("?")
    same = (canonical(whole) or whole).partition("://")[2] or whole
    parameters = sorted(part for part in query.partition("#")[0].split("&") if part)
    return f"{same.rstrip('/')}?{'&'.join(parameters)}"


def places(rows: Sequence[Row], key: str) -> list[int]:
    """Where in the list the feeds are that `key` names: by name in any case, else by address."""
    by_name = [place for place, row in enumerate(rows) if spoken(str(row.get("name", ""))) == spoken(key)]
    wanted = identity(key)
    return by_name or [place for place, row in enumerate(rows) if identity(str(row.get("url", ""))) == wanted]


def meant(rows: Iterable[Row], key: str) -> list[str]:
    """Names that may have been meant: nearly alike, or holding `key`."""
    names = {spoken(name): name for row in rows if isinstance(name := row.get("name"), str)}
    wanted = spoken(key)
    close = difflib.get_close_matches(wanted, names, n=_HINTS, cutoff=_LIKE)
    holding = [name for name in names if wanted and wanted in name]
    return [names[name] for name in dict.fromkeys((*close, *holding))][:_HINTS]


def private(url: str, allow: Sequence[str]) -> bool:
    """Whether the address is one that is never dialled, as far as can be told without looking a name up."""
    if place(url) in {entry.lower() for entry in allow}:
        return False
    host = (urlsplit(url).hostname or "").rstrip(".")
    literal = _literal(host)
    return not is_public(literal) if literal else f".{host}".endswith(_PRIVATE_NAMES)


def place(url: str) -> str:
    """Host and port of an address, as [fetch] allow names them."""
    parts = urlsplit(url)
    host = (parts.hostname or "").rstrip(".")
    port = parts.port or (443 if parts.scheme == "https" else 80)
    return f"[{host}]:{port}" if ":" in host else f"{host}:{port}"


def house(host: str) -> str:
    """The short name of the house behind a host: feeds.bbci.co.uk is bbci, strategist.substack.com is strategist.

    "" for a host that many houses share.
    """
    host = _bare(host)
    if not host or host in _SHARED:
        return ""
    try:
        ipaddress.ip_address(host)
    except ValueError:
        labels = host.split(".")
    else:
        return slug(host)
    if host.endswith(tuple(f".{platform}" for platform in _PLATFORMS)):
        return slug(labels[0]) if labels[0] not in _SERVICES else slug(labels[-2])
    under_two = len(labels) >= _SUFFIX_PARTS and labels[-2] in _SECOND and len(labels[-1]) == 2  # noqa: PLR2004  a country
    labels = labels[: -2 if under_two else -1] or labels
    return slug(labels[-1])


def slug(text: str) -> str:
    """Small letters, digits and single hyphens; "unknown" when nothing is left."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")[:LONGEST_SLUG].rstrip("-") or UNKNOWN


def host_of(url: str) -> str:
    """The host of an address, "" where it has none."""
    try:
        return urlsplit(url).hostname or ""
    except ValueError:
        return ""


def _bare(host: str) -> str:
    return host.lower().rstrip(".").removeprefix("www.")


def _literal(host: str) -> str:
    """The address that `host` spells, in any of the ways that dialling understands; "" when it is a name."""
    if ":" in host:
        return host
    try:
        return socket.inet_ntoa(socket.inet_aton(host)) if re.fullmatch(r"[0-9a-fx.]+", host) else ""
    except OSError:
        return ""


def _line(text: str, limit: int) -> str:
    return " ".join(text.split())[:limit].rstrip()
