"""What to do about an alert: the commands to type, for every channel alike. Not yet escaped."""

from __future__ import annotations

import re
import shlex
from dataclasses import dataclass

from alerts.words import LABEL, clean, http_link, short
from warehouse.records import Alert

SQL = (
    "SELECT dated_at, publisher, bloc, score, title, url FROM article_themes"
    " WHERE theme_id = '{theme}' ORDER BY dated_at DESC LIMIT 20"
)


NEAR = 0.3  # from which likeness on a theme is worth a thought


@dataclass(frozen=True, slots=True)
class Command:
    """Something to do about an alert: what for, and the line to type."""

    purpose: str
    line: str


def commands(alert: Alert) -> tuple[Command, ...]:
    """What may be done about the alert, the likeliest first."""
    return _on_candidate(alert) if alert.candidate else _on_theme(alert)


def _on_theme(alert: Alert) -> tuple[Command, ...]:
    url = next((q.url for q in alert.quotes if http_link(q.url)), "")
    explain = (Command("Why an article scored what it scored", f"amur explain {shlex.quote(url)}"),) if url else ()
    statement = SQL.format(theme=clean(alert.theme_id, LABEL).replace("'", "''"))
    return (
        Command("All articles on the theme", f"amur sql {_double_quoted(statement)}"),
        *explain,
        Command("This alert again", f"amur alerts preview {short(alert.id)}"),
        Command("Seen to it", f"amur alerts ack {short(alert.id)}"),
        Command("No more alerts on the theme", f"amur alerts mute {short(alert.id)}"),
        Command("The alert is wrong: take it back", f"amur alerts retract {short(alert.id)}"),
    )


def _on_candidate(alert: Alert) -> tuple[Command, ...]:
    name = shlex.quote(clean(alert.theme_id, LABEL))
    nearest = alert.candidate.nearest if alert.candidate and alert.candidate.likeness >= NEAR else ""
    merge = f"amur candidates merge {name} {shlex.quote(clean(nearest, LABEL)) if nearest else 'THEME'}"
    return (
        Command("See all that gathered, and where", f"amur candidates show {name}"),
        Command("Make it one of your themes", f"amur candidates promote {name}"),
        Command(f"Teach it to a theme that you have{', here the nearest' * bool(nearest)}", merge),
        Command("Drop it for good", f"amur candidates dismiss {name}"),
        Command("Seen, and to be decided later", f"amur alerts ack {short(alert.id)}"),
        Command("No more messages about it meanwhile", f"amur alerts mute {short(alert.id)}"),
    )


def _double_quoted(text: str) -> str:
    """The text as one word for a shell; easier to read than `shlex.quote` where single quotes are inside."""
    return '"' + re.sub(r'([\\"$`])', r"\\\1", text) + '"'
