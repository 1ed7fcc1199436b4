"""Judgements, stories and appearances."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from builders import DAY, NOW, make_article, make_evidence, make_feed, make_judgement, make_score, make_taxonomy
from warehouse import articles, beginnings, feeds, judgements, theme_verdicts
from warehouse.connect import Connection
from warehouse.records import Appearance, Copy, Mention
from warehouse.store import Store
from warehouse.theme_verdicts import ThemeVerdict
from warehouse_world import rolled_back

GAS = make_taxonomy("gas")


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        feeds.sync_feeds(con, [make_feed()])
        judgements.use_taxonomy(con, GAS, NOW)
        yield con


def test_a_judgement_comes_back_equal(con: Connection) -> None:
    """Scores, evidence with its offsets and mentions are what was saved."""
    article = make_article()
    second = make_evidence(article, "Analysts doubt that China will pay what Russia hopes for.", weight=0.5)
    score = make_score(article, "gas", evidence=(make_evidence(article), second))
    weak = make_score(article, "grain", score=0.1, present=False, evidence=())
    saved = make_judgement(
        article, GAS, scores=(score, weak), mentions=(Mention("Moscow", "GPE", 2), Mention("Beijing", "GPE", 1))
    )
    assert judgements.save_judgements(con, [saved]) == 1
    assert judgements.read_judgement(con, article.id, GAS.id) == saved
    assert judgements.read_judgement(con, article.id, "another") is None


def test_a_judgement_stands(con: Connection) -> None:
    """A second judgement of an article under the same themes changes nothing."""
    first = make_judgement(make_article(), GAS, mentions=())
    judgements.save_judgements(con, [first])
    assert judgements.save_judgements(con, [replace(first, relevant=False, scores=()), first]) == 0
    assert judgements.read_judgement(con, first.article_id, GAS.id) == first


def test_new_themes_leave_the_old_scores(con: Connection) -> None:
    """A judgement under other themes stands beside the earlier one; the entities are those found last."""
    article, grain = make_article(), make_taxonomy("gas", "grain")
    judgements.save_judgements(con, [make_judgement(article, GAS)])
    newer = make_judgement(article, grain, mentions=(Mention("Gazprom", "ORG", 3),))
    judgements.save_judgements(con, [newer])
    older = judgements.read_judgement(con, article.id, GAS.id)
    assert older is not None
    assert [s.theme_id for s in older.scores] == ["gas"]
    assert older.mentions == newer.mentions


def test_a_taxonomy_remembers_its_first_use(con: Connection) -> None:
    """Themes that come into use again are the ones used last, and remember when they first were."""
    grain = make_taxonomy("grain")
    judgements.use_taxonomy(con, grain, NOW + DAY)
    assert judgements.latest_taxonomy(con) == grain.id
    judgements.use_taxonomy(con, GAS, NOW + 2 * DAY)
    assert judgements.latest_taxonomy(con) == GAS.id


def test_each_theme_remembers_since_when_it_is_as_it_is(con: Connection) -> None:
    """Changing one theme, or adding one, leaves the others as old as they are; phrases may change places."""
    (gas,) = GAS.themes
    grain, edited = make_taxonomy("grain").themes[0], replace(gas, entities=(*gas.entities, "Novatek"))
    shuffled = replace(gas, phrases=gas.phrases[::-1], label="Renamed")
    assert replace(GAS, themes=(shuffled,)).id == GAS.id
    both = replace(GAS, themes=(shuffled, grain))
    judgements.use_taxonomy(con, both, NOW + DAY)
    assert judgements.themes_used_since(con, both.id) == {gas.id: NOW, grain.id: NOW + DAY}
    changed = replace(GAS, themes=(edited, grain))
    judgements.use_taxonomy(con, changed, NOW + 2 * DAY)
    assert judgements.themes_used_since(con, changed.id) == {gas.id: NOW + 2 * DAY, grain.id: NOW + DAY}


def test_what_failed_is_asked_for_again_later(con: Connection) -> None:
    """An article that could not be judged is left out for the moment, counted, and asked for again."""
    article = make_article("stubborn")
    articles.save_articles(con, [article])
    assert judgements.save_failures(con, [(article.id, "deadline")], GAS.id, NOW) == {article.id: 1}
    assert articles.articles_to_judge(con, GAS.id, NOW, 9) == []
    assert [a.id for a in articles.articles_to_judge(con, GAS.id, NOW + DAY, 9)] == [article.id]
    assert judgements.save_failures(con, [(article.id, "deadline")], GAS.id, NOW + DAY) == {article.id: 2}


def test_labels_are_renewed(con: Connection) -> None:
    """A label that was changed in themes.toml is the one shown."""
    renamed = replace(GAS, themes=(replace(GAS.themes[0], label="Pipelines"),))
    assert renamed.id == GAS.id
    judgements.use_taxonomy(con, renamed, NOW)
    assert con.execute("SELECT label FROM themes").fetchall() == [("Pipelines",)]


def test_appearances_are_present_relevant_and_compared(con: Connection) -> None:
    """A theme appears where it is present in a relevant article that was compared, dated since the day asked for."""
    slugs = ("shown", "absent", "irrelevant", "early", "uncompared", "thin")
    made = {s: make_article(s) for s in slugs}
    made["early"] = replace(made["early"], dated_at=NOW - 90 * DAY)
    made["thin"] = replace(made["thin"], text_source="summary", baseline=True)
    articles.save_articles(con, list(made.values()))
    judged = {s: make_judgement(a, GAS) for s, a in made.items()}
    judged["absent"] = replace(judged["absent"], scores=(make_score(made["absent"], "gas", present=False),))
    judged["irrelevant"] = replace(judged["irrelevant"], relevant=False)
    judgements.save_judgements(con, list(judged.values()))
    compared = [a for a in made.values() if a is not made["uncompared"]]
    judgements.save_stories(con, [Copy(a.id, a.id, a.fingerprint, a.dated_at) for a in compared])
    found = judgements.appearances(con, GAS.id, NOW - 30 * DAY)
    assert {a.article_id for a in found} == {made["shown"].id, made["thin"].id}
    article, feed = made["thin"], make_feed()
    assert (
        Appearance(
            "gas",
            article.id,
            article.id,
            feed.publisher,
            feed.bloc,
            article.dated_at,
            article.first_seen_at,
            baseline=True,
            thin=True,
            feed_id=feed.id,
        )
        in found
    )
    assert judgements.appearances(con, "another", NOW - 30 * DAY) == []


def test_burn_in_counts_articles_and_relevant_ones(con: Connection) -> None:
    """The burn-in is measured from the first article, and by the n-th relevant one, each counted once."""
    assert beginnings.burn_in_facts(con, 1, 9 * DAY) == (None, None)
    made = [make_article(str(n), first_seen_at=NOW + n * DAY) for n in range(4)]
    articles.save_articles(con, made)
    judgements.save_judgements(con, [make_judgement(a, GAS, relevant=a is not made[0]) for a in made])
    judgements.save_judgements(con, [make_judgement(a, make_taxonomy("grain")) for a in made[1:]])
    assert beginnings.burn_in_facts(con, 1, 9 * DAY) == (NOW, NOW + DAY)
    assert beginnings.burn_in_facts(con, 3, 9 * DAY) == (NOW, NOW + 3 * DAY)
    assert beginnings.burn_in_facts(con, 3, 2 * DAY) == (NOW, None)
    assert beginnings.burn_in_facts(con, 4, 9 * DAY) == (NOW, None)


def test_thresholds_are_learnt_only_from_news(con: Connection) -> None:
    """Once learnt they hold until something is said, or an article of which something was said is judged anew."""
    said_of, other = make_article("said-of"), make_article("other")
    articles.save_articles(con, [said_of, other])
    judgements.save_judgements(con, [make_judgement(said_of, GAS)])
    assert theme_verdicts.is_due(con, GAS.id)
    theme_verdicts.learnt(con, GAS.id, NOW + 5 * DAY)
    assert not theme_verdicts.is_due(con, GAS.id)
    theme_verdicts.give(con, ThemeVerdict(said_of.id, "gas", "yes", NOW))
    assert theme_verdicts.is_due(con, GAS.id)
    theme_verdicts.learnt(con, GAS.id, NOW + 5 * DAY)
    judgements.save_judgements(con, [make_judgement(other, GAS, judged_at=NOW + 6 * DAY)])
    assert not theme_verdicts.is_due(con, GAS.id)
    con.execute("UPDATE judgements SET judged_at = ? WHERE article_id = ?", [NOW + 6 * DAY, said_of.id])
    assert theme_verdicts.is_due(con, GAS.id)
