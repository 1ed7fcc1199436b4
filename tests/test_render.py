"""Alerts as e-mail, Slack message and plain text."""

from __future__ import annotations

import json
import subprocess
from dataclasses import replace
from datetime import timedelta

import pytest

from alerts import letter, render, views, words
from alerts.letter import check_headers, compose
from alerts.rules import AlertRules
from builders import NOW, make_alert, make_quote
from messages import ENVELOPE, Page, parsed, part

RULES = AlertRules()
RUSSIAN = "Пекин не торопится с контрактом на «Силу Сибири — 2»: других покупателей у Москвы почти нет."
CHINESE = "中国在能源谈判中掌握主动权，俄罗斯需要中国市场。"
QUOTES = (make_quote(1), make_quote(2, sentence=RUSSIAN), make_quote(3, sentence=CHINESE))

# --- what an alert says ---------------------------------------------------------------------------


@pytest.mark.parametrize("kind", ["plain", "html"])
def test_an_alert_says_it_all(kind: str) -> None:
    """What, why, how new and what to do stand in both parts of the mail."""
    alert = make_alert("energy-leverage", label="Oil & gas for China", quotes=QUOTES)
    found = part(render.email([alert], ENVELOPE, RULES).body, kind)
    found = Page(found).text() if kind == "html" else found
    for said in (
        "Oil & gas for China",
        "irst seen 27 Feb 2026",
        RUSSIAN,
        CHINESE,
        "Gas contract, part 2",
        "Steppe Review · independent · 28 Feb 2026",
        "3 stories (4 articles, copies counted once) from 3 publishers: Amur Daily, Harbin Observer, Steppe Review.",
        "2 blocs: central-asia, independent.",
        "Baseline: the 60 days before 23 Feb 2026, in which it was not seen.",
        "amur explain https://example.org/gas-contract-1",
        f"amur alerts preview {str(alert.id)[:8]}",
        f"amur alerts ack {str(alert.id)[:8]}",
        f"amur alerts mute {str(alert.id)[:8]}",
        "FROM article_themes WHERE theme_id = 'energy-leverage'",
        "desk@example.org",
    ):
        assert said in found


def test_a_short_watch_is_admitted() -> None:
    """Where Amur has watched for less than the baseline, the alert says so; where it has not, it does not."""
    young = make_alert(watched_since=make_alert().created_at - timedelta(days=18))
    said = "Amur has watched since 12 Feb 2026, for 11 days of them"
    assert said in render.text(young, RULES)
    assert "Amur has watched" not in render.text(make_alert(), RULES)


def test_the_subject_names_the_theme() -> None:
    """One theme is named with its publishers, several are counted and named."""
    one, two = make_alert(label="Oil and gas"), make_alert("arctic", label="Arctic ports")
    alone = render.email([replace(one, publishers=("A",))], ENVELOPE, RULES)
    assert alone.subject == "Amur: new theme – Oil and gas (1 publisher)"
    assert parsed(alone.body)["Subject"] == alone.subject
    assert words.subject([one, two]) == "Amur: 2 new themes – Oil and gas; Arctic ports"


def test_nothing_is_dropped_silently() -> None:
    """Alerts beyond the limit are counted and named, in the mail and in Slack."""
    alerts = [make_alert(f"theme-{n}") for n in range(14)]
    body = render.email(alerts, ENVELOPE, AlertRules(per_message=3)).body
    for kind in ("plain", "html"):
        assert "+11 more: Theme 3; Theme 4; " in part(body, kind)
        assert "Theme 13" in part(body, kind)
    payload = json.loads(render.slack(alerts, ENVELOPE, RULES).body)
    headings = [b["text"]["text"] for b in payload["blocks"] if b["type"] == "header"]
    assert payload["blocks"][-1]["text"]["text"].startswith(f"+{14 - len(headings)} more: ")
    assert len(headings) >= 6


def test_quotes_are_cut_and_spread() -> None:
    """At most so many quotes of at most so many characters, of different publishers where there are."""
    quotes = [make_quote(1, title=f"t{n}", sentence="word " * 200, publisher="Amur Daily") for n in range(4)]
    alert = make_alert(quotes=(*quotes, make_quote(2), make_quote(3)))
    shown = views.view(alert, AlertRules(quotes=3, quote_chars=50)).quotes
    assert [q.source.split(" · ")[0] for q in shown] == ["Amur Daily", "Steppe Review", "Harbin Observer"]
    assert all(len(q.sentence) <= 50 for q in shown)
    assert shown[0].sentence.endswith("word…")


def test_an_alert_without_evidence() -> None:
    """An alert whose articles are gone is still told."""
    bare = make_alert(quotes=(), series=(), publishers=(), blocs=())
    assert "No sentence was kept." in part(render.email([bare], ENVELOPE, RULES).body, "plain")
    assert "amur explain" not in render.text(bare, RULES)
    assert json.loads(render.slack([bare], ENVELOPE, RULES).body)["blocks"]


@pytest.mark.parametrize(
    "url", ["https://e.example/a?x=1&y=$(rm -rf)", "https://e.example/'; rm x; '", "https://é.fr/a"]
)
def test_commands_can_be_pasted(url: str) -> None:
    """A shell sees an address from a feed, and a theme's id, as one word."""
    alert = make_alert("it's `a` $theme", quotes=(make_quote(url=url.replace(" ", "%20")),))
    lines = [words_of_a_shell(c.line) for c in views.view(alert, RULES).commands]
    assert [len(line) for line in lines] == [3, 3, 4, 4, 4, 4]
    assert "theme_id = 'it''s `a` $theme' ORDER" in lines[0][2]
    assert lines[1] == ["amur", "explain", url.replace(" ", "%20")]


def words_of_a_shell(line: str) -> list[str]:
    command = ["/bin/sh", "-c", f"printf '%s\\n' {line}"]
    return subprocess.run(command, check=True, capture_output=True, text=True).stdout.splitlines()  # noqa: S603  that a shell reads it is the point


@pytest.mark.parametrize(
    ("url", "link"),
    [
        ("https://example.org/a?b=c&d#e", "https://example.org/a?b=c&d#e"),
        ("http://пример.рф/новость", "http://пример.рф/новость"),
        ("https://e.example/a|b>c'd", "https://e.example/a%7Cb%3Ec%27d"),
        ("javascript:alert(1)", ""),
        ("data:text/html,x", ""),
        ("//example.org/a", ""),
        ("https://", ""),
        ("https://bank.example@evil.example/", ""),
        ("https://example.org/a b", ""),
        ("https://example.org/\u202egnp", ""),
        ("https://example.org/\nBcc:", ""),
        ("https://[::1", ""),
        ("https://example.org/" + "x" * 3000, ""),
    ],
)
def test_links(url: str, link: str) -> None:
    """Only whole addresses of the web become links, with what could end one encoded."""
    assert words.http_link(url) == link


# --- the mail as a thing --------------------------------------------------------------------------


def test_same_alert_same_bytes() -> None:
    """A message follows from its alerts, its key and its date alone."""
    alerts = [make_alert(), make_alert("arctic")]
    assert render.email(alerts, ENVELOPE, RULES) == render.email(alerts, ENVELOPE, RULES)
    assert render.slack(alerts, ENVELOPE, RULES) == render.slack(alerts, ENVELOPE, RULES)


def test_any_server_takes_it() -> None:
    """The mail is ASCII in short lines that all end in CRLF."""
    alert = make_alert(quotes=(make_quote(sentence=(RUSSIAN + CHINESE) * 20),))
    body = render.email([alert], ENVELOPE, AlertRules(quote_chars=9000)).body
    assert body.isascii()
    assert body.count(b"\n") == body.count(b"\r") == body.count(b"\r\n")
    assert max(map(len, body.split(b"\r\n"))) < 998


def test_identity() -> None:
    """The Message-ID is the message's key at the sender's domain, in mail and Slack alike."""
    mail, posted = render.email([make_alert()], ENVELOPE, RULES), render.slack([make_alert()], ENVELOPE, RULES)
    assert mail.message_id == f"<{ENVELOPE.key}@example.org>" == parsed(mail.body)["Message-ID"]
    metadata = json.loads(posted.body)["metadata"]
    assert metadata == {"event_type": "amur_alert", "event_payload": {"message_id": posted.message_id}}
    assert parsed(mail.body)["Date"].datetime == NOW
    assert parsed(mail.body)["Auto-Submitted"] == "auto-generated"


def test_slack_without_mail() -> None:
    """Somebody who has set up no mail still gets Slack messages with an id."""
    posted = render.slack([make_alert()], replace(ENVELOPE, sender=""), RULES)
    assert posted.message_id == f"<{ENVELOPE.key}@amur.invalid>"


def test_charts_are_beside_the_page() -> None:
    """Each theme has its chart, named in the page by the Content-ID of an inline PNG."""
    body = render.email([make_alert(), make_alert("arctic")], ENVELOPE, RULES).body
    images = [p for p in parsed(body).walk() if p.get_content_type() == "image/png"]
    assert [f"cid:{p['Content-ID'].strip('<>')}" for p in images] == Page(part(body, "html")).images
    assert {p.get_content_disposition() for p in images} == {"inline"}
    assert all(p.get_content().startswith(b"\x89PNG") for p in images)


def test_addresses() -> None:
    """Names and domains beyond ASCII are carried; what is no address is refused by name."""
    there = replace(ENVELOPE, sender="Амур <amur@пример.рф>")
    message = parsed(render.trial_email(there).body)
    assert message["From"].addresses[0].display_name == "Амур"
    assert message["From"].addresses[0].domain == "xn--e1afmkfd.xn--p1ai"
    with pytest.raises(render.RenderError, match="desk"):
        render.trial_email(replace(ENVELOPE, recipient="desk"))


def test_a_header_too_many(monkeypatch: pytest.MonkeyPatch) -> None:
    """A message that holds a header which we did not write is not made, however it got there."""
    body = compose(ENVELOPE, "s", "t", "<p>h</p>", {}).body
    check_headers(body)
    with pytest.raises(render.RenderError, match="Bcc"):
        check_headers(b"Bcc: e@x.org\r\n" + body)
    with pytest.raises(render.RenderError, match="X-Evil"):
        check_headers(body.replace(b"Content-Transfer-Encoding", b"X-Evil: 1\r\nContent-Transfer-Encoding"))
    with pytest.raises(render.RenderError, match="Subject"):
        check_headers(b"Subject: twice\r\n" + body)
    monkeypatch.setattr(letter, "HEADERS", letter.HEADERS - {"List-Id"})
    with pytest.raises(render.RenderError, match="List-Id"):
        compose(ENVELOPE, "s", "t", "<p>h</p>", {})


def test_trial_messages() -> None:
    """A test message says that it is one, on both channels."""
    assert "This is a test" in part(render.trial_email(ENVELOPE).body, "html")
    payload = json.loads(render.trial_slack(ENVELOPE).body)
    assert "This is a test" in payload["blocks"][1]["text"]["text"]


def test_slack_shows_what_was_written() -> None:
    """What has a meaning in Slack's markup is escaped once, in every text."""
    words_of_others = "AT&T <!channel> &lt;"
    alert = make_alert(definition=words_of_others, quotes=(make_quote(sentence=words_of_others),))
    posted = render.slack([alert], ENVELOPE, RULES).body.decode()
    assert posted.count("AT&amp;T &lt;!channel&gt; &amp;lt;") == 2


def test_no_alert_no_message() -> None:
    """A message without an alert is a mistake of the caller."""
    with pytest.raises(ValueError, match="needs an alert"):
        render.email([], ENVELOPE, RULES)
