"""What a feed that comes in is called, whose it is, and which lines of an OPML list come in at all. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from extractors.opml import Outline
from flows.checking import check
from flows.complaints import Complaint
from flows.feedlist import BLOCS, url_troubles
from flows.feednames import UNKNOWN, Register, Row, host_of, house, place, private, slug
from flows.secrets import Environment, names_in
from flows.sections import FeedRow

LONGEST_STANCE = 200


@dataclass(frozen=True, slots=True)
class Arrivals:
    """What an OPML list brings: feeds to add, how many of them were there already, and a sentence per bad line."""

    rows: tuple[Row, ...]
    known: int
    bad: tuple[str, ...]


def new_row(register: Register, url: str, title: str, host: str, given: Mapping[str, str | bool]) -> Row:
    """A feed as it is added: what is `given`, else what its house has in the list, else what its host suggests."""
    said = {key: value for key, value in given.items() if value != ""}
    sibling = register.sibling(host)
    publisher = said.get("publisher") or (sibling or {}).get("publisher") or house(host) or slug(title)
    same_house = register.of_publisher(str(publisher)) or {}
    proposed = {
        "name": register.free_name(title, host),
        "url": url,
        "publisher": publisher,
        "bloc": same_house.get("bloc", UNKNOWN),
    }
    return {**proposed, **said}


def mistakes(row: Row) -> list[Complaint]:
    """What is wrong with a new feed; each complaint's path is a key."""
    return check(FeedRow, row, "")[1]


def arrivals(
    outlines: Sequence[Outline],
    rows: Sequence[Row],
    environment: Environment,
    allow: Sequence[str],
    bloc: str = "",
    *,
    with_keys: bool = False,
) -> Arrivals:
    """What comes in of a list; `bloc` is that of feeds of which nothing better is known.

    Without `with_keys`, an address that names a key as ${NAME} is left out: whoever wrote the list could have any of
    them sent to a server of their own.
    """
    register = Register(rows)
    blocs = {*BLOCS, *(str(row.get("bloc", "")) for row in rows)}
    coming: list[Row] = []
    bad: list[str] = []
    known = 0
    for outline in outlines:
        trouble = _trouble(outline, environment, allow, with_keys=with_keys)
        if trouble:
            bad.append(f"line {outline.line}: {_called(outline)}{trouble}")
            continue
        if register.feed_at(outline.url):
            known += 1
            continue
        row = _row(outline, register, blocs, bloc)
        wrong = mistakes(row)
        if wrong:
            bad.append(f"line {outline.line}: {_called(outline)}its {wrong[0].path} {wrong[0].message}")
            continue
        register.add(row)
        coming.append(row)
    return Arrivals(tuple(coming), known, tuple(bad))


def _trouble(outline: Outline, environment: Environment, allow: Sequence[str], *, with_keys: bool) -> str:
    if not outline.url:
        return "has no address: give it an xmlUrl"
    names = names_in(outline.url)
    if names and not with_keys:
        return f"its address asks for your key ${{{names[0]}}}: if you trust this list with it, give --with-keys"
    enabled = outline.ours.get("enabled") != "false"
    for trouble in url_troubles(outline.url, environment, enabled=enabled):
        return f"its address {trouble}"
    if private(outline.url, allow):
        return f"its address is in a private network: if you mean it, add {place(outline.url)!r} to allow under [fetch]"
    return ""


def _called(outline: Outline) -> str:
    return f'"{outline.title}": ' if outline.title else ""


def _row(outline: Outline, register: Register, blocs: set[str], bloc: str) -> Row:
    """A folder that is a bloc's name says whose voice it is; any other one is a few words on where the feed stands."""
    ours = outline.ours
    folders = [folder for folder in outline.folders if folder not in blocs]
    in_bloc = next((folder for folder in reversed(outline.folders) if folder in blocs), "")
    stance = ours.get("stance", "") if ours else " / ".join(folders)[:LONGEST_STANCE]
    given: dict[str, str | bool] = {
        "publisher": ours.get("publisher", ""),
        "bloc": ours.get("bloc", "") or in_bloc,
        "stance": stance,
        "language": _language(outline.language),
        "evidence": ours.get("evidence", ""),
    }
    if ours.get("enabled") == "false":
        given["enabled"] = False
    host = host_of(outline.site) or host_of(outline.url)
    row = new_row(register, outline.url, outline.title or host, host, given)
    return {**row, "bloc": bloc} if bloc and row["bloc"] == UNKNOWN else row


def _language(code: str) -> str:
    """ "en" of "en-us"; "" for what is no code."""
    code = code.partition("-")[0].partition("_")[0]
    return code if len(code) == 2 and code.isascii() and code.isalpha() else ""  # noqa: PLR2004  ISO 639-1
