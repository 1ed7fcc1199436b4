"""Alerts become messages: e-mail, Slack, and text for a terminal, all from the same records.

The only file that uses Jinja2. Nothing here sends, and nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from alerts import blocks, quiet, views, words
from alerts.letter import Envelope, Rendered, RenderError, compose, header_value, image_id, message_id
from alerts.rules import AlertRules
from warehouse.records import Alert, Quiet, TakenBack

__all__ = [
    "Envelope",
    "RenderError",
    "Rendered",
    "correction_email",
    "correction_slack",
    "email",
    "message_id",
    "quiet_email",
    "quiet_slack",
    "slack",
    "text",
    "trial_email",
    "trial_slack",
]

TRIAL_SUBJECT = "Amur: test message"


def email(alerts: Sequence[Alert], envelope: Envelope, rules: AlertRules) -> Rendered:
    """One e-mail about one alert or more: text and HTML, with a chart beside each theme.

    At most `rules.per_message` alerts are told in full; the themes of the others are named. Raises
    RenderError for a bad address, or when a header appears that we did not write; ValueError without alerts.
    """
    from alerts.chart import theme_chart  # matplotlib is slow to import, and Slack does without

    told, rest = _split(alerts, rules)
    cids = [image_id(envelope, f"chart-{n}") for n in range(1, len(told) + 1)]
    values = {
        "views": [views.view(alert, rules) for alert in told],
        "cids": cids,
        "more": words.more(alert.label for alert in rest) if rest else "",
        "pause": _pause(alerts, rules),
    }
    charts = [theme_chart(words.clean(a.label, words.LABEL), a.series, a.window_days) for a in told]
    return _letter("alerts", words.subject(alerts), envelope, values, dict(zip(cids, charts, strict=True)))


def slack(alerts: Sequence[Alert], envelope: Envelope, rules: AlertRules) -> Rendered:
    """One Slack message about one alert or more, as JSON for a webhook.

    Fewer quotes and fewer alerts than the rules allow are shown where Slack's limits demand it. Raises
    ValueError without alerts.
    """
    _split(alerts, rules)
    identity, subject = message_id(envelope), header_value(words.subject(alerts))
    body = blocks.payload([views.view(alert, rules) for alert in alerts], rules, subject, identity)
    return Rendered(identity, subject, body)


def text(alert: Alert, rules: AlertRules) -> str:
    """One alert as plain text, as the text part of the e-mail shows it."""
    return _template("alert.txt").render(view=views.view(alert, rules))


def trial_email(envelope: Envelope) -> Rendered:
    """A short e-mail that only shows that mail arrives."""
    return _letter("trial", TRIAL_SUBJECT, envelope, {}, {})


def trial_slack(envelope: Envelope) -> Rendered:
    """A short Slack message that only shows that messages arrive."""
    identity = message_id(envelope)
    lines = _template("trial.txt").render(envelope=envelope).strip().splitlines()
    return Rendered(
        identity, TRIAL_SUBJECT, blocks.plain_payload([line for line in lines if line], TRIAL_SUBJECT, identity)
    )


def correction_email(alerts: Sequence[TakenBack], envelope: Envelope, answers: str) -> Rendered:
    """A short e-mail that takes alerts back, in the conversation of the message `answers` that told of them."""
    values: dict[str, object] = {"views": [words.taken_back(alert) for alert in alerts]}
    return _letter("correction", words.correction_subject(alerts), envelope, values, {}, answers)


def correction_slack(alerts: Sequence[TakenBack], envelope: Envelope) -> Rendered:
    """A short Slack message that takes alerts back; a webhook cannot answer an earlier message."""
    identity, subject = message_id(envelope), header_value(words.correction_subject(alerts))
    lines = [line for alert in alerts for line in words.taken_back(alert)]
    return Rendered(identity, subject, blocks.plain_payload(lines, subject, identity, "amur_correction"))


def quiet_email(facts: Quiet, envelope: Envelope) -> Rendered:
    """A short e-mail that says that there is nothing to tell."""
    return _letter("notice", quiet.subject(facts), envelope, {"paragraphs": quiet.paragraphs(facts)}, {})


def quiet_slack(facts: Quiet, envelope: Envelope) -> Rendered:
    """A short Slack message that says that there is nothing to tell."""
    identity, subject = message_id(envelope), header_value(quiet.subject(facts))
    return Rendered(
        identity, subject, blocks.plain_payload(quiet.paragraphs(facts), subject, identity, "amur_heartbeat")
    )


def _split(alerts: Sequence[Alert], rules: AlertRules) -> tuple[Sequence[Alert], Sequence[Alert]]:
    if not alerts:
        raise ValueError("a message needs an alert")
    most = max(rules.per_message, 1)
    return alerts[:most], alerts[most:]


def _pause(alerts: Sequence[Alert], rules: AlertRules) -> str:
    """How long the themes of all these alerts cool down; "" where that differs, or none does."""
    lengths = {rules.cools_down(alert.kind).days for alert in alerts}
    days = lengths.pop() if len(lengths) == 1 else 0
    return words.count(days, "day", "days") if days else ""


def _letter(
    name: str,
    subject: str,
    envelope: Envelope,
    values: dict[str, object],
    images: dict[str, bytes],
    answers: str = "",
) -> Rendered:
    values = {**values, "subject": header_value(subject), "envelope": envelope}
    plain, page = (_template(f"{name}.{kind}").render(values) for kind in ("txt", "html"))
    return compose(envelope, subject, plain, page, images, answers)


@cache
def _environment() -> Environment:
    environment = Environment(
        loader=PackageLoader("alerts"),
        autoescape=select_autoescape(("html",), default_for_string=True, default=False),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters["link"] = words.http_link
    return environment


def _template(name: str) -> Template:
    return _environment().get_template(name)
