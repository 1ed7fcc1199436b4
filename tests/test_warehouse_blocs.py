"""Changes of voice, from judged articles in the warehouse to the alert that tells of them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

import pytest

from builders import DAY, NOW, make_article, make_evidence, make_feed, make_judgement, make_score, make_taxonomy
from extractors.novelty import NoveltyRules
from flows.changing import changes_of_voice
from warehouse import articles, blocs, feeds, findings, judgements, verdicts
from warehouse.connect import Connection
from warehouse.records import Copy, Feed, Finding
from warehouse.store import Store
from warehouse.verdicts import Verdict
from warehouse_world import rolled_back

GAS = make_taxonomy("gas")
ALPHA, BETA, STATE = make_feed("Alpha"), make_feed("Beta"), make_feed("State", bloc="china-state")
QUIET = {"gas": NOW - 100 * DAY}


@pytest.fixture(scope="module")
def store(tmp_path_factory: pytest.TempPathFactory) -> Store:
    return Store(tmp_path_factory.mktemp("warehouse")).open()


@pytest.fixture
def con(store: Store) -> Iterator[Connection]:
    with rolled_back(store) as con:
        feeds.sync_feeds(con, [ALPHA, BETA, STATE])
        judgements.use_taxonomy(con, GAS, NOW - 100 * DAY)
        yield con


def written(con: Connection, feed: Feed, days_ago: float, theme: str = "gas", *, denies: bool = False) -> None:
    """One relevant article, of its own story, in which the theme is present, or nothing where it has no name."""
    at = NOW - days_ago * DAY
    article = make_article(f"{theme}-{days_ago}", feed, dated_at=at, first_seen_at=at)
    evidence = (
        make_evidence(article, negated=denies, weight=0.4),
        make_evidence(article, article.text[:20], weight=0.3, negated=denies),
        make_evidence(article, article.text[:30], weight=0.5),
    )
    score = replace(make_score(article, "gas"), evidence=evidence)
    articles.save_articles(con, [article])
    judgement = replace(make_judgement(article, GAS), scores=(score,) if theme else ())
    judgements.save_judgements(con, [judgement])
    judgements.save_stories(con, [Copy(article.id, article.id, 0, at)])


def found(con: Connection) -> tuple[Finding, ...]:
    rules = NoveltyRules()
    appearances = judgements.appearances(con, GAS.id, NOW - rules.window - rules.silence)
    return changes_of_voice(con, appearances, QUIET, GAS.id, rules, NOW)


def the_state_press_joins_in(con: Connection) -> None:
    for n in range(5):
        written(con, (ALPHA, BETA)[n % 2], 10 + n)
        written(con, ALPHA, 20 + n, "")
    for n in range(7):
        written(con, STATE, 10 + n, "")
    written(con, STATE, 1)
    written(con, STATE, 2)


def test_a_new_voice_is_found_once(con: Connection) -> None:
    """What a bloc told, and how much others spoke of the theme, are kept with the finding; it is not found again."""
    the_state_press_joins_in(con)
    (finding,) = found(con)
    assert (finding.kind, finding.theme_id, finding.bloc) == ("new_voice", "gas", "china-state")
    findings.save_findings(con, [(finding, "alert")])
    assert found(con) == ()
    (alert,) = findings.read_alerts(con, [findings.alert_id(finding)], 3)
    assert alert.voice == finding.voice
    assert alert.turn is None
    assert {quote.publisher for quote in alert.quotes} == {"State"}
    verdicts.give(con, [Verdict("retract", "gas", NOW, findings.alert_id(finding))])
    assert blocs.found_since(con, "new_voice", NOW - 60 * DAY) == frozenset()


def test_a_turn_is_found_and_shows_what_denies(con: Connection) -> None:
    """Six stories affirmed it, three deny it: their denying sentences are quoted first, though others weigh more."""
    for n in range(6):
        written(con, STATE, 10 + n)
    for n in range(3):
        written(con, STATE, 1 + n, denies=True)
    (finding,) = found(con)
    assert finding.kind == "turn"
    assert finding.turn
    assert (finding.turn.denied, finding.turn.denied_before, finding.turn.stories_before) == (3, 0, 6)
    findings.save_findings(con, [(finding, "alert")])
    (alert,) = findings.read_alerts(con, [findings.alert_id(finding)], 3)
    assert alert.turn == finding.turn
    assert alert.quotes[0].sentence == make_evidence(make_article()).sentence
    assert found(con) == ()


def test_most_passes_ask_nothing(con: Connection) -> None:
    """Where nothing was said lately, nothing has changed."""
    written(con, STATE, 30)
    assert found(con) == ()
