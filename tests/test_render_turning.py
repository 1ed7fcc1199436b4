"""What an alert says of a theme in a new voice, and of a voice that turns."""

from __future__ import annotations

import json

from alerts import render, views, words
from alerts.rules import AlertRules
from builders import make_alert
from messages import ENVELOPE, part, slack_texts
from warehouse.records import Alert, NewVoice, Turn

RULES = AlertRules()
CHINA = {"publishers": ("Xinhua", "Global Times"), "blocs": ("china-state",), "stories": 2, "articles": 3}
JOINED = make_alert(kind="new_voice", voice=NewVoice("china-state", 84, 0.12, 2.2e-5), **CHINA)
TURNED = make_alert(kind="turn", turn=Turn("china-state", 3, 4, 0, 9, 0.0004), **CHINA)


def said(alert: Alert) -> str:
    return " ".join(views.view(alert, RULES).newness)


def test_a_new_voice_says_against_what_it_is_new() -> None:
    """What the bloc told meanwhile, how often others spoke of the theme, and how unlikely its silence was."""
    text = said(JOINED)
    assert "In the last 7 days: 2 stories (3 articles, copies counted once) in china-state, from 2 publishers" in text
    assert "in which china-state told 84 stories about China and Russia and none on this theme." in text
    assert "Others spoke of it in 12% of theirs." in text
    assert "1 in 45,000" in text
    assert views.view(JOINED, RULES).when.startswith("First in the voice of china-state")


def test_a_turn_says_what_was_affirmed_before() -> None:
    """Denials now and before, with a warning that they are told by words."""
    text = said(TURNED)
    assert "Of 4 stories, 3 deny the point of the theme." in text
    assert "in which none of 9 did." in text
    assert "1 in 2,500" in text
    assert "read the quotes" in text


def test_every_channel_tells_them() -> None:
    """Mail and Slack name the kind in subject and text, with the same figures."""
    assert words.subject([JOINED, TURNED]).startswith("Amur: 1 new voice, 1 turn")
    for alert, figure in ((JOINED, "84 stories"), (TURNED, "none of 9")):
        mail, post = render.email([alert], ENVELOPE, RULES), render.slack([alert], ENVELOPE, RULES)
        posted = " ".join(text["text"] for text in slack_texts(json.loads(post.body)))
        for shown in (part(mail.body, "plain"), part(mail.body, "html"), posted):
            assert figure in " ".join(shown.split())
