"""A theme that is told once more: that it is, what has changed since, and how it stands now."""

from __future__ import annotations

import json

import pytest

from alerts import render, views, words
from alerts.rules import AlertRules
from builders import DAY, NOW, key, make_alert, make_loud_alert
from messages import ENVELOPE, part
from warehouse.records import Again, Alert

RULES = AlertRules()
AGAIN = Again(key("alert/before"), NOW - 3 * DAY, 2, ())
JOINED = Again(key("alert/before"), NOW - 3 * DAY, 2, ("china-state", "russia-exile"))


def said(alert: Alert) -> str:
    return " ".join(render.text(alert, RULES).split())


def test_what_has_changed_is_said_first() -> None:
    """When it was told before, with how many, how many they are now, and who has joined in."""
    text = said(make_alert(again=JOINED))
    assert text.startswith("New theme grows: Power of siberia Told before, on 27 Feb 2026.")
    assert "2 blocs that had not spoken of it before do now: china-state, russia-exile." in text
    assert "In the last 7 days 3 publishers spoke of it, where 2 publishers had when you were told." in text
    assert f"The alert before: amur alerts preview {str(AGAIN.alert_id)[:8]}" in text
    assert "Baseline" not in text


def test_more_publishers_alone() -> None:
    """Where no bloc is new, none is spoken of; a surge keeps its figures."""
    text = said(make_loud_alert(again=AGAIN))
    assert text.startswith("Surge grows: ")
    assert "bloc that had not" not in text
    assert "How much louder" in text
    assert "Chance of so many without a change" in text


def test_the_subject_says_so() -> None:
    """Alone in a message by its kind; beside others it is one of its kind."""
    grown = make_alert(again=AGAIN)
    assert words.subject([grown]) == "Amur: new theme grows – Power of siberia (3 publishers)"
    assert words.subject([grown, make_loud_alert()]).startswith("Amur: 1 new theme, 1 surge – ")


def test_in_every_channel() -> None:
    """Mail, as text and HTML, and Slack say the same."""
    alert = make_alert(again=JOINED)
    sentence = views.view(alert, RULES).sections[0].sentences[0]
    mail = render.email([alert], ENVELOPE, RULES).body
    for kind in ("plain", "html"):
        assert sentence in " ".join(part(mail, kind).split())
    slack = json.loads(render.slack([alert], ENVELOPE, RULES).body)
    assert any(sentence in json.dumps(block, ensure_ascii=False) for block in slack["blocks"])


@pytest.mark.parametrize(
    ("rules", "pause"),
    [
        (RULES, "which tells of one theme at most once in 7 days"),
        (AlertRules(cooldown={"first_seen": 14}), "which tells of one theme at most once in 14 days"),
        (AlertRules(cooldown_days=0), ""),
    ],
)
def test_how_long_a_theme_cools_down(rules: AlertRules, pause: str) -> None:
    """The message says what holds for the kind of alert that it tells of."""
    text = " ".join(part(render.email([make_alert()], ENVELOPE, rules).body, "plain").split())
    assert ("which tells of one theme" in text) is bool(pause)
    assert pause in text
