"""What an alert says of a theme that surges."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import render, views, words
from alerts.rules import AlertRules
from builders import DAY, NOW, make_alert, make_loud_alert, make_series, make_surge
from messages import ENVELOPE, Page, part, slack_texts

RULES = AlertRules()


def said(**changes: object) -> str:
    return "\n".join(views.view(make_loud_alert(**changes), RULES).newness)


def test_it_says_what_was_counted_and_what_was_expected() -> None:
    """The day, the publishers, the expectation and its baseline, and how unlikely that is."""
    text = said()
    assert "On 2 Mar 2026, until 12:00 UTC: 9 publishers, where 1.8 were expected from the 28 days before." in text
    assert "Chance of so many without a change: 1 in 4,100." in text
    assert "They are House 1, House 2," in text
    assert "3 stories (4 articles, copies counted once)" in text
    assert "not seen" not in text
    assert "could be heard" not in text


@pytest.mark.parametrize(
    ("surge", "words"),
    [
        ({"expected": 0.02}, "where fewer than 0.1 were expected"),
        ({"p_value": 1e-12}, "less than 1 in a million"),
        ({"p_value": 0.0019}, "1 in 530."),
        ({"exposure": 0.6}, "Only 60% of its usual voices could be heard; the rest is left out on both sides."),
        ({"last_day": (NOW - DAY).date()}, "On 1 Mar 2026: 9 publishers"),
    ],
)
def test_figures_are_said_with_care(surge: dict[str, object], words: str) -> None:
    """Small expectations and tiny chances are bounds; a day that is over has no hour; unheard voices are owned to."""
    assert words in said(surge=make_surge(**surge))


def test_a_window_of_days_is_said_to_be_one() -> None:
    """A surge of several days says from when to when."""
    assert said(window_days=3).startswith("From 28 Feb 2026 to 2 Mar 2026, until 12:00 UTC: 9 publishers")


def test_the_chart_ends_with_the_window() -> None:
    """The chart in words counts the window's days and those before it."""
    view = views.view(make_loud_alert(series=make_series(2, 1, 11)), RULES)
    assert view.chart == "Stories per day over 60 days: 11 on the last day, 3 before."


def test_every_channel_says_it() -> None:
    """Mail and Slack name the surge in subject and heading, with the same figures."""
    alert = make_loud_alert()
    mail, post = render.email([alert], ENVELOPE, RULES), render.slack([alert], ENVELOPE, RULES)
    assert mail.subject == "Amur: surge – Power of siberia (9 publishers)"
    plain, page = part(mail.body, "plain"), Page(part(mail.body, "html")).text()
    posted = " ".join(text["text"] for text in slack_texts(json.loads(post.body)))
    assert "How much louder" in plain
    assert "Surge · on 2 Mar 2026" in page
    assert "First seen" not in plain + page + posted
    for shown in (plain, page, posted):
        assert "9 publishers, where 1.8 were expected from the 28 days before" in " ".join(shown.split())


def test_a_message_counts_its_kinds() -> None:
    """New themes and surges in one message are counted apart in its subject."""
    alerts = [make_alert("oil"), make_loud_alert(theme_id="grain", label="Grain"), make_alert("ice")]
    assert words.subject(alerts) == "Amur: 2 new themes, 1 surge – Oil; Grain; Ice"


def test_a_surge_told_later_speaks_of_its_own_day() -> None:
    """What is said follows from the alert alone: told days later it is the same."""
    alert = make_loud_alert()
    later = replace(ENVELOPE, at=NOW + timedelta(days=3))
    assert part(render.email([alert], later, RULES).body, "plain") == part(
        render.email([alert], ENVELOPE, RULES).body, "plain"
    )
