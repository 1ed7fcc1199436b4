from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from pathlib import Path

import pytest

from builders import DAY, NOW, make_article, make_feed, make_judgement, make_taxonomy
from gleanings import make_residual
from warehouse import articles, candidates, feeds, judgements, residuals, retention
from warehouse.candidates import Membership
from warehouse.connect import Connection
from warehouse.records import Copy
from warehouse.residuals import Waiting
from warehouse.retention import KeepRules
from warehouse.store import Store

FEED, THEMES, EDITED = make_feed(), make_taxonomy("gas"), make_taxonomy("gas", "grain")
PIECE = make_article("piece", FEED)
CHANGED = """
INSERT INTO revisions BY NAME
SELECT article_id, 1 AS revision, read_at, title, '' AS text, $now AS ended_at, 'changed' AS ended_by, 3 AS words_added,
    0 AS words_removed
FROM articles
"""


@pytest.fixture
def con(tmp_path: Path) -> Iterator[Connection]:
    with Store(tmp_path).open().transaction() as con:
        feeds.sync_feeds(con, [FEED])
        judgements.use_taxonomy(con, THEMES, NOW)
        articles.save_articles(con, [PIECE])
        judgements.save_stories(con, [Copy(PIECE.id, PIECE.id, 0, PIECE.dated_at)])
        yield con


def judge(con: Connection, *words: str, taxonomy_id: str = THEMES.id) -> None:
    judged = make_judgement(PIECE, THEMES, [], taxonomy_id=taxonomy_id, residual=make_residual(*words))
    judgements.save_judgements(con, [judged])


def waiting(con: Connection, taxonomy_id: str = THEMES.id) -> list[Waiting]:
    return residuals.waiting(con, taxonomy_id, NOW - 14 * DAY, NOW)


def join(con: Connection) -> None:
    """Its place is a cluster of its own."""
    member = Membership(PIECE.id, PIECE.id, PIECE.dated_at, 0, 1.0, True, {"ice": 1.0})
    candidates.save_members(con, THEMES.id, [member], NOW)


def revise(con: Connection, *words: str) -> None:
    """Its text changes, and is judged anew."""
    con.execute(CHANGED, {"now": NOW})
    con.execute("DELETE FROM judgements")
    residuals.drop_of(con, PIECE.id)
    judge(con, *words)


def test_a_residual_comes_back_as_it_was_saved(con: Connection) -> None:
    """Vector, terms and whose voice it is; once it has a place it waits no more."""
    judge(con, "ice", "hull")
    (one,) = waiting(con)
    made = make_residual("ice", "hull")
    assert (one.left.vector, tuple(one.left.terms), tuple(one.left.weights)) == (made.vector, ("ice", "hull"), (1, 1))
    assert (one.left.article_id, one.left.publisher, one.left.bloc) == (PIECE.id, FEED.publisher, FEED.bloc)
    assert (one.is_news, one.anew) == (True, False)
    join(con)
    assert waiting(con) == []
    (stored,) = candidates.live_members(con, THEMES.id, 14 * DAY)
    assert (stored.cluster_id, stored.left.article_id, stored.left.terms) == (PIECE.id, PIECE.id, ["ice"])


def test_whose_voice_it_is_goes_by_its_original(con: Connection) -> None:
    """An article that names a configured publisher as its source is that publisher's."""
    feeds.sync_feeds(con, [FEED, make_feed("Volga Post", bloc="russia-state")])
    judge(con, "ice")
    con.execute("INSERT INTO originals VALUES (?, 'Volga', '', NULL, 'Volga Post', 'feed')", [PIECE.id])
    (one,) = waiting(con)
    assert (one.left.publisher, one.left.bloc) == ("Volga Post", "russia-state")


def test_what_was_put_in_later_is_no_news(con: Connection) -> None:
    """What a new text brings up did not stand there when the article came out."""
    judge(con, "ice")
    revise(con, "grain")
    (one,) = waiting(con)
    assert (one.left.terms, one.is_news, one.anew) == (["grain"], False, True)


def test_a_place_is_kept_whatever_becomes_of_the_text(con: Connection) -> None:
    """An article that has its place in a cluster stays there as it came, with its sentences; under new themes too."""
    judge(con, "ice")
    join(con)
    revise(con, "grain")
    assert waiting(con) == []
    (stored,) = candidates.live_members(con, THEMES.id, 14 * DAY)
    assert stored.left.vector == make_residual("ice").vector
    said = con.execute("SELECT sentence FROM residual_passages").fetchall()
    assert said == [(make_residual("ice").passages[0].sentence,)]
    judge(con, "grain", taxonomy_id=EDITED.id)
    (anew,) = waiting(con, EDITED.id)
    assert (anew.is_news, anew.anew) == (True, True)


def test_sentences_are_cut_when_texts_go(con: Connection) -> None:
    """Of a text that is dropped no sentence stays that is longer than the rules say."""
    residual = make_residual("ice", sentence="Ice " * 100)
    judgements.save_judgements(con, [make_judgement(PIECE, THEMES, [], residual=residual)])
    rules = KeepRules(text_days=30, quote_chars=100)
    later = NOW + 40 * DAY
    assert retention.drop_texts(con, later - timedelta(days=30), rules, THEMES.id, later) == 1
    ((length,),) = con.execute("SELECT max(length(sentence)) FROM residual_passages").fetchall()
    assert length == 100
