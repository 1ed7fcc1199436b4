"""When an alert is raised, and what becomes of a message after each attempt to send it.

Pure: `now` is an argument, nothing is read or written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from warehouse.records import Again, Finding, Message, MessageState, PastAlert

# After the n-th failed attempt the n-th wait, later the last one.
WAITS = (
    timedelta(minutes=1),
    timedelta(minutes=5),
    timedelta(minutes=15),
    timedelta(minutes=60),
    timedelta(hours=4),
    timedelta(hours=24),
)

# The waits between so many attempts add up to 7.2 days. Attempts are counted rather than days, so that
# a machine that slept for a week still gets all its attempts.
MOST_ATTEMPTS = 13

Silence = Literal["muted", "snoozed"]
# Unheard: the voices that carry it are muted, and without them it would not have been found.
Decision = Literal["alert", "cooldown", "unheard"] | Silence


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What the user decides about alerts; lengths are in characters.

    `cooldown` has the days of those kinds for which they are not `cooldown_days`. `escalation` is how many times the
    publishers tell of a theme once more while it cools down; 0 never does.
    """

    cooldown_days: int = 7
    cooldown: Mapping[str, int] = field(default_factory=dict)
    escalation: float = 3.0
    per_message: int = 10
    quotes: int = 3
    quote_chars: int = 400
    on_ambiguous: Literal["resend", "hold"] = "resend"

    def cools_down(self, kind: str) -> timedelta:
        """For how long one alert of a kind keeps the next one on the same theme quiet."""
        return timedelta(days=self.cooldown.get(kind, self.cooldown_days))

    @property
    def longest_cooldown(self) -> timedelta:
        """How far back an alert may lie that keeps another one quiet."""
        return timedelta(days=max([self.cooldown_days, *self.cooldown.values()]))


@dataclass(frozen=True, slots=True)
class SendResult:
    """How one attempt to send one message ended; `detail` is one sentence for a person and holds no secret.

    `unclear` means that the far side had the whole message and never said whether it took it.
    """

    result: Literal["sent", "retry", "undeliverable", "unclear"]
    reason: str = ""  # "" when sent, else one word: smtp_busy, smtp_tls, slack_rate_limited, …
    detail: str = ""
    retry_after: float | None = None  # seconds, as the far side asked for


def decide(
    findings: Sequence[Finding],
    past_alerts: Sequence[PastAlert],
    rules: AlertRules,
    now: datetime,
    silenced: Mapping[str, Silence] = MappingProxyType({}),
) -> list[tuple[Finding, Decision]]:
    """Say of each finding, in order, whether it is alerted, still cooling down, or of a theme that is silenced.

    `silenced` are themes of which nobody wants to hear now. Two findings about one thing in the same call make one
    alert. What is alerted although it cools down says so, in `Finding.again`.
    """
    told: set[tuple[str, str, str]] = set()
    decided: list[tuple[Finding, Decision]] = []
    for finding in findings:
        about = (finding.kind, finding.theme_id, finding.bloc)
        silencing = silenced_by(finding, past_alerts, rules, now)
        again = grown(finding, past_alerts, rules, now)
        if finding.theme_id in silenced:
            decided.append((finding, silenced[finding.theme_id]))
        elif about in told or (silencing and not again):
            decided.append((finding, "cooldown"))
        else:
            told.add(about)
            decided.append((replace(finding, again=again) if silencing else finding, "alert"))
    return decided


def silenced_by(
    finding: Finding, past_alerts: Sequence[PastAlert], rules: AlertRules, now: datetime
) -> PastAlert | None:
    """The latest alert about the same that is as young as the cooldown; None where none is."""
    about = (finding.kind, finding.theme_id, finding.bloc)
    same = [past for past in _cooling(past_alerts, rules, now) if (past.kind, past.theme_id, past.bloc) == about]
    return max(same, key=lambda past: past.at, default=None)


def grown(finding: Finding, past_alerts: Sequence[PastAlert], rules: AlertRules, now: datetime) -> Again | None:
    """Why the finding is told although its theme cools down; None where it is not.

    So many times the publishers of any alert on the theme in the cooldown, or a bloc that is in none of them. Once:
    not after an alert that was such a one itself.
    """
    silencing = silenced_by(finding, past_alerts, rules, now)
    told = [past for past in _cooling(past_alerts, rules, now) if past.theme_id == finding.theme_id]
    if not silencing or not rules.escalation or any(past.again for past in told):
        return None
    new_blocs = set(finding.blocs).difference(*(past.blocs for past in told))
    most = max(past.publishers for past in told)
    if not new_blocs and len(finding.publishers) < rules.escalation * most:
        return None
    return Again(silencing.id, silencing.at, silencing.publishers, tuple(sorted(new_blocs)))


def _cooling(past_alerts: Sequence[PastAlert], rules: AlertRules, now: datetime) -> list[PastAlert]:
    # A distance on both sides: an alert dated far ahead, by a clock since put right, silences nothing.
    return [past for past in past_alerts if abs(now - past.at) < rules.cools_down(past.kind)]


def backoff(attempts: int) -> timedelta:
    """How long to wait after so many attempts (1 or more), all of which failed."""
    return WAITS[min(max(attempts, 1), len(WAITS)) - 1]


def after_delivery(
    message: Message, result: SendResult, rules: AlertRules, now: datetime
) -> tuple[MessageState, datetime | None]:
    """The message's next state, and when to try again (None unless it is pending).

    `message.attempts` counts the attempt that `result` tells of.
    """
    if result.result == "sent":
        return MessageState.SENT, None
    if result.result == "undeliverable":
        return MessageState.UNDELIVERABLE, None
    unclear = result.result == "unclear"
    if unclear and rules.on_ambiguous == "hold":
        return MessageState.HELD, None
    if message.attempts >= MOST_ATTEMPTS:
        # What may have arrived is not called undeliverable.
        return (MessageState.HELD if unclear else MessageState.UNDELIVERABLE), None
    asked = timedelta(seconds=min(max(result.retry_after or 0.0, 0.0), WAITS[-1].total_seconds()))
    return MessageState.PENDING, now + max(backoff(message.attempts), asked)


def after_crash(message: Message, rules: AlertRules) -> MessageState:
    """The state of a message that was found half sent: the machine died between claim and mark.

    Raises ValueError for a message in any other state.
    """
    if message.state is not MessageState.SENDING:
        raise ValueError(f"message {message.id} is {message.state}, not {MessageState.SENDING}")
    return MessageState.HELD if rules.on_ambiguous == "hold" else MessageState.PENDING
