"""feeds.toml: the list that ships is tidy, and every mistake in a list is named with its place."""

from __future__ import annotations

from pathlib import Path

import pytest

from desk import ONE_FEED, complaints, shipped_settings, write_settings
from flows.feedlist import BLOCS
from flows.settings import load


def test_shipped_feeds_are_tidy(tmp_path: Path) -> None:
    """Every feed has its own name and address, a known bloc, one of our languages and a publisher of one bloc."""
    feeds = shipped_settings(tmp_path).feeds
    assert len({feed.name for feed in feeds}) == len({feed.url for feed in feeds}) == len(feeds) > 80
    assert {feed.bloc for feed in feeds} == set(BLOCS)
    assert {feed.language for feed in feeds} == {"en", "ru", "zh"}
    assert all(feed.evidence and feed.stance for feed in feeds)
    assert len({(feed.publisher, feed.bloc) for feed in feeds}) == len({feed.publisher for feed in feeds})
    assert [feed.name for feed in feeds if not feed.enabled] == ["RT – op-ed", "RT – news", "观察者网"]


@pytest.mark.parametrize(
    ("change", "path", "says"),
    [
        (('"https://one', '"ftp://one'), 'feed[1].url ("One")', "begins with ftp: give an address that begins with"),
        (('"https://one', '"one'), 'feed[1].url ("One")', "begins with no scheme"),
        (("https://one.example", "https://"), 'feed[1].url ("One")', "is no address"),
        (("https://one", "https://o ne"), 'feed[1].url ("One")', "without spaces"),
        (("https://one.example", "https://[one"), 'feed[1].url ("One")', "is no address"),
        (("https://one", "https://me:pw@one"), 'feed[1].url ("One")', "write ${NAME} in its place"),
        (("/feed", "/feed?api_key=abc"), 'feed[1].url ("One")', "write ${NAME} in its place"),
        (("/feed", "/feed?k=${ONE}"), 'feed[1].url ("One")', "put ONE=… into .env"),
        (('publisher = "one"', 'publisher = "The One"'), 'feed[1].publisher ("One")', 'such as "the-diplomat"'),
        (('publisher = "one"', 'publischer = "one"\npublisher = "one"'), 'feed[1].publischer ("One")', "'publisher'?"),
        (('name = "One"', 'name = ""'), 'feed[1].name ("")', "a name on one line"),
        (("bloc =", 'evidence = "seen"\nbloc ='), 'feed[1].evidence ("One")', "tested, listed, found, conflict"),
        (("[[feed]]", "[[feeds]]"), "feeds", "did you mean 'feed'?"),
        (("[[feed]]", "[feed]"), "feed", "begin every feed with a line [[feed]]"),
        (("bloc =", "enabled = false\nbloc ="), "", "switches on no feed"),
    ],
)
def test_mistakes_in_feeds_toml(tmp_path: Path, change: tuple[str, str], path: str, says: str) -> None:
    """A wrong feed is named by its number and name, with what would be right."""
    found = next(
        c for c in complaints(write_settings(tmp_path, feeds_toml=ONE_FEED.replace(*change))) if c.path == path
    )
    assert found.file == "feeds.toml"
    assert says in found.message


def test_feeds_that_repeat_one_another(tmp_path: Path) -> None:
    """A name or an address may stand once, however it is spelt."""
    again = ONE_FEED.replace('"One"', '"ONE "').replace("https://one.example/feed", "http://ONE.example/feed/")
    found = complaints(write_settings(tmp_path, feeds_toml=ONE_FEED + again.replace('"ONE "', '"ONE"')))
    assert [(c.path, c.message.partition(":")[0]) for c in found] == [
        ('feed[2].name ("ONE")', "is the same as that of feed[1]"),
        ('feed[2].url ("ONE")', "is the same as that of feed[1]"),
    ]


def test_a_feed_with_a_key(tmp_path: Path) -> None:
    """The key goes into the address that is dialled, and nowhere else."""
    feeds = ONE_FEED.replace("/feed", "/feed?key=${ONE_KEY}")
    settings = load(write_settings(tmp_path, feeds_toml=feeds, env="ONE_KEY=k/1\n"), {})
    (feed,) = settings.feeds
    assert feed.url == "https://one.example/feed?key=${ONE_KEY}"
    assert feed.fetch_url == "https://one.example/feed?key=k%2F1"
    assert settings.secrets == ("k/1",)
    assert "k/1" not in repr(settings)
    assert "k%2F1" not in repr(settings)


def test_a_feed_that_is_off_needs_no_key(tmp_path: Path) -> None:
    """Only the keys of enabled feeds count."""
    off = ONE_FEED.replace("One", "Two").replace("one.", "two.").replace("/feed", "/${NO}") + "enabled = false\n"
    assert [feed.enabled for feed in load(write_settings(tmp_path, feeds_toml=ONE_FEED + off), {}).feeds] == [
        True,
        False,
    ]


def test_a_bloc_that_looks_misspelt(tmp_path: Path) -> None:
    """A bloc of one's own is fine; one that nearly is a known one is asked about."""
    settings = load(write_settings(tmp_path, feeds_toml=ONE_FEED.replace('"independent"', '"india"')), {})
    assert settings.warnings == ()
    settings = load(write_settings(tmp_path, feeds_toml=ONE_FEED.replace('"independent"', '"independant"')), {})
    assert settings.warnings == ('feeds.toml: "One" is of bloc "independant"; did you mean "independent"?',)
