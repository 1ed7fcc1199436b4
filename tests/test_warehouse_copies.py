"""What tells copies and surges, as the warehouse keeps it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import astuple, replace
from datetime import timedelta

import pytest

from builders import (
    DAY,
    NOW,
    key,
    make_article,
    make_entry,
    make_feed,
    make_fetch,
    make_finding,
    make_judgement,
    make_state,
    make_surge,
    make_taxonomy,
)
from warehouse import articles, copies, feeds, judgements, outbox, senses, surges
from warehouse.connect import Connection
from warehouse.records import Article, Copy, FeedDay, Meaning, Original, PastFinding
from warehouse.store import Store
from warehouse_world import rolled_back

ALPHA, BETA = make_feed("Alpha"), make_feed("Beta", bloc="china-state")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        feeds.sync_feeds(con, [ALPHA, BETA])
        yield con


def own_story(article: Article, **changes: object) -> Copy:
    return replace(Copy(article.id, article.id, article.fingerprint, article.dated_at), **changes)  # type: ignore[arg-type]  # tests name the field


def save(con: Connection, *made: Article, of: Article | None = None) -> None:
    articles.save_articles(con, made)
    judgements.save_stories(con, [own_story(a, story_id=(of or a).id) for a in made])


def test_an_article_is_compared_once(con: Connection) -> None:
    """Articles wait, the earliest dated first, until they have a story; then later ones are compared with them."""
    old, new = make_article("old", dated_at=NOW - 90 * DAY), make_article("new")
    articles.save_articles(con, [new, old])
    assert [a.article_id for a in copies.arrivals(con, 9)] == [old.id, new.id]
    assert [a.article_id for a in copies.arrivals(con, 1)] == [old.id]
    judgements.save_stories(con, [own_story(old), own_story(new, story_id=old.id, distance=3)])
    assert copies.arrivals(con, 9) == []
    assert copies.remembered(con, NOW - 30 * DAY) == [own_story(new, story_id=old.id, distance=3)]


def test_an_arrival_brings_its_source_along(con: Connection) -> None:
    """The source that a feed's item names, by whichever feed it came, is there when its article is compared."""
    entry = make_entry("deal", ALPHA, source_name="Beta", source_url="https://beta.example/")
    article = make_article("deal", ALPHA)
    feeds.save_polls(con, key("pass"), [(ALPHA, make_fetch(), make_state(ALPHA), [entry])])
    feeds.save_polls(
        con, key("pass"), [(BETA, make_fetch(), make_state(BETA), [replace(entry, feed_id=BETA.id, source_name="")])]
    )
    articles.save_articles(con, [article])
    (arrival,) = copies.arrivals(con, 9)
    assert (arrival.text, arrival.source_name, arrival.source_url) == (article.text, "Beta", "https://beta.example/")


def test_an_original_comes_back(con: Connection) -> None:
    """Who names an original is known by it in later comparisons, and its publisher where themes appear."""
    article = make_article("reprint", ALPHA)
    save(con, article)
    copies.save_originals(con, [Original(article.id, "Beta", "https://b.example/a-1", key("a-1"), "Beta", "text")])
    assert copies.remembered(con, NOW - DAY) == [own_story(article, original_id=key("a-1"))]
    assert set(copies.houses(con)) == {("Alpha", "Alpha", ALPHA.url), ("Beta", "Beta", BETA.url)}


def test_shared_sentences_are_counted(con: Connection) -> None:
    """Pairs of a new article and another in reach, with the sentences and letters they share, and what each has."""
    slugs = ("new", "copy", "also-new", "far", "other")
    made = {slug: make_article(slug) for slug in slugs}
    prints = {"new": (1, 2, 3, 4), "copy": (2, 3, 9), "also-new": (3, 4), "far": (1, 2, 3, 4), "other": (1, 8)}
    weighed = {made[s].id: {key: 10 * key for key in prints[s]} for s in slugs}
    dated = {made[s].id: NOW - (40 * DAY if s == "far" else DAY) for s in slugs}
    copies.save_prints(con, weighed, dated)
    ids = {article.id: slug for slug, article in made.items()}

    def shared(letters: int) -> set[tuple[str | int, ...]]:
        found = copies.shared_sentences(con, [made["new"].id, made["also-new"].id], NOW - 30 * DAY, 2, letters)
        return {(ids[s.article_id], ids[s.other_id], *astuple(s)[2:]) for s in found}

    two = {("new", "copy", 2, 4, 3, 50, 100), ("new", "also-new", 2, 4, 2, 70, 70)}
    two.add(("also-new", "new", 2, 2, 4, 70, 70))
    assert shared(100) == two
    assert shared(30) == two | {("also-new", "copy", 1, 2, 3, 30, 70)}
    copies.forget_prints(con, NOW - 30 * DAY)
    assert con.execute("SELECT count(DISTINCT article_id) FROM sentence_prints").fetchall() == [(4,)]


def test_furniture_tells_no_copy(con: Connection) -> None:
    """Sentences that stand in more than three stories are a site's own; those of one story's many copies are not."""
    new, seen = make_article("new"), [make_article(f"seen-{n}") for n in range(4)]
    prints = {a.id: dict.fromkeys((1, 2, 100 + n), 50) for n, a in enumerate([new, *seen])}
    copies.save_prints(con, prints, dict.fromkeys(prints, NOW))
    save(con, *seen, of=seen[0])
    assert len(copies.shared_sentences(con, [new.id], NOW - DAY, 2, 200)) == 4
    con.execute("UPDATE stories SET story_id = article_id")
    assert copies.shared_sentences(con, [new.id], NOW - DAY, 2, 200) == []


def test_what_articles_mean_is_kept_while_translations_are_looked_for(con: Connection) -> None:
    """Of relevant articles that are not old; a new judgement's takes the place of the last one's."""
    gas, sense = make_taxonomy("gas"), bytes(2 * 512)
    made = {"new": 0, "old": 90, "ancient": 110, "unheard": 0}
    read = {slug: make_article(slug, language="ru", dated_at=NOW - age * DAY) for slug, age in made.items()}
    articles.save_articles(con, list(read.values()))
    judged = [make_judgement(a, gas, sense=b"" if slug == "unheard" else sense) for slug, a in read.items()]
    judgements.save_judgements(con, judged)
    kept = [Meaning(read[slug].id, "ru", read[slug].dated_at, sense) for slug in ("old", "new")]
    assert senses.meanings(con, NOW - 200 * DAY, NOW) == kept
    assert senses.meanings(con, NOW - 89 * DAY, NOW) == kept[1:]
    again = make_judgement(read["new"], make_taxonomy("grain"), sense=bytes(512))
    judgements.save_judgements(con, [again])
    senses.forget_senses(con, NOW - 80 * DAY)
    assert senses.meanings(con, NOW - 200 * DAY, NOW) == [replace(kept[1], vectors=bytes(512))]


def test_how_a_copy_was_told_comes_back(con: Connection) -> None:
    """What joined a story by a part of it, or in another language, is known for that in later comparisons."""
    article = make_article("copy", ALPHA)
    articles.save_articles(con, [article])
    copy = own_story(article, story_id=key("elsewhere"), distance=20, told_by="translation")
    judgements.save_stories(con, [copy])
    assert copies.remembered(con, NOW - DAY) == [copy]


def test_a_story_shows_who_carried_it(con: Connection) -> None:
    """A story's row has the voice's title, the original as it is named, and publishers and blocs, each once."""
    own = make_article("own", ALPHA, title="The deal", dated_at=NOW)
    early = make_article("early", BETA, title="The deal, reprinted", dated_at=NOW - DAY)
    twice = make_article("twice", BETA, title="The deal again", dated_at=NOW + DAY)
    save(con, own, early, twice, of=early)
    columns = "title, voice, bloc, original, articles, publishers, blocs, last_at - first_at"
    asked = f"SELECT {columns} FROM story_copies"  # noqa: S608  our own words
    both = ["china-state", "independent"]
    assert con.execute(asked).fetchall() == [
        ("The deal, reprinted", "Beta", "china-state", None, 3, 2, both, timedelta(days=2))
    ]
    copies.save_originals(con, [Original(early.id, "the Alpha", "", None, "Alpha", "text")])
    assert con.execute(asked).fetchall() == [
        ("The deal", "Alpha", "independent", "the Alpha", 3, 2, both, timedelta(days=2))
    ]


def test_feed_days_say_whether_any_attempt_was_answered(con: Connection) -> None:
    """One row for each feed and UTC day with an attempt; fetched pages do not count."""
    tried = [(ALPHA, NOW, "failed"), (ALPHA, NOW + timedelta(hours=1), "unchanged"), (BETA, NOW - DAY, "failed")]
    for feed, at, outcome in tried:
        feeds.save_polls(con, key("pass"), [(feed, make_fetch(at=at), make_state(feed, outcome=outcome), ())])
    found = set(surges.feed_days(con, NOW - 2 * DAY))
    assert found == {FeedDay(ALPHA.id, NOW.date(), True), FeedDay(BETA.id, (NOW - DAY).date(), False)}
    assert surges.feed_days(con, NOW + DAY) == []


def test_a_surge_comes_back(con: Connection) -> None:
    """A surge's figures are in its alert and in the past that the next pass looks at, beside other findings."""
    gas = make_taxonomy("gas")
    judgements.use_taxonomy(con, gas, NOW)
    surge = make_surge()
    loud = make_finding((), gas, kind="surge", window_days=1, silence_days=0, surge=surge)
    new = make_finding((), gas, found_at=NOW - DAY)
    outbox.save_findings(con, [(loud, "alert"), (new, "cooldown")])
    (alert,) = outbox.read_alerts(con, [outbox.alert_id(loud)], 3)
    assert (alert.kind, alert.surge) == ("surge", surge)
    assert alert.series[-1].day == surge.last_day
    calm = surge.expected + surge.deviation
    past = [PastFinding("gas", NOW - DAY), PastFinding("gas", NOW, surge.last_day, calm)]
    assert surges.past_findings(con, NOW - 2 * DAY, []) == past
    con.execute("UPDATE findings SET decision = 'muted' WHERE kind = 'surge'")
    quiet = [past[0], PastFinding("gas", NOW, surge.last_day, calm, pauses=False)]
    assert surges.past_findings(con, NOW - 2 * DAY, []) == quiet
    assert surges.past_findings(con, NOW - 2 * DAY, ["gas"]) == past
    con.execute("UPDATE findings SET decision = 'alert' WHERE kind = 'surge'")
    assert judgements.recent_findings(con, NOW - 2 * DAY) == [("gas", NOW - DAY)]
    asked = "SELECT kind, silence_days, expected, p_value, baseline_days FROM new_themes ORDER BY kind"
    assert con.execute(asked).fetchall() == [
        ("first_seen", 60, None, None, None),
        ("surge", None, surge.expected, surge.p_value, 28),
    ]
