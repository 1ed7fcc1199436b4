"""What an alert says, in words, for every channel alike: cleaned, cut and in order, but not yet escaped."""

from __future__ import annotations

import re
import unicodedata
import uuid
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date, datetime
from urllib.parse import urlsplit

from warehouse.records import Alert, TakenBack

# Longest texts, in characters; the length of quotes is the user's.
LABEL, TITLE, DEFINITION, NAME, SUBJECT, LINK, STATEMENT = 120, 200, 600, 60, 140, 2048, 160
NAMES = 12  # of publishers or blocs, before "and N more"

# strftime's follow the locale.
MONTHS = ("Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec")
KINDS = {
    "first_seen": ("new theme", "new themes"),
    "surge": ("surge", "surges"),
    "candidate": ("possible new theme", "possible new themes"),
    "new_voice": ("new voice", "new voices"),
    "turn": ("turn", "turns"),
}
LANGUAGES = {"en": "English", "ru": "Russian", "zh": "Chinese"}
JOINERS = "\u200c\u200d"  # the invisible characters that scripts and emoji need


def clean(text: str, limit: int) -> str:
    """One line of at most `limit` characters without control, direction and other invisible characters."""
    return cut(" ".join("".join(map(_shown, text)).split()), limit)


def _shown(character: str) -> str:
    category = unicodedata.category(character)
    if category in {"Cc", "Zl", "Zp"}:
        return " "
    if category == "Cs":
        return "\ufffd"
    return "" if category == "Cf" and character not in JOINERS else character


def cut(text: str, limit: int) -> str:
    """The text, or as much of its beginning as fits into `limit` characters together with an ellipsis."""
    if len(text) <= limit:
        return text
    head = text[: max(limit - 1, 0)]
    words = head.rpartition(" ")[0]
    # Chinese has no spaces: only a word that is a small part of the whole is left out entirely.
    return (words if len(words) > 0.8 * limit else head).rstrip() + "…"


def http_link(url: str) -> str:
    """The address if it is one of the web and can stand in a link, else ""."""
    if len(url) > LINK or clean(url, LINK) != url or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        # A user name before the host is there to make a link look like another one.
        honest = parts.scheme in {"http", "https"} and bool(parts.hostname) and "@" not in parts.netloc
    except ValueError:
        return ""
    # What would end a link, an attribute or a quotation in one of the channels, or in a shell.
    return re.sub(r"[<>\"'`|\\^{}]", lambda found: f"%{ord(found[0]):02X}", url) if honest else ""


def day(moment: date | datetime) -> str:
    """A date as people write it: 3 Nov 2026."""
    return f"{moment.day} {MONTHS[moment.month - 1]} {moment.year}"


def count(number: int, one: str, many: str) -> str:
    """The number with its noun."""
    return f"{number:,} {one if number == 1 else many}"


def span(days: int) -> str:
    """So many days, in words."""
    return count(days, "day", "days")


def language_name(code: str) -> str:
    """What a language is called; one that we do not read by its code."""
    return LANGUAGES.get(code, clean(code, NAME))


def names(values: Iterable[str], most: int = NAMES) -> str:
    """Cleaned names with commas, the tail of a long list only counted."""
    shown = [clean(value, NAME) for value in values]
    rest = f" and {len(shown) - most} more" if len(shown) > most else ""
    return ", ".join(shown[:most]) + rest


def more(labels: Iterable[str]) -> str:
    """What stands in the place of the alerts that a message has no room for."""
    shown = [clean(label, LABEL) for label in labels]
    return f"+{len(shown)} more: {'; '.join(shown)}"


def kind_name(alert: Alert) -> str:
    """What an alert of this kind is called; one that tells once more says so."""
    one, _ = KINDS.get(alert.kind, ("theme", "themes"))
    return f"{one} grows" if alert.again else one


def subject(alerts: Sequence[Alert]) -> str:
    """The subject line, which names the themes; it may still hold what has a meaning in a header."""
    if len(alerts) > 1:
        kinds = Counter(alert.kind for alert in alerts)
        told = ", ".join(count(n, *KINDS.get(kind, ("theme", "themes"))) for kind, n in kinds.items())
        return cut(f"Amur: {told} – " + "; ".join(clean(a.label, 50) for a in alerts), SUBJECT)
    publishers = count(len(alerts[0].publishers), "publisher", "publishers")
    return f"Amur: {kind_name(alerts[0])} – {clean(alerts[0].label, 80)} ({publishers})"


def correction_subject(alerts: Sequence[TakenBack]) -> str:
    """The subject line of a message that takes alerts back."""
    return cut("Amur: taken back – " + "; ".join(clean(a.label, 80) for a in alerts), SUBJECT)


def taken_back(alert: TakenBack) -> tuple[str, ...]:
    """What is said of an alert that was retracted, sentence by sentence."""
    label, because = clean(alert.label, LABEL), clean(alert.because, DEFINITION)
    return (
        f"Please disregard the alert of {day(alert.created_at)} on “{label}”: it was wrong and is taken back.",
        *((f"Why: {because}",) if because else ()),
        f"The alert again: amur alerts preview {short(alert.alert_id)}",
    )


def short(alert_id: uuid.UUID) -> str:
    """As much of an alert's id as names it well enough in a command."""
    return str(alert_id)[:8]
