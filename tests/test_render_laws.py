"""What holds of every message, whatever the feeds say."""

from __future__ import annotations

import html
import json
from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from alerts import render, words
from alerts.letter import HEADERS, compose
from alerts.rules import AlertRules
from builders import make_alert, make_quote, make_series
from gathered import make_border_candidate, make_emerging_alert
from messages import ENVELOPE, Page, parsed, part, slack_texts
from warehouse.records import Alert, Base

RULES = AlertRules()

# What feeds have in them when somebody wants something.
EVIL = [
    "=?utf-8?q?x=0ABcc:_e@x?=",
    "=?utf-8?b?eA0KQmNjOiBlQHg=?=",
    "a\r\nBcc: e@x.org\r\n\r\nbody",
    "a\nBcc: e@x.org",
    "a\x00\x0b\x0c\x85\u2028\u2029b",
    "\u202egnp.exe\u2066 \ud800",
    "<script>alert(1)</script><img src=x onerror=y>",
    "<!channel> <@U1> <http://evil.example|Bank> @here *x* `y` &amp;",
    "{{ 7*7 }}{% raw %}",
    "x" * 5000,
    "газ " * 2000,
    "天然气" * 900,
    "$x^2$ \\frac{",
    "",
]
TAGS = {"html", "head", "meta", "title", "body", "div", "table", "tr", "td", "p", "h1", "h2", "br", "a", "img", "code"}

# By position: hypothesis would print all of them into every failure.
evil = st.integers(0, len(EVIL) - 1).map(EVIL.__getitem__)
hostile = st.one_of(evil, st.text(max_size=120))


def hostile_alerts() -> st.SearchStrategy[list[Alert]]:
    quote = st.builds(
        make_quote,
        st.integers(1, 3),
        sentence=hostile,
        title=hostile,
        url=hostile,
        publisher=hostile,
        bloc=hostile,
        phrase=hostile,
    )
    alert = st.builds(
        make_alert,
        st.text(max_size=30),
        label=hostile,
        definition=hostile,
        publishers=st.lists(hostile, max_size=3).map(tuple),
        blocs=st.lists(hostile, max_size=3).map(tuple),
        quotes=st.lists(quote, max_size=4).map(tuple),
        series=st.booleans().map(lambda some: make_series(1, 0, 2) if some else ()),
    )
    candidate = st.builds(
        make_border_candidate,
        id=st.text(max_size=30),
        nearest=hostile,
        phrases=st.lists(hostile, max_size=3).map(tuple),
        languages=st.lists(hostile, max_size=3).map(tuple),
        confidence=st.floats(0, 1),
    )
    emerging = st.builds(
        make_emerging_alert,
        candidate=candidate,
        label=hostile,
        publishers=st.lists(hostile, max_size=3).map(tuple),
        quotes=st.lists(quote, max_size=4).map(tuple),
        base=st.builds(Base, st.integers(0, 99), st.integers(0, 9999), hostile),
    )
    return st.lists(st.one_of(alert, emerging), min_size=1, max_size=2)


@settings(max_examples=15, deadline=None)
@given(hostile_alerts(), hostile)
def test_no_header_is_added(alerts: list[Alert], name: str) -> None:
    """Nothing in an alert adds a header, ends the headers or puts a line break into one."""
    sender = f'"{words.clean(name, 60).translate(str.maketrans("", "", chr(34) + chr(92)))}" <amur@example.org>'
    rendered = render.email(alerts, replace(ENVELOPE, sender=sender), RULES)
    head = rendered.body.split(b"\r\n\r\n")[0].decode("ascii")
    names = [line.partition(":")[0] for line in head.split("\r\n") if not line.startswith((" ", "\t"))]
    assert sorted(names) == sorted(HEADERS)
    message = parsed(rendered.body)
    assert str(message["Subject"]).splitlines() == [str(message["Subject"])]
    assert str(message["To"]) == "desk@example.org"
    assert message["From"].addresses[0].addr_spec == "amur@example.org"


@settings(deadline=None)
@given(st.lists(hostile, max_size=4).map(" ".join))
def test_subject_comes_back(subject: str) -> None:
    """A reader sees the subject as it is stored, in whatever script and at whatever length."""
    rendered = compose(ENVELOPE, subject, "t", "<p>h</p>", {})
    assert str(parsed(rendered.body)["Subject"]) == rendered.subject


@settings(max_examples=15, deadline=None)
@given(hostile_alerts())
def test_html_is_ours(alerts: list[Alert]) -> None:
    """Nothing in an alert becomes markup, and every link and image is one that we made."""
    page = Page(part(render.email(alerts, ENVELOPE, RULES).body, "html"))
    assert page.tags <= TAGS
    assert all(link.startswith(("http://", "https://")) for link in page.links)
    assert all(image.startswith("cid:chart-") for image in page.images)


@settings(max_examples=15, deadline=None)
@given(st.text(min_size=1, max_size=300))
def test_quotes_stand_word_for_word(sentence: str) -> None:
    """A quote stands in both parts of the mail, in Slack and in the preview as it stands in the article."""
    alert = make_alert(quotes=(make_quote(sentence=sentence),), series=())
    # Line breaks and invisible characters are no words.
    shown = f"“{words.clean(sentence, 400)}”"
    body = render.email([alert], ENVELOPE, RULES).body
    assert shown in part(body, "plain")
    assert shown in Page(part(body, "html")).text()
    assert shown in render.text(alert, RULES)
    posted = slack_texts(json.loads(render.slack([alert], ENVELOPE, RULES).body))
    assert any(shown in html.unescape(text["text"]) for text in posted)


@settings(max_examples=30, deadline=None)
@given(hostile_alerts(), st.integers(1, 30), st.integers(1, 60), st.integers(1, 5000))
def test_slack_takes_it(alerts: list[Alert], times: int, quotes: int, quote_chars: int) -> None:
    """Whatever and however much there is to tell, the payload keeps Slack's limits and holds no foreign markup."""
    rules = AlertRules(per_message=20, quotes=quotes, quote_chars=quote_chars)
    payload = json.loads(render.slack(alerts * times, ENVELOPE, rules).body)
    assert 1 <= len(payload["blocks"]) <= 50
    assert len(json.dumps(payload["blocks"], ensure_ascii=False)) <= 12_000
    assert len(payload["text"]) <= 3000
    for text in slack_texts(payload["blocks"]):
        assert 1 <= len(text["text"]) <= 3000
        markup = text["text"].replace("<http://", "").replace("<https://", "")
        assert "<" not in markup
    for block in payload["blocks"]:
        if block["type"] == "header":
            assert len(block["text"]["text"]) <= 150


@given(hostile, st.integers(1, 200))
def test_cleaning_twice_changes_nothing(text: str, limit: int) -> None:
    """Clean text is one line, within its limit, and clean."""
    once = words.clean(text, limit)
    assert len(once) <= limit
    assert once.splitlines() in ([], [once])
    assert words.clean(once, limit) == once


@given(st.text(max_size=600), st.integers(2, 500))
def test_cut_only_at_the_end(text: str, limit: int) -> None:
    """What is too long keeps its beginning and says that it was cut."""
    cut = words.cut(text, limit)
    assert cut == text or (len(text) > limit >= len(cut) and cut.endswith("…") and text.startswith(cut[:-1]))
