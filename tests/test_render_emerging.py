"""What an alert says of a theme that nobody configured."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from alerts import render, views
from alerts.rules import AlertRules
from builders import DAY, NOW, make_alert
from gathered import ID, SAID, make_border_candidate, make_emerging_alert
from messages import ENVELOPE, Page, part, slack_texts
from warehouse.records import Base

RULES = AlertRules()


def told(channel: str) -> str:
    alert = make_emerging_alert()
    if channel == "slack":
        posted = json.loads(render.slack([alert], ENVELOPE, RULES).body)
        return " ".join(" ".join(text["text"].split()) for text in slack_texts(posted))
    body = render.email([alert], ENVELOPE, RULES).body
    return Page(part(body, "html")).text() if channel == "html" else " ".join(part(body, "plain").split())


@pytest.mark.parametrize("channel", ["plain", "html", "slack"])
def test_it_says_it_all(channel: str) -> None:
    """Read alone it says what is new, who says so, how sure Amur is and why, how new it is, and what to do."""
    found = told(channel)
    for said in (
        "Possible new theme",
        "Mongolia · transit fee · coal wagons",
        "which none of your 19 themes covers",
        "It is a candidate: nobody has decided yet what it is.",
        *(sentence for sentence, _ in SAID),
        "Steppe Review · central-asia · Russian · 28 Feb 2026",
        "Fairly sure that it is one theme, and a new one: 0.71",
        "5 stories (6 articles, copies counted once) from 4 publishers within 10 days",
        "3 blocs: central-asia, china-state, independent; in English, Russian, Chinese.",
        "None of your 19 themes explains these passages. The nearest is “Power of siberia” (power-of-siberia)",
        "likeness 0.34",
        "First seen on 21 Feb 2026; 5 stories had it 9 days later.",
        "1,312 other relevant articles that Amur has read since 14 Aug 2025",
        f"amur candidates show {ID}",
        f"amur candidates promote {ID}",
        f"amur candidates merge {ID} power-of-siberia",
        f"amur candidates dismiss {ID}",
        "amur alerts mute ",
    ):
        assert said in found


def test_headings_are_in_order() -> None:
    """In a letter and in Slack the quotations come first, then what they rest on, then what to do."""
    headings = ("Who says so", "How sure Amur is", "How new", "What to do")
    for channel in ("plain", "html", "slack"):
        found = told(channel)
        places = [found.index(heading) for heading in headings]
        assert places == sorted(places)


def test_the_subject_calls_it_possible() -> None:
    """A subject line does not promise more than a candidate is."""
    subject = render.email([make_emerging_alert()], ENVELOPE, RULES).subject
    assert subject == "Amur: possible new theme – Mongolia · transit fee · coal wagons (4 publishers)"
    two = render.email([make_emerging_alert(), make_alert("ice")], ENVELOPE, RULES).subject
    assert two.startswith("Amur: 1 possible new theme, 1 new theme – Mongolia")


@pytest.mark.parametrize(
    ("candidate", "says"),
    [
        ({"confidence": 0.93}, "Very sure that it is one theme, and a new one: 0.93"),
        ({"confidence": 0.45}, "Not very sure that it is one theme, and a new one: 0.45"),
        ({"confidence": 0.0}, "Unsure that it is one theme, and a new one: 0.00"),
        ({"nearest": ""}, "None of your 19 themes explains these passages, and none is near."),
        ({"first_at": NOW}, "First seen on 2 Mar 2026."),
        (
            {"expected": 0.43},
            "no more than before, 0.4 stories would have been expected in these days; there were 5.",
        ),
        ({"expected": 0.01}, "fewer than 0.1 stories would have been expected"),
        ({"expected": None}, "Nothing like it had gathered among them before."),
        ({"languages": ("de", "")}, "in de."),
    ],
)
def test_it_is_said_with_care(candidate: dict[str, object], says: str) -> None:
    """Doubt is said in words, and what is not there is not named."""
    alert = make_emerging_alert(candidate=make_border_candidate(**candidate))
    assert says in "\n".join(views.view(alert, RULES).newness)


def test_without_a_nearest_theme_the_analyst_names_one() -> None:
    """The command that merges needs a theme: where none is near, the reader puts in one."""
    for far in ({"nearest": ""}, {"likeness": 0.06}):
        alert = make_emerging_alert(candidate=make_border_candidate(**far))
        lines = [command.line for command in views.view(alert, RULES).commands]
        assert f"amur candidates merge {ID} THEME" in lines


def test_a_small_base_is_admitted() -> None:
    """Where there is little to be new against, the alert says so."""
    assert "would tell better" not in render.text(make_emerging_alert(), RULES)
    found = render.text(make_emerging_alert(base=Base(19, 1, "")), RULES)
    assert "1 other relevant article that Amur has read since" in found
    assert "200 or more would tell better." in found


def test_a_candidate_that_is_lost() -> None:
    """An alert whose candidate is gone is still told, and keeps no other from it."""
    assert "Possible new theme" in render.text(replace(make_emerging_alert(), candidate=None), RULES)


def test_told_later_it_says_the_same() -> None:
    """What is said follows from the alert alone."""
    alert, later = make_emerging_alert(), replace(ENVELOPE, at=NOW + 3 * DAY)
    assert part(render.email([alert], later, RULES).body, "plain") == part(
        render.email([alert], ENVELOPE, RULES).body, "plain"
    )


def test_slack_takes_the_longest() -> None:
    """Sixty publishers with long names leave room for what to do."""
    many = tuple(f"{'The very long name of a publishing house':<50} {n}" for n in range(60))
    posted = json.loads(render.slack([make_emerging_alert(publishers=many)], ENVELOPE, RULES).body)
    texts = [text["text"] for text in slack_texts(posted)]
    assert any("amur candidates dismiss" in text for text in texts)
    assert any("None of your 19 themes" in text for text in texts)
    assert max(map(len, texts)) <= 3000
