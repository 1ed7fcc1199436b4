"""A secret pasted into an address by its value: refused wherever an address is taken, by the name of its variable."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from click.testing import CliRunner, Result

from desk import FEEDS, complaints, write_settings
from flows.commands import Exit, amur
from flows.secrets import Environment, pasted, read_environment

PASSWORD, HOOK, KEY = "hunter2hunter2", "https://hooks.slack.com/services/T0/B0/abcDEF123", "s3cr&t9"
ENV = f"AMUR_SMTP_PASSWORD={PASSWORD}\nAMUR_SLACK_WEBHOOK={HOOK}\nPAPER='{KEY}'\n"
OWN = f"https://paper.example/{PASSWORD}/feed"
THEIRS = "https://paper.example/feed?edition=s3cr%26t9"
LEAVE_OUT, INSTEAD = "holds the value of AMUR_SMTP_PASSWORD: leave it out", "PAPER: write ${PAPER} instead"


@pytest.fixture
def config(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("AMUR_SMTP_PASSWORD", "AMUR_SLACK_WEBHOOK", "PAPER"):
        monkeypatch.delenv(name, raising=False)
    return write_settings(tmp_path, env=ENV)


def ask(config: Path, *words: str, given: str | None = None) -> Result:
    """The command, which shows none of the secrets whatever it says."""
    said = CliRunner().invoke(amur, ["--config", str(config), *words], input=given, catch_exceptions=False)
    assert not [secret for secret in (PASSWORD, "abcDEF123", "s3cr") if secret in said.output]
    return said


@pytest.mark.parametrize("words", [["feeds", "add"], ["feeds", "add", "--no-check"], ["feeds", "discover"]])
def test_feeds_by_their_address(config: Path, words: list[str]) -> None:
    """A feed is neither asked nor added; where a ${NAME} is filled in, that is what is advised."""
    for url, says in (
        (OWN, LEAVE_OUT),
        (THEIRS, INSTEAD),
        (HOOK, "AMUR_SLACK_WEBHOOK: leave it out"),
        (f"https://me:{PASSWORD}/feed", LEAVE_OUT),  # the @ was forgotten: no address, and a secret all the same
    ):
        said = ask(config, *words, url)
        assert (said.exit_code, says in said.stderr) == (Exit.WRONG, True), said.stderr
    assert (config.parent / "feeds.toml").read_text() == FEEDS


def test_lists_of_other_readers(config: Path) -> None:
    """A line with one is left out, and not shown by the title it may have either."""
    opml = f'<opml><body><outline text="{OWN}" xmlUrl="{OWN}"/><outline text="A" xmlUrl="https://a.example/"/></body></opml>'
    said = ask(config, "feeds", "import", "-", given=opml)
    assert (said.exit_code, LEAVE_OUT in said.stderr) == (Exit.FINE, True)
    assert "Added 1 feed, 1 line left out." in said.stdout


@pytest.mark.parametrize("words", [["feeds", "list"], ["feeds", "verify"], ["feeds", "export"], ["status"], ["run"]])
def test_the_list_itself(config: Path, words: list[str]) -> None:
    """Nothing works with a list that holds one, so that it gets no further: into no file, and onto no screen."""
    (config.parent / "feeds.toml").write_text(FEEDS.replace("https://steppe-review.example/feed.xml", THEIRS))
    said = ask(config, *words)
    assert said.exit_code == Exit.WRONG
    assert f'feeds.toml: feed[1].url ("Steppe Review"): holds the value of {INSTEAD}' in said.stderr
    assert not (config.parent / "data").exists()


def test_keys_of_other_feeds(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What any feed is given as ${NAME} is a secret in the addresses of all, wherever its value is set."""
    feeds = FEEDS.replace("steppe-review.example/feed.xml", "steppe-review.example/feed.xml?x=${STEPPE}")
    feeds = feeds.replace("quiet-quarterly.example/feed.xml", "quiet-quarterly.example/feed.xml?x=a-b-c-d")
    config = write_settings(tmp_path, feeds_toml=feeds)
    (found,) = complaints(config, {"STEPPE": "a-b-c-d"})
    assert (found.path, found.message) == (
        'feed[3].url ("Quiet Quarterly")',
        "holds the value of STEPPE: write ${STEPPE} instead",
    )
    monkeypatch.setenv("STEPPE", "a-b-c-d")
    assert "holds the value of STEPPE" in ask(config, "feeds", "discover", "https://x.example/?x=a-b-c-d").stderr


def test_articles(config: Path) -> None:
    """An article is not asked for, nor is its address stored; no ${NAME} is filled in there."""
    said = ask(config, "add", OWN, THEIRS, "--json")
    assert [(one["url"], one["detail"]) for one in json.loads(said.stdout)] == [
        ("https://paper.example/***/feed", f"The address {LEAVE_OUT}."),
        ("https://paper.example/feed?edition=***", "The address holds the value of PAPER: leave it out."),
    ]
    assert said.exit_code == Exit.WRONG
    assert LEAVE_OUT in ask(config, "add", OWN).stderr


def test_backfills(config: Path, tmp_path: Path) -> None:
    """A sitemap with one is not walked, and a line of a file with one is left out by its number."""
    assert LEAVE_OUT in ask(config, "backfill", "sitemap", OWN).stderr
    lines = tmp_path / "archive.jsonl"
    lines.write_text("".join(json.dumps({"url": url, "text": "Gas. " * 9}) + "\n" for url in (OWN, f"{OWN}?x=1")))
    said = ask(config, "backfill", "file", str(lines), "--dry-run")
    assert f"Line 1 {LEAVE_OUT}.\nLine 2 {LEAVE_OUT}." in said.stderr
    assert "0 articles would be brought in" in said.stdout


@pytest.mark.parametrize(
    ("name", "value", "url", "found"),
    [
        ("AMUR_SMTP_PASSWORD", "right", "https://a.example/?x=right", True),
        ("AMUR_SMTP_PASSWORD", "right", "https://me:right@a.example/", True),
        ("AMUR_SMTP_PASSWORD", "right", "https://a.example/right/feed", False),  # a word by chance
        ("AMUR_SMTP_PASSWORD", "right", "https://a.example/?x=brighter", False),
        ("AMUR_SMTP_PASSWORD", "a-b", "https://a.example/?x=a-b", False),  # too short to tell
        ("AMUR_SMTP_PASSWORD", "pa/ssword", "https://me:pa/ssword@a.example/", True),
        ("AMUR_PING", "https://ping.example/3f1c9a/", "http://ping.example/3f1c9a", True),
        ("AMUR_PING", "https://ping.example/3f1c9a/", "https://ping.example/", False),
        ("HOOK_TOKEN", "https://news.example/", "https://news.example/feed", False),
        ("AMUR_CONFIG", "/srv/watches", "https://a.example/srv/watches", False),
        ("FEED_TOKEN", "watches2026", "https://a.example/watches2026.xml", True),
        ("HOME", "watches2026", "https://a.example/watches2026.xml", False),
        ("NEWS_KEY", "diplomat", "https://diplomat.example/feed", False),
        ("NEWS_KEY", "diplomat", "https://a.example/feed?k=${diplomat}", False),
    ],
)
def test_what_counts_as_pasted(tmp_path: Path, name: str, value: str, url: str, found: bool) -> None:
    """A value that stands by itself behind the host; a short one only where secrets stand, and no other variable's."""
    assert pasted(url, read_environment(tmp_path, {name: value})) == (name if found else "")
    assert pasted(url, Environment({name: value})) == ""
