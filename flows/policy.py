"""What amur.toml says of who is told what, and when: its words become rules, and what leads nowhere is named."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from datetime import time
from email.utils import parseaddr
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo, available_timezones

from alerts.hours import WEEKDAYS, QuietHours, Timetable
from alerts.routing import Route, TellRules
from flows.complaints import nearest

if TYPE_CHECKING:
    from flows.sections import AmurFile, RouteSection

QUIET = '"" for none, or from when to when, such as "22:00-07:00"'
WHEN = '"at once", "daily 08:00" or "weekly mon 08:00"'
ZONE = 'a time zone of the IANA, such as "Europe/Berlin"'
AT_ONCE = "at once"

_CLOCK = r"([01]?\d|2[0-3]):([0-5]\d)"


# --- words to values; each raises ValueError for what it cannot read ----------------------------------------


def parse_quiet(text: object) -> QuietHours | None:
    """The quiet hours of "22:00-07:00"; None for ""."""
    if text == "":
        return None
    found = re.fullmatch(rf"{_CLOCK}\s*[-–]\s*{_CLOCK}", text.strip()) if isinstance(text, str) else None
    if not found:
        raise ValueError(f"{text!r} will not do: give {QUIET}")
    begins, ends = time(int(found[1]), int(found[2])), time(int(found[3]), int(found[4]))
    if begins == ends:
        raise ValueError(f"{text!r} would be quiet for ever: give {QUIET}")
    return QuietHours(begins, ends)


def parse_when(text: object) -> Timetable | None:
    """The timetable of "daily 08:00" or "weekly mon 08:00"; None for "at once"."""
    words = text.strip().lower() if isinstance(text, str) else ""
    if words == AT_ONCE:
        return None
    found = re.fullmatch(rf"(?:daily|weekly\s+({'|'.join(WEEKDAYS)}))\s+{_CLOCK}", words)
    if not found:
        raise ValueError(f"{text!r} will not do: give {WHEN}")
    return Timetable(time(int(found[2]), int(found[3])), WEEKDAYS.index(found[1]) if found[1] else None)


def parse_zone(text: object) -> ZoneInfo:
    """The time zone of that name."""
    name = text if isinstance(text, str) else ""
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:  # unknown, no name at all, or a folder of names
        meant = nearest(name, sorted(available_timezones()))
        advice = meant if meant.startswith("did you mean") else f"give {ZONE}"
        raise ValueError(f"{text!r} is no time zone: {advice}") from error


# --- routes -------------------------------------------------------------------------------------------------


def tell_rules(amur: AmurFile) -> TellRules:
    """Who is told what, and when."""
    routes = tuple(
        Route(to=mailbox(row.to), themes=tuple(row.themes), kinds=tuple(row.kinds), when=row.when) for row in amur.route
    )
    return TellRules(routes, amur.alerts.quiet, amur.alerts.time_zone)


def mailbox(text: str) -> str:
    """A mailbox as it is told from others, however it is spelt; anything else as it is."""
    return parseaddr(text)[1].lower() if "@" in text else text


def mistakes(amur: AmurFile, themes: Collection[str], folder: Path) -> Iterator[tuple[str, str]]:
    """Routes that lead to nobody, and themes in them that there are not: path and message."""
    known = _ends(amur, off=True)
    for number, row in enumerate(amur.route, 1):
        if row.to and mailbox(row.to) not in known:
            there = [end for end in known if end not in ("email", "slack") or end in _tables(amur)]
            whom = nearest(mailbox(row.to), there) if there else "no channel is there: fill in [email] or [slack]"
            yield f"route[{number}].to", f"{row.to!r} is nobody who is told of alerts; {whom}"
        for place, theme in enumerate(row.themes, 1):
            if themes and theme not in themes and theme not in _retired(folder):
                yield f"route[{number}].themes[{place}]", f"there is no theme {theme!r}; {nearest(theme, list(themes))}"


def warnings(amur: AmurFile, themes: Collection[str]) -> Iterator[str]:
    """Routes that are right and lead nowhere for now."""
    there = _ends(amur, off=False)
    for number, row in enumerate(amur.route, 1):
        name = f"amur.toml: route[{number}]"
        if row.to and mailbox(row.to) not in there:
            yield f"{name} leads to {row.to}, whose channel is switched off: those who are told get what it takes."
        gone = [theme for theme in row.themes if theme not in themes]
        if themes and gone:
            yield f"{name} is for {', '.join(gone)}, which is retired."
        yield from _late(amur, row, name)


def _late(amur: AmurFile, row: RouteSection, name: str) -> Iterator[str]:
    quiet = amur.alerts.quiet
    if quiet and row.when and quiet.hold(row.when.at):
        yield f"{name}: {row.when} lies in the quiet hours ({quiet}); what it gathers is sent at {quiet.ends:%H:%M}."


def _tables(amur: AmurFile) -> Sequence[str]:
    return [name for name in ("email", "slack") if getattr(amur, name)]


def _ends(amur: AmurFile, *, off: bool) -> list[str]:
    """Where a route can end: channels and those who are told there; with `off`, also what is switched off."""
    email, slack = amur.email, amur.slack
    ends = ["email", *map(mailbox, email.recipients)] if email and (off or email.enabled) else []
    return ends + (["slack", slack.name] if slack and (off or slack.enabled) else [])


def _retired(folder: Path) -> set[str]:
    """Themes that were taken out of use, as far as anybody kept them."""
    from flows.themefile import RETIRED  # whoever asks for the data folder alone does without themes

    with suppress(OSError, ValueError):
        rows = tomllib.loads((folder / RETIRED).read_text(encoding="utf-8-sig")).get("theme", [])
        return {str(row.get("id")) for row in rows if isinstance(row, dict)}
    return set()
