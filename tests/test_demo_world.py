"""The demo's world: its articles hold the themes they claim, and its script follows from the rules."""

from __future__ import annotations

import tomllib
import uuid
from collections import Counter
from datetime import datetime
from functools import cache

import pytest

from extractors import exemplars
from extractors.articles import read_feed_text, read_page
from extractors.feeds import parse_feed
from extractors.fingerprint import fingerprint
from extractors.language import language_of
from extractors.novelty import NoveltyRules, burnt_in_at, first_seen
from extractors.stories import assign_stories
from extractors.taxonomy import parse_themes
from extractors.themes import JudgeInput, judge
from flows.demo.pieces import Channel, Piece
from flows.demo.world import FOLDER, NEWEST, World
from flows.modelfile import models_folder
from warehouse.records import Appearance, Copy, Finding, Judgement, Reading

WORLD = World.load()
SCRIPT = WORLD.script
PASSES = SCRIPT.passes
RULES = NoveltyRules()
BASES = {publisher.id: f"http://127.0.1.{n}:8000" for n, publisher in enumerate(WORLD.publishers, 1)}
STORIES = {piece.story: piece for piece in reversed(WORLD.pieces)}  # the earliest copy of each
DEFAULTS = FOLDER.parents[1] / "defaults" / "themes.toml"
TAXONOMY = parse_themes(tomllib.loads(DEFAULTS.read_text(encoding="utf-8")))
(ALERT,) = SCRIPT.alerts


@cache
def judged(story: str) -> Judgement:
    piece = STORIES[story]
    model = exemplars.prepare(TAXONOMY, models_folder())
    return judge(JudgeInput(uuid.uuid4(), piece.title, piece.text, piece.language), TAXONOMY, PASSES[0], model)


def present(story: str) -> set[str]:
    return {score.theme_id for score in judged(story).scores if score.present}


def key(piece: Piece) -> uuid.UUID:
    return uuid.uuid5(uuid.NAMESPACE_URL, piece.publisher + piece.path)


def is_copied(piece: Piece) -> bool:
    return SCRIPT.copied in piece.themes


# --- what is in it --------------------------------------------------------------------------------


def test_the_world_is_small_and_mixed() -> None:
    """Twelve feeds in three formats, two of one publisher; sixty articles, about half of them on China and Russia."""
    assert len(WORLD.channels) == 12
    assert Counter(channel.format for channel in WORLD.channels) == {"rss": 7, "atom": 3, "json": 2}
    assert {channel.carries for channel in WORLD.channels} == {"full", "summary", "title"}
    assert Counter(channel.publisher for channel in WORLD.channels).most_common(2)[0] == ("arbat-observer", 2)
    assert {publisher.bloc for publisher in WORLD.publishers} == {
        "independent",
        "russia-state",
        "china-state",
        "russia-exile",
        "central-asia",
    }
    assert 55 <= len(WORLD.pieces) <= 75
    assert 0.45 <= sum(piece.relevant for piece in STORIES.values()) / len(STORIES) <= 0.65
    assert Counter(piece.language for piece in STORIES.values()) == {"en": 48, "ru": 6, "zh": 6}


def test_every_address_is_one_article() -> None:
    """No two articles share an address, and no feed ever drops an article before a daily pass has seen it."""
    assert len({(piece.publisher, piece.path) for piece in WORLD.pieces}) == len(WORLD.pieces)
    for channel in WORLD.channels:
        shown = {piece.path for now in PASSES for piece in WORLD.published(channel.id, now)}
        assert shown == {piece.path for piece in WORLD.pieces if piece.channel == channel.id}


def test_feeds_begin_with_history() -> None:
    """On the first day every feed already shows something of the week before."""
    for channel in WORLD.channels:
        first = WORLD.published(channel.id, PASSES[0])
        assert 1 <= len(first) <= NEWEST
        assert all((PASSES[0] - piece.at).days <= 7 for piece in first)


# --- what it is about -----------------------------------------------------------------------------


@pytest.mark.parametrize("story", sorted(STORIES))
def test_articles_hold_what_they_claim(story: str) -> None:
    """An article is as relevant and holds the themes that its file says; the two decisive themes stand nowhere else."""
    piece, judgement = STORIES[story], judged(story)
    assert judgement.relevant == piece.relevant
    assert present(story) >= set(piece.themes)
    assert not (present(story) & {ALERT.theme, SCRIPT.copied}) - set(piece.themes)


def test_known_themes_are_known_early() -> None:
    """Every theme but two is spoken of in the first days, at least twice: none of them can be new after the burn-in."""
    days = {theme: sorted(SCRIPT.day(STORIES[s].at) for s in STORIES if theme in present(s)) for theme in SCRIPT.known}
    assert {theme for theme, found in days.items() if len([day for day in found if day <= 5]) < 2} == set()
    assert {theme for theme, found in days.items() if not [day for day in found if 0 <= day <= 5]} == set()
    assert {theme.id for theme in TAXONOMY.themes} == {*SCRIPT.silent, ALERT.theme}


def test_the_new_theme_comes_from_three_publishers() -> None:
    """The new theme comes from day 16 on, from the publishers that the script names; one of them speaks of it twice."""
    pieces = [piece for piece in WORLD.pieces if ALERT.theme in piece.themes]
    assert {piece.publisher for piece in pieces} == set(ALERT.publishers)
    assert {publisher.bloc for publisher in WORLD.publishers if publisher.id in ALERT.publishers} == set(ALERT.blocs)
    assert [SCRIPT.day(piece.at) for piece in pieces] == [16, 17, 17, 19]
    assert all(piece.has_page and piece.language == "en" for piece in pieces)


def test_ten_copies_are_one_story() -> None:
    """The agency's report runs ten times at six publishers and is one story; no other two articles are."""
    copies_of_all = [Copy(key(p), key(p), fingerprint(p.text), p.at) for p in WORLD.pieces]
    placed = assign_stories(copies_of_all, [], RULES.reach, RULES.story_distance)
    story_of = {copy.article_id: copy.story_id for copy in placed}
    copies = [piece for piece in WORLD.pieces if is_copied(piece)]
    assert (len(copies), len({piece.publisher for piece in copies}), len({piece.title for piece in copies})) == (
        10,
        6,
        6,
    )
    assert {story_of[key(piece)] for piece in copies} == {key(STORIES["quiet-nightmare"])}
    others = [piece for piece in WORLD.pieces if not is_copied(piece)]
    assert all(story_of[key(piece)] == key(piece) for piece in others)


def test_the_script_follows_from_the_rules() -> None:
    """One pass a day finds the expected theme, once, on its day, with all its publishers, and never another one."""
    quiet_until = burnt_in_at(PASSES[0], None, RULES)
    assert quiet_until == PASSES[SCRIPT.burn_in_days]
    quiet = {theme.id: quiet_until for theme in TAXONOMY.themes}
    findings: list[Finding] = []
    for now in PASSES:
        before = [(finding.theme_id, finding.found_at) for finding in findings]
        findings += first_seen(appearances(now), before, quiet, TAXONOMY.id, RULES, now)
    assert [(finding.theme_id, finding.found_at) for finding in findings] == [(ALERT.theme, PASSES[ALERT.day])]
    assert findings[0].publishers == tuple(sorted(ALERT.publishers))
    assert findings[0].blocs == tuple(sorted(ALERT.blocs))


def appearances(now: datetime) -> list[Appearance]:
    blocs = {publisher.id: publisher.bloc for publisher in WORLD.publishers}
    return [
        Appearance(
            theme_id=theme,
            article_id=key(piece),
            story_id=key(STORIES[piece.story]),
            publisher=piece.publisher,
            bloc=blocs[piece.publisher],
            dated_at=piece.at,
            first_seen_at=next(moment for moment in PASSES if moment >= piece.at),
            baseline=piece.at <= PASSES[0],
            thin=False,
        )
        for piece in WORLD.pieces
        if piece.at <= now
        for theme in sorted(present(piece.story))
    ]


# --- how it is read -------------------------------------------------------------------------------


def reading(piece: Piece) -> Reading:
    answer = WORLD.answer(piece.publisher, piece.path, PASSES[-1], BASES[piece.publisher])
    return read_page(answer.body, answer.content_type, BASES[piece.publisher] + piece.path, PASSES[-1])


@pytest.mark.parametrize("piece", [p for p in WORLD.pieces if p.has_page], ids=lambda piece: piece.path)
def test_pages_read_as_written(piece: Piece) -> None:
    """From amid its furniture a page gives back the text word for word, with title, author, date and language."""
    found = reading(piece)
    assert found.text.split() == piece.text.split()
    assert found.language == piece.language == language_of(piece.title, piece.text)
    assert (found.title, found.author, found.published_at) == (piece.title, piece.author, piece.at)


@pytest.mark.parametrize("channel", WORLD.channels, ids=lambda channel: channel.id)
def test_feeds_are_parsed(channel: Channel) -> None:
    """Every sound feed gives its articles with title, author, address and date, and as much text as it carries."""
    now = PASSES[4]
    answer = WORLD.answer(channel.publisher, channel.path, now, BASES[channel.publisher])
    feed = parse_feed(answer.body, answer.content_type, "http://x.example/", uuid.uuid4(), now, False)
    pieces = WORLD.published(channel.id, now)
    assert (feed.title, feed.warnings) == (channel.name, ())
    found = {entry.title: entry for entry in feed.entries}
    assert {title: entry.dated_at for title, entry in found.items()} == {piece.title: piece.at for piece in pieces}
    for piece in pieces:
        entry = found[piece.title]
        assert entry.author == piece.author
        assert entry.url is not None
        assert entry.url.rstrip("/") == (BASES[channel.publisher] + piece.path).rstrip("/")
        assert bool(entry.content) == (channel.carries == "full")
        assert bool(entry.summary or entry.content) == (channel.carries != "title")


def test_the_article_without_page_is_whole_in_its_feed() -> None:
    """One article's page is missing; its feed carries the whole text."""
    (piece,) = [piece for piece in WORLD.pieces if not piece.has_page]
    channel = next(channel for channel in WORLD.channels if channel.id == piece.channel)
    answer = WORLD.answer(channel.publisher, channel.path, PASSES[10], BASES[channel.publisher])
    feed = parse_feed(answer.body, answer.content_type, "http://x.example/", uuid.uuid4(), PASSES[10], False)
    (entry,) = [entry for entry in feed.entries if entry.title == piece.title]
    assert read_feed_text(entry).text.split() == piece.text.split()
    assert piece.relevant
