"""Why a finding is alerted or not, in a sentence: the words for what `alerts.rules` decides. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from alerts.rules import AlertRules, Silence, silenced_by
from warehouse.records import Finding, PastAlert, Voice

Until = tuple[Silence, datetime | None]  # which way a theme is silent, and when that ends by itself

KINDS = {
    "first_seen": "new theme",
    "surge": "surge",
    "candidate": "candidate",
    "new_voice": "new voice",
    "turn": "turn",
}
SHORT = 8  # letters of an id that name an alert well enough


@dataclass(frozen=True, slots=True)
class Known:
    """What a decision was made by: earlier alerts, themes that are silent, and voices that are muted."""

    past: Sequence[PastAlert]
    silences: Mapping[str, Until]
    muted: Sequence[tuple[Voice, datetime | None]]


def reason(finding: Finding, decision: str, known: Known, rules: AlertRules, now: datetime) -> str:
    """Why that was decided about a finding at `now`."""
    if decision == "cooldown":
        return cooling(silenced_by(finding, known.past, rules, now), rules)
    if decision in ("muted", "snoozed"):
        return silent(finding.theme_id, known.silences)
    if decision == "unheard":
        return f"voices that are muted carry it: {', '.join(listed(known.muted)) or 'they are muted no longer'}"
    if finding.again:
        return f"once more, {more(finding)}: the theme cools down since alert {str(finding.again.alert_id)[:SHORT]}"
    return "nothing speaks against it"


def cooling(past: PastAlert | None, rules: AlertRules) -> str:
    """Since when and until when something cools down."""
    if past is None:
        return "it cooled down, after an alert that was retracted since, or by other settings"
    length = rules.cools_down(past.kind)
    return (
        f"it cools down: alert {str(past.id)[:SHORT]} told of it on {at(past.at)} "
        f"({KINDS.get(past.kind, past.kind)}), and {length.days} days have to pass, until {at(past.at + length)}"
    )


def silent(theme_id: str, silences: Mapping[str, Until]) -> str:
    """Which way a theme is silent, and until when."""
    if theme_id not in silences:
        return "somebody had muted or snoozed it"
    way, until = silences[theme_id]
    return f"it is {way}{f' until {at(until)}' if until else ' until it is unmuted'}"


def listed(voices: Iterable[tuple[Voice, datetime | None]]) -> list[str]:
    """Voices that are muted, each with when that ends."""
    return [f"{voice}{f' until {at(until)}' if until else ''}" for voice, until in voices]


def more(finding: Finding) -> str:
    """What has changed since the alert before."""
    again = finding.again
    if again and again.new_blocs:
        return f"for {', '.join(again.new_blocs)} had not spoken of it"
    return f"for {len(finding.publishers)} publishers speak of it" + (
        f", and {again.publishers} did then" if again else ""
    )


def at(moment: datetime) -> str:
    """A moment as a sentence names it."""
    return f"{moment:%Y-%m-%d %H:%M} UTC"
