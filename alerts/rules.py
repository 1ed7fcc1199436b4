"""When an alert is raised, and what becomes of a message after each attempt to send it.

Pure: `now` is an argument, nothing is read or written.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from types import MappingProxyType
from typing import Literal

from warehouse.records import Finding, Message, MessageState

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
Decision = Literal["alert", "cooldown"] | Silence


@dataclass(frozen=True, slots=True)
class AlertRules:
    """What the user decides about alerts; lengths are in characters."""

    cooldown_days: int = 7
    per_message: int = 10
    quotes: int = 3
    quote_chars: int = 400
    on_ambiguous: Literal["resend", "hold"] = "resend"


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
    past_alerts: Sequence[tuple[str, str, datetime]],
    rules: AlertRules,
    now: datetime,
    silenced: Mapping[str, Silence] = MappingProxyType({}),
) -> list[tuple[Finding, Decision]]:
    """Say of each finding, in order, whether it is alerted, still cooling down, or of a theme that is silenced.

    `past_alerts` are (kind, theme id, created at) of earlier alerts, `silenced` are themes of which nobody wants to
    hear now. Two findings of one kind and theme in the same call make one alert.
    """
    cooldown = timedelta(days=rules.cooldown_days)
    # A distance on both sides: an alert dated far ahead, by a clock since put right, silences nothing.
    cooling = {(kind, theme) for kind, theme, at in past_alerts if abs(now - at) < cooldown}
    decided: list[tuple[Finding, Decision]] = []
    for finding in findings:
        if finding.theme_id in silenced:
            decided.append((finding, silenced[finding.theme_id]))
            continue
        about = (finding.kind, finding.theme_id)
        decided.append((finding, "cooldown" if about in cooling else "alert"))
        cooling.add(about)
    return decided


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
