"""Copies fall into one story, in whatever order they come; every story has one voice."""

from __future__ import annotations

import random
import uuid
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from extractors.fingerprint import distance, fingerprint
from extractors.novelty import NoveltyRules
from extractors.sentence_prints import sentence_prints
from extractors.stories import SENTENCES, SHARE, WHOLE, assign_stories, voices
from rewriting import COPIES, excerpt, in_the_script_of, localised, quoting, rewritten, texts
from warehouse.records import Appearance, Copy, Shared

NOW = datetime(2026, 3, 20, 6, tzinfo=UTC)
RULES = NoveltyRules()


def key(n: int) -> uuid.UUID:
    return uuid.UUID(int=n)


def copy(n: int, fingerprint: int, days_ago: float = 0.0, original: int | None = None) -> Copy:
    return Copy(key(n), key(n), fingerprint, NOW - timedelta(days=days_ago), 0, key(original) if original else None)


def assign(new: list[Copy], remembered: list[Copy], shared: list[Shared] | None = None) -> tuple[Copy, ...]:
    return assign_stories(new, remembered, RULES.reach, RULES.story_distance, shared or [])


def stories_of(placed: tuple[Copy, ...]) -> dict[int, int]:
    return {c.article_id.int: c.story_id.int for c in placed}


def test_near_copies_are_one_story() -> None:
    """Articles a few bits apart share the story of the earliest; one that differs more is its own."""
    placed = assign([copy(1, 0xFF, 2), copy(2, 0xFE, 1), copy(3, 0xFF00FF00FF)], [])
    assert stories_of(placed) == {1: 1, 2: 1, 3: 3}


def test_copies_join_what_is_remembered() -> None:
    """A copy joins the story its original already has, not the original itself."""
    remembered = Copy(key(5), key(4), 0xABCD, NOW - timedelta(days=3))
    (placed,) = assign([copy(6, 0xABCC)], [remembered])
    assert (placed.story_id, placed.distance) == (key(4), 1)


def test_old_copies_are_other_stories() -> None:
    """A text that comes back after the window of days is a story again, whatever tells that it is a copy."""
    remembered = copy(1, 0xABCD, days_ago=RULES.story_days + 1)
    again = copy(2, 0xABCD, original=1)
    assert stories_of(assign([again], [remembered], [Shared(key(2), key(1), 9, 9, 9)])) == {2: 2}


def test_too_little_text_is_never_a_copy_by_its_fingerprint() -> None:
    """Articles without a fingerprint are stories of their own, though their fingerprints are equal."""
    assert stories_of(assign([copy(1, 0), copy(2, 0), copy(3, 1)], [])) == {1: 1, 2: 2, 3: 3}


@pytest.mark.parametrize(
    ("sentences", "of", "story"), [(SENTENCES, 6, 1), (SENTENCES - 1, 1, 2), (SENTENCES, 7, 2), (30, 100, 1)]
)
def test_shared_sentences_make_a_copy(sentences: int, of: int, story: int) -> None:
    """Two long sentences in common make a copy, if they are three in ten of the shorter article's."""
    apart = [copy(1, 0xFF), copy(2, 0xFFFFFF00000000, -1)]
    assert stories_of(assign(apart, [], [Shared(key(2), key(1), sentences, of, 100)]))[2] == story
    assert SHARE == 0.3


@pytest.mark.parametrize(
    ("shared", "story"),
    [
        # Two of seven sentences, but the long ones.
        (Shared(key(2), key(1), 2, 7, 9, 300, 900), 1),
        (Shared(key(2), key(1), 2, 7, 9, 200, 900), 2),
        # All of a brief's one long sentence, if it is long enough; a part of two is not all.
        (Shared(key(2), key(1), 1, 1, 9, WHOLE, WHOLE), 1),
        (Shared(key(2), key(1), 1, 9, 1, WHOLE - 1, WHOLE - 1), 2),
        (Shared(key(2), key(1), 1, 2, 9, 500, 600), 2),
    ],
)
def test_excerpts_are_copies(shared: Shared, story: int) -> None:
    """Sentences weigh by their letters too, and what is an excerpt as a whole may be as short as one of them."""
    assert stories_of(assign([copy(1, 0xFF), copy(2, 0xFFFFFF00000000, -1)], [], [shared]))[2] == story


def test_an_excerpt_is_no_bridge() -> None:
    """What shares sentences with a digest joins the digest's story only by most of the digest's own."""
    articles = [copy(1, 0xFF, 3), copy(2, 0xFFFFFF00000000, 2), copy(3, 0xFFFF0000FFFF0000, 1)]
    digest = Shared(key(2), key(1), 4, 12, 10)
    assert stories_of(assign(articles, [], [digest, Shared(key(3), key(2), 4, 5, 12)])) == {1: 1, 2: 1, 3: 3}
    assert stories_of(assign(articles, [], [digest, Shared(key(3), key(2), 6, 9, 12)])) == {1: 1, 2: 1, 3: 1}
    # The story's own first article may be shorter.
    assert stories_of(assign([articles[1], articles[2]], [], [Shared(key(3), key(2), 4, 5, 12)])) == {2: 2, 3: 2}


def test_what_names_its_original_joins_it() -> None:
    """A copy joins the article it names, before or after that one came, and others that name the same."""
    far = 0xFF00FF00FF00FF00
    original = copy(1, 0xFF, 3)
    assert stories_of(assign([copy(2, far, 1, original=1)], [original])) == {2: 1}
    early = copy(2, far, 3, original=1)
    assert stories_of(assign([copy(1, 0xFF, 1)], [early])) == {1: 2}
    unknown = [copy(3, far, 2, original=99), copy(4, 0xFF, 1, original=99)]
    assert stories_of(assign(unknown, [])) == {3: 3, 4: 3}
    # Its word counts more than a text that is nearer.
    nearer = copy(5, far, 2)
    assert stories_of(assign([copy(6, far, 1, original=1)], [original, nearer])) == {6: 1}


@given(st.permutations([copy(n, f, n / 3) for n, f in enumerate((1, 3, 7, 0xF0F0F0F0, 0xF0F0F0F1, 0), start=1)]))
def test_order_does_not_matter(arrivals: list[Copy]) -> None:
    """Whatever order a batch arrives in, and wherever it is divided by date, it falls into the same stories."""
    shared = [Shared(key(6), key(4), 3, 5, 5)]
    whole = assign(sorted(arrivals, key=lambda c: c.article_id), [], shared)
    assert assign(arrivals, [], shared) == whole
    by_date = sorted(arrivals, key=lambda c: c.dated_at)
    first = assign(by_date[:3], [], shared)
    assert first + assign(by_date[3:], list(first), shared) == whole


# --- sentences ----------------------------------------------------------------------------------------


def test_prints_are_of_long_sentences_that_nobody_is_quoted_in() -> None:
    """Case and punctuation are no difference; short sentences, and what others said, tell no copy."""
    long = "The pontoons will be towed to the yard, and no date has been set for reopening."
    assert len(sentence_prints(long)) == 1
    assert sentence_prints(long) == sentence_prints(long.upper().replace(",", " –"))
    assert sentence_prints(f"{long} He said so. {long}") == sentence_prints(long)
    assert sentence_prints(f"“{long}”") == sentence_prints("Nothing was said.") == {}
    assert len(sentence_prints("边境口岸在周二关闭，比原计划提前了整整两个星期。司机们说要绕行四个小时才能到达！")) == 2


def test_speech_tells_no_copy() -> None:
    """Nothing of it counts, however many sentences it runs to; a term or the name of a firm between marks is none."""
    said = "The parties are convinced that no bloc is meant. Each will support the other on questions of its borders."
    assert sentence_prints(f"The paper says: “{said} They will go on.” Nobody clapped.") == {}
    around = "The ministry in the capital published the text on Tuesday"
    assert sentence_prints(f"{around}, “{said}”, it says.") == sentence_prints(f"{around}.")
    named = "Переговоры «Газпрома» с китайской корпорацией «Синопек» о цене завершились в четверг ничем."
    assert len(sentence_prints(named)) == 1


def test_short_sentences_count_together() -> None:
    """A paragraph of short sentences is as good as a long one."""
    short = "Nobody came. The hall was cold. The band played on all the same."
    assert len(sentence_prints(short)) == 1
    long = "The pontoons will be towed to the yard, and no date has been set for reopening."
    assert sentence_prints(f"Nobody came. {long} The hall was cold.").keys() == sentence_prints(long).keys()


@pytest.mark.parametrize("language", ["en", "ru", "zh"])
def test_a_communique_makes_no_story_of_those_who_quote_it(language: str) -> None:
    """Independent articles stay so, whatever they quote; who prints the communique itself, under a lede, is a copy."""
    folder = COPIES.parent / "communique"
    read = {path.stem: path.read_text(encoding="utf-8") for path in folder.glob(f"{language}_*.txt")}
    assert len(read) >= 2
    copied = [pair for pair in combinations(sorted(read), 2) if is_copy(read[pair[0]], read[pair[1]])]
    assert copied == ([("en_readout", "en_reprint")] if language == "en" else [])


@pytest.mark.parametrize(("made", "least"), [("excerpt", 1.0), ("quoted", 0.96), ("localised", 0.92)])
def test_what_holds_a_third_of_another_is_a_copy(made: str, least: float) -> None:
    """An excerpt, an article around one, and a wire's report with a paper's own lede and paragraphs."""
    rng, own = random.Random(7), texts()  # noqa: S311  not for secrets
    found = []
    for text in own.values():
        host = rng.choice([other for other in in_the_script_of(text, own.values()) if other != text])
        if made == "excerpt":
            found.append(is_copy(text, excerpt(text, rng, share=1 / 3)))
        elif made == "quoted":
            found.append(is_copy(text, quoting(text, host, rng, share=1 / 3)))
        else:
            found.append(is_copy(text, localised(text, host, rng, dropped=1, own=2)))
    assert sum(found) >= least * len(found)


def is_copy(one: str, other: str) -> bool:
    ours, theirs = sentence_prints(one), sentence_prints(other)
    letters = sum(ours[key] for key in ours.keys() & theirs.keys())
    fewer = min(sum(ours.values()), sum(theirs.values()))
    shared = [Shared(key(2), key(1), len(ours.keys() & theirs.keys()), len(ours), len(theirs), letters, fewer)]
    pair = [copy(1, fingerprint(one)), copy(2, fingerprint(other), -0.1)]
    return stories_of(assign(pair, [], shared if letters else []))[2] == 1


@pytest.mark.parametrize(
    ("dropped", "share", "least"), [(1, 0.0, 1.0), (0, 0.2, 0.98), (1, 0.2, 0.94), (1, 1 / 3, 0.9)]
)
def test_lightly_rewritten_texts_are_copies(dropped: int, share: float, least: float) -> None:
    """With a paragraph less and every third sentence reworded, nine in ten copies are still known for copies."""
    rng = random.Random(7)  # noqa: S311  not for secrets
    pairs = [(text, rewritten(text, rng, dropped=dropped, share=share)) for text in texts().values()]
    assert sum(is_copy(*pair) for pair in pairs) >= least * len(pairs)


def test_other_texts_are_no_copies() -> None:
    """No two of our own articles are taken for copies, those on one event included."""
    fingerprints = {name: fingerprint(text) for name, text in texts().items()}
    prints = {name: set(sentence_prints(text)) for name, text in texts().items()}
    for one, other in combinations(prints, 2):
        assert len(prints[one] & prints[other]) < SENTENCES
        assert distance(fingerprints[one], fingerprints[other]) > RULES.story_distance


# --- voices -------------------------------------------------------------------------------------------


def appearance(n: int, publisher: str, hour: int, **changes: object) -> Appearance:
    at = NOW.replace(hour=hour)
    made = Appearance("gas", key(n), key(1), publisher, "independent", at, at, baseline=False, thin=False)
    return replace(made, **changes)  # type: ignore[arg-type]  # tests name the field


def test_the_earliest_copy_speaks() -> None:
    """Of several copies the earliest is the voice, one that says only the day coming last on it."""
    assert [v.publisher for v in voices([appearance(2, "b", 9), appearance(1, "a", 8), appearance(3, "c", 0)])] == ["a"]


def test_the_original_speaks_where_it_is_known() -> None:
    """A publisher that another copy names as its source is the voice; one that is not among the copies is not."""
    reprint = appearance(1, "a", 7, original="b")
    assert [v.publisher for v in voices([reprint, appearance(2, "b", 9)])] == ["b"]
    assert [v.publisher for v in voices([reprint, appearance(2, "c", 9)])] == ["a"]
    # Feeds like to name themselves.
    assert [v.publisher for v in voices([appearance(1, "a", 7), appearance(2, "b", 9, original="b")])] == ["a"]
