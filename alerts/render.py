"""Alerts become messages: e-mail, Slack, and text for a terminal, all from the same records.

The only file that uses Jinja2. Nothing here sends, and nothing here reads a clock.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cache

from jinja2 import Environment, PackageLoader, StrictUndefined, Template, select_autoescape

from alerts import blocks, words
from alerts.letter import Envelope, Rendered, RenderError, compose, header_value, image_id, message_id
from alerts.rules import AlertRules
from warehouse.records import Alert

__all__ = ["Envelope", "RenderError", "Rendered", "email", "message_id", "slack", "text", "trial_email", "trial_slack"]

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
        "views": [words.view(alert, rules) for alert in told],
        "cids": cids,
        "more": words.more(alert.label for alert in rest) if rest else "",
        "pause": words.count(rules.cooldown_days, "day", "days") if rules.cooldown_days else "",
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
    views = [words.view(alert, rules) for alert in alerts]
    body = blocks.payload(views, rules, subject, identity)
    return Rendered(identity, subject, body)


def text(alert: Alert, rules: AlertRules) -> str:
    """One alert as plain text, as the text part of the e-mail shows it."""
    return _template("alert.txt").render(view=words.view(alert, rules))


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


def _split(alerts: Sequence[Alert], rules: AlertRules) -> tuple[Sequence[Alert], Sequence[Alert]]:
    if not alerts:
        raise ValueError("a message needs an alert")
    most = max(rules.per_message, 1)
    return alerts[:most], alerts[most:]


def _letter(
    name: str, subject: str, envelope: Envelope, values: dict[str, object], images: dict[str, bytes]
) -> Rendered:
    values = {**values, "subject": header_value(subject), "envelope": envelope}
    plain, page = (_template(f"{name}.{kind}").render(values) for kind in ("txt", "html"))
    return compose(envelope, subject, plain, page, images)


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
